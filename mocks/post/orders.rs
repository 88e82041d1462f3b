//! What the portal asks the post: to deliver a result, and where a parcel is.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::ledger::{Direction, Message};
use crate::parcel::{Parcel, Stage};
use crate::server::Post;

const ACCEPTED: &str = "100";
const ALREADY_SENT: &str = "101";
const UNAUTHORISED: &str = "401";
const INCOMPLETE: &str = "422";

/// An order as the portal sends it; a field that is absent is as good as an empty one.
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
    /// The names of the required fields that are empty, and of those that cannot be true.
    fn flaws(&self) -> Vec<&'static str> {
        let fields = [
            ("customer_code", self.customer_code.is_empty()),
            ("order_number", self.number.is_empty()),
            ("item", self.item.is_empty()),
            ("cod_amount", self.cod_amount < 0),
            ("receiver_name", self.receiver_name.is_empty()),
            ("receiver_address", self.receiver_address.is_empty()),
            ("receiver_phone", self.receiver_phone.is_empty()),
            ("status_url", self.status_url.is_empty()),
        ];
        fields.into_iter().filter_map(|(name, is_flawed)| is_flawed.then_some(name)).collect()
    }
}

#[derive(Serialize)]
struct Accepted {
    status: &'static str,
    waybill: String,
}

#[derive(Serialize)]
struct Refusal {
    status: &'static str,
    missing: Vec<&'static str>,
}

/// `POST /orders`: takes a parcel over; the same order number again is answered with the same waybill.
pub(crate) async fn open(
    Shared(post): Shared<Arc<Post>>,
    headers: HeaderMap,
    order: Result<Json<Order>, JsonRejection>,
) -> Response {
    let order = order.map(|Json(order)| order);
    if headers.get("access_token").is_none_or(|token| token.as_bytes() != post.config.token.as_bytes()) {
        let order = order.unwrap_or_default();
        post.books().ledger.enter(signal(&order, StatusCode::UNAUTHORIZED, UNAUTHORISED, String::new()));
        return refuse(StatusCode::UNAUTHORIZED, UNAUTHORISED, Vec::new());
    }
    let (order, flaws) = match order {
        Ok(order) => {
            let flaws = order.flaws();
            (order, flaws)
        }
        Err(_) => (Order::default(), vec!["body"]),
    };
    if !flaws.is_empty() {
        post.books().ledger.enter(signal(&order, StatusCode::UNPROCESSABLE_ENTITY, INCOMPLETE, String::new()));
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, INCOMPLETE, flaws);
    }
    let (status, waybill) = take_over(&post, &order);
    post.new_order.notify_one();
    Json(Accepted { status, waybill }).into_response()
}

fn take_over(post: &Post, order: &Order) -> (&'static str, String) {
    let mut books = post.books();
    let known = books.by_order(&order.number).map(|parcel| parcel.waybill.clone());
    let (status, waybill) = match known {
        Some(waybill) => (ALREADY_SENT, waybill),
        None => (ACCEPTED, books.open(new_parcel(post, order), clock::timer())),
    };
    books.ledger.enter(signal(order, StatusCode::OK, status, waybill.clone()));
    (status, waybill)
}

fn new_parcel(post: &Post, order: &Order) -> Parcel {
    Parcel {
        waybill: String::new(),
        order_number: order.number.clone(),
        cod_amount: order.cod_amount,
        status_url: order.status_url.clone(),
        transit: post.config.transit_of(&order.number),
        stage: Stage::Ordered,
    }
}

fn signal(order: &Order, status: StatusCode, code: &str, waybill: String) -> Message {
    Message {
        direction: Direction::In,
        kind: "order",
        reference: waybill,
        dossier: order.number.clone(),
        amount: order.cod_amount,
        state: if status == StatusCode::OK { Stage::Ordered.word() } else { "refused" },
        status: Some(status.as_u16()),
        detail: code.to_owned(),
    }
}

fn refuse(status: StatusCode, code: &'static str, missing: Vec<&'static str>) -> Response {
    (status, Json(Refusal { status: code, missing })).into_response()
}

#[derive(Serialize)]
struct Tracking<'parcel> {
    waybill: &'parcel str,
    order_number: &'parcel str,
    status_code: &'static str,
    status: &'static str,
    cod_amount: i64,
    cod_collected: i64,
}

/// `GET /orders/{order_number}`: where a parcel is.
pub(crate) async fn track(Shared(post): Shared<Arc<Post>>, Path(order_number): Path<String>) -> Response {
    let books = post.books();
    let Some(parcel) = books.by_order(&order_number) else {
        return refuse(StatusCode::NOT_FOUND, "404", Vec::new());
    };
    Json(Tracking {
        waybill: &parcel.waybill,
        order_number: &parcel.order_number,
        status_code: parcel.stage.code(),
        status: parcel.stage.word(),
        cod_amount: parcel.cod_amount,
        cod_collected: parcel.cod_collected(),
    })
    .into_response()
}
