//! Counts over all dossiers of a plan: whole numbers only, in shards, in any order.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use model::{Applicants, CaseId, Timeline, fitting};

use crate::digest::Sum;
use crate::people::Part;
use crate::period::Period;

const HOUR: i64 = 3_600_000;
const NANOSECONDS: u64 = 1_000_000_000;

/// The counts of a shard, or of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Every dossier with its instant and unit.
    pub(crate) dossiers: Sum,
    /// Dossiers in each hour since the period began.
    pub(crate) hours: Vec<u32>,
    /// What is paid of each charge of the province, in dong.
    pub(crate) sums: Vec<i64>,
}

impl Tally {
    /// An empty tally for a period with so many charges.
    pub(crate) fn over(period: Period, charges: usize) -> Self {
        let hours = fitting((period.end().0 - period.start().0) / HOUR, "a period ends after it begins");
        Self { hours: vec![0; hours], sums: vec![0; charges], ..Self::default() }
    }

    /// Counts all dossiers of a part of a run on so many threads, whose number changes only the time it takes.
    pub(crate) fn of(part: &Part, run: Run<'_>, threads: NonZeroUsize) -> Self {
        let count = part.population.count();
        let shards = u32::try_from(threads.get()).unwrap_or(u32::MAX).min(count.max(1));
        let bound = |shard: u32| {
            fitting(u64::from(count) * u64::from(shard) / u64::from(shards), "no bound is above the count")
        };
        let walk = |shard: u32| walk(part, run, bound(shard)..bound(shard + 1));
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..shards).map(|shard| scope.spawn(move || walk(shard))).collect();
            let mut all = walk(0);
            for other in others {
                match other.join() {
                    Ok(tally) => all.merge(&tally),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            all
        })
    }

    /// Adds another tally of the same period.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.dossiers.merge(other.dossiers);
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums) {
            *mine += theirs;
        }
        for (mine, theirs) in self.hours.iter_mut().zip(&other.hours) {
            *mine += theirs;
        }
    }
}

/// What dossiers are counted against.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    /// Its days.
    pub(crate) period: Period,
    pub(crate) timeline: &'a Timeline,
    pub(crate) seconds: &'a Seconds,
}

/// Counts some cases: integers only, nothing is rendered.
fn walk(part: &Part, Run { period, timeline, seconds }: Run<'_>, cases: Range<u32>) -> Tally {
    let (population, moved) = (&part.population, part.moved());
    let start = period.start().0;
    let mut tally = Tally::over(period, population.province().charges().len());
    for case in cases.map(CaseId) {
        let arrival = population.arrival(case);
        let instant = moved.on_clock(arrival.due);
        let due = instant.0;
        tally.dossiers.add(due.cast_unsigned(), (u64::from(arrival.unit) << 32) | u64::from(case.0));
        let hour: usize = fitting((due - start) / HOUR, "nobody comes before the period");
        if let Some(count) = tally.hours.get_mut(hour) {
            *count += 1;
        }
        seconds.count(timeline.wall(instant));
        if let Some((charge, amount)) = population.assessed(case)
            && let Some(sum) = tally.sums.get_mut(charge)
        {
            *sum += amount.0;
        }
    }
    tally
}

/// Why seconds of the wall clock are positions.
const SECONDS: &str = "a byte for each second of a run fits into memory";

/// Dossiers in each second of the wall clock, shared by all threads: one byte a second and a carry for each 256 dossiers, so that a year
/// in real time takes 32 MB.
pub(crate) struct Seconds {
    low: Vec<AtomicU8>,
    carries: Mutex<BTreeMap<usize, u32>>,
}

impl Seconds {
    /// Of a run that ends after so many nanoseconds.
    pub(crate) fn until(wall_end: u64) -> Self {
        let seconds = fitting::<_, usize>(wall_end / NANOSECONDS, SECONDS) + 1;
        Self { low: std::iter::repeat_with(AtomicU8::default).take(seconds).collect(), carries: Mutex::default() }
    }

    /// Counts one dossier at this many nanoseconds since the run began.
    fn count(&self, wall: u64) {
        let second: usize = fitting(wall / NANOSECONDS, SECONDS);
        // Sums do not depend on the order; the thread that adds to 255 sees the overflow.
        if self.low.get(second).is_some_and(|count| count.fetch_add(1, Ordering::Relaxed) == u8::MAX) {
            *self.carries.lock().unwrap_or_else(PoisonError::into_inner).entry(second).or_default() += 1;
        }
    }

    /// The counts, after all threads have finished.
    pub(crate) fn counts(&self) -> impl Iterator<Item = u32> {
        let carries = self.carries.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let above = move |second| carries.get(&second).map_or(0, |times| 256 * times);
        self.low.iter().enumerate().map(move |(second, low)| u32::from(low.load(Ordering::Relaxed)) + above(second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_count_beyond_a_byte_whoever_counts() {
        let seconds = Seconds::until(3 * NANOSECONDS);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| (0..300).for_each(|i| seconds.count(NANOSECONDS + i)));
            }
        });
        seconds.count(3 * NANOSECONDS);
        assert_eq!(seconds.counts().collect::<Vec<_>>(), [0, 900, 0, 1]);
    }
}
