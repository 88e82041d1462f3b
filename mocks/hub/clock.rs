//! The wall clock in Vietnam, and how its instants are written.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{self, Offset};

/// Vietnam has one offset and no summer time.
const VIETNAM: Offset = tz::offset(7);

/// What a clock on the wall in Vietnam shows at an instant.
pub(crate) fn in_vietnam(unix_ns: u64) -> DateTime {
    let instant = Timestamp::from_nanosecond(i128::from(unix_ns));
    VIETNAM.to_datetime(instant.unwrap_or_else(|_| unreachable!("a u64 of nanoseconds ends in the year 2554")))
}

/// `yyyyMMddHHmmss` in Vietnam, on the 24-hour clock.
pub(crate) fn stamp(unix_ns: u64) -> String {
    in_vietnam(unix_ns).strftime("%Y%m%d%H%M%S").to_string()
}

/// Whether a text is a date and a time that exist, written `yyyyMMddHHmmss`.
pub(crate) fn is_stamp(text: &str) -> bool {
    text.len() == 14
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && DateTime::strptime("%Y%m%d%H%M%S", text)
            .is_ok_and(|moment| moment.strftime("%Y%m%d%H%M%S").to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_an_instant_that_exists() {
        for text in ["20210301070000", "20210301235959", "20240229000000"] {
            assert!(is_stamp(text), "{text}");
        }
        for text in [
            "",
            "2021030107000",
            "20210301246060",
            "20230229000000",
            "2021-03-01 07:0",
            "20211301070000",
            "２0210301070",
        ] {
            assert!(!is_stamp(text), "{text}");
        }
    }

    #[test]
    fn a_stamp_is_written_in_vietnam_on_the_24_hour_clock() {
        assert_eq!(stamp(1_614_610_800_000_000_000), "20210301220000");
    }
}
