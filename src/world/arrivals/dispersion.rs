//! Days that are busier or quieter than the curve says, for reasons nobody publishes.
//!
//! Real days vary more than chance alone would have it. Each day's rate is multiplied by a draw of a gamma law with mean 1, so that the
//! arrivals of a day become negative binomial. The law is that of the mean of `k` exponential draws (`1 / sqrt(k)` is its coefficient
//! of variation), taken from a table of whole numbers.
//!
//! # Source
//! Kim and Whitt, "Are call center and hospital arrivals well modeled by nonhomogeneous Poisson processes?", 2014 (over-dispersion).

use jiff::civil::{Date, date};
use model::Stream;

/// The mean of the exponential law within each of its 64 equally likely parts, times 1,024; they add up to 65,536, so that the mean
/// of the table is exact.
const EXPONENTIAL: [u64; 64] = [
    8, 24, 41, 58, 75, 92, 110, 128, 146, 165, 184, 203, 223, 243, 263, 284, 305, 327, 349, 372, 395, 419, 444, 469,
    494, 520, 547, 575, 604, 633, 663, 694, 726, 759, 793, 828, 865, 903, 942, 983, 1026, 1071, 1117, 1166, 1217, 1271,
    1328, 1388, 1452, 1521, 1594, 1673, 1758, 1851, 1954, 2068, 2196, 2343, 2514, 2721, 2979, 3327, 3863, 5282,
];

/// How much days differ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dispersion {
    /// How many exponential draws make one day.
    draws: u32,
    stream: Stream,
}

impl Dispersion {
    /// Days whose factors have a coefficient of variation of so many percent, at least 1 and at most 100.
    pub(crate) fn new(percent: u64, stream: Stream) -> Self {
        let square = percent.clamp(1, 100).pow(2);
        let draws = (10_000 + square / 2) / square;
        Self { draws: u32::try_from(draws).unwrap_or(1), stream }
    }

    /// The factor of a day, 65,536 being as usual; never 0.
    pub(crate) fn factor(self, day: Date) -> u64 {
        let index = number(day);
        let drawn = (0..self.draws).map(|draw| {
            let part = usize::try_from(self.stream.below_draw(index, draw, 64)).unwrap_or(0);
            EXPONENTIAL.get(part).copied().unwrap_or(1_024)
        });
        (drawn.sum::<u64>() * 64 / u64::from(self.draws)).max(1)
    }
}

/// The number of a day, to draw by.
pub(crate) fn number(day: Date) -> u64 {
    u64::try_from((day - date(1970, 1, 1)).get_days()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use model::Seed;

    use super::*;

    #[test]
    fn the_table_is_the_exponential_law_in_64_parts() {
        assert_eq!(EXPONENTIAL.iter().sum::<u64>(), 65_536);
        for (part, entry) in (0_u32..).zip(EXPONENTIAL) {
            let (begin, end) = (1.0 - f64::from(part) / 64.0, 1.0 - f64::from(part + 1) / 64.0);
            let tail = |share: f64| if share > 0.0 { share * (1.0 - share.ln()) } else { 0.0 };
            let mean = 64.0 * 1_024.0 * (tail(begin) - tail(end));
            #[expect(clippy::cast_precision_loss, reason = "entries are small")]
            let off = entry as f64 - mean;
            assert!(off.abs() <= 1.1, "part {part}: {entry} for {mean}");
        }
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "a statistic of a test")]
    fn factors_have_mean_one_and_the_variation_asked_for() {
        for percent in [10, 25, 100] {
            let dispersion = Dispersion::new(percent, Seed(3).stream("dispersion"));
            let days = date(2019, 1, 1).series(1.day()).take(4_000);
            let factors: Vec<_> = days.map(|day| dispersion.factor(day) as f64 / 65_536.0).collect();
            let mean = factors.iter().sum::<f64>() / 4_000.0;
            let variance = factors.iter().map(|factor| (factor - mean).powi(2)).sum::<f64>() / 4_000.0;
            let asked = percent as f64 / 100.0;
            assert!((mean - 1.0).abs() < 4.0 * asked / 63.2, "{percent}: mean {mean}");
            assert!((variance.sqrt() / asked - 1.0).abs() < 0.08, "{percent}: {}", variance.sqrt());
            assert!(factors.iter().all(|factor| *factor > 0.0));
        }
    }
}
