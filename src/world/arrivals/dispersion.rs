//! Random variation between days, on top of the curve.
//!
//! Real days vary more than a Poisson process does. The rate of each day is multiplied by a factor that is gamma distributed with
//! mean 1, so that the arrivals of a day become negative binomial.
//!
//! # Source
//! Kim and Whitt, "Are call center and hospital arrivals well modeled by nonhomogeneous Poisson processes?", 2014 (over-dispersion).

use jiff::civil::{Date, date};
use model::Stream;
use rand::distr::Distribution as _;
use rand_distr::Gamma;

/// The distribution of the factors of days.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dispersion {
    factors: Gamma<f64>,
    stream: Stream,
}

impl Dispersion {
    /// Days whose factors have a coefficient of variation of so many percent, 1 to 100; none if days do not differ.
    pub(crate) fn new(percent: u32, stream: Stream) -> Option<Self> {
        // Of a gamma distribution, the coefficient of variation is 1 / sqrt(shape), and the mean shape * scale.
        let square = (f64::from(percent) / 100.0).powi(2);
        let factors = Gamma::new(1.0 / square, square).ok()?;
        Some(Self { factors, stream })
    }

    /// The factor of a day, where 65,536 means 1; never 0.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "factors are above 0 and seldom above 10"
    )]
    pub(crate) fn factor(self, day: Date) -> u64 {
        let factor = self.factors.sample(&mut self.stream.rng(number(day), 0));
        (factor * 65_536.0).round().max(1.0) as u64
    }
}

/// The index of a day in a random stream.
pub(crate) fn number(day: Date) -> u64 {
    i64::from((day - date(1970, 1, 1)).get_days()).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use model::Seed;

    use super::*;

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "a statistic of a test")]
    fn factors_have_mean_one_and_the_variation_asked_for() {
        for percent in [10, 25, 100] {
            let dispersion = Dispersion::new(percent, Seed(3).stream("dispersion")).unwrap();
            let days = date(2019, 1, 1).series(1.day()).take(4_000);
            let factors: Vec<_> = days.map(|day| dispersion.factor(day) as f64 / 65_536.0).collect();
            let mean = factors.iter().sum::<f64>() / 4_000.0;
            let variance = factors.iter().map(|factor| (factor - mean).powi(2)).sum::<f64>() / 4_000.0;
            let asked = f64::from(percent) / 100.0;
            assert!((mean - 1.0).abs() < 4.0 * asked / 63.2, "{percent}: mean {mean}");
            assert!((variance.sqrt() / asked - 1.0).abs() < 0.08, "{percent}: {}", variance.sqrt());
            assert!(factors.iter().all(|factor| *factor > 0.0));
        }
        assert!(Dispersion::new(0, Seed(3).stream("dispersion")).is_none());
    }
}
