//! Dossiers that citizens entered at the national portal come in once, however often and by whichever way they come.

use http::Method;
use serde_json::{Value, json};

use super::nation::{CITIZEN, Nation};
use super::scene::{SECRET, permit};

/// A packet as the national portal hands it down.
fn packet(code: &str) -> Value {
    json!({
        "MaHoSo": code, "MaTTHC": "1.000003", "KenhThucHien": "2", "ChuHoSo": "Lò Thị Hoa", "LoaiDoiTuong": "1",
        "SoDienThoai": "+84000003099000001", "TrichYeuHoSo": "Xác nhận", "NgayNopHoSo": "20210305080000",
        "TrangThaiHoSo": "1", "DonViXuLy": "Sở mẫu", "NoiNopHoSo": "1",
        "DinhDanhCHS": [{ "LoaiDinhDanh": "1", "SoDinhDanh": CITIZEN }],
    })
}

async fn push(nation: &Nation, data: Value) -> Value {
    let url = format!("{}/peers/hub/dossiers", nation.scene.portal.url());
    let body = json!({ "service": "DongBoHoSoMC", "isUpdating": "False", "data": data });
    nation.scene.send(Method::POST, &url, &[("access_token", SECRET)], body.to_string()).await.ok()
}

#[tokio::test]
async fn pushed_and_fetched_at_once_it_is_one_dossier_under_its_national_code() {
    let nation = Nation::new(&[]).await;
    nation.push();
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(nation.enter().await);
    }
    for code in &codes {
        let (one, other) = tokio::join!(push(&nation, json!([packet(code)])), push(&nation, json!([packet(code)])));
        assert!([&one, &other].iter().all(|answer| [0, 3].map(Value::from).contains(&answer["error_code"])));
    }
    assert_eq!(nation.all_are("ACKED").await, 5);
    let scene = &nation.scene;
    for code in &codes {
        let full = scene.full(code).await;
        assert_eq!((&full["code"], &full["channel"]), (&json!(code), &json!("online_national")));
        assert_eq!(full["applicant"]["citizen_number"], CITIZEN);
        scene.steps(code, &["accept", "start", "complete", "hand-over"]).await;
    }
    nation.all_are("ACKED").await;
    for code in &codes {
        nation.agrees(code).await;
        let kinds = nation.known(code).await;
        let kinds: Vec<_> = kinds["DanhSachTienTrinh"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
        assert_eq!(kinds[..2], ["entered", "updated"], "it is taken over by an update");
    }
    let hoa = scene.hoa().await;
    assert_eq!(scene.get(&hoa, "/api/dossiers").await.ok()["total"], 5);
    let ledger = nation.ask(Method::GET, "/_ledger?limit=5000", json!({})).await;
    let pushed = ledger["signals"].as_array().unwrap().iter().filter(|signal| signal["kind"] == "push_down");
    assert!(pushed.clone().count() >= 5 && pushed.into_iter().all(|signal| signal["status"] == 200));
}

#[tokio::test]
async fn a_number_that_came_from_the_national_portal_is_not_given_out_again() {
    let nation = Nation::new(&[]).await;
    assert_eq!(push(&nation, json!([packet("H99.01-210305-0001")])).await["error_code"], 0);
    let own = nation.scene.submit(permit("c-1")).await;
    assert_eq!(own, "H99.01-210305-0002");
    assert_eq!(nation.scene.full("H99.01-210305-0001").await["channel"], "online_national");
}

#[tokio::test]
async fn what_was_entered_while_nothing_was_pushed_is_fetched() {
    let nation = Nation::new(&[]).await;
    nation.break_down("unavailable").await;
    nation.repair().await;
    let code = nation.enter().await;
    nation.has(1).await;
    nation.all_are("ACKED").await;
    nation.agrees(&code).await;
    // After the books were emptied it is fetched again.
    nation.scene.post("", "/_test/reset", json!({})).await.ok();
    nation.has(1).await;
}

#[tokio::test]
async fn packets_are_judged_one_by_one_and_told_what_is_wrong() {
    let nation = Nation::new(&[]).await;
    let (good, other) = ("H99.01-210305-9000001", "H99.01-210305-9000002");
    let mut wrong = packet(other);
    wrong["MaTTHC"] = json!("9.999999");
    wrong["TrangThaiHoSo"] = json!("4");
    let mut stolen = packet(good);
    stolen["DinhDanhCHS"][0]["SoDinhDanh"] = json!("003099000002");
    let answer = push(&nation, json!([packet(good), wrong, 7, packet(good), stolen])).await;
    let numbers: Vec<i64> =
        answer["result"].as_array().unwrap().iter().map(|verdict| verdict["error_code"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [0, 6, 6, 3, 5]);
    let message = answer["result"][1]["message"].as_str().unwrap();
    assert!(message.contains("TrangThaiHoSo: ") && message.contains("MaTTHC: không có trong danh mục"), "{message}");
    assert_eq!(answer["error_code"], 6);
    let state = nation.scene.get("", "/_test/state").await.ok();
    assert_eq!((&state["dossiers"], &state["sync"]["untaken"]), (&json!(1), &json!(3)));
}

#[tokio::test]
async fn only_the_nation_hands_down_and_only_what_is_in_form() {
    let nation = Nation::new(&[]).await;
    let scene = &nation.scene;
    let url = format!("{}/peers/hub/dossiers", scene.portal.url());
    let message = |service: &str, updating: &str, data: Value| {
        json!({ "service": service, "isUpdating": updating, "data": data }).to_string()
    };
    let one = json!([packet("H99.01-210305-9000001")]);
    for token in ["", "guess"] {
        let body = message("DongBoHoSoMC", "False", one.clone());
        scene.send(Method::POST, &url, &[("access_token", token)], body).await.refused(401, "unauthenticated");
    }
    let many = json!(vec![packet("x"); 101]);
    for (service, updating, data) in [
        ("LayThuTuc", "False", one.clone()),
        ("DongBoHoSoMC", "True", one),
        ("DongBoHoSoMC", "False", json!([])),
        ("DongBoHoSoMC", "False", many),
        ("DongBoHoSoMC", "False", json!({})),
    ] {
        let body = message(service, updating, data);
        scene.send(Method::POST, &url, &[("access_token", SECRET)], body).await.refused(422, "validation");
    }
    let mut at_desk = permit("c-1");
    at_desk["channel"] = json!("online_national");
    scene.post(&scene.desk, "/api/desk/dossiers", at_desk.clone()).await.refused(422, "validation");
    scene.post(&scene.hoa().await, "/api/dossiers", at_desk).await.refused(422, "validation");
    assert_eq!(scene.get("", "/_test/state").await.ok()["dossiers"], 0);
}
