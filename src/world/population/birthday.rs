//! Dates of birth.

use std::fmt;

use model::fitting;

use rand::{Rng, RngExt as _};

use super::text::push_digits;

/// A day on which somebody was born.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Birthday {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

/// Days of each month, February without its leap day.
const MONTHS: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Birthday {
    /// A day of a year, each as likely.
    #[inline]
    pub(crate) fn drawn(year: u16, rng: &mut impl Rng) -> Self {
        let leap = u8::from(year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400));
        let mut left = rng.random_range(0..365 + u16::from(leap));
        for (month, days) in (1..).zip(MONTHS) {
            let days = u16::from(days + if month == 2 { leap } else { 0 });
            match left.checked_sub(days) {
                Some(rest) => left = rest,
                None => return Self { year, month, day: fitting(left + 1, "a month has no more days") },
            }
        }
        unreachable!("the days of the months add up to the year")
    }

    /// Appends it as `1985-04-23`.
    #[inline]
    pub(crate) fn push(self, out: &mut String) {
        push_digits::<4>(u64::from(self.year), out);
        out.push('-');
        push_digits::<2>(u64::from(self.month), out);
        out.push('-');
        push_digits::<2>(u64::from(self.day), out);
    }
}

impl fmt::Display for Birthday {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::Date;
    use model::Seed;

    use super::*;

    #[test]
    fn every_day_of_a_year_is_somebodys_and_no_other() {
        for year in [1960, 1985, 2000] {
            let days: BTreeSet<_> =
                (0..20_000).map(|i| Birthday::drawn(year, &mut Seed(1).stream("birthday").rng(i, 0))).collect();
            let leap = Date::new(i16::try_from(year).unwrap(), 1, 1).unwrap().in_leap_year();
            assert_eq!(days.len(), if leap { 366 } else { 365 });
            for day in days {
                let mut pushed = String::new();
                day.push(&mut pushed);
                assert_eq!(pushed, day.to_string());
                assert!(pushed.parse::<Date>().is_ok(), "{pushed}");
            }
        }
    }
}
