//! What the variants do to requests and answers of people; see [`crate::behaviour::variants::list`]. What an answer is wrapped in is
//! in [`crate::behaviour::variants::envelope`], what it says in [`crate::behaviour::variants::rewriting`], how lists go on in [`crate::behaviour::variants::paging`]. Everything behind
//! works as usual, but for the codes of dossiers, which the registry gives out.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, IF_MATCH};
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::Value;
use tokio::time::sleep;

use crate::api::problem;
use crate::behaviour::variants::document::SUBMISSIONS;
use crate::behaviour::variants::envelope;
use crate::behaviour::variants::paging;
use crate::behaviour::variants::rewriting;
use crate::behaviour::variants::{Variant, Variants};
use crate::domain::problem::{Language, Problem};
use crate::ground::pieces;
use crate::middleware::front_door::FrontDoor;

/// The longest answer that is told otherwise; longer ones there are none.
const LONGEST: usize = 64 * 1024 * 1024;
/// How much longer the variant `slow-5ms` takes.
const LONGER: Duration = Duration::from_millis(5);
/// The size of a chunk.
const CHUNK: usize = 61;

/// Lets a request through, and its answer out, as the variants want them.
pub(crate) async fn pass(door: &FrontDoor, request: Request) -> Response {
    let manners = &door.portal.bearing.manners;
    let variants = manners.variants();
    if variants.is_empty() || !request.uri().path().starts_with("/api/") {
        return door.enter(request).await;
    }
    let path = request.uri().path().to_owned();
    let asked = Asked {
        is_submission: request.method() == Method::POST && path == SUBMISSIONS,
        query: request.uri().query().unwrap_or_default().to_owned(),
    };
    if variants.has(Variant::Slow5ms) {
        sleep(LONGER).await;
    }
    let is_look_up = variants.has(Variant::LateLookUp) && path.starts_with("/api/look-up/");
    let known = if is_look_up { manners.recall(&path) } else { None };
    let (mut parts, body) = match known {
        Some(body) => (json_head(), body),
        None => {
            let (parts, body) = enter(door, request, variants).await.into_parts();
            match to_bytes(body, LONGEST).await {
                Ok(body) => (parts, body),
                Err(_broken) => return pieces::broken().into_response(),
            }
        }
    };
    if is_look_up && parts.status == StatusCode::OK {
        manners.keep(&path, &body);
    }
    let body = answer(&mut parts, body, &asked, variants);
    parts.headers.remove(CONTENT_LENGTH);
    let body = if variants.has(Variant::Chunked) { pieces::in_pieces(&body, CHUNK) } else { Body::from(body) };
    Response::from_parts(parts, body)
}

/// Asks the portal in the words that it usually understands.
async fn enter(door: &FrontDoor, mut request: Request, variants: Variants) -> Response {
    let is_reading = request.method() == Method::GET;
    let misread = if is_reading { paging::asked(request.uri_mut(), variants) } else { None };
    ask(request.headers_mut(), variants);
    let language = Language::of(request.headers());
    let response = door.enter(request).await;
    match misread.filter(|_| response.status() == StatusCode::UNPROCESSABLE_ENTITY) {
        Some((field, message)) => problem::in_language(Problem::field(field, message).into_response(), language),
        None => response,
    }
}

/// What is still to be known of a request when its answer comes.
struct Asked {
    is_submission: bool,
    query: String,
}

fn json_head() -> Parts {
    let mut parts = Response::new(()).into_parts().0;
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts
}

/// Changes the headers of a request to what the portal usually understands.
fn ask(headers: &mut HeaderMap, variants: Variants) {
    if variants.has(Variant::VietnameseRefusals) {
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("vi"));
    }
    let wanted = headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
    if let Some(wanted) = wanted.filter(|tags| !tags.is_empty() && variants.has(Variant::OtherTags)) {
        let usual = |tag: &str| match tag.trim().strip_prefix('"').and_then(|tag| tag.strip_suffix("-vn\"")) {
            Some(version) => format!("\"v{version}\""),
            None if tag.trim() == "*" => "*".to_owned(),
            // A tag that this portal never gives matches nothing.
            None => "\"\"".to_owned(),
        };
        let usual = wanted.split(',').map(usual).collect::<Vec<_>>().join(", ");
        if let Ok(value) = HeaderValue::try_from(usual) {
            headers.insert(IF_MATCH, value);
        }
    }
}

/// Changes an answer; the body that is given back replaces the one that came.
fn answer(parts: &mut Parts, body: Bytes, asked: &Asked, variants: Variants) -> Bytes {
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_refusal = content_type == "application/problem+json";
    let is_json = is_refusal || content_type == "application/json";
    let value: Option<Value> = if is_json { serde_json::from_slice(&body).ok() } else { None };
    let value = value.map(|value| {
        if is_refusal {
            return envelope::refused(parts, value, variants);
        }
        envelope::succeeded(parts, &value, asked.is_submission, variants);
        paging::told(&mut parts.headers, value, &asked.query, variants)
    });
    envelope::headers(&mut parts.headers, variants);
    match value {
        // There is no content of which it would be the type.
        Some(_) if is_refusal && variants.has(Variant::EmptyRefusal) => {
            parts.headers.remove(CONTENT_TYPE);
            Bytes::new()
        }
        Some(value) => rewriting::written(&rewriting::told(value, variants), variants).into(),
        None => body,
    }
}
