//! Lets the noise befall requests and answers, whatever they are about; see [`crate::behaviour::noise`]. Testers are spared.

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
use crate::behaviour::fault_injection::Weather;
use crate::behaviour::noise::Event;
use crate::behaviour::skew::Skew;
use crate::domain::checksum;
use crate::domain::problem::Language;
use crate::ground::pieces;
use crate::middleware::front_door::FrontDoor;
use crate::middleware::variants;
use crate::state::clock::wall_ns;

/// How long a freeze lasts.
const FREEZE: Duration = Duration::from_secs(1);
/// In how many pieces a slow body comes.
const PIECES: usize = 8;
/// The pause before each.
const PAUSE: Duration = Duration::from_millis(5);
/// The longest body that is held back: that of an attachment.
const LONGEST: usize = 8 * 1024 * 1024;

/// Lets a request through to where it is told as the variants want it, or not.
pub(crate) async fn pass(door: &FrontDoor, request: Request) -> Response {
    let path = request.uri().path();
    let Some(weather) = door.portal.bearing.weather().filter(|_| !path.starts_with("/_test")) else {
        return variants::pass(door, request).await;
    };
    let is_callback = ["/peers/bank/callback", "/peers/post/"].iter().any(|of_peer| path.starts_with(of_peer));
    let mut response = if is_callback {
        call_back(&weather, door, request).await
    } else if path.starts_with("/api/") {
        befall(&weather, door, request).await
    } else {
        variants::pass(door, request).await
    };
    if let Some(date) = weather.skew().and_then(date) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

/// The date as a clock shows it that is off.
fn date(skew: Skew) -> Option<HeaderValue> {
    let wall_ns = wall_ns();
    let ms = i64::try_from(wall_ns / 1_000_000).ok()?.checked_add(skew.at(wall_ns))?;
    let shown = Timestamp::from_millisecond(ms).ok()?;
    HeaderValue::try_from(shown.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}

async fn befall(weather: &Weather, door: &FrontDoor, request: Request) -> Response {
    let number = weather.next_request();
    let events = weather.noises().befalls(weather.seed(), number);
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
    let response = variants::pass(door, request).await;
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
async fn call_back(weather: &Weather, door: &FrontDoor, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match door.portal.bodies.take(body, parts.uri.path()).await {
        Ok(body) => body,
        Err(problem) => return problem::in_language(problem.into_response(), Language::of(&parts.headers)),
    };
    let mark = mark(&body);
    if weather.refuses(mark) {
        return unavailable();
    }
    variants::pass(door, Request::from_parts(parts, Body::from(body))).await
}

/// The mark of a callback: made of what it is about and not of when, so that it is the same in the next run.
fn mark(body: &[u8]) -> u64 {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = format!("{}|{}|{}|{}", said["reference"], said["waybill"], said["status"], said["attempt"]);
    checksum::digest(&text).iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}
