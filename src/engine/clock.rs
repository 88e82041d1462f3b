//! The run's own clock: the only place where the engine asks what time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Counts nanoseconds since the run began, on the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct RunClock {
    start: Instant,
    start_unix: u128,
}

impl RunClock {
    /// A clock that reads zero now.
    #[expect(clippy::disallowed_methods, reason = "the door through which time enters")]
    pub fn start() -> Self {
        let start_unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Self { start: Instant::now(), start_unix }
    }

    /// Nanoseconds since the run began.
    #[expect(clippy::disallowed_methods, reason = "the door through which time enters")]
    pub fn now(&self) -> u64 {
        u64::try_from(Instant::now().saturating_duration_since(self.start).as_nanos()).unwrap_or(u64::MAX)
    }

    /// The instant at which this clock reads `nanoseconds`.
    pub fn instant(&self, nanoseconds: u64) -> Instant {
        self.start + Duration::from_nanos(nanoseconds)
    }

    /// What this clock reads at an instant of the wall clock, in nanoseconds since the Unix epoch; negative before the
    /// run began.
    pub fn at_unix(&self, nanoseconds: u64) -> i64 {
        let start = i128::try_from(self.start_unix).unwrap_or(i128::MAX);
        i64::try_from(i128::from(nanoseconds) - start).unwrap_or(i64::MIN)
    }
}
