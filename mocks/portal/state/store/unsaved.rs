//! What the registry itself has changed since the store was written.

use jiff::civil::Date;

use crate::domain::dirty_set::DirtySet;
use crate::domain::dossier_id::DossierId;
use crate::state::store::part::Counters;

/// The dirty sets; empty while no store is kept.
#[derive(Debug, Default)]
pub(crate) struct Unsaved {
    pub(crate) dossiers: DirtySet<DossierId>,
    /// By dossier and number.
    pub(crate) attachments: DirtySet<(DossierId, usize)>,
    /// By number.
    pub(crate) bags: DirtySet<u64>,
    pub(crate) units: DirtySet<String>,
    /// The numbers given out, by unit and day.
    pub(crate) numbers: DirtySet<(String, Date)>,
    /// How many events were written.
    pub(crate) events: usize,
    pub(crate) counters: Counters,
    /// Whether the registry is a new one in the place of another, whose rows have to go.
    pub(crate) is_new: bool,
    /// Whether a tester has set something that is a counter.
    pub(crate) is_set: bool,
    /// How many batches were taken.
    pub(crate) batches: u64,
    /// Whether a store is kept.
    pub(crate) is_kept: bool,
}

impl Unsaved {
    /// Starts to mark.
    pub(crate) fn watch(&mut self) {
        self.is_kept = true;
        self.dossiers.watch();
        self.attachments.watch();
        self.bags.watch();
        self.units.watch();
        self.numbers.watch();
    }

    /// Whether something was marked that is not written.
    pub(crate) fn is_any(&self, events: usize) -> bool {
        self.is_new
            || self.is_set
            || self.events < events
            || self.dossiers.is_any()
            || self.attachments.is_any()
            || self.bags.is_any()
            || self.units.is_any()
            || self.numbers.is_any()
    }
}
