//! A hub that is out of order, as portals meet it.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::*;
use crate::{Mode, Outage};

async fn switch(scene: &Scene, method: Method, body: Value) -> Said {
    let request = Request::builder().method(method).uri(format!("{}/_test/outage", scene.hub.url()));
    let request = request.header(CONTENT_TYPE, "application/json");
    scene.send(request.body(Full::new(body.to_string().into())).unwrap()).await
}

/// Asks once over a plain socket; what came back within the time, or how it failed.
fn ask(address: SocketAddr, patience: Duration) -> Result<String, ErrorKind> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    stream.write_all(b"GET /oidc/jwks HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).map_err(|error| error.kind())?;
    Ok(text)
}

#[tokio::test]
async fn an_outage_is_switched_on_and_off_and_is_in_the_ledger() {
    let scene = Scene::new();
    assert_eq!(switch(&scene, Method::PUT, json!({ "mode": "unavailable" })).await.json()["mode"], "unavailable");
    let said = scene.get("/oidc/jwks").await;
    assert_eq!((said.status, &said.headers["retry-after"]), (StatusCode::SERVICE_UNAVAILABLE, &"5".parse().unwrap()));
    assert_eq!(scene.get("/_ledger").await.status, StatusCode::OK, "a tester still reads the ledger");
    switch(&scene, Method::DELETE, Value::Null).await;
    assert_eq!(scene.get("/oidc/jwks").await.status, StatusCode::OK);
    let signals = scene.signals().await;
    assert_eq!(column(&signals, "kind"), ["outage_begun", "outage", "outage_ended"]);
    assert_eq!(column(&signals, "fault"), ["unavailable", "unavailable", "-"]);
    for wrong in [json!({ "mode": "fire" }), json!({ "mode": "reset", "seconds": -1 }), json!({})] {
        assert!(switch(&scene, Method::PUT, wrong).await.status.is_client_error());
    }
}

#[tokio::test]
async fn a_reset_is_a_reset_and_not_an_answer() {
    let scene = Scene::new();
    switch(&scene, Method::PUT, json!({ "mode": "reset" })).await;
    let address = scene.hub.address();
    let answer = tokio::task::spawn_blocking(move || ask(address, Duration::from_secs(120))).await.unwrap();
    assert_eq!(answer, Err(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_timeout_is_silence_and_does_not_delay_the_end() {
    let scene = Scene::new();
    switch(&scene, Method::PUT, json!({ "mode": "timeout", "seconds": 600 })).await;
    let address = scene.hub.address();
    let answer = tokio::task::spawn_blocking(move || ask(address, Duration::from_millis(100))).await.unwrap();
    assert_eq!(answer, Err(ErrorKind::WouldBlock));
    let stopped = tokio::task::spawn_blocking(move || scene.hub.stop());
    tokio::time::timeout(Duration::from_secs(120), stopped).await.expect("it ends").unwrap();
}

#[tokio::test]
async fn an_outage_comes_as_scheduled() {
    let outage = |from, length| Outage { mode: Mode::Unavailable, from, length };
    let hour = Duration::from_secs(3_600);
    for (outage, status) in [
        (outage(Duration::ZERO, hour), StatusCode::SERVICE_UNAVAILABLE),
        (outage(hour, hour), StatusCode::OK),
        (outage(Duration::ZERO, Duration::ZERO), StatusCode::OK),
    ] {
        let scene = Scene::with(Config { outages: vec![outage], ..config() });
        assert_eq!(scene.get("/oidc/jwks").await.status, status);
    }
}

#[tokio::test]
async fn without_test_hooks_nothing_can_be_switched() {
    let scene = Scene::with(Config { test_hooks: false, ..config() });
    assert_eq!(switch(&scene, Method::PUT, json!({ "mode": "reset" })).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_reset_clears_all_state() {
    let scene = Scene::new();
    scene.session().await;
    scene.post_json("/_test/reset", &Value::Null).await;
    assert_eq!(scene.get("/_test/state").await.json()["signals"], 0);
}
