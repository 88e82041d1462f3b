//! What the portal orders: payments at the platform, deliveries and pick-ups at the post.

use bytes::Bytes;
use http::StatusCode;
use mock_ground::Call;
use serde::{Deserialize, Serialize};

use crate::api::peers::calls::{agreed, ask, body, post_token, read, refused};
use crate::domain::checksum;
use crate::domain::dossier::Dossier;
use crate::domain::moment::Moment;
use crate::domain::problem::{Kind, Problem};
use crate::state::portal::Portal;

const INIT: &str = "INIT";
pub(crate) const PROTOCOL: &str = "1.0";
pub(crate) const CURRENCY: &str = "VND";

/// The name by which the post knows this portal.
pub(crate) const CUSTOMER: &str = "MOCK-PORTAL";

/// A payment to be ordered.
pub(crate) struct WantedPayment {
    pub(crate) dossier: String,
    pub(crate) reference: String,
    pub(crate) amount: i64,
    pub(crate) now: Moment,
}

#[derive(Serialize)]
struct PaymentOrder<'wanted> {
    message_type: &'static str,
    version: &'static str,
    partner: &'wanted str,
    reference: &'wanted str,
    amount: i64,
    currency: &'static str,
    description: &'wanted str,
    dossier: &'wanted str,
    time: &'wanted str,
    callback_url: String,
    return_url: String,
    checksum: String,
}

#[derive(Deserialize)]
struct PaymentAnswer {
    error_code: String,
    payment_url: Option<String>,
}

/// Orders a payment; returns where the citizen pays. The platform learns of nothing that a restart could lose.
pub(crate) async fn payment(portal: &Portal, wanted: &WantedPayment) -> Result<String, Problem> {
    let config = &portal.config;
    let (amount, time) = (wanted.amount.to_string(), wanted.now.stamp());
    let description = format!("Le phi ho so {}", wanted.dossier);
    let fields = [INIT, PROTOCOL, &config.bank_partner, &wanted.reference, &amount, CURRENCY, &description, &time];
    let order = PaymentOrder {
        message_type: INIT,
        version: PROTOCOL,
        partner: &config.bank_partner,
        reference: &wanted.reference,
        amount: wanted.amount,
        currency: CURRENCY,
        description: &description,
        dossier: &wanted.dossier,
        time: &time,
        callback_url: format!("{}/peers/bank/callback", portal.url),
        return_url: format!("{}/peers/bank/return", portal.url),
        checksum: checksum::seal(&fields, &config.bank_secret),
    };
    let url = format!("{}/orders", config.bank_url);
    portal.kept().await?;
    let answer: PaymentAnswer = read(&url, ask(portal, &Call::post(&url, body(&order))).await?)?;
    match answer.payment_url {
        Some(payment_url) if answer.error_code == "0" => Ok(payment_url),
        Some(_) | None => Err(refused(&url, format_args!("code {}", answer.error_code))),
    }
}

/// A delivery to be ordered.
pub(crate) struct WantedParcel {
    pub(crate) dossier: String,
    /// The order number: the code of the dossier.
    order_number: String,
    cod_amount: i64,
    receiver_name: String,
    receiver_address: String,
    receiver_phone: String,
}

impl WantedParcel {
    pub(crate) fn new(dossier: &Dossier) -> Self {
        // Only the defect `second-waybill` orders a parcel while another is on its way.
        let suffix = if dossier.parcel.state.is_live() { "-2" } else { "" };
        Self {
            dossier: dossier.code.clone(),
            order_number: format!("{}{suffix}", dossier.code),
            cod_amount: dossier.payment.amount_to_collect(),
            receiver_name: dossier.applicant.full_name.clone(),
            receiver_address: dossier.return_address.clone().unwrap_or_default(),
            receiver_phone: dossier.applicant.phone.clone().unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
struct ParcelOrder<'wanted> {
    customer_code: &'static str,
    order_number: &'wanted str,
    item: &'static str,
    cod_amount: i64,
    receiver_name: &'wanted str,
    receiver_address: &'wanted str,
    receiver_phone: &'wanted str,
    status_url: String,
}

#[derive(Deserialize)]
struct ParcelAnswer {
    status: String,
    waybill: Option<String>,
}

/// Orders a delivery; returns the waybill.
pub(crate) async fn parcel(portal: &Portal, wanted: &WantedParcel) -> Result<String, Problem> {
    let order = ParcelOrder {
        customer_code: CUSTOMER,
        order_number: &wanted.order_number,
        item: "result",
        cod_amount: wanted.cod_amount,
        receiver_name: &wanted.receiver_name,
        receiver_address: &wanted.receiver_address,
        receiver_phone: &wanted.receiver_phone,
        status_url: format!("{}/peers/post/status", portal.url),
    };
    at_post(portal, "/orders", body(&order)).await
}

/// Papers to be fetched.
pub(crate) struct WantedPickup {
    pub(crate) dossier: String,
    documents: u32,
    sender_name: String,
    sender_address: String,
    sender_phone: String,
}

impl WantedPickup {
    pub(crate) fn new(dossier: &Dossier) -> Self {
        let (documents, address) = dossier.pickup.as_ref().map_or((0, ""), |pickup| pickup.wanted());
        Self {
            dossier: dossier.code.clone(),
            documents,
            sender_name: dossier.applicant.full_name.clone(),
            sender_address: address.to_owned(),
            sender_phone: dossier.applicant.phone.clone().unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
struct PickupOrder<'wanted> {
    customer_code: &'static str,
    order_number: &'wanted str,
    documents: u32,
    sender_name: &'wanted str,
    sender_address: &'wanted str,
    sender_phone: &'wanted str,
    status_url: String,
}

/// Orders that papers be fetched; returns the waybill.
pub(crate) async fn pickup(portal: &Portal, wanted: &WantedPickup) -> Result<String, Problem> {
    let order = PickupOrder {
        customer_code: CUSTOMER,
        order_number: &wanted.dossier,
        documents: wanted.documents,
        sender_name: &wanted.sender_name,
        sender_address: &wanted.sender_address,
        sender_phone: &wanted.sender_phone,
        status_url: format!("{}/peers/post/pickups", portal.url),
    };
    at_post(portal, "/pickups", body(&order)).await
}

/// The direction in which the post carries something.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    /// A result, to the applicant.
    Out,
    /// Papers, from the applicant.
    In,
}

#[derive(Deserialize)]
struct Tracking {
    status: String,
}

/// Calls off what the post has not picked up yet. Where the post says that it is too late, it is asked what has
/// become of the order: the answer to an earlier try may have been lost.
pub(crate) async fn cancel(portal: &Portal, way: Way, code: &str) -> Result<(), Problem> {
    let orders = match way {
        Way::Out => "orders",
        Way::In => "pickups",
    };
    let cancelled = at_post(portal, &format!("/{orders}/{code}/cancel"), Bytes::from_static(b"{}")).await;
    let Err(refusal) = cancelled else { return Ok(()) };
    if refusal.is_illegal() {
        let url = format!("{}/{orders}/{code}", portal.config.post_url);
        let answer = ask(portal, &Call { credentials: Some(post_token(portal)), ..Call::get(&url) }).await?;
        let tracking: Option<Tracking> = serde_json::from_slice(&agreed(&url, answer)?).ok();
        if tracking.is_some_and(|tracking| tracking.status == "cancelled") {
            return Ok(());
        }
    }
    Err(refusal)
}

/// Posts an order to the post; returns the waybill it is about. An order the post already has is as good as a new one.
/// A conflict is a decision: the state of what is asked about does not allow it.
async fn at_post(portal: &Portal, path: &str, order: Bytes) -> Result<String, Problem> {
    let url = format!("{}{path}", portal.config.post_url);
    portal.kept().await?;
    let answer = ask(portal, &Call { credentials: Some(post_token(portal)), ..Call::post(&url, order) }).await?;
    if answer.status == StatusCode::CONFLICT {
        return Err(Problem { kind: Kind::IllegalTransition, ..refused(&url, answer.status) });
    }
    let answer: ParcelAnswer = read(&url, answer)?;
    match answer.waybill {
        Some(waybill) if matches!(answer.status.as_str(), "100" | "101") => Ok(waybill),
        Some(_) | None => Err(refused(&url, format_args!("code {}", answer.status))),
    }
}
