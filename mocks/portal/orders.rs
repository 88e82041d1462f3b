//! What the portal orders: payments at the platform, deliveries at the post.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::checksum;
use crate::dossier::Dossier;
use crate::moment::Moment;
use crate::problem::{Kind, Problem};
use crate::server::Portal;

const INIT: &str = "INIT";
const PROTOCOL: &str = "1.0";
const CURRENCY: &str = "VND";

/// Under which the post knows this portal.
const CUSTOMER: &str = "MOCK-PORTAL";

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
    let answer: PaymentAnswer = portal.caller.post(&url, None, body(&order)).await.map_err(unavailable)?;
    match answer.payment_url {
        Some(payment_url) if answer.error_code == "0" => Ok(payment_url),
        Some(_) | None => Err(refused(&url, &answer.error_code)),
    }
}

/// A delivery to be ordered.
pub(crate) struct WantedParcel {
    pub(crate) dossier: String,
    cod_amount: i64,
    receiver_name: String,
    receiver_address: String,
    receiver_phone: String,
}

impl WantedParcel {
    pub(crate) fn new(dossier: &Dossier) -> Self {
        Self {
            dossier: dossier.code.clone(),
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

/// Orders a delivery; returns the waybill. An order the post already has is as good as a new one.
pub(crate) async fn parcel(portal: &Portal, wanted: &WantedParcel) -> Result<String, Problem> {
    let order = ParcelOrder {
        customer_code: CUSTOMER,
        order_number: &wanted.dossier,
        item: "result",
        cod_amount: wanted.cod_amount,
        receiver_name: &wanted.receiver_name,
        receiver_address: &wanted.receiver_address,
        receiver_phone: &wanted.receiver_phone,
        status_url: format!("{}/peers/post/status", portal.url),
    };
    let url = format!("{}/orders", portal.config.post_url);
    portal.kept().await?;
    let token = Some(portal.config.post_token.as_str());
    let answer: ParcelAnswer = portal.caller.post(&url, token, body(&order)).await.map_err(unavailable)?;
    match answer.waybill {
        Some(waybill) if matches!(answer.status.as_str(), "100" | "101") => Ok(waybill),
        Some(_) | None => Err(refused(&url, &answer.status)),
    }
}

fn body(order: &impl Serialize) -> Bytes {
    serde_json::to_vec(order).unwrap_or_else(|_| unreachable!("orders have string keys and integers only")).into()
}

fn unavailable(error: impl std::error::Error) -> Problem {
    let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    Problem::new(Kind::PeerUnavailable, format!("could not {error}{cause}"))
}

fn refused(url: &str, code: &str) -> Problem {
    Problem::new(Kind::PeerUnavailable, format!("could not have {url} agree: it answered code {code}"))
}
