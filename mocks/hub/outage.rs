//! Being out of order on purpose: by schedule, or switched on by a tester.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::ledger::{Direction, Message};
use crate::line::Cut;
use crate::server::Hub;
use crate::wire;

/// How the hub is out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Every request is answered with 503.
    Unavailable,
    /// No request is answered; after a minute the connection is cut.
    Timeout,
    /// Every connection that asks something is cut at once.
    Reset,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Unavailable, Self::Timeout, Self::Reset];

    /// The name on the command line, under `/_test/outage` and in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Reset => "reset",
        }
    }

    /// The mode with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// A time during which the hub is out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// How.
    pub mode: Mode,
    /// When it begins, reckoned from the start of the hub.
    pub from: Duration,
    /// How long it lasts.
    pub length: Duration,
}

impl Outage {
    pub(crate) fn is_on(&self, since_start: Duration) -> bool {
        since_start.checked_sub(self.from).is_some_and(|into_it| into_it < self.length)
    }
}

/// How long a connection is held that gets no answer.
const HOLD: Duration = Duration::from_secs(60);

/// Lets a request through, or not, and says so in the ledger.
pub(crate) async fn guard(Shared(hub): Shared<Arc<Hub>>, request: Request, next: Next) -> Response {
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
    let mut books = hub.books();
    if books.ledger.is_full() {
        return;
    }
    books.ledger.enter(Message {
        direction: Direction::In,
        kind: "outage",
        reference: path.chars().take(100).collect(),
        dossier: String::new(),
        amount: 0,
        state: "refused",
        fault: Some(mode.name()),
        status,
        detail: String::new(),
    });
}

fn unavailable() -> Response {
    let vietnamese = "Hệ thống đang bảo trì, xin thử lại sau";
    let mut response =
        wire::problem(StatusCode::SERVICE_UNAVAILABLE, vietnamese, "The system is down, please try again later");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// Nothing of this answer leaves: its connection is reset when it is written.
fn cut_off(cut: Option<&Cut>) -> Response {
    if let Some(cut) = cut {
        cut.now();
    }
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_on_from_its_beginning_to_its_end() {
        let outage = Outage { mode: Mode::Reset, from: Duration::from_secs(5), length: Duration::from_secs(2) };
        let on: Vec<bool> = [4_999, 5_000, 6_999, 7_000].map(|ms| outage.is_on(Duration::from_millis(ms))).to_vec();
        assert_eq!(on, [false, true, true, false]);
    }

    #[test]
    fn every_mode_is_found_by_its_name() {
        for mode in Mode::ALL {
            assert_eq!(Mode::from_name(mode.name()), Some(mode));
        }
        assert_eq!(Mode::from_name("fire"), None);
    }
}
