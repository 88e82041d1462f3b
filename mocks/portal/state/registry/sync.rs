//! The outbox of the registry; nothing while the portal is not linked to a national portal.

use std::collections::BTreeMap;

use crate::domain::dossier_id::DossierId;
use crate::domain::problem::{Kind, Problem};
use crate::state::clock::wall_ns;
use crate::state::outbox::sync_state::SyncState;
use crate::state::outbox::{Message, Outbox, Outcome, SyncStatus};
use crate::state::registry::Registry;

impl Registry {
    /// From here on everything that happens is synced with the national portal.
    pub(crate) fn link(&mut self) {
        self.outbox = Some(Box::new(Outbox::new(wall_ns())));
    }

    /// The next message, if there is anything to send.
    pub(crate) fn next_message(&mut self) -> Option<Message> {
        let outbox = self.outbox.as_mut()?;
        outbox.read(&self.events);
        outbox.next_message(&self.dossiers, self.defects, wall_ms())
    }

    /// Records the outcome of a message.
    pub(crate) fn settle(&mut self, message: &Message, outcome: &Outcome) {
        if let Some(outbox) = &mut self.outbox {
            outbox.settle(message, outcome, &self.dossiers, (self.defects, wall_ms()));
        }
    }

    /// How far a dossier is synced.
    pub(crate) fn sync_status(&self, id: DossierId) -> Option<SyncStatus<'_>> {
        self.outbox.as_ref().zip(self.dossiers.get(id)).map(|(outbox, dossier)| outbox.status(id, dossier))
    }

    /// How many dossiers are in which sync state, and how many packets that were handed down were refused.
    pub(crate) fn sync_census(&self) -> Option<(BTreeMap<SyncState, usize>, u64)> {
        self.outbox.as_ref().map(|outbox| (outbox.census(&self.dossiers), outbox.untaken))
    }

    /// Resyncs a dossier as it stands.
    pub(crate) fn resync(&mut self, code: &str) -> Result<(), Problem> {
        let id = self.find(code)?;
        match self.outbox.as_mut().zip(self.dossiers.get(id)) {
            Some((outbox, dossier)) => outbox.resync(id, dossier),
            None => Err(Problem::new(Kind::IllegalTransition, "there is no national portal to tell it to")),
        }
    }

    /// Which outbox this is, and up to where dossiers entered at the national portal were fetched.
    pub(crate) fn pull_mark(&self) -> (u64, String) {
        self.outbox.as_ref().map_or((0, String::new()), |outbox| (outbox.epoch(), outbox.last_pulled.clone()))
    }

    /// Dossiers entered at the national portal were fetched up to here, unless the state was reset meanwhile.
    pub(crate) fn pulled(&mut self, epoch: u64, last: String) {
        if let Some(outbox) = self.outbox.as_mut().filter(|outbox| outbox.epoch() == epoch) {
            outbox.last_pulled = last;
        }
    }
}

fn wall_ms() -> u64 {
    wall_ns() / 1_000_000
}
