//! Scheduled outages.

use std::time::Duration;

/// The mode of an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Every request is answered with 503.
    Unavailable,
    /// No request is answered; after a minute the connection is cut.
    Timeout,
    /// Every connection that asks something is cut at once.
    Reset,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Unavailable, Self::Timeout, Self::Reset];

    /// The name on the command line, under `/_test/outage` and in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Reset => "reset",
        }
    }

    /// The mode with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// An outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// How.
    pub mode: Mode,
    /// Its start, relative to the start of the hub.
    pub from: Duration,
    /// How long it lasts.
    pub length: Duration,
}

impl Outage {
    pub(crate) fn is_on(&self, since_start: Duration) -> bool {
        since_start.checked_sub(self.from).is_some_and(|into_it| into_it < self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_on_from_its_beginning_to_its_end() {
        let outage = Outage { mode: Mode::Reset, from: Duration::from_secs(5), length: Duration::from_secs(2) };
        let on: Vec<bool> = [4_999, 5_000, 6_999, 7_000].map(|ms| outage.is_on(Duration::from_millis(ms))).to_vec();
        assert_eq!(on, [false, true, true, false]);
    }

    #[test]
    fn every_mode_is_found_by_its_name() {
        for mode in Mode::ALL {
            assert_eq!(Mode::from_name(mode.name()), Some(mode));
        }
        assert_eq!(Mode::from_name("fire"), None);
    }
}
