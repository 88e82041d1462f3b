//! One clock for provinces whose documents speak of different days.
//!
//! The longest period leads: it is played on its own days. Every other province begins in the first week of it, moved by whole weeks,
//! so that a Monday stays a Monday and a day stays a day. What a province's own calendar says of its days goes with them.

use jiff::ToSpan;
use jiff::civil::Date;
use model::SimTime;

use crate::calendar::Calendar;
use crate::period::Period;

/// The days of a run, and how far each province is moved onto them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    /// The days of the run.
    pub(crate) period: Period,
    /// Which province leads.
    pub(crate) leader: usize,
    /// For each province, by how many days it is played later than its document says.
    pub(crate) moved: Vec<Moved>,
}

/// By how much a province is played later than its document says; negative if earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// In days: whole weeks.
    pub days: i32,
}

impl Moved {
    /// When an instant of the document is played.
    pub fn on_clock(self, instant: SimTime) -> SimTime {
        SimTime(instant.0 + i64::from(self.days) * 86_400_000)
    }

    /// The instant of the document that is played at an instant.
    pub(crate) fn own_instant(self, instant: SimTime) -> SimTime {
        Self { days: -self.days }.on_clock(instant)
    }

    /// The days on which a period of the document is played.
    pub fn period(self, period: Period) -> Period {
        Period { from: later(period.from, self.days), until: later(period.until, self.days) }
    }

    /// The day of the document that is played on a day.
    pub(crate) fn own(self, day: Date) -> Date {
        later(day, -self.days)
    }
}

fn later(day: Date, days: i32) -> Date {
    day.saturating_add(days.days())
}

impl Clock {
    /// The clock of provinces with these periods. Whoever is moved onto fewer working days than its document had is given as many
    /// more at the end: what is due by then still comes true.
    pub(crate) fn of(periods: &[Period], calendar: &Calendar) -> Self {
        let length = |period: &Period| (period.until - period.from).get_days();
        let longest = (0..).zip(periods).max_by_key(|(at, period)| (length(period), std::cmp::Reverse(*at)));
        let (leader, lead) =
            longest.map_or((0, Period { from: Date::ZERO, until: Date::ZERO }), |(at, lead)| (at, *lead));
        let moved: Vec<_> = periods.iter().map(|period| Moved { days: weeks(period.from, lead.from) * 7 }).collect();
        let ends = periods.iter().zip(&moved).map(|(period, moved)| end(*period, *moved, calendar));
        let until = ends.max().unwrap_or(lead.until);
        Self { period: Period { from: lead.from, until }, leader, moved }
    }
}

/// The fewest weeks after which a day does not lie before another.
fn weeks(day: Date, other: Date) -> i32 {
    let days = (other - day).get_days();
    days.div_euclid(7) + i32::from(days.rem_euclid(7) > 0)
}

/// The last day on which a province is played.
fn end(period: Period, moved: Moved, calendar: &Calendar) -> Date {
    let played = moved.period(period);
    let worked = |period: Period| period.days().filter(|day| calendar.is_working(*day)).count();
    let lost = worked(period).saturating_sub(worked(played));
    match u16::try_from(lost) {
        Ok(lost) if lost > 0 => calendar.add_working_days(played.until, lost),
        Ok(_) | Err(_) => played.until,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::vietnam;

    fn period(from: Date, days: i64) -> Period {
        Period { from, until: from.saturating_add((days - 1).days()) }
    }

    #[test]
    fn the_longest_leads_and_the_others_begin_in_its_first_week() {
        let dien_bien = Period { from: date(2019, 9, 18), until: date(2019, 10, 9) };
        let tay_ninh = Period { from: date(2021, 1, 1), until: date(2021, 9, 30) };
        let clock = Clock::of(&[dien_bien, tay_ninh], vietnam());
        assert_eq!((clock.leader, clock.period, clock.moved[1].days), (1, tay_ninh, 0));
        let played = clock.moved[0].period(dien_bien);
        assert_eq!((played.from, played.until), (date(2021, 1, 6), date(2021, 1, 27)));
        assert_eq!(clock.moved[0].own(played.from), dien_bien.from);
    }

    #[test]
    fn provinces_of_one_period_stay_where_they_are() {
        let period = Period { from: date(2025, 7, 1), until: date(2025, 8, 19) };
        let clock = Clock::of(&[period; 34], vietnam());
        assert_eq!((clock.period, clock.leader), (period, 0));
        assert!(clock.moved.iter().all(|moved| *moved == Moved::default()));
    }

    #[test]
    fn working_days_that_are_lost_are_given_at_the_end() {
        // Onto Tết 2021, which closes offices on five of its days.
        let quiet = period(date(2019, 6, 3), 14);
        let tet = period(date(2021, 2, 1), 14);
        let clock = Clock::of(&[tet, quiet], vietnam());
        assert!(clock.period.until > tet.until, "{:?}", clock.period);
        assert_eq!(vietnam().working_days_between(tet.until, clock.period.until), 3);
    }

    proptest! {
        #[test]
        fn weekdays_stay_and_nobody_begins_before_the_leader(starts in prop::collection::vec((0_i64..1_500, 1_i64..200), 1..6)) {
            let periods: Vec<_> =
                starts.iter().map(|(start, days)| period(date(2019, 1, 1).saturating_add(start.days()), *days)).collect();
            let clock = Clock::of(&periods, vietnam());
            prop_assert_eq!(clock.moved[clock.leader].days, 0);
            for (period, moved) in periods.iter().zip(&clock.moved) {
                let played = moved.period(*period);
                prop_assert_eq!(played.from.weekday(), period.from.weekday());
                prop_assert!(clock.period.from <= played.from && played.until <= clock.period.until);
                prop_assert!((played.from - clock.period.from).get_days() < 7);
            }
        }
    }
}
