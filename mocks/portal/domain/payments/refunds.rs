//! Refunds: of the fee of a dossier that ended without service, and of overpayments. Once each.
//!
//! A tax that was owed is the treasury's, which gives it back itself.

use schemars::JsonSchema;
use serde::Serialize;

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::office::Office;
use crate::domain::payments::payment::{Payment, PaymentState};
use crate::domain::payments::platform::Overpayment;
use crate::domain::problem::{Kind, Problem};
use crate::domain::states::{Event, State};

/// What is to be refunded.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Refund")]
pub(crate) struct Refund {
    dossier: String,
    /// The payment it came by; absent for cash.
    pub(crate) reference: Option<String>,
    /// The portal's name of the refund, by which the platform recognises it when it is ordered again.
    pub(crate) name: String,
    /// In whole VND.
    pub(crate) amount: i64,
}

/// The name of the refund of a payment.
pub(crate) fn name(reference: &str) -> String {
    format!("{reference}-R1")
}

/// The next refund that is possible: an overpayment, whenever it was; the fee, if there was no service for it.
pub(crate) fn wanted(dossier: &Dossier, defects: Defects) -> Result<Refund, Problem> {
    if let Some((reference, amount)) = dossier.payments().find_map(overpaid) {
        let reference = reference.to_owned();
        return Ok(Refund {
            dossier: dossier.code.clone(),
            name: name(&reference),
            reference: Some(reference),
            amount,
        });
    }
    let payment = &dossier.payment;
    let is_again = payment.state == PaymentState::Refunded && defects.has(Defect::RefundTwice);
    if !payment.state.is_settled() && !is_again {
        return Err(Problem::new(Kind::NothingToRefund, "nothing was paid that has not gone back"));
    }
    if !matches!(dossier.state, State::Rejected | State::Stopped) {
        return Err(dossier.not_yet("a fee goes back where there was no service for it"));
    }
    let reference = payment.transaction.as_ref().and(payment.reference.clone());
    let mut name = name(reference.as_deref().unwrap_or(&dossier.code));
    if is_again {
        name.push_str("-again");
    }
    Ok(Refund { dossier: dossier.code.clone(), reference, name, amount: payment.amount_paid })
}

fn overpaid(payment: &Payment) -> Option<(&str, i64)> {
    payment.past_orders.iter().find_map(|order| {
        let overpayment = order.overpayment.as_ref().filter(|overpayment| overpayment.refunded_at.is_none())?;
        Some((order.reference.as_str(), overpayment.amount))
    })
}

/// Records a refund, unless another clerk was faster.
pub(crate) fn note(
    dossier: &mut Dossier,
    refund: &Refund,
    actor: Actor,
    office: &mut Office<'_>,
) -> Result<(), Problem> {
    let still = wanted(dossier, office.defects)?;
    if still.name != refund.name {
        return Err(Problem::new(Kind::NothingToRefund, "it has gone back already"));
    }
    match overpayment(dossier, refund) {
        Some(overpayment) => overpayment.refunded_at = Some(office.now),
        None => dossier.payment.state = PaymentState::Refunded,
    }
    dossier.log(Event::Refunded, actor, office.now);
    dossier.give_reason(format!("{}: {} VND", refund.name, refund.amount));
    Ok(())
}

/// The overpayment that is refunded; `None` if it is the fee.
fn overpayment<'dossier>(dossier: &'dossier mut Dossier, refund: &Refund) -> Option<&'dossier mut Overpayment> {
    let mut orders = dossier.payments_mut().flat_map(|payment| &mut payment.past_orders);
    orders.find(|order| Some(&order.reference) == refund.reference.as_ref())?.overpayment.as_mut()
}
