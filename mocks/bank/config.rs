//! What a mock bank is told when it starts, and the choice of the payments that get a fault.

use std::net::SocketAddr;
use std::time::Duration;

use crate::checksum;

/// Everything a mock bank needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; `127.0.0.1:0` takes any free loopback port.
    pub bind: SocketAddr,
    /// The secret shared with the portal, appended to every text before it is hashed.
    pub secret: String,
    /// Decides which payments get a fault.
    pub seed: u64,
    /// How large a share of the payments gets which fault.
    pub faults: Faults,
    /// How long the bank waits between a capture and its callback; zero sends it at once.
    pub callback_delay: Duration,
}

/// Shares of payments, 0..=1, whose callbacks go wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Faults {
    /// The genuine callback is sent once more after it was answered.
    pub duplicate: f64,
    /// Before the customer sees the page, somebody without the secret claims that they have paid.
    pub forged: f64,
}

impl Config {
    pub(crate) fn sends_duplicate(&self, reference: &str) -> bool {
        self.chance("duplicate", reference) < self.faults.duplicate
    }

    pub(crate) fn sends_forged(&self, reference: &str) -> bool {
        self.chance("forged", reference) < self.faults.forged
    }

    /// A number in 0..1 that depends on the seed, the fault and the payment, and on nothing else.
    fn chance(&self, fault: &str, reference: &str) -> f64 {
        let digest = checksum::digest(&format!("{}|{fault}|{reference}", self.seed));
        let [first, second, third, fourth, ..] = digest;
        f64::from(u32::from_be_bytes([first, second, third, fourth])) / 4_294_967_296.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(seed: u64, share: f64) -> Config {
        Config {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            secret: "secret".into(),
            seed,
            faults: Faults { duplicate: share, forged: share },
            callback_delay: Duration::ZERO,
        }
    }

    fn chosen(config: &Config) -> Vec<u32> {
        (0..2_000).filter(|i| config.sends_duplicate(&format!("R-{i}"))).collect()
    }

    #[test]
    fn the_same_seed_chooses_the_same_payments() {
        assert_eq!(chosen(&config(7, 0.2)), chosen(&config(7, 0.2)));
        assert_ne!(chosen(&config(7, 0.2)), chosen(&config(8, 0.2)));
    }

    #[test]
    fn a_share_is_met_and_its_ends_are_none_and_all() {
        assert!((300..500).contains(&chosen(&config(7, 0.2)).len()));
        assert_eq!(chosen(&config(7, 0.0)).len(), 0);
        assert_eq!(chosen(&config(7, 1.0)).len(), 2_000);
    }

    #[test]
    fn faults_are_chosen_independently_of_each_other() {
        let config = config(7, 0.5);
        let both = (0..2_000)
            .map(|i| format!("R-{i}"))
            .filter(|reference| config.sends_duplicate(reference) && config.sends_forged(reference))
            .count();
        assert!((400..600).contains(&both), "{both} of 2,000 got both");
    }
}
