//! What all lanes of a run share.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use model::nanoseconds;
use model::words::{Fault, Phase};

use crate::attempt::Attempt;
use crate::breaker::Breaker;
use crate::clock::RunClock;
use crate::known::{Begun, Known};
use crate::redirects::NOT_FOLLOWED;
use crate::spec::RunSpec;

/// The run, its clock and its phase.
pub(crate) struct RunState {
    /// How many lanes there are.
    pub(crate) lanes: usize,
    pub(crate) spec: RunSpec,
    pub(crate) clock: RunClock,
    /// The place of the present phase in [`Phase::ALL`].
    phase: AtomicU8,
    /// Whether clerks are to end their day: no more work will come.
    pub(crate) closing: AtomicBool,
    /// Which dossiers have begun so far.
    pub(crate) begun: Begun,
    /// When the lanes began: before that the portal was told the time, and whoever was due then waited for its answer.
    load_began: AtomicU64,
    /// What came of the requests of the run's own: a [`Heard`].
    heard: AtomicU8,
    /// Where the first redirect would have led that was not followed.
    led_to: OnceLock<String>,
    /// Before the portal, at whichever of its addresses.
    pub(crate) breaker: Breaker,
}

/// What came of the requests of the run's own, such as telling the time.
enum Heard {
    NotAsked,
    /// None was answered in time so far.
    LeftWaiting,
    /// One was answered, whatever it said.
    Answered,
}

impl RunState {
    /// A run that begins now, in its load phase.
    pub(crate) fn begin(spec: RunSpec, lanes: usize) -> Self {
        Self {
            lanes: lanes.max(1),
            begun: Begun::none_of(spec.people.count()),
            breaker: Breaker::new(spec.settings.outage),
            spec,
            clock: RunClock::start(),
            phase: AtomicU8::new(Phase::Load as u8),
            closing: AtomicBool::new(false),
            load_began: AtomicU64::new(0),
            heard: AtomicU8::new(Heard::NotAsked as u8),
            led_to: OnceLock::new(),
        }
    }

    /// The whole population, and whose dossiers have begun so far.
    pub(crate) fn known(&self) -> Known<'_> {
        Known { people: &*self.spec.people, begun: &self.begun }
    }

    pub(crate) fn phase(&self) -> Phase {
        let at = usize::from(self.phase.load(Ordering::Relaxed));
        Phase::ALL.get(at).copied().unwrap_or_else(|| unreachable!("only `enter` writes it"))
    }

    /// The phase as which an act is recorded that was due at this instant: the warm-up is no phase of the run's own, but the
    /// beginning of its load.
    pub(crate) fn recorded_phase(&self, due: u64) -> Phase {
        let phase = self.phase();
        let is_warm_up = phase == Phase::Load && due < nanoseconds(self.spec.settings.warm_up);
        if is_warm_up { Phase::WarmUp } else { phase }
    }

    /// The lanes begin now.
    pub(crate) fn begin_load(&self) {
        self.load_began.store(self.clock.now(), Ordering::Relaxed);
    }

    /// When the lanes began, in nanoseconds since the run began.
    pub(crate) fn load_began(&self) -> u64 {
        self.load_began.load(Ordering::Relaxed)
    }

    /// Notes whether a request of the run's own was answered, whatever the answer.
    pub(crate) fn note_answer(&self, attempt: &Attempt) {
        let heard = match (attempt.status, attempt.fault) {
            (Some(_), _) => Heard::Answered,
            (None, Some(Fault::TimedOut)) if !self.was_heard() => Heard::LeftWaiting,
            (None, _) => return,
        };
        self.heard.store(heard as u8, Ordering::Relaxed);
    }

    /// Notes where an answer would have led, if it was not followed there.
    pub(crate) fn note_redirect(&self, attempt: &Attempt) {
        if let Some(url) = attempt.reason.as_deref().and_then(|reason| reason.strip_prefix(NOT_FOLLOWED)) {
            self.led_to.get_or_init(|| url.to_owned());
        }
    }

    /// Where the first redirect would have led that was not followed.
    pub(crate) fn led_to(&self) -> Option<&str> {
        self.led_to.get().map(String::as_str)
    }

    /// Whether the portal has answered a request of the run's own.
    pub(crate) fn was_heard(&self) -> bool {
        self.heard.load(Ordering::Relaxed) == Heard::Answered as u8
    }

    /// Whether it has had such requests, and answered none in time.
    pub(crate) fn was_left_waiting(&self) -> bool {
        self.heard.load(Ordering::Relaxed) == Heard::LeftWaiting as u8
    }

    pub(crate) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }
}
