//! The three accounts of the same money, and their reconciliation.

use crate::cash::Sums;
use crate::payment::{Payment, State};
use crate::records::Records;

/// How many single payments a report lists; the counts and sums are of all.
pub(crate) const LISTED: usize = 1_000;

/// The three accounts that have to agree, and the captures that the portal has not acknowledged.
#[derive(Debug)]
pub(crate) struct Accounts<'records> {
    pub(crate) payments: Sums,
    pub(crate) movements: Sums,
    pub(crate) settlement: Sums,
    /// Captured payments that the portal has not acknowledged.
    pub(crate) unacknowledged: Vec<&'records Payment>,
}

impl<'records> Accounts<'records> {
    pub(crate) fn of(records: &'records Records) -> Self {
        let settlement = records.cash.days().fold(Sums::default(), |mut sums, (_, day)| {
            sums.add(day.all);
            sums
        });
        let is_open = |payment: &&Payment| payment.state == State::Captured && !payment.acknowledged;
        Self {
            payments: records.sums(),
            movements: records.cash.total(),
            settlement,
            unacknowledged: records.payments().filter(is_open).collect(),
        }
    }

    pub(crate) fn is_balanced(&self) -> bool {
        self.payments == self.movements && self.movements == self.settlement
    }
}
