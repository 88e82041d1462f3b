//! Moves a run through its phases, tells the portal the time, collects the peers' ledgers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use hdrhistogram::Histogram;
use history::{Inlet, Recorder};
use http::HeaderValue;
use model::words::{Answer, Operation, Phase};
use portal::{ClockFacts, Context, Encoded, Memory, Reading, Session};
use tokio::runtime;
use tokio::task::LocalSet;

use crate::browser::{Attempt, Browser, Limits, Scene};
use crate::clock::RunClock;
use crate::guard::Authority;
use crate::lane::{CURTAIN, Lane, Stage, play, request};
use crate::meter::Meters;
use crate::peers::Ledger;
use crate::spec::{Arrivals, RunSpec};
use crate::transcript;

/// How often the conductor looks around.
const LOOK: Duration = Duration::from_millis(20);

/// Looks between two collections of the ledgers.
const LOOKS_PER_COLLECTION: u32 = 10;

/// The longest a run that was stopped goes on with what is under way.
const ABORTED_DRAIN: Duration = Duration::from_secs(5);

/// How the generator itself fared.
#[expect(clippy::struct_excessive_bools, reason = "four independent claims about one run, each printed by name")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Half of the exchanges were handed to a connection at most this late, in nanoseconds.
    pub lag_p50: u64,
    /// 99 of 100 exchanges were handed to a connection at most this late, in nanoseconds.
    pub lag_p99: u64,
    /// The latest, in nanoseconds.
    pub lag_max: u64,
    /// Whether everything had settled before the final read.
    pub quiescent: bool,
    /// Whether all final reads were made.
    pub read_back: bool,
    /// Whether the run was stopped from outside.
    pub aborted: bool,
    /// Whether the bank and the post had nothing pending at the end (`true` for those that are not ours).
    pub peers_settled: bool,
}

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The portal cannot be reached.
    #[error("could not reach the portal at http://{0}: no connection (is it running? is the port right?)")]
    Unreachable(Authority),
    /// A thread or a runtime could not be started.
    #[error("could not start a lane: {0}")]
    Start(#[from] std::io::Error),
    /// The meter could not be made.
    #[error("could not make the meter of a lane: {0}")]
    Meter(#[from] hdrhistogram::CreationError),
    /// A lane panicked: a bug of ours.
    #[error("could not finish lane {0}: it panicked")]
    LanePanicked(usize),
    /// The recorder failed: what was committed stays.
    #[error("could not record any further (is the disk full?)")]
    Recorder,
}

/// Plays a run: one lane per element of `arrivals`.
///
/// `stop` ends it early: no more arrivals, what is under way is finished, dossiers are read back.
///
/// # Errors
/// [`EngineError`] if the portal cannot be reached at all, a lane cannot be started or panics, or the recorder fails.
pub fn run(
    spec: RunSpec,
    arrivals: Vec<Arrivals>,
    recorder: &Recorder,
    meters: &Meters,
    stop: &AtomicBool,
) -> Result<Health, EngineError> {
    let stage = Arc::new(Stage {
        lanes: arrivals.len().max(1),
        spec,
        clock: RunClock::start(),
        phase: AtomicU8::new(Phase::Load as u8),
        closing: AtomicBool::new(false),
    });
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let conducting = LocalSet::new();
    let mut conductor = Conductor::new(Arc::clone(&stage), meters.clone(), recorder.inlet());
    conducting.block_on(&runtime, conductor.greet())?;
    let mut threads = Vec::new();
    for (number, (arrivals, meter)) in arrivals.into_iter().zip(&meters.lanes).enumerate() {
        let lane = LaneStart { stage: Arc::clone(&stage), number, arrivals, inlet: recorder.inlet() };
        threads.push(lane.start(Arc::clone(meter))?);
    }
    let failed = conducting.block_on(&runtime, conductor.conduct(recorder, stop));
    stage.phase.store(CURTAIN, Ordering::Relaxed);
    let mut lag = Histogram::<u64>::new(3)?;
    for (number, thread) in threads.into_iter().enumerate() {
        let lane = thread.join().map_err(|_panic| EngineError::LanePanicked(number))??;
        // Both histograms hold the same range, so adding cannot fail.
        lag.add(&lane).unwrap_or_default();
    }
    let health = conductor.health(&lag);
    conductor.inlet.close();
    if failed { Err(EngineError::Recorder) } else { Ok(health) }
}

struct LaneStart {
    stage: Arc<Stage>,
    number: usize,
    arrivals: Arrivals,
    inlet: Inlet,
}

type LaneThread = JoinHandle<Result<Histogram<u64>, EngineError>>;

impl LaneStart {
    fn start(self, meter: Arc<crate::meter::LaneMeter>) -> Result<LaneThread, std::io::Error> {
        std::thread::Builder::new().name(format!("lane-{}", self.number)).spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            let lane = Lane::new(self.stage, self.number, meter, self.arrivals, self.inlet)?;
            Ok(LocalSet::new().block_on(&runtime, play(lane)))
        })
    }
}

struct Conductor {
    stage: Arc<Stage>,
    meters: Meters,
    inlet: Inlet,
    browser: Browser,
    ledgers: Vec<Ledger>,
    /// The next stretch of simulated time the portal must be told of.
    next_segment: usize,
    quiescent: bool,
    read_back: bool,
    aborted: bool,
}

impl Conductor {
    fn new(stage: Arc<Stage>, meters: Meters, inlet: Inlet) -> Self {
        let ledgers = stage.spec.peers.iter().cloned().map(Ledger::new).collect();
        Self {
            stage,
            meters,
            inlet,
            browser: Browser::default(),
            ledgers,
            next_segment: 0,
            quiescent: false,
            read_back: false,
            aborted: false,
        }
    }

    /// Opens a connection to the portal, so that an address where nobody is is told at once.
    async fn greet(&mut self) -> Result<(), EngineError> {
        let target = &self.stage.spec.target;
        let found = tokio::net::lookup_host((target.host(), target.port())).await;
        let unreachable = || EngineError::Unreachable(target.clone());
        let address = found.map_err(|_unknown_host| unreachable())?.next().ok_or_else(unreachable)?;
        tokio::time::timeout(Duration::from_secs(5), tokio::net::TcpStream::connect(address))
            .await
            .map_err(|_elapsed| unreachable())?
            .map(drop)
            .map_err(|_refused| unreachable())
    }

    /// Conducts to the end; says whether the recorder failed.
    async fn conduct(&mut self, recorder: &Recorder, stop: &AtomicBool) -> bool {
        let settings = self.stage.spec.settings.clone();
        let load_end = self.stage.spec.timeline.wall_end();
        let nanoseconds = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let mut phase_end = u64::MAX;
        let mut looks = 0_u32;
        loop {
            let now = self.stage.clock.now();
            self.tell_time(now).await;
            looks = looks.wrapping_add(1);
            if looks.is_multiple_of(LOOKS_PER_COLLECTION) {
                self.collect().await;
            }
            if recorder.has_failed() {
                return true;
            }
            let stopped = stop.load(Ordering::Relaxed);
            match self.stage.phase() {
                Some(Phase::Load) if stopped || (now >= load_end && self.arrivals_are_over()) => {
                    self.aborted = stopped;
                    self.enter(Phase::Drain);
                    let drain = if stopped { settings.drain.min(ABORTED_DRAIN) } else { settings.drain };
                    phase_end = now + nanoseconds(drain);
                }
                Some(Phase::Drain) if self.is_quiet() || now >= phase_end => {
                    self.quiescent = now < phase_end;
                    self.stage.closing.store(true, Ordering::Relaxed);
                    self.enter(Phase::FinalRead);
                    phase_end = now + nanoseconds(settings.final_read);
                }
                Some(Phase::FinalRead) if self.final_reads_are_over() || now >= phase_end => {
                    self.read_back = now < phase_end;
                    self.collect().await;
                    return false;
                }
                Some(Phase::Load | Phase::Drain | Phase::FinalRead) | None => {}
            }
            tokio::time::sleep(LOOK.min(Duration::from_nanos(self.until_next_segment()))).await;
        }
    }

    fn enter(&self, phase: Phase) {
        self.stage.phase.store(phase as u8, Ordering::Relaxed);
    }

    fn arrivals_are_over(&self) -> bool {
        self.meters.lanes.iter().all(|lane| lane.arrivals_over.get() == 1)
    }

    fn final_reads_are_over(&self) -> bool {
        self.meters.lanes.iter().all(|lane| lane.final_reads_over.get() == 1)
    }

    /// Nobody is under way with a dossier, every clerk has since looked into an empty inbox, the peers have nothing
    /// pending.
    fn is_quiet(&self) -> bool {
        let lanes = &self.meters.lanes;
        let last_activity = lanes.iter().map(|lane| lane.last_activity.get()).max().unwrap_or(0);
        lanes.iter().all(|lane| lane.cases_under_way.get() == 0 && lane.idle_since.get() > last_activity)
            && self.ledgers.iter().all(|ledger| ledger.settled)
    }

    async fn collect(&mut self) {
        let stage = Arc::clone(&self.stage);
        for ledger in &mut self.ledgers {
            ledger.collect(scene(&stage), &mut self.inlet).await;
        }
        self.inlet.flush();
    }

    fn until_next_segment(&self) -> u64 {
        let next = self.stage.spec.timeline.segments().get(self.next_segment);
        next.map_or(u64::MAX, |segment| segment.wall_start.saturating_sub(self.stage.clock.now()))
    }

    /// Tells the portal of the stretch of simulated time that has begun, if it can be told.
    async fn tell_time(&mut self, now: u64) {
        let stage = Arc::clone(&self.stage);
        let spec = &stage.spec;
        if !spec.adapter.maps(Operation::Clock) {
            return;
        }
        let segments = spec.timeline.segments();
        let begun = segments.partition_point(|segment| segment.wall_start <= now);
        if begun <= self.next_segment {
            return;
        }
        self.next_segment = begun;
        let Some(segment) = begun.checked_sub(1).and_then(|at| segments.get(at)) else { return };
        let facts = ClockFacts { now: spec.timeline.sim(now), speed: segment.speed(), until: segment.end };
        self.send_clock(facts, segment.wall_start).await;
    }

    async fn send_clock(&mut self, facts: ClockFacts, due: u64) {
        let stage = Arc::clone(&self.stage);
        let spec = &stage.spec;
        let (memory, session) = (Memory::default(), Session::default());
        let context = Context { case: None, memory: &memory, session: &session, staff: None, clock: Some(facts) };
        let agent = HeaderValue::from_str(&spec.settings.user_agent)
            .unwrap_or_else(|_invisible| HeaderValue::from_static("vandan"));
        let mut encoded = Encoded::default();
        let mut reading = Reading::default();
        for exchange in spec.adapter.exchanges(Operation::Clock) {
            let prepared = match spec.adapter.encode(exchange, &context, &mut encoded) {
                Ok(()) => request(&mut encoded, &spec.target, &agent),
                Err(_missing) => Err(model::words::Fault::Unwritable),
            };
            let attempt = match prepared {
                Ok((authority, request, length)) => {
                    self.browser.exchange(&authority, request, length, scene(&stage)).await
                }
                Err(fault) => Attempt::not_sent(fault, stage.clock.now()),
            };
            let answer = match (attempt.status, attempt.fault) {
                (Some(status), None) => spec.adapter.decode(exchange, status, &attempt.body, &mut reading).answer,
                (_, _) => Answer::Unknown,
            };
            let entry = transcript::Entry {
                case: None,
                actor: "timekeeper",
                session: 0,
                journey: "clock",
                operation: Operation::Clock,
                phase: stage.phase().unwrap_or(Phase::Load),
                lane: 0,
                due,
                answer,
            };
            transcript::record(self.inlet.batch(), &entry, &attempt, &reading, &*spec.people);
        }
    }

    fn health(&self, lag: &Histogram<u64>) -> Health {
        Health {
            lag_p50: lag.value_at_quantile(0.5),
            lag_p99: lag.value_at_quantile(0.99),
            lag_max: lag.max(),
            quiescent: self.quiescent,
            read_back: self.read_back,
            aborted: self.aborted,
            peers_settled: self.ledgers.iter().all(|ledger| ledger.settled),
        }
    }
}

fn scene(stage: &Stage) -> Scene<'_> {
    let settings = &stage.spec.settings;
    Scene {
        clock: &stage.clock,
        guard: &stage.spec.guard,
        limits: Limits { timeout: settings.timeout, longest_answer: settings.longest_answer },
    }
}
