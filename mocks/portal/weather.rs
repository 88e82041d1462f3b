//! Lets the noise befall requests and answers, whatever they are about; see [`crate::noise`]. Testers are spared.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, RETRY_AFTER};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::time::sleep;

use crate::checksum;
use crate::noise::{Event, Noise};
use crate::pieces;

/// How long a freeze lasts.
const FREEZE: Duration = Duration::from_secs(1);
/// In how many pieces a slow body comes.
const PIECES: usize = 8;
/// The pause before each.
const PAUSE: Duration = Duration::from_millis(5);
/// The longest body that is held back: that of an attachment.
const LONGEST: usize = 8 * 1024 * 1024;
/// How many callbacks are remembered, 8 bytes each; those beyond are not refused.
const MOST_CALLBACKS: usize = 1 << 20;

/// A profile at work.
#[derive(Debug)]
pub(crate) struct Weather {
    noise: Noise,
    seed: u64,
    /// Requests so far, of people.
    requests: AtomicU64,
    /// The marks of callbacks that were refused once.
    refused: Mutex<HashSet<u64>>,
}

impl Weather {
    pub(crate) fn new(noise: Noise, seed: u64) -> Self {
        Self { noise, seed, requests: AtomicU64::new(0), refused: Mutex::new(HashSet::new()) }
    }

    /// Whether a callback with this mark is to be refused now.
    fn refuses(&self, mark: u64) -> bool {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        self.noise.drops(self.seed, mark) && refused.len() < MOST_CALLBACKS && refused.insert(mark)
    }
}

/// Lets a request through, or not.
pub(crate) async fn pass(State(weather): State<Arc<Weather>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/peers/") {
        return call_back(&weather, request, next).await;
    }
    if !path.starts_with("/api/") {
        return next.run(request).await;
    }
    let number = weather.requests.fetch_add(1, Ordering::Relaxed) + 1;
    let events = weather.noise.befalls(weather.seed, number);
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

/// Lets a callback through, unless it comes first and is one of those that must come again.
async fn call_back(weather: &Weather, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "the body is too long or broke off").into_response();
    };
    let mark = mark(&body);
    if weather.refuses(mark) {
        return unavailable();
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// The mark of a callback: made of what it is about and not of when, so that it is the same in the next run.
fn mark(body: &[u8]) -> u64 {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = format!("{}|{}|{}", said["reference"], said["waybill"], said["status"]);
    checksum::digest(&text).iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}
