//! What defects do to submissions that are refused, and to dossiers that are to be stored.

use crate::behaviour::defects::Defect;
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::office_hours;
use crate::domain::payments::payment::PaymentState;
use crate::domain::problem::{Kind, Problem};
use crate::domain::submission::{Channel, Submission};
use crate::state::registry::Registry;
use crate::state::registry::intake::Submitted;

impl Registry {
    /// The defect `hours-gate`; a portal is open day and night.
    pub(crate) fn refuse_wrongly(&mut self, submission: &Submission) -> Result<(), Problem> {
        let now = self.now();
        let is_closed = office_hours::between(now, now.plus_ms(1)) == 0;
        if is_closed && submission.channel == Channel::Online && self.defects.has(Defect::HoursGate) {
            return Err(Problem::new(Kind::NotOnline, "come back in office hours"));
        }
        Ok(())
    }

    /// Called with what was refused, of which nothing may remain.
    pub(crate) fn refused(&mut self, submission: Submission, actor: Actor) {
        if self.defects.has(Defect::PartialCreate) {
            let dossier = self.draw_up(submission, actor);
            self.store(dossier);
        } else if self.defects.has(Defect::SendBeforeCommit) {
            let (dossier, defects) = (self.draw_up(submission, actor), self.defects);
            self.outbox.iter_mut().for_each(|outbox| outbox.send_uncommitted(&dossier, defects));
        }
    }

    /// Stores a dossier: once, unless a defect loses it or stores it twice.
    pub(crate) fn keep(&mut self, dossier: Dossier) -> Submitted {
        if self.defects.triggers(Defect::AckBeforeCommit, dossier.ordinal, 2, 20) {
            return Submitted::Lost(Box::new(dossier));
        }
        // A copy that waits for an online payment would wait for ever: its applicant knows only the first.
        let is_copied = self.defects.triggers(Defect::DoubleInsert, dossier.ordinal, 3, 20)
            && dossier.payment.state != PaymentState::Required;
        let copy = is_copied.then(|| dossier.clone());
        let id = self.store(dossier);
        if let Some(copy) = copy {
            let code = self.next_code(&copy.unit.code, copy.submitted_at);
            self.store(Dossier { code, ..copy });
        }
        Submitted::New(id)
    }
}
