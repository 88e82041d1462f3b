//! Whole numbers in proportion to weights, so that nothing is lost and a smaller whole is part of a larger one.
//!
//! All counts of a population come from here. The rule is Webster's (Sainte-Laguë): seat number `k` (from 0) of part `i` has the
//! priority `w / (2k + 1)`, `w` being the part's weight, and the seats with the highest priorities are given; of equal
//! priorities the earlier part's comes first. The order of the seats does not depend on how many are given, so counts only
//! grow with the whole (no Alabama paradox, which largest remainders have).
//!
//! # Source
//! Balinski and Young, "Fair representation", 1982: Webster's method is house-monotone and the least biased.

use std::cmp::Ordering;

use model::fitting;

/// One part's claim to its seat number `seat`.
#[derive(Clone, Copy)]
struct Claim {
    weight: u64,
    seat: u64,
    part: usize,
}

impl Claim {
    /// `Less` means: is served first.
    fn order(&self, other: &Self) -> Ordering {
        let mine = u128::from(self.weight) * (2 * u128::from(other.seat) + 1);
        let theirs = u128::from(other.weight) * (2 * u128::from(self.seat) + 1);
        theirs.cmp(&mine).then(self.part.cmp(&other.part))
    }
}

/// Divides `whole` among parts in proportion to their weights; the counts add up to `whole`.
///
/// A part of weight 0 gets nothing; if all weights are 0 nobody gets anything.
pub fn apportion(whole: u64, weights: &[u64]) -> Vec<u64> {
    let total: u128 = weights.iter().copied().map(u128::from).sum();
    if total == 0 {
        return vec![0; weights.len()];
    }
    let share =
        |weight: &u64| fitting(u128::from(whole) * u128::from(*weight) / total, "no share is more than the whole");
    let mut counts: Vec<u64> = weights.iter().map(share).collect();
    for _ in counts.iter().sum::<u64>()..whole {
        if let Some(claim) = next_served(weights, &counts) {
            change(&mut counts, claim.part, 1);
        }
    }
    // The shares rounded down are nearly Webster's counts; the few seats that differ are moved.
    while let (Some(first), Some(last)) = (next_served(weights, &counts), last_served(weights, &counts)) {
        if first.order(&last) != Ordering::Less {
            break;
        }
        change(&mut counts, first.part, 1);
        change(&mut counts, last.part, -1);
    }
    counts
}

fn change(counts: &mut [u64], part: usize, by: i64) {
    if let Some(count) = counts.get_mut(part) {
        *count = count.saturating_add_signed(by);
    }
}

/// The claim that is served when one more seat is given.
fn next_served(weights: &[u64], counts: &[u64]) -> Option<Claim> {
    let claims = weights.iter().zip(counts).enumerate();
    claims
        .filter(|(_, (weight, _))| **weight > 0)
        .map(|(part, (weight, count))| Claim { weight: *weight, seat: *count, part })
        .min_by(Claim::order)
}

/// The claim among those given a seat that would be served last.
fn last_served(weights: &[u64], counts: &[u64]) -> Option<Claim> {
    let claims = weights.iter().zip(counts).enumerate();
    claims
        .filter_map(|(part, (weight, count))| count.checked_sub(1).map(|seat| Claim { weight: *weight, seat, part }))
        .max_by(Claim::order)
}

/// One endless list of seats in Webster's order, dealt in portions.
///
/// However the portions are cut, all of them together are as close to the weights as whole numbers can be, and small
/// portions do not all fall to the heaviest part.
#[derive(Clone, Debug)]
pub struct Sequence {
    weights: Vec<u64>,
    dealt: Vec<u64>,
    whole: u64,
}

impl Sequence {
    /// The list that belongs to these weights.
    pub fn new(weights: Vec<u64>) -> Self {
        let dealt = vec![0; weights.len()];
        Self { weights, dealt, whole: 0 }
    }

    /// How many of the next `portion` seats fall to each part.
    pub fn deal(&mut self, portion: u64) -> Vec<u64> {
        self.whole += portion;
        let reached = apportion(self.whole, &self.weights);
        let counts = reached.iter().zip(&self.dealt).map(|(reached, dealt)| reached - dealt).collect();
        self.dealt = reached;
        counts
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Webster by the book: gives seat after seat.
    fn seat_by_seat(whole: u64, weights: &[u64]) -> Vec<u64> {
        let mut counts = vec![0; weights.len()];
        for _ in 0..whole {
            if let Some(claim) = next_served(weights, &counts) {
                counts[claim.part] += 1;
            }
        }
        counts
    }

    #[test]
    fn the_three_channels_of_tay_ninh_come_out_exactly() {
        let weights = [33_046, 16_819, 9_592];
        assert_eq!(apportion(59_457, &weights), weights);
        assert_eq!(apportion(594_570, &weights), [330_460, 168_190, 95_920]);
    }

    #[test]
    fn a_part_without_weight_gets_nothing() {
        assert_eq!(apportion(5, &[0, 1, 0]), [0, 5, 0]);
        assert_eq!(apportion(5, &[0, 0]), [0, 0]);
    }

    #[test]
    fn portions_of_one_do_not_all_fall_to_the_heaviest() {
        let mut sequence = Sequence::new(vec![5, 4, 1]);
        let mut sums = [0; 3];
        for _ in 0..10 {
            for (sum, count) in sums.iter_mut().zip(sequence.deal(1)) {
                *sum += count;
            }
        }
        assert_eq!(sums, [5, 4, 1]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_the_book_agrees(whole in 0_u64..500, weights in vec(0_u64..100, 1..9)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let counts = apportion(whole, &weights);
            prop_assert_eq!(counts.iter().sum::<u64>(), whole);
            prop_assert_eq!(counts, seat_by_seat(whole, &weights));
        }

        #[test]
        fn a_smaller_whole_is_part_of_a_larger(whole in 0_u64..500, weights in vec(0_u64..100, 1..9)) {
            let (small, large) = (apportion(whole, &weights), apportion(whole + 1, &weights));
            prop_assert!(small.iter().zip(&large).all(|(small, large)| small <= large));
        }
    }
}
