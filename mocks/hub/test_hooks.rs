//! Test hooks: switch outages, reset all state, count.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State as Shared;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::hub::Hub;
use crate::ledger::Message;
use crate::outage::Mode;
use crate::records::Records;
use crate::wire;

pub(crate) fn routes() -> Router<Arc<Hub>> {
    Router::new()
        .route("/_test/outage", put(switch_on).delete(switch_off).get(show))
        .route("/_test/reset", post(reset))
        .route("/_test/state", get(count))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    mode: String,
    /// The duration; by default until it is switched off.
    seconds: Option<f64>,
}

async fn switch_on(Shared(hub): Shared<Arc<Hub>>, wanted: Result<Json<Wanted>, JsonRejection>) -> Response {
    let wanted = match wanted {
        Ok(Json(wanted)) => wanted,
        Err(rejection) => return wire::problem(rejection.status(), "Không đọc được yêu cầu", &rejection.body_text()),
    };
    let mode = Mode::from_name(&wanted.mode);
    let length = Duration::try_from_secs_f64(wanted.seconds.unwrap_or(1e9));
    match (mode, length) {
        (Some(mode), Ok(length)) => {
            hub.switch(Some((mode, length)));
            enter(&hub, "outage_begun", Some(mode));
            show(Shared(hub)).await
        }
        (None, _) => {
            let known = Mode::ALL.map(Mode::name).join(", ");
            wire::problem(StatusCode::UNPROCESSABLE_ENTITY, "Không có kiểu sự cố này", &format!("mode: one of {known}"))
        }
        (_, Err(_)) => wire::problem(StatusCode::UNPROCESSABLE_ENTITY, "Thời gian không đúng", "seconds: not a length"),
    }
}

async fn switch_off(Shared(hub): Shared<Arc<Hub>>) -> Response {
    hub.switch(None);
    enter(&hub, "outage_ended", None);
    show(Shared(hub)).await
}

fn enter(hub: &Hub, kind: &'static str, mode: Option<Mode>) {
    let mut records = hub.records();
    if !records.ledger.is_full() {
        records.ledger.enter(Message { state: "switched", fault: mode.map(Mode::name), ..Message::internal(kind) });
    }
}

async fn show(Shared(hub): Shared<Arc<Hub>>) -> Response {
    Json(json!({ "mode": hub.outage().map(Mode::name) })).into_response()
}

/// Resets all state: no dossiers, no messages, no sessions, no sign-ons. The number of pushes under way stays.
async fn reset(Shared(hub): Shared<Arc<Hub>>) -> Response {
    let mut records = hub.records();
    let open_pushes = records.open_pushes;
    *records = Records { open_pushes, ..Records::new(&hub.config) };
    Json(json!({ "dossiers": 0 })).into_response()
}

async fn count(Shared(hub): Shared<Arc<Hub>>) -> Response {
    let records = hub.records();
    let by_state: serde_json::Map<_, _> =
        records.registry.census().into_iter().map(|(state, count)| (state.word().to_owned(), count.into())).collect();
    Json(json!({
        "dossiers": records.registry.len(), "by_state": by_state, "messages": records.sink.count(),
        "signals": records.ledger.len(),
    }))
    .into_response()
}
