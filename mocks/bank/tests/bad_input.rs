//! Input of every bad kind: a clear 4xx or a closed connection, and a bank that goes on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use http::{Method, StatusCode};
use proptest::prelude::*;
use serde_json::json;
use wiremock::ResponseTemplate;

use super::scene::{Scene, says};
use crate::Profile;

const JSON: &str = "application/json";

fn bad_bodies() -> Vec<String> {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let wide =
        json!({ "LoaiBanTin": "INIT", "command": "CREATE", "vnp_Command": "refund", "MaDoiTac": "x".repeat(100_000) });
    let odd = json!({ "LoaiBanTin": ["INIT"], "command": { "a": 1 }, "vnp_Command": null, "SoTien": 1e300 });
    [
        "",
        "{",
        "null",
        "[]",
        "\"text\"",
        "{\"a\":1}",
        "{\"reference\":\"\\ud800\"}",
        &deep,
        &wide.to_string(),
        &odd.to_string(),
    ]
    .map(str::to_owned)
    .to_vec()
}

#[tokio::test]
async fn every_profile_refuses_every_bad_body() {
    for (profile, path) in [
        (Profile::Plain, "/orders"),
        (Profile::National, "/payment"),
        (Profile::VnpayLike, "/merchant_webapi/api/transaction"),
        (Profile::Provincial, "/bill"),
    ] {
        let scene = Scene::of(profile, &[], says("00")).await;
        for path in [path, "/refunds"] {
            for body in bad_bodies() {
                let answer = scene.send(Method::POST, path, JSON, body.clone()).await;
                let start: String = body.chars().take(60).collect();
                assert!(answer.status.is_client_error(), "{path}: {} for {start}", answer.status);
            }
            let answer = scene.send(Method::POST, path, "text/plain", "{}".into()).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
        assert_eq!(scene.get("/reconciliation").await.json()["ordered"], 0);
    }
}

#[tokio::test]
async fn every_bad_address_and_form_is_refused() {
    let scene = Scene::new(&[], says("00")).await;
    let transaction = scene.ordered("R-1").await;
    let page = format!("/pay/{transaction}");
    for path in [
        "/nowhere",
        "/pay/T1",
        "/pay/%ff%fe",
        "/receipt/T0000000009",
        "/orders/none",
        "/settlement/yesterday",
        "/settlement/2021-02-30",
        "/_ledger?after=x",
        "/_ledger?limit=-1",
        "/bills?code=x",
        "/pay/T9/qr",
    ] {
        let answer = scene.get(path).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
    }
    for form in ["", "action=steal", "action=pay&action=cancel", "%%%", "action=%ff"] {
        let answer = scene.send(Method::POST, &page, "application/x-www-form-urlencoded", form.into()).await;
        assert!(answer.status.is_client_error(), "{form}: {}", answer.status);
    }
    assert_eq!(scene.send(Method::DELETE, &page, JSON, String::new()).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(scene.get("/orders/R-1").await.json()["state"], "ordered");
}

#[tokio::test]
async fn a_receipt_is_only_of_what_was_paid() {
    let scene = Scene::new(&[], says("00")).await;
    let transaction = scene.ordered("R-1").await;
    assert_eq!(scene.get(&format!("/receipt/{transaction}")).await.status, StatusCode::CONFLICT);
}

/// Sends raw bytes and returns what came back before the connection was closed or silent.
fn raw(scene: &Scene, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(scene.bank.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    // The bank may close before everything was sent: then the answer counts.
    drop(stream.write_all(bytes));
    drop(stream.shutdown(std::net::Shutdown::Write));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    answer
}

#[tokio::test]
async fn what_is_not_http_gets_a_400_or_nothing() {
    let scene = Scene::new(&[], says("00")).await;
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(1_000_000));
    let cut =
        b"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"a\"";
    for bytes in [b"\x16\x03\x01\x02\x00".as_slice(), b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", long.as_bytes(), cut] {
        let answer = String::from_utf8_lossy(&raw(&scene, bytes)).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    assert_eq!(scene.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_thousand_idle_connections_leave_room_for_a_customer() {
    let scene = Scene::new(&[], says("00")).await;
    let idle: Vec<TcpStream> = (0..1_000).filter_map(|_| TcpStream::connect(scene.bank.address()).ok()).collect();
    assert!(idle.len() > 200, "the system gives too few sockets to say anything");
    assert_eq!(scene.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_portal_that_answers_nonsense_is_noted_and_bounded() {
    let scene = Scene::new(&[], ResponseTemplate::new(200).set_body_string("<".repeat(100_000))).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    let signals = scene.settled().await;
    let detail = signals.last().unwrap()["detail"].as_str().unwrap();
    assert!(detail.len() <= 240, "{detail}");
    assert_eq!(scene.get("/reconciliation").await.json()["unacknowledged"]["count"], 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_bytes_are_answered_with_4xx_or_a_closed_connection(bytes in proptest::collection::vec(any::<u8>(), 1..400)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let scene = Scene::new(&[], says("00")).await;
            let mut request = b"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n".to_vec();
            request.extend(format!("Content-Length: {}\r\n\r\n", bytes.len()).bytes());
            request.extend(&bytes);
            let answer = String::from_utf8_lossy(&raw(&scene, &request)).into_owned();
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        });
    }
}
