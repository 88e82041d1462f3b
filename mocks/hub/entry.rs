//! What citizens do at the national portal itself: enter a dossier, and look one up.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mock_ground::unix_ns;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::hub::Hub;
use crate::registry::Registry;
use crate::token::Citizen;
use crate::{citizens, clock, exchange, push, wire};

/// A dossier as a citizen enters it.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    #[serde(rename = "MaTTHC")]
    procedure: String,
    /// The code of the agency that is to decide.
    #[serde(rename = "MaDonVi")]
    agency: String,
    #[serde(rename = "TrichYeuHoSo", default)]
    summary: String,
}

/// `POST /citizen/dossiers`: enters a dossier, which its portal then gets.
pub(crate) async fn enter(
    Shared(hub): Shared<Arc<Hub>>,
    Citizen(holder): Citizen,
    entry: Result<Json<Entry>, JsonRejection>,
) -> Response {
    let entry = match entry {
        Ok(Json(entry)) => entry,
        Err(rejection) => return wire::problem(rejection.status(), "Không đọc được hồ sơ", &rejection.body_text()),
    };
    let Some(packet) = packet(&hub, &entry, &holder.citizen) else {
        let vietnamese = "Thủ tục, cơ quan hoặc trích yếu không đúng";
        return wire::problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            vietnamese,
            "The procedure, the agency or the summary is wrong",
        );
    };
    // Asked once, so that what is counted as open is what is begun.
    let push_url = hub.push_url();
    let code = {
        let mut records = hub.records();
        let code = free_code(&records.registry, &entry.agency);
        let mut whole = Map::from_iter([("MaHoSo".to_owned(), Value::from(code.clone()))]);
        whole.extend(packet);
        let records = &mut *records;
        if records.registry.enter(whole, &mut records.ledger).is_err() {
            return wire::problem(StatusCode::SERVICE_UNAVAILABLE, "Không còn chỗ lưu", "There is no room for more");
        }
        records.open_pushes += usize::from(push_url.is_some());
        code
    };
    if let Some(url) = push_url {
        push::begin(&hub, url, &code);
    }
    (StatusCode::CREATED, Json(json!({ "MaHoSo": code }))).into_response()
}

/// The next code of an agency's dossiers that are entered here: their numbers begin with 9.
fn free_code(registry: &Registry, agency: &str) -> String {
    let day = clock::in_vietnam(unix_ns()).strftime("%y%m%d").to_string();
    let codes = (registry.entered_count() + 1..).map(|number| format!("{agency}-{day}-9{number:06}"));
    let mut free = codes.filter(|code| registry.find(code).is_none());
    free.next().unwrap_or_else(|| unreachable!("the registry has an end, the numbers have none"))
}

/// The packet of an entered dossier, without its code; `None` where the entry names what does not exist.
fn packet(hub: &Hub, entry: &Entry, citizen: &str) -> Option<Map<String, Value>> {
    let procedure = hub.config.catalogue.procedure(&entry.procedure)?;
    let agency = hub.config.catalogue.agency(&entry.agency)?;
    if entry.summary.chars().count() > 1_000 {
        return None;
    }
    let now = clock::stamp(unix_ns());
    let packet = json!({
        "MaTTHC": procedure.code, "TenTTHC": procedure.name, "MaLinhVuc": procedure.field, "KenhThucHien": "2",
        "ChuHoSo": citizens::name(citizen), "LoaiDoiTuong": "1", "SoDienThoai": citizens::phone(citizen),
        "TrichYeuHoSo": entry.summary, "NgayNopHoSo": now, "NgayTiepNhan": now, "TrangThaiHoSo": "1",
        "DonViXuLy": agency.name, "NoiNopHoSo": "1",
        "DinhDanhCHS": [{ "LoaiDinhDanh": "1", "SoDinhDanh": citizen }],
    });
    packet.as_object().cloned()
}

/// `GET /dossiers/{code}`: where a dossier is, for any client; without the packet, which is confidential.
pub(crate) async fn look_up(Shared(hub): Shared<Arc<Hub>>, Path(code): Path<String>) -> Response {
    let records = hub.records();
    match records.registry.find(&code) {
        Some(dossier) => {
            let mut described = exchange::described(&code, dossier);
            if let Some(members) = described.as_object_mut() {
                members.remove("HoSo");
            }
            Json(described).into_response()
        }
        None => wire::problem(StatusCode::NOT_FOUND, "Không tìm thấy hồ sơ", "There is no such dossier"),
    }
}

/// `GET /_ledger/dossiers/{code}`: everything that is known of a dossier, for a tester.
pub(crate) async fn history(Shared(hub): Shared<Arc<Hub>>, Path(code): Path<String>) -> Response {
    let records = hub.records();
    match records.registry.find(&code) {
        Some(dossier) => Json(exchange::described(&code, dossier)).into_response(),
        None => wire::problem(StatusCode::NOT_FOUND, "Không tìm thấy hồ sơ", "There is no such dossier"),
    }
}
