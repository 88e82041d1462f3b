//! Our own protocol, which the reference portal speaks: JSON, SHA-256 over fields joined by `|` with the secret
//! as the last.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Callback, Claim, with_parameters};
use crate::bank::Bank;
use crate::desk::{self, Objection};
use crate::payment::{self, Payment, State};
use crate::{checksum, clock};

const BANK: &str = "MOCKBANK";
const CURRENCY: &str = "VND";
const MESSAGE_TYPE: &str = "NOTIFY";
const ACCEPTED: &str = "0";

pub(crate) fn routes() -> Router<Arc<Bank>> {
    Router::new().route("/orders", post(open)).route("/orders/{reference}", get(query))
}

/// An order as the portal sends it.
#[derive(Debug, Deserialize)]
struct Order {
    message_type: String,
    version: String,
    partner: String,
    reference: String,
    amount: i64,
    currency: String,
    description: String,
    dossier: String,
    time: String,
    callback_url: String,
    return_url: String,
    checksum: String,
}

impl Order {
    fn is_genuine(&self, secret: &str) -> bool {
        let amount = self.amount.to_string();
        let fields = [
            self.message_type.as_str(),
            &self.version,
            &self.partner,
            &self.reference,
            &amount,
            &self.currency,
            &self.description,
            &self.time,
        ];
        checksum::seal(&fields, secret) == self.checksum
    }

    fn objection(&self, secret: &str) -> Option<Objection> {
        if !self.is_genuine(secret) {
            return Some(Objection::BadChecksum);
        }
        let is_in_form = self.message_type == "INIT" && self.version == "1.0" && self.currency == CURRENCY;
        (!is_in_form).then_some(Objection::Malformed)
    }

    fn into_order(self, lifetime_s: i64) -> payment::Order {
        let now = clock::now();
        payment::Order {
            partner: self.partner,
            reference: self.reference,
            dossier: self.dossier,
            description: self.description,
            amount: self.amount,
            callback_url: self.callback_url,
            return_url: self.return_url,
            lookup: String::new(),
            ordered_at: now,
            expires_at: now + lifetime_s,
        }
    }
}

#[derive(Serialize)]
struct Refusal {
    error_code: &'static str,
}

#[derive(Serialize)]
struct Opened {
    error_code: &'static str,
    transaction: String,
    payment_url: String,
}

/// `POST /orders`: opens a payment; the same reference again is answered with the same transaction.
async fn open(Shared(bank): Shared<Arc<Bank>>, order: Result<Json<Order>, JsonRejection>) -> Response {
    let Ok(Json(order)) = order else {
        return refuse(desk::reject(&bank, "order", Objection::Malformed));
    };
    let objection = order.objection(&bank.setup.secret);
    match desk::take(&bank, order.into_order(bank.setup.lifetime_s()), objection) {
        Ok(payment) => {
            let (transaction, payment_url) = (payment.transaction(), bank.page_of(&payment));
            Json(Opened { error_code: ACCEPTED, transaction, payment_url }).into_response()
        }
        Err(objection) => refuse(objection),
    }
}

/// A refusal in the words of this protocol.
pub(crate) fn refuse(objection: Objection) -> Response {
    (objection.status(), Json(Refusal { error_code: objection.code() })).into_response()
}

#[derive(Serialize)]
struct Status {
    error_code: &'static str,
    reference: String,
    transaction: String,
    amount: i64,
    currency: &'static str,
    state: State,
    refunded: i64,
}

/// `GET /orders/{reference}`: the state of a payment.
async fn query(Shared(bank): Shared<Arc<Bank>>, Path(reference): Path<String>) -> Response {
    match desk::ask(&bank, &reference, "query") {
        Ok(payment) => (StatusCode::OK, Json(status(&payment))).into_response(),
        Err(objection) => refuse(objection),
    }
}

/// The state of a payment, in the words of this protocol.
pub(crate) fn status(payment: &Payment) -> impl Serialize + use<> {
    Status {
        error_code: ACCEPTED,
        reference: payment.order.reference.clone(),
        transaction: payment.transaction(),
        amount: payment.order.amount,
        currency: CURRENCY,
        state: payment.state,
        refunded: payment.refunded(),
    }
}

pub(super) fn callback(claim: &Claim<'_>, url: &str, secret: &str) -> Callback {
    let (code, time, amount) = (claim.state.code(), clock::stamp(claim.at), claim.amount.to_string());
    let reference = claim.payment.order.reference.as_str();
    let fields = [MESSAGE_TYPE, code, claim.partner, reference, &amount, CURRENCY, claim.transaction, BANK, &time];
    let message = json!({
        "message_type": MESSAGE_TYPE,
        "code": code,
        "partner": claim.partner,
        "reference": reference,
        "amount": claim.amount,
        "currency": CURRENCY,
        "transaction": claim.transaction,
        "bank": BANK,
        "time": time,
        "checksum": checksum::seal(&fields, secret),
    });
    Callback::post(url, &message)
}

pub(super) fn way_back(payment: &Payment, url: &str) -> String {
    with_parameters(url, &[("reference", &payment.order.reference), ("code", payment.state.code())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::tests::{captured, claim};

    #[test]
    fn the_checksum_of_a_callback_is_what_sha256sum_says() {
        // printf 'NOTIFY|00|P|R-1|120000|VND|T0000000001|MOCKBANK|20210301210509|s3cret' | sha256sum
        let payment = captured("R-1", "");
        let call = callback(&claim(&payment, "T0000000001"), "http://127.0.0.1:1/callback", "s3cret");
        let message: serde_json::Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(message["checksum"], "6cb2ea0f6b988cef6e41a397492a6c9ec5f72dd4d74694b09b8e90c1a65560fb");
    }
}
