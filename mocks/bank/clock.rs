//! The wall clock in Vietnam, and how its instants are written on the wire.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz};

/// The clock of Vietnam: UTC+7, no summer time.
const HOURS_EAST: i8 = 7;
/// `yyyyMMddHHmmss` on the 24-hour clock.
const STAMP: &str = "%Y%m%d%H%M%S";

/// Whole seconds since 1970-01-01T00:00:00Z.
pub(crate) fn now() -> i64 {
    (mock_ground::unix_ns() / 1_000_000_000).cast_signed()
}

/// What a clock on a wall in Vietnam shows at an instant, in seconds since 1970.
fn local(seconds: i64) -> DateTime {
    let instant = Timestamp::from_second(seconds).unwrap_or_else(|_| unreachable!("orders expire within days"));
    tz::offset(HOURS_EAST).to_datetime(instant)
}

/// An instant as `yyyyMMddHHmmss`.
pub(crate) fn stamp(seconds: i64) -> String {
    local(seconds).strftime(STAMP).to_string()
}

/// An instant as people read it: `2021-03-01 07:00:00`.
pub(crate) fn readable(seconds: i64) -> String {
    local(seconds).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The instant that a `yyyyMMddHHmmss` names; `None` if it names none.
pub(crate) fn parse_stamp(text: &str) -> Option<i64> {
    let is_in_form = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let moment = is_in_form.then(|| DateTime::strptime(STAMP, text).ok())??;
    let instant = tz::offset(HOURS_EAST).to_timestamp(moment).ok()?;
    Some(instant.as_second())
}

/// The day in Vietnam of an instant.
pub(crate) fn day(seconds: i64) -> Date {
    local(seconds).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_the_time_in_vietnam_on_the_24_hour_clock() {
        // date -u -d '2021-03-01 14:05:09' +%s
        assert_eq!(stamp(1_614_607_509), "20210301210509");
    }

    #[test]
    fn a_stamp_read_back_is_the_same_instant() {
        assert_eq!(parse_stamp("20210301210509"), Some(1_614_607_509));
    }

    #[test]
    fn what_is_no_instant_is_not_read_as_one() {
        for text in ["", "2021", "20211301000000", "20210229000000", "2021030121050x", "+2021030121050"] {
            assert_eq!(parse_stamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_ends_at_midnight_in_vietnam() {
        let last_second = parse_stamp("20210301235959").unwrap();
        assert_eq!((day(last_second).day(), day(last_second + 1).day()), (1, 2));
    }
}
