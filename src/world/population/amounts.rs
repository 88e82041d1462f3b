//! The amounts collected on delivery: whole dong, heavy-tailed, adding up to the stated sum to the dong.

use model::{Permutation, Stream, Vnd};

use crate::apportion;
use crate::profile::CashOnDelivery;

/// A table of amounts, dealt to the payers in an order that belongs to the seed.
#[derive(Clone, Debug)]
pub(crate) struct Amounts {
    /// Ascending.
    table: Vec<Vnd>,
    order: Permutation,
}

impl Amounts {
    /// The amounts of `payers` out of the `all` that the stated sum is spread over.
    pub(crate) fn new(cod: Option<&CashOnDelivery>, payers: u32, all: u32, stream: Stream) -> Self {
        let table = cod.map_or_else(Vec::new, |cod| {
            let sum = u128::from(cod.sum) * u128::from(payers) / u128::from(all.max(1));
            apportion(u64::try_from(sum).unwrap_or(cod.sum), &cod.amounts(payers))
        });
        let table = table.into_iter().map(|amount| Vnd(i64::try_from(amount).unwrap_or(i64::MAX))).collect();
        Self { table, order: Permutation::new(stream, u64::from(payers)) }
    }

    /// The amount of payer number `ordinal`; zero beyond the last.
    pub(crate) fn of(&self, ordinal: u32) -> Vnd {
        let place = usize::try_from(self.order.forward(u64::from(ordinal))).ok();
        place.and_then(|place| self.table.get(place)).copied().unwrap_or(Vnd::ZERO)
    }
}
