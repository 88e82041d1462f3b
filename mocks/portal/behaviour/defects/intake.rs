//! What defects change on intake: fields, codes, and whether a dossier is stored once.

use crate::behaviour::defects::{Defect, Defects};

impl Defects {
    /// The fee of a dossier, in whole VND; `asked` is what its sender has put into the request.
    pub(crate) fn fee(self, legal: i64, asked: Option<i64>) -> i64 {
        asked.filter(|_| self.has(Defect::MassAssign)).unwrap_or(legal)
    }

    /// The name of an applicant as it is stored; submissions are counted from 1.
    pub(crate) fn name(self, mut name: String, submission: u64) -> String {
        if self.has(Defect::Latin1) {
            name = name.chars().map(|letter| if u32::from(letter) > 0xff { '?' } else { letter }).collect();
        }
        if self.triggers(Defect::TruncateName, submission, 1, 5) {
            name = name.chars().take(10).collect();
        }
        name
    }

    /// A return address as it is stored.
    pub(crate) fn address(self, address: String) -> String {
        if self.has(Defect::AddressCut) { address.chars().take(3).collect() } else { address }
    }

    /// By how many hours the day in a code is behind.
    pub(crate) fn hours_behind_in_codes(self) -> i64 {
        if self.has(Defect::UtcDate) { 7 } else { 0 }
    }

    /// The number that is given out next. `later` counts the numbers that had another before them on the same day.
    pub(crate) fn number(self, last: u64, next: u64, later: u64) -> u64 {
        if last > 0 && self.triggers(Defect::RmwCounter, later, 1, 15) { last } else { next }
    }

    /// Whether a code may be issued twice.
    pub(crate) fn repeats_codes(self) -> bool {
        self.has(Defect::RmwCounter) || self.has(Defect::ForeignUnit)
    }

    /// The unit as it stands in a code.
    pub(crate) fn unit_in_code(self, unit: &str) -> &str {
        if self.has(Defect::ForeignUnit) { unit.split('.').next().unwrap_or(unit) } else { unit }
    }

    /// How many digits the number in a code has at least.
    pub(crate) fn digits_in_code(self, usual: usize) -> usize {
        if self.has(Defect::PadLoss) { 0 } else { usual }
    }
}
