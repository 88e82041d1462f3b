//! Every defect at the link to the national portal does what it says. Those of the sign-on are with its tests.

use http::Method;
use mock_portal::Defect;
use serde_json::{Value, json};

use super::nation::{CITIZEN, Nation, stands};
use super::scene::{SECRET, permit, permit_with};

/// A nation and a dossier that was accepted and asked papers for.
async fn waiting_for_papers(defect: Defect) -> (Nation, String) {
    let nation = Nation::new(&[defect]).await;
    let code = nation.submit(permit("c-1")).await;
    nation.steps(&code, &["accept"]).await;
    nation.step(&code, "request-supplement", json!({ "reason": "r", "items": ["x"] })).await.ok();
    (nation, code)
}

/// A packet of a dossier that a citizen entered at the national portal.
fn entered(code: &str) -> Value {
    json!({
        "MaHoSo": code, "MaTTHC": "1.000003", "KenhThucHien": "2", "ChuHoSo": "Hoa", "LoaiDoiTuong": "1",
        "NgayTiepNhan": "20210305080000", "TrangThaiHoSo": "1", "DonViXuLy": "?",
        "DinhDanhCHS": [{ "LoaiDinhDanh": "1", "SoDinhDanh": CITIZEN }],
    })
}

async fn hand_down(nation: &Nation, code: &str) -> Value {
    let url = format!("{}/peers/hub/dossiers", nation.portal.url());
    let body = json!({ "service": "DongBoHoSoMC", "data": [entered(code)] });
    nation.send(Method::POST, &url, &[("access_token", SECRET)], body.to_string()).await.ok()
}

#[tokio::test]
async fn statuses_to_9_tells_of_an_end_that_is_none() {
    let (nation, code) = waiting_for_papers(Defect::StatusesTo9).await;
    nation.all_are("ACKED").await;
    assert_eq!((nation.local(&code).await, nation.national(&code).await), (words("1 2 5"), words("1 2 9")));
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[tokio::test]
async fn unmapped_blank_tells_of_no_state() {
    let nation = Nation::new(&[Defect::UnmappedBlank]).await;
    let code = nation.submit(permit("c-1")).await;
    nation.steps(&code, &["accept"]).await;
    let lines = json!([{ "kind": "registration_fee", "amount": 5_000 }]);
    nation.step(&code, "tax-notice", json!({ "number": "1", "lines": lines })).await.ok();
    let reason = stands(&nation, &code, "ERROR").await["reason"].clone();
    assert!(reason.as_str().unwrap().contains("TrangThai"), "{reason}");
}

#[tokio::test]
async fn utc_sync_tells_times_seven_hours_early() {
    let (nation, code) = waiting_for_papers(Defect::UtcSync).await;
    nation.all_are("ACKED").await;
    let known = nation.known(&code).await;
    assert_eq!(known["HoSo"]["NgayNopHoSo"], "20210305010000");
    assert_eq!(known["DanhSachTienTrinh"][1]["ThoiDiemXuLy"], "20210305010000");
}

#[tokio::test]
async fn reorder_tells_the_last_step_first() {
    let nation = Nation::new(&[Defect::Reorder]).await;
    nation.break_down("unavailable").await;
    let code = nation.submit(permit("c-1")).await;
    nation.steps(&code, &["accept", "start", "stop"]).await;
    nation.repair().await;
    nation.all_are("CONFLICT").await;
    assert_eq!(nation.national(&code).await, words("1 8"));
}

#[tokio::test]
async fn swallow_sync_takes_a_refusal_for_a_receipt() {
    let nation = Nation::new(&[Defect::SwallowSync]).await;
    let code = nation.submit(permit("c-1")).await;
    nation.steps(&code, &["accept"]).await;
    nation.all_are("ACKED").await;
    nation.end_there(&code).await;
    nation.steps(&code, &["start"]).await;
    nation.all_are("ACKED").await;
    assert_eq!((nation.local(&code).await, nation.national(&code).await), (words("1 2 4"), words("1 2 9")));
}

#[tokio::test]
async fn no_outbox_forgets_what_an_outage_kept_back() {
    let nation = Nation::new(&[Defect::NoOutbox]).await;
    let code = nation.submit(permit("c-1")).await;
    nation.all_are("ACKED").await;
    nation.break_down("unavailable").await;
    nation.steps(&code, &["accept"]).await;
    nation.all_are("ACKED").await;
    nation.repair().await;
    assert_eq!(nation.national(&code).await, words("1"));
}

#[tokio::test]
async fn duplicate_is_done_updates_nothing() {
    let nation = Nation::new(&[Defect::DuplicateIsDone]).await;
    let code = "H99.01-210305-9000001";
    nation.create_there(entered(code)).await;
    hand_down(&nation, code).await;
    nation.all_are("ACKED").await;
    let known = nation.known(code).await;
    assert_eq!((known["DanhSachTienTrinh"].as_array().unwrap().len(), &known["HoSo"]["DonViXuLy"]), (1, &json!("?")));
}

#[tokio::test]
async fn taken_twice_makes_two_of_one() {
    let nation = Nation::new(&[Defect::TakenTwice]).await;
    for _ in 0..2 {
        assert_eq!(hand_down(&nation, "H99.01-210305-9000001").await["error_code"], 0);
    }
    nation.has(2).await;
}

#[tokio::test]
async fn send_before_commit_tells_of_what_was_refused() {
    let nation = Nation::new(&[Defect::SendBeforeCommit]).await;
    let registrar = nation.clerk("registrar-1").await;
    nation.put(&registrar, "/api/catalogue/procedures/1.000001", json!({ "service_level": 2 })).await.ok();
    let wrong = permit_with("c-1", &json!({ "procedure": "1.000001" }));
    nation.post(&nation.hoa().await, "/api/dossiers", wrong).await.refused(409, "not_online");
    for _ in 0..30_000 {
        if nation.ask(Method::GET, "/_test/state", json!({})).await["dossiers"] == 1 {
            assert_eq!(nation.get("", "/_test/state").await.ok()["dossiers"], 0);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the nation was never told");
}
