//! Moves a run through its phases, tells the portal the time, collects the peers' ledgers.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use history::{Inlet, Recorder};
use model::nanoseconds;
use model::words::{Fault, Operation, Phase};
use portal::ClockFacts;
use tokio::runtime;
use tokio::task::{JoinHandle as LocalTask, LocalSet};

use crate::authority::Authority;
use crate::control::{ControlClient, ControlRequest, PATIENCE};
use crate::delay::SchedulingDelays;
use crate::event_loop::{self, LaneThread};
use crate::hopeless::{Beginnings, Prospects};
use crate::http_client::open;
use crate::known::Strangers;
use crate::meter::Meters;
use crate::own_limits::Trouble;
use crate::peers::{Ledger, Said};
use crate::preflight::{self, Met};
use crate::registrar::Registrar;
use crate::run_state::RunState;
use crate::spec::{Arrivals, RunSpec};
use crate::stalls::{Jumps, overslept};
use crate::throttle::Hold;

/// How often the coordinator looks around.
const LOOK: Duration = Duration::from_millis(20);

/// In nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// The longest a run that was stopped goes on with what is under way.
const ABORTED_DRAIN: Duration = Duration::from_secs(5);

/// The longest a run that was stopped reads dossiers back.
const ABORTED_FINAL_READ: Duration = Duration::from_secs(10);

/// How the generator itself fared.
#[expect(clippy::struct_excessive_bools, reason = "four independent claims about one run, each printed by name")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Half of the exchanges of people under load were handed to a connection at most this late, in nanoseconds. Waiting for a
    /// free connection is not in it: that is the portal's doing as long as connections suffice, and part of `waited` in any case.
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
    /// Whether the bank and the post had nothing pending at the end (`true` for those that are not ours).
    pub peers_settled: bool,
    /// Dossiers of an earlier run of the same people that were met in this one.
    pub strangers: Strangers,
}

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The portal cannot be reached.
    #[error("could not reach the portal at http://{0}: no connection (is it running? is the port right?)")]
    Unreachable(Authority),
    /// The portal may not be spoken to.
    #[error("refused to speak to http://{0}: it is neither the target, a peer nor a listed door")]
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
    let probed = local.block_on(&runtime, async {
        coordinator.probe_target().await?;
        // Before anybody comes, the portal must know what time it is, and we what it offers.
        coordinator.set_clock(0).await;
        // Who answers nothing in time is not asked for the rest of it one after the other: people are on their way.
        if !coordinator.state.was_left_waiting() {
            coordinator.registrar.read().await;
        }
        if coordinator.state.was_left_waiting() {
            return Ok(());
        }
        let mut control_client =
            ControlClient::new(Arc::clone(&coordinator.state), Rc::clone(&coordinator.inlet), Rc::default());
        preflight::look_around(&coordinator.state, &mut control_client)
            .await
            .map_or(Ok(()), |met| Err(EngineError::Occupied(met)))
    });
    if let Err(error) = probed {
        // What was asked before anybody came is the evidence.
        coordinator.inlet.borrow_mut().close();
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
    coordinator.inlet.borrow_mut().close();
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

struct Coordinator {
    state: Arc<RunState>,
    meters: Meters,
    /// Shared with the ledgers' tasks, borrowed only between awaits.
    inlet: Rc<RefCell<Inlet>>,
    /// When the last control was over.
    free_at: Rc<Cell<u64>>,
    clock_driver: ControlClient,
    registrar: Registrar,
    ledgers: Vec<Rc<Said>>,
    /// The next stretch of simulated time the portal must be told of.
    next_segment: usize,
    /// When the phase ends at the latest.
    phase_end: u64,
    quiescent: bool,
    read_back: bool,
    aborted: bool,
    stopped_because: Option<String>,
    /// How many acts have been begun at which instant.
    beginnings: Beginnings,
    /// For how long requests had waited for the pace when the phase began.
    paced_before: u64,
}

impl Coordinator {
    fn new(state: Arc<RunState>, meters: Meters, inlet: Inlet) -> Self {
        let inlet = Rc::new(RefCell::new(inlet));
        let free_at = Rc::new(Cell::new(0));
        let control_client = || ControlClient::new(Arc::clone(&state), Rc::clone(&inlet), Rc::clone(&free_at));
        Self {
            clock_driver: control_client(),
            registrar: Registrar::new(Arc::clone(&state), control_client()),
            state,
            meters,
            inlet,
            free_at,
            ledgers: Vec::new(),
            next_segment: 0,
            phase_end: u64::MAX,
            quiescent: false,
            read_back: false,
            aborted: false,
            stopped_because: None,
            beginnings: Beginnings::default(),
            paced_before: 0,
        }
    }

    /// Opens a connection to the portal, so that an unreachable address is reported at once.
    async fn probe_target(&mut self) -> Result<(), EngineError> {
        let spec = &self.state.spec;
        spec.guard.admit_connection(&spec.target, &self.state.clock, &Hold::default()).await;
        let opened = tokio::time::timeout(PATIENCE, open(&spec.target, &spec.guard)).await;
        self.free_at.set(self.state.clock.now());
        match opened {
            Ok(Ok(_stream)) => Ok(()),
            Ok(Err(Trouble { fault: Fault::Forbidden, .. })) => Err(EngineError::Forbidden(spec.target.clone())),
            Ok(Err(_)) | Err(_) => Err(EngineError::Unreachable(spec.target.clone())),
        }
    }

    /// Conducts to the end; says whether the recorder failed. A lane that ends before is left to be joined.
    async fn coordinate(&mut self, recorder: &Recorder, stop: &AtomicBool, lanes: &[LaneThread]) -> bool {
        let ledgers = self.open_ledgers();
        let mut jumps = Jumps::new(self.state.clock.now(), self.state.clock.machine());
        loop {
            let now = self.state.clock.now();
            if !self.is_silent() {
                self.set_clock(now).await;
                if self.state.phase() == Phase::Load {
                    self.registrar.publish(now).await;
                }
            }
            self.inlet.borrow_mut().flush();
            if recorder.has_failed() {
                return true;
            }
            if lanes.iter().any(JoinHandle::is_finished) {
                return false;
            }
            self.obey_stop(stop, now);
            if self.is_hopeless(now) {
                self.close_ledgers(ledgers).await;
                return false;
            }
            if self.advance(now) {
                self.registrar.read().await;
                self.close_ledgers(ledgers).await;
                return false;
            }
            let rest = LOOK.min(Duration::from_nanos(self.until_next_control()));
            let asked = self.state.clock.now() + nanoseconds(rest);
            tokio::time::sleep(rest).await;
            let woke = self.state.clock.now();
            let stalls = [overslept("coordinator", asked, woke), jumps.look(woke, self.state.clock.machine())];
            for stall in stalls.into_iter().flatten() {
                self.inlet.borrow_mut().batch().stall(stall);
            }
        }
    }

    /// Whether going on makes no sense, and keeps why.
    fn is_hopeless(&mut self, now: u64) -> bool {
        if self.aborted || !matches!(self.state.phase(), Phase::Load | Phase::Drain) {
            return false;
        }
        let spec = &self.state.spec;
        let target = format!("http://{}", spec.target);
        let begun = self.meters.lanes.iter().map(|lane| lane.begun.get()).sum();
        let begun_long_ago = self.beginnings.look(now, begun);
        let prospects = Prospects::of(&self.meters, self.state.was_heard(), begun_long_ago);
        self.stopped_because = prospects.verdict(&target, &spec.adapter.name, now, spec.settings.timeout);
        self.stopped_because.is_some()
    }

    /// Whether nothing was heard of the portal so far, though it was asked: it is not told the time for ever.
    fn is_silent(&self) -> bool {
        self.state.was_left_waiting() && self.meters.lanes.iter().all(|lane| lane.heard.get() == 0)
    }

    /// Shortens the phase if the run was stopped.
    fn obey_stop(&mut self, stop: &AtomicBool, now: u64) {
        if !self.aborted && stop.load(Ordering::Relaxed) {
            self.aborted = true;
            let longest = match self.state.phase() {
                Phase::Load => Duration::ZERO,
                Phase::Drain => ABORTED_DRAIN,
                Phase::FinalRead | Phase::Ended => ABORTED_FINAL_READ,
            };
            self.phase_end = self.phase_end.min(now + nanoseconds(longest));
        }
    }

    /// Enters the next phase if this one is over; says whether it was the last.
    fn advance(&mut self, now: u64) -> bool {
        let spec = &self.state.spec;
        let settings = &spec.settings;
        // A shorter load leaves when it is over already.
        let is_short = spec.timeline.wall_end() < SECOND;
        let is_late = now >= self.phase_end && !self.is_held_back(now);
        match self.state.phase() {
            Phase::Load if is_late || (now >= spec.timeline.wall_end() && self.arrivals_are_over()) => {
                let longest = if self.aborted { settings.drain.min(ABORTED_DRAIN) } else { settings.drain };
                self.phase_end = now + nanoseconds(longest);
                if !is_short {
                    self.pace();
                }
                self.enter(Phase::Drain, now);
            }
            Phase::Drain if is_late || self.is_quiet() => {
                let longest =
                    if self.aborted { settings.final_read.min(ABORTED_FINAL_READ) } else { settings.final_read };
                self.phase_end = now + nanoseconds(longest);
                self.quiescent = !is_late;
                if is_short {
                    self.pace();
                }
                self.state.closing.store(true, Ordering::Relaxed);
                self.enter(Phase::FinalRead, now);
            }
            Phase::FinalRead if self.final_reads_are_over() || is_late => {
                self.read_back = self.final_reads_are_over();
                return true;
            }
            Phase::Load | Phase::Drain | Phase::FinalRead | Phase::Ended => {}
        }
        false
    }

    fn enter(&mut self, phase: Phase, now: u64) {
        self.paced_before = self.state.spec.guard.paced(&self.state.spec.target, now);
        self.state.enter(phase);
    }

    /// From now on the portal gets no more in a second than in the busiest one of the load.
    fn pace(&self) {
        let spec = &self.state.spec;
        spec.guard.pace(&spec.target, peak_rate(spec));
    }

    /// Whether the phase would not be late, had we not held it back ourselves; who stops a run is not kept waiting. What is
    /// read back has an end; a drain, in which clerks look in again and again, is at most twice as long.
    fn is_held_back(&self, now: u64) -> bool {
        let spec = &self.state.spec;
        let held = spec.guard.paced(&spec.target, now).saturating_sub(self.paced_before);
        let counted = match self.state.phase() {
            Phase::Drain => held.min(nanoseconds(spec.settings.drain)),
            Phase::Load | Phase::FinalRead | Phase::Ended => held,
        };
        !self.aborted && now.saturating_sub(counted) < self.phase_end
    }

    fn arrivals_are_over(&self) -> bool {
        self.meters.lanes.iter().all(|lane| lane.arrivals_over.get() == 1)
    }

    fn final_reads_are_over(&self) -> bool {
        self.meters.lanes.iter().all(|lane| lane.final_reads_over.get() == 1)
    }

    /// Nobody is under way with a dossier; since the last thing was done, every clerk has looked into an empty inbox
    /// and every peer has said that it has nothing pending.
    fn is_quiet(&self) -> bool {
        let lanes = &self.meters.lanes;
        let last_activity = lanes.iter().map(|lane| lane.last_activity.get()).max().unwrap_or(0);
        lanes.iter().all(|lane| lane.cases_under_way.get() == 0 && lane.idle_since.get() > last_activity)
            && self.ledgers.iter().all(|said| said.settled.get().is_some_and(|asked| asked > last_activity))
    }

    /// Begins to collect the peers' ledgers.
    fn open_ledgers(&mut self) -> Vec<LocalTask<()>> {
        let state = Arc::clone(&self.state);
        let mut tasks = Vec::new();
        for peer in &state.spec.peers {
            let said = Rc::new(Said::default());
            let ledger = Ledger::new(peer.clone(), Rc::clone(&said));
            self.ledgers.push(said);
            tasks.push(tokio::task::spawn_local(ledger.collect_on(Arc::clone(&state), Rc::clone(&self.inlet))));
        }
        tasks
    }

    /// Has every ledger read to its end; one whose peer does not answer is left.
    async fn close_ledgers(&mut self, tasks: Vec<LocalTask<()>>) {
        self.ledgers.iter().for_each(|said| said.call_last());
        let end = self.state.clock.instant(self.state.clock.now()) + PATIENCE;
        for (task, said) in tasks.into_iter().zip(&self.ledgers) {
            if tokio::time::timeout_at(end.into(), task).await.is_err() {
                said.settled.set(None);
            }
        }
    }

    /// How long until the portal must be told something, in nanoseconds.
    fn until_next_control(&self) -> u64 {
        let segment = self.state.spec.timeline.segments().get(self.next_segment).map(|segment| segment.wall_start);
        let next = segment.into_iter().chain(self.registrar.due()).min();
        next.map_or(u64::MAX, |due| due.saturating_sub(self.state.clock.now()))
    }

    /// Tells the portal of the stretch of simulated time that has begun, if it can be told.
    async fn set_clock(&mut self, now: u64) {
        let state = Arc::clone(&self.state);
        let spec = &state.spec;
        let segments = spec.timeline.segments();
        let begun = segments.partition_point(|segment| segment.wall_start <= now);
        if begun <= self.next_segment {
            return;
        }
        self.next_segment = begun;
        if !spec.adapter.maps(Operation::Clock) {
            return;
        }
        let Some(segment) = begun.checked_sub(1).and_then(|at| segments.get(at)) else { return };
        let facts = ClockFacts { now: spec.timeline.sim(now), speed: segment.speed(), until: segment.end };
        let control = ControlRequest::plain("clock", Operation::Clock, segment.wall_start);
        self.clock_driver.run(ControlRequest { clock: Some(facts), ..control }).await;
    }

    fn health(&self, scheduling_delays: &SchedulingDelays) -> Health {
        Health {
            scheduling_delay_p50: scheduling_delays.user.value_at_quantile(0.5),
            scheduling_delay_p99: scheduling_delays.user.value_at_quantile(0.99),
            scheduling_delay_max: scheduling_delays.user.max(),
            poll_scheduling_delay_p99: scheduling_delays.poll.value_at_quantile(0.99),
            poll_scheduling_delay_max: scheduling_delays.poll.max(),
            quiescent: self.quiescent,
            read_back: self.read_back,
            aborted: self.aborted,
            stopped_because: self.stopped_because.clone(),
            peers_settled: self.ledgers.iter().all(|said| said.settled.get().is_some()),
            strangers: self.state.begun.strangers(),
        }
    }
}

/// Requests that the portal got in the busiest second of the load; a shorter load is taken for a part of one.
fn peak_rate(spec: &RunSpec) -> u64 {
    let busiest = spec.guard.busiest_second(&spec.target);
    (busiest * SECOND / spec.timeline.wall_end().clamp(1, SECOND)).max(1)
}
