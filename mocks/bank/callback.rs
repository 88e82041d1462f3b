//! Callbacks: the portal is informed how a payment ended, truthfully unless a fault says otherwise.

use std::sync::Arc;
use std::time::Duration;

use mock_ground::{Call, Outcome};

use crate::bank::Bank;
use crate::clock;
use crate::faults::{Course, Fault};
use crate::ledger::{Direction, Message};
use crate::payment::{Payment, State};
use crate::profiles::{self, Callback, Claim};

/// The error of a wrong amount, in dong.
const TOO_MUCH: i64 = 1_000;
/// The secret of a forger, who does not know the real one.
const GUESSED_SECRET: &str = "not the secret";
/// How long after its expiry an order is certainly closed.
const AFTER_EXPIRY_S: i64 = 1;

/// Follows a decided payment to its end: until the money has arrived, if it does, and the portal was called.
pub(crate) async fn follow(bank: Arc<Bank>, payment: Payment, course: Course) {
    let number = payment.number;
    if let Some(payment) = cleared(&bank, payment, course).await {
        pause(bank.setup.callback_delay).await;
        match payment.state {
            State::Captured => report_capture(&bank, &payment, course).await,
            State::Ordered | State::Pending | State::Cancelled | State::Expired => {
                deliver(&bank, &truth(&payment, &payment.transaction()), None).await;
            }
        }
    }
    bank.records().finish(number);
}

/// Waits for money that is in transit between banks. `None`: it never arrives.
async fn cleared(bank: &Bank, payment: Payment, course: Course) -> Option<Payment> {
    if payment.state != State::Pending {
        return Some(payment);
    }
    if course.has(Fault::PendingForever) {
        return None;
    }
    pause(bank.setup.fault_delay).await;
    bank.records().clear(payment.number, clock::now())
}

async fn pause(length: Duration) {
    if !length.is_zero() {
        tokio::time::sleep(length).await;
    }
}

async fn report_capture(bank: &Bank, payment: &Payment, course: Course) {
    let transaction = payment.transaction();
    let truth = truth(payment, &transaction);
    if course.has(Fault::WrongAmount) {
        deliver(bank, &Claim { amount: truth.amount + TOO_MUCH, ..truth }, Some(Fault::WrongAmount)).await;
    }
    if course.has(Fault::WrongMerchant) {
        let stranger = format!("{}X", truth.partner);
        deliver(bank, &Claim { partner: &stranger, ..truth }, Some(Fault::WrongMerchant)).await;
    }
    if course.has(Fault::Lost) {
        bank.records().ledger.enter(signal(&truth, Some(Fault::Lost), "not sent"));
        return;
    }
    let fault = held_up(bank, payment, course).await;
    if course.has(Fault::ConcurrentDuplicate) {
        tokio::join!(deliver(bank, &truth, fault), deliver(bank, &truth, Some(Fault::ConcurrentDuplicate)));
    } else {
        deliver(bank, &truth, fault).await;
    }
    if course.has(Fault::Duplicate) {
        deliver(bank, &truth, Some(Fault::Duplicate)).await;
    }
    if course.has(Fault::OutOfOrder) {
        let failed_before = Claim { state: State::Cancelled, at: truth.at - 1, ..truth };
        deliver(bank, &failed_before, Some(Fault::OutOfOrder)).await;
    }
}

/// Waits as long as the faults of this payment require; returns the one that delayed the callback.
async fn held_up(bank: &Bank, payment: &Payment, course: Course) -> Option<Fault> {
    if course.has(Fault::Late) {
        let seconds = payment.order.expires_at - clock::now() + AFTER_EXPIRY_S;
        pause(Duration::from_secs(u64::try_from(seconds).unwrap_or_default())).await;
        return Some(Fault::Late);
    }
    if course.has(Fault::Delayed) {
        pause(bank.setup.fault_delay).await;
        return Some(Fault::Delayed);
    }
    None
}

fn truth<'payment>(payment: &'payment Payment, transaction: &'payment str) -> Claim<'payment> {
    Claim {
        payment,
        state: payment.state,
        partner: &payment.order.partner,
        amount: payment.order.amount,
        transaction,
        at: payment.decided_at,
    }
}

/// Claims, without knowing the secret, that a payment was made.
pub(crate) async fn forge(bank: Arc<Bank>, payment: Payment) {
    let transaction = format!("FORGED-{}", payment.order.reference);
    let claim = Claim { state: State::Captured, at: clock::now(), ..truth(&payment, &transaction) };
    deliver(&bank, &claim, Some(Fault::Forged)).await;
    bank.records().open_callbacks -= 1;
}

/// Calls the portal until it has decided or the tries are used up; every try is in the ledger.
async fn deliver(bank: &Bank, claim: &Claim<'_>, fault: Option<Fault>) {
    let Some(url) = bank.callback_address(claim.payment) else {
        bank.records().ledger.enter(signal(claim, fault, "no callback address"));
        return;
    };
    let secret = if fault == Some(Fault::Forged) { GUESSED_SECRET } else { &bank.setup.secret };
    let Callback { method, url, body } = profiles::callback(bank, claim, url, secret);
    let content_type = (!body.is_empty()).then_some("application/json");
    let call = Call { method, content_type, ..Call::post(&url, body) };
    let _permit = bank.caller.permit().await;
    // A portal that never decides was called often enough.
    drop(bank.caller.until_decided(&call, |outcome| note(bank, claim, fault, outcome)).await);
}

fn note(bank: &Bank, claim: &Claim<'_>, fault: Option<Fault>, outcome: &Outcome) {
    let (status, detail) = match outcome {
        Ok(answer) => (Some(answer.status), answer.field(bank.setup.profile.reply_field())),
        Err(error) => (None, error.to_string()),
    };
    let is_known = status.is_some_and(|status| status.is_success()) && says_it_knows(&detail);
    let mut records = bank.records();
    records.ledger.enter(Message { status: status.map(|status| status.as_u16()), ..signal(claim, fault, &detail) });
    if is_known && tells_the_truth(fault) {
        records.acknowledge(claim.payment.number);
    }
}

/// Whether a reply code acknowledges the payment, now or earlier.
fn says_it_knows(code: &str) -> bool {
    matches!(code, "00" | "02")
}

fn tells_the_truth(fault: Option<Fault>) -> bool {
    !matches!(fault, Some(Fault::Forged | Fault::WrongAmount | Fault::WrongMerchant | Fault::OutOfOrder))
}

fn signal(claim: &Claim<'_>, fault: Option<Fault>, detail: &str) -> Message {
    Message {
        direction: Direction::Out,
        kind: "callback",
        reference: claim.payment.order.reference.clone(),
        dossier: claim.payment.order.dossier.clone(),
        amount: claim.amount,
        state: claim.state.word(),
        fault,
        status: None,
        detail: detail.to_owned(),
    }
}
