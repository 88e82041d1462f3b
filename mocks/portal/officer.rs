//! What else the desks do: further papers, other agencies, taxes, apologies, corrections, bags.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use crate::agencies::{self, RawApology, RawConsultation};
use crate::bags::RawBag;
use crate::body::{Body, Path, json};
use crate::citizen::Reason;
use crate::desk::{any_step, step};
use crate::dossier::Actor;
use crate::obligations::{self, RawNotice, RawReceipt};
use crate::problem::Problem;
use crate::results;
use crate::server::Portal;
use crate::session::{AnyClerk, DeskClerk};
use crate::states::{Event, State as Stand};
use crate::supplements::{self, RawAnswer, RawRequest};

pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/api/desk/dossiers/{code}/request-supplement", post(request_supplement))
        .route("/api/desk/dossiers/{code}/receive-supplement", post(receive_supplement))
        .route("/api/desk/dossiers/{code}/expire-supplement", post(expire_supplement))
        .route("/api/desk/dossiers/{code}/refuse-withdrawal", post(refuse_withdrawal))
        .route("/api/desk/dossiers/{code}/apologise", post(apologise))
        .route("/api/desk/dossiers/{code}/consult", post(consult))
        .route("/api/desk/dossiers/{code}/answer-consultation", post(answer))
        .route("/api/desk/dossiers/{code}/tax-notice", post(tax_notice))
        .route("/api/desk/dossiers/{code}/tax-receipt", post(tax_receipt))
        .route("/api/desk/dossiers/{code}/on-the-spot", post(on_the_spot))
        .route("/api/desk/dossiers/{code}/open-correction", post(open_correction))
        .route("/api/desk/dossiers/{code}/issue-correction", post(issue_correction))
        .route("/api/desk/bags", post(pack))
        .route("/api/desk/bags/{number}", get(bag))
        .route("/api/desk/bags/{number}/dispatch", post(dispatch))
        .route("/api/desk/bags/{number}/receive", post(unpack))
}

async fn request_supplement(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
    Body(request): Body<RawRequest>,
) -> Result<Response, Problem> {
    step(&portal, &code, clerk, |dossier, actor, office| supplements::request(dossier, request, actor, office))
}

async fn receive_supplement(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
    Body(papers): Body<RawAnswer>,
) -> Result<Response, Problem> {
    any_step(&portal, &code, clerk, |dossier, actor, office| supplements::receive(dossier, papers, actor, office))
}

async fn expire_supplement(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    step(&portal, &code, clerk, |dossier, _, office| supplements::expire(dossier, office))
}

async fn refuse_withdrawal(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
    Body(reason): Body<Reason>,
) -> Result<Response, Problem> {
    step(&portal, &code, clerk, |dossier, actor, office| {
        if dossier.state != Stand::WithdrawalRequested {
            return Err(dossier.illegal());
        }
        let reason = reason.given()?;
        dossier.resume(Event::WithdrawalRefused, actor, office)?;
        dossier.give_reason(reason);
        Ok(())
    })
}

async fn apologise(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
    Body(apology): Body<RawApology>,
) -> Result<Response, Problem> {
    step(&portal, &code, clerk, |dossier, actor, office| agencies::apologise(dossier, apology, actor, office))
}

async fn consult(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
    Body(question): Body<RawConsultation>,
) -> Result<Response, Problem> {
    let catalogue = &portal.catalogue;
    step(&portal, &code, clerk, |dossier, actor, office| agencies::consult(dossier, question, catalogue, actor, office))
}

async fn answer(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
    Body(answer): Body<agencies::RawAnswer>,
) -> Result<Response, Problem> {
    let partner = Arc::clone(&clerk);
    any_step(&portal, &code, clerk, |dossier, _, office| agencies::answer(dossier, answer, &partner, office))
}

async fn tax_notice(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
    Body(notice): Body<RawNotice>,
) -> Result<Response, Problem> {
    step(&portal, &code, clerk, |dossier, actor, office| obligations::notice(dossier, notice, actor, office))
}

async fn tax_receipt(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
    Body(receipt): Body<RawReceipt>,
) -> Result<Response, Problem> {
    step(&portal, &code, clerk, |dossier, actor, office| obligations::receipt(dossier, receipt, actor, office))
}

async fn on_the_spot(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    step(&portal, &code, clerk, results::on_the_spot)
}

async fn open_correction(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
    Body(reason): Body<Reason>,
) -> Result<Response, Problem> {
    let reason = reason.given()?;
    step(&portal, &code, clerk, |dossier, actor, office| results::open_correction(dossier, reason, actor, office))
}

async fn issue_correction(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    step(&portal, &code, clerk, results::issue_correction)
}

async fn pack(
    State(portal): State<Arc<Portal>>,
    AnyClerk(clerk): AnyClerk,
    Body(bag): Body<RawBag>,
) -> Result<Response, Problem> {
    Ok(json(StatusCode::CREATED, &portal.registry().pack(&bag, &Actor::Clerk(clerk))?))
}

async fn bag(
    State(portal): State<Arc<Portal>>,
    AnyClerk(_clerk): AnyClerk,
    Path(number): Path<u64>,
) -> Result<Response, Problem> {
    Ok(json(StatusCode::OK, &portal.registry().bag(number)?))
}

async fn dispatch(
    State(portal): State<Arc<Portal>>,
    AnyClerk(clerk): AnyClerk,
    Path(number): Path<u64>,
) -> Result<Response, Problem> {
    Ok(json(StatusCode::OK, &portal.registry().dispatch(number, &Actor::Clerk(clerk))?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Counted {
    codes: Vec<String>,
}

async fn unpack(
    State(portal): State<Arc<Portal>>,
    AnyClerk(clerk): AnyClerk,
    Path(number): Path<u64>,
    Body(counted): Body<Counted>,
) -> Result<Response, Problem> {
    Ok(json(StatusCode::OK, &portal.registry().unpack(number, &counted.codes, &Actor::Clerk(clerk))?))
}
