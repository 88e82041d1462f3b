//! The post driven over HTTP, with a stand-in for the portal that takes its reports.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use mock_ground::{Call, Caller};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{Behaviour, Config, Fault, Faults, Running, start_with};

mod services;
mod troubles;

const TOKEN: &str = "t0ken";

/// A running post, a portal that takes its reports, and a client.
struct Scene {
    post: Running,
    portal: MockServer,
    caller: Caller,
}

impl Scene {
    async fn new(transit: Duration, portal_answer: ResponseTemplate) -> Self {
        Self::with(transit, portal_answer, Behaviour::ordinary()).await
    }

    /// A post to all of whose parcels these faults happen.
    async fn of_faults(faults: &[Fault]) -> Self {
        let faults = faults.iter().fold(Faults::none(), |faults, fault| faults.with(*fault, 1.0));
        Self::with(Duration::from_millis(4), ok(), Behaviour { faults, ..Behaviour::ordinary() }).await
    }

    async fn with(transit: Duration, portal_answer: ResponseTemplate, behaviour: Behaviour) -> Self {
        let portal = MockServer::start().await;
        let reports = Mock::given(method("POST")).and(path("/status")).and(header("access_token", TOKEN));
        reports.respond_with(portal_answer).mount(&portal).await;
        let config = Config {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: TOKEN.into(),
            seed: 1,
            transit: transit..=transit,
        };
        let post = start_with(config, behaviour).expect("a loopback port is free");
        Self { post, portal, caller: Caller::new(8) }
    }

    async fn send(&self, method: Method, path: &str, token: &str, body: String) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.post.url());
        let longest = 1 << 24;
        let call =
            Call { method, credentials: Some(("access_token", token)), longest, ..Call::post(&url, body.into()) };
        let answer = self.caller.once(&call).await.unwrap();
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    }

    fn order(&self, order_number: &str, cod_amount: i64) -> Value {
        json!({
            "customer_code": "PORTAL", "order_number": order_number, "item": "result", "cod_amount": cod_amount,
            "receiver_name": "Nguyễn Thị Hoa", "receiver_address": "Tổ 3, phường 1", "receiver_phone": "0000000001",
            "status_url": format!("{}/status", self.portal.uri()),
        })
    }

    /// Posts a body with the right token.
    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, TOKEN, body.to_string()).await
    }

    /// Gets a path with the right token.
    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.send(Method::GET, path, TOKEN, String::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    async fn place(&self, order: &Value) -> Value {
        let (status, answer) = self.send(Method::POST, "/orders", TOKEN, order.to_string()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    async fn ledger(&self) -> Value {
        self.send(Method::GET, "/_ledger", TOKEN, String::new()).await.1
    }

    /// The signals once the post has nothing more to deliver or to report.
    async fn settled(&self) -> Vec<Value> {
        for _ in 0..60_000 {
            let ledger = self.ledger().await;
            if ledger["settled"] == true {
                return ledger["signals"].as_array().unwrap().clone();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("the post did not settle");
    }

    async fn reports(&self) -> Vec<Value> {
        let requests = self.portal.received_requests().await.unwrap();
        requests.iter().map(|request| request.body_json().unwrap()).collect()
    }
}

fn ok() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "code": "00" }))
}

fn column(signals: &[Value], name: &str) -> Vec<String> {
    signals.iter().map(|signal| signal[name].as_str().unwrap_or("-").to_owned()).collect()
}

#[tokio::test]
async fn a_parcel_is_ordered_picked_up_delivered_and_paid_for() {
    let scene = Scene::new(Duration::from_millis(20), ok()).await;
    let answer = scene.place(&scene.order("D-1", 70_000)).await;
    assert_eq!(answer, json!({ "status": "100", "waybill": "VP000000001VN" }));

    let signals = scene.settled().await;
    assert_eq!(column(&signals, "kind"), ["order", "picked_up", "report", "delivered", "collected", "report"]);
    assert_eq!(column(&signals, "direction"), ["in", "internal", "out", "internal", "internal", "out"]);
    assert_eq!(signals.iter().map(|signal| signal["amount"].as_i64().unwrap()).sum::<i64>(), 70_000 * 3);
    assert!(signals.iter().all(|signal| signal["reference"] == "VP000000001VN" && signal["dossier"] == "D-1"));

    let reports = scene.reports().await;
    assert_eq!(column(&reports, "status"), ["in_transit", "delivered"]);
    assert_eq!(column(&reports, "status_code"), ["3", "4"]);
    assert_eq!((&reports[0]["cod_collected"], &reports[1]["cod_collected"]), (&json!(0), &json!(70_000)));
    assert_eq!(scene.send(Method::GET, "/orders/D-1", "", String::new()).await.1["status"], "delivered");
}

#[tokio::test]
async fn a_parcel_without_collection_collects_nothing() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    scene.place(&scene.order("D-1", 0)).await;
    assert_eq!(column(&scene.settled().await, "kind"), ["order", "picked_up", "report", "delivered", "report"]);
}

#[tokio::test]
async fn the_same_order_number_gets_the_same_waybill_and_travels_once() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    let first = scene.place(&scene.order("D-1", 0)).await;
    let second = scene.place(&scene.order("D-1", 0)).await;
    assert_eq!(second, json!({ "status": "101", "waybill": first["waybill"] }));
    assert_ne!(scene.place(&scene.order("D-2", 0)).await["waybill"], first["waybill"]);
    scene.settled().await;
    assert_eq!(scene.reports().await.len(), 4);
}

#[tokio::test]
async fn an_incomplete_order_is_refused_by_field() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    let mut order = scene.order("D-1", -1);
    order["receiver_name"] = json!("");
    order.as_object_mut().unwrap().remove("receiver_phone");
    let (status, answer) = scene.send(Method::POST, "/orders", TOKEN, order.to_string()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer["missing"], json!(["cod_amount", "receiver_name", "receiver_phone"]));
    assert_eq!(column(&scene.settled().await, "state"), ["refused"]);
}

#[tokio::test]
async fn a_wrong_token_orders_nothing() {
    let scene = Scene::new(Duration::ZERO, ok()).await;
    let (status, _) = scene.send(Method::POST, "/orders", "guess", scene.order("D-1", 0).to_string()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(scene.send(Method::GET, "/orders/D-1", "", String::new()).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_failing_portal_is_tried_three_times_and_no_report_overtakes() {
    let scene = Scene::new(Duration::ZERO, ResponseTemplate::new(500)).await;
    scene.place(&scene.order("D-1", 0)).await;
    scene.settled().await;
    let reports = scene.reports().await;
    assert_eq!(
        column(&reports, "status"),
        ["in_transit", "in_transit", "in_transit", "delivered", "delivered", "delivered"]
    );
}

#[tokio::test]
async fn a_parcel_on_its_way_is_unsettled_and_does_not_delay_the_end() {
    let scene = Scene::new(Duration::from_secs(3_600), ok()).await;
    scene.place(&scene.order("D-1", 0)).await;
    assert_eq!(scene.ledger().await["settled"], false, "a parcel is on its way");
    let stopping = Duration::from_secs(120);
    let stopped = tokio::task::spawn_blocking(move || scene.post.stop());
    tokio::time::timeout(stopping, stopped).await.expect("travelling parcels do not delay the end").unwrap();
}

#[tokio::test]
async fn many_parcels_all_arrive() {
    let scene = Scene::new(Duration::from_millis(5), ok()).await;
    for i in 0..300 {
        scene.place(&scene.order(&format!("D-{i}"), 1_000)).await;
    }
    let signals = scene.settled().await;
    assert_eq!(signals.len(), 1_000, "the first page is full");
    let (_, rest) = scene.send(Method::GET, "/_ledger?after=1000&limit=5000", "", String::new()).await;
    assert_eq!(rest["next"], 1_800);
    let seqs = signals.iter().chain(rest["signals"].as_array().unwrap()).map(|signal| signal["seq"].as_u64().unwrap());
    assert!(seqs.eq(1..=1_800));
}
