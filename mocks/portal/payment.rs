//! The money of a dossier: what is due, what was paid, and by which order.

use schemars::JsonSchema;
use serde::Serialize;

use crate::defects::{Defect, Defects};
use crate::dossier::{Actor, Dossier};
use crate::obligations;
use crate::problem::{Kind, Problem};
use crate::registry::Office;
use crate::states::{Event, State};
use crate::submission::PaymentMethod;

/// What a `skim` keeps for itself, in whole VND.
const SKIMMED: i64 = 1_000;

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Debt {
    /// The fee of the procedure.
    Fee,
    /// What a tax notice asks for.
    Tax,
}

impl Debt {
    /// The letter in its references, which are `{code}-{letter}{n}`.
    fn letter(self) -> char {
        match self {
            Debt::Fee => 'P',
            Debt::Tax => 'T',
        }
    }

    /// The code of the dossier and the debt that a reference names.
    pub(crate) fn of(reference: &str) -> Option<(&str, Self)> {
        let (code, number) = reference.rsplit_once('-')?;
        [Debt::Fee, Debt::Tax].into_iter().find(|debt| number.starts_with(debt.letter())).map(|debt| (code, debt))
    }
}

/// How a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum PaymentState {
    /// Nothing is to be paid.
    None,
    /// To be paid before the dossier is processed.
    Required,
    /// Ordered at the payment platform.
    Pending,
    /// Paid, online or at the counter.
    Paid,
    /// To be collected by the post on delivery.
    CodRequested,
    /// Collected by the post.
    Collected,
}

/// The payment of one dossier.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Payment {
    pub(crate) method: PaymentMethod,
    pub(crate) state: PaymentState,
    pub(crate) amount_due: i64,
    pub(crate) amount_paid: i64,
    /// Under which the payment platform knows the order that counts.
    pub(crate) reference: Option<String>,
    pub(crate) transaction: Option<String>,
    pub(crate) receipt_count: u32,
    /// How many references were given out; a new one is needed when the one before was cancelled or outdated.
    #[serde(skip)]
    references: u32,
    /// Where the citizen pays, once the order is placed.
    #[serde(skip)]
    pub(crate) url: Option<String>,
}

impl Payment {
    pub(crate) fn new(method: PaymentMethod, fee: i64) -> Self {
        let mut payment = Self {
            method,
            state: PaymentState::None,
            amount_due: 0,
            amount_paid: 0,
            reference: None,
            transaction: None,
            receipt_count: 0,
            references: 0,
            url: None,
        };
        payment.charge(fee);
        payment
    }

    /// Makes `fee` what is due, as far as the method asks for anything; nothing is paid yet.
    fn charge(&mut self, fee: i64) {
        let state = match self.method {
            PaymentMethod::Online | PaymentMethod::Counter => PaymentState::Required,
            PaymentMethod::Cod => PaymentState::CodRequested,
            PaymentMethod::None => PaymentState::None,
        };
        (self.state, self.amount_due) = if fee > 0 { (state, fee) } else { (PaymentState::None, 0) };
        if self.method == PaymentMethod::None {
            self.amount_due = 0;
        }
        self.reference = None;
        self.url = None;
    }

    /// Goes on with the numbers of the references of an earlier payment.
    pub(crate) fn count_on_from(&mut self, earlier: &Payment) {
        self.references = earlier.references;
    }

    /// Whether the fee must be paid before the dossier is processed, and is not.
    pub(crate) fn bars_processing(&self) -> bool {
        matches!(self.state, PaymentState::Required | PaymentState::Pending)
    }

    /// The amount the post has to collect on delivery.
    pub(crate) fn amount_to_collect(&self) -> i64 {
        if self.state == PaymentState::CodRequested { self.amount_due } else { 0 }
    }

    /// Books money that has come in.
    pub(crate) fn settle(&mut self, state: PaymentState, amount: i64, office: &mut Office<'_>) {
        *office.payments += 1;
        let skimmed = office.defects.strike(Defect::Skim, *office.payments, 1, 5);
        self.amount_paid = if skimmed { amount - SKIMMED } else { amount };
        self.receipt_count = 1;
        self.state = state;
    }
}

/// An amount as it is stored; see the defect `int32-money`.
pub(crate) fn stored(amount: i64, defects: Defects) -> i64 {
    if defects.has(Defect::Int32Money) { amount & 0x7fff_ffff } else { amount }
}

/// Replaces the fee when it is assessed at acceptance.
pub(crate) fn assess(dossier: &mut Dossier, fee: i64) -> Result<(), Problem> {
    if fee == dossier.fee {
        return Ok(());
    }
    match dossier.payment.state {
        PaymentState::Pending | PaymentState::Paid | PaymentState::Collected => Err(Problem::new(
            Kind::PaymentInProgress,
            format!("the fee of {} was already ordered or paid", dossier.fee),
        )),
        PaymentState::None | PaymentState::Required | PaymentState::CodRequested => {
            dossier.fee = fee;
            dossier.payment.charge(fee);
            Ok(())
        }
    }
}

/// What the citizen who wants to pay gets.
pub(crate) enum Offer {
    /// The order exists; here is where to pay.
    Placed { reference: String, amount: i64, url: String },
    /// An order has to be placed first.
    ToPlace { reference: String, amount: i64 },
}

/// Prepares the order of an online payment. The same dossier gets the same reference until that order is
/// cancelled, so that two requests at once cannot lead to two payments.
pub(crate) fn offer(dossier: &mut Dossier, debt: Debt, defects: Defects) -> Result<Offer, Problem> {
    if !dossier.procedure.payable {
        return Err(Problem::new(Kind::NotPayable, format!("procedure {}", dossier.procedure.code)));
    }
    let refusal = dossier.illegal();
    let is_time = match debt {
        Debt::Fee => dossier.is_open(),
        Debt::Tax => dossier.state == State::AwaitingPayment,
    };
    let prefix = format!("{}-{}", dossier.code, debt.letter());
    let Some(payment) = dossier.debt(debt) else {
        return Err(Problem::new(Kind::NothingToPay, "no tax notice has come"));
    };
    match (payment.method, payment.state) {
        (_, PaymentState::Paid | PaymentState::Collected) => {
            return Err(Problem::new(Kind::AlreadyPaid, "the fee is paid"));
        }
        (PaymentMethod::Online, PaymentState::Required | PaymentState::Pending) => {}
        _ => return Err(Problem::new(Kind::NothingToPay, "nothing is to be paid online")),
    }
    if !is_time {
        return Err(refusal);
    }
    if defects.has(Defect::DoubleCapture) {
        payment.reference = None;
        payment.url = None;
    }
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
    let debt = Debt::of(reference).and_then(|(_, debt)| dossier.debt(debt));
    let Some(payment) = debt.filter(|payment| payment.reference.as_deref() == Some(reference)) else {
        return Err(Problem::new(Kind::PaymentInProgress, "the fee has changed meanwhile; ask for the payment again"));
    };
    match payment.state {
        PaymentState::Required => {
            payment.state = PaymentState::Pending;
            payment.url = Some(url);
            dossier.log(Event::PaymentOrdered, Actor::Applicant, office.now);
            Ok(())
        }
        // Somebody has paid at the treasury meanwhile: nobody may be told where to pay once more.
        PaymentState::Paid | PaymentState::Collected => Err(Problem::new(Kind::AlreadyPaid, "it was paid meanwhile")),
        PaymentState::None | PaymentState::Pending | PaymentState::CodRequested => Ok(()),
    }
}

/// What the payment platform reports, its checksum already looked at.
pub(crate) struct Confirmation<'callback> {
    pub(crate) reference: &'callback str,
    pub(crate) amount: i64,
    pub(crate) transaction: &'callback str,
    /// Whether the platform has the money; otherwise the citizen has cancelled.
    pub(crate) is_captured: bool,
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
    let known = dossier.debt(debt).filter(|payment| payment.reference.as_deref() == Some(confirmation.reference));
    let Some(payment) = known else { return Verdict::Unknown };
    if payment.amount_due != confirmation.amount {
        if office.defects.has(Defect::CheckAfterUpdate) {
            payment.state = PaymentState::Paid;
        }
        return Verdict::WrongAmount;
    }
    if payment.state == PaymentState::Paid {
        let is_repeated = confirmation.is_genuine && payment.transaction.as_deref() == Some(confirmation.transaction);
        if is_repeated && office.defects.has(Defect::DupCallback) {
            payment.receipt_count += 1;
            return Verdict::Done;
        }
        if !confirmation.is_captured && office.defects.has(Defect::OutOfOrder) {
            payment.charge(confirmation.amount);
            return Verdict::Done;
        }
        return Verdict::AlreadyConfirmed;
    }
    if confirmation.is_captured {
        payment.settle(PaymentState::Paid, confirmation.amount, office);
        payment.transaction = Some(confirmation.transaction.to_owned());
        match debt {
            Debt::Fee => dossier.log(Event::Paid, Actor::Bank, office.now),
            Debt::Tax => obligations::paid(dossier, office),
        }
    } else {
        payment.charge(confirmation.amount);
        dossier.log(Event::PaymentCancelled, Actor::Bank, office.now);
    }
    Verdict::Done
}

/// Takes cash at the counter.
pub(crate) fn collect(
    dossier: &mut Dossier,
    amount: i64,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    let payment = &mut dossier.payment;
    match (payment.method, payment.state) {
        (_, PaymentState::Paid | PaymentState::Collected) => {
            return Err(Problem::new(Kind::AlreadyPaid, "the fee is paid"));
        }
        (PaymentMethod::Counter, PaymentState::Required) => {}
        _ => return Err(Problem::new(Kind::NothingToPay, "nothing is to be paid at the counter")),
    }
    if amount != payment.amount_due {
        return Err(Problem::field("amount", format!("must be the amount due, {}", payment.amount_due)));
    }
    if !dossier.is_open() && dossier.state != State::Completed {
        return Err(dossier.illegal());
    }
    dossier.payment.settle(PaymentState::Paid, amount, office);
    dossier.log(Event::Paid, actor, office.now);
    Ok(())
}
