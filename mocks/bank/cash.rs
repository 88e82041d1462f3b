//! The money that moved: captures and refunds day by day, from which the settlement files are written.
//!
//! It is kept apart from the payments, so that one can be checked against the other.

use std::collections::{BTreeMap, VecDeque};

use jiff::civil::Date;
use serde::Serialize;

use crate::clock;

/// How many movements are kept one by one; at about 160 bytes each this is 32 MB.
pub(crate) const KEPT: usize = 200_000;

/// Counts and sums of whole dong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Sums {
    pub(crate) captures: u64,
    pub(crate) captured: i64,
    pub(crate) refunds: u64,
    pub(crate) refunded: i64,
}

impl Sums {
    /// The net amount owed to the portal.
    pub(crate) fn net(self) -> i64 {
        self.captured - self.refunded
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.captures += other.captures;
        self.captured += other.captured;
        self.refunds += other.refunds;
        self.refunded += other.refunded;
    }
}

/// The direction of a movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flow {
    /// From the customer to the portal.
    Capture,
    /// Back to the customer, under the portal's number of the refund.
    Refund(String),
}

/// One movement of money.
#[derive(Debug, Clone)]
pub(crate) struct Movement {
    /// Seconds since 1970.
    pub(crate) at: i64,
    pub(crate) flow: Flow,
    pub(crate) transaction: String,
    pub(crate) reference: String,
    /// Whole dong, positive in both directions.
    pub(crate) amount: i64,
}

impl Movement {
    fn sums(&self) -> Sums {
        match self.flow {
            Flow::Capture => Sums { captures: 1, captured: self.amount, ..Sums::default() },
            Flow::Refund(_) => Sums { refunds: 1, refunded: self.amount, ..Sums::default() },
        }
    }
}

/// The movements of one day of the wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Day {
    /// Everything that moved.
    pub(crate) all: Sums,
    /// The sum of those that are no longer kept one by one.
    pub(crate) carried: Sums,
}

/// The movements in the order of their entry, and the sums of each day. The oldest movements are added to the
/// `carried` sum of their day when there are too many, so that no dong is lost.
#[derive(Debug, Default)]
pub(crate) struct Cash {
    movements: VecDeque<Movement>,
    days: BTreeMap<Date, Day>,
    total: Sums,
}

impl Cash {
    pub(crate) fn enter(&mut self, movement: Movement) {
        if self.movements.len() >= KEPT
            && let Some(oldest) = self.movements.pop_front()
        {
            self.days.entry(clock::day(oldest.at)).or_default().carried.add(oldest.sums());
        }
        let sums = movement.sums();
        self.total.add(sums);
        self.days.entry(clock::day(movement.at)).or_default().all.add(sums);
        self.movements.push_back(movement);
    }

    /// Everything that ever moved.
    pub(crate) fn total(&self) -> Sums {
        self.total
    }

    /// The days on which money moved, oldest first.
    pub(crate) fn days(&self) -> impl Iterator<Item = (Date, Day)> {
        self.days.iter().map(|(date, day)| (*date, *day))
    }

    /// The movements of a day that are kept, oldest first.
    pub(crate) fn of(&self, date: Date) -> impl Iterator<Item = &Movement> {
        self.movements.iter().filter(move |movement| clock::day(movement.at) == date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capture(at: i64) -> Movement {
        let (transaction, reference) = ("T0000000001".to_owned(), "R".to_owned());
        Movement { at, flow: Flow::Capture, transaction, reference, amount: 7 }
    }

    #[test]
    fn movements_that_leave_stay_in_the_sum_of_their_day() {
        let mut cash = Cash::default();
        let midnight = clock::parse_stamp("20210302000000").unwrap();
        for i in 0..KEPT + 10 {
            cash.enter(capture(if i < 4 { midnight - 1 } else { midnight }));
        }
        let days: Vec<_> = cash.days().map(|(_, day)| (day.all.captures, day.carried.captures)).collect();
        assert_eq!(days, [(4, 4), (KEPT as u64 + 6, 6)]);
        assert_eq!(cash.total(), Sums { captures: KEPT as u64 + 10, captured: 1_400_070, ..Sums::default() });
        assert_eq!(cash.of(clock::day(midnight)).count(), KEPT);
    }
}
