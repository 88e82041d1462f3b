//! Refunds by our own message, in every profile; the vnpay-like profile has its own as well.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};

use crate::bank::Bank;
use crate::checksum;
use crate::desk::{self, Claimed, Objection};
use crate::fields::{Body, Fields};
use crate::payment::Payment;
use crate::profiles::plain;

/// What the checksum is taken over, in this order, the secret as the last.
const HASHED: [&str; 8] = ["message_type", "version", "partner", "reference", "refund", "amount", "currency", "time"];

pub(crate) fn routes() -> Router<Arc<Bank>> {
    Router::new().route("/refunds", routing::post(take))
}

/// `POST /refunds`: refunds an amount, once per name of a refund.
async fn take(Shared(bank): Shared<Arc<Bank>>, message: Body) -> Response {
    let refunded = match message {
        Ok(Json(fields)) => refund(&bank, &fields),
        Err(_) => Err(desk::reject(&bank, "refund", Objection::Malformed)),
    };
    match refunded {
        Ok(payment) => Json(plain::status(&payment)).into_response(),
        Err(objection) => plain::refuse(objection),
    }
}

fn refund(bank: &Bank, fields: &Fields) -> Result<Payment, Objection> {
    let texts = fields.texts(HASHED);
    let [message_type, _, partner, reference, refund, amount, currency, _] = texts.each_ref().map(String::as_str);
    let seal = checksum::seal(&texts.each_ref().map(String::as_str), &bank.setup.secret);
    if seal != fields.text("checksum") {
        return Err(desk::reject(bank, "refund", Objection::BadChecksum));
    }
    let amount = amount.parse().ok().filter(|_| message_type == "REFUND" && currency == "VND");
    let amount = amount.ok_or_else(|| desk::reject(bank, "refund", Objection::Malformed))?;
    desk::give_back(bank, &Claimed { partner, reference, refund, amount })
}
