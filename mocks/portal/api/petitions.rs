//! Operations on petitions: citizens write, desks answer, any client reads what is published.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::access::{AnyClerk, Citizen, DeskClerk};
use crate::api::body::{Body, Path, Query, json};
use crate::api::operation::{Operation, Who, get, post};
use crate::api::pages::{Listed, Wanted};
use crate::domain::petitions::{Act, Petition, Public, RawPetition};
use crate::domain::problem::{Kind, Problem};
use crate::state::portal::Portal;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        post("/api/petitions", write)
            .named("writePetition", "Write a petition", "Gửi phản ánh, kiến nghị")
            .by(Who::Citizen)
            .takes::<RawPetition>()
            .gives::<Petition>(StatusCode::CREATED)
            .refuses(&[Kind::Full]),
        get("/api/petitions", own)
            .named("listOwnPetitions", "List one's own petitions", "Danh sách phản ánh, kiến nghị của tôi")
            .by(Who::Citizen)
            .asks::<Wanted>()
            .gives::<Listed<Petition>>(StatusCode::OK)
            .refuses(&[Kind::Validation]),
        get("/api/petitions/published", published)
            .named("listPublishedPetitions", "List published petitions", "Phản ánh, kiến nghị đã công khai")
            .asks::<Wanted>()
            .gives::<Listed<Public<'_>>>(StatusCode::OK)
            .refuses(&[Kind::Validation]),
        get("/api/petitions/{number}", read)
            .named("readPetition", "Read one's own petition", "Xem phản ánh, kiến nghị của tôi")
            .by(Who::Citizen)
            .gives::<Petition>(StatusCode::OK),
        post("/api/petitions/{number}/supplement", add)
            .named("supplementPetition", "Add to a petition", "Bổ sung phản ánh, kiến nghị")
            .by(Who::Citizen)
            .takes::<Addition>()
            .gives::<Petition>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition]),
        get("/api/desk/petitions", all)
            .named("listPetitions", "List all petitions", "Danh sách phản ánh, kiến nghị")
            .by(Who::Clerk)
            .asks::<Wanted>()
            .gives::<Listed<Petition>>(StatusCode::OK)
            .refuses(&[Kind::Validation]),
        post("/api/desk/petitions/{number}/refuse", refuse)
            .named("refusePetition", "Refuse a petition", "Từ chối phản ánh, kiến nghị")
            .by(Who::DeskClerk)
            .takes::<Said>()
            .gives::<Petition>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition]),
        post("/api/desk/petitions/{number}/request-supplement", ask_for_more)
            .named("askAboutPetition", "Request more from the author", "Yêu cầu bổ sung phản ánh, kiến nghị")
            .by(Who::DeskClerk)
            .takes::<Said>()
            .gives::<Petition>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition]),
        post("/api/desk/petitions/{number}/answer", answer)
            .named("answerPetition", "Answer a petition", "Trả lời phản ánh, kiến nghị")
            .by(Who::DeskClerk)
            .takes::<Said>()
            .gives::<Petition>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition]),
        post("/api/desk/petitions/{number}/publish", publish)
            .named("publishPetition", "Publish an answer", "Công khai câu trả lời")
            .by(Who::DeskClerk)
            .gives::<Petition>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition]),
    ]
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
#[derive(Deserialize, Default, JsonSchema)]
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

/// The answer of a desk.
#[derive(Deserialize, Default, JsonSchema)]
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
