//! Drawing one of some things by weight, in constant time.

use rand::Rng;
use rand::distr::Distribution;

/// Weights, ready to be drawn from.
///
/// A drawn word chooses a slot; what is left of the word decides between the slot's own thing and one other (the alias
/// method). Whole numbers only; the bias is at most n / 2^32 for n things.
///
/// # Source
/// Vose, "A linear algorithm for generating random numbers with a given distribution", 1991.
#[derive(Clone, Debug)]
pub(crate) struct AliasTable {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Rests below this are the slot's own.
    own_below: u32,
    /// Whose the other rests are.
    other: u32,
}

impl AliasTable {
    /// The table of these weights; things of weight 0 are never drawn.
    pub(crate) fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let weights: Vec<u128> = weights.into_iter().map(u128::from).collect();
        let (count, total) = (weights.len() as u128, weights.iter().sum::<u128>().max(1));
        // What each slot still holds, in units in which a full slot holds `total`.
        let mut held: Vec<u128> = weights.iter().map(|weight| weight * count).collect();
        let positions = 0..u32::try_from(held.len()).unwrap_or(u32::MAX);
        let mut slots: Vec<_> = positions.clone().map(|own| Slot { own_below: u32::MAX, other: own }).collect();
        let (mut poor, mut rich): (Vec<u32>, Vec<u32>) =
            positions.partition(|at| held.get(*at as usize).is_some_and(|held| *held < total));
        while let (Some(low), Some(high)) = (poor.pop(), rich.pop()) {
            let has = held.get(low as usize).copied().unwrap_or(0);
            if let Some(slot) = slots.get_mut(low as usize) {
                let below = (has << 32) / total;
                *slot = Slot { own_below: u32::try_from(below).unwrap_or(u32::MAX), other: high };
            }
            if let Some(giver) = held.get_mut(high as usize) {
                *giver -= total - has;
                if *giver < total { poor.push(high) } else { rich.push(high) }
            }
        }
        Self { slots }
    }

    /// The position of the thing that a random word draws; 0 if there is none.
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
