//! Further operations of the desks: supplements, consultations, taxes, apologies, corrections, bags.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::access::AnyClerk;
use crate::api::body::{Body, Path, json};
use crate::api::citizen::dossiers::Reason;
use crate::api::desk::case::{Case, case};
use crate::api::operation::{Operation, Who, get, post};
use crate::domain::agencies::{self, RawApology, RawConsultation};
use crate::domain::dossier::Actor;
use crate::domain::papers::bags::RawBag;
use crate::domain::papers::supplements::{self, RawAnswer, RawRequest};
use crate::domain::payments::obligations::{self, RawNotice, RawReceipt};
use crate::domain::problem::{Kind, Problem};
use crate::domain::results;
use crate::domain::states::{Event, State as Stand};
use crate::state::portal::Portal;
use crate::state::registry::bags::ListedBag;

pub(crate) fn operations() -> Vec<Operation> {
    let mut all = of_cases();
    all.extend(of_bags());
    all
}

fn of_cases() -> Vec<Operation> {
    vec![
        case("/api/desk/dossiers/{code}/request-supplement", request_supplement)
            .named("requestSupplement", "Request further papers", "Yêu cầu bổ sung giấy tờ")
            .takes::<RawRequest>(),
        case("/api/desk/dossiers/{code}/receive-supplement", receive_supplement)
            .named("receiveSupplement", "Accept further papers", "Tiếp nhận giấy tờ bổ sung")
            .takes::<RawAnswer>(),
        case("/api/desk/dossiers/{code}/expire-supplement", expire_supplement).named(
            "expireSupplement",
            "End a dossier whose papers are overdue",
            "Kết thúc do quá hạn bổ sung",
        ),
        case("/api/desk/dossiers/{code}/refuse-withdrawal", refuse_withdrawal)
            .named("refuseWithdrawal", "Refuse a withdrawal", "Không đồng ý cho rút hồ sơ")
            .takes::<Reason>(),
        case("/api/desk/dossiers/{code}/apologise", apologise)
            .named("apologise", "Apologise and set a new day", "Xin lỗi và hẹn lại ngày trả")
            .takes::<RawApology>(),
        case("/api/desk/dossiers/{code}/consult", consult)
            .named("consultAgency", "Consult another agency", "Lấy ý kiến cơ quan khác")
            .takes::<RawConsultation>(),
        case("/api/desk/dossiers/{code}/answer-consultation", answer)
            .named("answerConsultation", "Answer a consultation", "Trả lời lấy ý kiến")
            .takes::<agencies::RawAnswer>(),
        case("/api/desk/dossiers/{code}/tax-notice", tax_notice)
            .named("noteTaxNotice", "Record a tax notice", "Ghi nhận thông báo thuế")
            .takes::<RawNotice>(),
        case("/api/desk/dossiers/{code}/tax-receipt", tax_receipt)
            .named("noteTaxReceipt", "Record a receipt of the treasury", "Ghi nhận biên lai kho bạc")
            .takes::<RawReceipt>()
            .refuses(&[Kind::IllegalTransition, Kind::PaymentInProgress]),
        case("/api/desk/dossiers/{code}/on-the-spot", on_the_spot)
            .named("doOnTheSpot", "Receive, decide and return in one act", "Bốn tại chỗ")
            .refuses(&[Kind::IllegalTransition, Kind::PaymentRequired]),
        case("/api/desk/dossiers/{code}/open-correction", open_correction)
            .named("openCorrection", "Open the correction of a result", "Mở đính chính kết quả")
            .takes::<Reason>(),
        case("/api/desk/dossiers/{code}/issue-correction", issue_correction).named(
            "issueCorrection",
            "Issue the corrected result",
            "Ban hành kết quả đính chính",
        ),
    ]
}

fn of_bags() -> Vec<Operation> {
    vec![
        post("/api/desk/bags", pack)
            .named("packBag", "Pack a bag", "Đóng túi hồ sơ")
            .by(Who::Clerk)
            .takes::<RawBag>()
            .gives::<ListedBag>(StatusCode::CREATED),
        get("/api/desk/bags/{number}", bag)
            .named("readBag", "Read a bag and its list", "Xem túi hồ sơ")
            .by(Who::Clerk)
            .gives::<ListedBag>(StatusCode::OK),
        post("/api/desk/bags/{number}/dispatch", dispatch)
            .named("dispatchBag", "Dispatch a bag", "Chuyển túi hồ sơ")
            .by(Who::Clerk)
            .gives::<ListedBag>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition]),
        post("/api/desk/bags/{number}/receive", unpack)
            .named("receiveBag", "Receive a bag", "Nhận túi hồ sơ")
            .by(Who::Clerk)
            .takes::<Counted>()
            .gives::<ListedBag>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition, Kind::BagMismatch]),
    ]
}

async fn request_supplement(case: Case, Body(request): Body<RawRequest>) -> Result<Response, Problem> {
    case.step(|dossier, actor, office| supplements::request(dossier, request, actor, office))
}

async fn receive_supplement(case: Case, Body(papers): Body<RawAnswer>) -> Result<Response, Problem> {
    case.any_step(|dossier, actor, office| supplements::receive(dossier, papers, actor, office))
}

async fn expire_supplement(case: Case) -> Result<Response, Problem> {
    case.step(|dossier, _, _| supplements::expire(dossier))
}

async fn refuse_withdrawal(case: Case, Body(reason): Body<Reason>) -> Result<Response, Problem> {
    case.step(|dossier, actor, office| {
        if dossier.state != Stand::WithdrawalRequested {
            return Err(dossier.illegal());
        }
        let reason = reason.given()?;
        dossier.resume(Event::WithdrawalRefused, actor, office)?;
        dossier.give_reason(reason);
        Ok(())
    })
}

async fn apologise(case: Case, Body(apology): Body<RawApology>) -> Result<Response, Problem> {
    case.step(|dossier, actor, office| agencies::apologise(dossier, apology, actor, office))
}

async fn consult(case: Case, Body(question): Body<RawConsultation>) -> Result<Response, Problem> {
    let portal = Arc::clone(&case.portal);
    let catalogue = &portal.catalogue;
    case.step(|dossier, actor, office| agencies::consult(dossier, question, catalogue, actor, office))
}

async fn answer(case: Case, Body(answer): Body<agencies::RawAnswer>) -> Result<Response, Problem> {
    let partner = Arc::clone(&case.clerk);
    case.any_step(|dossier, _, office| agencies::answer(dossier, answer, &partner, office))
}

async fn tax_notice(case: Case, Body(notice): Body<RawNotice>) -> Result<Response, Problem> {
    case.step(|dossier, actor, office| obligations::notice(dossier, notice, actor, office))
}

async fn tax_receipt(case: Case, Body(receipt): Body<RawReceipt>) -> Result<Response, Problem> {
    case.step(|dossier, actor, office| obligations::receipt(dossier, receipt, actor, office))
}

async fn on_the_spot(case: Case) -> Result<Response, Problem> {
    case.step(results::on_the_spot)
}

async fn open_correction(case: Case, Body(reason): Body<Reason>) -> Result<Response, Problem> {
    let reason = reason.given()?;
    case.step(|dossier, actor, office| results::open_correction(dossier, reason, actor, office))
}

async fn issue_correction(case: Case) -> Result<Response, Problem> {
    case.step(results::issue_correction)
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

#[derive(Deserialize, Default, JsonSchema)]
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
