//! The hub driven over HTTP, by a portal, by a citizen and by a client that signs citizens on.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::{Config, Running, start};

mod exchange;
mod outages;
mod sign_on;
mod sink;

const SECRET: &str = "s3cret";

/// An answer, read to its end.
struct Said {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }
}

/// A running hub and a client.
struct Scene {
    hub: Running,
    client: Client<HttpConnector, Full<Bytes>>,
}

fn config() -> Config {
    Config::sample(SocketAddr::from(([127, 0, 0, 1], 0)), 1, SECRET)
}

impl Scene {
    fn new() -> Self {
        Self::with(config())
    }

    fn with(config: Config) -> Self {
        let hub = start(config).expect("a loopback port is free");
        Self { hub, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Said {
        let answer = self.client.request(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        Said { status, headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    async fn post(&self, path: &str, kind: &str, body: impl Into<Bytes>) -> Said {
        let request = Request::builder().method(Method::POST).uri(format!("{}{path}", self.hub.url()));
        self.send(request.header(CONTENT_TYPE, kind).body(Full::new(body.into())).unwrap()).await
    }

    async fn post_json(&self, path: &str, body: &Value) -> Said {
        self.post(path, "application/json", body.to_string()).await
    }

    async fn get(&self, path: &str) -> Said {
        let request = Request::builder().uri(format!("{}{path}", self.hub.url()));
        self.send(request.body(Full::default()).unwrap()).await
    }

    /// A session of the portal.
    async fn session(&self) -> String {
        let said = self.post_json("/auth", &json!({ "username": "portal", "password": SECRET })).await;
        assert_eq!(said.json()["error_code"], 0, "{}", said.text);
        said.json()["session"].as_str().unwrap().to_owned()
    }

    async fn signals(&self) -> Vec<Value> {
        self.get("/_ledger").await.json()["signals"].as_array().unwrap().clone()
    }
}

fn column(rows: &[Value], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].as_str().unwrap_or("-").to_owned()).collect()
}
