//! Dossiers come in: recognised or drawn up, and stored.

use crate::behaviour::defects::Defect;
use crate::domain::delivery::parcels::Parcel;
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::dossier_id::DossierId;
use crate::domain::payments::payment::{Payment, PaymentState};
use crate::domain::problem::Problem;
use crate::domain::procedures::Published;
use crate::domain::states::{Event, State};
use crate::domain::submission::Submission;
use crate::state::clock::wall_ns;
use crate::state::registry::Registry;

/// What became of a submission.
#[derive(Debug)]
pub(crate) enum Submitted {
    /// Received now.
    New(DossierId),
    /// Received now and lost; see the defect `ack-before-commit`.
    Lost(Box<Dossier>),
    /// Received before, under the same client reference.
    Known(DossierId),
}

impl Registry {
    /// Receives a dossier, or recognises it.
    pub(crate) fn submit(&mut self, submission: Submission, actor: Actor) -> Result<Submitted, Problem> {
        if let Some(id) = self.recognise(&submission) {
            return Ok(Submitted::Known(id));
        }
        self.refuse_wrongly(&submission)?;
        if let Err(problem) = submission.check_service() {
            self.refused(submission, actor);
            return Err(problem);
        }
        self.submissions += 1;
        let dossier = self.draw_up(submission, actor);
        Ok(self.keep(dossier))
    }

    /// The dossier that was received before under the same national code, or the same reference of this applicant.
    fn recognise(&self, submission: &Submission) -> Option<DossierId> {
        let known = match (&submission.national_code, &submission.client_reference) {
            (Some(code), _) => self.by_code.get(code).filter(|_| !self.defects.has(Defect::TakenTwice)),
            (None, Some(reference)) => self.by_owner.get(&submission.owner)?.by_reference.get(reference),
            (None, None) => None,
        };
        known.copied().filter(|id| !self.defects.triggers(Defect::RetryDup, *id as u64 + 1, 1, 10))
    }

    pub(crate) fn draw_up(&mut self, submission: Submission, actor: Actor) -> Dossier {
        let (now, defects) = (self.clock.now(wall_ns()), self.defects);
        let Published { procedure, version: procedure_version } = submission.procedure;
        let fee = defects.fee(procedure.fee, submission.asked_fee);
        let mut applicant = submission.applicant;
        applicant.full_name = defects.name(applicant.full_name, self.submissions);
        let return_address = submission.return_address.map(|address| defects.address(address));
        let national_code = submission.national_code.filter(|code| !self.by_code.contains_key(code));
        let mut dossier = Dossier {
            ordinal: self.submissions,
            code: national_code.unwrap_or_else(|| self.next_code(&submission.unit.code, now)),
            unit: submission.unit,
            procedure,
            procedure_version,
            channel: submission.channel,
            client_reference: submission.client_reference,
            applicant,
            owner: submission.owner,
            form: submission.form,
            return_method: submission.return_method,
            return_address,
            state: State::Submitted,
            fee,
            submitted_at: now,
            accepted_at: None,
            due_at: None,
            started_at: None,
            completed_at: None,
            returned_at: None,
            payment: Payment::new(submission.payment_method, fee),
            parcel: Parcel::none(),
            pickup: None,
            pause: None,
            supplement: None,
            obligation: None,
            apology: None,
            consultation: None,
            bag: None,
            result: None,
            rating: None,
            on_the_spot: false,
            progress: Vec::with_capacity(8),
            version: 0,
            taken_from: None,
            start_was_pretended: false,
            ticket: None,
        };
        dossier.log(Event::Submitted, actor.clone(), now);
        if dossier.payment.state == PaymentState::Required {
            dossier.log(Event::PaymentRequired, actor, now);
        }
        dossier
    }
}
