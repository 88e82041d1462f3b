//! What happens to a request before it is routed and to its answer after: the limit, versions that must match,
//! requests that are sent again under one key, the language of a refusal.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::http::header::{CONTENT_TYPE, HeaderName, IF_MATCH, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::body::Incoming;
use tokio::time::Instant;
use tower_service::Service;

use crate::api::access::{self};
use crate::api::problem;
use crate::behaviour::defects::{Defect, Defects};
use crate::domain::checksum;
use crate::domain::person::Person;
use crate::domain::problem::{Kind, Language, Problem};
use crate::middleware::delay;
use crate::middleware::fault_injection;
use crate::middleware::response_defects;
use crate::state::clock::wall_ns;
use crate::state::portal::Portal;
use crate::state::registry::Registry;
use crate::state::replays::{Kept, Known, Mark};

/// The longest answer that is held back: an attachment.
const LONGEST_ANSWER: usize = 8 * 1024 * 1024;
/// The longest answer that is kept for a replay.
const LONGEST_KEPT: usize = 8 * 1024;
/// The longest key, and the longest list of versions.
const LONGEST_HEADER: usize = 255;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Where requests come in. The routes stand behind it.
#[derive(Clone)]
pub(crate) struct FrontDoor {
    pub(crate) portal: Arc<Portal>,
    pub(crate) routes: Router,
}

impl FrontDoor {
    /// Lets a request in, through whatever noise and variants are on.
    pub(crate) async fn pass(self, request: Request<Incoming>) -> Response {
        if self.portal.bearing.is_ordinary() {
            return self.enter(request).await;
        }
        // In a box, so that an ordinary portal does not carry the room that it takes.
        Box::pin(fault_injection::pass(&self, request.map(Body::new))).await
    }

    /// Lets a request through to its route, and its answer out.
    pub(crate) async fn enter<B>(&self, request: Request<B>) -> Response
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        let portal = &self.portal;
        let language = Language::of(request.headers());
        let is_for_people = request.uri().path().starts_with("/api/");
        let origin = request.headers().get(ORIGIN).cloned();
        let answer_at = portal.switches.delay().filter(|_| is_for_people).map(|delay| Instant::now() + delay);
        let response = match self.admit(request).await {
            Ok(response) => response,
            Err(problem) => problem.into_response(),
        };
        let response = portal.kept().await.map_or_else(IntoResponse::into_response, |()| response);
        if let Some(moment) = answer_at {
            delay::until(moment).await;
        }
        let defects = portal.switches.get();
        if is_for_people && defects != Defects::default() {
            return response_defects::spoil(response, language, origin.as_ref(), defects);
        }
        problem::in_language(response, language)
    }

    async fn admit<B>(&self, request: Request<B>) -> Result<Response, Problem>
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        let portal = self.portal.as_ref();
        portal.check_store()?;
        let defects = portal.switches.get();
        let (parts, body) = request.into_parts();
        let admitted =
            if parts.uri.path().starts_with("/api/") { within_limit(portal, &parts, defects) } else { Ok(()) };
        if admitted.is_err() && !defects.has(Defect::Effect429) {
            return admitted.map(IntoResponse::into_response);
        }
        let body = portal.bodies.take(body, parts.uri.path()).await?;
        let has_key = parts.method == Method::POST
            && parts.headers.contains_key(IDEMPOTENCY_KEY)
            && !defects.has(Defect::NoDedupe);
        let response = if admitted.is_ok() && has_key {
            once(self, parts, body).await
        } else if admitted.is_ok() {
            matching(self, parts, body).await
        } else {
            Ok(self.route(parts, body).await)
        };
        admitted.and(response)
    }

    async fn route(&self, parts: Parts, body: Bytes) -> Response {
        let Ok(response) = self.routes.clone().call(Request::from_parts(parts, Body::from(body))).await;
        response
    }
}

/// Whether this client may send one more request now.
fn within_limit(portal: &Portal, parts: &Parts, defects: Defects) -> Result<(), Problem> {
    let mut registry = portal.registry();
    if registry.limit.per_second.is_none() {
        return Ok(());
    }
    let token = access::token(&parts.headers).filter(|_| !defects.has(Defect::GlobalBucket));
    registry.limit.admit(token.unwrap_or_default(), wall_ns())
}

/// Runs a request if the version it names is the present one. The body is at hand, so that on the one thread of the
/// portal nothing comes between this test and the act.
async fn matching(door: &FrontDoor, parts: Parts, body: Bytes) -> Result<Response, Problem> {
    if let Some(wanted) = parts.headers.get(IF_MATCH) {
        let portal = &door.portal;
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
    Ok(door.route(parts, body).await)
}

/// The version of what the path names, if whoever asks may know it.
fn version(registry: &Registry, parts: &Parts) -> Option<u64> {
    let person = access::person(&parts.headers, registry)?;
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
async fn once(door: &FrontDoor, parts: Parts, body: Bytes) -> Result<Response, Problem> {
    let portal = door.portal.as_ref();
    let key = parts.headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok()).unwrap_or_default();
    if key.is_empty() || key.len() > LONGEST_HEADER {
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
    let response = matching(door, parts, body).await.unwrap_or_else(IntoResponse::into_response);
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
