//! Views of a dossier, by audience. Parts with fields that are not shown
//! are in [`crate::api::part_views`].

use schemars::JsonSchema;
use serde::Serialize;

use crate::api::part_views::{ObligationView, ParcelView, PaymentView, PickupView};
use crate::behaviour::defects::{Defect, Defects};
use crate::domain::agencies::{Apology, BagPlace, Consultation};
use crate::domain::dossier::{Dossier, Entry};
use crate::domain::moment::Moment;
use crate::domain::papers::supplements::Supplement;
use crate::domain::payments::payment::PaymentState;
use crate::domain::results::{Rating, ResultDocument};
use crate::domain::states::State;
use crate::domain::submission::{Applicant, Channel, Form, PaymentMethod, ReturnMethod};
use crate::state::outbox::SyncStatus;

/// Everything, for the applicant and for clerks.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Dossier")]
pub(crate) struct Full<'dossier> {
    code: &'dossier str,
    procedure: &'dossier str,
    procedure_version: u64,
    legal_days: u16,
    unit: &'dossier str,
    channel: Channel,
    state: State,
    fee: i64,
    submitted_at: Moment,
    accepted_at: Option<Moment>,
    due_at: Option<Moment>,
    started_at: Option<Moment>,
    completed_at: Option<Moment>,
    returned_at: Option<Moment>,
    version: u64,
    client_reference: Option<&'dossier str>,
    applicant: &'dossier Applicant,
    form: &'dossier Form,
    return_method: ReturnMethod,
    return_address: Option<&'dossier str>,
    payment: PaymentView<'dossier>,
    parcel: ParcelView<'dossier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pickup: Option<PickupView<'dossier>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplement: Option<&'dossier Supplement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    obligation: Option<ObligationView<'dossier>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apology: Option<&'dossier Apology>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consultation: Option<&'dossier Consultation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bag: Option<BagPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'dossier ResultDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<&'dossier Rating>,
    on_the_spot: bool,
    /// How far the dossier is synced, if the portal is linked to a national portal.
    #[serde(skip_serializing_if = "Option::is_none")]
    sync: Option<SyncStatus<'dossier>>,
    progress: &'dossier [Entry],
}

impl<'dossier> Full<'dossier> {
    pub(crate) fn new(dossier: &'dossier Dossier, sync: Option<SyncStatus<'dossier>>) -> Self {
        Self {
            code: &dossier.code,
            procedure: &dossier.procedure.code,
            procedure_version: dossier.procedure_version,
            legal_days: dossier.procedure.legal_days,
            unit: &dossier.unit.code,
            channel: dossier.channel,
            state: dossier.state,
            fee: dossier.fee,
            submitted_at: dossier.submitted_at,
            accepted_at: dossier.accepted_at,
            due_at: dossier.due_at,
            started_at: dossier.started_at,
            completed_at: dossier.completed_at,
            returned_at: dossier.returned_at,
            version: dossier.version,
            client_reference: dossier.client_reference.as_deref(),
            applicant: &dossier.applicant,
            form: &dossier.form,
            return_method: dossier.return_method,
            return_address: dossier.return_address.as_deref(),
            payment: PaymentView::new(&dossier.payment),
            parcel: ParcelView::new(&dossier.parcel),
            pickup: dossier.pickup.as_deref().map(PickupView::new),
            supplement: dossier.supplement.as_deref(),
            obligation: dossier.obligation.as_deref().map(ObligationView::new),
            apology: dossier.apology.as_deref(),
            consultation: dossier.consultation.as_deref(),
            bag: dossier.bag,
            result: dossier.result.as_deref(),
            rating: dossier.rating.as_deref(),
            on_the_spot: dossier.on_the_spot,
            sync,
            progress: &dossier.progress,
        }
    }
}

/// The receipt for a submission.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Receipt<'dossier> {
    code: &'dossier str,
    state: State,
    submitted_at: Moment,
    procedure: &'dossier str,
    fee: i64,
    version: u64,
}

impl<'dossier> Receipt<'dossier> {
    pub(crate) fn new(dossier: &'dossier Dossier) -> Self {
        Self {
            code: &dossier.code,
            state: dossier.state,
            submitted_at: dossier.submitted_at,
            procedure: &dossier.procedure.code,
            fee: dossier.fee,
            version: dossier.version,
        }
    }
}

/// The answer to a change of a dossier.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Standing<'dossier> {
    code: &'dossier str,
    state: State,
    version: u64,
    submitted_at: Moment,
    accepted_at: Option<Moment>,
    due_at: Option<Moment>,
    completed_at: Option<Moment>,
    fee: i64,
    payment_state: PaymentState,
    #[serde(skip_serializing_if = "Option::is_none")]
    waybill: Option<&'dossier str>,
}

impl<'dossier> Standing<'dossier> {
    pub(crate) fn new(dossier: &'dossier Dossier) -> Self {
        Self::told_as(dossier, dossier.state)
    }

    /// The same with another state than the one on record; see the defect `jump-9`.
    pub(crate) fn told_as(dossier: &'dossier Dossier, state: State) -> Self {
        Self {
            code: &dossier.code,
            state,
            version: dossier.version,
            submitted_at: dossier.submitted_at,
            accepted_at: dossier.accepted_at,
            due_at: dossier.due_at,
            completed_at: dossier.completed_at,
            fee: dossier.fee,
            payment_state: dossier.payment.state,
            waybill: dossier.parcel.waybill.as_deref(),
        }
    }
}

/// A line of an inbox.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DossierLine")]
pub(crate) struct Item<'dossier> {
    code: &'dossier str,
    state: State,
    procedure: &'dossier str,
    unit: &'dossier str,
    citizen_number: &'dossier str,
    client_reference: Option<&'dossier str>,
    submitted_at: Moment,
    payment_method: PaymentMethod,
    payment_state: PaymentState,
    return_method: ReturnMethod,
}

impl<'dossier> Item<'dossier> {
    pub(crate) fn new(dossier: &'dossier Dossier) -> Self {
        Self {
            code: &dossier.code,
            state: dossier.state,
            procedure: &dossier.procedure.code,
            unit: &dossier.unit.code,
            citizen_number: dossier.applicant.citizen_number(),
            client_reference: dossier.client_reference.as_deref(),
            submitted_at: dossier.submitted_at,
            payment_method: dossier.payment.method,
            payment_state: dossier.payment.state,
            return_method: dossier.return_method,
        }
    }
}

/// What any client that knows the code may read.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LookedUp")]
pub(crate) struct Public<'dossier> {
    code: &'dossier str,
    state: State,
    unit: &'dossier str,
    due_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    applicant: Option<Exposed<'dossier>>,
}

/// What the defect `open-look-up` adds.
#[derive(Serialize)]
struct Exposed<'dossier> {
    full_name: &'dossier str,
    citizen_number: &'dossier str,
}

impl<'dossier> Public<'dossier> {
    pub(crate) fn new(dossier: &'dossier Dossier, defects: Defects) -> Self {
        let shift = if defects.has(Defect::TzSurface) { 7 } else { 0 };
        let applicant = &dossier.applicant;
        Self {
            code: &dossier.code,
            state: dossier.state,
            unit: &dossier.unit.code,
            due_at: dossier.due_at.map(|due_at| due_at.minus_hours(shift)),
            applicant: defects
                .has(Defect::OpenLookUp)
                .then(|| Exposed { full_name: &applicant.full_name, citizen_number: applicant.citizen_number() }),
        }
    }
}
