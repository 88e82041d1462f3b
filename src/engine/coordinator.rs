//! Runs beside the lanes: tells the portal the time, moves the run through its phases, and ends it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;
use std::time::Duration;

use history::{Inlet, Recorder};
use model::nanoseconds;
use model::words::{Fault, Operation, Phase};
use portal::ClockFacts;

use crate::base_url::BaseUrl;
use crate::connection::{NotOpened, probe};
use crate::control::{ControlClient, ControlRequest, PATIENCE};
use crate::delay::SchedulingDelays;
use crate::event_loop::LaneThread;
use crate::hopeless::{Beginnings, Prospects};
use crate::identity::Traces;
use crate::ledgers::Ledgers;
use crate::meter::Meters;
use crate::own_limits::Trouble;
use crate::phases::Phases;
use crate::preflight;
use crate::registrar::Registrar;
use crate::run::{EngineError, Health};
use crate::run_state::RunState;
use crate::spec::Peer;
use crate::stalls::{Jumps, overslept};
use crate::throttle::Hold;
use crate::tls_failure::TlsFailure;

/// How often the coordinator looks around.
const LOOK: Duration = Duration::from_millis(20);

/// What a run does besides its lanes.
pub(crate) struct Coordinator {
    state: Arc<RunState>,
    meters: Meters,
    /// Shared with the ledgers' tasks, borrowed only between awaits.
    inlet: Rc<RefCell<Inlet>>,
    /// What tells its requests apart from those of lanes.
    traces: Rc<Traces>,
    /// When the last control was over.
    free_at: Rc<Cell<u64>>,
    clock_driver: ControlClient,
    registrar: Registrar,
    ledgers: Ledgers,
    phases: Phases,
    /// The next stretch of simulated time the portal must be told of.
    next_segment: usize,
    stopped_because: Option<String>,
    portal_gone: Option<String>,
    /// How many acts have been begun at which instant.
    beginnings: Beginnings,
}

impl Coordinator {
    pub(crate) fn new(state: Arc<RunState>, meters: Meters, inlet: Inlet) -> Self {
        let inlet = Rc::new(RefCell::new(inlet));
        let free_at = Rc::new(Cell::new(0));
        let traces = Rc::new(Traces::of(&state.spec.settings.identity, Traces::BESIDE));
        let control_client =
            || ControlClient::new(Arc::clone(&state), Rc::clone(&inlet), Rc::clone(&traces), Rc::clone(&free_at));
        Self {
            clock_driver: control_client(),
            registrar: Registrar::new(Arc::clone(&state), control_client()),
            phases: Phases::new(Arc::clone(&state), meters.clone()),
            state,
            meters,
            inlet,
            traces,
            free_at,
            ledgers: Ledgers::none(),
            next_segment: 0,
            stopped_because: None,
            portal_gone: None,
            beginnings: Beginnings::default(),
        }
    }

    /// Before anybody comes, the portal must know what time it is, and we what it offers and whom it knows.
    pub(crate) async fn prepare(&mut self) -> Result<(), EngineError> {
        let state = Arc::clone(&self.state);
        for target in state.spec.targets() {
            self.probe_target(target).await?;
        }
        self.probe_peers().await?;
        self.set_clock(0).await;
        // Who answers nothing in time is not asked for the rest of it one after the other: people are on their way.
        if !self.state.was_left_waiting() {
            self.registrar.read().await;
        }
        if self.state.was_left_waiting() {
            return Ok(());
        }
        let mut control_client =
            ControlClient::new(Arc::clone(&self.state), Rc::clone(&self.inlet), Rc::clone(&self.traces), Rc::default());
        let met = preflight::look_around(&self.state, &mut control_client).await;
        met.map_or(Ok(()), |met| Err(EngineError::Occupied(met)))
    }

    /// Hands over what it recorded.
    pub(crate) fn close(&self) {
        self.inlet.borrow_mut().close();
    }

    /// Opens a connection to the portal, so that an unreachable address is reported at once.
    async fn probe_target(&mut self, target: &BaseUrl) -> Result<(), EngineError> {
        let opened = self.probe(target).await;
        self.free_at.set(self.state.clock.now());
        match opened {
            Ok(()) => Ok(()),
            Err(NotOpened::Unreached(Trouble { fault: Fault::Forbidden, .. })) => {
                Err(EngineError::Forbidden(target.authority().clone()))
            }
            Err(NotOpened::Tls(failure)) => Err(no_tls(target, failure)),
            Err(NotOpened::NoHttp2) => Err(EngineError::NoHttp2(target.clone())),
            Err(NotOpened::Unreached(Trouble { fault: Fault::TimedOut, .. })) if target.authority().is_https() => {
                Err(no_tls(target, TlsFailure::silence()))
            }
            Err(NotOpened::Unreached(trouble)) => Err(self.unreached(target, trouble)),
        }
    }

    /// Looks whether TLS can be spoken with the peers that speak it. One that cannot be reached may come yet.
    async fn probe_peers(&self) -> Result<(), EngineError> {
        for Peer { base, .. } in self.state.spec.peers.iter().filter(|peer| peer.base.authority().is_https()) {
            if let Err(NotOpened::Tls(failure)) = self.probe(base).await {
                return Err(no_tls(base, failure));
            }
        }
        Ok(())
    }

    async fn probe(&self, base: &BaseUrl) -> Result<(), NotOpened> {
        let (spec, door) = (&self.state.spec, base.authority());
        spec.guard.admit_connection(door, &self.state.clock, &Hold::default()).await;
        let tls = door.is_https().then(|| spec.tls.sessions());
        let opened =
            tokio::time::timeout(PATIENCE, probe(door, &spec.guard, tls.as_ref(), self.state.clock.now())).await;
        opened.unwrap_or_else(|_too_late| Err(Fault::TimedOut.into()))
    }

    fn unreached(&self, target: &BaseUrl, Trouble { fault, reason }: Trouble) -> EngineError {
        let portal = target.clone();
        let reason = reason.map_or_else(|| "no answer".to_owned(), Cow::into_owned);
        match self.state.spec.guard.proxy(target.authority()) {
            Some(proxy) => EngineError::NoProxy { portal, proxy: proxy.clone(), reason },
            None if fault == Fault::Dns => EngineError::NoAddress { portal, reason },
            None => EngineError::Unreachable(portal),
        }
    }

    /// Conducts to the end; says whether the recorder failed. A lane that ends before is left to be joined.
    pub(crate) async fn coordinate(&mut self, recorder: &Recorder, stop: &AtomicBool, lanes: &[LaneThread]) -> bool {
        self.ledgers = Ledgers::open(&self.state, &self.inlet, &self.traces);
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
            self.phases.obey_stop(stop, now);
            if self.is_hopeless(now) || self.is_gone(now) {
                self.ledgers.close(&self.state).await;
                return false;
            }
            if self.phases.advance(now, &self.ledgers) {
                self.registrar.read().await;
                self.ledgers.close(&self.state).await;
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
        if self.phases.was_aborted() || !matches!(self.state.phase(), Phase::Load | Phase::Drain) {
            return false;
        }
        let spec = &self.state.spec;
        let target = spec.target.to_string();
        let begun = self.meters.lanes.iter().map(|lane| lane.begun.get()).sum();
        let begun_long_ago = self.beginnings.look(now, begun);
        let prospects = Prospects::of(&self.meters, self.state.was_heard(), begun_long_ago);
        let because = prospects.verdict(&target, &spec.adapter.name, now, spec.settings.timeout);
        self.stopped_because = because.map(|because| match self.state.led_to() {
            Some(url) => format!(
                "{because}; its answers lead to {url}: name that place in --target, or set `redirects` in the adapter"
            ),
            None => because,
        });
        self.stopped_because.is_some()
    }

    /// Whether the portal went away and did not come back, and keeps that.
    fn is_gone(&mut self, now: u64) -> bool {
        if !self.phases.was_aborted() {
            self.portal_gone = self.state.breaker.gone(now, &self.state.spec.target.to_string());
        }
        self.portal_gone.is_some()
    }

    /// Whether nothing was heard of the portal so far, though it was asked: it is not told the time for ever.
    fn is_silent(&self) -> bool {
        self.state.was_left_waiting() && self.meters.lanes.iter().all(|lane| lane.heard.get() == 0)
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

    /// How the generator itself fared, its lanes' delays included.
    pub(crate) fn health(&self, scheduling_delays: &SchedulingDelays) -> Health {
        let spec = &self.state.spec;
        let requests = |target: &BaseUrl| (target.clone(), spec.guard.requests(target.authority()));
        Health {
            requests: spec.targets().map(requests).collect(),
            http: spec.guard.spoken(spec.targets().map(BaseUrl::authority)),
            scheduling_delay_p50: scheduling_delays.user.value_at_quantile(0.5),
            scheduling_delay_p99: scheduling_delays.user.value_at_quantile(0.99),
            scheduling_delay_max: scheduling_delays.user.max(),
            poll_scheduling_delay_p99: scheduling_delays.poll.value_at_quantile(0.99),
            poll_scheduling_delay_max: scheduling_delays.poll.max(),
            quiescent: self.phases.was_quiescent(),
            read_back: self.phases.was_read_back(),
            aborted: self.phases.was_aborted(),
            stopped_because: self.stopped_because.clone(),
            portal_gone: self.portal_gone.clone(),
            outages: self.state.breaker.outages(),
            peers_settled: self.ledgers.are_settled(),
            strangers: self.state.begun.strangers(),
        }
    }
}

fn no_tls(at: &BaseUrl, TlsFailure { reason, remedy }: TlsFailure) -> EngineError {
    EngineError::NoTls { at: at.clone(), reason, remedy }
}
