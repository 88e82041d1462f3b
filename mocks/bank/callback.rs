//! Telling the portal how a payment ended, truthfully or, where a fault says so, not.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::books::{Payment, State};
use crate::ledger::{Direction, Fault, Message};
use crate::outgoing::{PAUSES, Reply};
use crate::server::Bank;
use crate::{checksum, clock};

const BANK: &str = "MOCKBANK";
const CURRENCY: &str = "VND";
const MESSAGE_TYPE: &str = "NOTIFY";

/// What the portal receives.
#[derive(Serialize)]
struct Notice<'payment> {
    message_type: &'static str,
    code: &'static str,
    partner: &'payment str,
    reference: &'payment str,
    amount: i64,
    currency: &'static str,
    transaction: &'payment str,
    bank: &'static str,
    time: &'payment str,
    checksum: &'payment str,
}

/// Sends the callback of an ended payment after `delay`, and again if the payment is to have a duplicate.
pub(crate) async fn tell(bank: Arc<Bank>, payment: Payment, delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let body = notice(&payment, payment.state, &payment.transaction, &bank.config.secret);
    send(&bank, &payment, body.clone(), None).await;
    if payment.state == State::Captured && bank.config.sends_duplicate(&payment.reference) {
        send(&bank, &payment, body, Some(Fault::Duplicate)).await;
    }
    bank.books().open_callbacks -= 1;
}

/// Claims, without knowing the secret, that a payment was made.
pub(crate) async fn forge(bank: Arc<Bank>, payment: Payment) {
    let transaction = format!("FORGED-{}", payment.reference);
    let body = notice(&payment, State::Captured, &transaction, "not the secret");
    send(&bank, &payment, body, Some(Fault::Forged)).await;
    bank.books().open_callbacks -= 1;
}

fn notice(payment: &Payment, state: State, transaction: &str, secret: &str) -> Bytes {
    let (code, time) = (state.code(), clock::stamp());
    let amount = payment.amount.to_string();
    let fields =
        [MESSAGE_TYPE, code, &payment.partner, &payment.reference, &amount, CURRENCY, transaction, BANK, &time];
    let notice = Notice {
        message_type: MESSAGE_TYPE,
        code,
        partner: &payment.partner,
        reference: &payment.reference,
        amount: payment.amount,
        currency: CURRENCY,
        transaction,
        bank: BANK,
        time: &time,
        checksum: &checksum::seal(&fields, secret),
    };
    serde_json::to_vec(&notice).unwrap_or_else(|_| unreachable!("a notice has string keys and integers only")).into()
}

/// Posts one callback until the portal has decided or the tries are used up; every try is in the ledger.
async fn send(bank: &Bank, payment: &Payment, body: Bytes, fault: Option<Fault>) {
    let Ok(_permit) = bank.caller.gate.acquire().await else {
        unreachable!("the gate is never closed");
    };
    for pause in PAUSES.map(Some).into_iter().chain([None]) {
        let reply = bank.caller.post(&payment.callback_url, body.clone()).await;
        let decided = reply.is_final();
        bank.books().ledger.enter(signal(payment, fault, reply));
        match pause {
            Some(pause) if !decided => tokio::time::sleep(pause).await,
            Some(_) | None => return,
        }
    }
}

fn signal(payment: &Payment, fault: Option<Fault>, reply: Reply) -> Message {
    Message {
        direction: Direction::Out,
        kind: "callback",
        reference: payment.reference.clone(),
        dossier: payment.dossier.clone(),
        amount: payment.amount,
        state: payment.state.word(),
        fault,
        status: reply.status,
        detail: reply.code,
    }
}
