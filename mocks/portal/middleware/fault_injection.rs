//! Injects faults into requests and answers, whatever they are about; see [`crate::behaviour::noise`]. Test hooks are exempt.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, DATE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::sleep;

use crate::api::problem;
use crate::behaviour::fault_injection::Faults;
use crate::behaviour::noise::Event;
use crate::behaviour::skew::Skew;
use crate::domain::checksum;
use crate::middleware::layer::{Middleware, Next};
use crate::middleware::pieces;
use crate::middleware::request_bodies::RequestBodies;
use crate::state::clock::wall_ns;
use crate::state::portal::Portal;

/// How long a freeze lasts.
const FREEZE: Duration = Duration::from_secs(1);
/// In how many pieces a slow body comes.
const PIECES: usize = 8;
/// The pause before each.
const PAUSE: Duration = Duration::from_millis(5);
/// The longest body that is held back: that of an attachment.
const LONGEST: usize = 8 * 1024 * 1024;

/// Injects the faults that are on.
#[derive(Clone)]
pub(crate) struct FaultInjection {
    pub(crate) portal: Arc<Portal>,
    pub(crate) bodies: RequestBodies,
}

impl Middleware for FaultInjection {
    fn concerns(&self, request: &Request) -> bool {
        !self.portal.behaviour.is_ordinary() && !request.uri().path().starts_with("/_test")
    }

    async fn pass<N: Next>(self, request: Request, next: N) -> Response {
        let Some(faults) = self.portal.behaviour.faults() else { return next.run(request).await };
        let path = request.uri().path();
        let is_callback = ["/peers/bank/callback", "/peers/post/"].iter().any(|of_peer| path.starts_with(of_peer));
        let mut response = if is_callback {
            self.call_back(&faults, request, next).await
        } else if super::is_for_people(&request) {
            inject(&faults, request, next).await
        } else {
            next.run(request).await
        };
        if let Some(date) = faults.skew().and_then(date) {
            response.headers_mut().insert(DATE, date);
        }
        response
    }
}

impl FaultInjection {
    /// Lets a callback through unless it first arrives and is one of those that have to be repeated.
    async fn call_back(&self, faults: &Faults, request: Request, next: impl Next) -> Response {
        let (parts, body) = request.into_parts();
        let body = match self.bodies.take(body, parts.uri.path()).await {
            Ok(body) => body,
            Err(problem) => return problem::in_language(problem.into_response(), problem::language_of(&parts.headers)),
        };
        if faults.refuses(mark(&body)) {
            return unavailable();
        }
        next.run(Request::from_parts(parts, Body::from(body))).await
    }
}

/// The date of a clock with an error.
fn date(skew: Skew) -> Option<HeaderValue> {
    let wall_ns = wall_ns();
    let ms = i64::try_from(wall_ns / 1_000_000).ok()?.checked_add(skew.at(wall_ns))?;
    let shown = Timestamp::from_millisecond(ms).ok()?;
    HeaderValue::try_from(shown.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}

async fn inject(faults: &Faults, request: Request, next: impl Next) -> Response {
    let number = faults.next_request();
    let events = faults.noises().events(faults.seed(), number);
    for event in &events {
        match event {
            // It is the one thread of the portal that sleeps, and everything with it: that is the point.
            Event::Freeze => thread::sleep(FREEZE),
            Event::Wait(length) => sleep(*length).await,
            Event::Unavailable => return unavailable(),
            Event::CutBefore => return pieces::broken().into_response(),
            Event::CutAfter | Event::Trickle => {}
        }
    }
    let response = next.run(request).await;
    if events.contains(&Event::CutAfter) {
        return pieces::broken().into_response();
    }
    if events.contains(&Event::Trickle) { trickle(response).await } else { response }
}

fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")]).into_response()
}

async fn trickle(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else { return pieces::broken().into_response() };
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, pieces::slowly(&body, PIECES, PAUSE))
}

/// The mark of a callback: derived from its subject and not from its time, so that it is the same in the next run.
fn mark(body: &[u8]) -> u64 {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = format!("{}|{}|{}|{}", said["reference"], said["waybill"], said["status"], said["attempt"]);
    checksum::digest(&text).iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}
