//! A weighted choice in constant time.

use model::fitting;

use rand::Rng;
use rand::distr::Distribution;

/// A distribution over positions, by weight.
///
/// The high part of a random word chooses a slot, the low part decides between the slot's own position and its alias. Whole
/// numbers only; the bias is at most n / 2^32 for n positions.
///
/// # Source
/// Vose, "A linear algorithm for generating random numbers with a given distribution", 1991.
#[derive(Clone, Debug)]
pub(crate) struct AliasTable {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Low parts below this mean the slot's own position.
    own_below: u32,
    /// The alias, for all other low parts.
    other: u32,
}

impl AliasTable {
    /// The table of these weights; weight 0 is never drawn.
    pub(crate) fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let weights: Vec<u128> = weights.into_iter().map(u128::from).collect();
        let (count, total) = (weights.len() as u128, weights.iter().sum::<u128>().max(1));
        // What each slot still holds, in units in which a full slot holds `total`.
        let mut held: Vec<u128> = weights.iter().map(|weight| weight * count).collect();
        let positions = 0..fitting(held.len(), "a table has 32-bit positions");
        let mut slots: Vec<_> = positions.clone().map(|own| Slot { own_below: u32::MAX, other: own }).collect();
        let (mut poor, mut rich): (Vec<u32>, Vec<u32>) =
            positions.partition(|at| held.get(*at as usize).is_some_and(|held| *held < total));
        while let (Some(low), Some(high)) = (poor.pop(), rich.pop()) {
            let has = held.get(low as usize).copied().unwrap_or(0);
            if let Some(slot) = slots.get_mut(low as usize) {
                let own_below = fitting((has << 32) / total, "a poor slot holds less than the total");
                *slot = Slot { own_below, other: high };
            }
            if let Some(giver) = held.get_mut(high as usize) {
                *giver -= total - has;
                if *giver < total { poor.push(high) } else { rich.push(high) }
            }
        }
        Self { slots }
    }

    /// The position that a random word draws; 0 if the table is empty.
    #[inline]
    fn at(&self, word: u32) -> usize {
        let product = u64::from(word) * self.slots.len() as u64;
        let (slot, rest) = ((product >> 32) as usize, product & 0xffff_ffff);
        match self.slots.get(slot) {
            Some(found) if rest >= u64::from(found.own_below) => found.other as usize,
            Some(_) => slot,
            None => 0,
        }
    }
}

impl Distribution<usize> for AliasTable {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> usize {
        self.at(rng.next_u32())
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn things_are_drawn_by_their_weight(weights in vec(0_u64..50, 1..20)) {
            let total: u64 = weights.iter().sum();
            prop_assume!(total > 0);
            let table = AliasTable::new(weights.iter().copied());
            let words = 50_000_u32;
            let mut drawn = vec![0_u64; weights.len()];
            for i in 0..words {
                // Evenly spaced over all words.
                drawn[table.at(i * (u32::MAX / words))] += 1;
            }
            for (drawn, weight) in drawn.iter().zip(&weights) {
                let expected = weight * u64::from(words) / total;
                prop_assert!(drawn.abs_diff(expected) <= 3 * weights.len() as u64 + 2, "{drawn} for {weight} of {total}");
                prop_assert!(*weight > 0 || *drawn == 0);
            }
        }
    }
}
