//! The configuration of a mock bank.

use std::net::SocketAddr;
use std::time::Duration;

use crate::faults::{Fault, Shares};
use crate::profile::Profile;

/// Everything a mock bank needs to know.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where to listen; `127.0.0.1:0` takes any free loopback port.
    pub bind: SocketAddr,
    /// The protocol that the bank speaks.
    pub profile: Profile,
    /// The secret shared with the portal, under every checksum.
    pub secret: String,
    /// The random seed of the faults.
    pub seed: u64,
    /// The share of the payments that gets each fault.
    pub shares: Shares,
    /// How long the bank waits between a capture and its callback; zero sends it at once.
    pub callback_delay: Duration,
    /// Where callbacks go, whatever the order says. Only orders of the plain profile say it, so that the
    /// other profiles send no callbacks without this address.
    pub callback_url: Option<String>,
    /// Where customers go afterwards if their order does not say; without it they stay on the bank's page.
    pub return_url: Option<String>,
    /// How long an order can be paid if it does not say; at most a day.
    pub lifetime: Duration,
    /// How long the faults `delayed` and `pending` delay a payment.
    pub fault_delay: Duration,
}

impl Setup {
    /// How long an order can be paid by default.
    pub const LIFETIME: Duration = Duration::from_secs(15 * 60);
    /// How long a fault delays a payment by default.
    pub const FAULT_DELAY: Duration = Duration::from_secs(3);

    /// The lifetime in whole seconds.
    pub(crate) fn lifetime_s(&self) -> i64 {
        i64::try_from(self.lifetime.as_secs()).map_or(LONGEST_LIFETIME_S, |seconds| seconds.min(LONGEST_LIFETIME_S))
    }
}

/// The longest time that an order can be paid: a day.
pub(crate) const LONGEST_LIFETIME_S: i64 = 24 * 60 * 60;

/// The configuration of a bank of the plain profile, for a portal that names all addresses in its
/// orders. Orders can be paid for a day.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; `127.0.0.1:0` takes any free loopback port.
    pub bind: SocketAddr,
    /// The secret shared with the portal, appended to every text before it is hashed.
    pub secret: String,
    /// The random seed of the faults.
    pub seed: u64,
    /// The share of the payments that gets each fault.
    pub faults: Faults,
    /// How long the bank waits between a capture and its callback; zero sends it at once.
    pub callback_delay: Duration,
}

/// Shares of payments, 0..=1, that get one of the two faults which the built-in runs use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Faults {
    /// The genuine callback is sent once more after it was answered.
    pub duplicate: f64,
    /// Before the customer sees the page, a forger without the secret claims that they have paid.
    pub forged: f64,
}

impl From<Config> for Setup {
    fn from(config: Config) -> Self {
        Self {
            bind: config.bind,
            profile: Profile::Plain,
            secret: config.secret,
            seed: config.seed,
            shares: config.faults.into(),
            callback_delay: config.callback_delay,
            callback_url: None,
            return_url: None,
            lifetime: Duration::from_secs(LONGEST_LIFETIME_S.unsigned_abs()),
            fault_delay: Self::FAULT_DELAY,
        }
    }
}

impl From<Faults> for Shares {
    fn from(faults: Faults) -> Self {
        Shares::default().with(Fault::Duplicate, faults.duplicate).with(Fault::Forged, faults.forged)
    }
}
