//! What all lanes of a run see.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use model::words::Phase;

use crate::clock::RunClock;
use crate::known::{Begun, Known};
use crate::spec::RunSpec;

/// The run, its clock and its phase.
pub(crate) struct Stage {
    /// How many lanes there are.
    pub(crate) lanes: usize,
    pub(crate) spec: RunSpec,
    pub(crate) clock: RunClock,
    /// The phase as a number: [`Phase`], or [`CURTAIN`].
    pub(crate) phase: AtomicU8,
    /// Whether clerks are to end their day: no more work will come.
    pub(crate) closing: AtomicBool,
    /// Who has come so far.
    pub(crate) begun: Begun,
}

/// The phase in which lanes end.
pub(crate) const CURTAIN: u8 = 100;

impl Stage {
    /// Everybody, and who has come so far.
    pub(crate) fn known(&self) -> Known<'_> {
        Known { people: &*self.spec.people, begun: &self.begun }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == CURTAIN
    }

    pub(crate) fn phase(&self) -> Option<Phase> {
        let number = usize::from(self.phase.load(Ordering::Relaxed));
        Phase::ALL.get(number).copied()
    }
}

/// A length of time as the clock of a run counts it.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
