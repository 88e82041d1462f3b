//! Fault injection: the faults by name, and the choice of the parcels that get them.

use serde::Serialize;

use crate::rng::hash;

/// A fault that the post injects; the ledger names it on every signal that it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The parcel is lost on the way.
    Lost,
    /// The parcel takes four times as long.
    Delayed,
    /// The first one or two delivery attempts fail.
    FailedAttempt,
    /// All three attempts fail and the parcel goes back to the agency.
    Returned,
    /// The receiver pays another amount than the one ordered.
    WrongCod,
    /// The last report is sent twice.
    DuplicateReport,
    /// The first report is sent after the last one.
    OutOfOrder,
    /// The last report is never sent.
    LostReport,
}

impl Fault {
    /// Every fault, in the order in which they are documented.
    pub const ALL: [Self; 8] = [
        Self::Lost,
        Self::Delayed,
        Self::FailedAttempt,
        Self::Returned,
        Self::WrongCod,
        Self::DuplicateReport,
        Self::OutOfOrder,
        Self::LostReport,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Delayed => "delayed",
            Self::FailedAttempt => "failed-attempt",
            Self::Returned => "returned",
            Self::WrongCod => "wrong-cod",
            Self::DuplicateReport => "duplicate-report",
            Self::OutOfOrder => "out-of-order",
            Self::LostReport => "lost-report",
        }
    }

    /// The fault with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

/// The share of the parcels, 0..=1, that gets each fault; independent of the other faults.
#[derive(Debug, Clone, PartialEq)]
pub struct Faults(Vec<(Fault, f64)>);

impl Faults {
    /// No fault.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// The same, with `fault` for this share of the parcels; 0 is none, 1 is all.
    #[must_use]
    pub fn with(mut self, fault: Fault, share: f64) -> Self {
        self.0.retain(|(known, _)| *known != fault);
        self.0.push((fault, share));
        self
    }

    /// Whether this parcel gets `fault`: depends on the seed, the fault and the reference only.
    pub(crate) fn triggers(&self, fault: Fault, seed: u64, reference: &str) -> bool {
        let share = self.0.iter().find(|(known, _)| *known == fault).map_or(0.0, |(_, share)| *share);
        share > 0.0 && Self::draw(fault, seed, reference) < share
    }

    /// A number in 0..1 for each fault.
    fn draw(fault: Fault, seed: u64, reference: &str) -> f64 {
        f64::from(hash(seed, &format!("{}|{reference}", fault.name()))) / 4_294_967_296.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn triggered(faults: &Faults, fault: Fault, seed: u64) -> Vec<u32> {
        (0..2_000).filter(|i| faults.triggers(fault, seed, &format!("D-{i}"))).collect()
    }

    #[test]
    fn a_share_is_met_and_its_ends_are_none_and_all() {
        let faults = Faults::none().with(Fault::Lost, 0.2).with(Fault::Delayed, 1.0);
        assert!((300..500).contains(&triggered(&faults, Fault::Lost, 7).len()));
        assert_eq!(triggered(&faults, Fault::Delayed, 7).len(), 2_000);
        assert_eq!(triggered(&faults, Fault::Returned, 7).len(), 0);
    }

    #[test]
    fn the_same_seed_triggers_the_same_parcels_and_every_fault_others() {
        let faults = Faults::none().with(Fault::Lost, 0.5).with(Fault::Delayed, 0.5);
        assert_eq!(triggered(&faults, Fault::Lost, 7), triggered(&faults, Fault::Lost, 7));
        assert_ne!(triggered(&faults, Fault::Lost, 7), triggered(&faults, Fault::Lost, 8));
        let delayed = triggered(&faults, Fault::Delayed, 7);
        let both = triggered(&faults, Fault::Lost, 7).into_iter().filter(|i| delayed.contains(i)).count();
        assert!((400..600).contains(&both), "{both} of 2,000 got both");
    }

    #[test]
    fn every_fault_is_found_by_its_name() {
        for fault in Fault::ALL {
            assert_eq!(Fault::from_name(fault.name()), Some(fault));
        }
        assert_eq!(Fault::from_name("fire"), None);
    }
}
