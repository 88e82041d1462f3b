//! Each variant changes what is seen, and nothing that was done.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use mock_portal::{Behaviour, Catalogue, Running, Variant};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::scene::{FRIDAY, permit, permit_with};

/// A portal that behaves as it is told, with nobody beside it.
pub(crate) fn portal(behaviour: Behaviour) -> Running {
    let config = mock_portal::Config {
        bind: "127.0.0.1:0".parse().unwrap(),
        bank_url: "http://127.0.0.1:9".into(),
        bank_secret: "s".into(),
        bank_partner: "MOCK".into(),
        post_url: "http://127.0.0.1:9".into(),
        post_token: "t".into(),
        hub: None,
        catalogue: Catalogue::sample(),
        defects: Vec::new(),
        test_hooks: true,
    };
    mock_portal::start_with(config, behaviour).unwrap()
}

fn with(variants: &[Variant]) -> Behaviour {
    Behaviour { variants: variants.to_vec(), ..Behaviour::ordinary() }
}

/// An answer, word for word.
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Raw {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// Somebody who asks a portal.
pub(crate) struct Asker {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
}

impl Asker {
    pub(crate) fn of(portal: &Running) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), url: portal.url() }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Raw, String> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.client.request(request.body(Full::new(body.into())).unwrap()).await;
        let (head, body) = answer.map_err(|error| format!("{error:?}"))?.into_parts();
        let body = body.collect().await.map_err(|error| format!("{error:?}"))?.to_bytes();
        Ok(Raw { status: head.status, headers: head.headers, body })
    }

    /// Sends JSON; null is no body.
    pub(crate) async fn try_ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Raw, String> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, headers, body).await
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Value) -> Raw {
        self.try_ask(method, path, headers, &body).await.unwrap()
    }

    async fn bearer(&self, path: &str, body: Value) -> (String, Raw) {
        let answer = self.ask(Method::POST, path, &[], body).await;
        (format!("Bearer {}", answer.json()["token"].as_str().unwrap()), answer)
    }
}

/// What a portal said in a small story, without what differs between any two portals.
async fn story(variants: &[Variant]) -> Vec<String> {
    let portal = portal(with(variants));
    let asker = Asker::of(&portal);
    let (get, post) = (Method::GET, Method::POST);
    asker.ask(Method::PUT, "/_test/clock", &[], json!({ "now": FRIDAY, "speed": 0.0 })).await;
    let (hoa, _) = asker.bearer("/api/sessions", json!({ "citizen_number": "003099000001", "otp": "000001" })).await;
    let (other, _) = asker.bearer("/api/sessions", json!({ "citizen_number": "003099000002", "otp": "000002" })).await;
    let (desk, _) = asker.bearer("/api/desk/sessions", json!({ "clerk": "desk-1", "password": "open" })).await;
    let hoa = [("authorization", hoa.as_str())];
    let mut said = Vec::new();
    for reference in ["c-1", "c-2", "c-3", "c-1"] {
        said.push(asker.ask(post.clone(), "/api/dossiers", &hoa, permit(reference)).await);
    }
    let code = said[0].json()["code"].as_str().unwrap().to_owned();
    let (own, at_desk) = (format!("/api/dossiers/{code}"), format!("/api/desk/dossiers/{code}"));
    let desk = [("authorization", desk.as_str())];
    let wrong = permit_with("c-9", &json!({ "unit": "nowhere" }));
    said.push(asker.ask(post.clone(), "/api/dossiers", &hoa, wrong).await);
    said.push(asker.ask(get.clone(), &own, &[("authorization", other.as_str())], Value::Null).await);
    said.push(asker.ask(post.clone(), &format!("{at_desk}/complete"), &desk, json!({})).await);
    said.push(asker.ask(post.clone(), &format!("{at_desk}/accept"), &desk, json!({})).await);
    said.push(asker.ask(get.clone(), &own, &hoa, Value::Null).await);
    let tag =
        said.last().and_then(|raw| raw.headers.get("etag")).map_or("\"\"", |tag| tag.to_str().unwrap()).to_owned();
    let matching = [("authorization", hoa[0].1), ("if-match", tag.as_str())];
    said.push(asker.ask(post, &format!("{own}/withdrawal"), &matching, json!({ "reason": "r" })).await);
    said.push(asker.ask(get.clone(), "/api/dossiers?size=2", &hoa, Value::Null).await);
    said.push(asker.ask(get.clone(), "/api/dossiers?offset=2&limit=2", &hoa, Value::Null).await);
    said.push(asker.ask(get, &format!("/api/look-up/{code}"), &[], Value::Null).await);
    let told = |raw: &Raw| {
        let mut headers = raw.headers.clone();
        headers.remove("date");
        format!("{} {headers:?} {}", raw.status, String::from_utf8_lossy(&raw.body))
    };
    said.iter().map(told).collect()
}

#[tokio::test]
async fn each_variant_can_be_seen_and_what_is_plain_is_the_same_again() {
    let plain = story(&[]).await;
    assert_eq!(plain, story(&[]).await);
    for variant in Variant::ALL {
        let differing = story(&[*variant]).await.iter().zip(&plain).filter(|(other, plain)| other != plain).count();
        let is_of_time = matches!(variant, Variant::Slow5ms | Variant::LateLookUp);
        assert_eq!(differing == 0, is_of_time, "{}", variant.name());
    }
}

#[tokio::test]
async fn other_tags_are_taken_back_and_weak_ones_are_not() {
    for (variant, expected) in
        [(Variant::OtherTags, StatusCode::OK), (Variant::WeakTags, StatusCode::PRECONDITION_FAILED)]
    {
        let portal = portal(with(&[variant]));
        let asker = Asker::of(&portal);
        let (hoa, _) =
            asker.bearer("/api/sessions", json!({ "citizen_number": "003099000001", "otp": "000001" })).await;
        let hoa = hoa.as_str();
        let receipt = asker.ask(Method::POST, "/api/dossiers", &[("authorization", hoa)], permit("c-1")).await.json();
        let own = format!("/api/dossiers/{}", receipt["code"].as_str().unwrap());
        let read = asker.ask(Method::GET, &own, &[("authorization", hoa)], Value::Null).await;
        let tag = read.headers["etag"].to_str().unwrap();
        let matching = [("authorization", hoa), ("if-match", tag)];
        let answer = asker.ask(Method::POST, &format!("{own}/withdrawal"), &matching, json!({ "reason": "r" })).await;
        assert_eq!(answer.status, expected, "{tag}");
        let stale = [("authorization", hoa), ("if-match", "\"v9\", \"9-vn\"")];
        let answer = asker.ask(Method::POST, &format!("{own}/withdrawal"), &stale, json!({ "reason": "r" })).await;
        assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
    }
}

#[tokio::test]
async fn a_walk_by_cursor_meets_every_dossier_once() {
    let portal = portal(with(&[Variant::CursorPaging]));
    let asker = Asker::of(&portal);
    let (hoa, _) = asker.bearer("/api/sessions", json!({ "citizen_number": "003099000001", "otp": "000001" })).await;
    let hoa = [("authorization", hoa.as_str())];
    let mut submitted = Vec::new();
    for i in 1..=7 {
        let receipt = asker.ask(Method::POST, "/api/dossiers", &hoa, permit(&format!("c-{i}"))).await;
        submitted.push(receipt.json()["code"].clone());
    }
    let (mut walked, mut query) = (Vec::new(), "size=3".to_owned());
    for _ in 0..3 {
        let page = asker.ask(Method::GET, &format!("/api/dossiers?{query}"), &hoa, Value::Null).await.json();
        walked.extend(page["items"].as_array().unwrap().iter().map(|item| item["code"].clone()));
        query = format!("cursor={}", page["next_cursor"].as_str().unwrap_or_default());
    }
    assert_eq!((walked, query.as_str()), (submitted, "cursor="));
    let answer = asker.ask(Method::GET, "/api/dossiers?cursor=nonsense", &hoa, Value::Null).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_late_look_up_is_right_after_fifty_milliseconds_and_a_slow_answer_takes_five() {
    let portal = portal(with(&[Variant::LateLookUp, Variant::Slow5ms]));
    let asker = Asker::of(&portal);
    let (hoa, _) = asker.bearer("/api/sessions", json!({ "citizen_number": "003099000001", "otp": "000001" })).await;
    let hoa = [("authorization", hoa.as_str())];
    let began = Instant::now();
    let receipt = asker.ask(Method::POST, "/api/dossiers", &hoa, permit("c-1")).await.json();
    assert!(began.elapsed() >= Duration::from_millis(5));
    let code = receipt["code"].as_str().unwrap();
    let look_up = format!("/api/look-up/{code}");
    assert_eq!(asker.ask(Method::GET, &look_up, &[], Value::Null).await.json()["state"], "SUBMITTED");
    let withdrawal = format!("/api/dossiers/{code}/withdrawal");
    let withdrawn = asker.ask(Method::POST, &withdrawal, &hoa, json!({ "reason": "r" })).await.json();
    let changed = Instant::now();
    // Late it may be, but never beyond its bound.
    loop {
        let is_due = changed.elapsed() > Duration::from_millis(50);
        let state = asker.ask(Method::GET, &look_up, &[], Value::Null).await.json()["state"].clone();
        if state == withdrawn["state"] {
            return;
        }
        assert!(!is_due && state == "SUBMITTED", "{state}");
    }
}
