//! Portals that tell of their dossiers.

use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::fields::tests::dossier;

const CODE: &str = "H99.01-210301-0001";

async fn call(scene: &Scene, session: &str, service: &str, is_updating: &str, data: Value) -> Value {
    let body = json!({
        "session": session, "madonvi": "H99.01", "service": service, "isUpdating": is_updating, "data": data,
    });
    scene.post_json("/exchange", &body).await.json()
}

fn step(state: &str, happened: &str) -> Value {
    json!({
        "MaHoSo": CODE, "NguoiXuLy": "Cán bộ A", "ChucDanh": "Chuyên viên", "ThoiDiemXuLy": happened,
        "PhongBanXuLy": "Một cửa", "NoiDungXuLy": "Thẩm định hồ sơ", "TrangThai": state,
    })
}

#[tokio::test]
async fn the_steps_of_a_dossier_are_synced_completely_and_in_order() {
    let scene = Scene::new();
    let session = scene.session().await;
    let sync = async |is_updating, packet: Value| {
        call(&scene, &session, "DongBoHoSoMC", is_updating, json!([packet])).await["error_code"].clone()
    };
    assert_eq!(sync("True", dossier(CODE)).await, 4, "it must be created first");
    assert_eq!(sync("False", dossier(CODE)).await, 0);
    assert_eq!(sync("False", dossier(CODE)).await, 3, "it exists: update");
    let life = [("4", "20210302080000"), ("5", "20210303090000"), ("4", "20210304210000"), ("9", "20210305090000")];
    let steps: Vec<Value> = life.iter().map(|(state, happened)| step(state, happened)).collect();
    let answered = call(&scene, &session, "CapNhatTienDoHoSoMC", "", json!(steps)).await;
    assert_eq!(answered["error_code"], 0, "{answered}");
    let mut returned = dossier(CODE);
    returned["TrangThaiHoSo"] = json!("10");
    returned["NgayTra"] = json!("20210306090000");
    assert_eq!(sync("True", returned).await, 0);
    assert_eq!(sync("True", dossier(CODE)).await, 5, "what is returned is not accepted again");

    let history = scene.get(&format!("/_ledger/dossiers/{CODE}")).await.json();
    let events = history["DanhSachTienTrinh"].as_array().unwrap();
    assert_eq!(column(events, "kind"), ["created", "progress", "progress", "progress", "progress", "updated"]);
    assert_eq!(column(events, "TrangThai"), ["2", "4", "5", "4", "9", "10"]);
    assert!(events.is_sorted_by_key(|event| event["seq"].as_u64()));
    let signals = scene.signals().await;
    let of_dossier: Vec<Value> = signals.into_iter().filter(|signal| signal["dossier"] == CODE).collect();
    assert_eq!(
        column(&of_dossier, "state"),
        [
            "unknown",
            "accepted",
            "duplicate",
            "in_process",
            "awaiting_supplement",
            "in_process",
            "completed",
            "returned",
            "conflict"
        ]
    );
    let public = scene.get(&format!("/dossiers/{CODE}")).await.json();
    assert_eq!((&public["TenTrangThai"], public.get("HoSo")), (&json!("Đã trả kết quả"), None));
}

#[tokio::test]
async fn a_packet_that_is_refused_does_not_hold_up_the_others() {
    let scene = Scene::new();
    let session = scene.session().await;
    let mut wrong = dossier("H99.01-210301-0002");
    wrong["KenhThucHien"] = json!("9");
    let answer = call(&scene, &session, "DongBoHoSoMC", "False", json!([dossier(CODE), wrong, 7, dossier(CODE)])).await;
    let codes: Vec<i64> =
        answer["result"].as_array().unwrap().iter().map(|each| each["error_code"].as_i64().unwrap()).collect();
    assert_eq!(codes, [0, 6, 6, 3]);
    assert_eq!(answer["error_code"], 6);
    assert!(answer["result"][1]["message"].as_str().unwrap().contains("KenhThucHien"));
}

#[tokio::test]
async fn is_updating_is_a_word_or_a_flag_and_nothing_else() {
    let scene = Scene::new();
    let session = scene.session().await;
    let sent = async |is_updating: Value| {
        let body = json!({
            "session": session, "madonvi": "H99.01", "service": "DongBoHoSoMC", "isUpdating": is_updating,
            "data": [dossier(CODE)],
        });
        scene.post_json("/exchange", &body).await.json()["error_code"].clone()
    };
    assert_eq!(sent(json!(true)).await, 4);
    assert_eq!(sent(json!("perhaps")).await, 6);
    assert_eq!(sent(json!(1)).await, 6);
    assert_eq!(sent(json!(false)).await, 0);
    assert_eq!(sent(json!("TRUE")).await, 0);
}

#[tokio::test]
async fn xml_tells_the_same_as_json() {
    let scene = Scene::new();
    let xml = async |path: &str, body: String| scene.post(path, "application/xml", body).await.text;
    let said = xml("/auth", format!("<auth><username>portal</username><password>{SECRET}</password></auth>")).await;
    assert!(said.contains("<error_code>0</error_code>"), "{said}");
    let session = said.split("<session>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let create = format!(
        "<request><session>{session}</session><madonvi>H99.01</madonvi><service>DongBoHoSoMC</service>\
         <isUpdating>False</isUpdating><data><item><MaHoSo>{CODE}</MaHoSo><MaTTHC>1.000002</MaTTHC>\
         <KenhThucHien>2</KenhThucHien><ChuHoSo>Lò &amp; Thị Hương</ChuHoSo><LoaiDoiTuong>1</LoaiDoiTuong>\
         <NgayTiepNhan>20210301070000</NgayTiepNhan><TrangThaiHoSo>2</TrangThaiHoSo><DonViXuLy>Sở mẫu</DonViXuLy>\
         <DanhSachLePhi><LePhi><TenPhiLePhi>Lệ phí</TenPhiLePhi><Gia>120000</Gia></LePhi></DanhSachLePhi></item></data>\
         </request>"
    );
    assert!(xml("/exchange", create.clone()).await.contains("<error_code>0</error_code><result>"));
    assert!(xml("/exchange", create).await.contains("<error_code>3</error_code>"));
    let look_up = format!("<r><session>{session}</session><service>TraCuuHoSo</service><MaHoSo>{CODE}</MaHoSo></r>");
    let found = xml("/exchange", look_up).await;
    assert!(found.contains("<ChuHoSo>Lò &amp; Thị Hương</ChuHoSo>") && found.contains("<Gia>120000</Gia>"), "{found}");
}

#[tokio::test]
async fn the_catalogue_is_pulled() {
    let scene = Scene::new();
    let session = scene.session().await;
    let pull = async |service| call(&scene, &session, service, "", Value::Null).await["result"].clone();
    assert_eq!(pull("LayThuTuc").await[1]["LePhi"], 120_000);
    assert_eq!(pull("LayDanhSachTTHC").await.as_array().unwrap().len(), 3);
    assert_eq!(pull("LayDanhMucCoQuan").await[1]["TenDonVi"], "Phường mẫu");
    assert_eq!(pull("LayDanhMucLinhVuc").await, json!([{ "MaLinhVuc": "LV-01" }]));
}

#[tokio::test]
async fn a_portal_tells_only_of_its_own_agencies_and_dossiers() {
    let mut config = config();
    let account = |name: &str, agencies: &str| crate::Account {
        username: name.into(),
        password: SECRET.into(),
        agencies: agencies.into(),
    };
    config.portals = vec![account("one", "H99"), account("two", "H99"), account("far", "H12")];
    let scene = Scene::with(config);
    let mut answers = Vec::new();
    for name in ["one", "two", "far"] {
        let said = scene.post_json("/auth", &json!({ "username": name, "password": SECRET })).await.json();
        let session = said["session"].as_str().unwrap();
        let is_updating = if name == "one" { "False" } else { "True" };
        let answer = call(&scene, session, "DongBoHoSoMC", is_updating, json!([dossier(CODE)])).await;
        answers.push(answer["error_code"].as_i64().unwrap());
    }
    assert_eq!(answers, [0, 7, 7]);
}

#[tokio::test]
async fn bad_input_is_refused_and_never_a_failure() {
    let scene = Scene::new();
    let session = scene.session().await;
    let deep_json = "[".repeat(100_000);
    let deep_xml = "<a>".repeat(100_000);
    for body in ["", "{", "null", "[]", "\u{0}", "7", &deep_json] {
        for path in ["/auth", "/exchange", "/messages", "/citizen/dossiers"] {
            let said = scene.post(path, "application/json", body.to_owned()).await;
            assert!(said.status.is_client_error(), "{path} {body:.20} {}", said.status);
        }
    }
    for body in ["", "<a>", "<a></b>", "x", "<!DOCTYPE a><a/>", "<a>&lol;</a>", "<a/>", &deep_xml] {
        for path in ["/auth", "/exchange"] {
            let said = scene.post(path, "text/xml", body.to_owned()).await;
            assert_eq!(said.status, StatusCode::BAD_REQUEST, "{path} {body:.20}");
            assert!(said.text.contains("<error_code>-1</error_code>"), "{}", said.text);
        }
    }
    let said = scene.post("/exchange", "application/json", &b"{\"session\":\"\xff\"}"[..]).await;
    assert_eq!(said.status, StatusCode::BAD_REQUEST);
    let said = scene.post_json("/exchange", &json!({ "session": "guess", "service": "LayThuTuc" })).await;
    assert_eq!(said.status, StatusCode::UNAUTHORIZED);
    let said = scene.post_json("/exchange", &json!({ "session": session, "service": "Khác" })).await;
    assert_eq!(said.status, StatusCode::BAD_REQUEST);
    for data in [Value::Null, json!([]), json!(vec![dossier(CODE); 101]), json!({})] {
        assert_eq!(call(&scene, &session, "DongBoHoSoMC", "False", data).await["error_code"], 6);
    }
    for path in ["/dossiers/none", "/nowhere"] {
        assert_eq!(scene.get(path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(scene.get("/exchange").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(scene.get("/_ledger?after=x").await.status.is_client_error());
    // The last one, as the hub closes the connection without reading on.
    let said = scene.post("/exchange", "application/json", " ".repeat(3_000_000)).await;
    assert_eq!(said.status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// Signs a citizen on and enters a dossier; its code.
async fn entered(scene: &Scene) -> String {
    let token = sign_on::token(scene).await;
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("{}/citizen/dossiers", scene.hub.url()))
        .header(CONTENT_TYPE, "application/json")
        .header("authorization", format!("Bearer {token}"));
    let entry = json!({ "MaTTHC": "1.000002", "MaDonVi": "H99.01", "TrichYeuHoSo": "Xin cấp phép" });
    let said = scene.send(request.body(Full::new(entry.to_string().into())).unwrap()).await;
    assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
    said.json()["MaHoSo"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_dossier_entered_here_is_fetched_by_its_portal_which_sends_its_steps() {
    let scene = Scene::new();
    let code = entered(&scene).await;
    let session = scene.session().await;
    let fetch = async |last: &str| {
        let body = json!({ "session": session, "service": "LayHoSoNopTaiHub", "lastId": last });
        scene.post_json("/exchange", &body).await.json()
    };
    let page = fetch("").await;
    assert_eq!((&page["result"][0]["MaHoSo"], &page["lastId"]), (&json!(code), &json!("1")));
    assert_eq!(page["result"][0]["DinhDanhCHS"][0]["SoDinhDanh"], "011300000001");
    assert_eq!(fetch("1").await["result"], json!([]));
    // A cursor of before this hub started begins at the start.
    assert_eq!(fetch("7").await["result"], page["result"]);
    assert_eq!(fetch("x").await["error_code"], 6);
    let taken = call(&scene, &session, "DongBoHoSoMC", "True", json!([dossier(&code)])).await;
    assert_eq!(taken["error_code"], 0, "{taken}");
    assert_eq!(scene.get(&format!("/dossiers/{code}")).await.json()["TrangThaiHoSo"], "2");
}

#[tokio::test]
async fn a_dossier_entered_here_is_pushed_until_the_portal_takes_it() {
    let portal = MockServer::start().await;
    let inbox = || Mock::given(method("POST")).and(path("/inbox"));
    inbox().respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(&portal).await;
    inbox().respond_with(ResponseTemplate::new(200)).mount(&portal).await;
    let scene = Scene::new();
    scene.hub.push_to(format!("{}/inbox", portal.uri()));
    let code = entered(&scene).await;
    for _ in 0..60_000 {
        if scene.get("/_ledger").await.json()["settled"] == true {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let pushed: Vec<Value> = scene.signals().await.into_iter().filter(|signal| signal["kind"] == "push_down").collect();
    let statuses: Vec<u64> = pushed.iter().map(|signal| signal["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [503, 200]);
    let received = portal.received_requests().await.unwrap();
    assert!(received.iter().all(|request| request.headers["access_token"] == SECRET));
    assert_eq!(received[1].body_json::<Value>().unwrap()["data"][0]["MaHoSo"], code);
}
