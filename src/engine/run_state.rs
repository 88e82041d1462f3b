//! What all lanes of a run share.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use model::words::Phase;

use crate::clock::RunClock;
use crate::known::{Begun, Known};
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
}

impl RunState {
    /// A run that begins now, in its load phase.
    pub(crate) fn begin(spec: RunSpec, lanes: usize) -> Self {
        Self {
            lanes: lanes.max(1),
            begun: Begun::none_of(spec.people.count()),
            spec,
            clock: RunClock::start(),
            phase: AtomicU8::new(Phase::Load as u8),
            closing: AtomicBool::new(false),
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

    pub(crate) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }
}

/// A length of time as the clock of a run counts it.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
