//! Paper dossiers fetched from citizens: `POST /pickups` and what follows.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::ledger::{Direction, Message};
use crate::orders::{self, Accepted, Wanted};
use crate::post::Post;
use crate::refusal::{Authorised, Body, Refusal, is_flawed};
use crate::stage::{Stage, Way};

/// More papers than this do not fit into an envelope.
const MOST_DOCUMENTS: u32 = 1_000;

/// A pick-up as the portal orders it; an absent field counts as empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PickUp {
    customer_code: String,
    order_number: String,
    sender_name: String,
    sender_address: String,
    sender_phone: String,
    documents: u32,
    status_url: String,
}

impl PickUp {
    fn check(&self) -> Result<(), Refusal> {
        let fields = [
            ("customer_code", is_flawed(&self.customer_code)),
            ("order_number", is_flawed(&self.order_number)),
            ("sender_name", is_flawed(&self.sender_name)),
            ("sender_address", is_flawed(&self.sender_address)),
            ("sender_phone", is_flawed(&self.sender_phone)),
            ("documents", !(1..=MOST_DOCUMENTS).contains(&self.documents)),
            ("status_url", is_flawed(&self.status_url)),
        ];
        let flaws: Vec<_> = fields.into_iter().filter_map(|(name, is_flawed)| is_flawed.then_some(name)).collect();
        if flaws.is_empty() { Ok(()) } else { Err(Refusal::fields(flaws)) }
    }
}

/// `POST /pickups`: has a paper dossier fetched; the same order number again is answered with the same waybill.
pub(crate) async fn open(
    Shared(post): Shared<Arc<Post>>,
    _: Authorised,
    Body(pick_up): Body<PickUp>,
) -> Result<Response, Refusal> {
    pick_up.check()?;
    let wanted = Wanted {
        way: Way::ToAgency,
        customer: &pick_up.customer_code,
        order_number: &pick_up.order_number,
        cod_amount: 0,
        documents: pick_up.documents,
        status_url: &pick_up.status_url,
    };
    let (status, waybill) = {
        let mut records = post.records();
        let (status, waybill) =
            orders::take_over(&post, &mut records, &wanted).ok_or_else(|| Refusal::full("the book of orders"))?;
        records.ledger.enter(Message {
            direction: Direction::In,
            reference: waybill.clone(),
            dossier: pick_up.order_number.clone(),
            state: Stage::Ordered.word(Way::ToAgency),
            status: Some(StatusCode::OK.as_u16()),
            detail: format!("{status} {} documents", pick_up.documents),
            ..Message::internal("pickup_order")
        });
        orders::mark_delay(&mut records, &wanted, status);
        (status, waybill)
    };
    post.new_order.notify_one();
    Ok(Json(Accepted { status, waybill }).into_response())
}

/// `GET /pickups/{order_number}`: where a paper dossier is.
pub(crate) async fn track(Shared(post): Shared<Arc<Post>>, Path(order_number): Path<String>) -> Response {
    orders::tracking(&post, Way::ToAgency, &order_number)
}

/// `POST /pickups/{order_number}/cancel`: cancels a pick-up.
pub(crate) async fn cancel(
    Shared(post): Shared<Arc<Post>>,
    _: Authorised,
    Path(order_number): Path<String>,
) -> Result<Response, Refusal> {
    orders::cancel_parcel(&post, Way::ToAgency, &order_number)
}
