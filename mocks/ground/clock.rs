//! The wall clock, read in one place.

use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970-01-01T00:00:00Z.
#[expect(clippy::disallowed_methods, reason = "a mock is a system of its own and has a wall clock of its own")]
pub fn unix_ns() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or_else(|_| unreachable!("the year 2554 is far away"))
}

/// Milliseconds since 1970-01-01T00:00:00Z.
pub fn unix_ms() -> u64 {
    unix_ns() / 1_000_000
}
