//! The run's own clock: the only place where the engine asks what time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use model::{fitting, nanoseconds, saturating};

/// Counts nanoseconds since the run began, on the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct RunClock {
    start: Instant,
    start_unix: i128,
}

/// The clocks of the machine at one instant, each in nanoseconds since a beginning of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MachineClocks {
    /// The clock that runs are timed by: on Linux it stands while the machine sleeps.
    pub(crate) monotonic: u64,
    /// The same with the time the machine slept; where no clock counts it, the same without.
    pub(crate) with_sleep: u64,
    /// The wall clock, which may be set.
    pub(crate) wall: u64,
}

impl RunClock {
    /// What the clocks of the machine read now.
    #[expect(clippy::disallowed_methods, reason = "the door through which time enters")]
    pub(crate) fn machine(&self) -> MachineClocks {
        let monotonic = self.now();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        MachineClocks { monotonic, with_sleep: with_sleep().unwrap_or(monotonic), wall: saturating(wall) }
    }

    /// What the wall clock of the machine reads now.
    #[expect(clippy::disallowed_methods, reason = "the door through which time enters")]
    pub(crate) fn wall() -> SystemTime {
        SystemTime::now()
    }

    /// A clock that reads zero now.
    #[expect(clippy::disallowed_methods, reason = "the door through which time enters")]
    pub fn start() -> Self {
        let start_unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Self { start: Instant::now(), start_unix: fitting(start_unix, "wall clocks count fewer nanoseconds") }
    }

    /// Nanoseconds since the run began.
    #[expect(clippy::disallowed_methods, reason = "the door through which time enters")]
    pub fn now(&self) -> u64 {
        nanoseconds(Instant::now().saturating_duration_since(self.start))
    }

    /// The instant at which this clock reads `nanoseconds`.
    pub fn instant(&self, nanoseconds: u64) -> Instant {
        self.start + Duration::from_nanos(nanoseconds)
    }

    /// What this clock reads at an instant of the wall clock, in nanoseconds since the Unix epoch; negative before the
    /// run began.
    pub fn at_unix(&self, nanoseconds: u64) -> i64 {
        saturating(i128::from(nanoseconds) - self.start_unix)
    }
}

/// The clock that goes on while the machine sleeps, where there is one.
#[cfg(target_os = "linux")]
fn with_sleep() -> Option<u64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec).ok()?, u64::try_from(time.tv_nsec).ok()?);
    seconds.checked_mul(1_000_000_000)?.checked_add(nanoseconds)
}

#[cfg(not(target_os = "linux"))]
fn with_sleep() -> Option<u64> {
    None
}
