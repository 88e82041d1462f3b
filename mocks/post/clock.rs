//! The wall clock and the timer, each read in one place.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Nanoseconds since 1970-01-01T00:00:00Z.
#[expect(clippy::disallowed_methods, reason = "a mock is a system of its own and has a wall clock of its own")]
pub(crate) fn unix_ns() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}

/// Milliseconds since 1970-01-01T00:00:00Z.
pub(crate) fn unix_ms() -> u64 {
    unix_ns() / 1_000_000
}

/// The instant that parcels are timed by: it never jumps.
pub(crate) fn timer() -> Instant {
    Instant::now()
}
