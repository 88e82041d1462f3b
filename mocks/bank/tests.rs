//! The bank driven over HTTP, with a stand-in for the portal that takes its callbacks.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{Config, Faults, Running, checksum, start};

const SECRET: &str = "s3cret";
const NO_FAULTS: Faults = Faults { duplicate: 0.0, forged: 0.0 };

/// A running bank, a portal that answers every callback with the same code, and a client.
struct Scene {
    bank: Running,
    portal: MockServer,
    client: Client<HttpConnector, Full<Bytes>>,
}

struct Answer {
    status: StatusCode,
    location: String,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the answer is JSON")
    }
}

impl Scene {
    async fn new(faults: Faults, portal_answer: ResponseTemplate) -> Self {
        let portal = MockServer::start().await;
        Mock::given(method("POST")).and(path("/callback")).respond_with(portal_answer).mount(&portal).await;
        let config = Config {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            secret: SECRET.into(),
            seed: 1,
            faults,
            callback_delay: Duration::ZERO,
        };
        let bank = start(config).expect("a loopback port is free");
        Self { bank, portal, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    async fn send(&self, method: Method, path: &str, content_type: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.bank.url()))
            .header(CONTENT_TYPE, content_type)
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        let answer = self.client.request(request).await.unwrap();
        let location = answer.headers().get(LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned();
        Answer { status: answer.status(), location, body: answer.into_body().collect().await.unwrap().to_bytes() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "text/plain", String::new()).await
    }

    async fn order(&self, reference: &str, secret: &str) -> Answer {
        let amount = "120000";
        let time = "20210301070000";
        let fields = ["INIT", "1.0", "P", reference, amount, "VND", "fee", time];
        let order = json!({
            "message_type": "INIT", "version": "1.0", "partner": "P", "reference": reference, "amount": 120_000,
            "currency": "VND", "description": "fee", "dossier": "D-1", "time": time,
            "callback_url": format!("{}/callback", self.portal.uri()),
            "return_url": "http://127.0.0.1:1/return",
            "checksum": checksum::seal(&fields, secret),
        });
        self.send(Method::POST, "/orders", "application/json", order.to_string()).await
    }

    async fn ordered(&self, reference: &str) -> String {
        self.order(reference, SECRET).await.json()["transaction"].as_str().unwrap().to_owned()
    }

    async fn decide(&self, transaction: &str, action: &str) -> Answer {
        let form = "application/x-www-form-urlencoded";
        self.send(Method::POST, &format!("/pay/{transaction}"), form, format!("action={action}")).await
    }

    /// The signals once the bank has nothing more to tell.
    async fn settled(&self) -> Vec<Value> {
        for _ in 0..5_000 {
            let ledger = self.get("/_ledger").await.json();
            if ledger["settled"] == true {
                return ledger["signals"].as_array().unwrap().clone();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("the bank did not settle within 5 s");
    }

    async fn callbacks(&self) -> Vec<Value> {
        let requests = self.portal.received_requests().await.unwrap();
        requests.iter().map(|request| request.body_json().unwrap()).collect()
    }
}

fn says(code: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "code": code }))
}

fn column(signals: &[Value], name: &str) -> Vec<String> {
    signals.iter().map(|signal| signal[name].as_str().unwrap_or("-").to_owned()).collect()
}

fn is_genuine(callback: &Value) -> bool {
    let amount = callback["amount"].to_string();
    let text = |name: &str| callback[name].as_str().unwrap().to_owned();
    let fields = ["message_type", "code", "partner", "reference"].map(text);
    let tail = ["currency", "transaction", "bank", "time"].map(text);
    let fields: Vec<&str> =
        fields.iter().map(String::as_str).chain([amount.as_str()]).chain(tail.iter().map(String::as_str)).collect();
    callback["checksum"] == checksum::seal(&fields, SECRET)
}

#[tokio::test]
async fn a_payment_goes_from_order_to_callback() {
    let scene = Scene::new(NO_FAULTS, says("00")).await;
    let transaction = scene.ordered("R-1").await;

    let page = scene.get(&format!("/pay/{transaction}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(html.contains("120.000") && html.contains("R-1"), "{html}");

    let way_back = scene.decide(&transaction, "pay").await;
    assert_eq!(way_back.status, StatusCode::SEE_OTHER);
    assert_eq!(way_back.location, "http://127.0.0.1:1/return?reference=R-1&code=00");

    let signals = scene.settled().await;
    assert_eq!(column(&signals, "kind"), ["order", "page", "captured", "callback"]);
    assert_eq!(column(&signals, "direction"), ["in", "in", "internal", "out"]);
    assert_eq!(column(&signals, "fault"), ["-"; 4]);
    assert_eq!(signals[3]["status"], 200);
    assert_eq!(signals[3]["detail"], "00");
    let callbacks = scene.callbacks().await;
    assert_eq!(callbacks.len(), 1);
    assert!(is_genuine(&callbacks[0]), "{callbacks:?}");
}

#[tokio::test]
async fn a_bad_checksum_opens_nothing() {
    let scene = Scene::new(NO_FAULTS, says("00")).await;
    let answer = scene.order("R-1", "another secret").await;
    assert_eq!((answer.status, answer.json()), (StatusCode::BAD_REQUEST, json!({ "error_code": "97" })));
    assert_eq!(scene.get("/orders/R-1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(column(&scene.settled().await, "state"), ["refused"]);
}

#[tokio::test]
async fn what_is_not_an_order_is_refused_and_kept_in_the_ledger() {
    let scene = Scene::new(NO_FAULTS, says("00")).await;
    let answer = scene.send(Method::POST, "/orders", "application/json", "{".into()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(column(&scene.settled().await, "detail"), ["99"]);
}

#[tokio::test]
async fn the_same_reference_is_the_same_payment() {
    let scene = Scene::new(NO_FAULTS, says("00")).await;
    assert_eq!(scene.ordered("R-1").await, scene.ordered("R-1").await);
    assert_ne!(scene.ordered("R-1").await, scene.ordered("R-2").await);
}

#[tokio::test]
async fn paying_twice_captures_once_and_tells_once() {
    let scene = Scene::new(NO_FAULTS, says("00")).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    let again = scene.decide(&transaction, "cancel").await;
    assert!(again.location.ends_with("code=00"), "{}", again.location);
    assert_eq!(column(&scene.settled().await, "kind"), ["order", "captured", "callback"]);
    assert_eq!(scene.get("/orders/R-1").await.json()["state"], "captured");
}

#[tokio::test]
async fn a_cancelled_payment_is_told_with_its_own_code() {
    let scene = Scene::new(Faults { duplicate: 1.0, forged: 0.0 }, says("00")).await;
    let transaction = scene.ordered("R-1").await;
    let way_back = scene.decide(&transaction, "cancel").await;
    assert!(way_back.location.ends_with("code=24"), "{}", way_back.location);
    scene.settled().await;
    let callbacks = scene.callbacks().await;
    assert_eq!(callbacks.len(), 1);
    assert_eq!(callbacks[0]["code"], "24");
}

#[tokio::test]
async fn a_duplicate_is_the_same_genuine_callback_again() {
    let scene = Scene::new(Faults { duplicate: 1.0, forged: 0.0 }, says("02")).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    let signals = scene.settled().await;
    assert_eq!(column(&signals, "fault"), ["-", "-", "-", "duplicate"]);
    let callbacks = scene.callbacks().await;
    assert_eq!(callbacks[0], callbacks[1]);
}

#[tokio::test]
async fn a_forged_callback_precedes_the_page_and_is_not_genuine() {
    let scene = Scene::new(Faults { duplicate: 0.0, forged: 1.0 }, says("97")).await;
    let transaction = scene.ordered("R-1").await;
    scene.get(&format!("/pay/{transaction}")).await;
    let callbacks = scene.callbacks().await;
    assert_eq!(callbacks.len(), 1, "it was answered before the page was");
    assert!(!is_genuine(&callbacks[0]));
    assert!(callbacks[0]["transaction"].as_str().unwrap().starts_with("FORGED-"));

    scene.get(&format!("/pay/{transaction}")).await;
    let signals = scene.settled().await;
    assert_eq!(column(&signals, "fault"), ["-", "-", "forged", "-"], "one forged callback per payment");
}

#[tokio::test]
async fn a_failing_portal_is_tried_three_times() {
    let scene = Scene::new(NO_FAULTS, ResponseTemplate::new(503)).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    let signals = scene.settled().await;
    assert_eq!(column(&signals, "kind"), ["order", "captured", "callback", "callback", "callback"]);
}

#[tokio::test]
async fn a_bank_is_not_settled_while_a_callback_is_under_way() {
    let slow = says("00").set_delay(Duration::from_millis(200));
    let scene = Scene::new(NO_FAULTS, slow).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    assert_eq!(scene.get("/_ledger").await.json()["settled"], false);
    scene.settled().await;
}

#[tokio::test]
async fn the_ledger_is_read_in_pages() {
    let scene = Scene::new(NO_FAULTS, says("00")).await;
    for i in 0..5 {
        scene.ordered(&format!("R-{i}")).await;
    }
    let first = scene.get("/_ledger?after=0&limit=3").await.json();
    assert_eq!((&first["peer"], &first["next"]), (&json!("bank"), &json!(3)));
    let second = scene.get("/_ledger?after=3&limit=3").await.json();
    assert_eq!(second["signals"].as_array().unwrap().len(), 2);
    let end = scene.get("/_ledger?after=5&limit=3").await.json();
    assert_eq!((&end["next"], &end["settled"]), (&json!(5), &json!(true)));
}

#[tokio::test]
async fn an_oversized_order_is_refused() {
    let scene = Scene::new(NO_FAULTS, says("00")).await;
    let answer = scene.send(Method::POST, "/orders", "application/json", " ".repeat(1024 * 1024 + 1)).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
}

#[tokio::test]
async fn stopping_frees_the_port() {
    let scene = Scene::new(NO_FAULTS, says("00")).await;
    scene.ordered("R-1").await;
    let address = scene.bank.address();
    scene.bank.stop();
    std::net::TcpListener::bind(address).expect("the port is free again");
}
