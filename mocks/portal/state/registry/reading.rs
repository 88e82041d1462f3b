//! Finding dossiers in the registry, by code, by owner, and by what happened to them.

use crate::behaviour::defects::Defect;
use crate::behaviour::variants::Variant;
use crate::domain::dossier::{Dossier, Entry};
use crate::domain::dossier_id::DossierId;
use crate::domain::problem::{Kind, Problem};
use crate::state::registry::Registry;

impl Registry {
    pub(crate) fn get(&self, id: DossierId) -> Result<&Dossier, Problem> {
        self.dossiers.get(id).ok_or_else(|| Problem::not_found("dossier"))
    }

    /// The dossier with this code.
    pub(crate) fn find(&self, code: &str) -> Result<DossierId, Problem> {
        self.by_code.get(code).copied().ok_or_else(|| Problem::not_found("dossier"))
    }

    /// The dossier with this code, if it is this citizen's; that of another is not found.
    pub(crate) fn find_own(&self, code: &str, citizen: u64) -> Result<DossierId, Problem> {
        let is_closed = self.variants.has(Variant::Closed403);
        let nothing =
            || if is_closed { Problem::new(Kind::Forbidden, "not yours") } else { Problem::not_found("dossier") };
        let id = self.find(code).map_err(|_nowhere| nothing())?;
        if self.get(id)?.owner == citizen || self.defects.has(Defect::BolaWrite) {
            return Ok(id);
        }
        if self.defects.has(Defect::ExistLeak) {
            return Err(Problem::new(Kind::Forbidden, "another citizen's dossier"));
        }
        Err(nothing())
    }

    /// The same, for looking only.
    pub(crate) fn find_to_read(&self, code: &str, citizen: u64) -> Result<DossierId, Problem> {
        if self.defects.has(Defect::BolaRead) { self.find(code) } else { self.find_own(code, citizen) }
    }

    /// Counts a reader, and says which dossier is shown: the one that was asked for, unless `cache-mix` is on.
    pub(crate) fn read_by_citizen(&mut self, id: DossierId) -> DossierId {
        self.reads += 1;
        let is_mixed = self.defects.triggers(Defect::CacheMix, self.reads, 2, 20);
        let before = std::mem::replace(&mut self.last_read, id);
        if is_mixed { before } else { id }
    }

    /// All dossiers, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Dossier> {
        self.dossiers.iter()
    }

    /// All dossiers, newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Dossier> {
        self.dossiers.iter().rev()
    }

    /// What an applicant has handed in, oldest first.
    pub(crate) fn own(&self, citizen: u64) -> impl Iterator<Item = &Dossier> {
        let ids = self.by_owner.get(&citizen).map_or(&[][..], |own| &own.dossiers);
        ids.iter().filter_map(|id| self.dossiers.get(*id))
    }

    /// How many events there were.
    pub(crate) fn events_so_far(&self) -> usize {
        self.events.len()
    }

    /// The events after the first `after`, each with its number, counted from 1.
    pub(crate) fn events(&self, after: usize) -> impl Iterator<Item = (usize, &Dossier, &Entry)> {
        self.events.iter().enumerate().skip(after).filter_map(|(i, (id, entry))| {
            let dossier = self.dossiers.get(*id)?;
            dossier.progress.get(*entry).map(|entry| (i + 1, dossier, entry))
        })
    }
}
