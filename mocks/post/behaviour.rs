//! The behaviour of a post: its faults, its counters, its remittance runs.

use std::time::Duration;

use crate::faults::Faults;

/// The faults of a post, how fast its counters are, and when it remits what it collected.
#[derive(Debug, Clone, PartialEq)]
pub struct Behaviour {
    /// The share of the parcels that gets each fault.
    pub faults: Faults,
    /// How long each visitor is served at one of the two counters.
    pub service_time: Duration,
    /// How often everything collected is remitted, as a post does at the end of a day; `None`: only when
    /// `POST /remittances` asks for it.
    pub remit_every: Option<Duration>,
}

impl Behaviour {
    /// A post without faults whose counters take three seconds and which remits on request only.
    pub fn ordinary() -> Self {
        Self { faults: Faults::none(), service_time: Duration::from_secs(3), remit_every: None }
    }
}
