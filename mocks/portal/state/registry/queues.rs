//! The queues in which dossiers wait for a desk or for the post.

use crate::behaviour::defects::Defect;
use crate::domain::dossier_id::DossierId;
use crate::domain::queues::{Queue, Ticket};
use crate::state::registry::Registry;
use crate::state::registry::waiting_line::WaitingLine;

impl Registry {
    pub(crate) fn line(&mut self, queue: Queue, unit: &str) -> &mut WaitingLine {
        match queue {
            Queue::Intake => &mut self.unit_ledger(unit).intake,
            Queue::Post => &mut self.post,
        }
    }

    /// Puts a dossier at the end of a queue, or back where it was; returns its ticket.
    pub(crate) fn join(&mut self, queue: Queue, id: DossierId, unit: &str, before: Option<Ticket>) -> Ticket {
        let before = before.filter(|ticket| ticket.queue == queue).map(|ticket| ticket.number);
        Ticket { queue, number: self.line(queue, unit).join(id, before) }
    }

    /// Notes the ticket with the dossier.
    pub(crate) fn give(&mut self, id: DossierId, ticket: Ticket) {
        if let Some(dossier) = self.dossiers.get_mut(id) {
            dossier.ticket = Some(ticket);
        }
    }

    /// How many dossiers wait in a queue.
    pub(crate) fn waiting(&mut self, queue: Queue, unit: &str) -> usize {
        self.line(queue, unit).waiting
    }

    /// Hands out the oldest dossiers of a queue, at most `take`, each once.
    pub(crate) fn hand_out(&mut self, queue: Queue, unit: &str, take: usize) -> Vec<DossierId> {
        let mut taken = Vec::new();
        while taken.len() < take {
            let Some(id) = self.line(queue, unit).next() else {
                break;
            };
            self.unsaved.units.mark_with(|| unit.to_owned());
            let Some(dossier) = self.dossiers.get(id).filter(|dossier| dossier.queue() == Some(queue)) else {
                continue;
            };
            let ordinal = dossier.ordinal;
            if queue == Queue::Intake && self.defects.triggers(Defect::DoubleClaim, ordinal, 1, 10) {
                self.line(queue, unit).put_back(id);
                taken.push(id);
                break;
            }
            let Some(dossier) = self.dossiers.get_mut(id) else { continue };
            dossier.taken_from = Some(queue);
            self.unsaved.dossiers.mark(id);
            self.line(queue, unit).leave();
            if !self.defects.triggers(Defect::DeadQueue, ordinal, 2, 15) {
                taken.push(id);
            }
        }
        taken
    }
}
