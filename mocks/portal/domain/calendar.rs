//! Working days: Vietnamese public holidays, weekends, and the Saturdays that were worked in exchange for a
//! day off. The portal's own table, so that a wrong day here is not also wrong in the tool that tests it.

use jiff::civil::{Date, Weekday};

use crate::behaviour::defects::deadlines::Reading;
use crate::domain::moment::Moment;

/// The hour at which a deadline ends.
const CLOSING_HOUR: i8 = 17;

/// What is to be done the same day and is received at this hour or later, is due on the next working day.
///
/// # Source
/// Decisions 1811 and 663 of Hà Nội: what is received after 15:00 is answered on the next working day.
const SAME_DAY_UNTIL_HOUR: i8 = 15;

impl Reading {
    fn counts(self, date: Date) -> bool {
        match self {
            Self::Law => is_working_day(date),
            Self::WithWeekends => is_working_day(date) || is_weekend(date),
            Self::WithoutSwaps => is_working_day(date) && !is_weekend(date),
            Self::WithHolidays => !is_weekend(date) || is_working_day(date),
        }
    }
}

/// Days off from Monday to Friday, as (month, day), by year.
///
/// # Source
/// Labour Code 2019 Art. 112 with the yearly decisions on lunar days, substitutes for holidays on weekends, and
/// exchanged days, as listed by the package `holidays` (`PyPI`).
const DAYS_OFF: [(i16, &[(i8, i8)]); 8] = [
    (2019, &[(1, 1), (2, 4), (2, 5), (2, 6), (2, 7), (2, 8), (4, 15), (4, 29), (4, 30), (5, 1), (9, 2)]),
    (2020, &[(1, 1), (1, 23), (1, 24), (1, 27), (1, 28), (1, 29), (4, 2), (4, 30), (5, 1), (9, 2)]),
    (2021, &[(1, 1), (2, 10), (2, 11), (2, 12), (2, 15), (2, 16), (4, 21), (4, 30), (5, 3), (9, 2), (9, 3)]),
    (2022, &[(1, 3), (1, 31), (2, 1), (2, 2), (2, 3), (2, 4), (4, 11), (5, 2), (5, 3), (9, 1), (9, 2)]),
    (2023, &[(1, 2), (1, 20), (1, 23), (1, 24), (1, 25), (1, 26), (5, 1), (5, 2), (5, 3), (9, 1), (9, 4)]),
    (2024, &[(1, 1), (2, 8), (2, 9), (2, 12), (2, 13), (2, 14), (4, 18), (4, 29), (4, 30), (5, 1), (9, 2), (9, 3)]),
    (2025, &[(1, 1), (1, 27), (1, 28), (1, 29), (1, 30), (1, 31), (4, 7), (4, 30), (5, 1), (5, 2), (9, 1), (9, 2)]),
    (
        2026,
        &[
            (1, 1),
            (2, 16),
            (2, 17),
            (2, 18),
            (2, 19),
            (2, 20),
            (4, 27),
            (4, 30),
            (5, 1),
            (8, 31),
            (9, 1),
            (9, 2),
            (11, 24),
        ],
    ),
];

/// Holidays on a fixed date of the solar calendar, for the years without a table.
const FIXED_DAYS_OFF: [(i8, i8); 4] = [(1, 1), (4, 30), (5, 1), (9, 2)];

/// Saturdays that were worked in exchange for a day off before or after a holiday.
const WORKED_SATURDAYS: [(i16, i8, i8); 5] = [(2019, 1, 5), (2019, 5, 4), (2024, 5, 4), (2025, 4, 26), (2026, 8, 22)];

/// Whether offices work on this day.
pub(crate) fn is_working_day(date: Date) -> bool {
    match date.weekday() {
        Weekday::Saturday => WORKED_SATURDAYS.contains(&(date.year(), date.month(), date.day())),
        Weekday::Sunday => false,
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => {
            !is_day_off(date)
        }
    }
}

fn is_day_off(date: Date) -> bool {
    let table = DAYS_OFF.iter().find(|(year, _)| *year == date.year());
    table.map_or(&FIXED_DAYS_OFF[..], |(_, days)| days).contains(&(date.month(), date.day()))
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The end of the `days`-th working day after the day of acceptance; with no days, the end of that day itself.
pub(crate) fn due_at(accepted_at: Moment, days: u16, reading: Reading) -> Moment {
    let mut date = accepted_at.date();
    let mut left = days;
    while left > 0 {
        let Ok(next) = date.tomorrow() else {
            break;
        };
        date = next;
        left -= u16::from(reading.counts(date));
    }
    Moment::at_hour(date, CLOSING_HOUR)
}

/// The day of return that a receipt states: as [`due_at`], but what is to be done the same day is due on the next working day if
/// it was accepted too late for that, or on a day off.
pub(crate) fn return_at(accepted_at: Moment, days: u16, reading: Reading) -> Moment {
    let is_too_late = accepted_at >= Moment::at_hour(accepted_at.date(), SAME_DAY_UNTIL_HOUR);
    let is_today = days > 0 || reading.counts(accepted_at.date()) && !is_too_late;
    due_at(accepted_at, if is_today { days } else { 1 }, reading)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn due(accepted_at: &str, days: u16, reading: Reading) -> String {
        let moment = due_at(Moment::parse(accepted_at).unwrap(), days, reading).to_string();
        assert!(moment.ends_with("T17:00:00.000+07:00"), "{moment}");
        moment[..10].to_owned()
    }

    #[test]
    fn a_deadline_starts_on_the_day_after_acceptance() {
        assert_eq!(due("2021-03-01T08:00:00+07:00", 1, Reading::Law), "2021-03-02");
        assert_eq!(due("2021-03-01T23:59:00+07:00", 1, Reading::Law), "2021-03-02");
    }

    #[test]
    fn no_days_is_the_same_day() {
        assert_eq!(due("2021-03-01T08:00:00+07:00", 0, Reading::Law), "2021-03-01");
        assert_eq!(due("2021-03-01T18:00:00+07:00", 0, Reading::Law), "2021-03-01");
    }

    #[test]
    fn what_comes_too_late_for_the_same_day_is_due_on_the_next_that_is_worked() {
        let at = |accepted_at: &str, days| {
            return_at(Moment::parse(accepted_at).unwrap(), days, Reading::Law).to_string()[..10].to_owned()
        };
        assert_eq!(at("2021-03-05T14:59:59+07:00", 0), "2021-03-05");
        assert_eq!(at("2021-03-05T15:00:00+07:00", 0), "2021-03-08");
        assert_eq!(at("2021-03-06T08:00:00+07:00", 0), "2021-03-08", "a Saturday");
        assert_eq!(at("2021-03-05T15:00:00+07:00", 1), "2021-03-08");
    }

    #[test]
    fn a_deadline_rests_at_the_weekend() {
        // Friday plus one working day.
        assert_eq!(due("2021-03-05T08:00:00+07:00", 1, Reading::Law), "2021-03-08");
        // Accepted on a Sunday.
        assert_eq!(due("2021-03-07T08:00:00+07:00", 1, Reading::Law), "2021-03-08");
    }

    #[test]
    fn a_deadline_rests_over_tet_2021() {
        // Tết: Wednesday 10/2 to Tuesday 16/2.
        assert_eq!(due("2021-02-09T08:00:00+07:00", 1, Reading::Law), "2021-02-17");
        assert_eq!(due("2021-02-08T08:00:00+07:00", 3, Reading::Law), "2021-02-18");
    }

    #[test]
    fn a_holiday_on_a_saturday_moves_to_monday() {
        // 30/4/2021 was a Friday, 1/5 a Saturday, so Monday 3/5 was off.
        assert_eq!(due("2021-04-29T08:00:00+07:00", 1, Reading::Law), "2021-05-04");
    }

    #[test]
    fn an_exchanged_saturday_counts_and_its_day_off_does_not() {
        // Monday 29/4/2019 was off and Saturday 4/5 worked instead.
        assert!(!is_working_day(date(2019, 4, 29)));
        assert!(is_working_day(date(2019, 5, 4)));
        assert_eq!(due("2019-05-03T08:00:00+07:00", 1, Reading::Law), "2019-05-04");
        assert_eq!(due("2019-05-03T08:00:00+07:00", 2, Reading::Law), "2019-05-06");
    }

    #[test]
    fn years_have_as_many_working_days_as_were_counted_elsewhere() {
        let between = |from: Date, until: Date| {
            let mut days = from.series(jiff::Span::new().days(1)).take_while(|day| *day <= until);
            days.by_ref().filter(|day| is_working_day(*day)).count()
        };
        // Tây Ninh, nine months of 2021; Điện Biên, 18/9 to 9/10/2019.
        assert_eq!(between(date(2021, 1, 1), date(2021, 9, 30)), 184);
        assert_eq!(between(date(2019, 9, 18), date(2019, 10, 9)), 16);
    }

    #[test]
    fn every_listed_day_off_would_otherwise_be_worked() {
        for (year, days) in DAYS_OFF {
            for (month, day) in days {
                assert!(!is_weekend(date(year, *month, *day)), "{year}-{month}-{day}");
            }
        }
        for (year, month, day) in WORKED_SATURDAYS {
            assert_eq!(date(year, month, day).weekday(), Weekday::Saturday);
        }
    }

    #[test]
    fn the_weekend_defect_counts_weekends_and_still_keeps_holidays() {
        assert_eq!(due("2021-03-05T08:00:00+07:00", 2, Reading::WithWeekends), "2021-03-07");
        assert_eq!(due("2021-04-29T08:00:00+07:00", 1, Reading::WithWeekends), "2021-05-01");
        // Without a weekend on the way the defect changes nothing.
        assert_eq!(
            due("2021-03-01T08:00:00+07:00", 3, Reading::WithWeekends),
            due("2021-03-01T08:00:00+07:00", 3, Reading::Law)
        );
    }
}
