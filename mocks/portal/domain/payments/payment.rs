//! The money of a dossier: what is due, what was paid, and what is reconciled.

use std::borrow::Cow;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::dossier::{Actor, Dossier};
use crate::domain::moment::Moment;
use crate::domain::office::Office;
use crate::domain::payments::platform::{self, PastOrder};
use crate::domain::problem::{Kind, Problem};
use crate::domain::states::{Event, State};
use crate::domain::submission::PaymentMethod;

/// The state of a payment. How its orders at the platform ended is in [`PastOrder`]: a debt outlives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// Passed on by the post.
    Remitted,
    /// Found in the ledger of the party that took the money, to the dong.
    Reconciled,
    /// Refunded, since the service was not rendered.
    Refunded,
    /// It no longer has to be paid.
    Exempt,
}

impl PaymentState {
    /// Whether the money was taken and not refunded.
    pub(crate) fn is_settled(self) -> bool {
        match self {
            Self::Paid | Self::Collected | Self::Remitted | Self::Reconciled => true,
            Self::None | Self::Required | Self::Pending | Self::CodRequested | Self::Refunded | Self::Exempt => false,
        }
    }
}

/// The number of a receipt for a fee, unique in the portal; written as `BL0000001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReceiptNumber(u64);

impl Serialize for ReceiptNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("BL{:07}", self.0))
    }
}

impl<'de> Deserialize<'de> for ReceiptNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.strip_prefix("BL").and_then(|number| number.parse().ok());
        number.map(Self).ok_or_else(|| D::Error::custom("no number of a receipt"))
    }
}

impl JsonSchema for ReceiptNumber {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("ReceiptNumber")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

/// The payment of one dossier: about 200 bytes, and 150 for each order that came to nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) method: PaymentMethod,
    pub(crate) state: PaymentState,
    pub(crate) amount_due: i64,
    pub(crate) amount_paid: i64,
    /// The reference of the present order at the payment platform.
    pub(crate) reference: Option<String>,
    pub(crate) transaction: Option<String>,
    pub(crate) receipt_count: u32,
    /// The number of the receipt, once a fee is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receipt: Option<ReceiptNumber>,
    /// Until when the present order can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pay_by: Option<Moment>,
    /// The orders that failed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) past_orders: Vec<PastOrder>,
    /// How many references were given out; a new one is needed when the one before was cancelled or outdated.
    pub(crate) references: u32,
    /// Where the citizen pays, once the order is placed.
    pub(crate) url: Option<String>,
    /// The day on which the payment platform says that it took the money, by its own clock.
    pub(crate) captured_on: Option<Date>,
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
            receipt: None,
            pay_by: None,
            past_orders: Vec::new(),
            references: 0,
            url: None,
            captured_on: None,
        };
        payment.charge(fee);
        payment
    }

    /// Makes `fee` what is due, as far as the method asks for anything; nothing is paid yet.
    pub(crate) fn charge(&mut self, fee: i64) {
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
        self.pay_by = None;
    }

    /// Goes on with the references of an earlier payment: a late report on one of them is still known.
    pub(crate) fn count_on_from(&mut self, earlier: &mut Payment) {
        self.references = earlier.references;
        self.past_orders = std::mem::take(&mut earlier.past_orders);
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
        self.amount_paid = office.defects.booked(amount, *office.payments);
        self.receipt_count = 1;
        self.state = state;
        self.pay_by = None;
    }
}

/// Books money that has come in for the fee, and numbers the receipt.
pub(crate) fn book(dossier: &mut Dossier, state: PaymentState, amount: i64, office: &mut Office<'_>) {
    dossier.payment.settle(state, amount, office);
    dossier.payment.receipt = Some(ReceiptNumber(*office.payments));
}

/// Replaces the fee when it is assessed at acceptance.
pub(crate) fn assess(dossier: &mut Dossier, fee: i64) -> Result<(), Problem> {
    if fee == dossier.fee {
        return Ok(());
    }
    match dossier.payment.state {
        PaymentState::Pending
        | PaymentState::Paid
        | PaymentState::Collected
        | PaymentState::Remitted
        | PaymentState::Reconciled
        | PaymentState::Refunded => Err(Problem::new(
            Kind::PaymentInProgress,
            format!("the fee of {} was already ordered or paid", dossier.fee),
        )),
        // An applicant who is exempt need not pay another fee either.
        PaymentState::Exempt => {
            dossier.fee = fee;
            Ok(())
        }
        PaymentState::None | PaymentState::Required | PaymentState::CodRequested => {
            dossier.fee = fee;
            dossier.payment.charge(fee);
            Ok(())
        }
    }
}

/// Takes cash at the counter: of applicants who chose to pay there, who fetch what the post could not deliver, and
/// who have ordered online too often in vain.
pub(crate) fn collect(
    dossier: &mut Dossier,
    amount: i64,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    let payment = &dossier.payment;
    match (payment.method, payment.state) {
        (_, state) if state.is_settled() => return Err(Problem::new(Kind::AlreadyPaid, "the fee is paid")),
        (PaymentMethod::Counter, PaymentState::Required) => {}
        (PaymentMethod::Cod, PaymentState::CodRequested) if dossier.parcel.is_back() => {}
        (PaymentMethod::Online, PaymentState::Required) if platform::is_worn_out(payment) => {}
        _ => return Err(Problem::new(Kind::NothingToPay, "nothing is to be paid at the counter")),
    }
    if amount != payment.amount_due {
        return Err(Problem::field("amount", format!("must be the amount due, {}", payment.amount_due)));
    }
    if !dossier.is_open() && dossier.state != State::Completed {
        return Err(dossier.illegal());
    }
    book(dossier, PaymentState::Paid, amount, office);
    dossier.log(Event::Paid, actor, office.now);
    Ok(())
}

/// Exempts an applicant from the fee, as the law does for some: nothing is due any more.
pub(crate) fn exempt(
    dossier: &mut Dossier,
    reason: String,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    match dossier.payment.state {
        PaymentState::Required | PaymentState::CodRequested => {}
        PaymentState::Pending => {
            return Err(Problem::new(Kind::PaymentInProgress, "it was ordered at the payment platform"));
        }
        PaymentState::Paid | PaymentState::Collected | PaymentState::Remitted | PaymentState::Reconciled => {
            return Err(Problem::new(Kind::AlreadyPaid, "the fee is paid"));
        }
        PaymentState::None | PaymentState::Refunded | PaymentState::Exempt => {
            return Err(Problem::new(Kind::NothingToPay, "nothing is to be paid"));
        }
    }
    if !dossier.is_open() {
        return Err(dossier.illegal());
    }
    dossier.payment.charge(0);
    dossier.payment.state = PaymentState::Exempt;
    dossier.log(Event::FeeExempted, actor, office.now);
    dossier.give_reason(reason);
    Ok(())
}
