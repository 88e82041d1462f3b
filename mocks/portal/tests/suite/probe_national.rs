//! The defects that act at the link to the national portal: each shows in what the nation and the citizen see.

use http::Method;
use mock_portal::Defect;
use serde_json::{Value, json};

use super::nation::{CITIZEN, Nation, parameters};
use super::scene::{SECRET, permit, permit_with};

/// What acts there and nowhere else. Of an id token that is wrong, the tests of the sign-on tell.
pub(crate) const AT_THE_HUB: [Defect; 12] = [
    Defect::SwallowSync,
    Defect::DuplicateIsDone,
    Defect::TakenTwice,
    Defect::Reorder,
    Defect::UnmappedBlank,
    Defect::SendBeforeCommit,
    Defect::NoOutbox,
    Defect::UtcSync,
    Defect::StatusesTo9,
    Defect::StateIgnored,
    Defect::NonceIgnored,
    Defect::UnsignedToken,
];

/// Waits until nothing is told any more: everything has been, or waits for a clerk.
async fn quiet(nation: &Nation) -> Value {
    let mut before = Value::Null;
    let mut rounds = 0;
    for _ in 0..150 {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        let now = nation.get("", "/_test/state").await.ok()["sync"]["by_state"].clone();
        let is_moving = ["PENDING", "SENT", "DUPLICATE", "ERROR"].iter().any(|state| !now[state].is_null());
        rounds = if now == before && !is_moving { rounds + 1 } else { 0 };
        if rounds == 2 {
            return now;
        }
        before = now;
    }
    before
}

/// What the nation knows of a dossier, without the numbers and times of the day it was told.
async fn known(nation: &Nation, code: &str) -> Value {
    let mut known = nation.known(code).await;
    for event in known["DanhSachTienTrinh"].as_array_mut().into_iter().flatten() {
        for name in ["seq", "at_unix_ns"] {
            event.as_object_mut().unwrap().remove(name);
        }
    }
    known
}

async fn visit(defects: &[Defect]) -> Vec<String> {
    let nation = Nation::new(defects).await;
    let mut seen = Vec::new();
    // A life that waits for papers and, in the end, for money.
    let live = nation.submit(permit("n-1")).await;
    nation.steps(&live, &["accept"]).await;
    nation.step(&live, "request-supplement", json!({ "reason": "r", "items": ["x"] })).await.ok();
    quiet(&nation).await;
    nation.step(&live, "receive-supplement", json!({})).await.ok();
    quiet(&nation).await;
    // Steps that are told together, after a time in which nothing could be.
    nation.break_down("unavailable").await;
    let late = nation.submit(permit("n-2")).await;
    nation.steps(&late, &["accept", "start", "complete"]).await;
    if defects == [Defect::NoOutbox] {
        nation.all_are("ACKED").await;
    } else {
        nation.some_are("ERROR").await;
    }
    nation.repair().await;
    quiet(&nation).await;
    // What the nation had already, and what it refuses.
    let known_before = "H99.01-210305-9000001";
    let packet = json!({
        "MaHoSo": known_before, "MaTTHC": "1.000003", "KenhThucHien": "2", "ChuHoSo": "Hoa", "LoaiDoiTuong": "1",
        "NgayTiepNhan": "20210305080000", "TrangThaiHoSo": "1", "DonViXuLy": "?",
        "DinhDanhCHS": [{ "LoaiDinhDanh": "1", "SoDinhDanh": CITIZEN }],
    });
    nation.create_there(packet.clone()).await;
    for _ in 0..2 {
        let url = format!("{}/peers/hub/dossiers", nation.portal.url());
        let body = json!({ "service": "DongBoHoSoMC", "data": [packet] });
        let answer = nation.send(Method::POST, &url, &[("access_token", SECRET)], body.to_string()).await;
        seen.push(answer.body.to_string());
    }
    let refused = permit_with("n-3", &json!({ "payment_method": "online", "procedure": "1.000001" }));
    let registrar = nation.clerk("registrar-1").await;
    nation.put(&registrar, "/api/catalogue/procedures/1.000001", json!({ "service_level": 2 })).await.ok();
    nation.post(&nation.hoa().await, "/api/dossiers", refused).await.refused(409, "not_online");
    let last = nation.submit(permit("n-4")).await;
    nation.steps(&last, &["accept"]).await;
    quiet(&nation).await;
    nation.end_there(&last).await;
    nation.steps(&last, &["start"]).await;
    let lines = json!([{ "kind": "registration_fee", "amount": 5_000 }]);
    nation.step(&live, "tax-notice", json!({ "number": "1", "lines": lines })).await.ok();
    seen.push(quiet(&nation).await.to_string());
    for code in [live.as_str(), &late, known_before, &last] {
        seen.push(known(&nation, code).await.to_string());
        let full = nation.get(&nation.desk, &format!("/api/desk/dossiers/{code}")).await.body;
        seen.push(full["sync"].to_string());
    }
    seen.push(nation.ask(Method::GET, "/_test/state", json!({})).await["dossiers"].to_string());
    seen.push(nation.get("", "/_test/state").await.ok()["dossiers"].to_string());
    // A citizen who comes back with a state that nobody gave out.
    let code = parameters(&nation.signed_on(&nation.question().await).await)["code"].clone();
    seen.push(nation.get("", &format!("/sign-on/return?state=guess&code={code}")).await.status.to_string());
    seen
}

/// Those of id tokens need an issuer that lies; see the tests of the sign-on.
const SHOWN_ELSEWHERE: [Defect; 2] = [Defect::NonceIgnored, Defect::UnsignedToken];

#[tokio::test]
async fn each_defect_at_the_national_portal_shows() {
    let clean = visit(&[]).await;
    for (one, other) in clean.iter().zip(&visit(&[]).await) {
        assert_eq!(one, other, "two clean portals differ");
    }
    let mut unseen = Vec::new();
    for defect in AT_THE_HUB.iter().filter(|defect| !SHOWN_ELSEWHERE.contains(defect)) {
        if visit(&[*defect]).await == clean {
            unseen.push(defect.name());
        }
    }
    assert!(unseen.is_empty(), "nothing was seen of {unseen:?}");
}
