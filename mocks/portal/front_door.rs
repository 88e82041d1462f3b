//! What happens to a request before it is routed and to its answer after: the limit, versions that must match,
//! requests that are sent again under one key, the language of a refusal.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName, IF_MATCH, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::time::Instant;

use crate::careless;
use crate::checksum;
use crate::clock::wall_ns;
use crate::defects::{Defect, Defects};
use crate::delay;
use crate::problem::{self, Kind, Language, Problem};
use crate::registry::Registry;
use crate::replays::{Kept, Known, Mark};
use crate::server::Portal;
use crate::session::{self, Person};
use crate::weather;

/// The longest body that is held back: that of an attachment.
const LONGEST_BODY: usize = 8 * 1024 * 1024;
/// The longest answer that is kept for a replay.
const LONGEST_KEPT: usize = 8 * 1024;
/// The longest key, and the longest list of versions.
const LONGEST_HEADER: usize = 255;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Lets a request in, through whatever noise and variants are on.
pub(crate) async fn pass(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    if portal.bearing.is_ordinary() {
        return enter(&portal, request, next).await;
    }
    // In a box, so that an ordinary portal does not carry the room that it takes.
    Box::pin(weather::pass(&portal, request, next)).await
}

/// Lets a request through to its route, and its answer out.
pub(crate) async fn enter(portal: &Portal, request: Request, next: Next) -> Response {
    let arrived = Instant::now();
    let language = Language::of(request.headers());
    let is_for_people = request.uri().path().starts_with("/api/");
    let origin = request.headers().get(ORIGIN).cloned();
    let response = match admit(portal, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    let response = portal.kept().await.map_or_else(IntoResponse::into_response, |()| response);
    if let Some(delay) = portal.switches.delay().filter(|_| is_for_people) {
        delay::until(arrived + delay).await;
    }
    let defects = portal.switches.get();
    if is_for_people && defects != Defects::default() {
        return careless::spoil(response, language, origin.as_ref(), defects);
    }
    problem::in_language(response, language)
}

async fn admit(portal: &Portal, request: Request, next: Next) -> Result<Response, Problem> {
    portal.check_store()?;
    let defects = portal.switches.get();
    let token = session::token(request.headers()).filter(|_| !defects.has(Defect::GlobalBucket));
    let is_for_people = request.uri().path().starts_with("/api/");
    let client = token.unwrap_or_default();
    let admitted = if is_for_people { portal.registry().limit.admit(client, wall_ns()) } else { Ok(()) };
    if let Err(refusal) = admitted {
        if defects.has(Defect::Effect429) {
            drop(next.run(request).await);
        }
        return Err(refusal);
    }
    let headers = request.headers();
    let has_key =
        request.method() == Method::POST && headers.contains_key(IDEMPOTENCY_KEY) && !defects.has(Defect::NoDedupe);
    if !has_key && !headers.contains_key(IF_MATCH) {
        return Ok(next.run(request).await);
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST_BODY).await;
    let body = body.map_err(|_too_long| Problem::new(Kind::TooLarge, "the body is too long or broke off"))?;
    if has_key { once(portal, parts, body, next).await } else { matching(portal, parts, body, next).await }
}

/// Runs a request if the version it names is the present one. The body is at hand, so that on the one thread of the
/// portal nothing comes between this test and the act.
async fn matching(portal: &Portal, parts: Parts, body: Bytes, next: Next) -> Result<Response, Problem> {
    if let Some(wanted) = parts.headers.get(IF_MATCH) {
        if wanted.is_empty() || wanted.len() > LONGEST_HEADER {
            return Err(Problem::field("If-Match", "must have 1 to 255 characters"));
        }
        let present = version(&portal.registry(), &parts);
        let matches = |present: u64| {
            let tag = format!("\"v{present}\"");
            wanted.to_str().is_ok_and(|text| text.split(',').any(|one| one.trim() == "*" || one.trim() == tag))
        };
        let is_careless = portal.switches.get().has(Defect::LastWriteWins);
        if let Some(present) = present.filter(|present| !is_careless && !matches(*present)) {
            return Err(Problem::new(Kind::VersionMismatch, format!("the present version is \"v{present}\"")));
        }
        if portal.switches.get().has(Defect::StaleCheck) {
            tokio::time::sleep(portal.switches.window()).await;
        }
    }
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

/// The version of what the path names, if whoever asks may know it.
fn version(registry: &Registry, parts: &Parts) -> Option<u64> {
    let person = session::person(&parts.headers, registry)?;
    let path: Vec<&str> = parts.uri.path().split('/').skip(1).collect();
    match (path.as_slice(), person) {
        (["api", "dossiers", code, ..], Person::Citizen(citizen)) => {
            Some(registry.get(registry.find_own(code, citizen).ok()?).ok()?.version)
        }
        (["api", "desk", "dossiers", code, ..], Person::Clerk(_)) => {
            Some(registry.get(registry.find(code).ok()?).ok()?.version)
        }
        (["api", "catalogue", "procedures", code], Person::Clerk(_)) => {
            registry.procedures.get(code).map(|published| published.version)
        }
        _ => None,
    }
}

/// Runs a request under its key once; the same request again gets the same answer.
async fn once(portal: &Portal, parts: Parts, body: Bytes, next: Next) -> Result<Response, Problem> {
    let key = parts.headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok()).unwrap_or_default();
    if key.is_empty() || key.len() > LONGEST_HEADER {
        return Err(Problem::field("Idempotency-Key", "must have 1 to 255 characters"));
    }
    let token = session::token(&parts.headers).unwrap_or_default();
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
    let response = matching(portal, parts, body, next).await.unwrap_or_else(IntoResponse::into_response);
    let kept = keep(portal, mark, response).await;
    running.is_over = true;
    kept
}

/// A request that runs under a key. When its client hangs up it is dropped, and the key is free again.
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
    let body = to_bytes(body, LONGEST_BODY).await;
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
