//! Financial obligations of a tax notice (land): the dossier is paused until they are paid.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::dossier::{Actor, Dossier};
use crate::domain::moment::Moment;
use crate::domain::office::Office;
use crate::domain::payments::payment::{Payment, PaymentState};
use crate::domain::problem::{Flaw, Kind, Problem};
use crate::domain::states::{Event, State};
use crate::domain::submission::PaymentMethod;

/// The highest sum of a line, in whole VND.
const HIGHEST: i64 = 1_000_000_000_000;
/// How many lines a notice may have.
const MOST_LINES: usize = 20;
/// The longest number or kind, in characters.
const LONGEST_TEXT: usize = 100;

/// A tax notice and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Obligation {
    /// The number of the notice.
    pub(crate) number: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) noticed_at: Moment,
    pub(crate) payment: Payment,
    /// The number of the receipt, once it is paid.
    pub(crate) receipt: Option<String>,
    /// What was paid on earlier notices: it stays on record.
    pub(crate) earlier: Vec<Payment>,
}

impl Obligation {
    /// The payment of this notice, then those of earlier ones.
    pub(crate) fn payments(&self) -> impl Iterator<Item = &Payment> {
        std::iter::once(&self.payment).chain(&self.earlier)
    }

    pub(crate) fn payments_mut(&mut self) -> impl Iterator<Item = &mut Payment> {
        std::iter::once(&mut self.payment).chain(&mut self.earlier)
    }
}

/// One tax or fee of a notice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Line {
    /// Such as `registration_fee` (lệ phí trước bạ) or `personal_income_tax`.
    kind: String,
    /// In whole VND.
    amount: i64,
}

/// A notice as a clerk enters it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawNotice {
    number: String,
    lines: Vec<Line>,
}

impl RawNotice {
    /// The sum of the lines.
    fn check(&self) -> Result<i64, Problem> {
        let mut flaws = Vec::new();
        let is_text = |text: &String| !text.trim().is_empty() && text.chars().count() <= LONGEST_TEXT;
        if !is_text(&self.number) {
            flaws.push(Flaw::new("number", "is missing"));
        }
        let is_line = |line: &Line| is_text(&line.kind) && (1..=HIGHEST).contains(&line.amount);
        if self.lines.is_empty() || self.lines.len() > MOST_LINES || !self.lines.iter().all(is_line) {
            flaws.push(Flaw::new("lines", "must be 1 to 20, each with a kind and an amount above 0"));
        }
        if flaws.is_empty() { Ok(self.lines.iter().map(|line| line.amount).sum()) } else { Err(Problem::fields(flaws)) }
    }
}

/// Records a tax notice: the dossier waits for the money.
pub(crate) fn notice(
    dossier: &mut Dossier,
    notice: RawNotice,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    dossier.may(Event::TaxNoticed)?;
    let sum = office.defects.stored(notice.check()?);
    let mut payment = Payment::new(PaymentMethod::Online, sum);
    dossier.interrupt(Event::TaxNoticed, notice.number.clone(), actor, office.now)?;
    let mut earlier = Vec::new();
    if let Some(mut before) = dossier.obligation.take() {
        payment.count_on_from(&mut before.payment);
        earlier = before.earlier;
        earlier.extend(Some(before.payment).filter(|paid| paid.state.is_settled()));
    }
    dossier.obligation = Some(Box::new(Obligation {
        number: notice.number,
        lines: notice.lines,
        noticed_at: office.now,
        payment,
        receipt: None,
        earlier,
    }));
    Ok(())
}

/// A receipt of the treasury as a clerk enters it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct RawReceipt {
    number: String,
    amount: Option<i64>,
}

/// Records a receipt of the treasury, for an applicant who has paid there.
pub(crate) fn receipt(
    dossier: &mut Dossier,
    receipt: RawReceipt,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    let State::AwaitingPayment = dossier.state else {
        return Err(dossier.illegal());
    };
    if receipt.number.trim().is_empty() || receipt.number.chars().count() > LONGEST_TEXT {
        return Err(Problem::field("number", "is missing"));
    }
    let Some(obligation) = &mut dossier.obligation else {
        return Err(dossier.illegal());
    };
    let payment = &mut obligation.payment;
    if payment.state == PaymentState::Pending {
        return Err(Problem::new(Kind::PaymentInProgress, "it was ordered at the payment platform"));
    }
    if receipt.amount != Some(payment.amount_due) {
        return Err(Problem::field("amount", format!("must be the amount due, {}", payment.amount_due)));
    }
    payment.settle(PaymentState::Paid, payment.amount_due, office);
    obligation.receipt = Some(receipt.number);
    dossier.resume(Event::TaxPaid, actor, office)
}

/// Called when the payment platform has the money.
pub(crate) fn paid(dossier: &mut Dossier, office: &mut Office<'_>) {
    if let Some(obligation) = &mut dossier.obligation {
        let reference = obligation.payment.reference.as_deref();
        obligation.receipt = reference.map(|reference| office.defects.tax_receipt(reference));
    }
    // A case that was ended meanwhile is not taken up again; the money stays on record.
    if dossier.state != State::AwaitingPayment || dossier.resume(Event::TaxPaid, Actor::Bank, office).is_err() {
        dossier.log(Event::TaxPaid, Actor::Bank, office.now);
    }
}
