//! What else an applicant does: drafts, further papers, tax, the result, an opinion.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::body::{Body, Path, json};
use crate::citizen;
use crate::defects::Defect;
use crate::dossier::{Actor, Dossier};
use crate::drafts::Draft;
use crate::payment::Debt;
use crate::problem::{Kind, Problem};
use crate::registry::Office;
use crate::results::{self, RawRating};
use crate::server::Portal;
use crate::session::{Citizen, Person};
use crate::submission::RawSubmission;
use crate::supplements::{self, RawAnswer};
use crate::view::Standing;

pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/api/drafts", get(drafts).post(begin))
        .route("/api/drafts/{id}", get(draft).put(save).delete(discard))
        .route("/api/drafts/{id}/submission", post(submit))
        .route("/api/dossiers/{code}/supplement", post(supplement))
        .route("/api/dossiers/{code}/tax-payments", post(pay_tax))
        .route("/api/dossiers/{code}/result", get(result))
        .route("/api/dossiers/{code}/rating", post(rate))
        .route("/api/results/verifications", post(verify))
}

#[derive(Serialize)]
struct Drafts<'registry> {
    items: &'registry [Draft],
}

async fn drafts(State(portal): State<Arc<Portal>>, Citizen(citizen): Citizen) -> Response {
    json(StatusCode::OK, &Drafts { items: portal.registry().drafts.of(citizen) })
}

async fn draft(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    if registry.defects.has(Defect::DraftLeak) {
        return Ok(json(StatusCode::OK, registry.drafts.of_anybody(id)?));
    }
    Ok(json(StatusCode::OK, registry.drafts.get(citizen, id)?))
}

async fn begin(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Body(fields): Body<Box<RawValue>>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let now = registry.now();
    Ok(json(StatusCode::CREATED, registry.drafts.begin(citizen, fields, now)?))
}

async fn save(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(id): Path<u64>,
    Body(fields): Body<Box<RawValue>>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let now = registry.now();
    Ok(json(StatusCode::OK, registry.drafts.save(citizen, id, fields, now)?))
}

async fn discard(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    portal.registry().drafts.discard(citizen, id)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Hands a draft in; it is a dossier from there and no draft any more.
async fn submit(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let fields = portal.registry().drafts.get(citizen, id)?.fields.clone();
    let raw: RawSubmission = serde_json::from_str(fields.get())
        .map_err(|error| Problem::new(Kind::Validation, format!("the draft cannot be handed in: {error}")))?;
    let receipt = citizen::receive(&portal, &Person::Citizen(citizen), raw)?;
    portal.registry().drafts.discard(citizen, id)?;
    Ok(receipt)
}

/// Lets an applicant take one step, and answers how the dossier stands after it.
fn step(
    portal: &Portal,
    code: &str,
    citizen: u64,
    step: impl FnOnce(&mut Dossier, &mut Office<'_>) -> Result<(), Problem>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let id = registry.find_own(code, citizen)?;
    registry.change(id, |dossier, office| {
        step(dossier, office)?;
        Ok(json(StatusCode::OK, &Standing::new(dossier)))
    })
}

async fn supplement(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
    Body(answer): Body<RawAnswer>,
) -> Result<Response, Problem> {
    step(&portal, &code, citizen, |dossier, office| supplements::receive(dossier, answer, Actor::Applicant, office))
}

async fn pay_tax(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    citizen::order(&portal, citizen, code, Debt::Tax).await
}

async fn result(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    let id = registry.find_to_read(&code, citizen)?;
    Ok(json(StatusCode::OK, &results::told(registry.get(id)?)?))
}

async fn rate(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
    Body(rating): Body<RawRating>,
) -> Result<Response, Problem> {
    step(&portal, &code, citizen, |dossier, office| results::rate(dossier, rating, office))
}

/// A result in somebody's hands.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Shown {
    number: String,
    digest: String,
}

/// Anybody who is shown a result may ask whether it is in force.
async fn verify(State(portal): State<Arc<Portal>>, Body(shown): Body<Shown>) -> Result<Response, Problem> {
    let registry = portal.registry();
    let code = shown.number.strip_prefix("KQ-").ok_or_else(|| Problem::not_found("result"))?;
    let dossier = registry.find(code).and_then(|id| registry.get(id)).map_err(|_none| Problem::not_found("result"))?;
    Ok(json(StatusCode::OK, &results::verify(dossier, &shown.digest)?))
}
