//! Dossiers that citizens entered at the national portal come in here, pushed or fetched, each once.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::body::{Body, json};
use crate::api::operation::{Operation, Who, post};
use crate::api::problem::{Kind, Problem};
use crate::domain::dossier::Actor;
use crate::domain::submission::Channel;
use crate::hub_link::intake;
use crate::server::Portal;
use crate::state::registry::{Registry, Submitted};

/// How many packets one message may carry.
const MOST_PACKETS: usize = 100;

/// Numbers of the answers, as the nation has them.
const TAKEN: i64 = 0;
const KNOWN: i64 = 3;
const CONFLICT: i64 = 5;
const WRONG: i64 = 6;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        post("/peers/hub/dossiers", pushed)
            .named("pushDossiers", "Hand dossiers down", "Chuyển hồ sơ nộp trên Cổng quốc gia")
            .by(Who::Hub)
            .takes::<Pushed>()
            .gives::<Verdicts>(StatusCode::OK),
    ]
}

/// A message of the national portal.
#[derive(Deserialize, JsonSchema)]
struct Pushed {
    /// `DongBoHoSoMC`.
    service: String,
    /// `False`: dossiers are handed down once.
    #[serde(default, rename = "isUpdating")]
    is_updating: String,
    /// 1 to 100 packets.
    data: Vec<Value>,
}

/// What became of one packet.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PacketVerdict")]
pub(crate) struct Verdict {
    #[serde(rename = "MaHoSo")]
    code: String,
    /// 0 taken, 3 taken before, 5 its code belongs to another dossier, 6 fields are wrong.
    error_code: i64,
    /// What is wrong, in Vietnamese.
    message: String,
}

/// What became of the packets of a message, in order.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PacketVerdicts")]
struct Verdicts {
    /// That of the first packet that was not taken; else 0.
    error_code: i64,
    message: String,
    result: Vec<Verdict>,
}

/// The national portal, known by its token before anything it says is read.
struct NationalPortal;

impl FromRequestParts<Arc<Portal>> for NationalPortal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Problem> {
        let token = parts.headers.get("access_token").map(HeaderValue::as_bytes);
        let secret = portal.config.hub.as_ref().map(|hub| hub.secret.as_bytes());
        if token.is_some() && token == secret {
            return Ok(Self);
        }
        Err(Problem::new(Kind::Unauthenticated, "the token is not the national portal's"))
    }
}

async fn pushed(
    State(portal): State<Arc<Portal>>,
    _hub: NationalPortal,
    Body(pushed): Body<Pushed>,
) -> Result<Response, Problem> {
    if pushed.service != "DongBoHoSoMC" {
        return Err(Problem::field("service", "must be DongBoHoSoMC"));
    }
    if !pushed.is_updating.is_empty() && !pushed.is_updating.eq_ignore_ascii_case("false") {
        return Err(Problem::field("isUpdating", "must be False"));
    }
    if pushed.data.is_empty() || pushed.data.len() > MOST_PACKETS {
        return Err(Problem::field("data", format!("must be 1 to {MOST_PACKETS} packets")));
    }
    let result = take(&portal, &pushed.data);
    let trouble = result.iter().find(|verdict| verdict.error_code != TAKEN);
    let (error_code, message) = trouble.map_or((TAKEN, ""), |verdict| (verdict.error_code, &verdict.message));
    let message = message.to_owned();
    Ok(json(StatusCode::OK, &Verdicts { error_code, message, result }))
}

/// Takes each packet on its own: one that cannot be taken does not hold up the others.
pub(crate) fn take(portal: &Portal, packets: &[Value]) -> Vec<Verdict> {
    let take = |packet| {
        let mut registry = portal.registry();
        let verdict = take_one(portal, &mut registry, packet);
        if let Some(outbox) = registry.outbox.as_mut().filter(|_| !matches!(verdict.error_code, TAKEN | KNOWN)) {
            outbox.untaken += 1;
            registry.notes.is_set = true;
        }
        verdict
    };
    packets.iter().map(take).collect()
}

fn take_one(portal: &Portal, registry: &mut Registry, packet: &Value) -> Verdict {
    let nothing = Map::new();
    let packet = packet.as_object().unwrap_or(&nothing);
    let code: String = intake::text(packet, "MaHoSo").chars().take(100).collect();
    let verdict = |error_code, message: String| Verdict { code: code.clone(), error_code, message };
    let submission = match intake::read(packet, &portal.catalogue, &registry.procedures) {
        Ok(submission) => submission,
        Err(flaws) => return verdict(WRONG, flaws),
    };
    let known = registry.find(&code).and_then(|id| registry.get(id));
    let is_same = |owner: u64, channel: Channel| owner == submission.owner && channel == Channel::OnlineNational;
    if known.is_ok_and(|known| !is_same(known.owner, known.channel)) {
        return verdict(CONFLICT, "mã hồ sơ thuộc hồ sơ khác".to_owned());
    }
    match registry.submit(submission, Actor::Applicant) {
        Ok(Submitted::New(_) | Submitted::Lost(_)) => verdict(TAKEN, String::new()),
        Ok(Submitted::Known(_)) => verdict(KNOWN, "hồ sơ đã được tiếp nhận trước đó".to_owned()),
        Err(problem) => verdict(WRONG, problem.in_vietnamese().to_owned()),
    }
}
