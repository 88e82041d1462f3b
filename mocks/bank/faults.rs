//! Fault injection: the faults by name, the share of the payments that gets each, and which
//! faults one payment gets. The last is a pure function of the seed and the payment's reference.

use serde::Serialize;

use crate::checksum;

/// A fault that the bank injects; the ledger marks its signals with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The callback comes seconds after the capture.
    Delayed,
    /// The callback is never sent: only a query reveals it.
    Lost,
    /// The genuine callback is sent once more after it was answered.
    Duplicate,
    /// The genuine callback is sent twice at the same instant.
    ConcurrentDuplicate,
    /// A genuine report of an earlier, failed attempt arrives after the success.
    OutOfOrder,
    /// A correctly signed callback about another amount precedes the genuine one.
    WrongAmount,
    /// A correctly signed callback about another merchant precedes the genuine one.
    WrongMerchant,
    /// Before the customer sees the page, a forger without the secret claims that they have paid.
    Forged,
    /// The callback comes after the order has expired.
    Late,
    /// The money is in transit between banks for a while before it is captured.
    Pending,
    /// The money stays in transit between banks and never arrives.
    PendingForever,
}

impl Fault {
    /// All of them, in reading order.
    pub const ALL: [Fault; 11] = [
        Fault::Delayed,
        Fault::Lost,
        Fault::Duplicate,
        Fault::ConcurrentDuplicate,
        Fault::OutOfOrder,
        Fault::WrongAmount,
        Fault::WrongMerchant,
        Fault::Forged,
        Fault::Late,
        Fault::Pending,
        Fault::PendingForever,
    ];

    /// Its name on the command line; in the ledger `_` stands for `-`.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Delayed => "delayed",
            Fault::Lost => "lost",
            Fault::Duplicate => "duplicate",
            Fault::ConcurrentDuplicate => "concurrent-duplicate",
            Fault::OutOfOrder => "out-of-order",
            Fault::WrongAmount => "wrong-amount",
            Fault::WrongMerchant => "wrong-merchant",
            Fault::Forged => "forged",
            Fault::Late => "late",
            Fault::Pending => "pending",
            Fault::PendingForever => "pending-forever",
        }
    }

    /// The fault of this name; `bad-signature` is another name of `forged`.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = if name == "bad-signature" { "forged" } else { name };
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    fn bit(self) -> u16 {
        1 << (self as u16)
    }
}

/// How large a share of the payments, 0..=1, gets each fault. The default is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shares([f64; Fault::ALL.len()]);

impl Shares {
    /// The same shares, with another one for `fault`.
    #[must_use]
    pub fn with(mut self, fault: Fault, share: f64) -> Self {
        if let Some(place) = self.0.get_mut(fault as usize) {
            *place = share;
        }
        self
    }

    /// The share of the payments that gets `fault`.
    pub fn of(&self, fault: Fault) -> f64 {
        self.0.get(fault as usize).copied().unwrap_or_default()
    }

    /// The faults that one payment gets, without those that exclude each other.
    pub(crate) fn course(&self, seed: u64, reference: &str) -> Course {
        let chosen = Fault::ALL.into_iter().filter(|fault| {
            let share = self.of(*fault);
            share > 0.0 && chance(seed, *fault, reference) < share
        });
        Course(chosen.fold(0, |bits, fault| bits | fault.bit())).consistent()
    }
}

/// A number in 0..1 that depends on the seed, the fault and the payment only.
fn chance(seed: u64, fault: Fault, reference: &str) -> f64 {
    let digest = checksum::digest(&format!("{seed}|{}|{reference}", fault.name()));
    let [first, second, third, fourth, ..] = digest;
    f64::from(u32::from_be_bytes([first, second, third, fourth])) / 4_294_967_296.0
}

/// The faults of one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Course(u16);

impl Course {
    pub(crate) fn has(self, fault: Fault) -> bool {
        self.0 & fault.bit() != 0
    }

    /// Keeps the more serious of two faults that exclude each other: money that never
    /// arrives has no callback, a callback that is lost is not repeated, and one that is late is not delayed.
    fn consistent(self) -> Self {
        use Fault::{ConcurrentDuplicate, Delayed, Duplicate, Forged, Late, Lost, OutOfOrder, Pending, PendingForever};
        if self.has(PendingForever) {
            return Self(self.0 & (PendingForever.bit() | Forged.bit()));
        }
        let barred: &[Fault] = if self.has(Lost) {
            &[Delayed, Late, Duplicate, ConcurrentDuplicate, OutOfOrder]
        } else if self.has(Late) {
            &[Delayed, Pending]
        } else {
            &[]
        };
        Self(barred.iter().fold(self.0, |bits, fault| bits & !fault.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(seed: u64, share: f64) -> Vec<u32> {
        let shares = Shares::default().with(Fault::Duplicate, share);
        (0..2_000).filter(|i| shares.course(seed, &format!("R-{i}")).has(Fault::Duplicate)).collect()
    }

    #[test]
    fn the_same_seed_chooses_the_same_payments() {
        assert_eq!(chosen(7, 0.2), chosen(7, 0.2));
        assert_ne!(chosen(7, 0.2), chosen(8, 0.2));
    }

    #[test]
    fn a_share_is_met_and_its_ends_are_none_and_all() {
        assert!((300..500).contains(&chosen(7, 0.2).len()));
        assert_eq!(chosen(7, 0.0).len(), 0);
        assert_eq!(chosen(7, 1.0).len(), 2_000);
    }

    #[test]
    fn faults_are_chosen_independently_of_each_other() {
        let shares = Shares::default().with(Fault::Duplicate, 0.5).with(Fault::Forged, 0.5);
        let both = (0..2_000)
            .map(|i| shares.course(7, &format!("R-{i}")))
            .filter(|course| course.has(Fault::Duplicate) && course.has(Fault::Forged))
            .count();
        assert!((400..600).contains(&both), "{both} of 2,000 got both");
    }

    #[test]
    fn every_fault_is_found_by_its_name() {
        for fault in Fault::ALL {
            assert_eq!(Fault::from_name(fault.name()), Some(fault));
            let in_ledger = serde_json::to_value(fault).unwrap();
            assert_eq!(in_ledger.as_str().unwrap().replace('_', "-"), fault.name());
        }
        assert_eq!(Fault::from_name("bad-signature"), Some(Fault::Forged));
        assert_eq!(Fault::from_name("no-such-fault"), None);
    }

    #[test]
    fn with_every_share_at_one_a_payment_gets_no_two_faults_that_exclude_each_other() {
        let all = Fault::ALL.into_iter().fold(Shares::default(), |shares, fault| shares.with(fault, 1.0));
        let has = |course: Course| Fault::ALL.into_iter().filter(move |fault| course.has(*fault)).collect::<Vec<_>>();
        assert_eq!(has(all.course(1, "R")), [Fault::Forged, Fault::PendingForever]);
        let arriving = all.with(Fault::PendingForever, 0.0);
        assert!(!has(arriving.course(1, "R")).contains(&Fault::Duplicate), "a lost callback is not repeated");
        let late = arriving.with(Fault::Lost, 0.0);
        assert!(!has(late.course(1, "R")).contains(&Fault::Delayed), "a late callback is not delayed");
    }
}
