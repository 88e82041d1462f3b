//! The amounts that are not the tariff's: whole dong, heavy-tailed, adding up to the stated sum to the dong.
//!
//! An amount belongs to a dossier of the published whole, whatever part of it is played: dossier `ordinal` of a cell has a
//! number among the payers of its charge, and a keyed permutation of all payers says at which place of the spread it pays. A
//! population larger than the published one goes through the same places again, each time in another order.

use model::{Permutation, Seed, Vnd};

use crate::province::{Province, Spread};

/// The amounts of a population.
#[derive(Clone, Debug)]
pub(crate) struct Amounts {
    seed: Seed,
    /// One for each charge of the province, with the order of the published whole.
    spreads: Vec<(Spread, Permutation)>,
    /// For each cell of the province, in order.
    slots: Vec<Option<Slot>>,
}

/// Where the dossiers of a cell stand among the payers of a charge.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Position of the charge.
    charge: usize,
    /// The number of the cell's first payer.
    first: u64,
    /// How many payers the cell has in the published whole.
    count: u32,
}

impl Amounts {
    /// The amounts that belong to this seed.
    pub(crate) fn new(province: &Province, seed: Seed) -> Self {
        let mut counts = vec![0_u64; province.charges().len()];
        let mut slots = Vec::with_capacity(province.cells().len());
        for cell in province.cells() {
            let slot = province.charge_of(cell).and_then(|charge| {
                let count = counts.get_mut(charge)?;
                let first = *count;
                *count += u64::from(cell.count);
                Some(Slot { charge, first, count: cell.count })
            });
            slots.push(slot);
        }
        let spreads = province.charges().iter().zip(counts).enumerate();
        let spreads =
            spreads.map(|(charge, (said, payers))| (said.spread(payers), order(seed, charge, 0, payers))).collect();
        Self { seed, spreads, slots }
    }

    /// The charge of a cell's dossiers; none if they pay the tariff, or nothing.
    pub(crate) fn charge(&self, cell: usize) -> Option<usize> {
        Some((*self.slots.get(cell)?)?.charge)
    }

    /// What dossier `ordinal` of a cell pays; none if that is the tariff, or nothing.
    pub(crate) fn of(&self, cell: usize, ordinal: u32) -> Option<Vnd> {
        let slot = (*self.slots.get(cell)?)?;
        let (spread, whole) = self.spreads.get(slot.charge)?;
        let (round, within) = (ordinal / slot.count.max(1), ordinal % slot.count.max(1));
        let payer = slot.first + u64::from(within);
        let place = match round {
            0 => whole.forward(payer),
            round => order(self.seed, slot.charge, round, spread.payers()).forward(payer),
        };
        i64::try_from(spread.amount(place)).ok().map(Vnd)
    }
}

/// At which place each payer pays, for one round of the published whole.
fn order(seed: Seed, charge: usize, round: u32, payers: u64) -> Permutation {
    Permutation::new(seed.stream(&format!("amount/{charge}/{round}")), payers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use crate::province::Catalogue;

    fn vinh_phuc() -> Province {
        let calendar =
            Calendar::load("vietnam.yaml", include_str!("../../../scenarios/calendars/vietnam.yaml")).unwrap();
        let catalogue =
            Catalogue::load("common.yaml", include_str!("../../../scenarios/procedures/common.yaml")).unwrap();
        let text = include_str!("../../../scenarios/provinces/vinh-phuc-2021.yaml");
        Province::load("vinh-phuc-2021.yaml", text, &catalogue, &calendar)
            .unwrap_or_else(|problems| panic!("{problems}"))
    }

    #[test]
    fn every_round_of_the_published_whole_adds_up_to_the_sum_in_another_order() {
        let province = vinh_phuc();
        let amounts = Amounts::new(&province, Seed(7));
        let round = |charge: usize, round: u32| -> Vec<i64> {
            let cells = province.cells().iter().enumerate().filter(|(cell, _)| amounts.charge(*cell) == Some(charge));
            let cells = cells.flat_map(|(position, cell)| {
                (round * cell.count..(round + 1) * cell.count).map(move |ordinal| (position, ordinal))
            });
            cells.map(|(cell, ordinal)| amounts.of(cell, ordinal).unwrap().0).collect()
        };
        for (charge, said) in province.charges().iter().enumerate() {
            let rounds = [round(charge, 0), round(charge, 1), round(charge, 5)];
            for amounts in &rounds {
                assert_eq!(amounts.iter().sum::<i64>(), i64::try_from(said.sum).unwrap());
            }
            assert!(rounds[0] != rounds[1] && rounds[1] != rounds[2]);
        }
    }

    #[test]
    fn who_pays_nothing_or_the_tariff_has_no_amount() {
        let province = vinh_phuc();
        let amounts = Amounts::new(&province, Seed(7));
        let tariff = province.cells().iter().position(|cell| cell.tag == 0).unwrap();
        assert_eq!((amounts.charge(tariff), amounts.of(tariff, 0)), (None, None));
        assert_eq!(amounts.of(province.cells().len(), 0), None);
    }
}
