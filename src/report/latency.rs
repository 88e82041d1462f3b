//! Exact order statistics of durations.

/// How long something took: exact order statistics, nothing interpolated, nothing estimated.
///
/// The quantile of share q is the value of rank ⌈q·n⌉ among n sorted values, so every figure was really observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// How many values were observed; at least 1.
    pub samples: u64,
    /// Half took at most this, in nanoseconds.
    pub p50_ns: i64,
    /// 95 of 100 took at most this, in nanoseconds.
    pub p95_ns: i64,
    /// 99 of 100 took at most this, in nanoseconds.
    pub p99_ns: i64,
    /// The longest, in nanoseconds.
    pub max_ns: i64,
}

impl Latency {
    /// The names of [`Latency::values`], in their order.
    pub const QUANTILES: [&'static str; 4] = ["p50", "p95", "p99", "max"];

    /// The order statistics, in nanoseconds, in the order of [`Latency::QUANTILES`].
    pub fn values(self) -> [i64; 4] {
        [self.p50_ns, self.p95_ns, self.p99_ns, self.max_ns]
    }

    /// The order statistics of these durations (which are left sorted); `None` if there are none.
    pub fn of(durations: &mut [i64]) -> Option<Self> {
        durations.sort_unstable();
        let samples = durations.len();
        let ranked = |percent: usize| durations.get((samples * percent).div_ceil(100).saturating_sub(1)).copied();
        Some(Self {
            samples: u64::try_from(samples).ok()?,
            p50_ns: ranked(50)?,
            p95_ns: ranked(95)?,
            p99_ns: ranked(99)?,
            max_ns: ranked(100)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_value_that_was_observed() {
        let mut durations: Vec<i64> = (1..=200).rev().collect();
        let latency = Latency::of(&mut durations).expect("200 values");
        assert_eq!(latency, Latency { samples: 200, p50_ns: 100, p95_ns: 190, p99_ns: 198, max_ns: 200 });
    }

    #[test]
    fn one_value_is_every_quantile_and_none_is_no_latency() {
        let one = Latency::of(&mut [7]).expect("one value");
        assert_eq!((one.p50_ns, one.p99_ns, one.max_ns), (7, 7, 7));
        assert_eq!(Latency::of(&mut []), None);
    }
}
