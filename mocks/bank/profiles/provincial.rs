//! A protocol shaped like the bill look-up of provincial systems of 2020: bills are registered under a code that
//! the customer can type in, and every checksum is an HMAC-SHA256 over fields in alphabetical order.
//!
//! Assumptions of ours: the address (`/bill`), the words `CREATE`, `GETBILL`, `CONFIRM` and `CANCEL` of the
//! field `command`, and that nothing is added to a fee (`addition_fee` is 0). The checksum covers neither
//! `return_code` nor the time, as in the original: the word in `command` says how the payment ended.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Callback, Claim, with_parameters};
use crate::bank::Bank;
use crate::desk::{self, Objection};
use crate::fields::{Body, Fields, piped};
use crate::payment::{Order, Payment, State};
use crate::{checksum, clock};

const VERSION: &str = "1.0";
const NO_FEE: &str = "0";

/// What the checksum of a message with an amount is taken over, in this order.
const WITH_AMOUNT: [&str; 6] = ["addition_fee", "client_id", "command", "trans_amount", "transaction_id", "version"];
/// What the checksum of a query is taken over, in this order.
const QUESTION: [&str; 3] = ["client_id", "command", "transaction_id"];

pub(crate) fn routes() -> Router<Arc<Bank>> {
    Router::new().route("/bill", post(take))
}

/// `POST /bill`: `CREATE` registers a bill, `GETBILL` returns its state.
async fn take(Shared(bank): Shared<Arc<Bank>>, message: Body) -> Response {
    let Ok(Json(fields)) = message else {
        return refuse(desk::reject(&bank, "order", Objection::Malformed));
    };
    let answered = match fields.text("command").as_str() {
        "CREATE" => create(&bank, &fields),
        "GETBILL" => look_up(&bank, &fields),
        _ => Err(desk::reject(&bank, "order", Objection::Malformed)),
    };
    match answered {
        Ok(message) => (StatusCode::OK, Json(message)).into_response(),
        Err(objection) => refuse(objection),
    }
}

fn create(bank: &Bank, fields: &Fields) -> Result<Value, Objection> {
    let (now, lookup) = (clock::now(), fields.text("MaTraCuuTT"));
    let order = Order {
        partner: fields.text("client_id"),
        reference: fields.text("transaction_id"),
        dossier: fields.inner("ThongTinBienLai", "MaHoSo"),
        description: fields.inner("ThongTinBienLai", "TenTTHC"),
        amount: fields.number("trans_amount").unwrap_or_default(),
        callback_url: String::new(),
        return_url: String::new(),
        lookup,
        ordered_at: now,
        expires_at: now + bank.setup.lifetime_s(),
    };
    let objection = if is_genuine(fields, WITH_AMOUNT, &bank.setup.secret) {
        let is_in_form = is_lookup_code(&order.lookup) && fields.text("addition_fee") == NO_FEE;
        (!is_in_form).then_some(Objection::Malformed)
    } else {
        Some(Objection::BadChecksum)
    };
    let payment = desk::take(bank, order, objection)?;
    Ok(json!({
        "return_code": "00",
        "return_msg": "Success",
        "transaction_id": payment.order.reference,
        "MaTraCuuTT": payment.order.lookup,
        "payment_url": bank.page_of(&payment),
    }))
}

/// A dossier number followed by `yyyyMMddHHmmss`.
fn is_lookup_code(code: &str) -> bool {
    code.len()
        .checked_sub(14)
        .and_then(|at| code.split_at_checked(at))
        .is_some_and(|(dossier, stamp)| !dossier.is_empty() && clock::parse_stamp(stamp).is_some())
}

fn is_genuine<const COUNT: usize>(fields: &Fields, names: [&str; COUNT], secret: &str) -> bool {
    checksum::hmac_sha256(&piped(&fields.texts(names)), secret) == fields.text("checksum")
}

fn look_up(bank: &Bank, fields: &Fields) -> Result<Value, Objection> {
    if !is_genuine(fields, QUESTION, &bank.setup.secret) {
        return Err(desk::reject(bank, "query", Objection::BadChecksum));
    }
    let payment = desk::ask(bank, &fields.text("transaction_id"), "query")?;
    if payment.order.partner != fields.text("client_id") {
        return Err(Objection::Unknown);
    }
    Ok(json!({
        "return_code": "00",
        "return_msg": "Success",
        "transaction_id": payment.order.reference,
        "MaTraCuuTT": payment.order.lookup,
        "trans_amount": payment.order.amount.to_string(),
        "addition_fee": NO_FEE,
        "payment_status": payment.state.code(),
        "bank_transaction": payment.transaction(),
        "ThongTinBienLai": { "MaHoSo": payment.order.dossier, "TenTTHC": payment.order.description },
    }))
}

fn refuse(objection: Objection) -> Response {
    let answer = json!({ "return_code": objection.code(), "return_msg": objection.words().1 });
    (objection.status(), Json(answer)).into_response()
}

pub(super) fn callback(claim: &Claim<'_>, url: &str, secret: &str) -> Callback {
    let command = if claim.state == State::Captured { "CONFIRM" } else { "CANCEL" };
    let amount = claim.amount.to_string();
    let reference = claim.payment.order.reference.as_str();
    let hashed = piped(&[NO_FEE, claim.partner, command, &amount, reference, VERSION]);
    let message = json!({
        "client_id": claim.partner,
        "command": command,
        "version": VERSION,
        "transaction_id": reference,
        "MaTraCuuTT": claim.payment.order.lookup,
        "trans_amount": amount,
        "addition_fee": NO_FEE,
        "return_code": claim.state.code(),
        "bank_transaction": claim.transaction,
        "pay_time": clock::stamp(claim.at),
        "checksum": checksum::hmac_sha256(&hashed, secret),
    });
    Callback::post(url, &message)
}

pub(super) fn way_back(payment: &Payment, url: &str) -> String {
    let parameters = [("transaction_id", payment.order.reference.as_str()), ("return_code", payment.state.code())];
    with_parameters(url, &parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::tests::{captured, claim};

    #[test]
    fn the_checksum_of_a_callback_is_what_openssl_says() {
        // printf '0|P|CONFIRM|120000|R-1|1.0' | openssl dgst -sha256 -hmac s3cret
        let payment = captured("R-1", "");
        let call = callback(&claim(&payment, "T0000000001"), "http://127.0.0.1:1/callback", "s3cret");
        let message: Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(message["checksum"], "b516c625ac0930ca015af8aa147bf427e7db65e6c6ce9acf531d14a1b62f42f3");
    }

    #[test]
    fn a_look_up_code_is_a_dossier_number_and_a_time() {
        assert!(is_lookup_code("H99-210301-000120210301070000"));
        for code in ["", "20210301070000", "H99-210301-0001", "H9920211301070000", "Hồ sơ ồồồồồồồồ"]
        {
            assert!(!is_lookup_code(code), "{code}");
        }
    }
}
