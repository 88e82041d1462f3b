//! Repeated requests under one key are carried out once; see `Idempotency-Key` in the document.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::api::access;
use crate::behaviour::defects::Defect;
use crate::domain::checksum;
use crate::domain::problem::{Kind, Problem};
use crate::middleware::layer::{Middleware, Next};
use crate::state::portal::Portal;
use crate::state::replays::{Kept, Known, Mark};

/// The longest answer that is held back: an attachment.
const LONGEST_ANSWER: usize = 8 * 1024 * 1024;
/// The longest answer that is kept for a replay.
const LONGEST_KEPT: usize = 8 * 1024;
/// The longest key.
const LONGEST_KEY: usize = 255;

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Carries a request out once, however often it is sent under its key.
#[derive(Clone)]
pub(crate) struct Idempotency(pub(crate) Arc<Portal>);

impl Middleware for Idempotency {
    fn concerns(&self, request: &Request) -> bool {
        request.method() == Method::POST
            && request.headers().contains_key(IDEMPOTENCY_KEY)
            && !self.0.switches.get().has(Defect::NoDedupe)
    }

    async fn pass<N: Next>(self, request: Request, next: N) -> Response {
        once(&self.0, request, next).await.unwrap_or_else(IntoResponse::into_response)
    }
}

/// Runs a request under its key once; a repeated request gets the same answer.
async fn once(portal: &Portal, request: Request, next: impl Next) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await;
    let body = body.map_err(|_broken| Problem::new(Kind::Malformed, "the body broke off"))?;
    let key = parts.headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok()).unwrap_or_default();
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(Problem::field("Idempotency-Key", "must have 1 to 255 characters"));
    }
    let token = access::token(&parts.headers).unwrap_or_default();
    let mark = Mark {
        key: checksum::digest(&format!("{token}|{key}")),
        request: checksum::digest_bytes(&[parts.uri.path().as_bytes(), b"|", &body].concat()),
    };
    if portal.switches.get().has(Defect::ToctouKey) && !portal.registry().replays.knows(mark) {
        tokio::time::sleep(portal.switches.window()).await;
        portal.registry().replays.forget(mark);
    }
    let known = portal.registry().replays.begin(mark, portal.switches.get());
    match known {
        Known::New => {}
        Known::Same(kept) => return Ok(again(&kept)),
        Known::Running => return Err(Problem::new(Kind::StillRunning, "the same request is being worked on")),
        Known::Other => return Err(Problem::new(Kind::KeyReused, "the key was used for another request")),
    }
    let mut running = Running { portal, mark, is_over: false };
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let kept = keep(portal, mark, response).await;
    running.is_over = true;
    kept
}

/// A request that runs under a key. If its client disconnects it is dropped, and the key is free again.
struct Running<'portal> {
    portal: &'portal Portal,
    mark: Mark,
    is_over: bool,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.portal.registry().replays.forget(self.mark);
        }
    }
}

async fn keep(portal: &Portal, mark: Mark, response: Response) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LONGEST_ANSWER).await;
    let body = body.map_err(|_broken| Problem::new(Kind::PeerUnavailable, "the answer broke off"))?;
    let content_type = parts.headers.get(CONTENT_TYPE).cloned();
    // Who is not signed in shares keys with all others who are not: a refusal for that must leave the key free.
    let is_final = !parts.status.is_server_error() && parts.status != StatusCode::UNAUTHORIZED;
    if body.len() <= LONGEST_KEPT && is_final {
        let kept = Kept { status: parts.status, content_type, body: body.clone() };
        portal.registry().replays.end(mark, kept);
    } else {
        portal.registry().replays.forget(mark);
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn again(kept: &Kept) -> Response {
    let mut response = (kept.status, kept.body.clone()).into_response();
    let headers = response.headers_mut();
    match &kept.content_type {
        Some(content_type) => headers.insert(CONTENT_TYPE, content_type.clone()),
        None => headers.remove(CONTENT_TYPE),
    };
    headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}
