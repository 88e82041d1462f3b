//! A running bank, a stand-in for the portal that takes its callbacks, and a client.

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
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{Fault, Profile, Running, Setup, Shares, checksum, start};

pub(super) const SECRET: &str = "s3cret";

/// A running bank, a portal that answers every callback with the same code, and a client.
pub(super) struct Scene {
    pub(super) bank: Running,
    pub(super) portal: MockServer,
    pub(super) client: Client<HttpConnector, Full<Bytes>>,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) location: String,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the answer is JSON")
    }
}

impl Scene {
    /// A bank of the plain profile in which every payment gets these faults.
    pub(super) async fn new(faults: &[Fault], portal_answer: ResponseTemplate) -> Self {
        Self::of(Profile::Plain, faults, portal_answer).await
    }

    /// A bank of any profile in which every payment gets these faults.
    pub(super) async fn of(profile: Profile, faults: &[Fault], portal_answer: ResponseTemplate) -> Self {
        Self::with(profile, portal_answer, |setup| {
            setup.shares = faults.iter().fold(Shares::default(), |shares, fault| shares.with(*fault, 1.0));
        })
        .await
    }

    /// A bank of any profile, set up as `change` says.
    pub(super) async fn with(
        profile: Profile,
        portal_answer: ResponseTemplate,
        change: impl FnOnce(&mut Setup),
    ) -> Self {
        let portal = MockServer::start().await;
        Mock::given(path("/callback")).respond_with(portal_answer).mount(&portal).await;
        let mut setup = Setup {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            profile,
            secret: SECRET.into(),
            seed: 1,
            shares: Shares::default(),
            callback_delay: Duration::ZERO,
            callback_url: Some(format!("{}/callback", portal.uri())),
            return_url: Some("http://127.0.0.1:1/return".into()),
            lifetime: Setup::LIFETIME,
            fault_delay: Duration::from_millis(100),
        };
        change(&mut setup);
        let bank = start(setup).expect("a loopback port is free");
        Self { bank, portal, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    pub(super) async fn send(&self, method: Method, path: &str, content_type: &str, body: String) -> Answer {
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

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "text/plain", String::new()).await
    }

    pub(super) async fn json(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, "application/json", body.to_string()).await
    }

    pub(super) async fn text(&self, path: &str) -> String {
        String::from_utf8(self.get(path).await.body.to_vec()).unwrap()
    }

    /// An order of 120,000 dong by the plain profile.
    pub(super) async fn order(&self, reference: &str, secret: &str) -> Answer {
        self.order_of(120_000, reference, secret).await
    }

    /// An order of any amount by the plain profile.
    pub(super) async fn order_of(&self, amount: i64, reference: &str, secret: &str) -> Answer {
        let digits = amount.to_string();
        let time = "20210301070000";
        let fields = ["INIT", "1.0", "P", reference, &digits, "VND", "fee", time];
        let order = json!({
            "message_type": "INIT", "version": "1.0", "partner": "P", "reference": reference, "amount": amount,
            "currency": "VND", "description": "fee", "dossier": "D-1", "time": time,
            "callback_url": format!("{}/callback", self.portal.uri()),
            "return_url": "http://127.0.0.1:1/return",
            "checksum": checksum::seal(&fields, secret),
        });
        self.send(Method::POST, "/orders", "application/json", order.to_string()).await
    }

    pub(super) async fn ordered(&self, reference: &str) -> String {
        self.order(reference, SECRET).await.json()["transaction"].as_str().unwrap().to_owned()
    }

    pub(super) async fn decide(&self, transaction: &str, action: &str) -> Answer {
        let form = "application/x-www-form-urlencoded";
        self.send(Method::POST, &format!("/pay/{transaction}"), form, format!("action={action}")).await
    }

    /// The signals once the bank has nothing more to tell.
    pub(super) async fn settled(&self) -> Vec<Value> {
        for _ in 0..60_000 {
            let ledger = self.get("/_ledger").await.json();
            if ledger["settled"] == true {
                return ledger["signals"].as_array().unwrap().clone();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("the bank did not settle");
    }

    /// What the portal received, in the order of arrival: the fields of a body or of a query.
    pub(super) async fn callbacks(&self) -> Vec<Value> {
        let requests = self.portal.received_requests().await.unwrap();
        requests
            .iter()
            .map(|request| match request.body.as_slice() {
                [] => {
                    request.url.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(&*value))).collect()
                }
                body => serde_json::from_slice(body).unwrap(),
            })
            .collect()
    }
}

pub(super) fn says(code: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "code": code }))
}

pub(super) fn column(signals: &[Value], name: &str) -> Vec<String> {
    signals.iter().map(|signal| signal[name].as_str().unwrap_or("-").to_owned()).collect()
}
