//! Payments, parcels, pick-ups and tax notices as they are shown: without what only the portal itself needs to know.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::delivery::parcels::{Parcel, ParcelState};
use crate::domain::delivery::pickups::{Pickup, PickupState};
use crate::domain::moment::Moment;
use crate::domain::payments::obligations::{Line, Obligation};
use crate::domain::payments::payment::{Payment, PaymentState, ReceiptNumber};
use crate::domain::payments::platform::{OrderEnd, Overpayment, PastOrder};
use crate::domain::submission::PaymentMethod;

/// The payment of one dossier: about 200 bytes, and 150 for each order that came to nothing.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Payment")]
pub(crate) struct PaymentView<'dossier> {
    method: PaymentMethod,
    state: PaymentState,
    amount_due: i64,
    amount_paid: i64,
    /// The reference of the present order at the payment platform.
    reference: Option<&'dossier str>,
    transaction: Option<&'dossier str>,
    receipt_count: u32,
    /// The number of the receipt, once a fee is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<ReceiptNumber>,
    /// Until when the present order can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_by: Option<Moment>,
    /// The orders that failed, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    past_orders: Vec<PastOrderView<'dossier>>,
}

impl<'dossier> PaymentView<'dossier> {
    pub(crate) fn new(payment: &'dossier Payment) -> Self {
        Self {
            method: payment.method,
            state: payment.state,
            amount_due: payment.amount_due,
            amount_paid: payment.amount_paid,
            reference: payment.reference.as_deref(),
            transaction: payment.transaction.as_deref(),
            receipt_count: payment.receipt_count,
            receipt: payment.receipt,
            pay_by: payment.pay_by,
            past_orders: payment.past_orders.iter().map(PastOrderView::new).collect(),
        }
    }
}

/// An order that failed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PastOrder")]
struct PastOrderView<'dossier> {
    reference: &'dossier str,
    amount: i64,
    end: OrderEnd,
    ended_at: Moment,
    /// Money that arrived for it nevertheless.
    #[serde(skip_serializing_if = "Option::is_none")]
    overpayment: Option<OverpaymentView<'dossier>>,
}

impl<'dossier> PastOrderView<'dossier> {
    fn new(order: &'dossier PastOrder) -> Self {
        let PastOrder { reference, amount, end, ended_at, overpayment } = order;
        let overpayment = overpayment.as_ref().map(OverpaymentView::new);
        Self { reference, amount: *amount, end: *end, ended_at: *ended_at, overpayment }
    }
}

/// Money that was no longer owed when it arrived.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Overpayment")]
struct OverpaymentView<'dossier> {
    transaction: &'dossier str,
    amount: i64,
    received_at: Moment,
    refunded_at: Option<Moment>,
}

impl<'dossier> OverpaymentView<'dossier> {
    fn new(overpayment: &'dossier Overpayment) -> Self {
        let Overpayment { transaction, amount, received_at, refunded_at, captured_on: _ } = overpayment;
        Self { transaction, amount: *amount, received_at: *received_at, refunded_at: *refunded_at }
    }
}

/// The parcel with the result: the last that was ordered.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Parcel")]
pub(crate) struct ParcelView<'dossier> {
    waybill: Option<&'dossier str>,
    state: ParcelState,
    /// How many delivery attempts failed.
    #[serde(skip_serializing_if = "is_zero")]
    failed_attempts: u8,
    /// The waybills before this one, oldest first: their parcels failed.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    earlier: &'dossier [String],
    /// What the receiver paid, in whole VND, if that is not what was ordered: none of it is booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    discrepancy: Option<i64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u8) -> bool {
    *count == 0
}

impl<'dossier> ParcelView<'dossier> {
    pub(crate) fn new(parcel: &'dossier Parcel) -> Self {
        Self {
            waybill: parcel.waybill.as_deref(),
            state: parcel.state,
            failed_attempts: parcel.failed_attempts,
            earlier: &parcel.earlier,
            discrepancy: parcel.discrepancy,
        }
    }
}

/// The latest pick-up of a dossier: about 200 bytes, for the few that have one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Pickup")]
pub(crate) struct PickupView<'dossier> {
    waybill: Option<&'dossier str>,
    state: PickupState,
    /// How many papers there are.
    documents: u32,
    /// The address at which they are fetched.
    address: &'dossier str,
    requested_at: Moment,
    /// How many pick-ups there were, this one included.
    requests: u32,
}

impl<'dossier> PickupView<'dossier> {
    pub(crate) fn new(pickup: &'dossier Pickup) -> Self {
        let Pickup { waybill, state, documents, address, requested_at, requests, before: _ } = pickup;
        Self {
            waybill: waybill.as_deref(),
            state: *state,
            documents: *documents,
            address,
            requested_at: *requested_at,
            requests: *requests,
        }
    }
}

/// A tax notice and what became of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Obligation")]
pub(crate) struct ObligationView<'dossier> {
    /// The number of the notice.
    number: &'dossier str,
    lines: &'dossier [Line],
    noticed_at: Moment,
    payment: PaymentView<'dossier>,
    /// The number of the receipt, once it is paid.
    receipt: Option<&'dossier str>,
}

impl<'dossier> ObligationView<'dossier> {
    pub(crate) fn new(obligation: &'dossier Obligation) -> Self {
        Self {
            number: &obligation.number,
            lines: &obligation.lines,
            noticed_at: obligation.noticed_at,
            payment: PaymentView::new(&obligation.payment),
            receipt: obligation.receipt.as_deref(),
        }
    }
}
