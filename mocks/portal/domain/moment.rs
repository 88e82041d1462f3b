//! An instant on the portal's business clock, as it is kept, written and dated.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use jiff::civil::{Date, DateTime};
use jiff::tz::{self, Offset};
use jiff::{Timestamp, civil};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Vietnam has had one offset and no summer time since long before the first portal.
const VIETNAM: Offset = tz::offset(7);

/// Milliseconds since 1970-01-01T00:00:00Z; written as `2021-03-01T07:00:00.000+07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

impl Moment {
    /// The last moment the portal's clock can show: the year 9000, so that no deadline leaves the calendar.
    const LAST: i64 = 221_845_392_000_000;

    pub(crate) fn from_unix_ms(unix_ms: i64) -> Self {
        Self(unix_ms.clamp(0, Self::LAST))
    }

    /// The moment at which a clock on the wall in Vietnam shows this date and hour.
    pub(crate) fn at_hour(date: Date, hour: i8) -> Self {
        let local = date.to_datetime(civil::time(hour, 0, 0, 0));
        Self::from_unix_ms(VIETNAM.to_timestamp(local).map_or(Self::LAST, Timestamp::as_millisecond))
    }

    /// Reads RFC 3339 with any offset.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let timestamp: Timestamp = text.parse().ok()?;
        Some(Self::from_unix_ms(timestamp.as_millisecond()))
    }

    /// The date in Vietnam.
    pub(crate) fn date(self) -> Date {
        self.local().date()
    }

    pub(crate) fn minus_hours(self, hours: i64) -> Self {
        Self(self.0 - hours * 3_600_000)
    }

    pub(crate) fn plus_ms(self, ms: i64) -> Self {
        Self::from_unix_ms(self.0.saturating_add(ms))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub(crate) fn unix_ms(self) -> i64 {
        self.0
    }

    /// `yyyyMMddHHmmss` in Vietnam, on the 24-hour clock.
    pub(crate) fn stamp(self) -> String {
        self.local().strftime("%Y%m%d%H%M%S").to_string()
    }

    fn local(self) -> DateTime {
        VIETNAM.to_datetime(Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH))
    }
}

/// How a moment is written, with zeros where its figures stand.
const FORM: [u8; 29] = *b"0000-00-00T00:00:00.000+07:00";

impl Moment {
    /// The moment as text. Answers are full of moments, so every digit is written in place, without `core::fmt`.
    fn text(self) -> [u8; 29] {
        let local = self.local();
        let figures = [
            (0, 4, local.year()),
            (5, 2, local.month().into()),
            (8, 2, local.day().into()),
            (11, 2, local.hour().into()),
            (14, 2, local.minute().into()),
            (17, 2, local.second().into()),
            (20, 3, local.millisecond()),
        ];
        let mut text = FORM;
        for (start, length, figure) in figures {
            let mut rest = figure.unsigned_abs();
            for digit in text.iter_mut().skip(start).take(length).rev() {
                *digit += u8::try_from(rest % 10).unwrap_or_default();
                rest /= 10;
            }
        }
        text
    }
}

impl Display for Moment {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| Error::custom("a moment is an instant of RFC 3339"))
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Moment")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_vietnam_to_the_millisecond() {
        let moment = Moment::parse("2021-03-01T00:00:00.25Z").unwrap();
        assert_eq!(moment.to_string(), "2021-03-01T07:00:00.250+07:00");
        assert_eq!(moment.stamp(), "20210301070000");
    }

    #[test]
    fn the_date_is_the_date_in_vietnam() {
        assert_eq!(Moment::parse("2021-03-01T17:00:00Z").unwrap().date(), civil::date(2021, 3, 2));
        assert_eq!(Moment::parse("2021-03-01T16:59:59Z").unwrap().date(), civil::date(2021, 3, 1));
    }

    #[test]
    fn afternoon_hours_are_on_the_24_hour_clock() {
        assert_eq!(Moment::at_hour(civil::date(2021, 3, 1), 21).stamp(), "20210301210000");
    }

    #[test]
    fn the_far_future_is_the_year_9000() {
        assert_eq!(Moment::from_unix_ms(i64::MAX).to_string(), "9000-01-01T07:00:00.000+07:00");
    }
}
