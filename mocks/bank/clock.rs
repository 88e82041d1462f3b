//! The wall clock, read in one place.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, tz};

/// The time since 1970-01-01T00:00:00Z.
#[expect(clippy::disallowed_methods, reason = "a mock is a system of its own and has a wall clock of its own")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Nanoseconds since 1970-01-01T00:00:00Z.
pub(crate) fn unix_ns() -> u64 {
    u64::try_from(since_epoch().as_nanos()).unwrap_or(u64::MAX)
}

/// The present as `yyyyMMddHHmmss` on the 24-hour clock of Vietnam (UTC+7, no summer time).
pub(crate) fn stamp() -> String {
    let seconds = i64::try_from(since_epoch().as_secs()).unwrap_or(i64::MAX);
    let instant = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    tz::offset(7).to_datetime(instant).strftime("%Y%m%d%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_fourteen_digits() {
        let stamp = stamp();
        assert_eq!(stamp.len(), 14, "{stamp}");
        assert!(stamp.bytes().all(|byte| byte.is_ascii_digit()), "{stamp}");
    }
}
