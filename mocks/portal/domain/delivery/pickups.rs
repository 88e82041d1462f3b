//! Pick-ups: the post fetches original papers of an online dossier from the applicant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::delivery::parcels::Receipt;
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::moment::Moment;
use crate::domain::office::Office;
use crate::domain::problem::{Flaw, Kind, Problem};
use crate::domain::states::{Event, State};
use crate::domain::submission::Channel;

/// How many papers the post puts into one envelope.
const MOST_DOCUMENTS: u32 = 1_000;
/// The longest name, address or number that the post takes, in bytes.
const LONGEST_TEXT: usize = 1_000;
/// How many pick-ups of one dossier may fail.
const MOST_PICKUPS: u32 = 16;

/// How far papers have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PickupState {
    /// The order is on its way to the post, which has not confirmed it.
    Ordering,
    PickupRequested,
    /// With the carrier.
    Collected,
    AtAgency,
    /// Cancelled before they were collected.
    Cancelled,
    Lost,
}

/// The latest pick-up of a dossier: about 200 bytes, for the few that have one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pickup {
    pub(crate) waybill: Option<String>,
    pub(crate) state: PickupState,
    /// How many papers there are.
    pub(crate) documents: u32,
    /// The address at which they are fetched.
    pub(crate) address: String,
    pub(crate) requested_at: Moment,
    /// How many pick-ups there were, this one included.
    pub(crate) requests: u32,
    /// The one before, which counts again if the post does not take the order.
    pub(crate) before: Option<Box<Pickup>>,
}

impl Dossier {
    /// Whether the order of a pick-up is on its way to the post.
    pub(crate) fn is_pickup_being_ordered(&self) -> bool {
        self.pickup.as_ref().is_some_and(|pickup| pickup.state == PickupState::Ordering)
    }
}

impl Pickup {
    /// Whether another may be asked for after this one.
    fn is_in_vain(&self) -> bool {
        matches!(self.state, PickupState::Cancelled | PickupState::Lost)
    }

    /// How many papers there are, and where they are fetched.
    pub(crate) fn wanted(&self) -> (u32, &str) {
        (self.documents, &self.address)
    }
}

/// A pick-up as an applicant asks for it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawPickup {
    documents: u32,
    /// The address, if not that of the application.
    address: Option<String>,
}

/// Reserves the dossier for one order at the post.
pub(crate) fn prepare(dossier: &mut Dossier, raw: &RawPickup, office: &Office<'_>) -> Result<(), Problem> {
    let is_time = dossier.is_open() || dossier.state == State::AwaitingSupplement;
    if !is_time || dossier.pickup.as_ref().is_some_and(|before| !before.is_in_vain()) {
        return Err(dossier.illegal());
    }
    if dossier.channel != Channel::Online {
        return Err(dossier.not_yet("its papers came with it"));
    }
    let requests = dossier.pickup.as_ref().map_or(1, |before| before.requests + 1);
    if requests > MOST_PICKUPS {
        return Err(Problem::new(Kind::Full, "the papers were asked for too often in vain"));
    }
    let address = check(raw, dossier)?;
    let before = dossier.pickup.take().map(|before| Box::new(Pickup { before: None, ..*before }));
    dossier.pickup = Some(Box::new(Pickup {
        waybill: None,
        state: PickupState::Ordering,
        documents: raw.documents,
        address,
        requested_at: office.now,
        requests,
        before,
    }));
    Ok(())
}

/// Whether the post can do it; returns where the papers are.
fn check(raw: &RawPickup, dossier: &Dossier) -> Result<String, Problem> {
    let mut flaws = Vec::new();
    if !(1..=MOST_DOCUMENTS).contains(&raw.documents) {
        flaws.push(Flaw::new("documents", "must be 1 to 1,000"));
    }
    let applicant = &dossier.applicant;
    let given = |text: &&String| !text.trim().is_empty();
    let address = raw.address.as_ref().or(applicant.address.as_ref()).filter(given);
    let (name, phone) = (Some(&applicant.full_name), applicant.phone.as_ref().filter(given));
    for (field, text) in [("address", address), ("applicant.full_name", name), ("applicant.phone", phone)] {
        match text {
            None => flaws.push(Flaw::new(field, "is needed by the post")),
            Some(text) if text.len() > LONGEST_TEXT => flaws.push(Flaw::new(field, "is too long")),
            Some(_) => {}
        }
    }
    match address {
        Some(address) if flaws.is_empty() => Ok(address.clone()),
        Some(_) | None => Err(Problem::fields(flaws)),
    }
}

/// Notes that the post has the order: by its answer or its first report, whichever comes first.
pub(crate) fn ordered(dossier: &mut Dossier, waybill: &str, office: &Office<'_>) {
    let Some(pickup) = dossier.pickup.as_mut().filter(|pickup| pickup.state == PickupState::Ordering) else {
        return;
    };
    pickup.state = PickupState::PickupRequested;
    pickup.waybill = Some(waybill.to_owned());
    let replaced = pickup.before.take().and_then(|before| before.waybill);
    dossier.log(Event::PickupRequested, Actor::Applicant, office.now);
    if let Some(replaced) = replaced.filter(|replaced| replaced != waybill) {
        dossier.give_reason(format!("instead of {replaced}"));
    }
}

/// Reverts an order that the post did not accept.
pub(crate) fn give_up(dossier: &mut Dossier) {
    if let Some(pickup) = dossier.pickup.take() {
        dossier.pickup = if pickup.state == PickupState::Ordering { pickup.before } else { Some(pickup) };
    }
}

/// Acts on a report of the post; a report has one effect at most, and an old one has none.
pub(crate) fn follow(dossier: &mut Dossier, waybill: &str, reached: PickupState, office: &Office<'_>) -> Receipt {
    let before = dossier.pickup.as_ref().and_then(|pickup| pickup.before.as_ref());
    if before.is_some_and(|before| before.waybill.as_deref() == Some(waybill)) {
        return Receipt::AlreadyNoted;
    }
    ordered(dossier, waybill, office);
    let known = dossier.pickup.as_ref().filter(|pickup| pickup.waybill.as_deref() == Some(waybill));
    let Some(state) = known.map(|pickup| pickup.state) else {
        return Receipt::Unknown;
    };
    let is_news = match reached {
        PickupState::Ordering | PickupState::PickupRequested => false,
        PickupState::Collected | PickupState::Cancelled => state == PickupState::PickupRequested,
        PickupState::AtAgency | PickupState::Lost => {
            matches!(state, PickupState::PickupRequested | PickupState::Collected)
        }
    };
    if !is_news {
        return Receipt::AlreadyNoted;
    }
    reach(dossier, reached, Actor::Post, office);
    Receipt::Noted
}

/// Notes how far the papers have come.
pub(crate) fn reach(dossier: &mut Dossier, reached: PickupState, actor: Actor, office: &Office<'_>) {
    let event = match reached {
        PickupState::Ordering | PickupState::PickupRequested => Event::PickupRequested,
        PickupState::Collected => Event::PapersCollected,
        PickupState::AtAgency => Event::PapersAtAgency,
        PickupState::Cancelled => Event::PickupCancelled,
        PickupState::Lost => Event::PapersLost,
    };
    let mut waybill = None;
    if let Some(pickup) = &mut dossier.pickup {
        pickup.state = reached;
        waybill = pickup.waybill.clone().filter(|_| pickup.is_in_vain());
    }
    dossier.log(event, actor, office.now);
    if let Some(waybill) = waybill {
        dossier.give_reason(waybill);
    }
}

/// Whether the pick-up can be cancelled: it was ordered, and no report has come since.
pub(crate) fn check_cancellation(dossier: &Dossier) -> Result<(), Problem> {
    let is_waiting = dossier.pickup.as_ref().is_some_and(|pickup| pickup.state == PickupState::PickupRequested);
    if is_waiting { Ok(()) } else { Err(dossier.illegal()) }
}
