//! What clerks, citizens and the post do to a dossier, one function per step: guards, effects, log.

use crate::calendar::{self, Reading};
use crate::defects::Defect;
use crate::dossier::{Actor, Dossier, ParcelState};
use crate::moment::Moment;
use crate::payment::{self, PaymentState};
use crate::problem::{Kind, Problem};
use crate::registry::Office;
use crate::results;
use crate::states::{Event, State};
use crate::submission::ReturnMethod;

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
    if defects.strike(Defect::BlankDue, dossier.ordinal, 1, 10) {
        return None;
    }
    let readings = [
        (Defect::Weekend, Reading::WithWeekends),
        (Defect::NoSwap, Reading::WithoutSwaps),
        (Defect::NoHolidays, Reading::WithHolidays),
    ];
    let reading =
        readings.into_iter().find(|(defect, _)| defects.has(*defect)).map_or(Reading::Law, |(_, wrong)| wrong);
    let days = dossier.procedure.legal_days.saturating_sub(u16::from(defects.has(Defect::OffByOne)));
    Some(calendar::due_at(office.now, days, reading))
}

/// Starts processing, unless the fee is due in advance and not paid. Returns the state to be told.
pub(crate) fn start(dossier: &mut Dossier, actor: Actor, office: &mut Office<'_>) -> Result<State, Problem> {
    if dossier.state == State::Stopped && office.defects.has(Defect::Revive) {
        dossier.state = State::Accepted;
    }
    dossier.may(Event::Started)?;
    if dossier.start_was_pretended {
        return Err(dossier.illegal());
    }
    check_gate(dossier, office)?;
    if office.defects.strike(Defect::Jump9, dossier.ordinal, 1, 10) {
        dossier.start_was_pretended = true;
        dossier.version += 1;
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
    if office.defects.has(Defect::RewriteHist) {
        dossier.forget(Event::Started);
    }
    results::file(dossier, office);
    Ok(())
}

/// Gives the result to the applicant at the counter, or sends it electronically.
pub(crate) fn hand_over(dossier: &mut Dossier, actor: Actor, office: &mut Office<'_>) -> Result<(), Problem> {
    if dossier.return_method == ReturnMethod::Post {
        return Err(dossier.illegal());
    }
    dossier.advance(Event::HandedOver, actor, office.now)?;
    dossier.returned_at = Some(office.now);
    Ok(())
}

/// Reserves the dossier for one order at the post.
pub(crate) fn prepare_parcel(dossier: &mut Dossier, actor: Actor) -> Result<(), Problem> {
    let is_ready = dossier.state == State::Completed
        && dossier.return_method == ReturnMethod::Post
        && dossier.parcel.state == ParcelState::None
        && dossier.parcel.being_ordered_by.is_none();
    if !is_ready {
        return Err(dossier.illegal());
    }
    dossier.parcel.being_ordered_by = Some(actor);
    Ok(())
}

/// Notes that the post has the parcel. The post may report on a parcel before its answer to the order has
/// been read, so that whichever comes first notes it and the other changes nothing.
pub(crate) fn parcel_ordered(dossier: &mut Dossier, waybill: &str, office: &mut Office<'_>) {
    let Some(actor) = dossier.parcel.being_ordered_by.take() else {
        return;
    };
    dossier.parcel.state = ParcelState::Ordered;
    dossier.parcel.waybill = Some(waybill.to_owned());
    if office.defects.has(Defect::Early10) {
        dossier.state = State::Returned;
        dossier.returned_at = Some(office.now);
    }
    dossier.log(Event::ParcelOrdered, actor, office.now);
}

/// What the post reports.
pub(crate) struct Report<'report> {
    pub(crate) waybill: &'report str,
    /// How far the parcel has come; in transit or delivered.
    pub(crate) reached: ParcelState,
    pub(crate) cod_collected: i64,
}

/// What became of a report of the post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receipt {
    Noted,
    Unknown,
    AlreadyNoted,
}

impl Receipt {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Receipt::Noted => "00",
            Receipt::Unknown => "01",
            Receipt::AlreadyNoted => "02",
        }
    }
}

/// Acts on a report of the post; a report has one effect at most, and an old one has none.
pub(crate) fn follow_parcel(dossier: &mut Dossier, report: &Report<'_>, office: &mut Office<'_>) -> Receipt {
    parcel_ordered(dossier, report.waybill, office);
    if dossier.parcel.waybill.as_deref() != Some(report.waybill) {
        return Receipt::Unknown;
    }
    if report.reached <= dossier.parcel.state {
        return Receipt::AlreadyNoted;
    }
    dossier.parcel.state = report.reached;
    if report.reached == ParcelState::Delivered {
        deliver(dossier, report.cod_collected, office);
    } else {
        dossier.log(Event::ParcelInTransit, Actor::Post, office.now);
    }
    Receipt::Noted
}

fn deliver(dossier: &mut Dossier, cod_collected: i64, office: &mut Office<'_>) {
    if cod_collected > 0 && dossier.payment.state == PaymentState::CodRequested {
        dossier.payment.settle(PaymentState::Collected, cod_collected, office);
        dossier.log(Event::Collected, Actor::Post, office.now);
    }
    if let Ok(returned) = dossier.may(Event::ParcelDelivered) {
        dossier.state = returned;
        dossier.returned_at = Some(office.now);
    }
    dossier.log(Event::ParcelDelivered, Actor::Post, office.now);
}
