//! Operations of the desks: sign in, take from the inbox, and move dossiers on.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::access::AnyClerk;
use crate::api::body::{Body, Path, json, tagged};
use crate::api::citizen::dossiers::{self, Reason};
use crate::api::desk::case::{Case, case, check_unit};
use crate::api::operation::{Operation, Who, delete, get, post};
use crate::api::pages::Listed;
use crate::api::search::{self, Criteria};
use crate::api::view::{Full, Item, Receipt, Standing};
use crate::behaviour::defects::Defect;
use crate::domain::catalogue::Role;
use crate::domain::dossier::Actor;
use crate::domain::payments::payment;
use crate::domain::person::Person;
use crate::domain::problem::{Kind, Problem};
use crate::domain::queues::Queue;
use crate::domain::states::{self, Event};
use crate::domain::steps;
use crate::domain::submission::RawSubmission;
use crate::state::clock::wall_ns;
use crate::state::portal::Portal;

/// How many dossiers an inbox hands out at once by default.
const USUAL_TAKE: usize = 20;
/// How many it hands out at most.
const LARGEST_TAKE: usize = 500;

pub(crate) fn operations() -> Vec<Operation> {
    let mut all = vec![
        post("/api/desk/sessions", sign_in)
            .named("signInClerk", "Sign in as a clerk", "Cán bộ đăng nhập")
            .takes::<Credentials>()
            .gives::<Opened<'_>>(StatusCode::CREATED)
            .refuses(&[Kind::Unauthenticated]),
        delete("/api/desk/sessions", dossiers::sign_out)
            .named("signOutClerk", "Sign out", "Đăng xuất")
            .by(Who::SignedIn)
            .gives_nothing(),
        post("/api/desk/inbox", take)
            .named("takeFromInbox", "Take dossiers from an inbox", "Nhận hồ sơ từ hàng chờ")
            .by(Who::Clerk)
            .takes::<Request>()
            .gives::<Inbox<'_>>(StatusCode::OK),
        get("/api/desk/statistics", statistics)
            .named("countDossiers", "Count dossiers", "Thống kê hồ sơ")
            .by(Who::Clerk)
            .gives::<Statistics<'_>>(StatusCode::OK),
        post("/api/desk/dossiers", submit)
            .named("submitAtDesk", "Take in a dossier for an applicant", "Tiếp nhận trực tiếp hoặc qua bưu chính")
            .by(Who::Clerk)
            .takes::<RawSubmission>()
            .gives::<Receipt<'_>>(StatusCode::CREATED)
            .gives::<Receipt<'_>>(StatusCode::OK)
            .refuses(&[Kind::NotOnline, Kind::NotPayable, Kind::NotPostal]),
        get("/api/desk/dossiers", search::dossiers)
            .named("listDossiers", "Search dossiers", "Tìm kiếm hồ sơ")
            .by(Who::Clerk)
            .asks::<Criteria>()
            .gives::<Listed<Item<'_>>>(StatusCode::OK)
            .refuses(&[Kind::Validation]),
        get("/api/desk/dossiers/{code}", read)
            .named("readDossierAtDesk", "Read a dossier", "Xem hồ sơ")
            .by(Who::Clerk)
            .gives_version::<Full<'_>>(),
    ];
    all.extend(steps());
    all
}

fn steps() -> Vec<Operation> {
    vec![
        case("/api/desk/dossiers/{code}/accept", accept)
            .named("acceptDossier", "Accept a dossier", "Tiếp nhận hồ sơ")
            .takes::<Assessment>()
            .refuses(&[Kind::IllegalTransition, Kind::PaymentInProgress]),
        case("/api/desk/dossiers/{code}/refuse", refuse)
            .named("refuseDossier", "Refuse a dossier", "Từ chối tiếp nhận hồ sơ")
            .takes::<Reason>(),
        case("/api/desk/dossiers/{code}/collect", collect)
            .named("collectFee", "Take cash at the counter", "Thu phí, lệ phí tại quầy")
            .takes::<Cash>()
            .refuses(&[Kind::IllegalTransition, Kind::NothingToPay, Kind::AlreadyPaid]),
        case("/api/desk/dossiers/{code}/start", start)
            .named("startDossier", "Start to process a dossier", "Bắt đầu xử lý hồ sơ")
            .refuses(&[Kind::IllegalTransition, Kind::PaymentRequired]),
        case("/api/desk/dossiers/{code}/complete", complete).named(
            "completeDossier",
            "Complete a dossier",
            "Hoàn thành xử lý hồ sơ",
        ),
        case("/api/desk/dossiers/{code}/stop", stop)
            .named("stopDossier", "Stop a dossier", "Dừng xử lý hồ sơ")
            .takes::<Reason>(),
        case("/api/desk/dossiers/{code}/approve-withdrawal", approve_withdrawal).named(
            "approveWithdrawal",
            "Grant a withdrawal",
            "Đồng ý cho rút hồ sơ",
        ),
        case("/api/desk/dossiers/{code}/hand-over", hand_over)
            .named("handOverResult", "Hand the result over", "Trả kết quả")
            .refuses(&[Kind::IllegalTransition, Kind::PaymentRequired]),
    ]
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
struct Credentials {
    clerk: String,
    password: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ClerkSession")]
struct Opened<'clerk> {
    token: String,
    unit: Option<&'clerk str>,
}

async fn sign_in(State(portal): State<Arc<Portal>>, Body(credentials): Body<Credentials>) -> Result<Response, Problem> {
    let clerk = portal.catalogue.clerk(&credentials.clerk).filter(|clerk| clerk.password == credentials.password);
    let clerk = clerk.ok_or_else(|| Problem::new(Kind::Unauthenticated, "no such clerk, or another password"))?;
    let token = portal.registry().sessions.open(Person::Clerk(Arc::clone(clerk)), wall_ns());
    Ok(json(StatusCode::CREATED, &Opened { token, unit: clerk.unit.as_deref() }))
}

#[derive(Deserialize, JsonSchema)]
struct Request {
    queue: Queue,
    take: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct Inbox<'registry> {
    items: Vec<Item<'registry>>,
    waiting: usize,
}

/// Hands out the oldest dossiers of a queue, each once.
async fn take(
    State(portal): State<Arc<Portal>>,
    AnyClerk(clerk): AnyClerk,
    Body(request): Body<Request>,
) -> Result<Response, Problem> {
    let unit = match (request.queue, clerk.role) {
        (Queue::Intake, Role::Desk) => clerk.unit.as_deref().unwrap_or_default(),
        (Queue::Post, Role::Post) => "",
        (Queue::Intake, Role::Post | Role::Registrar) | (Queue::Post, Role::Desk | Role::Registrar) => {
            return Err(Problem::new(Kind::Forbidden, "this queue belongs to another role"));
        }
    };
    let take = request.take.unwrap_or(USUAL_TAKE).min(LARGEST_TAKE);
    let mut registry = portal.registry();
    let ids = registry.hand_out(request.queue, unit, take);
    let waiting = registry.waiting(request.queue, unit);
    let items = ids.into_iter().map(|id| registry.get(id).map(Item::new)).collect::<Result<_, _>>()?;
    Ok(json(StatusCode::OK, &Inbox { items, waiting }))
}

async fn submit(
    State(portal): State<Arc<Portal>>,
    AnyClerk(clerk): AnyClerk,
    Body(raw): Body<RawSubmission>,
) -> Result<Response, Problem> {
    dossiers::receive(&portal, &Person::Clerk(clerk), raw)
}

async fn read(
    State(portal): State<Arc<Portal>>,
    AnyClerk(_clerk): AnyClerk,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let id = registry.find(&code)?;
    if registry.defects.has(Defect::GetMutates) {
        registry.change(id, |dossier, office| {
            // It is done where it can be; the reader does not see it.
            drop(dossier.advance(Event::HandedOver, Actor::Term, office.now));
            Ok(())
        })?;
    }
    let dossier = registry.get(id)?;
    Ok(tagged(dossier.version, &Full::new(dossier, registry.sync_status(id))))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Totals")]
struct Statistics<'registry> {
    total: usize,
    by_state: BTreeMap<states::State, u64>,
    by_unit: BTreeMap<&'registry str, u64>,
}

async fn statistics(State(portal): State<Arc<Portal>>, AnyClerk(_clerk): AnyClerk) -> Response {
    let registry = portal.registry();
    let statistics = Statistics {
        total: registry.len(),
        by_state: registry.states.clone(),
        by_unit: registry.units.iter().map(|(code, books)| (code.as_str(), books.dossiers)).collect(),
    };
    json(StatusCode::OK, &statistics)
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
struct Assessment {
    assessed_fee: Option<i64>,
}

async fn accept(case: Case, Body(assessment): Body<Assessment>) -> Result<Response, Problem> {
    if assessment.assessed_fee.is_some_and(|fee| fee < 0) {
        return Err(Problem::field("assessed_fee", "must not be negative"));
    }
    case.step(|dossier, actor, office| steps::accept(dossier, assessment.assessed_fee, actor, office))
}

async fn refuse(case: Case, Body(reason): Body<Reason>) -> Result<Response, Problem> {
    let reason = reason.given()?;
    case.step(|dossier, actor, office| dossier.advance_for(Event::Refused, reason, actor, office.now))
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
struct Cash {
    amount: Option<i64>,
}

async fn collect(case: Case, Body(Cash { amount }): Body<Cash>) -> Result<Response, Problem> {
    let amount = amount.ok_or_else(|| Problem::field("amount", "is missing"))?;
    case.any_step(|dossier, actor, office| payment::collect(dossier, amount, actor, office))
}

async fn start(Case { portal, clerk, code }: Case) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let id = registry.find(&code)?;
    registry.change(id, |dossier, office| {
        check_unit(dossier, &clerk, office.defects)?;
        let told = steps::start(dossier, Actor::Clerk(clerk), office)?;
        Ok(json(StatusCode::OK, &Standing::told_as(dossier, told)))
    })
}

async fn complete(case: Case) -> Result<Response, Problem> {
    case.step(steps::complete)
}

async fn stop(case: Case, Body(reason): Body<Reason>) -> Result<Response, Problem> {
    let reason = reason.given()?;
    case.step(|dossier, actor, office| dossier.advance_for(Event::Stopped, reason, actor, office.now))
}

async fn approve_withdrawal(case: Case) -> Result<Response, Problem> {
    case.step(|dossier, actor, office| {
        dossier.advance_for(Event::WithdrawalApproved, "withdrawn".to_owned(), actor, office.now)?;
        dossier.pause = None;
        Ok(())
    })
}

async fn hand_over(case: Case) -> Result<Response, Problem> {
    case.step(steps::hand_over)
}
