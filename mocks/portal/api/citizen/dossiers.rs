//! Operations of citizens: sign in, submit, pay, follow, withdraw; and the public look-up.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::handler::Handler;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::access::{self, Citizen, SignedIn};
use crate::api::body::{Body, Path, json, tagged};
use crate::api::operation::{Operation, Who, delete, get, post};
use crate::api::pages::Listed;
use crate::api::peers::orders::{self, WantedPayment};
use crate::api::search::{self, Criteria};
use crate::api::view::{Full, Item, Public, Receipt, Standing};
use crate::behaviour::defects::Defect;
use crate::domain::dossier::Actor;
use crate::domain::payments::debt::Debt;
use crate::domain::payments::payment::PaymentState;
use crate::domain::payments::platform::{self, Offer};
use crate::domain::person::Person;
use crate::domain::problem::{Kind, Problem};
use crate::domain::states::Event;
use crate::domain::submission::{RawSubmission, citizen_number};
use crate::state::clock::wall_ns;
use crate::state::one_time_codes;
use crate::state::portal::Portal;
use crate::state::registry::intake::Submitted;

/// The delay of the defect `slow-path`.
const SLOW: Duration = Duration::from_millis(300);

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        post("/api/sessions", sign_in)
            .named("signIn", "Sign in as a citizen", "Công dân đăng nhập")
            .takes::<Credentials>()
            .gives::<Opened>(StatusCode::CREATED)
            .refuses(&[Kind::Unauthenticated]),
        delete("/api/sessions", sign_out).named("signOut", "Sign out", "Đăng xuất").by(Who::SignedIn).gives_nothing(),
        post("/api/sessions/codes", send_code)
            .named("sendCode", "Request a one-time code", "Gửi mã xác thực một lần")
            .takes::<Credentials>()
            .gives::<Sent>(StatusCode::CREATED)
            .refuses(&[Kind::Unauthenticated]),
        post("/api/dossiers", submit)
            .named("submitDossier", "Submit a dossier", "Nộp hồ sơ")
            .by(Who::SignedIn)
            .takes::<RawSubmission>()
            .gives::<Receipt<'_>>(StatusCode::CREATED)
            .gives::<Receipt<'_>>(StatusCode::OK)
            .refuses(&[Kind::NotOnline, Kind::NotPayable, Kind::NotPostal]),
        get("/api/dossiers", search::own)
            .named("listOwnDossiers", "List one's own dossiers", "Danh sách hồ sơ của tôi")
            .by(Who::Citizen)
            .asks::<Criteria>()
            .gives::<Listed<Item<'_>>>(StatusCode::OK)
            .refuses(&[Kind::Validation]),
        get("/api/dossiers/{code}", read)
            .named("readDossier", "Read one's own dossier", "Xem hồ sơ của tôi")
            .by(Who::Citizen)
            .gives_version::<Full<'_>>(),
        paying("/api/dossiers/{code}/payments", pay).named(
            "payFee",
            "Order the payment of the fee",
            "Thanh toán phí, lệ phí",
        ),
        post("/api/dossiers/{code}/withdrawal", withdraw)
            .named("withdrawDossier", "Request a withdrawal", "Yêu cầu rút hồ sơ")
            .by(Who::Citizen)
            .takes::<Reason>()
            .gives::<Standing<'_>>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition]),
        get("/api/look-up/{code}", look_up)
            .named("lookUpDossier", "Look up a dossier", "Tra cứu tình trạng hồ sơ")
            .gives::<Public<'_>>(StatusCode::OK),
    ]
}

/// Starts an operation by which a citizen orders a payment.
pub(crate) fn paying<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<Portal>>) -> Operation {
    let paying = post(path, handler).by(Who::Citizen);
    paying.gives::<Payable>(StatusCode::CREATED).gives::<Payable>(StatusCode::OK).refuses(&[
        Kind::IllegalTransition,
        Kind::NothingToPay,
        Kind::AlreadyPaid,
        Kind::PaymentInProgress,
        Kind::Full,
        Kind::NotPayable,
        Kind::PeerUnavailable,
    ])
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
struct Credentials {
    citizen_number: String,
    /// The short form: the last six digits of the citizen number.
    otp: String,
    /// The long form: the one-time code that was sent.
    code: Option<String>,
    password: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub(crate) struct Opened {
    pub(crate) token: String,
}

async fn sign_in(State(portal): State<Arc<Portal>>, Body(credentials): Body<Credentials>) -> Result<Response, Problem> {
    let Some(number) = citizen_number(&credentials.citizen_number) else {
        return Err(Problem::field("citizen_number", "must have twelve digits"));
    };
    let (mut registry, now) = (portal.registry(), wall_ns());
    let is_right = match &credentials.code {
        Some(code) => {
            let defects = registry.defects;
            registry.codes.redeem(number, code, now, defects)
        }
        None => credentials.citizen_number.get(6..) == Some(&credentials.otp),
    };
    if !is_right {
        return Err(Problem::new(Kind::Unauthenticated, "the one-time password is wrong"));
    }
    let token = registry.sessions.open(Person::Citizen(number), now);
    Ok(json(StatusCode::CREATED, &Opened { token }))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CodeSent")]
struct Sent {
    expires_in_s: u32,
}

/// The first step of the long form: the password is right, and a one-time code is sent.
async fn send_code(
    State(portal): State<Arc<Portal>>,
    Body(credentials): Body<Credentials>,
) -> Result<Response, Problem> {
    let number = citizen_number(&credentials.citizen_number);
    let number = number.filter(|_| credentials.password == one_time_codes::password(&credentials.citizen_number));
    let number = number.ok_or_else(|| Problem::new(Kind::Unauthenticated, "no such citizen, or another password"))?;
    let mut registry = portal.registry();
    let defects = registry.defects;
    registry.codes.send(number, wall_ns(), defects)?;
    Ok(json(StatusCode::CREATED, &Sent { expires_in_s: 300 }))
}

/// Ends the session; the token is invalid from here.
pub(crate) async fn sign_out(State(portal): State<Arc<Portal>>, _signed_in: SignedIn, headers: HeaderMap) -> Response {
    if let Some(token) = access::token(&headers).filter(|_| !portal.switches.get().has(Defect::Zombie)) {
        portal.registry().sessions.end(token);
    }
    StatusCode::NO_CONTENT.into_response()
}

async fn submit(
    State(portal): State<Arc<Portal>>,
    SignedIn(person): SignedIn,
    Body(raw): Body<RawSubmission>,
) -> Result<Response, Problem> {
    receive(&portal, &person, raw)
}

/// Receives a submission by a citizen or, for an applicant who is at the counter or has written, by a clerk.
pub(crate) fn receive(portal: &Portal, person: &Person, raw: RawSubmission) -> Result<Response, Problem> {
    let actor = match person {
        Person::Citizen(_) => Actor::Applicant,
        Person::Clerk(clerk) => Actor::Clerk(Arc::clone(clerk)),
    };
    let mut registry = portal.registry();
    let submission = raw.check(&portal.catalogue, &registry.procedures, person)?;
    if let Person::Clerk(clerk) = person
        && registry.defects.has(Defect::BoundaryGate)
        && clerk.unit.as_ref() != Some(&submission.unit.code)
    {
        return Err(Problem::new(Kind::Forbidden, "hand it in where it belongs"));
    }
    match registry.submit(submission, actor)? {
        Submitted::New(id) => Ok(json(StatusCode::CREATED, &Receipt::new(registry.get(id)?))),
        Submitted::Lost(dossier) => Ok(json(StatusCode::CREATED, &Receipt::new(&dossier))),
        Submitted::Known(id) => Ok(json(StatusCode::OK, &Receipt::new(registry.get(id)?))),
    }
}

async fn read(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let id = registry.find_to_read(&code, citizen)?;
    let id = registry.read_by_citizen(id);
    let dossier = registry.get(id)?;
    Ok(tagged(dossier.version, &Full::new(dossier, registry.sync_status(id))))
}

/// Where and how much to pay.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Payable {
    reference: String,
    amount: i64,
    payment_url: String,
    state: PaymentState,
}

async fn pay(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    order(&portal, citizen, code, Debt::Fee).await
}

/// Orders a payment at the platform, or shows again where to pay.
pub(crate) async fn order(portal: &Portal, citizen: u64, code: String, debt: Debt) -> Result<Response, Problem> {
    let (id, offer, now) = {
        let mut registry = portal.registry();
        let (id, defects) = (registry.find_own(&code, citizen)?, registry.defects);
        let offer = registry.change(id, |dossier, _| platform::offer(dossier, debt, defects))?;
        (id, offer, registry.clock.now(wall_ns()))
    };
    let state = PaymentState::Pending;
    match offer {
        Offer::Placed { reference, amount, url } => {
            Ok(json(StatusCode::OK, &Payable { reference, amount, payment_url: url, state }))
        }
        Offer::ToPlace { reference, amount } => {
            let wanted = WantedPayment { dossier: code, reference, amount, now };
            let payment_url = orders::payment(portal, &wanted).await?;
            let reference = wanted.reference;
            portal
                .registry()
                .change(id, |dossier, office| platform::placed(dossier, &reference, payment_url.clone(), office))?;
            Ok(json(StatusCode::CREATED, &Payable { reference, amount, payment_url, state }))
        }
    }
}

/// A reason, which is required.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
pub(crate) struct Reason {
    reason: String,
}

impl Reason {
    /// A reason, which is optional.
    pub(crate) fn given(self) -> Result<String, Problem> {
        if self.reason.trim().is_empty() { Err(Problem::field("reason", "is missing")) } else { Ok(self.reason) }
    }
}

async fn withdraw(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
    Body(reason): Body<Reason>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let id = registry.find_own(&code, citizen)?;
    let reason = reason.given()?;
    registry.change(id, |dossier, office| {
        dossier.interrupt(Event::WithdrawalRequested, reason, Actor::Applicant, office.now)?;
        Ok(json(StatusCode::OK, &Standing::new(dossier)))
    })
}

/// The public look-up, for any client that knows a code.
async fn look_up(State(portal): State<Arc<Portal>>, Path(code): Path<String>) -> Result<Response, Problem> {
    let defects = portal.switches.get();
    let ordinal = {
        let registry = portal.registry();
        registry.get(registry.find(&code)?)?.ordinal
    };
    if defects.triggers(Defect::SlowPath, ordinal, 1, 20) {
        tokio::time::sleep(SLOW).await;
    }
    if defects.triggers(Defect::CrashLookUp, ordinal, 4, 15) {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    }
    let registry = portal.registry();
    let dossier = registry.get(registry.find(&code)?)?;
    Ok(json(StatusCode::OK, &Public::new(dossier, defects)))
}
