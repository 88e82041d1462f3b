//! The parcel with the result: ordered at the post, tracked, and ordered again if it fails.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::defects;
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::office::Office;
use crate::domain::payments::payment::{self, PaymentState};
use crate::domain::problem::{Kind, Problem};
use crate::domain::queues::Queue;
use crate::domain::states::{Event, State};
use crate::domain::submission::ReturnMethod;

/// How many parcels of one dossier may fail; their waybills stay on record, at 40 bytes each.
const MOST_EARLIER: usize = 16;

/// Where the parcel with the result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ParcelState {
    /// None was ordered.
    None,
    Ordered,
    InTransit,
    /// A delivery attempt failed.
    AttemptFailed,
    Delivered,
    /// Back where it came from, after the last attempt.
    ReturnedToAgency,
    Lost,
    /// Cancelled before it was picked up.
    Cancelled,
}

impl ParcelState {
    /// Whether it is on its way, so that no other may be ordered.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, Self::Ordered | Self::InTransit | Self::AttemptFailed)
    }

    /// Whether it has not been delivered and never will be, so that another may be ordered.
    pub(crate) fn is_in_vain(self) -> bool {
        matches!(self, Self::ReturnedToAgency | Self::Lost | Self::Cancelled)
    }
}

/// The parcel with the result: the last that was ordered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Parcel {
    pub(crate) waybill: Option<String>,
    pub(crate) state: ParcelState,
    /// How many delivery attempts failed.
    pub(crate) failed_attempts: u8,
    /// The waybills before this one, oldest first: their parcels failed.
    pub(crate) earlier: Vec<String>,
    /// What the receiver paid, in whole VND, if that is not what was ordered: none of it is booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) discrepancy: Option<i64>,
    /// What the post was asked to collect, in whole VND.
    pub(crate) asked: i64,
    /// The clerk whose order is on its way to the post, so that no other places a second. After a restart there is none,
    /// and it may be ordered again: the post knows the order.
    #[serde(skip)]
    pub(crate) being_ordered_by: Option<Actor>,
}

impl Parcel {
    /// No parcel yet.
    pub(crate) fn none() -> Self {
        Self {
            waybill: None,
            state: ParcelState::None,
            failed_attempts: 0,
            earlier: Vec::new(),
            discrepancy: None,
            asked: 0,
            being_ordered_by: None,
        }
    }

    /// Whether an order may be placed: none is on its way to the post, no parcel on its way to the applicant.
    pub(crate) fn is_wanted(&self) -> bool {
        let is_free = self.state == ParcelState::None || self.state.is_in_vain();
        is_free && self.being_ordered_by.is_none()
    }

    /// Whether the result is at hand again, to be fetched.
    pub(crate) fn is_back(&self) -> bool {
        self.state == ParcelState::ReturnedToAgency && self.being_ordered_by.is_none()
    }

    /// Whether a report about this waybill is about a parcel that came to nothing.
    fn is_over(&self, waybill: &str) -> bool {
        let is_being_replaced = self.being_ordered_by.is_some() && self.waybill.as_deref() == Some(waybill);
        is_being_replaced || self.earlier.iter().any(|earlier| earlier == waybill)
    }
}

/// Reserves the dossier for one order at the post.
pub(crate) fn prepare(dossier: &mut Dossier, actor: Actor, defects: Defects) -> Result<(), Problem> {
    let is_second = defects.has(Defect::SecondWaybill) && dossier.parcel.state.is_live();
    let is_ready = dossier.state == State::Completed
        && dossier.return_method == ReturnMethod::Post
        && (dossier.parcel.is_wanted() || is_second);
    if !is_ready {
        return Err(dossier.illegal());
    }
    if dossier.parcel.earlier.len() >= MOST_EARLIER {
        return Err(Problem::new(Kind::Full, "the result was sent too often in vain"));
    }
    dossier.parcel.asked = dossier.payment.amount_to_collect();
    dossier.parcel.being_ordered_by = Some(actor);
    Ok(())
}

/// Notes that the post has the parcel. The post may report on a parcel before its answer to the order has
/// been read, so that whichever comes first notes it and the other changes nothing.
pub(crate) fn ordered(dossier: &mut Dossier, waybill: &str, office: &mut Office<'_>) {
    let parcel = &mut dossier.parcel;
    let Some(actor) = parcel.being_ordered_by.take() else {
        return;
    };
    let before = parcel.waybill.replace(waybill.to_owned()).filter(|before| before != waybill);
    (parcel.state, parcel.failed_attempts) = (ParcelState::Ordered, 0);
    defects::close_early(dossier, Defect::Early10, office);
    dossier.log(Event::ParcelOrdered, actor, office.now);
    if let Some(before) = before {
        dossier.give_reason(format!("instead of {before}"));
        dossier.parcel.earlier.push(before);
    }
}

/// What the post reports.
pub(crate) struct Report<'report> {
    pub(crate) waybill: &'report str,
    /// How far the parcel has come.
    pub(crate) reached: ParcelState,
    /// Which attempt has failed, counted from 1; 0 where the post does not count.
    pub(crate) attempt: u8,
    /// In whole VND.
    pub(crate) cod_collected: i64,
}

/// What became of a report of the post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receipt {
    Noted,
    Unknown,
    /// It repeats what is known, or is outdated: nothing changes.
    AlreadyNoted,
    /// Another amount was collected than was ordered. The arrival is recorded, the money is not booked.
    WrongAmount,
}

impl Receipt {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Receipt::Noted => "00",
            Receipt::Unknown => "01",
            Receipt::AlreadyNoted => "02",
            Receipt::WrongAmount => "04",
        }
    }
}

/// Acts on a report of the post; a report has one effect at most, and an old one has none.
pub(crate) fn follow(dossier: &mut Dossier, report: &Report<'_>, office: &mut Office<'_>) -> Receipt {
    if dossier.parcel.is_over(report.waybill) {
        return Receipt::AlreadyNoted;
    }
    ordered(dossier, report.waybill, office);
    if dossier.parcel.waybill.as_deref() != Some(report.waybill) {
        return Receipt::Unknown;
    }
    if corrects(&dossier.parcel, report) {
        book_collection(dossier, office);
        return Receipt::Noted;
    }
    if !is_news(&dossier.parcel, report) {
        return Receipt::AlreadyNoted;
    }
    match report.reached {
        ParcelState::Delivered => deliver(dossier, report.cod_collected, office),
        ParcelState::Lost if office.defects.has(Defect::LostIsDelivered) => {
            let asked = dossier.parcel.asked;
            deliver(dossier, asked, office)
        }
        ParcelState::ReturnedToAgency | ParcelState::Lost | ParcelState::Cancelled => {
            end_in_vain(dossier, report.reached, Actor::Post, office);
            Receipt::Noted
        }
        ParcelState::None | ParcelState::Ordered | ParcelState::InTransit | ParcelState::AttemptFailed => {
            travel(dossier, report, office);
            Receipt::Noted
        }
    }
}

/// Whether a parcel that is where it is can come to where it is reported to be. Reports may be lost on the way, so that
/// stations may be left out; they may come late or twice, so that none leads back.
fn is_news(parcel: &Parcel, report: &Report<'_>) -> bool {
    match report.reached {
        ParcelState::None | ParcelState::Ordered => false,
        ParcelState::InTransit | ParcelState::Cancelled => parcel.state == ParcelState::Ordered,
        ParcelState::AttemptFailed => parcel.state.is_live() && report.attempt.max(1) > parcel.failed_attempts,
        ParcelState::Delivered | ParcelState::ReturnedToAgency | ParcelState::Lost => parcel.state.is_live(),
    }
}

/// Whether the right amount is reported after a wrong one.
fn corrects(parcel: &Parcel, report: &Report<'_>) -> bool {
    parcel.state == ParcelState::Delivered
        && report.reached == ParcelState::Delivered
        && parcel.discrepancy.is_some()
        && report.cod_collected == parcel.asked
}

fn travel(dossier: &mut Dossier, report: &Report<'_>, office: &mut Office<'_>) {
    let is_attempt = report.reached == ParcelState::AttemptFailed;
    dossier.parcel.state = report.reached;
    if is_attempt {
        dossier.parcel.failed_attempts = report.attempt.max(1);
        defects::close_early(dossier, Defect::TriedIsDone, office);
    }
    let event = if is_attempt { Event::ParcelAttemptFailed } else { Event::ParcelInTransit };
    dossier.log(event, Actor::Post, office.now);
}

/// Records that a parcel failed; the result waits for the post again.
pub(crate) fn end_in_vain(dossier: &mut Dossier, end: ParcelState, actor: Actor, office: &mut Office<'_>) {
    let event = match end {
        ParcelState::Lost => Event::ParcelLost,
        ParcelState::Cancelled => Event::ParcelCancelled,
        ParcelState::None
        | ParcelState::Ordered
        | ParcelState::InTransit
        | ParcelState::AttemptFailed
        | ParcelState::Delivered
        | ParcelState::ReturnedToAgency => Event::ParcelReturned,
    };
    dossier.parcel.state = end;
    dossier.log(event, actor, office.now);
    dossier.give_reason(dossier.parcel.waybill.clone().unwrap_or_default());
    dossier.taken_from = dossier.taken_from.filter(|queue| *queue != Queue::Post);
}

fn deliver(dossier: &mut Dossier, cod_collected: i64, office: &mut Office<'_>) -> Receipt {
    let asked = dossier.parcel.asked;
    dossier.parcel.state = ParcelState::Delivered;
    let receipt = if cod_collected == asked { Receipt::Noted } else { Receipt::WrongAmount };
    if receipt == Receipt::WrongAmount {
        dossier.parcel.discrepancy = Some(cod_collected);
        dossier.log(Event::CollectionDisputed, Actor::Post, office.now);
        dossier.give_reason(format!("{asked} VND were to be collected and {cod_collected} were"));
    } else if asked > 0 {
        book_collection(dossier, office);
    }
    if let Ok(returned) = dossier.may(Event::ParcelDelivered) {
        dossier.state = returned;
        dossier.returned_at = Some(office.now);
    }
    dossier.log(Event::ParcelDelivered, Actor::Post, office.now);
    receipt
}

/// Books what the receiver has paid, which is what was asked.
fn book_collection(dossier: &mut Dossier, office: &mut Office<'_>) {
    let asked = dossier.parcel.asked;
    dossier.parcel.discrepancy = None;
    if dossier.payment.state == PaymentState::CodRequested {
        payment::book(dossier, PaymentState::Collected, asked, office);
        dossier.log(Event::Collected, Actor::Post, office.now);
    }
}

/// Whether the result may be handed over at the counter although the post was to bring it: it is back, and paid for.
pub(crate) fn check_counter(dossier: &Dossier) -> Result<(), Problem> {
    if !dossier.parcel.is_back() {
        return Err(dossier.illegal());
    }
    let to_collect = dossier.payment.amount_to_collect();
    if to_collect > 0 {
        let detail = format!("{to_collect} VND were to be paid on delivery and are still due");
        return Err(Problem::new(Kind::PaymentRequired, detail));
    }
    Ok(())
}

/// Whether the parcel can be cancelled: it was ordered, and no report has come since.
pub(crate) fn check_cancellation(dossier: &Dossier) -> Result<(), Problem> {
    if dossier.parcel.state == ParcelState::Ordered { Ok(()) } else { Err(dossier.illegal()) }
}
