//! The national portal hands down dossiers that citizens entered there.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::body::{Body, json};
use crate::api::operation::{Operation, Who, post};
use crate::domain::problem::{Kind, Problem};
use crate::hub_link::push_down::{TAKEN, Verdict, take};
use crate::state::portal::Portal;

/// How many packets one message may carry.
const MOST_PACKETS: usize = 100;

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

/// The outcome of the packets of a message, in order.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PacketVerdicts")]
struct Verdicts {
    /// The error code of the first packet that was refused; else 0.
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
