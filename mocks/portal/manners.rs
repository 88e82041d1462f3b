//! What the variants do to requests and answers of people; see [`crate::variant_list`]. Everything behind it works as
//! usual, but for the codes of dossiers, which the registry gives out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_MATCH, LOCATION, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, VARY,
};
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::paging;
use crate::pieces;
use crate::rewriting;
use crate::variants::{Variant, Variants};

/// The longest answer that is told otherwise; longer ones there are none.
const LONGEST: usize = 64 * 1024 * 1024;
/// How late the public look-up is at most.
const LATEST: Duration = Duration::from_millis(50);
/// How many look-ups are kept at most, about 400 bytes each; those beyond are answered at once.
const MOST_KEPT: usize = 4_096;
/// How much longer the variant `slow-5ms` takes.
const LONGER: Duration = Duration::from_millis(5);
/// The size of a chunk.
const CHUNK: usize = 61;

/// What is on, and what it needs to remember.
#[derive(Debug)]
pub(crate) struct Manners {
    variants: Variants,
    kept: Mutex<LookUps>,
}

/// Answers of the public look-up, all from within one span of [`LATEST`].
#[derive(Debug)]
struct LookUps {
    since: Instant,
    answers: HashMap<String, Bytes>,
}

impl Manners {
    pub(crate) fn new(variants: Variants) -> Self {
        Self { variants, kept: Mutex::new(LookUps { since: Instant::now(), answers: HashMap::new() }) }
    }

    /// The answer to the same look-up shortly before.
    fn recall(&self, path: &str) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.since.elapsed() >= LATEST {
            *kept = LookUps { since: Instant::now(), answers: HashMap::new() };
        }
        kept.answers.get(path).cloned()
    }

    fn keep(&self, path: &str, answer: &Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.answers.len() < MOST_KEPT {
            kept.answers.insert(path.to_owned(), answer.clone());
        }
    }
}

/// Lets a request through, and its answer out, as the variants want them.
pub(crate) async fn pass(State(manners): State<Arc<Manners>>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let variants = manners.variants;
    if !path.starts_with("/api/") {
        return next.run(request).await;
    }
    let asked =
        Asked { is_submission: request.method() == Method::POST && path == "/api/dossiers", query: query(&request) };
    if let Err(problem) = paging::asked(request.uri_mut(), variants) {
        return problem.into_response();
    }
    ask(request.headers_mut(), variants);
    if variants.has(Variant::Slow5ms) {
        sleep(LONGER).await;
    }
    let is_look_up = variants.has(Variant::LateLookUp) && path.starts_with("/api/look-up/");
    let known = if is_look_up { manners.recall(&path) } else { None };
    let (mut parts, body) = match known {
        Some(body) => (json_head(), body),
        None => {
            let (parts, body) = next.run(request).await.into_parts();
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

/// What is still to be known of a request when its answer comes.
struct Asked {
    is_submission: bool,
    query: String,
}

fn query(request: &Request) -> String {
    request.uri().query().unwrap_or_default().to_owned()
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
    if let Some(wanted) = wanted.filter(|_| variants.has(Variant::OtherTags)) {
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
        status(parts, &value, asked, variants);
        let value = if is_refusal { refusal(parts, value, variants) } else { value };
        paging::told(&mut parts.headers, value, &asked.query, variants)
    });
    headers(&mut parts.headers, variants);
    match value {
        Some(_) if is_refusal && variants.has(Variant::EmptyRefusal) => {
            parts.headers.remove(CONTENT_TYPE);
            Bytes::new()
        }
        Some(value) => rewriting::written(&rewriting::told(value, variants), variants).into(),
        None => body,
    }
}

/// Another status that means the same.
fn status(parts: &mut Parts, value: &Value, asked: &Asked, variants: Variants) {
    let is_code = |code: &str| value["error_code"] == code;
    let success = parts.status.is_success();
    if asked.is_submission && success {
        if let Some(code) = value["code"].as_str().filter(|_| variants.has(Variant::Location))
            && let Ok(address) = HeaderValue::try_from(format!("/api/dossiers/{code}"))
        {
            parts.headers.insert(LOCATION, address);
        }
        if parts.status == StatusCode::OK && variants.has(Variant::Known201) {
            parts.status = StatusCode::CREATED;
        }
        if parts.status == StatusCode::CREATED && variants.has(Variant::Submit202) {
            parts.status = StatusCode::ACCEPTED;
        }
    }
    if parts.status == StatusCode::CREATED && variants.has(Variant::All200) {
        parts.status = StatusCode::OK;
    }
    if is_code("illegal_transition") && variants.has(Variant::Illegal422) {
        parts.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let is_400 = is_code("illegal_transition") && variants.has(Variant::Illegal400)
        || is_code("validation") && variants.has(Variant::Validation400);
    if is_400 {
        parts.status = StatusCode::BAD_REQUEST;
    }
}

/// Another envelope; the status within is the one outside.
fn refusal(parts: &mut Parts, mut value: Value, variants: Variants) -> Value {
    if variants.has(Variant::PlainRefusal) {
        parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return json!({ "error_code": value["error_code"], "message": value["title"] });
    }
    if let Some(fields) = value.as_object_mut() {
        fields.insert("status".to_owned(), parts.status.as_u16().into());
    }
    value
}

fn headers(headers: &mut HeaderMap, variants: Variants) {
    if variants.has(Variant::Charset)
        && let Some(content_type) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
        && content_type.ends_with("json")
        && let Ok(value) = HeaderValue::try_from(format!("{content_type}; charset=utf-8"))
    {
        headers.insert(CONTENT_TYPE, value);
    }
    if variants.has(Variant::ExtraHeaders) {
        headers.insert("x-request-id", HeaderValue::from_static("01890a5d-ac96-774b-bcce-b302099a8057"));
        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Language"));
    }
    if variants.has(Variant::Cookies) {
        headers.insert(SET_COOKIE, HeaderValue::from_static("node=2; Path=/; HttpOnly; SameSite=Lax"));
    }
    if variants.has(Variant::ConnectionClose) {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    tag(headers, variants);
}

fn tag(headers: &mut HeaderMap, variants: Variants) {
    let Some(tag) = headers.remove(ETAG) else { return };
    if variants.has(Variant::NoTags) {
        return;
    }
    let text = tag.to_str().unwrap_or_default();
    let version = text.trim_matches('"').trim_start_matches('v');
    let text = if variants.has(Variant::OtherTags) { format!("\"{version}-vn\"") } else { text.to_owned() };
    let text = if variants.has(Variant::WeakTags) { format!("W/{text}") } else { text };
    headers.insert(ETAG, HeaderValue::try_from(text).unwrap_or(tag));
}
