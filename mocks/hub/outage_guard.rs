//! The middleware of outages.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mock_ground::Cut;

use crate::hub::Hub;
use crate::ledger::{Direction, Message};
use crate::outage::Mode;
use crate::wire;

/// How long a connection without an answer is held.
const HOLD: Duration = Duration::from_secs(60);

/// Lets a request through, or not, which the ledger records.
pub(crate) async fn check(Shared(hub): Shared<Arc<Hub>>, request: Request, next: Next) -> Response {
    let Some(mode) = hub.outage() else {
        return next.run(request).await;
    };
    let cut = request.extensions().get::<ConnectInfo<Cut>>().map(|ConnectInfo(cut)| cut.clone());
    let status = (mode == Mode::Unavailable).then_some(StatusCode::SERVICE_UNAVAILABLE.as_u16());
    enter(&hub, mode, request.uri().path(), status);
    match mode {
        Mode::Unavailable => unavailable(),
        Mode::Timeout => {
            // Beyond so many held connections, the next one is cut: they are not to fill the memory.
            if let Ok(_held) = Arc::clone(&hub.holding).try_acquire_owned() {
                tokio::time::sleep(HOLD).await;
            }
            cut_off(cut.as_ref())
        }
        Mode::Reset => cut_off(cut.as_ref()),
    }
}

fn enter(hub: &Hub, mode: Mode, path: &str, status: Option<u16>) {
    let mut records = hub.records();
    if records.ledger.is_full() {
        return;
    }
    records.ledger.enter(Message {
        direction: Direction::In,
        reference: path.chars().take(100).collect(),
        state: "refused",
        fault: Some(mode.name()),
        status,
        ..Message::internal("outage")
    });
}

fn unavailable() -> Response {
    let vietnamese = "Hệ thống đang bảo trì, xin thử lại sau";
    let mut response =
        wire::problem(StatusCode::SERVICE_UNAVAILABLE, vietnamese, "The system is down, please try again later");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// Nothing of this answer is sent: its connection is reset when it is written.
fn cut_off(cut: Option<&Cut>) -> Response {
    if let Some(cut) = cut {
        cut.now();
    }
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
