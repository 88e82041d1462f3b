//! A clock with an error: how large follows from a seed and the wall time, so that everything the portal dates with it
//! is off alike.

use crate::behaviour::random::draw;

/// The largest error of a clock, however long it drifts.
const MOST_MS: i64 = 10_000;

/// The error of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Skew {
    /// Nanoseconds of wall time at which it began.
    began_ns: u64,
    /// How far it was ahead then, in milliseconds; behind if negative.
    ahead_ms: i64,
    /// How much further it gets in a second, in milliseconds; negative if it is slow.
    drift_ms: i64,
}

impl Skew {
    /// The skew of a seed: 1 to 5 seconds, and 1 to 10 ms more or less in each second, each either way.
    pub(crate) fn new(seed: u64, began_ns: u64) -> Self {
        let drawn = |stream: u64, least: i64, most: i64| {
            let draw = draw(seed ^ stream, 0);
            let span = (most - least + 1).unsigned_abs();
            let size = least + i64::try_from(draw / 2 % span).unwrap_or_default();
            if draw.is_multiple_of(2) { size } else { -size }
        };
        Self { began_ns, ahead_ms: drawn(7, 1_000, 5_000), drift_ms: drawn(8, 1, 10) }
    }

    /// How far the clock is ahead at a wall time, in milliseconds; behind if negative.
    pub(crate) fn at(self, wall_ns: u64) -> i64 {
        let passed_us = i64::try_from(wall_ns.saturating_sub(self.began_ns) / 1_000).unwrap_or(i64::MAX);
        let drifted = self.drift_ms.saturating_mul(passed_us) / 1_000_000;
        self.ahead_ms.saturating_add(drifted).clamp(-MOST_MS, MOST_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_clock_is_off_by_one_to_five_seconds_either_way_and_drifts() {
        let all: Vec<Skew> = (0..1_000).map(|seed| Skew::new(seed, SECOND)).collect();
        let at_first = || all.iter().map(|skew| skew.at(SECOND));
        assert!(at_first().all(|ms| (1_000..=5_000).contains(&ms.abs())));
        let ahead = at_first().filter(|ms| *ms > 0).count();
        assert!((450..=550).contains(&ahead), "{ahead}");
        assert!(at_first().any(|ms| ms.abs() < 1_200) && at_first().any(|ms| ms.abs() > 4_800));
        for skew in all {
            let drifted = (skew.at(11 * SECOND) - skew.at(SECOND)).abs();
            assert!((10..=100).contains(&drifted), "{skew:?}");
            assert!(skew.at(u64::MAX).abs() == MOST_MS);
            assert_eq!(skew.at(0), skew.at(SECOND), "it did not drift before it began");
        }
    }

    #[test]
    fn one_seed_is_off_in_one_way() {
        assert_eq!(Skew::new(7, 0), Skew::new(7, 0));
        assert_ne!(Skew::new(7, 0), Skew::new(8, 0));
    }
}
