//! Working time: how much of it lies between two moments, and when a given amount of it is over.
//!
//! # Source
//! 7:00 to 11:30 and 13:30 to 17:00, the usual setting of a province's portal; eight hours a day.

use jiff::civil::Date;

use crate::domain::calendar;
use crate::domain::moment::Moment;

/// The parts of a working day, in milliseconds since midnight.
const PARTS: [(i64, i64); 2] = [(7 * HOUR, 11 * HOUR + HOUR / 2), (13 * HOUR + HOUR / 2, 17 * HOUR)];
const HOUR: i64 = 3_600_000;

/// How much working time lies between two moments, in milliseconds; none if they are the wrong way round.
pub(crate) fn between(from: Moment, until: Moment) -> i64 {
    let mut worked = 0;
    let mut date = from.date();
    while date <= until.date() {
        for (start, end) in parts(date) {
            worked += (end.min(until).unix_ms() - start.max(from).unix_ms()).max(0);
        }
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    worked
}

/// The moment at which so much working time has passed; with none, the moment itself.
pub(crate) fn after(from: Moment, working_ms: i64) -> Moment {
    let mut left = working_ms;
    let mut date = from.date();
    while left > 0 {
        for (start, end) in parts(date) {
            let start = start.max(from);
            let length = end.unix_ms() - start.unix_ms();
            if length >= left {
                return start.plus_ms(left);
            }
            left -= length.max(0);
        }
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    if left > 0 { Moment::at_hour(date, 17) } else { from }
}

fn parts(date: Date) -> impl Iterator<Item = (Moment, Moment)> {
    let midnight = Moment::at_hour(date, 0);
    let is_worked = calendar::is_working_day(date);
    let parts = PARTS.into_iter().filter(move |_| is_worked);
    parts.map(move |(start, end)| (midnight.plus_ms(start), midnight.plus_ms(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse(&format!("{text}:00+07:00")).unwrap()
    }

    #[test]
    fn nights_lunch_breaks_and_weekends_are_no_working_time() {
        let hours = |from: &str, until: &str| between(moment(from), moment(until)) / HOUR;
        // Friday 5/3/2021 to Monday 8/3/2021.
        assert_eq!(hours("2021-03-05T07:00", "2021-03-05T17:00"), 8);
        assert_eq!(hours("2021-03-05T11:00", "2021-03-05T14:00"), 1);
        assert_eq!(hours("2021-03-05T16:00", "2021-03-08T08:00"), 2);
        assert_eq!(hours("2021-03-06T08:00", "2021-03-07T20:00"), 0);
        assert_eq!(hours("2021-03-08T08:00", "2021-03-05T08:00"), 0);
    }

    #[test]
    fn working_time_is_over_at_the_end_of_a_part_and_not_at_the_start_of_the_next() {
        assert_eq!(after(moment("2021-03-05T08:00"), 0), moment("2021-03-05T08:00"));
        assert_eq!(after(moment("2021-03-05T16:00"), HOUR), moment("2021-03-05T17:00"));
        assert_eq!(after(moment("2021-03-05T16:00"), 2 * HOUR), moment("2021-03-08T08:00"));
        assert_eq!(after(moment("2021-03-06T12:00"), HOUR), moment("2021-03-08T08:00"));
    }

    #[test]
    fn what_passes_is_what_was_asked_for() {
        for hours in 1..200 {
            let from = moment("2021-02-08T10:17");
            assert_eq!(between(from, after(from, hours * HOUR)), hours * HOUR, "{hours}");
        }
    }

    #[test]
    fn time_beyond_the_calendar_ends_and_does_not_hang() {
        let last = Moment::from_unix_ms(i64::MAX);
        assert!(after(last, i64::MAX) >= last);
    }
}
