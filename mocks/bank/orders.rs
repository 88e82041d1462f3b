//! What the portal asks the bank: to open a payment, and how a payment stands.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::books::{Payment, State};
use crate::checksum;
use crate::ledger::{Direction, Message};
use crate::server::Bank;

const ACCEPTED: &str = "0";
const UNKNOWN: &str = "91";
const BAD_CHECKSUM: &str = "97";
const MALFORMED: &str = "99";

/// An order as the portal sends it.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
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

    fn is_in_form(&self) -> bool {
        self.message_type == "INIT"
            && self.version == "1.0"
            && self.currency == "VND"
            && self.amount > 0
            && !self.reference.is_empty()
    }

    fn into_payment(self) -> Payment {
        Payment {
            transaction: String::new(),
            partner: self.partner,
            reference: self.reference,
            dossier: self.dossier,
            description: self.description,
            amount: self.amount,
            callback_url: self.callback_url,
            return_url: self.return_url,
            state: State::Ordered,
            shown: false,
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
pub(crate) async fn open(Shared(bank): Shared<Arc<Bank>>, order: Result<Json<Order>, JsonRejection>) -> Response {
    let Ok(Json(order)) = order else {
        bank.books().ledger.enter(refused(None, MALFORMED));
        return refuse(StatusCode::BAD_REQUEST, MALFORMED);
    };
    if let Some(code) = objection(&order, &bank.config.secret) {
        bank.books().ledger.enter(refused(Some(&order), code));
        return refuse(StatusCode::BAD_REQUEST, code);
    }
    let mut books = bank.books();
    books.ledger.enter(received(&order));
    let known = books.by_reference(&order.reference).map(|payment| payment.transaction.clone());
    let transaction = known.unwrap_or_else(|| books.open(order.into_payment()));
    let payment_url = format!("{}/pay/{transaction}", bank.url);
    Json(Opened { error_code: ACCEPTED, transaction, payment_url }).into_response()
}

fn received(order: &Order) -> Message {
    Message {
        direction: Direction::In,
        kind: "order",
        reference: order.reference.clone(),
        dossier: order.dossier.clone(),
        amount: order.amount,
        state: State::Ordered.word(),
        fault: None,
        status: Some(StatusCode::OK.as_u16()),
        detail: ACCEPTED.to_owned(),
    }
}

/// The signal of a refused order; `None` when it could not be read at all.
fn refused(order: Option<&Order>, code: &str) -> Message {
    Message {
        direction: Direction::In,
        kind: "order",
        reference: order.map(|order| order.reference.clone()).unwrap_or_default(),
        dossier: order.map(|order| order.dossier.clone()).unwrap_or_default(),
        amount: order.map_or(0, |order| order.amount),
        state: "refused",
        fault: None,
        status: Some(StatusCode::BAD_REQUEST.as_u16()),
        detail: code.to_owned(),
    }
}

fn objection(order: &Order, secret: &str) -> Option<&'static str> {
    if !order.is_genuine(secret) {
        return Some(BAD_CHECKSUM);
    }
    (!order.is_in_form()).then_some(MALFORMED)
}

fn refuse(status: StatusCode, error_code: &'static str) -> Response {
    (status, Json(Refusal { error_code })).into_response()
}

#[derive(Serialize)]
struct Standing {
    error_code: &'static str,
    reference: String,
    transaction: String,
    amount: i64,
    currency: &'static str,
    state: State,
}

/// `GET /orders/{reference}`: how a payment stands.
pub(crate) async fn query(Shared(bank): Shared<Arc<Bank>>, Path(reference): Path<String>) -> Response {
    let mut books = bank.books();
    let Some(payment) = books.by_reference(&reference).cloned() else {
        return refuse(StatusCode::NOT_FOUND, UNKNOWN);
    };
    books.ledger.enter(Message {
        direction: Direction::In,
        kind: "query",
        status: Some(StatusCode::OK.as_u16()),
        ..payment.internal()
    });
    Json(Standing {
        error_code: ACCEPTED,
        reference,
        transaction: payment.transaction,
        amount: payment.amount,
        currency: "VND",
        state: payment.state,
    })
    .into_response()
}
