//! The configuration of a mock post, and how long a parcel travels.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::rng::hash;

/// Everything a mock post needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; `127.0.0.1:0` takes any free loopback port.
    pub bind: SocketAddr,
    /// What the portal must send as `access_token`, and what the post sends back with its reports.
    pub token: String,
    /// The random seed of transit times.
    pub seed: u64,
    /// Wall time from order to delivery: every parcel gets a time of its own in this range.
    pub transit: RangeInclusive<Duration>,
}

impl Config {
    /// The time from order to delivery: depends on the seed and the order number only.
    pub(crate) fn transit_of(&self, order_number: &str) -> Duration {
        let (shortest, longest) = (*self.transit.start(), *self.transit.end());
        let width = longest.saturating_sub(shortest);
        let share = f64::from(hash(self.seed, order_number)) / f64::from(u32::MAX);
        shortest + width.mul_f64(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(seed: u64, transit: RangeInclusive<u64>) -> Config {
        let (shortest, longest) = transit.into_inner();
        Config {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: "token".into(),
            seed,
            transit: Duration::from_millis(shortest)..=Duration::from_millis(longest),
        }
    }

    #[test]
    fn a_transit_stays_in_its_range_and_uses_all_of_it() {
        let config = config(1, 1_000..=2_000);
        let transits: Vec<Duration> = (0..1_000).map(|i| config.transit_of(&format!("H12-210301-{i:04}"))).collect();
        assert!(transits.iter().all(|transit| config.transit.contains(transit)));
        let early = transits.iter().filter(|transit| transit.as_millis() < 1_500).count();
        assert!((400..600).contains(&early), "{early} of 1,000 in the first half");
    }

    #[test]
    fn the_same_seed_draws_the_same_transit() {
        assert_eq!(config(1, 0..=9_999).transit_of("A"), config(1, 0..=9_999).transit_of("A"));
        assert_ne!(config(1, 0..=9_999).transit_of("A"), config(2, 0..=9_999).transit_of("A"));
    }

    #[test]
    fn a_range_of_one_instant_is_that_instant() {
        assert_eq!(config(1, 5..=5).transit_of("A"), Duration::from_millis(5));
    }
}
