//! The exchange of dossiers between portals and the hub: sign in, then one address for all services.
//!
//! # Source
//! The field shapes and the services follow the public national adapter of 2020; numbers beyond 0 and 3 are our own.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use mock_ground::unix_ms;
use serde_json::{Map, Value, json};

use crate::catalogue::{Agency, Procedure};
use crate::dossier::Dossier;
use crate::fields::{self, Packet};
use crate::hub::Hub;
use crate::ledger::{Direction, Message};
use crate::records::Records;
use crate::registry::{Refusal, SyncPacket};
use crate::wire::{Answer, Call, Code};

/// How many packets one message may carry.
const MOST_PACKETS: usize = 100;
/// How many entered dossiers one answer may carry.
const LONGEST_PAGE: usize = 100;

/// `POST /auth`: signs a portal in.
pub(crate) async fn sign_in(Shared(hub): Shared<Arc<Hub>>, headers: HeaderMap, call: Call) -> Response {
    let (username, password) = (call.text("username"), call.text("password"));
    let account = hub.config.portals.iter().find(|each| each.username == username && each.password == password);
    let destination = headers.get("dstcode").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut records = hub.records();
    if records.ledger.is_full() {
        return Answer::new(call.form, Code::Full, "sổ cái đã đầy").into_response();
    }
    records.ledger.enter(Message {
        direction: Direction::In,
        reference: username.chars().take(100).collect(),
        state: if account.is_some() { "signed_in" } else { "refused" },
        status: Some(if account.is_some() { 200 } else { 401 }),
        detail: destination.chars().take(100).collect(),
        ..Message::internal("auth")
    });
    match account {
        Some(account) => {
            let session = records.sessions.open(hub.config.seed, account.username.clone(), unix_ms());
            Answer::with(call.form, "session", session.into()).into_response()
        }
        None => Answer::new(call.form, Code::NoSession, "sai tên đăng nhập hoặc mật khẩu").into_response(),
    }
}

/// `POST /exchange`: one message of a portal that is signed in.
pub(crate) async fn receive(Shared(hub): Shared<Arc<Hub>>, call: Call) -> Response {
    let lifetime = hub.config.lifetimes.session;
    let owner = hub.records().sessions.find(call.text("session"), lifetime, unix_ms());
    let Some(owner) = owner else {
        return Answer::new(call.form, Code::NoSession, "phiên làm việc không tồn tại hoặc đã hết hạn").into_response();
    };
    match call.text("service") {
        "LayThuTuc" => catalogue(&hub, &call, procedures(&hub, true)),
        "LayDanhSachTTHC" => catalogue(&hub, &call, procedures(&hub, false)),
        "LayDanhMucCoQuan" => catalogue(&hub, &call, agencies(&hub)),
        "LayDanhMucLinhVuc" => catalogue(&hub, &call, administrative_fields(&hub)),
        "TraCuuHoSo" => look_up(&hub, &call),
        "LayHoSoNopTaiHub" => entered(&hub, &call),
        "DongBoHoSoMC" => match is_updating(&call) {
            Some(true) => take(&hub, &call, &owner, Kind::Update),
            Some(false) => take(&hub, &call, &owner, Kind::Create),
            None => Answer::new(call.form, Code::Fields, "isUpdating: phải là True hoặc False"),
        },
        "CapNhatTienDoHoSoMC" => take(&hub, &call, &owner, Kind::Progress),
        other => Answer::new(call.form, Code::NoService, format!("không có dịch vụ «{other:.60}»")),
    }
    .into_response()
}

/// Whether a dossier is sent again; a message that does not say sends it for the first time. `None`: it says neither.
fn is_updating(call: &Call) -> Option<bool> {
    match call.members.get("isUpdating") {
        None | Some(Value::Null) => Some(false),
        Some(Value::Bool(flag)) => Some(*flag),
        Some(Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" | "" => Some(false),
            _ => None,
        },
        Some(Value::Number(_) | Value::Array(_) | Value::Object(_)) => None,
    }
}

fn catalogue(hub: &Hub, call: &Call, mut result: Vec<Value>) -> Answer {
    let mut records = hub.records();
    if records.ledger.is_full() {
        return Answer::new(call.form, Code::Full, "sổ cái đã đầy");
    }
    let wanted = call.text("maTTHC");
    if !wanted.is_empty() {
        result.retain(|entry| entry.get("MaTTHC").is_some_and(|code| code == wanted));
    }
    let detail = format!("{}: {} entries", call.text("service"), result.len());
    records.ledger.enter(pulled("catalogue_pull", call, detail));
    Answer::with(call.form, "result", Value::Array(result))
}

fn pulled(kind: &'static str, call: &Call, detail: String) -> Message {
    Message {
        direction: Direction::In,
        reference: call.text("madonvi").chars().take(100).collect(),
        state: "answered",
        status: Some(200),
        detail,
        ..Message::internal(kind)
    }
}

fn procedures(hub: &Hub, is_detailed: bool) -> Vec<Value> {
    let brief = |each: &Procedure| json!({ "MaTTHC": each.code, "TenTTHC": each.name, "MaLinhVuc": each.field });
    let whole = |each: &Procedure| {
        json!({
            "MaTTHC": each.code, "TenTTHC": each.name, "MaLinhVuc": each.field, "ThoiHanGiaiQuyet": each.legal_days,
            "LePhi": each.fee,
        })
    };
    hub.config.catalogue.procedures.iter().map(|each| if is_detailed { whole(each) } else { brief(each) }).collect()
}

fn agencies(hub: &Hub) -> Vec<Value> {
    let entry = |agency: &Agency| json!({ "MaDonVi": agency.code, "TenDonVi": agency.name, "CapDonVi": agency.level });
    hub.config.catalogue.agencies.iter().map(entry).collect()
}

fn administrative_fields(hub: &Hub) -> Vec<Value> {
    let mut codes: Vec<&str> = hub.config.catalogue.procedures.iter().map(|each| each.field.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().map(|code| json!({ "MaLinhVuc": code })).collect()
}

/// What is known of one dossier, with its history.
pub(crate) fn described(code: &str, dossier: &Dossier) -> Value {
    let mut members = Map::new();
    members.insert("MaHoSo".into(), code.into());
    members.insert("TrangThaiHoSo".into(), dossier.state.code().into());
    members.insert("TenTrangThai".into(), dossier.state.vietnamese().into());
    members.insert("HoSo".into(), Value::Object(dossier.packet.clone()));
    members.insert("DanhSachTienTrinh".into(), json!(dossier.events));
    Value::Object(members)
}

fn look_up(hub: &Hub, call: &Call) -> Answer {
    let code = call.text("MaHoSo");
    let mut records = hub.records();
    if records.ledger.is_full() {
        return Answer::new(call.form, Code::Full, "sổ cái đã đầy");
    }
    let found = records.registry.find(code).map(|dossier| described(code, dossier));
    let dossier: String = code.chars().take(100).collect();
    records.ledger.enter(Message { dossier, ..pulled("look_up", call, String::new()) });
    match found {
        Some(dossier) => Answer::with(call.form, "result", Value::Array(vec![dossier])),
        None => Answer::new(call.form, Code::Missing, format!("hồ sơ «{code:.60}» không tồn tại")),
    }
}

/// Dossiers that citizens entered here, after the cursor `lastId`.
fn entered(hub: &Hub, call: &Call) -> Answer {
    let last = fields::text(&call.members, "lastId");
    let after = if last.is_empty() { Ok(0) } else { last.parse::<usize>() };
    let Ok(after) = after else {
        return Answer::new(call.form, Code::Fields, "lastId: phải là số");
    };
    let mut records = hub.records();
    if records.ledger.is_full() {
        return Answer::new(call.form, Code::Full, "sổ cái đã đầy");
    }
    // A cursor of before the hub started again: the portal knows what it has taken.
    let after = if after > records.registry.entered_count() { 0 } else { after };
    let page = records.registry.entered(after, LONGEST_PAGE);
    let last = page.last().map_or(after, |(place, _)| *place);
    let result = page.into_iter().map(|(_, dossier)| Value::Object(dossier.packet.clone())).collect();
    records.ledger.enter(pulled("entered_pull", call, format!("after {after}")));
    let mut answer = Answer::with(call.form, "result", Value::Array(result));
    answer.more.insert("lastId".into(), last.to_string().into());
    answer
}

/// What is to be done with packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Update,
    Progress,
}

/// Handles each packet on its own: one that is refused does not block the others.
fn take(hub: &Hub, call: &Call, owner: &str, kind: Kind) -> Answer {
    let Some(Value::Array(packets)) = call.members.get("data") else {
        return Answer::new(call.form, Code::Fields, "data: phải là danh sách gói tin");
    };
    if packets.is_empty() || packets.len() > MOST_PACKETS {
        return Answer::new(call.form, Code::Fields, format!("data: từ 1 đến {MOST_PACKETS} gói tin"));
    }
    let agency = call.text("madonvi");
    let own = hub.config.portals.iter().find(|account| account.username == owner);
    if own.is_none_or(|account| !agency.starts_with(&account.agencies)) {
        return Answer::new(call.form, Code::Foreign, format!("đơn vị «{agency:.60}» không thuộc tài khoản này"));
    }
    let mut records = hub.records();
    let verdicts: Vec<(String, Code, String)> =
        packets.iter().map(|packet| take_one(&mut records, packet, owner, kind)).collect();
    drop(records);
    let first_trouble = verdicts.iter().find(|(_, code, _)| *code != Code::Done);
    let (code, message) = first_trouble.map_or((Code::Done, ""), |(_, code, message)| (*code, message));
    let result = verdicts
        .iter()
        .map(|(dossier, code, message)| json!({ "MaHoSo": dossier, "error_code": code.number(), "message": message }));
    let mut answer = Answer::new(call.form, code, message);
    answer.more.insert("result".into(), Value::Array(result.collect()));
    answer
}

fn take_one(records: &mut Records, packet: &Value, owner: &str, kind: Kind) -> (String, Code, String) {
    let Some(packet) = packet.as_object() else {
        return (String::new(), Code::Fields, "gói tin phải là một đối tượng".into());
    };
    let dossier: String = fields::text(packet, "MaHoSo").chars().take(100).collect();
    let which = if kind == Kind::Progress { Packet::Progress } else { Packet::Dossier };
    let flaws = fields::flaws(packet, which);
    if !flaws.is_empty() {
        enter_refusal(records, &dossier, "flawed", &flaws.join("; "));
        return (dossier, Code::Fields, flaws.join("; "));
    }
    let sync = SyncPacket { owner, packet };
    let Records { registry, ledger, .. } = records;
    let taken = match kind {
        Kind::Create => registry.create(sync, ledger),
        Kind::Update => registry.update(sync, ledger),
        Kind::Progress => registry.progress(sync, ledger),
    };
    match taken {
        Ok(()) => (dossier, Code::Done, String::new()),
        Err(refusal) => {
            let (code, message) = wording(&refusal);
            enter_refusal(records, &dossier, refusal.word(), &message);
            (dossier, code, message)
        }
    }
}

fn wording(refusal: &Refusal) -> (Code, String) {
    match refusal {
        Refusal::Duplicate => (Code::Exists, "hồ sơ đã tồn tại".into()),
        Refusal::Unknown => (Code::Missing, "hồ sơ không tồn tại".into()),
        Refusal::Conflict(why) => (Code::Conflict, why.clone()),
        Refusal::Foreign => (Code::Foreign, "hồ sơ thuộc hệ thống khác".into()),
        Refusal::Full => (Code::Full, "không còn chỗ lưu".into()),
    }
}

fn enter_refusal(records: &mut Records, dossier: &str, state: &'static str, detail: &str) {
    if !records.ledger.is_full() {
        records.ledger.enter(Message {
            direction: Direction::In,
            dossier: dossier.to_owned(),
            state,
            status: Some(200),
            detail: detail.chars().take(200).collect(),
            ..Message::internal("refused")
        });
    }
}
