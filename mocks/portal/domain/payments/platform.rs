//! Payments at the platform: what is ordered there, how an order ends, and what the platform reports.
//!
//! An order begins when its reference is given out, and is pending once the platform has taken it. It can be paid for
//! five working days. Money that comes for an order that has ended has left the citizen all the same, so that the
//! report is always taken (`00`): it pays the debt where that is still owed, and is kept as an overpayment to be
//! refunded where it is not.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::behaviour::defects::deadlines::Reading;
use crate::behaviour::defects::{Defect, Defects};
use crate::domain::calendar;
use crate::domain::defects;
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::moment::Moment;
use crate::domain::office::Office;
use crate::domain::office::Term;
use crate::domain::payments::debt::Debt;
use crate::domain::payments::obligations;
use crate::domain::payments::payment::{self, Payment, PaymentState};
use crate::domain::problem::{Kind, Problem};
use crate::domain::states::{Event, State};
use crate::domain::submission::PaymentMethod;

/// For how many working days an order can be paid. An assumption: no document says it.
const PAYABLE_DAYS: u16 = 5;
/// How many orders of one debt may fail.
const MOST_ORDERS: usize = 32;

/// How an order ended without money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OrderEnd {
    /// The payer cancelled it.
    Cancelled,
    /// The bank declined it.
    Failed,
    /// It was not paid in time.
    Expired,
}

impl OrderEnd {
    fn event(self) -> Event {
        match self {
            OrderEnd::Cancelled => Event::PaymentCancelled,
            OrderEnd::Failed => Event::PaymentFailed,
            OrderEnd::Expired => Event::PaymentExpired,
        }
    }
}

/// An order that failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PastOrder {
    pub(crate) reference: String,
    pub(crate) amount: i64,
    pub(crate) end: OrderEnd,
    pub(crate) ended_at: Moment,
    /// Money that arrived for it nevertheless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) overpayment: Option<Overpayment>,
}

/// Money that was no longer owed when it arrived.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Overpayment {
    pub(crate) transaction: String,
    pub(crate) amount: i64,
    pub(crate) received_at: Moment,
    pub(crate) refunded_at: Option<Moment>,
    /// The day on which the platform says that it took the money, by its own clock.
    pub(crate) captured_on: Option<Date>,
}

/// The answer to a citizen who wants to pay.
pub(crate) enum Offer {
    /// The order exists; here is where to pay.
    Placed { reference: String, amount: i64, url: String },
    /// An order has to be placed first.
    ToPlace { reference: String, amount: i64 },
}

/// Whether a debt can be paid now.
fn may_pay(dossier: &Dossier, debt: Debt) -> bool {
    match debt {
        Debt::Fee => dossier.is_open(),
        Debt::Tax => dossier.state == State::AwaitingPayment,
    }
}

/// Whether money that comes late still pays a debt: an interrupted case owes what it owed before.
fn is_owed_while(state: State, debt: Debt) -> bool {
    match debt {
        Debt::Fee => !matches!(state, State::Rejected | State::Stopped | State::Completed | State::Returned),
        Debt::Tax => matches!(state, State::AwaitingPayment | State::WithdrawalRequested),
    }
}

/// Whether a debt has been ordered as often as it may be.
pub(crate) fn is_worn_out(payment: &Payment) -> bool {
    payment.past_orders.len() >= MOST_ORDERS && payment.state == PaymentState::Required
}

/// Prepares the order of an online payment. The same dossier gets the same reference until that order is
/// cancelled, so that two requests at once cannot lead to two payments.
pub(crate) fn offer(dossier: &mut Dossier, debt: Debt, defects: Defects) -> Result<Offer, Problem> {
    if !dossier.procedure.payable {
        return Err(Problem::new(Kind::NotPayable, format!("procedure {}", dossier.procedure.code)));
    }
    let refusal = dossier.illegal();
    let is_time = may_pay(dossier, debt);
    let prefix = format!("{}-{}", dossier.code, debt.letter());
    let Some(payment) = dossier.debt(debt) else {
        return Err(Problem::new(Kind::NothingToPay, "no tax notice has come"));
    };
    match (payment.method, payment.state) {
        (_, state) if state.is_settled() => return Err(Problem::new(Kind::AlreadyPaid, "the fee is paid")),
        (PaymentMethod::Online, PaymentState::Required | PaymentState::Pending) => {}
        _ => return Err(Problem::new(Kind::NothingToPay, "nothing is to be paid online")),
    }
    if !is_time {
        return Err(refusal);
    }
    if is_worn_out(payment) {
        return Err(Problem::new(Kind::Full, "it was ordered too often in vain: pay at the counter"));
    }
    defects::forget_order(payment, defects);
    let amount = payment.amount_due;
    if payment.reference.is_none() {
        payment.references += 1;
        payment.reference = Some(format!("{prefix}{}", payment.references));
    }
    let reference = payment.reference.clone().unwrap_or_default();
    Ok(match payment.url.clone() {
        Some(url) => Offer::Placed { reference, amount, url },
        None => Offer::ToPlace { reference, amount },
    })
}

/// Notes that the payment platform has taken the order.
pub(crate) fn placed(
    dossier: &mut Dossier,
    reference: &str,
    url: String,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    let debt = Debt::of(reference).map_or(Debt::Fee, |(_, debt)| debt);
    let is_known = |payment: &&mut Payment| payment.reference.as_deref() == Some(reference);
    let Some(payment) = dossier.debt(debt).filter(is_known) else {
        return Err(Problem::new(Kind::PaymentInProgress, "the fee has changed meanwhile; ask for the payment again"));
    };
    match payment.state {
        PaymentState::Required => {
            let pay_by = calendar::due_at(office.now, PAYABLE_DAYS, Reading::Law);
            payment.state = PaymentState::Pending;
            payment.url = Some(url);
            payment.pay_by = Some(pay_by);
            office.remind(pay_by, Term::Payment(debt));
            dossier.log(Event::PaymentOrdered, Actor::Applicant, office.now);
            Ok(())
        }
        // It was paid at the treasury meanwhile: no one may be sent to pay once more.
        PaymentState::Paid | PaymentState::Collected | PaymentState::Remitted | PaymentState::Reconciled => {
            Err(Problem::new(Kind::AlreadyPaid, "it was paid meanwhile"))
        }
        PaymentState::None
        | PaymentState::Pending
        | PaymentState::CodRequested
        | PaymentState::Refunded
        | PaymentState::Exempt => Ok(()),
    }
}

/// Ends an order without money: the debt stands again as if nothing had been ordered.
fn end(dossier: &mut Dossier, debt: Debt, end: OrderEnd, actor: Actor, at: Moment) {
    let Some(payment) = dossier.debt(debt) else { return };
    let (reference, amount) = (payment.reference.take().unwrap_or_default(), payment.amount_due);
    payment.past_orders.push(PastOrder { reference, amount, end, ended_at: at, overpayment: None });
    payment.charge(amount);
    dossier.log(end.event(), actor, at);
}

/// Ends the order whose time is over, unless it was paid or has ended before.
pub(crate) fn expire(dossier: &mut Dossier, debt: Debt, pay_by: Moment) {
    let is_open = |payment: &mut Payment| payment.state == PaymentState::Pending && payment.pay_by == Some(pay_by);
    if dossier.debt(debt).is_some_and(is_open) {
        end(dossier, debt, OrderEnd::Expired, Actor::Term, pay_by);
    }
}

/// What a report says became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The platform has the money.
    Captured,
    Ended(OrderEnd),
    /// It is not decided yet.
    Open,
}

impl Outcome {
    /// What a code of the protocol means.
    pub(crate) fn of(code: &str) -> Self {
        match code {
            "00" => Outcome::Captured,
            "11" => Outcome::Ended(OrderEnd::Expired),
            "24" => Outcome::Ended(OrderEnd::Cancelled),
            "99" => Outcome::Open,
            _ => Outcome::Ended(OrderEnd::Failed),
        }
    }
}

/// What the payment platform reports, its checksum already looked at.
pub(crate) struct Confirmation<'callback> {
    pub(crate) reference: &'callback str,
    pub(crate) amount: i64,
    pub(crate) transaction: &'callback str,
    pub(crate) outcome: Outcome,
    /// The day of the report by the clock of the platform.
    pub(crate) day: Option<Date>,
    /// Whether the checksum is right.
    pub(crate) is_genuine: bool,
}

/// What the portal answers to the payment platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    Unknown,
    AlreadyConfirmed,
    WrongAmount,
    BadChecksum,
}

impl Verdict {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Verdict::Done => "00",
            Verdict::Unknown => "01",
            Verdict::AlreadyConfirmed => "02",
            Verdict::WrongAmount => "04",
            Verdict::BadChecksum => "97",
        }
    }
}

/// Acts on a report of the payment platform; a report has one effect at most.
pub(crate) fn confirm(dossier: &mut Dossier, confirmation: &Confirmation<'_>, office: &mut Office<'_>) -> Verdict {
    let Some((_, debt)) = Debt::of(confirmation.reference) else { return Verdict::Unknown };
    let Some(payment) = dossier.debt(debt) else { return Verdict::Unknown };
    if payment.reference.as_deref() != Some(confirmation.reference) {
        return confirm_late(dossier, debt, confirmation, office);
    }
    if payment.amount_due != confirmation.amount {
        defects::book_wrong_amount(payment, office.defects);
        return Verdict::WrongAmount;
    }
    if payment.state.is_settled() || payment.state == PaymentState::Refunded {
        let spoiled = defects::confirm_again(payment, confirmation, office.defects);
        return spoiled.unwrap_or(Verdict::AlreadyConfirmed);
    }
    match confirmation.outcome {
        Outcome::Captured => settle(dossier, debt, confirmation, office),
        Outcome::Ended(how) => end(dossier, debt, how, Actor::Bank, office.now),
        Outcome::Open => {}
    }
    Verdict::Done
}

/// A report on an order that has ended, if there was such an order.
fn confirm_late(
    dossier: &mut Dossier,
    debt: Debt,
    confirmation: &Confirmation<'_>,
    office: &mut Office<'_>,
) -> Verdict {
    // Paid on an earlier notice: whatever comes for it once more is no new money.
    let is_it = |payment: &Payment| payment.reference.as_deref() == Some(confirmation.reference);
    if dossier.payments().any(|payment| is_it(payment) && payment.state.is_settled()) {
        return Verdict::AlreadyConfirmed;
    }
    let is_time = is_owed_while(dossier.state, debt);
    let Some(payment) = dossier.debt(debt) else { return Verdict::Unknown };
    let is_owed = is_time && payment.state == PaymentState::Required && payment.amount_due == confirmation.amount;
    let mut orders = payment.past_orders.iter_mut();
    let Some(order) = orders.find(|order| order.reference == confirmation.reference) else {
        return Verdict::Unknown;
    };
    if order.amount != confirmation.amount {
        return Verdict::WrongAmount;
    }
    if confirmation.outcome != Outcome::Captured || order.overpayment.is_some() {
        return Verdict::AlreadyConfirmed;
    }
    if office.defects.has(Defect::LateMoneyLost) {
        return Verdict::Unknown;
    }
    if is_owed {
        settle(dossier, debt, confirmation, office);
        return Verdict::Done;
    }
    order.overpayment = Some(Overpayment {
        transaction: confirmation.transaction.to_owned(),
        amount: confirmation.amount,
        received_at: office.now,
        refunded_at: None,
        captured_on: confirmation.day,
    });
    dossier.log(Event::Overpaid, Actor::Bank, office.now);
    dossier.give_reason(confirmation.reference.to_owned());
    Verdict::Done
}

/// Books what the platform has captured.
fn settle(dossier: &mut Dossier, debt: Debt, confirmation: &Confirmation<'_>, office: &mut Office<'_>) {
    match debt {
        Debt::Fee => payment::book(dossier, PaymentState::Paid, confirmation.amount, office),
        Debt::Tax => {
            if let Some(payment) = dossier.debt(debt) {
                payment.settle(PaymentState::Paid, confirmation.amount, office);
            }
        }
    }
    if let Some(payment) = dossier.debt(debt) {
        payment.reference = Some(confirmation.reference.to_owned());
        payment.transaction = Some(confirmation.transaction.to_owned());
        payment.captured_on = confirmation.day;
    }
    match debt {
        Debt::Fee => dossier.log(Event::Paid, Actor::Bank, office.now),
        Debt::Tax => obligations::paid(dossier, office),
    }
}
