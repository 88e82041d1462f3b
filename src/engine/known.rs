//! Whose dossier is shown: only what this run has sent can be its own.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use model::words::Field;
use model::{Applicants, CaseId};
use portal::{Item, Reading};

/// The cases that have been submitted so far, by all lanes, and what was met of those that have not.
#[derive(Debug)]
pub(crate) struct Begun {
    cases: Vec<AtomicBool>,
    strangers: AtomicU64,
    first: OnceLock<Box<str>>,
}

/// Dossiers that were shown as somebody's of this run who had not yet handed one in: the portal holds those of an earlier
/// run of the same people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strangers {
    /// How often one was shown.
    pub count: u64,
    /// The number of the first; its owner's where none was shown.
    pub first: String,
}

impl Begun {
    /// Nobody of so many.
    pub(crate) fn none_of(cases: u32) -> Self {
        let cases = (0..cases).map(|_| AtomicBool::new(false)).collect();
        Self { cases, strangers: AtomicU64::new(0), first: OnceLock::new() }
    }

    /// Notes that the dossier of a case is about to be sent.
    pub(crate) fn begin(&self, case: CaseId) {
        if let Some(begun) = self.cases.get(case.0 as usize) {
            begun.store(true, Ordering::Relaxed);
        }
    }

    fn has(&self, case: CaseId) -> bool {
        self.cases.get(case.0 as usize).is_some_and(|begun| begun.load(Ordering::Relaxed))
    }

    /// Notes that a dossier was shown which nobody of this run can have caused.
    pub(crate) fn note_stranger(&self, shown: &str) {
        self.strangers.fetch_add(1, Ordering::Relaxed);
        let _first = self.first.get_or_init(|| shown.into());
    }

    /// What was met so far.
    pub(crate) fn strangers(&self) -> Strangers {
        let first = self.first.get().map(|shown| String::from(&**shown)).unwrap_or_default();
        Strangers { count: self.strangers.load(Ordering::Relaxed), first }
    }
}

/// Everybody of the run, and who of them has come.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) people: &'a dyn Applicants,
    pub(crate) begun: &'a Begun,
}

impl Known<'_> {
    /// Whose dossier an item shows: told by the reference on it, else by its owner's number. Nobody's, if the reference is
    /// another run's, whoever owns it, or if its owner has not handed one in.
    pub(crate) fn whose(self, reading: &Reading, item: &Item) -> Option<CaseId> {
        let case = self.named(reading, item)?;
        self.begun.has(case).then_some(case)
    }

    /// The same; one whose owner has not handed one in is noted as a stranger's.
    pub(crate) fn whose_or_stranger(self, reading: &Reading, item: &Item) -> Option<CaseId> {
        let case = self.named(reading, item)?;
        if self.begun.has(case) {
            return Some(case);
        }
        self.begun.note_stranger(shown(reading, item));
        None
    }

    /// Whose dossier an item shows by its marks alone.
    pub(crate) fn named(self, reading: &Reading, item: &Item) -> Option<CaseId> {
        if let Some(reference) = reading.value(item, Field::Reference) {
            if let Some(case) = self.people.recognise(reference) {
                return Some(case);
            }
            if self.people.is_of_another_run(reference) {
                return None;
            }
        }
        reading.value(item, Field::OwnerNumber).and_then(|number| self.people.recognise(number))
    }

    /// Whether an item shows a dossier that another run of ours has sent.
    pub(crate) fn is_of_another_run(self, reading: &Reading, item: &Item) -> bool {
        reading.value(item, Field::Reference).is_some_and(|reference| self.people.is_of_another_run(reference))
    }
}

/// What a person would call the dossier of an item.
pub(crate) fn shown<'r>(reading: &'r Reading, item: &Item) -> &'r str {
    let [code, owner] = [Field::DossierCode, Field::OwnerNumber].map(|field| reading.value(item, field));
    code.or(owner).unwrap_or_default()
}
