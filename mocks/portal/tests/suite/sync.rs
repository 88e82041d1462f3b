//! The nation is told of every dossier and every step, once and in order, whatever happens on the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use tokio::net::TcpListener;
use wiremock::matchers::{body_string_contains, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::nation::{Nation, hub_config, link, stands};
use super::scene::{SECRET, Scene, permit, permit_with, posted};

/// Steps from receipt to return, with a supplement, a tax and an apology on the way.
async fn live(nation: &Nation, reference: &str) -> String {
    let scene = &nation.scene;
    let code = scene.submit(permit(reference)).await;
    scene.steps(&code, &["accept", "start"]).await;
    scene.step(&code, "request-supplement", json!({ "reason": "Thiếu", "items": ["x"] })).await.ok();
    scene.at("2021-03-09T10:00").await;
    scene.step(&code, "receive-supplement", json!({})).await.ok();
    let lines = json!([{ "kind": "registration_fee", "amount": 5_000 }]);
    scene.step(&code, "tax-notice", json!({ "number": "1", "lines": lines })).await.ok();
    scene.step(&code, "tax-receipt", json!({ "number": "7", "amount": 5_000 })).await.ok();
    scene.step(&code, "apologise", json!({ "reason": "r", "days": 2 })).await.ok();
    scene.steps(&code, &["complete", "hand-over"]).await;
    code
}

#[tokio::test]
async fn what_the_nation_was_told_is_what_happened() {
    let nation = Nation::new(&[]).await;
    let scene = &nation.scene;
    let whole = live(&nation, "c-1").await;
    let refused = scene.submit(permit("c-2")).await;
    scene.steps(&refused, &["refuse"]).await;
    let withdrawn = scene.submit(permit("c-3")).await;
    scene.mine(&withdrawn, "withdrawal", json!({ "reason": "r" })).await.ok();
    scene.steps(&withdrawn, &["approve-withdrawal"]).await;
    let by_post = scene.submit(posted("c-4")).await;
    scene.steps(&by_post, &["accept", "start", "complete"]).await;
    scene.hand_to_post(&by_post).await.ok();
    scene.post_signals().await;
    let paid = scene.submit(permit_with("c-5", &json!({ "payment_method": "online" }))).await;
    scene.pay(&paid).await;
    assert_eq!(nation.all_are("ACKED").await, 5);
    for code in [&whole, &refused, &withdrawn, &by_post, &paid] {
        nation.agrees(code).await;
    }
    let known = nation.known(&whole).await;
    let told = &known["HoSo"];
    assert_eq!(
        (&told["KenhThucHien"], &told["NoiNopHoSo"], &told["NgayTra"]),
        (&json!("2"), &json!("2"), &json!("20210309100000"))
    );
    assert_eq!(told["DinhDanhCHS"], json!([{ "LoaiDinhDanh": "1", "SoDinhDanh": "003099000001" }]));
    let supplement = &known["DanhSachTienTrinh"][4];
    assert!(known["DanhSachTienTrinh"].to_string().contains("Yêu cầu bổ sung giấy tờ: Thiếu"), "{supplement}");
}

#[tokio::test]
async fn a_portal_without_a_nation_says_nothing_of_it() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    assert!(scene.full(&code).await.get("sync").is_none());
    assert!(scene.get("", "/_test/state").await.ok().get("sync").is_none());
    scene.step(&code, "resync", json!({})).await.refused(409, "illegal_transition");
    scene.get("", "/sign-on").await.refused(404, "not_found");
    scene.get("", "/sign-on/return?state=x&code=y").await.refused(404, "not_found");
    scene.post("", "/peers/hub/dossiers", json!({})).await.refused(401, "unauthenticated");
}

/// Fifty dossiers that move on while the national portal breaks down and comes back.
async fn through(mode: &str) {
    let nation = Nation::new(&[]).await;
    let scene = &nation.scene;
    let mut codes = Vec::new();
    for i in 0..50 {
        match i {
            10 => nation.break_down(mode).await,
            45 => nation.repair().await,
            _ => {}
        }
        let code = scene.submit(permit(&format!("c-{i}"))).await;
        scene.steps(&code, &["accept", "start"]).await;
        codes.push(code);
        if i == 40 {
            nation.some_are("ERROR").await;
        }
    }
    for code in &codes {
        scene.steps(code, &["complete"]).await;
    }
    assert_eq!(nation.all_are("ACKED").await, 50);
    for code in &codes {
        nation.agrees(code).await;
    }
}

#[tokio::test]
async fn a_national_portal_that_says_it_is_down_loses_nothing() {
    through("unavailable").await;
}

#[tokio::test]
async fn a_national_portal_that_cuts_connections_loses_nothing() {
    through("reset").await;
}

#[tokio::test]
async fn a_national_portal_that_is_silent_loses_nothing() {
    through("timeout").await;
}

/// Passes everything on, and loses the answers to so many messages that were taken.
struct Losing {
    hub: String,
    client: Client<HttpConnector, Body>,
    to_lose: AtomicUsize,
}

async fn pass_on(State(losing): State<Arc<Losing>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let is_telling = String::from_utf8_lossy(&body).contains("\"data\"");
    let mut onward = Request::new(Body::from(body));
    (*onward.method_mut(), *onward.headers_mut()) = (parts.method, parts.headers);
    *onward.uri_mut() = format!("{}{}", losing.hub, parts.uri).parse().unwrap();
    let answer = losing.client.request(onward).await.unwrap().into_response();
    let lose = |left: usize| left.checked_sub(1);
    if is_telling && losing.to_lose.fetch_update(Ordering::Relaxed, Ordering::Relaxed, lose).is_ok() {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    answer
}

#[tokio::test]
async fn a_step_whose_answer_was_lost_is_not_told_twice() {
    let hub = mock_hub::start(hub_config()).unwrap();
    let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let losing = Arc::new(Losing { hub: hub.url(), client, to_lose: AtomicUsize::new(0) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let between = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(pass_on).with_state(Arc::clone(&losing));
    let proxy = tokio::spawn(async { axum::serve(listener, router).await });
    let nation = Nation { hub, scene: Scene::linked(&[], link(&between)).await };
    for (i, lost) in [1, 2, 3, 1, 4].into_iter().enumerate() {
        losing.to_lose.store(lost, Ordering::Relaxed);
        let code = nation.scene.submit(permit(&format!("c-{i}"))).await;
        nation.scene.steps(&code, &["accept", "start"]).await;
        nation.all_are("ACKED").await;
        losing.to_lose.store(lost, Ordering::Relaxed);
        nation.scene.steps(&code, &["complete", "hand-over"]).await;
        nation.all_are("ACKED").await;
        nation.agrees(&code).await;
    }
    proxy.abort();
}

#[tokio::test]
async fn a_session_that_is_over_is_opened_anew() {
    let mut config = hub_config();
    config.lifetimes.session = Duration::from_millis(30);
    let nation = Nation::with(config, &[]).await;
    let code = nation.scene.submit(permit("c-1")).await;
    for step in ["accept", "start", "complete"] {
        nation.scene.steps(&code, &[step]).await;
        nation.all_are("ACKED").await;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    nation.agrees(&code).await;
    let ledger = nation.ask(Method::GET, "/_ledger", json!({})).await;
    let signals = ledger["signals"].as_array().unwrap();
    assert!(signals.iter().filter(|signal| signal["kind"] == "auth").count() >= 3);
}

#[tokio::test]
async fn a_nation_that_has_forgotten_everything_is_told_from_the_beginning() {
    let nation = Nation::new(&[]).await;
    let code = nation.scene.submit(permit("c-1")).await;
    nation.scene.steps(&code, &["accept"]).await;
    nation.all_are("ACKED").await;
    nation.ask(Method::POST, "/_test/reset", json!({})).await;
    nation.scene.steps(&code, &["start"]).await;
    nation.all_are("ACKED").await;
    nation.agrees(&code).await;
}

#[tokio::test]
async fn a_contradiction_waits_for_a_clerk_who_has_it_told_anew() {
    let nation = Nation::new(&[]).await;
    let scene = &nation.scene;
    let code = scene.submit(permit("c-1")).await;
    scene.steps(&code, &["accept"]).await;
    nation.all_are("ACKED").await;
    scene.step(&code, "resync", json!({})).await.refused(409, "illegal_transition");
    nation.end_there(&code).await;
    scene.steps(&code, &["start"]).await;
    nation.all_are("CONFLICT").await;
    let sync = nation.sync(&code).await;
    assert!(sync["reason"].as_str().unwrap().starts_with("5: ") && sync["told"] == 2, "{sync}");
    scene.steps(&code, &["complete"]).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(nation.national(&code).await, ["1", "2", "9"], "nothing is told until a clerk asks");
    let stranger = scene.clerk("desk-2").await;
    let path = format!("/api/desk/dossiers/{code}/resync");
    scene.post(&stranger, &path, json!({})).await.refused(403, "forbidden");
    assert_eq!(scene.step(&code, "resync", json!({})).await.ok()["state"], "COMPLETED");
    nation.all_are("ACKED").await;
    scene.steps(&code, &["hand-over"]).await;
    nation.all_are("ACKED").await;
    assert_eq!(nation.national(&code).await, ["1", "2", "9", "10"]);
    assert!(nation.sync(&code).await.get("reason").is_none());
}

#[tokio::test]
async fn a_code_that_belongs_to_another_dossier_there_is_a_contradiction() {
    let nation = Nation::new(&[]).await;
    let first = nation.scene.submit(permit("c-1")).await;
    nation.scene.steps(&first, &["accept", "start", "complete"]).await;
    nation.all_are("ACKED").await;
    // The portal begins anew with the same numbers; the nation remembers.
    nation.scene.post("", "/_test/reset", json!({})).await.ok();
    nation.scene.set_clock(json!({ "now": super::scene::FRIDAY, "speed": 0.0 })).await;
    let again = nation.scene.submit(permit("c-1")).await;
    assert_eq!(first, again);
    nation.all_are("CONFLICT").await;
    // Told anew it contradicts still: what has ended there does not begin again.
    let desk = nation.scene.clerk("desk-1").await;
    let path = format!("/api/desk/dossiers/{again}/resync");
    nation.post(&desk, &path, json!({})).await.ok();
    nation.all_are("CONFLICT").await;
    assert_eq!(nation.national(&again).await, ["1", "2", "4", "9"]);
}

/// A national portal that answers as it is told, in this order.
async fn scripted(script: &[(&str, ResponseTemplate, u64)]) -> (MockServer, Scene) {
    let hub = MockServer::start().await;
    let session = json!({ "error_code": 0, "session": "s" });
    Mock::given(path("/auth")).respond_with(ResponseTemplate::new(200).set_body_json(session)).mount(&hub).await;
    for (service, answer, times) in script {
        let asked = Mock::given(path("/exchange")).and(body_string_contains(*service));
        asked.respond_with(answer.clone()).up_to_n_times(*times).mount(&hub).await;
    }
    let (timeout, pull_every) = (Duration::from_secs(10), Duration::from_secs(3_600));
    let scene = Scene::linked(&[], mock_portal::Hub { timeout, pull_every, ..link(&hub.uri()) }).await;
    (hub, scene)
}

fn says(number: i64) -> ResponseTemplate {
    let verdict = json!({ "MaHoSo": "", "error_code": number, "message": "vì" });
    ResponseTemplate::new(200).set_body_json(json!({ "error_code": number, "message": "vì", "result": [verdict] }))
}

const CREATE: &str = "\"isUpdating\":\"False\"";
const UPDATE: &str = "\"isUpdating\":\"True\"";
const NEVER: u64 = u64::MAX;

#[tokio::test]
async fn while_one_is_on_its_way_the_next_waits() {
    let slow = says(0).set_delay(Duration::from_millis(500));
    let (_hub, scene) = scripted(&[("LayHoSoNopTaiHub", says(0), NEVER), (CREATE, slow, NEVER)]).await;
    let first = scene.submit(permit("c-1")).await;
    stands(&scene, &first, "SENT").await;
    let second = scene.submit(permit("c-2")).await;
    stands(&scene, &second, "PENDING").await;
    stands(&scene, &first, "ACKED").await;
    stands(&scene, &second, "SENT").await;
    stands(&scene, &second, "ACKED").await;
}

#[tokio::test]
async fn a_duplicate_is_looked_up_and_updated() {
    let nothing =
        ResponseTemplate::new(200).set_body_json(json!({ "error_code": 0, "result": [{ "DanhSachTienTrinh": [] }] }));
    let (hub, scene) = scripted(&[
        ("LayHoSoNopTaiHub", says(0), NEVER),
        (CREATE, says(3), 1),
        ("TraCuuHoSo", nothing.set_delay(Duration::from_millis(500)), 1),
        (UPDATE, says(0), 1),
    ])
    .await;
    let code = scene.submit(permit("c-1")).await;
    assert_eq!(stands(&scene, &code, "DUPLICATE").await["reason"], "3: vì");
    assert_eq!(stands(&scene, &code, "ACKED").await, json!({ "state": "ACKED", "told": 1 }));
    assert_eq!(hub.received_requests().await.unwrap().len(), 5, "auth, fetch, create, look up, update");
}

#[tokio::test]
async fn what_is_refused_is_tried_again_but_not_for_ever() {
    let (hub, scene) =
        scripted(&[("LayHoSoNopTaiHub", says(0), NEVER), (CREATE, says(6), 7), (CREATE, says(0), 1)]).await;
    let code = scene.submit(permit("c-1")).await;
    assert_eq!(stands(&scene, &code, "ERROR").await["reason"], "6: vì");
    let creates = async || {
        let requests = hub.received_requests().await.unwrap();
        requests.iter().filter(|request| String::from_utf8_lossy(&request.body).contains(CREATE)).count()
    };
    for _ in 0..30_000 {
        if creates().await == 6 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(creates().await, 6, "it waits for a clerk");
    stands(&scene, &code, "ERROR").await;
    scene.step(&code, "resync", json!({})).await.ok();
    stands(&scene, &code, "ACKED").await;
    assert_eq!(creates().await, 8, "refused once more, and then taken");
}

#[tokio::test]
async fn nobody_waits_for_the_nation_and_its_secret_stays_secret() {
    let hub = mock_hub::start(hub_config()).unwrap();
    let timeout = Duration::from_secs(50);
    let scene = Scene::linked(&[], mock_portal::Hub { timeout, ..link(&hub.url()) }).await;
    let nation = Nation { hub, scene };
    nation.break_down("timeout").await;
    let code = nation.submit(permit("c-1")).await;
    nation.holds_somebody().await;
    nation.steps(&code, &["accept", "start", "complete"]).await;
    let full = nation.full(&code).await;
    let state = full["sync"]["state"].as_str().unwrap();
    assert!(full["state"] == "COMPLETED" && ["PENDING", "SENT"].contains(&state), "{full}");
    assert!(!full.to_string().contains(SECRET));
}
