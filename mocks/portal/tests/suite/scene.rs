//! The mocks, wired together, and people who use them.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use mock_bank::Faults;
use mock_portal::{Behaviour, Catalogue, Defect, Hub};
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "s3cret";
pub(crate) const PARTNER: &str = "MOCK";
const TOKEN: &str = "t0ken";
pub(crate) const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// A Friday, so that a weekend lies ahead.
pub(crate) const FRIDAY: &str = "2021-03-05T08:00:00+07:00";

/// Running mocks, a client, and the tokens of everybody who works there.
pub(crate) struct Scene {
    pub(crate) portal: mock_portal::Running,
    pub(crate) bank: mock_bank::Running,
    pub(crate) post: mock_post::Running,
    /// What the portal was told when it started.
    pub(crate) config: mock_portal::Config,
    client: Client<HttpConnector, Full<Bytes>>,
    /// A clerk of unit H99.01.
    pub(crate) desk: String,
    pub(crate) post_clerk: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.body
    }

    /// Asserts a refusal with this status and error code.
    pub(crate) fn refused(self, status: u16, error_code: &str) -> Value {
        assert_eq!((self.status.as_u16(), &self.body["error_code"]), (status, &json!(error_code)), "{self:?}");
        assert_eq!(self.content_type, "application/problem+json");
        self.body
    }
}

impl Scene {
    pub(crate) async fn new(defects: &[Defect]) -> Self {
        Self::with_faults(defects, NO_FAULTS).await
    }

    pub(crate) async fn with_faults(defects: &[Defect], faults: Faults) -> Self {
        Self::behaving(defects, faults, Behaviour::ordinary()).await
    }

    /// The portal behaves as it is told.
    pub(crate) async fn behaving(defects: &[Defect], faults: Faults, behaviour: Behaviour) -> Self {
        let peers = (start_bank(faults), start_post());
        Self::together(defects, peers, behaviour, None).await
    }

    /// The post behaves as it is told.
    pub(crate) async fn with_post(defects: &[Defect], behaviour: mock_post::Behaviour) -> Self {
        Self::with_post_taking(FAST, defects, behaviour).await
    }

    /// The post never gets to carry anything, so that only the test reports.
    pub(crate) async fn with_slow_post(defects: &[Defect]) -> Self {
        Self::with_post_taking(SLOW, defects, mock_post::Behaviour::ordinary()).await
    }

    /// Every parcel takes that long.
    pub(crate) async fn with_post_taking(
        transit: Duration,
        defects: &[Defect],
        behaviour: mock_post::Behaviour,
    ) -> Self {
        let post = mock_post::start_with(post_config(transit), behaviour).unwrap();
        Self::together(defects, (start_bank(NO_FAULTS), post), Behaviour::ordinary(), None).await
    }

    /// The portal is linked to this national portal.
    pub(crate) async fn linked(defects: &[Defect], hub: Hub) -> Self {
        let peers = (start_bank(NO_FAULTS), start_post());
        Self::together(defects, peers, Behaviour::ordinary(), Some(hub)).await
    }

    /// The portal is linked and behaves as it is told, and the post never gets to carry anything.
    pub(crate) async fn linked_beside_slow_post(behaviour: Behaviour, hub: Hub) -> Self {
        let post = mock_post::start(post_config(SLOW)).unwrap();
        Self::together(&[], (start_bank(NO_FAULTS), post), behaviour, Some(hub)).await
    }

    async fn together(
        defects: &[Defect],
        (bank, post): (mock_bank::Running, mock_post::Running),
        behaviour: Behaviour,
        hub: Option<Hub>,
    ) -> Self {
        let config = mock_portal::Config { hub, ..config(&bank, &post, defects) };
        let portal = mock_portal::start_with(config.clone(), behaviour);
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (desk, post_clerk) = (String::new(), String::new());
        let mut scene = Self { portal: portal.unwrap(), bank, post, config, client, desk, post_clerk };
        scene.set_clock(json!({ "now": FRIDAY, "speed": 0.0 })).await;
        scene.desk = scene.clerk("desk-1").await;
        scene.post_clerk = scene.clerk("post-1").await;
        scene
    }

    /// Ends the portal and starts it again at the same address.
    pub(crate) fn restart(&mut self, behaviour: Behaviour) {
        self.config.bind = self.portal.address();
        let stand_in = mock_portal::start(mock_portal::Config { bind: LOOPBACK, ..self.config.clone() }).unwrap();
        std::mem::replace(&mut self.portal, stand_in).stop();
        self.portal = mock_portal::start_with(self.config.clone(), behaviour).unwrap();
        // The connections of the old one are of no use.
        self.client = Client::builder(TokioExecutor::new()).build_http();
    }

    /// Replaces the portal by one that is configured otherwise; everybody signs in anew.
    pub(crate) async fn change_portal(&mut self, change: impl FnOnce(&mut mock_portal::Config)) {
        let mut config = config(&self.bank, &self.post, &[]);
        change(&mut config);
        self.portal = mock_portal::start(config.clone()).unwrap();
        self.config = config;
        self.set_clock(json!({ "now": FRIDAY, "speed": 0.0 })).await;
        self.desk = self.clerk("desk-1").await;
        self.post_clerk = self.clerk("post-1").await;
    }

    /// Replaces both peers by others that the portal does not know of.
    pub(crate) fn lose_peers(&mut self) {
        self.bank = start_bank(NO_FAULTS);
        self.post = start_post();
    }

    pub(crate) async fn send(&self, method: Method, url: &str, headers: &[(&str, &str)], body: String) -> Answer {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.client.request(request.body(Full::new(Bytes::from(body))).unwrap()).await.unwrap();
        let status = answer.status();
        let content_type = answer.headers().get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap()).to_owned();
        let headers = answer.headers().clone();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        Answer { status, content_type, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    async fn call(&self, method: Method, token: &str, path: &str, body: String) -> Answer {
        let url = format!("{}{path}", self.portal.url());
        let bearer = format!("Bearer {token}");
        let headers = [(AUTHORIZATION.as_str(), bearer.as_str()), (CONTENT_TYPE.as_str(), "application/json")];
        self.send(method, &url, &headers, body).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(Method::POST, token, path, body.to_string()).await
    }

    pub(crate) async fn put(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, token, path, body.to_string()).await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(Method::GET, token, path, String::new()).await
    }

    /// Stops the clock at this minute.
    pub(crate) async fn at(&self, now: &str) {
        self.set_clock(json!({ "now": format!("{now}:00+07:00"), "speed": 0.0 })).await;
    }

    /// Lets Hoa do something with her dossier.
    pub(crate) async fn mine(&self, code: &str, step: &str, body: Value) -> Answer {
        let hoa = self.hoa().await;
        self.post(&hoa, &format!("/api/dossiers/{code}/{step}"), body).await
    }

    /// An answer as it came: its headers and bytes.
    pub(crate) async fn raw(&self, request: Request<Full<Bytes>>) -> http::Response<Bytes> {
        let (head, body) = self.client.request(request).await.unwrap().into_parts();
        http::Response::from_parts(head, body.collect().await.unwrap().to_bytes())
    }

    pub(crate) async fn set_clock(&self, setting: Value) -> Value {
        self.call(Method::PUT, "", "/_test/clock", setting.to_string()).await.ok()
    }

    pub(crate) async fn citizen(&self, number: &str) -> String {
        let answer = self.post("", "/api/sessions", json!({ "citizen_number": number, "otp": &number[6..] })).await;
        answer.ok()["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn clerk(&self, id: &str) -> String {
        let answer = self.post("", "/api/desk/sessions", json!({ "clerk": id, "password": "open" })).await;
        answer.ok()["token"].as_str().unwrap().to_owned()
    }

    /// The only citizen most tests need.
    pub(crate) async fn hoa(&self) -> String {
        self.citizen("003099000001").await
    }

    /// Submits online, in Hoa's name; returns the code.
    pub(crate) async fn submit(&self, body: Value) -> String {
        let hoa = self.hoa().await;
        code(&self.post(&hoa, "/api/dossiers", body).await.ok())
    }

    /// Lets a desk clerk take one step.
    pub(crate) async fn step(&self, code: &str, step: &str, body: Value) -> Answer {
        self.post(&self.desk, &format!("/api/desk/dossiers/{code}/{step}"), body).await
    }

    /// Lets a desk clerk take several steps that need no more than a reason.
    pub(crate) async fn steps(&self, code: &str, steps: &[&str]) {
        for step in steps {
            self.step(code, step, json!({ "reason": "r" })).await.ok();
        }
    }

    pub(crate) async fn hand_to_post(&self, code: &str) -> Answer {
        self.post(&self.post_clerk, &format!("/api/desk/dossiers/{code}/hand-to-post"), json!({})).await
    }

    /// The whole dossier, as a clerk sees it.
    pub(crate) async fn full(&self, code: &str) -> Value {
        self.get(&self.desk, &format!("/api/desk/dossiers/{code}")).await.ok()
    }

    /// Orders the payment and pays it; returns when the bank has told the portal.
    pub(crate) async fn pay(&self, code: &str) {
        let hoa = self.hoa().await;
        let order = self.post(&hoa, &format!("/api/dossiers/{code}/payments"), json!({})).await.ok();
        let url = order["payment_url"].as_str().unwrap();
        self.send(Method::GET, url, &[], String::new()).await;
        self.decide(url, "pay").await;
        self.bank_signals().await;
    }

    pub(crate) async fn decide(&self, payment_url: &str, action: &str) {
        let headers = [(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")];
        let answer = self.send(Method::POST, payment_url, &headers, format!("action={action}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }

    /// What the bank has on record, once it has nothing more to tell.
    pub(crate) async fn bank_signals(&self) -> Vec<Value> {
        self.settled(&self.bank.url()).await
    }

    /// What the post has on record, once it has nothing more to deliver or to report.
    pub(crate) async fn post_signals(&self) -> Vec<Value> {
        self.settled(&self.post.url()).await
    }

    /// Lets the post report on a parcel.
    pub(crate) async fn report_parcel(&self, report: Value) -> Answer {
        self.report(report, "status").await
    }

    /// Lets the post report on papers that it fetches.
    pub(crate) async fn report_pickup(&self, report: Value) -> Answer {
        self.report(report, "pickups").await
    }

    async fn report(&self, report: Value, about: &str) -> Answer {
        let url = format!("{}/peers/post/{about}", self.portal.url());
        self.send(Method::POST, &url, &[("access_token", TOKEN)], report.to_string()).await
    }

    /// Lets the post pass on everything that it has collected.
    pub(crate) async fn end_of_the_posts_day(&self) -> Value {
        self.ask_post("/remittances").await.ok()
    }

    /// Posts something to the post that only the portal could.
    pub(crate) async fn ask_post(&self, path: &str) -> Answer {
        self.at_post(path, json!({})).await
    }

    /// Orders a parcel of which the portal does not know.
    pub(crate) async fn order_at_post(&self, order: Value) -> Answer {
        self.at_post("/orders", order).await
    }

    async fn at_post(&self, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.post.url());
        let headers = [("access_token", TOKEN), (CONTENT_TYPE.as_str(), "application/json")];
        self.send(Method::POST, &url, &headers, body.to_string()).await
    }

    async fn settled(&self, peer: &str) -> Vec<Value> {
        for _ in 0..60_000 {
            let ledger = self.send(Method::GET, &format!("{peer}/_ledger"), &[], String::new()).await.ok();
            if ledger["settled"] == true {
                return ledger["signals"].as_array().unwrap().clone();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("{peer} did not settle");
    }
}

fn config(bank: &mock_bank::Running, post: &mock_post::Running, defects: &[Defect]) -> mock_portal::Config {
    mock_portal::Config {
        bind: LOOPBACK,
        bank_url: bank.url(),
        bank_secret: SECRET.into(),
        bank_partner: PARTNER.into(),
        post_url: post.url(),
        post_token: TOKEN.into(),
        hub: None,
        catalogue: Catalogue::sample(),
        defects: defects.to_vec(),
        test_hooks: true,
    }
}

fn start_bank(faults: Faults) -> mock_bank::Running {
    let callback_delay = Duration::ZERO;
    let config = mock_bank::Config { bind: LOOPBACK, secret: SECRET.into(), seed: 1, faults, callback_delay };
    mock_bank::start(config).unwrap()
}

const NO_FAULTS: Faults = Faults { duplicate: 0.0, forged: 0.0 };
const FAST: Duration = Duration::from_millis(1);
/// How long parcels take that are never to arrive.
const SLOW: Duration = Duration::from_secs(24 * 3_600);

fn post_config(transit: Duration) -> mock_post::Config {
    mock_post::Config { bind: LOOPBACK, token: TOKEN.into(), seed: 1, transit: transit..=transit }
}

fn start_post() -> mock_post::Running {
    mock_post::start(post_config(FAST)).unwrap()
}

/// An application for a permit at 120,000 VND that takes 5 working days, returned at the counter, unpaid.
pub(crate) fn permit(client_reference: &str) -> Value {
    json!({
        "procedure": "1.000002", "unit": "H99.01", "channel": "online", "client_reference": client_reference,
        "applicant": {
            "full_name": "Nguyễn Thị Thanh Hoa", "citizen_number": "003099000001", "phone": "0000000001",
            "email": "hoa@example.invalid", "address": "Tổ 3"
        },
        "form": { "subject": "Cấp mới", "note": "⟦1⟧" },
        "return_method": "counter", "return_address": null, "payment_method": "none"
    })
}

/// The same, with some fields changed.
pub(crate) fn permit_with(client_reference: &str, changes: &Value) -> Value {
    let mut body = permit(client_reference);
    for (field, value) in changes.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

/// The same, returned by post and paid on delivery.
pub(crate) fn posted(client_reference: &str) -> Value {
    let changes = json!({ "return_method": "post", "return_address": "Tổ 3", "payment_method": "cod" });
    permit_with(client_reference, &changes)
}

pub(crate) fn code(receipt: &Value) -> String {
    receipt["code"].as_str().unwrap().to_owned()
}

/// The events of a full view, in order.
pub(crate) fn events(full: &Value) -> Vec<String> {
    let progress = full["progress"].as_array().unwrap();
    progress.iter().map(|entry| entry["event"].as_str().unwrap().to_owned()).collect()
}

/// The states a full view says the dossier went through, without repetition.
pub(crate) fn path(full: &Value) -> Vec<String> {
    let progress = full["progress"].as_array().unwrap();
    let mut states: Vec<String> = progress.iter().map(|entry| entry["state"].as_str().unwrap().to_owned()).collect();
    states.dedup();
    states
}
