//! How a post behaves beyond the ordinary: its faults, its counters, its remittance runs.

use std::time::Duration;

use crate::faults::Faults;

/// What a post does wrong on purpose, how fast its counters are, and when it remits what it collected.
#[derive(Debug, Clone, PartialEq)]
pub struct Behaviour {
    /// How large a share of the parcels gets which fault.
    pub faults: Faults,
    /// How long a visitor stands at one of the two counters: each gets the same time.
    pub service_time: Duration,
    /// How often everything collected is remitted, as a post does at the end of a day; `None`: only when
    /// `POST /remittances` asks for it.
    pub remit_every: Option<Duration>,
}

impl Behaviour {
    /// A post without faults whose counters take three seconds and which remits when it is asked to.
    pub fn ordinary() -> Self {
        Self { faults: Faults::none(), service_time: Duration::from_secs(3), remit_every: None }
    }
}
