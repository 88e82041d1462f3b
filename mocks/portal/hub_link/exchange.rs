//! The exchange of dossiers as the national portal speaks it: sign in once, then one address for all services.
//!
//! # Source
//! The public national adapter of 2020: `{session, madonvi, service, isUpdating, data}` and `{error_code, message, result}`.

use bytes::Bytes;
use http::StatusCode;
use mock_ground::{Call, Caller};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::state::config::Hub;
use crate::state::outbox::sync_state::Kind;
use crate::state::outbox::{Message, Outcome};

/// The longest answer: a page of a hundred packets of the longest kind.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// Error codes of answers.
const DONE: i64 = 0;
const NO_SESSION: i64 = 1;
const MISSING: i64 = 4;

/// The session at the national portal.
#[derive(Debug, Default)]
pub(crate) struct Session(Option<String>);

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// The national portal reports an outage, or refuses to sign this portal in: nothing was done.
    PutOff,
    /// There was no answer, or an unreadable one.
    Unanswered,
}

#[derive(Serialize)]
struct Request<'message> {
    session: &'message str,
    madonvi: &'message str,
    #[serde(flatten)]
    asked: &'message HubRequest<'message>,
}

/// The question.
#[derive(Default, Serialize)]
struct HubRequest<'message> {
    service: &'static str,
    #[serde(rename = "isUpdating", skip_serializing_if = "str::is_empty")]
    is_updating: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data: Vec<&'message RawValue>,
    #[serde(rename = "MaHoSo", skip_serializing_if = "str::is_empty")]
    dossier: &'message str,
    #[serde(rename = "lastId", skip_serializing_if = "str::is_empty")]
    last_id: &'message str,
}

#[derive(Deserialize)]
struct Answer {
    error_code: i64,
    #[serde(default)]
    session: String,
    #[serde(default)]
    result: Vec<Value>,
    #[serde(default, rename = "lastId")]
    last_id: String,
}

/// A page of dossiers that citizens entered at the national portal.
pub(crate) struct Entered {
    pub(crate) packets: Vec<Value>,
    /// The next cursor.
    pub(crate) last: String,
}

impl Session {
    /// Sends a message; returns its outcome.
    pub(crate) async fn send(&mut self, caller: &Caller, hub: &Hub, message: &Message) -> Outcome {
        let code = message.parcels.first().map_or("", |parcel| parcel.code.as_str());
        let data = message.parcels.iter().filter_map(|parcel| parcel.packet.as_deref()).collect();
        let asked = match message.kind {
            Kind::LookUp => HubRequest { service: "TraCuuHoSo", dossier: code, ..HubRequest::default() },
            Kind::Create => HubRequest { service: "DongBoHoSoMC", is_updating: "False", data, ..HubRequest::default() },
            Kind::Update => HubRequest { service: "DongBoHoSoMC", is_updating: "True", data, ..HubRequest::default() },
            Kind::Steps => HubRequest { service: "CapNhatTienDoHoSoMC", data, ..HubRequest::default() },
        };
        match self.ask(caller, hub, &asked).await {
            Ok((status, answer)) => read(message.kind, status, &answer),
            Err(Failure::PutOff) => Outcome::PutOff,
            Err(Failure::Unanswered) => Outcome::Unanswered,
        }
    }

    /// Fetches dossiers that citizens entered at the national portal after `last`; `None` during an outage.
    pub(crate) async fn fetch(&mut self, caller: &Caller, hub: &Hub, last: &str) -> Option<Entered> {
        let asked = HubRequest { service: "LayHoSoNopTaiHub", last_id: last, ..HubRequest::default() };
        let (_, answer) = self.ask(caller, hub, &asked).await.ok()?;
        (answer.error_code == DONE).then_some(Entered { packets: answer.result, last: answer.last_id })
    }

    /// Asks within the session, and once more within a new one if that has expired.
    async fn ask(
        &mut self,
        caller: &Caller,
        hub: &Hub,
        asked: &HubRequest<'_>,
    ) -> Result<(StatusCode, Answer), Failure> {
        let had_session = self.0.is_some();
        let answered = self.ask_once(caller, hub, asked).await?;
        if answered.1.error_code != NO_SESSION {
            return Ok(answered);
        }
        self.0 = None;
        if !had_session {
            return Err(Failure::PutOff);
        }
        let answered = self.ask_once(caller, hub, asked).await?;
        if answered.1.error_code == NO_SESSION { Err(Failure::PutOff) } else { Ok(answered) }
    }

    async fn ask_once(
        &mut self,
        caller: &Caller,
        hub: &Hub,
        asked: &HubRequest<'_>,
    ) -> Result<(StatusCode, Answer), Failure> {
        let session = match &self.0 {
            Some(session) => session,
            None => self.0.insert(sign_in(caller, hub).await?),
        };
        let request = Request { session, madonvi: &hub.agency, asked };
        let body = serde_json::to_vec(&request).unwrap_or_else(|_| unreachable!("requests have string keys only"));
        call(caller, hub, "/exchange", body.into()).await
    }
}

/// Signs in; a failure here means that nothing was sent yet.
async fn sign_in(caller: &Caller, hub: &Hub) -> Result<String, Failure> {
    let credentials = serde_json::json!({ "username": hub.name, "password": hub.secret });
    let answer = call(caller, hub, "/auth", credentials.to_string().into()).await;
    let (_, answer) = answer.map_err(|_nothing_told| Failure::PutOff)?;
    if answer.error_code == DONE && !answer.session.is_empty() { Ok(answer.session) } else { Err(Failure::PutOff) }
}

async fn call(caller: &Caller, hub: &Hub, path: &str, body: Bytes) -> Result<(StatusCode, Answer), Failure> {
    let url = format!("{}{path}", hub.url);
    let call = Call { timeout: hub.timeout, longest: LONGEST_ANSWER, ..Call::post(&url, body) };
    let _permit = caller.permit().await;
    let mock_ground::Answer { status, body } = caller.once(&call).await.map_err(|_silence| Failure::Unanswered)?;
    match serde_json::from_slice(&body) {
        Ok(answer) => Ok((status, answer)),
        Err(_) if status == StatusCode::SERVICE_UNAVAILABLE => Err(Failure::PutOff),
        Err(_) => Err(Failure::Unanswered),
    }
}

/// Reads an answer: a verdict on each packet, or how many steps a dossier has that was looked up.
fn read(kind: Kind, status: StatusCode, answer: &Answer) -> Outcome {
    if kind == Kind::LookUp {
        let steps = answer.result.first().map(steps);
        return match answer.error_code {
            DONE if steps.is_some() => Outcome::LookedUp(steps),
            MISSING => Outcome::LookedUp(None),
            _ => Outcome::PutOff,
        };
    }
    if answer.result.is_empty() && (status.is_server_error() || answer.error_code != DONE) {
        return Outcome::PutOff;
    }
    Outcome::Judged(answer.result.iter().filter_map(Value::as_object).map(verdict).collect())
}

fn verdict(result: &Map<String, Value>) -> (i64, String) {
    let number = result.get("error_code").and_then(Value::as_i64).unwrap_or(-1);
    let words = result.get("message").and_then(Value::as_str).unwrap_or_default();
    (number, format!("{number}: {words}"))
}

/// How many steps the history of a dossier has. The national portal records other messages there too.
fn steps(dossier: &Value) -> u32 {
    let history = dossier.get("DanhSachTienTrinh").and_then(Value::as_array);
    let is_step = |event: &&Value| event.get("kind").is_some_and(|kind| kind == "progress");
    history.map_or(0, |history| u32::try_from(history.iter().filter(is_step).count()).unwrap_or(u32::MAX))
}
