//! The place of a population among those of one run: people are numbered in turn, as cards are dealt.
//!
//! Person `k` of population `at` of `of` is person `k * of + at` of the run. Everything that identifies people follows from that
//! number and the seed of the run, so that no two populations share a citizen number, a tax code, a telephone number or a
//! reference, and no scale changes a number.

use model::fitting;

use crate::province::Province;

/// The place of a population among those of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// How many populations there are.
    pub(crate) of: u64,
    /// Which of them it is, from 0.
    pub(crate) at: u64,
    /// The year in which people apply: one for all, as citizen numbers of one province differ only within a year.
    pub(crate) year: u16,
}

impl Turn {
    /// That of a population with a run of its own.
    pub(crate) fn alone(province: &Province) -> Self {
        Self { of: 1, at: 0, year: year(province) }
    }

    /// The number in the run of a person of this population.
    #[inline]
    pub(crate) fn number(self, person: u64) -> u64 {
        person * self.of + self.at
    }

    /// The person of this population who has a number; `None` if it is another population's.
    #[inline]
    pub(crate) fn own(self, number: u64) -> Option<u64> {
        (number % self.of == self.at).then(|| number / self.of)
    }
}

/// The year in which the period of a province begins.
pub(crate) fn year(province: &Province) -> u16 {
    fitting(province.period().from.year(), "no calendar begins before the year 0")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_number_is_one_person_of_one_population(number in 0_u64..1_000_000, of in 1_u64..40) {
            let owners: Vec<_> = (0..of)
                .filter_map(|at| Some((at, Turn { of, at, year: 2025 }.own(number)?)))
                .collect();
            prop_assert_eq!(owners.len(), 1);
            let (at, person) = owners[0];
            prop_assert_eq!(Turn { of, at, year: 2025 }.number(person), number);
        }
    }
}
