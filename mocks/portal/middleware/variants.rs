//! What variants change in requests and answers of people; see [`crate::behaviour::variants::Variant`]: the envelope
//! ([`crate::behaviour::variants::envelope`]), the content ([`crate::behaviour::variants::rewriting`]) and the pages of lists
//! ([`crate::behaviour::variants::paging`]). Everything behind works as usual, except for the codes of dossiers, which the
//! registry issues.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, IF_MATCH};
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::api::problem;
use crate::behaviour::variants::document::SUBMISSIONS;
use crate::behaviour::variants::envelope;
use crate::behaviour::variants::paging;
use crate::behaviour::variants::rewriting;
use crate::behaviour::variants::{Variant, Variants};
use crate::domain::problem::Problem;
use crate::middleware::layer::{Middleware, Next};
use crate::middleware::pieces;
use crate::state::portal::Portal;

/// The longest answer that is rewritten: the longest there is.
const LONGEST: usize = 64 * 1024 * 1024;
/// The age of the cache of the public look-up.
const LATEST: Duration = Duration::from_millis(50);
/// How many look-ups are cached, about 400 bytes each; those beyond are answered afresh.
const MOST_KEPT: usize = 4_096;
/// The delay of the variant `slow-5ms`.
const LONGER: Duration = Duration::from_millis(5);
/// The size of a chunk.
const CHUNK: usize = 61;

/// Answers requests of people as the variants that are on require.
#[derive(Clone)]
pub(crate) struct PermittedVariants {
    portal: Arc<Portal>,
    recent: Arc<Mutex<RecentLookUps>>,
}

/// Answers of the public look-up, all from within one span of [`LATEST`].
#[derive(Debug)]
struct RecentLookUps {
    since: Instant,
    answers: HashMap<String, Bytes>,
}

impl RecentLookUps {
    fn new() -> Self {
        Self { since: Instant::now(), answers: HashMap::new() }
    }

    /// The answer to the same look-up shortly before.
    fn recall(&mut self, path: &str) -> Option<Bytes> {
        if self.since.elapsed() >= LATEST {
            *self = Self::new();
        }
        self.answers.get(path).cloned()
    }

    fn keep(&mut self, path: &str, answer: &Bytes) {
        if self.answers.len() < MOST_KEPT {
            self.answers.insert(path.to_owned(), answer.clone());
        }
    }
}

impl PermittedVariants {
    pub(crate) fn new(portal: Arc<Portal>) -> Self {
        Self { portal, recent: Arc::new(Mutex::new(RecentLookUps::new())) }
    }

    fn recent(&self) -> MutexGuard<'_, RecentLookUps> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Middleware for PermittedVariants {
    fn concerns(&self, request: &Request) -> bool {
        super::is_for_people(request) && !self.portal.behaviour.variants().is_empty()
    }

    async fn pass<N: Next>(self, request: Request, next: N) -> Response {
        let variants = self.portal.behaviour.variants();
        let path = request.uri().path().to_owned();
        let asked = Asked {
            is_submission: request.method() == Method::POST && path == SUBMISSIONS,
            query: request.uri().query().unwrap_or_default().to_owned(),
        };
        if variants.has(Variant::Slow5ms) {
            sleep(LONGER).await;
        }
        let is_look_up = variants.has(Variant::LateLookUp) && path.starts_with("/api/look-up/");
        let known = if is_look_up { self.recent().recall(&path) } else { None };
        let (mut parts, body) = match known {
            Some(body) => (json_head(), body),
            None => {
                let (parts, body) = usual(next, request, variants).await.into_parts();
                match to_bytes(body, LONGEST).await {
                    Ok(body) => (parts, body),
                    Err(_broken) => return pieces::broken().into_response(),
                }
            }
        };
        if is_look_up && parts.status == StatusCode::OK {
            self.recent().keep(&path, &body);
        }
        let body = answer(&mut parts, body, &asked, variants);
        parts.headers.remove(CONTENT_LENGTH);
        let body = if variants.has(Variant::Chunked) { pieces::in_pieces(&body, CHUNK) } else { Body::from(body) };
        Response::from_parts(parts, body)
    }
}

/// Translates a request into the usual API and passes it on.
async fn usual(next: impl Next, mut request: Request, variants: Variants) -> Response {
    let is_reading = request.method() == Method::GET;
    let misread = if is_reading { paging::asked(request.uri_mut(), variants) } else { None };
    ask(request.headers_mut(), variants);
    let language = problem::language_of(request.headers());
    let response = next.run(request).await;
    match misread.filter(|_| response.status() == StatusCode::UNPROCESSABLE_ENTITY) {
        Some((field, message)) => problem::in_language(Problem::field(field, message).into_response(), language),
        None => response,
    }
}

/// What its answer needs to know of a request.
struct Asked {
    is_submission: bool,
    query: String,
}

fn json_head() -> Parts {
    let mut parts = Response::new(()).into_parts().0;
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts
}

/// Translates the headers of a request into those of the usual API.
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

/// Changes an answer; returns its new body.
fn answer(parts: &mut Parts, body: Bytes, asked: &Asked, variants: Variants) -> Bytes {
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_refusal = content_type == mock_ground::PROBLEM_JSON;
    let is_json = is_refusal || content_type == "application/json";
    let value: Option<Value> = if is_json { serde_json::from_slice(&body).ok() } else { None };
    let value = value.map(|value| {
        if is_refusal {
            return envelope::refused(parts, value, variants);
        }
        envelope::succeeded(parts, &value, asked.is_submission, variants);
        paging::paged(&mut parts.headers, value, &asked.query, variants)
    });
    envelope::headers(&mut parts.headers, variants);
    match value {
        // There is no content of which it would be the type.
        Some(_) if is_refusal && variants.has(Variant::EmptyRefusal) => {
            parts.headers.remove(CONTENT_TYPE);
            Bytes::new()
        }
        Some(value) => rewriting::written(&rewriting::rewritten(value, variants), variants).into(),
        None => body,
    }
}
