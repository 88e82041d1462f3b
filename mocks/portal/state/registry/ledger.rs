//! The money of all dossiers together: what the peers ought to have in their ledgers, and what they do have.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::domain::dossier::{Actor, Dossier};
use crate::domain::dossier_id::DossierId;
use crate::domain::payments::debt::Debt;
use crate::domain::payments::payment::{Payment, PaymentState};
use crate::domain::payments::refunds;
use crate::domain::payments::settlement::Line;
use crate::domain::states::Event;
use crate::state::registry::Registry;

/// What the portal has booked, by reference or waybill, in whole VND.
pub(crate) type Booked = BTreeMap<String, i64>;

impl Registry {
    /// What the platform has captured on a day of its clock, as the portal knows it, by reference.
    pub(crate) fn captured_on(&self, day: Date) -> Booked {
        let payments = self.dossiers.iter().flat_map(Dossier::payments);
        payments.flat_map(|payment| captures(payment, day)).collect()
    }

    /// What the portal says about a line of the settlement file; a payment that agrees is reconciled.
    pub(crate) fn settle_line(&mut self, line: &Line, actor: &Actor) -> Option<i64> {
        let id = self.find(Debt::of(&line.reference)?.0).ok()?;
        let dossier = self.get(id).ok()?;
        let booked = dossier.payments().find_map(|payment| booked(payment, line))?;
        let is_open = |payment: &Payment| {
            payment.state == PaymentState::Paid && payment.reference.as_ref() == Some(&line.reference)
        };
        if booked == line.amount && line.refund.is_none() && dossier.payments().any(is_open) {
            let reconciled = self.change(id, |dossier, office| {
                let is_it = |payment: &&mut Payment| payment.reference.as_ref() == Some(&line.reference);
                let payment = dossier.payments_mut().find(is_it);
                if let Some(payment) = payment.filter(|payment| payment.state == PaymentState::Paid) {
                    payment.state = PaymentState::Reconciled;
                    dossier.log(Event::Reconciled, actor.clone(), office.now);
                }
                Ok(())
            });
            // It was found above under the same lock.
            drop(reconciled);
        }
        Some(booked)
    }

    /// What was collected on delivery and is not reconciled, by waybill.
    pub(crate) fn collected(&self) -> Booked {
        let open = self
            .dossiers
            .iter()
            .filter(|dossier| matches!(dossier.payment.state, PaymentState::Collected | PaymentState::Remitted));
        open.filter_map(|dossier| Some((dossier.parcel.waybill.clone()?, dossier.payment.amount_paid))).collect()
    }

    /// What the portal has booked for a parcel whose money the post has passed on, and which dossier that is.
    pub(crate) fn booked_for(&self, order_number: &str, waybill: &str) -> Option<(DossierId, i64)> {
        let id = self.find(order_number).ok()?;
        let dossier = self.get(id).ok()?;
        let is_it = dossier.parcel.waybill.as_deref() == Some(waybill);
        let amount = if dossier.payment.state.is_settled() { dossier.payment.amount_paid } else { 0 };
        is_it.then_some((id, amount))
    }

    /// Notes that the post has passed on what it collected.
    pub(crate) fn remit(&mut self, id: DossierId, actor: &Actor) {
        self.pass_on(id, (PaymentState::Collected, PaymentState::Remitted), (Event::Remitted, actor));
    }

    /// Notes that both sides agree on a remittance.
    pub(crate) fn agree(&mut self, id: DossierId, actor: &Actor) {
        self.pass_on(id, (PaymentState::Remitted, PaymentState::Reconciled), (Event::Reconciled, actor));
    }

    fn pass_on(&mut self, id: DossierId, (from, to): (PaymentState, PaymentState), (event, actor): (Event, &Actor)) {
        let passed = self.change(id, |dossier, office| {
            if dossier.payment.state == from {
                dossier.payment.state = to;
                dossier.log(event, actor.clone(), office.now);
            }
            Ok(())
        });
        // If the registry was emptied since the place was found, there is nothing to note.
        drop(passed);
    }
}

/// What was captured for a payment on a day, whether it counts or was too much.
fn captures(payment: &Payment, day: Date) -> impl Iterator<Item = (String, i64)> {
    let is_it = payment.captured_on == Some(day);
    let own = payment.reference.clone().filter(|_| is_it).map(|reference| (reference, payment.amount_paid));
    let overpaid = payment.past_orders.iter().filter_map(move |order| {
        let overpayment = order.overpayment.as_ref().filter(|overpayment| overpayment.captured_on == Some(day))?;
        Some((order.reference.clone(), overpayment.amount))
    });
    own.into_iter().chain(overpaid)
}

/// What is booked of a movement, if it is one of this payment.
fn booked(payment: &Payment, line: &Line) -> Option<i64> {
    if line.refund.as_ref().is_some_and(|name| *name != refunds::name(&line.reference)) {
        return None;
    }
    let is_refund = line.refund.is_some();
    let sign = if is_refund { -1 } else { 1 };
    if payment.reference.as_ref() == Some(&line.reference) {
        let is_back = payment.state == PaymentState::Refunded;
        let is_booked = is_back || payment.state.is_settled() && !is_refund;
        return is_booked.then_some(sign * payment.amount_paid);
    }
    let order = payment.past_orders.iter().find(|order| order.reference == line.reference)?;
    let overpayment = order.overpayment.as_ref()?;
    let is_booked = !is_refund || overpayment.refunded_at.is_some();
    is_booked.then_some(sign * overpayment.amount)
}
