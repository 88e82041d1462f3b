//! A run from its first connection to its last record: the lanes' threads, and the coordinator beside them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use history::Recorder;
use model::words::Phase;
use tokio::runtime;
use tokio::task::LocalSet;

use crate::authority::Authority;
use crate::base_url::BaseUrl;
use crate::breaker::Outage;
use crate::coordinator::Coordinator;
use crate::delay::SchedulingDelays;
use crate::event_loop::{self, LaneThread};
use crate::known::Strangers;
use crate::meter::Meters;
use crate::preflight::Met;
use crate::run_state::RunState;
use crate::spec::{Arrivals, RunSpec};

/// How the generator itself fared.
#[expect(clippy::struct_excessive_bools, reason = "four independent claims about one run, each printed by name")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Half of the exchanges of people under load were handed to a connection at most this late, in nanoseconds. Waiting for a
    /// free connection is not in it: that is the portal's doing as long as connections suffice, and part of the response time in any case.
    pub scheduling_delay_p50: u64,
    /// 99 of 100 of them were handed to a connection at most this late, in nanoseconds.
    pub scheduling_delay_p99: u64,
    /// The latest of them, in nanoseconds.
    pub scheduling_delay_max: u64,
    /// 99 of 100 looks of those who look again and again (inboxes, states) were at most this late, in nanoseconds.
    pub poll_scheduling_delay_p99: u64,
    /// The latest of these, in nanoseconds.
    pub poll_scheduling_delay_max: u64,
    /// Whether everything had settled before the final read.
    pub quiescent: bool,
    /// Whether all final reads were made.
    pub read_back: bool,
    /// Whether the run was stopped from outside.
    pub aborted: bool,
    /// Why the run was stopped before its end because going on made no sense, in one sentence.
    pub stopped_because: Option<String>,
    /// Why the run ended early because the portal went away and did not come back, in one sentence.
    pub portal_gone: Option<String>,
    /// When nobody new was let in because nothing but errors came.
    pub outages: Vec<Outage>,
    /// Whether the bank and the post had nothing pending at the end (`true` for those that are not ours).
    pub peers_settled: bool,
    /// Dossiers of an earlier run of the same people that were met in this one.
    pub strangers: Strangers,
    /// Requests that each address of the portal got.
    pub requests: Vec<(BaseUrl, u64)>,
    /// The versions of HTTP that were spoken with the portal, separated by `, `: `1.1` or `2`.
    pub http: String,
}

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The portal cannot be reached.
    #[error("could not reach the portal at {0}: no connection (is it running? is the port right?)")]
    Unreachable(BaseUrl),
    /// The name of the portal's host stands for nothing.
    #[error(
        "could not look up the host of {portal}: {reason} (is it spelt right? does this machine reach a name server?)"
    )]
    NoAddress {
        /// Where the portal is.
        portal: BaseUrl,
        /// Why.
        reason: String,
    },
    /// The portal cannot be reached through the proxy.
    #[error(
        "could not reach the portal at {portal} through the proxy {proxy}: {reason} (`no_proxy` names hosts that are asked directly)"
    )]
    NoProxy {
        /// Where the portal is.
        portal: BaseUrl,
        /// Where the proxy is.
        proxy: Authority,
        /// Why.
        reason: String,
    },
    /// TLS cannot be spoken with the portal or a peer.
    #[error("could not speak TLS with {at}: {reason} ({remedy})")]
    NoTls {
        /// Where it is.
        at: BaseUrl,
        /// Why.
        reason: String,
        /// What can be done about it.
        remedy: &'static str,
    },
    /// HTTP/2 cannot be spoken with the portal.
    #[error("could not speak HTTP/2 with {0}: what answers speaks something else (let it choose with `--http auto`)")]
    NoHttp2(BaseUrl),
    /// The portal may not be spoken to.
    #[error("refused to speak to {0}: it is neither the target, a peer nor a listed door")]
    Forbidden(Authority),
    /// A thread or a runtime could not be started.
    #[error("could not start a lane: {0}")]
    Start(#[from] std::io::Error),
    /// A lane panicked: a bug of ours.
    #[error("could not finish lane {0}: it panicked")]
    LanePanicked(usize),
    /// Dossiers of the same people are there already, and nothing on them tells those of this run apart.
    #[error(
        "could not begin: the portal already holds dossiers of this population ({0}): reset it, or run with another --seed"
    )]
    Occupied(Met),
    /// The recorder failed: what was committed stays.
    #[error("could not record any further (is the disk full?)")]
    Recorder,
}

/// Plays a run: one lane per element of `arrivals`.
///
/// `stop` ends it early: no more arrivals, what is under way is finished, dossiers are read back.
///
/// # Errors
/// [`EngineError`] if the portal may not be spoken to or cannot be reached at all, a lane cannot be started or panics, or the recorder fails.
pub fn run(
    spec: RunSpec,
    arrivals: Vec<Arrivals>,
    recorder: &Recorder,
    meters: &Meters,
    stop: &AtomicBool,
) -> Result<Health, EngineError> {
    let state = Arc::new(RunState::begin(spec, arrivals.len()));
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    // A meter without a lane would never say that its arrivals are over.
    let coordinated = Meters { lanes: meters.lanes.iter().take(arrivals.len()).cloned().collect() };
    let mut coordinator = Coordinator::new(Arc::clone(&state), coordinated, recorder.inlet());
    let probed = local.block_on(&runtime, coordinator.prepare());
    if let Err(error) = probed {
        // What was asked before anybody came is the evidence.
        coordinator.close();
        return Err(error);
    }
    state.begin_load();
    let lanes = start_lanes(&state, arrivals, recorder, meters);
    let failed = match &lanes {
        Ok(lanes) => local.block_on(&runtime, coordinator.coordinate(recorder, stop, lanes)),
        Err(_) => false,
    };
    state.enter(Phase::Ended);
    let scheduling_delays = join_lanes(lanes?)?;
    let health = coordinator.health(&scheduling_delays);
    coordinator.close();
    if failed { Err(EngineError::Recorder) } else { Ok(health) }
}

fn start_lanes(
    state: &Arc<RunState>,
    arrivals: Vec<Arrivals>,
    recorder: &Recorder,
    meters: &Meters,
) -> Result<Vec<LaneThread>, EngineError> {
    let mut threads = Vec::new();
    for (number, (arrivals, meter)) in arrivals.into_iter().zip(&meters.lanes).enumerate() {
        threads.push(event_loop::start(Arc::clone(state), number, Arc::clone(meter), arrivals, recorder.inlet())?);
    }
    Ok(threads)
}

/// Waits for all lanes, and puts together how late they were.
fn join_lanes(threads: Vec<LaneThread>) -> Result<SchedulingDelays, EngineError> {
    let mut scheduling_delays = SchedulingDelays::default();
    for (number, thread) in threads.into_iter().enumerate() {
        scheduling_delays.add(&thread.join().map_err(|_panic| EngineError::LanePanicked(number))??);
    }
    Ok(scheduling_delays)
}
