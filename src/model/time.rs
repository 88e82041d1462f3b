//! Simulated time: instants of the Vietnamese calendar, which has one offset and no daylight saving.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use crate::number::saturating;

/// Vietnam is seven hours ahead of UTC all year (`Asia/Ho_Chi_Minh`).
pub const VIETNAM_OFFSET_SECONDS: i32 = 7 * 3600;

const OFFSET: Offset = jiff::tz::offset(7);

/// An instant of simulated time: milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SimTime(pub i64);

/// A text that was to be an instant is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read {text:?} as an instant: {reason}")]
pub struct TimeSyntax {
    /// What was read.
    pub text: String,
    /// Why it is no instant.
    pub reason: String,
}

impl SimTime {
    /// The instant at which this Vietnamese day begins.
    pub fn start_of(day: Date) -> Self {
        Self::at(day, Time::midnight())
    }

    /// The instant of this Vietnamese day and time of day.
    pub fn at(day: Date, time: Time) -> Self {
        OFFSET.to_timestamp(day.to_datetime(time)).map_or(Self(0), |instant| Self(instant.as_millisecond()))
    }

    /// Day and time of day in Vietnam.
    pub fn civil(self) -> DateTime {
        Timestamp::from_millisecond(self.0).map_or(DateTime::ZERO, |instant| OFFSET.to_datetime(instant))
    }

    /// The day in Vietnam.
    pub fn day(self) -> Date {
        self.civil().date()
    }

    /// The instant a text with an explicit offset (RFC 3339) states.
    ///
    /// # Errors
    /// [`TimeSyntax`] if the text is no such instant.
    pub fn parse(text: &str) -> Result<Self, TimeSyntax> {
        let instant: Timestamp = text
            .parse()
            .map_err(|error: jiff::Error| TimeSyntax { text: text.to_owned(), reason: error.to_string() })?;
        Ok(Self(instant.as_millisecond()))
    }

    /// The time between two instants; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(saturating(self.0 - earlier.0))
    }
}

impl fmt::Display for SimTime {
    /// Writes `2021-03-01T07:30:00.000+07:00`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        write!(
            out,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}+07:00",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second(),
            civil.millisecond()
        )
    }
}

impl Add<Duration> for SimTime {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(saturating(span.as_millis())))
    }
}

impl Sub<Duration> for SimTime {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(saturating(span.as_millis())))
    }
}

/// A length of time as the clock of a run counts it; beyond 584 years it saturates.
pub fn nanoseconds(span: Duration) -> u64 {
    saturating(span.as_nanos())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_instant_is_written_with_the_vietnamese_offset() {
        let instant = SimTime::at(date(2021, 3, 1), Time::constant(7, 30, 0, 0));
        assert_eq!(instant.to_string(), "2021-03-01T07:30:00.000+07:00");
        assert_eq!(SimTime::parse(&instant.to_string()), Ok(instant));
    }

    #[test]
    fn another_offset_states_the_same_instant() {
        assert_eq!(SimTime::parse("2021-03-01T00:30:00Z"), SimTime::parse("2021-03-01T07:30:00+07:00"));
    }

    #[test]
    fn a_text_without_offset_is_refused() {
        assert!(SimTime::parse("2021-03-01T07:30:00").is_err());
    }

    #[test]
    fn midnight_belongs_to_the_day_it_begins() {
        assert_eq!(SimTime::start_of(date(2021, 3, 1)).day(), date(2021, 3, 1));
        assert_eq!((SimTime::start_of(date(2021, 3, 1)) - Duration::from_millis(1)).day(), date(2021, 2, 28));
    }
}
