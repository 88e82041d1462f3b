//! The working calendar: which days are worked, how many lie between two of them, and what the law counts on them.
//!
//! [`Calendar`] is data read once and prefix sums over it: every question is answered in constant time. It knows whole days
//! only; [`WorkingTime`] adds the hours of an office, and [`deadline()`] the [`Law`] of the day of receipt.

mod deadline;
mod law;
#[cfg(test)]
mod lunar;
mod reading;
mod working_time;

pub use deadline::{Deadline, LegalTime, NoDeadline, Pause, deadline, intake_deadline, planned_deadline};
pub use law::{Apology, Basis, Evidence, Law, Ruled};
pub(crate) use reading::WEEKDAYS;
#[cfg(test)]
pub(crate) use tests::vietnam;
pub use working_time::WorkingTime;

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};

use crate::period::Period;

/// The working days of a country, year by year.
///
/// Outside the years it was read for, a day is worked unless it falls on the weekend.
#[derive(Clone, Debug)]
pub struct Calendar {
    name: String,
    title: String,
    covered: Period,
    weekend: Vec<Weekday>,
    /// Versions of the law, the earliest first.
    law: Vec<Law>,
    /// One record for each covered day.
    records: Vec<Record>,
    /// The covered working days, in order.
    worked: Vec<Date>,
}

#[derive(Clone, Debug)]
struct Record {
    working: bool,
    /// Covered working days before this one.
    before: usize,
    note: String,
}

/// One day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day<'a> {
    /// The day.
    pub date: Date,
    /// Whether offices work on it.
    pub working: bool,
    /// Working days from the first day of the listing to this one, this one not counted.
    pub working_days_before: u32,
    /// Name of the holiday, or why a weekend day is worked; mostly empty.
    pub note: &'a str,
}

impl Calendar {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its title, in Vietnamese.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The days it was read for: whole years in a row.
    pub fn covered(&self) -> Period {
        self.covered
    }

    /// The version of the law that holds for dossiers received on this day; `None` before the first.
    pub fn law(&self, received: Date) -> Option<&Law> {
        self.law.iter().rfind(|law| law.from <= received)
    }

    /// Before which time of day a dossier must come in to be done the same day; `None` if the law changes it within the period, or
    /// there is none on its first day.
    pub fn same_day_before(&self, period: Period) -> Option<Time> {
        let before = self.law(period.from)?.same_day.value;
        let mut changes = self.law.iter().filter(|law| law.from > period.from && law.from <= period.until);
        changes.all(|law| law.same_day.value == before).then_some(before)
    }

    /// Whether offices work on this day.
    pub fn is_working(&self, day: Date) -> bool {
        self.record(day).map_or_else(|| !self.is_weekend(day), |record| record.working)
    }

    /// Whether this day of the week is usually free.
    pub fn is_weekend(&self, day: Date) -> bool {
        self.weekend.contains(&day.weekday())
    }

    /// The name of the holiday, or why a weekend day is worked; empty for all other days.
    pub fn note(&self, day: Date) -> &str {
        self.record(day).map_or("", |record| &record.note)
    }

    /// The `days`-th working day after `from`; `from` itself if `days` is 0.
    pub fn add_working_days(&self, from: Date, days: u16) -> Date {
        let Some(days) = usize::from(days).checked_sub(1) else { return from };
        let later = self.worked_through(from).and_then(|passed| self.worked.get(passed + days));
        later.copied().unwrap_or_else(|| {
            let mut following = from.series(1.day()).skip(1).filter(|day| self.is_working(*day));
            following.nth(days).unwrap_or(Date::MAX)
        })
    }

    /// How many working days lie after `after` and not after `through`; 0 if that is no stretch.
    pub fn working_days_between(&self, after: Date, through: Date) -> usize {
        match (self.worked_through(after), self.worked_through(through)) {
            (Some(passed), Some(reached)) => reached.saturating_sub(passed),
            _ => after
                .series(1.day())
                .skip(1)
                .take_while(|day| *day <= through)
                .filter(|day| self.is_working(*day))
                .count(),
        }
    }

    /// The last day after which at least `days` working days are left until `end` (included); `None` if `end` is not covered
    /// or so many were never left.
    pub fn last_day_before(&self, days: u16, end: Date) -> Option<Date> {
        if days == 0 {
            return Some(end);
        }
        let first = self.worked_through(end)?.checked_sub(usize::from(days))?;
        self.worked.get(first)?.yesterday().ok()
    }

    /// The days of a period, in order, working days counted from its first day.
    pub fn days(&self, period: Period) -> impl Iterator<Item = Day<'_>> {
        let mut counted = 0;
        period.days().map(move |date| {
            let working = self.is_working(date);
            let working_days_before = counted;
            counted += u32::from(working);
            Day { date, working, working_days_before, note: self.note(date) }
        })
    }

    fn record(&self, day: Date) -> Option<&Record> {
        let days = (day - self.covered.from).get_days();
        usize::try_from(days).ok().and_then(|i| self.records.get(i))
    }

    /// Covered working days up to this covered day, itself included.
    fn worked_through(&self, day: Date) -> Option<usize> {
        self.record(day).map(|record| record.before + usize::from(record.working))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn vietnam() -> &'static Calendar {
        static VIETNAM: LazyLock<Calendar> = LazyLock::new(|| {
            let text = include_str!("../../../scenarios/calendars/vietnam.yaml");
            Calendar::load("vietnam.yaml", text).unwrap()
        });
        &VIETNAM
    }

    fn count(calendar: &Calendar, after: Date, through: Date) -> usize {
        calendar.working_days_between(after, through)
    }

    #[test]
    fn the_periods_of_the_two_documents_have_184_and_16_working_days() {
        let calendar = vietnam();
        assert_eq!(count(calendar, date(2020, 12, 31), date(2021, 9, 30)), 184);
        assert_eq!(count(calendar, date(2019, 9, 17), date(2019, 10, 9)), 16);
    }

    #[test]
    fn the_cut_off_hour_is_stated_where_the_law_keeps_it_for_the_whole_period() {
        let text = include_str!("../../../scenarios/calendars/vietnam.yaml");
        let later = text.replacen(
            "  - from: 2021-12-06 ",
            "  - same_day: { before: 14:30, source: made up, evidence: memory }\n    from: 2021-12-06 ",
            1,
        );
        assert_ne!(text, later);
        let changing = Calendar::load("vietnam.yaml", &later).unwrap();
        let cutoff = |calendar: &Calendar, from, until| {
            calendar.same_day_before(Period { from, until }).map(|time| time.strftime("%H:%M").to_string())
        };
        let (old, new, newer) = (date(2021, 12, 1), date(2021, 12, 6), date(2021, 12, 31));
        assert_eq!(cutoff(vietnam(), old, newer).as_deref(), Some("15:00"));
        assert_eq!(cutoff(&changing, old, new.yesterday().unwrap()).as_deref(), Some("15:00"));
        assert_eq!(cutoff(&changing, new, newer).as_deref(), Some("14:30"));
        assert_eq!(cutoff(&changing, old, new), None);
        assert_eq!(cutoff(vietnam(), date(2018, 1, 1), old), None, "before the first version");
    }

    #[test]
    fn a_swapped_saturday_is_worked_and_says_why() {
        let calendar = vietnam();
        assert!(calendar.is_working(date(2019, 5, 4)) && !calendar.is_working(date(2019, 4, 29)));
        assert_eq!(calendar.note(date(2019, 5, 4)), "làm bù cho 29/4/2019");
        assert!(calendar.is_working(date(2024, 5, 4)) && !calendar.is_working(date(2021, 5, 8)));
    }

    #[test]
    fn every_swap_has_both_its_days() {
        let calendar = vietnam();
        let other_day = |note: &str| {
            let parts: Vec<i16> =
                note.rsplit(' ').next().unwrap().split('/').map(|part| part.parse().unwrap()).collect();
            date(parts[2], i8::try_from(parts[1]).unwrap(), i8::try_from(parts[0]).unwrap())
        };
        let mut swaps = Vec::new();
        for day in calendar.days(calendar.covered()) {
            if let Some(free) = day.note.strip_prefix("làm bù cho ").map(other_day) {
                swaps.push(day.date.to_string());
                assert!(day.working && day.date.weekday() == Weekday::Saturday, "{}", day.date);
                // The first swap gave a day off in the year before the calendar begins.
                let is_covered = calendar.covered().from <= free;
                let expected = format!("nghỉ hoán đổi với {}", day.date.strftime("%-d/%-m/%Y"));
                assert_eq!(calendar.note(free), if is_covered { expected.as_str() } else { "" }, "{}", day.date);
            }
            if let Some(worked) = day.note.strip_prefix("nghỉ hoán đổi với ").map(other_day) {
                assert!(!day.working && calendar.is_working(worked), "{} without {worked}", day.date);
            }
        }
        assert_eq!(swaps, ["2019-01-05", "2019-05-04", "2024-05-04", "2025-04-26", "2026-08-22"]);
    }

    #[test]
    fn a_holiday_on_a_weekend_is_given_back_on_the_next_day_that_would_be_worked() {
        let calendar = vietnam();
        for day in calendar.days(calendar.covered()).filter(|day| day.note.starts_with("nghỉ bù ")) {
            let name = day.note.strip_prefix("nghỉ bù ").unwrap();
            let before = day.date.series(-1.day()).skip(1).take_while(|before| !calendar.is_working(*before));
            let lost = before.filter(|before| calendar.note(*before) == name && calendar.is_weekend(*before));
            assert_eq!(lost.count(), 1, "{}: {}", day.date, day.note);
        }
    }

    #[test]
    fn culture_day_is_free_from_2026_on() {
        let free = |year| vietnam().note(date(year, 11, 24)) == "Ngày Văn hóa Việt Nam";
        assert_eq!((2019..=2027).filter(|year| free(*year)).collect::<Vec<_>>(), [2026, 2027]);
    }

    #[test]
    fn tet_2021_is_stepped_over() {
        assert_eq!(vietnam().add_working_days(date(2021, 2, 9), 1), date(2021, 2, 17));
        assert_eq!(vietnam().add_working_days(date(2021, 4, 29), 1), date(2021, 5, 4));
    }

    #[test]
    fn no_working_days_later_is_the_same_day() {
        assert_eq!(vietnam().add_working_days(date(2021, 5, 1), 0), date(2021, 5, 1));
    }

    #[test]
    fn beyond_its_years_only_weekends_are_free() {
        let calendar = vietnam();
        assert!(calendar.is_working(date(2031, 1, 1)));
        assert_eq!(calendar.add_working_days(date(2027, 12, 31), 3), date(2028, 1, 5));
        assert_eq!(count(calendar, date(2018, 12, 28), date(2018, 12, 31)), 1);
    }

    #[test]
    fn a_listing_counts_working_days_from_its_own_first_day() {
        let calendar = vietnam();
        let period = Period { from: date(2021, 4, 29), until: date(2021, 5, 4) };
        let before: Vec<_> = calendar.days(period).map(|day| (day.working, day.working_days_before)).collect();
        assert_eq!(before, [(true, 0), (false, 1), (false, 1), (false, 1), (false, 1), (true, 1)]);
    }

    /// Day after day, by the rule.
    fn by_hand(calendar: &Calendar, from: Date, days: u16) -> Date {
        let (mut day, mut left) = (from, days);
        while left > 0 {
            day = day.tomorrow().unwrap();
            left -= u16::from(calendar.is_working(day));
        }
        day
    }

    proptest! {
        #[test]
        fn prefix_sums_agree_with_stepping(offset in -40_i32..2_600, days in 0_u16..80) {
            let calendar = vietnam();
            let from = date(2019, 1, 1).checked_add(offset.days()).unwrap();
            let due = calendar.add_working_days(from, days);
            prop_assert_eq!(due, by_hand(calendar, from, days));
            prop_assert_eq!(count(calendar, from, due), usize::from(days));
        }

        #[test]
        fn the_last_day_before_leaves_just_enough(offset in 200_i32..2_500, days in 1_u16..80) {
            let calendar = vietnam();
            let end = date(2019, 1, 1).checked_add(offset.days()).unwrap();
            let last = calendar.last_day_before(days, end).unwrap();
            prop_assert_eq!(count(calendar, last, end), usize::from(days));
            prop_assert!(count(calendar, last.tomorrow().unwrap(), end) < usize::from(days));
        }
    }
}
