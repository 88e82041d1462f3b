//! Orders: to deliver a result, to cancel that, and to track a parcel.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::drawn::Drawn;
use crate::faults::Fault;
use crate::ledger::{Direction, Message};
use crate::parcel::Parcel;
use crate::post::Post;
use crate::records::{Records, Uncancellable};
use crate::refusal::{Authorised, Refusal, is_flawed};
use crate::stage::{Stage, Way};

pub(crate) const ACCEPTED: &str = "100";
pub(crate) const ALREADY_SENT: &str = "101";
const UNAUTHORISED: &str = "401";
const INCOMPLETE: &str = "422";
const FULL: &str = "503";

/// The most that a receiver can be asked to pay: 10,000 billion VND, so that no sum of all parcels leaves an `i64`.
const MOST_TO_COLLECT: i64 = 10_000_000_000_000;

/// An order as the portal sends it; an absent field counts as empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Order {
    customer_code: String,
    #[serde(rename = "order_number")]
    number: String,
    item: String,
    cod_amount: i64,
    receiver_name: String,
    receiver_address: String,
    receiver_phone: String,
    status_url: String,
}

impl Order {
    /// The names of the required fields that are empty, and of invalid ones.
    fn flaws(&self) -> Vec<&'static str> {
        let fields = [
            ("customer_code", is_flawed(&self.customer_code)),
            ("order_number", is_flawed(&self.number)),
            ("item", is_flawed(&self.item)),
            ("cod_amount", !(0..=MOST_TO_COLLECT).contains(&self.cod_amount)),
            ("receiver_name", is_flawed(&self.receiver_name)),
            ("receiver_address", is_flawed(&self.receiver_address)),
            ("receiver_phone", is_flawed(&self.receiver_phone)),
            ("status_url", is_flawed(&self.status_url)),
        ];
        fields.into_iter().filter_map(|(name, is_flawed)| is_flawed.then_some(name)).collect()
    }
}

/// What is to be carried: the content of an order or a pick-up.
pub(crate) struct Wanted<'order> {
    pub(crate) way: Way,
    pub(crate) customer: &'order str,
    pub(crate) order_number: &'order str,
    pub(crate) cod_amount: i64,
    pub(crate) documents: u32,
    pub(crate) status_url: &'order str,
}

/// What a portal receives about a parcel that was taken over.
#[derive(Serialize)]
pub(crate) struct Accepted {
    pub(crate) status: &'static str,
    pub(crate) waybill: String,
}

#[derive(Serialize)]
struct Declined {
    status: &'static str,
    missing: Vec<&'static str>,
}

/// `POST /orders`: takes a parcel over; the same order number again is answered with the same waybill, unless
/// that parcel was cancelled, lost or returned.
pub(crate) async fn open(
    Shared(post): Shared<Arc<Post>>,
    headers: HeaderMap,
    order: Result<Json<Order>, JsonRejection>,
) -> Response {
    let order = order.map(|Json(order)| order);
    if headers.get("access_token").is_none_or(|token| token.as_bytes() != post.config.token.as_bytes()) {
        return refuse(&post, &order.unwrap_or_default(), StatusCode::UNAUTHORIZED, Vec::new());
    }
    let (order, flaws) = match order {
        Ok(order) => {
            let flaws = order.flaws();
            (order, flaws)
        }
        Err(_) => (Order::default(), vec!["body"]),
    };
    if !flaws.is_empty() {
        return refuse(&post, &order, StatusCode::UNPROCESSABLE_ENTITY, flaws);
    }
    let Some((status, waybill)) = take_order(&post, &order) else {
        return decline(StatusCode::SERVICE_UNAVAILABLE, FULL, Vec::new());
    };
    post.new_order.notify_one();
    Json(Accepted { status, waybill }).into_response()
}

fn take_order(post: &Post, order: &Order) -> Option<(&'static str, String)> {
    let wanted = Wanted {
        way: Way::ToCitizen,
        customer: &order.customer_code,
        order_number: &order.number,
        cod_amount: order.cod_amount,
        documents: 0,
        status_url: &order.status_url,
    };
    let mut records = post.records();
    let (status, waybill) = take_over(post, &mut records, &wanted)?;
    records.ledger.enter(signal(order, StatusCode::OK, status, waybill.clone()));
    mark_delay(&mut records, &wanted, status);
    Some((status, waybill))
}

/// Records a parcel, or finds the one that the order repeats; `None`: the records are full.
pub(crate) fn take_over(post: &Post, records: &mut Records, wanted: &Wanted<'_>) -> Option<(&'static str, String)> {
    if let Some(parcel) = records.standing(wanted.way, wanted.order_number) {
        return Some((ALREADY_SENT, parcel.waybill.clone()));
    }
    if records.is_full() {
        return None;
    }
    let round = records.by_order(wanted.way, wanted.order_number).map_or(0, |parcel| parcel.round.saturating_add(1));
    let drawn = Drawn::of(post, wanted.way, wanted.order_number, (round, wanted.cod_amount));
    let parcel = Parcel {
        waybill: String::new(),
        order_number: wanted.order_number.to_owned(),
        way: wanted.way,
        customer: wanted.customer.to_owned(),
        cod_amount: wanted.cod_amount,
        documents: wanted.documents,
        status_url: wanted.status_url.to_owned(),
        transit: drawn.transit,
        stage: Stage::Ordered,
        delivery_faults: drawn.delivery_faults,
        is_delayed: drawn.is_delayed,
        round,
        held_back: None,
    };
    Some((ACCEPTED, records.open(parcel, Instant::now())))
}

/// Records that a new parcel will take longer, if it will.
pub(crate) fn mark_delay(records: &mut Records, wanted: &Wanted<'_>, status: &str) {
    let delayed = records.by_order(wanted.way, wanted.order_number).filter(|parcel| parcel.is_delayed);
    if let Some(parcel) = delayed.filter(|_| status == ACCEPTED) {
        let message = Message { fault: Some(Fault::Delayed), ..parcel.internal("delayed", 0) };
        records.ledger.enter(message);
    }
}

fn signal(order: &Order, status: StatusCode, code: &str, waybill: String) -> Message {
    let state = if status == StatusCode::OK { Stage::Ordered.word(Way::ToCitizen) } else { "refused" };
    Message {
        direction: Direction::In,
        kind: "order",
        reference: waybill,
        dossier: order.number.clone(),
        amount: order.cod_amount,
        state,
        status: Some(status.as_u16()),
        detail: code.to_owned(),
        fault: None,
    }
}

/// Refuses an order and records that, as long as there is room.
fn refuse(post: &Post, order: &Order, status: StatusCode, missing: Vec<&'static str>) -> Response {
    let code = if status == StatusCode::UNAUTHORIZED { UNAUTHORISED } else { INCOMPLETE };
    let mut records = post.records();
    if records.ledger.is_full() {
        return decline(StatusCode::SERVICE_UNAVAILABLE, FULL, Vec::new());
    }
    records.ledger.enter(signal(order, status, code, String::new()));
    decline(status, code, missing)
}

fn decline(status: StatusCode, code: &'static str, missing: Vec<&'static str>) -> Response {
    (status, Json(Declined { status: code, missing })).into_response()
}

#[derive(Serialize)]
struct Tracking<'parcel> {
    waybill: &'parcel str,
    order_number: &'parcel str,
    status_code: &'static str,
    status: &'static str,
    cod_amount: i64,
    cod_collected: i64,
    /// The papers that a citizen handed over; a result has none.
    #[serde(skip_serializing_if = "is_zero")]
    documents: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// `GET /orders/{order_number}`: where a parcel is.
pub(crate) async fn track(Shared(post): Shared<Arc<Post>>, Path(order_number): Path<String>) -> Response {
    tracking(&post, Way::ToCitizen, &order_number)
}

/// Where the last parcel with this order number is.
pub(crate) fn tracking(post: &Post, way: Way, order_number: &str) -> Response {
    let records = post.records();
    let Some(parcel) = records.by_order(way, order_number) else {
        return decline(StatusCode::NOT_FOUND, "404", Vec::new());
    };
    Json(Tracking {
        waybill: &parcel.waybill,
        order_number: &parcel.order_number,
        status_code: parcel.stage.code(way),
        status: parcel.stage.word(way),
        cod_amount: parcel.cod_amount,
        cod_collected: parcel.cod_collected(),
        documents: parcel.documents,
    })
    .into_response()
}

/// `POST /orders/{order_number}/cancel`: cancels a parcel that was not picked up.
pub(crate) async fn cancel(
    Shared(post): Shared<Arc<Post>>,
    _: Authorised,
    Path(order_number): Path<String>,
) -> Result<Response, Refusal> {
    cancel_parcel(&post, Way::ToCitizen, &order_number)
}

/// Cancels the last parcel with this order number.
pub(crate) fn cancel_parcel(post: &Post, way: Way, order_number: &str) -> Result<Response, Refusal> {
    let cancelled = post.records().cancel(way, order_number);
    match cancelled {
        Ok(parcel) => Ok(Json(Accepted { status: ACCEPTED, waybill: parcel.waybill }).into_response()),
        Err(Uncancellable::Unknown) => Err(Refusal::unknown("order")),
        Err(Uncancellable::TooLate(stage)) => {
            Err(Refusal::conflict(format!("too late to cancel: the parcel is {}", stage.word(way))))
        }
    }
}
