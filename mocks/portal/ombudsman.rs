//! The addresses of petitions: citizens write, desks answer, anybody reads what is published.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use crate::body::{Body, Path, Query, json};
use crate::pages::Wanted;
use crate::petitions::{Act, RawPetition};
use crate::problem::Problem;
use crate::server::Portal;
use crate::session::{AnyClerk, Citizen, DeskClerk};

pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/api/petitions", post(write).get(own))
        .route("/api/petitions/published", get(published))
        .route("/api/petitions/{number}", get(read))
        .route("/api/petitions/{number}/supplement", post(add))
        .route("/api/desk/petitions", get(all))
        .route("/api/desk/petitions/{number}/refuse", post(refuse))
        .route("/api/desk/petitions/{number}/request-supplement", post(ask_for_more))
        .route("/api/desk/petitions/{number}/answer", post(answer))
        .route("/api/desk/petitions/{number}/publish", post(publish))
}

async fn write(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Body(petition): Body<RawPetition>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let now = registry.now();
    Ok(json(StatusCode::CREATED, registry.petitions.receive(petition, citizen, now)?))
}

async fn own(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    Ok(json(StatusCode::OK, &wanted.check(registry.defects)?.of(registry.petitions.own(citizen), |petition| petition)))
}

async fn published(State(portal): State<Arc<Portal>>, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let registry = portal.registry();
    Ok(json(StatusCode::OK, &wanted.check(registry.defects)?.of(registry.petitions.published(), |petition| petition)))
}

async fn read(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(number): Path<usize>,
) -> Result<Response, Problem> {
    Ok(json(StatusCode::OK, portal.registry().petitions.get_own(number, citizen)?))
}

/// What a citizen adds.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Addition {
    text: String,
}

async fn add(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(number): Path<usize>,
    Body(addition): Body<Addition>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let now = registry.now();
    Ok(json(StatusCode::OK, registry.petitions.add(number, citizen, addition.text, now)?))
}

async fn all(
    State(portal): State<Arc<Portal>>,
    AnyClerk(_clerk): AnyClerk,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    Ok(json(StatusCode::OK, &wanted.check(registry.defects)?.of(registry.petitions.iter(), |petition| petition)))
}

/// What a desk says.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    reply: String,
}

fn act(portal: &Portal, number: usize, act: Act, said: Said) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let now = registry.now();
    Ok(json(StatusCode::OK, registry.petitions.act(number, act, said.reply, now)?))
}

async fn refuse(
    State(portal): State<Arc<Portal>>,
    DeskClerk(_clerk): DeskClerk,
    Path(number): Path<usize>,
    Body(said): Body<Said>,
) -> Result<Response, Problem> {
    act(&portal, number, Act::Refuse, said)
}

async fn ask_for_more(
    State(portal): State<Arc<Portal>>,
    DeskClerk(_clerk): DeskClerk,
    Path(number): Path<usize>,
    Body(said): Body<Said>,
) -> Result<Response, Problem> {
    act(&portal, number, Act::AskForMore, said)
}

async fn answer(
    State(portal): State<Arc<Portal>>,
    DeskClerk(_clerk): DeskClerk,
    Path(number): Path<usize>,
    Body(said): Body<Said>,
) -> Result<Response, Problem> {
    act(&portal, number, Act::Answer, said)
}

async fn publish(
    State(portal): State<Arc<Portal>>,
    DeskClerk(_clerk): DeskClerk,
    Path(number): Path<usize>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let now = registry.now();
    Ok(json(StatusCode::OK, registry.petitions.publish(number, now)?))
}
