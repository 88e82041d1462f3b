//! Who has which case: the integer table between ranks, cells and people.
//!
//! With N dossiers at scale 1 and a cell of weight w whose people begin at `first`, the dossier number `o` of that cell
//! belongs to the person
//!
//! ```text
//! (o / w) * N + first + (o % w)
//! ```
//!
//! which does not depend on the scale. [`apportion()`] gives exactly k * w dossiers to the cell at scale k and never
//! fewer at a larger scale, so a smaller run consists of people of the larger one, and the whole numbers 0..k * N are
//! all somebody at scale k.

use model::fitting;

use crate::apportion;

/// How much of a province is played: a fraction of its dossiers, above 0; `3` plays three times as many as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    numerator: u32,
    denominator: u32,
}

/// A fraction that is not a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read {numerator}/{denominator} as a scale: it must lie above 0")]
pub struct ScaleOutOfRange {
    /// The numerator.
    pub numerator: u32,
    /// The denominator.
    pub denominator: u32,
}

/// A scale with more people than their numbers can distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "play {asked} times {whole} dossiers: the citizen numbers of one province tell {limit} people apart (use a smaller scale)"
)]
pub struct TooManyPeople {
    /// The scale asked for, rounded up.
    pub asked: u64,
    /// Its dossiers at scale 1.
    pub whole: u64,
    /// How many people there can be.
    pub limit: u64,
}

impl Scale {
    /// All dossiers, as published.
    pub const WHOLE: Self = Self { numerator: 1, denominator: 1 };

    /// This fraction of the dossiers.
    ///
    /// # Errors
    /// [`ScaleOutOfRange`] if the fraction is 0 or divides by 0.
    pub fn new(numerator: u32, denominator: u32) -> Result<Self, ScaleOutOfRange> {
        let scale = Self { numerator, denominator };
        let within = numerator > 0 && denominator > 0;
        if within { Ok(scale) } else { Err(ScaleOutOfRange { numerator, denominator }) }
    }

    /// So many dossiers of so many, both above 0.
    pub(crate) fn exactly(count: u32, whole: u32) -> Self {
        Self { numerator: count.max(1), denominator: whole.max(1) }
    }

    /// How many of `whole` are played, rounded down, but at least one.
    pub fn of(self, whole: u32) -> u64 {
        self.of_sum(whole.into())
    }

    /// The same of several wholes together.
    pub(crate) fn of_sum(self, whole: u64) -> u64 {
        (whole * u64::from(self.numerator) / u64::from(self.denominator)).max(1)
    }

    /// The smallest whole number of times that holds it.
    fn times(self) -> u64 {
        u64::from(self.numerator).div_ceil(u64::from(self.denominator))
    }
}

/// One dossier of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Position of its cell.
    pub(crate) cell: usize,
    /// Its number within the cell, from 0.
    pub(crate) ordinal: u32,
    /// Whose it is.
    pub(crate) person: u64,
}

/// The table of one province at one scale.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// Dossiers at scale 1.
    whole: u64,
    /// Where the ranks of each cell end at this scale.
    ranks: Steps,
    /// Where its people end at scale 1.
    people: Steps,
}

impl Layout {
    /// Lays out cells of these weights.
    pub(crate) fn new(weights: &[u32], scale: Scale, limit: u64) -> Result<Self, TooManyPeople> {
        let whole: u64 = weights.iter().copied().map(u64::from).sum();
        let limit = limit.min(u64::from(u32::MAX));
        let count = u32::try_from(whole).map_or(u64::MAX, |whole| scale.of(whole));
        if scale.times().saturating_mul(whole) > limit || count > limit {
            return Err(TooManyPeople { asked: scale.times(), whole, limit });
        }
        let shares: Vec<_> = weights.iter().copied().map(u64::from).collect();
        let counts =
            apportion(count, &shares).into_iter().map(|count| fitting(count, "no cell is larger than the whole"));
        Ok(Self { whole, ranks: Steps::new(counts), people: Steps::new(weights.iter().copied()) })
    }

    /// How many dossiers there are.
    pub(crate) fn count(&self) -> u32 {
        self.ranks.end()
    }

    /// How many dossiers each cell has, in order.
    pub(crate) fn counts(&self) -> impl Iterator<Item = u32> {
        self.ranks.widths()
    }

    /// The dossier of a rank below the count.
    #[inline]
    pub(crate) fn slot(&self, rank: u32) -> Slot {
        let (cell, ordinal) = self.ranks.find(rank);
        Slot { cell, ordinal, person: self.person(self.people.step(cell), ordinal) }
    }

    /// The ranks of a cell's dossiers, each with the person whose it is.
    pub(crate) fn of_cell(&self, cell: usize) -> impl Iterator<Item = (u32, u64)> {
        let (first, count) = self.ranks.step(cell);
        let people = self.people.step(cell);
        (0..count).map(move |ordinal| (first + ordinal, self.person(people, ordinal)))
    }

    /// Whose dossier number `ordinal` of a cell is, whose people begin at `first` and are `weight` at scale 1.
    #[inline]
    fn person(&self, (first, weight): (u32, u32), ordinal: u32) -> u64 {
        if ordinal < weight {
            return u64::from(first) + u64::from(ordinal);
        }
        let weight = weight.max(1);
        let (times, place) = (ordinal / weight, ordinal % weight);
        u64::from(times) * self.whole + u64::from(first) + u64::from(place)
    }

    /// The rank of a person's dossier; `None` if the person has none at this scale.
    pub(crate) fn rank(&self, person: u64) -> Option<u32> {
        let times = person.checked_div(self.whole)?;
        let (cell, place) = self.people.find(u32::try_from(person % self.whole).ok()?);
        let (_, weight) = self.people.step(cell);
        let (first, count) = self.ranks.step(cell);
        let ordinal = times.checked_mul(u64::from(weight))?.checked_add(u64::from(place))?;
        let ordinal = u32::try_from(ordinal).ok()?;
        (ordinal < count).then_some(first + ordinal)
    }
}

/// Consecutive stretches of whole numbers from 0, found by a point in nearly constant time.
#[derive(Clone, Debug)]
struct Steps {
    ends: Vec<u32>,
    /// For each stretch of 2^`shift` points, the first step that ends beyond its first point.
    guide: Vec<u32>,
    shift: u32,
}

impl Steps {
    fn new(widths: impl Iterator<Item = u32>) -> Self {
        let ends: Vec<u32> = widths
            .scan(0_u32, |end, width| {
                *end = end.saturating_add(width);
                Some(*end)
            })
            .collect();
        let end = ends.last().copied().unwrap_or(0);
        // At most four guide posts for each step.
        let mut shift = 0;
        while u64::from(end >> shift) > 4 * ends.len() as u64 {
            shift += 1;
        }
        let posts = (0..=(end >> shift)).map(|post| {
            let step = ends.partition_point(|end| *end <= post << shift);
            fitting(step, "steps are fewer than the points on them")
        });
        Self { guide: posts.collect(), shift, ends }
    }

    fn end(&self) -> u32 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The step that a point below the end lies on, and how far from its start; the last step for points beyond.
    #[inline]
    fn find(&self, point: u32) -> (usize, u32) {
        let from = self.guide.get((point >> self.shift) as usize).map_or(0, |step| *step as usize);
        let ahead = self.ends.get(from..).unwrap_or_default();
        let step = from + ahead.iter().take_while(|end| **end <= point).count();
        let step = step.min(self.ends.len().saturating_sub(1));
        (step, point.saturating_sub(self.step(step).0))
    }

    /// Where a step starts, and how wide it is.
    #[inline]
    fn step(&self, step: usize) -> (u32, u32) {
        let start = step.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        (start, self.ends.get(step).map_or(0, |end| end - start))
    }

    fn widths(&self) -> impl Iterator<Item = u32> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        self.ends.iter().zip(starts).map(|(end, start)| end - start)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const LIMIT: u64 = 1_000_000;

    fn people(layout: &Layout) -> BTreeSet<u64> {
        (0..layout.count()).map(|rank| layout.slot(rank).person).collect()
    }

    #[test]
    fn more_people_than_can_be_told_apart_are_refused_naming_the_limit() {
        let refused = Layout::new(&[60_000], Scale::new(35, 2).unwrap(), LIMIT).unwrap_err();
        assert_eq!(refused, TooManyPeople { asked: 18, whole: 60_000, limit: LIMIT });
        assert!(refused.to_string().contains("tell 1000000 people apart"));
        assert!(Layout::new(&[60_000], Scale::new(16, 1).unwrap(), LIMIT).is_ok());
    }

    #[test]
    fn a_scale_is_above_nothing() {
        assert!(Scale::new(0, 1).is_err() && Scale::new(1, 0).is_err());
        assert_eq!((Scale::new(7, 2).unwrap().of(3), Scale::new(1, 100).unwrap().of(3)), (10, 1));
    }

    proptest! {
        #[test]
        fn every_rank_is_one_person_and_back(weights in vec(0_u32..40, 1..12), numerator in 1_u32..40, denominator in 1_u32..9) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let layout = Layout::new(&weights, Scale::new(numerator, denominator).unwrap(), LIMIT).unwrap();
            for rank in 0..layout.count() {
                let slot = layout.slot(rank);
                prop_assert_eq!(layout.rank(slot.person), Some(rank));
                prop_assert!(slot.ordinal < layout.counts().nth(slot.cell).unwrap());
            }
            prop_assert_eq!(people(&layout).len(), layout.count() as usize);
            prop_assert_eq!(layout.rank(u64::from(numerator) * layout.whole), None);
        }

        #[test]
        fn a_smaller_scale_consists_of_people_of_the_larger(weights in vec(0_u32..40, 1..12), parts in vec(1_u32..30, 2)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let (small, large) = (parts[0].min(parts[1]), parts[0].max(parts[1]));
            let at = |part| Layout::new(&weights, Scale::new(part, 7).unwrap(), LIMIT).unwrap();
            prop_assert!(people(&at(small)).is_subset(&people(&at(large))));
            // The same person lives in the same cell whatever the scale.
            let (small, large) = (at(small), at(large));
            for person in people(&small) {
                let slot = |layout: &Layout| layout.slot(layout.rank(person).unwrap());
                prop_assert_eq!(slot(&small), slot(&large));
            }
        }

        #[test]
        fn whole_scales_leave_nobody_out(weights in vec(0_u32..40, 1..12), times in 1_u32..5) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let layout = Layout::new(&weights, Scale::new(times, 1).unwrap(), LIMIT).unwrap();
            prop_assert!(people(&layout).into_iter().eq(0..u64::from(times) * layout.whole));
        }
    }
}
