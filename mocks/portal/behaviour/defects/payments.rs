//! What defects change in payments.

use crate::behaviour::defects::{Defect, Defects};

/// How much `skim` withholds, in whole VND.
const SKIMMED: i64 = 1_000;

impl Defects {
    /// What is booked of an amount that has come in, in whole VND; payments are counted from 1.
    pub(crate) fn booked(self, amount: i64, payment: u64) -> i64 {
        if self.triggers(Defect::Skim, payment, 1, 5) { amount - SKIMMED } else { amount }
    }

    /// An amount as it is stored.
    pub(crate) fn stored(self, amount: i64) -> i64 {
        if self.has(Defect::Int32Money) { amount & 0x7fff_ffff } else { amount }
    }

    /// The number of a tax receipt.
    pub(crate) fn tax_receipt(self, reference: &str) -> String {
        if self.has(Defect::DupReceipt) { "BL-1".to_owned() } else { format!("BL-{reference}") }
    }
}
