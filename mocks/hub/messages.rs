//! SMS and e-mail: no message is delivered, and any client can ask for them.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::hub::Hub;
use crate::sink::{Kept, Letter};
use crate::wire;

const LONGEST_TEXT: usize = 4_000;
const LONGEST_ADDRESS: usize = 200;
const DEFAULT_LIMIT: usize = 100;
const MAXIMAL_LIMIT: usize = 1_000;

#[derive(Serialize)]
struct Receipt {
    id: u64,
}

/// `POST /messages`: a message that is to be sent.
pub(crate) async fn post(Shared(hub): Shared<Arc<Hub>>, letter: Result<Json<Letter>, JsonRejection>) -> Response {
    let letter = match letter {
        Ok(Json(letter)) => letter,
        Err(rejection) => return wire::problem(rejection.status(), "Không đọc được tin nhắn", &rejection.body_text()),
    };
    let addresses = [&letter.recipient, &letter.sender, &letter.subject];
    let is_flawed = letter.recipient.trim().is_empty()
        || letter.text.is_empty()
        || letter.text.len() > LONGEST_TEXT
        || addresses.iter().any(|text| text.len() > LONGEST_ADDRESS);
    if is_flawed {
        let english = "recipient and text must not be empty; a text has 4,000 bytes at most, all others 200";
        return wire::problem(StatusCode::UNPROCESSABLE_ENTITY, "Tin nhắn thiếu hoặc quá dài", english);
    }
    let id = hub.records().sink.keep(letter);
    (StatusCode::CREATED, Json(Receipt { id })).into_response()
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reading {
    recipient: Option<String>,
    #[serde(default)]
    since: u64,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Page<'sink> {
    /// The cursor for the next page.
    next: u64,
    /// How many messages were dropped because there was no room.
    dropped: u64,
    messages: Vec<&'sink Kept>,
}

/// `GET /messages?recipient=R&since=ID&limit=N`: the messages after number `since`, oldest first.
pub(crate) async fn read(Shared(hub): Shared<Arc<Hub>>, Query(reading): Query<Reading>) -> Response {
    let records = hub.records();
    let limit = reading.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAXIMAL_LIMIT);
    let messages = records.sink.since(reading.since, reading.recipient.as_deref(), limit);
    let next = messages.last().map_or(reading.since, |message| message.id);
    Json(Page { next, dropped: records.sink.dropped, messages }).into_response()
}
