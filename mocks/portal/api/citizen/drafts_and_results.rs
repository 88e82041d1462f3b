//! Further operations of an applicant: drafts, supplements, tax, the result, a rating.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::api::access::Citizen;
use crate::api::body::{Body, Path, json};
use crate::api::citizen::dossiers::{self, paying};
use crate::api::operation::{Operation, Who, delete, get, post, put};
use crate::api::view::{Receipt, Standing};
use crate::behaviour::defects::Defect;
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::drafts::Draft;
use crate::domain::office::Office;
use crate::domain::papers::supplements::{self, RawAnswer};
use crate::domain::payments::debt::Debt;
use crate::domain::person::Person;
use crate::domain::problem::{Kind, Problem};
use crate::domain::results::{self, RawRating, Verification};
use crate::domain::submission::RawSubmission;
use crate::state::portal::Portal;

pub(crate) fn operations() -> Vec<Operation> {
    let mut all = of_drafts();
    all.extend(of_cases());
    all
}

fn of_drafts() -> Vec<Operation> {
    vec![
        get("/api/drafts", drafts)
            .named("listDrafts", "List one's drafts", "Danh sách bản nháp")
            .by(Who::Citizen)
            .gives::<Drafts<'_>>(StatusCode::OK),
        post("/api/drafts", begin)
            .named("beginDraft", "Create a draft", "Tạo bản nháp")
            .by(Who::Citizen)
            .takes::<Fields>()
            .gives::<Draft>(StatusCode::CREATED)
            .refuses(&[Kind::Full]),
        get("/api/drafts/{id}", draft)
            .named("readDraft", "Read a draft", "Xem bản nháp")
            .by(Who::Citizen)
            .gives::<Draft>(StatusCode::OK),
        put("/api/drafts/{id}", save)
            .named("saveDraft", "Save a draft", "Lưu bản nháp")
            .by(Who::Citizen)
            .takes::<Fields>()
            .gives::<Draft>(StatusCode::OK),
        delete("/api/drafts/{id}", discard)
            .named("discardDraft", "Delete a draft", "Xóa bản nháp")
            .by(Who::Citizen)
            .gives_nothing(),
        post("/api/drafts/{id}/submission", submit)
            .named("submitDraft", "Submit a draft", "Nộp bản nháp")
            .by(Who::Citizen)
            .gives::<Receipt<'_>>(StatusCode::CREATED)
            .gives::<Receipt<'_>>(StatusCode::OK)
            .refuses(&[Kind::NotOnline, Kind::NotPayable, Kind::NotPostal]),
    ]
}

fn of_cases() -> Vec<Operation> {
    vec![
        post("/api/dossiers/{code}/supplement", supplement)
            .named("bringSupplement", "Supply further papers", "Bổ sung giấy tờ")
            .by(Who::Citizen)
            .takes::<RawAnswer>()
            .gives::<Standing<'_>>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition]),
        paying("/api/dossiers/{code}/tax-payments", pay_tax).named(
            "payTax",
            "Order the payment of the tax",
            "Thanh toán nghĩa vụ tài chính",
        ),
        get("/api/dossiers/{code}/result", result)
            .named("readResult", "Read the result", "Xem kết quả")
            .by(Who::Citizen)
            .gives::<results::ResultView<'_>>(StatusCode::OK),
        post("/api/dossiers/{code}/rating", rate)
            .named("rateDossier", "Rate the handling of a dossier", "Đánh giá việc giải quyết")
            .by(Who::Citizen)
            .takes::<RawRating>()
            .gives::<Standing<'_>>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition]),
        post("/api/results/verifications", verify)
            .named("verifyResult", "Verify a result", "Xác thực kết quả")
            .takes::<Shown>()
            .gives::<Verification>(StatusCode::OK)
            .refuses(&[Kind::NotFound]),
    ]
}

/// What a citizen has filled in so far: any JSON object.
type Fields = serde_json::Map<String, serde_json::Value>;

#[derive(Serialize, JsonSchema)]
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

/// Submits a draft, which becomes a dossier.
async fn submit(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let fields = portal.registry().drafts.get(citizen, id)?.fields.clone();
    let raw: RawSubmission = serde_json::from_str(fields.get())
        .map_err(|error| Problem::new(Kind::Validation, format!("the draft cannot be handed in: {error}")))?;
    let receipt = dossiers::receive(&portal, &Person::Citizen(citizen), raw)?;
    portal.registry().drafts.discard(citizen, id)?;
    Ok(receipt)
}

/// Lets an applicant take one step; answers with the dossier after it.
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
    dossiers::order(&portal, citizen, code, Debt::Tax).await
}

async fn result(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    let id = registry.find_to_read(&code, citizen)?;
    Ok(json(StatusCode::OK, &results::view(registry.get(id)?)?))
}

async fn rate(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
    Body(rating): Body<RawRating>,
) -> Result<Response, Problem> {
    step(&portal, &code, citizen, |dossier, office| results::rate(dossier, rating, office))
}

/// A result that was handed out.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
struct Shown {
    number: String,
    digest: String,
}

/// Any client that is shown a result may ask whether it is in force.
async fn verify(State(portal): State<Arc<Portal>>, Body(shown): Body<Shown>) -> Result<Response, Problem> {
    let registry = portal.registry();
    let code = shown.number.strip_prefix("KQ-").ok_or_else(|| Problem::not_found("result"))?;
    let dossier = registry.find(code).and_then(|id| registry.get(id)).map_err(|_none| Problem::not_found("result"))?;
    Ok(json(StatusCode::OK, &results::verify(dossier, &shown.digest)?))
}
