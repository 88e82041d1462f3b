//! The counters: visitors draw a ticket and see how long they wait.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::ledger::{Direction, Message};
use crate::post::Post;
use crate::queue::COUNTERS;
use crate::refusal::{Body, Refusal, is_flawed};

/// A visitor, and the dossier.
#[derive(Debug, Deserialize)]
pub(crate) struct Visit {
    order_number: String,
}

/// `POST /counters/tickets`: draws a ticket.
pub(crate) async fn draw(Shared(post): Shared<Arc<Post>>, Body(visit): Body<Visit>) -> Result<Response, Refusal> {
    if is_flawed(&visit.order_number) {
        return Err(Refusal::fields(vec!["order_number"]));
    }
    let now = Instant::now();
    let mut records = post.records();
    if records.ledger.is_full() {
        return Err(Refusal::full("the ledger"));
    }
    let number = records.counters.draw(now, post.behaviour.service_time);
    let detail = format!("{} waiting", records.counters.waiting(now));
    let status = if number.is_some() { StatusCode::CREATED } else { StatusCode::SERVICE_UNAVAILABLE };
    records.ledger.enter(Message {
        direction: Direction::In,
        reference: number.map_or_else(String::new, |number| format!("Q{number}")),
        dossier: visit.order_number,
        state: if number.is_some() { "waiting" } else { "refused" },
        status: Some(status.as_u16()),
        detail,
        ..Message::internal("ticket")
    });
    match number.and_then(|number| records.counters.ticket(number, now)) {
        Some(ticket) => Ok((status, Json(ticket)).into_response()),
        None => Err(Refusal::full("the queue")),
    }
}

/// `GET /counters/tickets/{number}`: how long a visitor has to wait.
pub(crate) async fn show(Shared(post): Shared<Arc<Post>>, Path(number): Path<usize>) -> Result<Response, Refusal> {
    let ticket = post.records().counters.ticket(number, Instant::now());
    ticket.map(|ticket| Json(ticket).into_response()).ok_or_else(|| Refusal::unknown("ticket"))
}

#[derive(Serialize)]
struct Overview {
    counters: usize,
    busy: usize,
    waiting: usize,
    tickets: usize,
}

/// `GET /counters`: how long the queue is.
pub(crate) async fn overview(Shared(post): Shared<Arc<Post>>) -> Response {
    let now = Instant::now();
    let records = post.records();
    let counters = &records.counters;
    Json(Overview {
        counters: COUNTERS,
        busy: counters.busy(now),
        waiting: counters.waiting(now),
        tickets: counters.drawn(),
    })
    .into_response()
}
