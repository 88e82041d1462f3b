//! What a paid payment costs in memory, measured in a process of its own.

#![cfg(test)]

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use mock_bank::{Profile, Setup, Shares, start};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PAYMENTS: usize = 1_000;
/// As documented in README.md: a payment with its signals and its movement.
const DOCUMENTED: usize = 3_000;

type Http = Client<HttpConnector, Full<Bytes>>;

/// The resident memory of this process, in bytes; the second figure of `statm` counts pages of 4 KB.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4_096
}

async fn post(client: &Http, url: &str, content_type: &str, body: String) -> Bytes {
    let request = Request::builder().method(Method::POST).uri(url).header(CONTENT_TYPE, content_type);
    let answer = client.request(request.body(Full::new(body.into())).unwrap()).await.unwrap();
    answer.into_body().collect().await.unwrap().to_bytes()
}

fn order(i: usize) -> String {
    let reference = format!("H99-210301-{i:05}-P1");
    let text = format!("INIT|1.0|VANDAN|{reference}|120000|VND|Phí, lệ phí hồ sơ|20210301070000|secret");
    let digits: Vec<String> = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "message_type": "INIT", "version": "1.0", "partner": "VANDAN", "reference": reference, "amount": 120_000,
        "currency": "VND", "description": "Phí, lệ phí hồ sơ", "dossier": format!("H99-210301-{i:05}"),
        "time": "20210301070000", "callback_url": "", "return_url": "http://127.0.0.1:9100/peers/bank/return",
        "checksum": digits.concat(),
    })
    .to_string()
}

async fn pay(client: &Http, bank: &str, i: usize) {
    let opened = post(client, &format!("{bank}/orders"), "application/json", order(i)).await;
    let opened: Value = serde_json::from_slice(&opened).unwrap();
    let form = "application/x-www-form-urlencoded";
    post(client, opened["payment_url"].as_str().unwrap(), form, "action=pay".into()).await;
}

#[tokio::test]
async fn a_paid_payment_takes_no_more_memory_than_documented() {
    let bank = start(Setup {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        profile: Profile::Plain,
        secret: "secret".into(),
        seed: 1,
        shares: Shares::default(),
        callback_delay: Duration::ZERO,
        callback_url: None,
        return_url: None,
        lifetime: Setup::LIFETIME,
        fault_delay: Setup::FAULT_DELAY,
    })
    .unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http();
    for i in 0..200 {
        pay(&client, &bank.url(), i).await;
    }
    let before = resident();
    for i in 200..200 + PAYMENTS {
        pay(&client, &bank.url(), i).await;
    }
    let each = resident().saturating_sub(before) / PAYMENTS;
    assert!((200..DOCUMENTED).contains(&each), "{each} bytes per payment");
}
