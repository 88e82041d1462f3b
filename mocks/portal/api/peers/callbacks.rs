//! What the payment platform and the post report.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::body::{Body, Query, json};
use crate::api::operation::{Operation, Who, get, post};
use crate::behaviour::defects::Defect;
use crate::domain::checksum;
use crate::domain::delivery::parcels::{self, ParcelState, Receipt, Report};
use crate::domain::delivery::pickups::{self, PickupState};
use crate::domain::payments::debt::Debt;
use crate::domain::payments::platform::{self, Confirmation, Outcome, Verdict};
use crate::domain::problem::{Kind, Problem};
use crate::state::portal::Portal;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        post("/peers/bank/callback", payment_reported)
            .named("reportPayment", "Report a payment", "Báo kết quả thanh toán")
            .by(Who::Bank)
            .takes::<Callback>()
            .gives::<Reply>(StatusCode::OK),
        get("/peers/bank/return", payer_returned)
            .named("returnPayer", "Return from payment", "Quay lại sau thanh toán")
            .asks::<Return>()
            .gives::<Return>(StatusCode::OK),
        post("/peers/post/status", parcel_reported)
            .named("reportParcel", "Report a parcel", "Báo trạng thái bưu gửi")
            .by(Who::Post)
            .takes::<ParcelStatus>()
            .gives::<Reply>(StatusCode::OK)
            .gives::<Reply>(StatusCode::NOT_FOUND),
        post("/peers/post/pickups", pickup_reported)
            .named("reportPickup", "Report a pick-up", "Báo trạng thái thu gom")
            .by(Who::Post)
            .takes::<PickupStatus>()
            .gives::<Reply>(StatusCode::OK)
            .gives::<Reply>(StatusCode::NOT_FOUND),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Reply {
    code: &'static str,
}

/// A callback of the payment platform.
#[derive(Deserialize, JsonSchema)]
struct Callback {
    message_type: String,
    code: String,
    partner: String,
    reference: String,
    amount: i64,
    currency: String,
    transaction: String,
    bank: String,
    time: String,
    checksum: String,
}

impl Callback {
    fn is_genuine(&self, secret: &str) -> bool {
        let amount = self.amount.to_string();
        let fields = [
            self.message_type.as_str(),
            &self.code,
            &self.partner,
            &self.reference,
            &amount,
            &self.currency,
            &self.transaction,
            &self.bank,
            &self.time,
        ];
        checksum::seal(&fields, secret) == self.checksum
    }

    /// The day of the time it names, which is `yyyyMMddHHmmss`.
    fn day(&self) -> Option<Date> {
        Date::strptime("%Y%m%d", self.time.get(..8)?).ok()
    }
}

/// The platform is always answered with 200 and a code: that is how the protocol refuses.
async fn payment_reported(
    State(portal): State<Arc<Portal>>,
    Body(callback): Body<Callback>,
) -> Result<Response, Problem> {
    Ok(json(StatusCode::OK, &Reply { code: judge(&portal, &callback).await?.code() }))
}

async fn judge(portal: &Portal, callback: &Callback) -> Result<Verdict, Problem> {
    let is_genuine = callback.is_genuine(&portal.config.bank_secret);
    let defects = portal.switches.get();
    if !is_genuine && !defects.has(Defect::SigIgnored) {
        return Ok(Verdict::BadChecksum);
    }
    let dossier = Debt::of(&callback.reference).and_then(|(code, _)| portal.registry().find(code).ok());
    let Some(id) = dossier.filter(|_| callback.partner == portal.config.bank_partner) else {
        return Ok(Verdict::Unknown);
    };
    let confirmation = Confirmation {
        reference: &callback.reference,
        amount: callback.amount,
        transaction: &callback.transaction,
        outcome: Outcome::of(&callback.code),
        day: callback.day(),
        is_genuine,
    };
    if defects.has(Defect::ToctouPaid) {
        let looks_unpaid = portal.registry().get(id)?.payment.receipt_count == 0;
        tokio::time::sleep(portal.switches.window()).await;
        if looks_unpaid {
            return portal.registry().change(id, |dossier, office| {
                let verdict = platform::confirm(dossier, &confirmation, office);
                let is_again = verdict == Verdict::AlreadyConfirmed;
                dossier.payment.receipt_count += u32::from(is_again);
                Ok(if is_again { Verdict::Done } else { verdict })
            });
        }
    }
    portal.registry().change(id, |dossier, office| Ok(platform::confirm(dossier, &confirmation, office)))
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "WayBack")]
struct Return {
    reference: String,
    code: String,
}

/// Where the payer's browser comes back to. It changes nothing: only the callback does.
async fn payer_returned(Query(way_back): Query<Return>) -> Response {
    json(StatusCode::OK, &way_back)
}

/// A report of the post.
#[derive(Deserialize, JsonSchema)]
struct ParcelStatus {
    waybill: String,
    order_number: String,
    status: String,
    #[serde(default)]
    cod_collected: i64,
    /// Which delivery attempt failed, counted from 1.
    #[serde(default)]
    attempt: u8,
}

/// A report of the post on papers that it fetches.
#[derive(Deserialize, JsonSchema)]
struct PickupStatus {
    waybill: String,
    order_number: String,
    status: String,
}

/// The post, known by its token before anything it says is read.
struct PostOperator;

impl FromRequestParts<Arc<Portal>> for PostOperator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Problem> {
        let token = parts.headers.get("access_token");
        if token.is_some_and(|token| token.as_bytes() == portal.config.post_token.as_bytes()) {
            return Ok(Self);
        }
        Err(Problem::new(Kind::Unauthenticated, "the token is not the post's"))
    }
}

async fn parcel_reported(
    State(portal): State<Arc<Portal>>,
    _operator: PostOperator,
    Body(status): Body<ParcelStatus>,
) -> Result<Response, Problem> {
    let reached = match status.status.as_str() {
        "in_transit" => ParcelState::InTransit,
        "attempt_failed" => ParcelState::AttemptFailed,
        "delivered" => ParcelState::Delivered,
        "returned_to_agency" => ParcelState::ReturnedToAgency,
        "lost" => ParcelState::Lost,
        "cancelled" => ParcelState::Cancelled,
        _ => {
            let words = "must be in_transit, attempt_failed, delivered, returned_to_agency, lost or cancelled";
            return Err(Problem::field("status", words));
        }
    };
    let (attempt, cod_collected) = (status.attempt, status.cod_collected);
    let report = Report { waybill: &status.waybill, reached, attempt, cod_collected };
    let mut registry = portal.registry();
    let receipt = match registry.find(&status.order_number) {
        Ok(id) => registry.change(id, |dossier, office| Ok(parcels::follow(dossier, &report, office)))?,
        Err(_) => Receipt::Unknown,
    };
    Ok(reply(receipt))
}

fn reply(receipt: Receipt) -> Response {
    let status = if receipt == Receipt::Unknown { StatusCode::NOT_FOUND } else { StatusCode::OK };
    json(status, &Reply { code: receipt.code() })
}

async fn pickup_reported(
    State(portal): State<Arc<Portal>>,
    _operator: PostOperator,
    Body(status): Body<PickupStatus>,
) -> Result<Response, Problem> {
    let reached = match status.status.as_str() {
        "collected" => PickupState::Collected,
        "at_agency" => PickupState::AtAgency,
        "lost" => PickupState::Lost,
        "cancelled" => PickupState::Cancelled,
        _ => return Err(Problem::field("status", "must be collected, at_agency, lost or cancelled")),
    };
    let mut registry = portal.registry();
    let receipt = match registry.find(&status.order_number) {
        Ok(id) => {
            registry.change(id, |dossier, office| Ok(pickups::follow(dossier, &status.waybill, reached, office)))?
        }
        Err(_) => Receipt::Unknown,
    };
    Ok(reply(receipt))
}
