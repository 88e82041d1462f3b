//! What clerks and citizens do to a dossier, one function per step: guards, effects, log.

use crate::behaviour::defects::Defect;
use crate::domain::calendar;
use crate::domain::defects;
use crate::domain::delivery::parcels;
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::moment::Moment;
use crate::domain::office::Office;
use crate::domain::payments::payment::{self, PaymentState};
use crate::domain::problem::{Kind, Problem};
use crate::domain::results;
use crate::domain::states::{Event, State};
use crate::domain::submission::ReturnMethod;

/// Takes a dossier in: the fee is final from here and the deadline runs.
pub(crate) fn accept(
    dossier: &mut Dossier,
    assessed_fee: Option<i64>,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    dossier.may(Event::Accepted)?;
    let was_required = dossier.payment.state == PaymentState::Required;
    if let Some(fee) = assessed_fee {
        payment::assess(dossier, fee)?;
    }
    dossier.accepted_at = Some(office.now);
    dossier.due_at = appointment(dossier, office);
    dossier.advance(Event::Accepted, actor.clone(), office.now)?;
    if dossier.payment.state == PaymentState::Required && !was_required {
        dossier.log(Event::PaymentRequired, actor, office.now);
    }
    Ok(())
}

/// The end of the legal time, if it starts now.
fn appointment(dossier: &Dossier, office: &Office<'_>) -> Option<Moment> {
    let defects = office.defects;
    let days = defects.legal_days(dossier.procedure.legal_days);
    defects.appointment(calendar::return_at(office.now, days, defects.reading()), dossier.ordinal)
}

/// Starts processing, unless the fee is due in advance and not paid. Returns the state to be shown.
pub(crate) fn start(dossier: &mut Dossier, actor: Actor, office: &mut Office<'_>) -> Result<State, Problem> {
    defects::revive(dossier, office);
    dossier.may(Event::Started)?;
    if dossier.start_was_pretended {
        return Err(dossier.illegal());
    }
    check_gate(dossier, office)?;
    if defects::pretends_start(dossier, office) {
        return Ok(State::InProcess);
    }
    dossier.started_at = Some(office.now);
    dossier.advance(Event::Started, actor, office.now)?;
    Ok(dossier.state)
}

/// Whether the fee that is due in advance is paid.
pub(crate) fn check_gate(dossier: &Dossier, office: &Office<'_>) -> Result<(), Problem> {
    if dossier.payment.bars_processing() && !office.defects.has(Defect::GateOpen) {
        let detail = format!("{} VND are due before dossier {} is processed", dossier.payment.amount_due, dossier.code);
        return Err(Problem::new(Kind::PaymentRequired, detail));
    }
    Ok(())
}

/// Ends processing: the result is there.
pub(crate) fn complete(dossier: &mut Dossier, actor: Actor, office: &mut Office<'_>) -> Result<(), Problem> {
    if dossier.consultation.as_ref().is_some_and(|asked| asked.is_open()) {
        return Err(dossier.not_yet("another agency has not answered yet"));
    }
    if dossier.start_was_pretended && dossier.state == State::Accepted {
        dossier.state = State::Completed;
        dossier.log(Event::Completed, actor, office.now);
    } else {
        dossier.advance(Event::Completed, actor, office.now)?;
    }
    dossier.completed_at = Some(office.now);
    defects::rewrite_history(dossier, office);
    results::file(dossier, office);
    Ok(())
}

/// Gives the result to the applicant at the counter, or sends it electronically.
pub(crate) fn hand_over(dossier: &mut Dossier, actor: Actor, office: &mut Office<'_>) -> Result<(), Problem> {
    dossier.may(Event::HandedOver)?;
    if dossier.return_method == ReturnMethod::Post {
        parcels::check_counter(dossier)?;
    }
    dossier.advance(Event::HandedOver, actor, office.now)?;
    dossier.returned_at = Some(office.now);
    Ok(())
}
