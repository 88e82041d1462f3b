//! Exact order statistics of durations.

/// How long something took: exact order statistics, nothing interpolated, nothing estimated.
///
/// The quantile of share q is the value of rank ⌈q·n⌉ among n sorted values, so every figure was really observed. What was
/// never answered counts as long as it was waited for: it would have taken longer. Where that could move a figure, the figure
/// is a lower bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// How many values there are; at least 1.
    pub samples: u64,
    /// Half took at most this, in nanoseconds.
    pub p50_ns: i64,
    /// 95 of 100 took at most this, in nanoseconds.
    pub p95_ns: i64,
    /// 99 of 100 took at most this, in nanoseconds.
    pub p99_ns: i64,
    /// The longest, in nanoseconds.
    pub max_ns: i64,
    /// Which of them are lower bounds only, in the order of [`Latency::QUANTILES`].
    pub is_bound: [bool; 4],
}

/// Durations in nanoseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Durations {
    /// Of what was answered.
    pub(crate) answered: Vec<i64>,
    /// For how long the rest was waited for in vain.
    pub(crate) open: Vec<i64>,
}

impl Durations {
    pub(crate) fn extend(&mut self, other: &Self) {
        self.answered.extend_from_slice(&other.answered);
        self.open.extend_from_slice(&other.open);
    }
}

impl Latency {
    /// The names of [`Latency::values`], in their order.
    pub const QUANTILES: [&'static str; 4] = ["p50", "p95", "p99", "max"];
    /// The same in percent.
    const PERCENT: [usize; 4] = [50, 95, 99, 100];

    /// The order statistics, in nanoseconds, in the order of [`Latency::QUANTILES`].
    pub fn values(self) -> [i64; 4] {
        [self.p50_ns, self.p95_ns, self.p99_ns, self.max_ns]
    }

    /// The order statistics of these durations; `None` if there are none.
    pub(crate) fn of(Durations { mut answered, open }: Durations) -> Option<Self> {
        answered.sort_unstable();
        let mut all = answered.clone();
        all.extend(open);
        all.sort_unstable();
        let ranked = |percent: usize| {
            let at = (all.len() * percent).div_ceil(100).saturating_sub(1);
            // Were all that is open to take for ever, the answered would stand before it.
            all.get(at).map(|value| (*value, answered.get(at) != Some(value)))
        };
        let [p50, p95, p99, max] = Self::PERCENT.map(ranked);
        let (p50, p95, p99, max) = (p50?, p95?, p99?, max?);
        Some(Self {
            samples: u64::try_from(all.len()).ok()?,
            p50_ns: p50.0,
            p95_ns: p95.0,
            p99_ns: p99.0,
            max_ns: max.0,
            is_bound: [p50.1, p95.1, p99.1, max.1],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(answered: impl Iterator<Item = i64>, open: &[i64]) -> Option<Latency> {
        Latency::of(Durations { answered: answered.collect(), open: open.to_vec() })
    }

    #[test]
    fn a_quantile_is_a_value_that_was_observed() {
        let latency = of((1..=200).rev(), &[]).expect("200 values");
        let [p50_ns, p95_ns, p99_ns, max_ns] = [100, 190, 198, 200];
        assert_eq!(latency, Latency { samples: 200, p50_ns, p95_ns, p99_ns, max_ns, is_bound: [false; 4] });
    }

    #[test]
    fn one_value_is_every_quantile_and_none_is_no_latency() {
        let one = of([7].into_iter(), &[]).expect("one value");
        assert_eq!((one.p50_ns, one.p99_ns, one.max_ns), (7, 7, 7));
        assert_eq!(of([].into_iter(), &[]), None);
    }

    #[test]
    fn what_was_never_answered_makes_bounds_of_the_figures_that_it_could_move() {
        // Two of a hundred waited for 5 in vain: were they to wait for ever, p50 and p95 would be 52 and 97 in place of 50 and 95.
        let latency = of(1..=98, &[5, 5]).expect("100 values");
        assert_eq!((latency.values(), latency.is_bound), ([48, 93, 97, 98], [true; 4]));
        // Whoever waited longest in vain leaves the others as they are.
        let latency = of(1..=98, &[500, 600]).expect("100 values");
        assert_eq!((latency.values(), latency.is_bound), ([50, 95, 500, 600], [false, false, true, true]));
    }
}
