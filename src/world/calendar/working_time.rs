//! Working time: how long an office was open between two instants, and when it will have been open for so long.
//!
//! Prefix sums over the stretches in which an office works; both questions are binary searches, and each is the exact inverse of
//! the other. It knows an office's hours and the calendar's working days; what the law counts on them is [`super::deadline()`]'s.

use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use model::SimTime;

use super::Calendar;
use crate::period::{Period, next};
use crate::province::office::Office;

/// Legal times run beyond the calendar's last year; there only weekends are free.
const YEARS_BEYOND: i32 = 2;

/// The calendar as one office works by it: its hours on worked days. Weekend days on which it only takes dossiers are left out.
#[derive(Clone, Debug)]
pub struct WorkingTime {
    calendar: Calendar,
    /// In order, apart, none of them empty.
    stretches: Vec<Stretch>,
}

#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: SimTime,
    end: SimTime,
    /// Milliseconds worked before `start`.
    before: i64,
}

impl Stretch {
    fn length(self) -> i64 {
        self.end.0 - self.start.0
    }
}

impl WorkingTime {
    /// The working time of an office, from the calendar's first day to two years after its last.
    pub fn new(calendar: &Calendar, office: &Office) -> Self {
        let covered = calendar.covered();
        let reach = Period { until: covered.until.saturating_add(YEARS_BEYOND.years()), ..covered };
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut before = 0;
        for day in reach.days().filter(|day| calendar.is_working(*day)) {
            for (start, end) in office.stretches(calendar, day) {
                let stretch = Stretch { start, end, before };
                before += stretch.length();
                stretches.push(stretch);
            }
        }
        Self { calendar: calendar.clone(), stretches }
    }

    /// The calendar it is laid over.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// How long the office worked between two instants; zero if `until` is not later. Nothing is counted beyond its reach.
    pub fn open_between(&self, from: SimTime, until: SimTime) -> Duration {
        let open = self.open_before(until) - self.open_before(from);
        Duration::from_millis(open.max(0).cast_unsigned())
    }

    /// The first instant, not before `from`, at which the office has worked for so long since `from`; `None` if that lies beyond
    /// its reach. Time that is up when the office closes is up at closing time, not at the next opening.
    pub fn after(&self, from: SimTime, open: Duration) -> Option<SimTime> {
        if open.is_zero() {
            return Some(from);
        }
        let target = self.open_before(from).checked_add(i64::try_from(open.as_millis()).ok()?)?;
        let reached = self.stretches.partition_point(|stretch| stretch.before + stretch.length() < target);
        let stretch = self.stretches.get(reached)?;
        Some(SimTime(stretch.start.0 + target - stretch.before))
    }

    /// The first instant, not before this one, at which the office works.
    pub fn next_open(&self, instant: SimTime) -> Option<SimTime> {
        let i = self.stretches.partition_point(|stretch| stretch.end <= instant);
        self.stretches.get(i).map(|stretch| stretch.start.max(instant))
    }

    /// The last instant, not after this one, at which the office works or just closes.
    pub fn last_open(&self, instant: SimTime) -> Option<SimTime> {
        let begun = self.stretches.partition_point(|stretch| stretch.start <= instant);
        self.stretches.get(begun.checked_sub(1)?).map(|stretch| stretch.end.min(instant))
    }

    /// When the office closes on a day for good; `None` if it does not work on it.
    pub fn closing(&self, day: Date) -> Option<SimTime> {
        let closed = self.last_open(SimTime::start_of(next(day)))?;
        (closed.day() == day).then_some(closed)
    }

    /// Milliseconds worked before an instant.
    fn open_before(&self, instant: SimTime) -> i64 {
        let i = self.stretches.partition_point(|stretch| stretch.end <= instant);
        match self.stretches.get(i) {
            Some(stretch) => stretch.before + (instant.0 - stretch.start.0).max(0),
            None => self.stretches.last().map_or(0, |last| last.before + last.length()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, date, time};
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::vietnam;

    pub(crate) fn office(hours: &[(Time, Time)]) -> Office {
        Office { hours: hours.to_vec(), days: Vec::new(), source: "made up".to_owned() }
    }

    fn usual() -> WorkingTime {
        WorkingTime::new(
            vietnam(),
            &office(&[(time(7, 0, 0, 0), time(11, 30, 0, 0)), (time(13, 30, 0, 0), time(17, 0, 0, 0))]),
        )
    }

    fn at(day: Date, hour: i8, minute: i8) -> SimTime {
        SimTime::at(day, time(hour, minute, 0, 0))
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_day_has_eight_hours_with_a_break() {
        let time = usual();
        let monday = date(2021, 3, 1);
        assert_eq!(time.open_between(SimTime::start_of(monday), SimTime::start_of(next(monday))), 8 * HOUR);
        assert_eq!(time.open_between(at(monday, 11, 0), at(monday, 14, 0)), HOUR);
        assert_eq!(time.open_between(at(monday, 14, 0), at(monday, 11, 0)), Duration::ZERO);
    }

    #[test]
    fn time_that_is_up_at_closing_is_up_then() {
        let time = usual();
        let friday = date(2021, 3, 5);
        assert_eq!(time.after(at(friday, 16, 0), HOUR), Some(at(friday, 17, 0)));
        assert_eq!(time.after(at(friday, 16, 1), HOUR), Some(at(date(2021, 3, 8), 7, 1)));
        assert_eq!(time.after(at(friday, 12, 0), Duration::ZERO), Some(at(friday, 12, 0)));
        // Over Tết 2021 and its weekend.
        assert_eq!(time.after(at(date(2021, 2, 9), 16, 0), 2 * HOUR), Some(at(date(2021, 2, 17), 8, 0)));
    }

    #[test]
    fn the_office_says_when_it_opens_and_when_it_closed() {
        let time = usual();
        let friday = date(2021, 3, 5);
        assert_eq!(time.next_open(at(friday, 12, 0)), Some(at(friday, 13, 30)));
        assert_eq!(time.next_open(at(friday, 17, 0)), Some(at(date(2021, 3, 8), 7, 0)));
        assert_eq!(time.last_open(at(date(2021, 3, 7), 12, 0)), Some(at(friday, 17, 0)));
        assert_eq!(time.last_open(at(friday, 12, 0)), Some(at(friday, 11, 30)));
        assert_eq!(time.closing(friday), Some(at(friday, 17, 0)));
        assert_eq!(time.closing(date(2021, 3, 6)), None);
    }

    #[test]
    fn its_reach_ends_two_years_after_the_calendar() {
        let time = usual();
        assert!(time.after(at(date(2027, 12, 31), 8, 0), 250 * 8 * HOUR).is_some());
        assert_eq!(time.after(at(date(2029, 12, 31), 8, 0), 80 * HOUR), None);
        assert_eq!(time.next_open(at(date(2030, 1, 1), 8, 0)), None);
        assert_eq!(time.last_open(at(date(2018, 12, 1), 8, 0)), None);
    }

    proptest! {
        #[test]
        fn both_questions_are_each_others_inverse(from in 0_i64..3_287 * 86_400_000, open in 1_u64..1_000 * 3_600_000) {
            let time = usual();
            let from = SimTime(SimTime::start_of(date(2019, 1, 1)).0 + from);
            let reached = time.after(from, Duration::from_millis(open)).unwrap();
            prop_assert_eq!(time.open_between(from, reached), Duration::from_millis(open));
            prop_assert_eq!(time.open_between(from, SimTime(reached.0 - 1)), Duration::from_millis(open - 1));
        }
    }
}
