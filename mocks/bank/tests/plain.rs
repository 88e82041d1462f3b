//! The plain profile, from the order to the callback.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::scene::{SECRET, Scene, column, says};
use crate::{Fault, checksum};

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
    let scene = Scene::new(&[], says("00")).await;
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
    let scene = Scene::new(&[], says("00")).await;
    let answer = scene.order("R-1", "another secret").await;
    assert_eq!((answer.status, answer.json()), (StatusCode::BAD_REQUEST, json!({ "error_code": "97" })));
    assert_eq!(scene.get("/orders/R-1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(column(&scene.settled().await, "state"), ["refused"]);
}

#[tokio::test]
async fn what_is_not_an_order_is_refused_and_kept_in_the_ledger() {
    let scene = Scene::new(&[], says("00")).await;
    let answer = scene.send(Method::POST, "/orders", "application/json", "{".into()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(column(&scene.settled().await, "detail"), ["99"]);
}

#[tokio::test]
async fn the_same_reference_is_the_same_payment() {
    let scene = Scene::new(&[], says("00")).await;
    assert_eq!(scene.ordered("R-1").await, scene.ordered("R-1").await);
    assert_ne!(scene.ordered("R-1").await, scene.ordered("R-2").await);
}

#[tokio::test]
async fn paying_twice_captures_once_and_tells_once() {
    let scene = Scene::new(&[], says("00")).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    let again = scene.decide(&transaction, "cancel").await;
    assert!(again.location.ends_with("code=00"), "{}", again.location);
    assert_eq!(column(&scene.settled().await, "kind"), ["order", "captured", "callback"]);
    assert_eq!(scene.get("/orders/R-1").await.json()["state"], "captured");
}

#[tokio::test]
async fn a_cancelled_payment_is_reported_with_its_own_code() {
    let scene = Scene::new(&[Fault::Duplicate], says("00")).await;
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
    let scene = Scene::new(&[Fault::Duplicate], says("02")).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    let signals = scene.settled().await;
    assert_eq!(column(&signals, "fault"), ["-", "-", "-", "duplicate"]);
    let callbacks = scene.callbacks().await;
    assert_eq!(callbacks[0], callbacks[1]);
}

#[tokio::test]
async fn a_forged_callback_precedes_the_page_and_is_not_genuine() {
    let scene = Scene::new(&[Fault::Forged], says("97")).await;
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
    let scene = Scene::new(&[], ResponseTemplate::new(503)).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    let signals = scene.settled().await;
    assert_eq!(column(&signals, "kind"), ["order", "captured", "callback", "callback", "callback"]);
}

#[tokio::test]
async fn a_bank_is_not_settled_while_a_callback_is_under_way() {
    let slow = says("00").set_delay(Duration::from_secs(3));
    let scene = Scene::new(&[], slow).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    assert_eq!(scene.get("/_ledger").await.json()["settled"], false);
    scene.settled().await;
}

#[tokio::test]
async fn the_ledger_is_read_in_pages() {
    let scene = Scene::new(&[], says("00")).await;
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
    let scene = Scene::new(&[], says("00")).await;
    let answer = scene.send(Method::POST, "/orders", "application/json", " ".repeat(1024 * 1024 + 1)).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
}

#[tokio::test]
async fn stopping_frees_the_port() {
    let scene = Scene::new(&[], says("00")).await;
    scene.ordered("R-1").await;
    let address = scene.bank.address();
    scene.bank.stop();
    std::net::TcpListener::bind(address).expect("the port is free again");
}

#[tokio::test]
async fn a_reference_with_another_amount_is_refused_and_orders_nothing() {
    let scene = Scene::new(&[], says("00")).await;
    scene.ordered("R-1").await;
    let answer = scene.order_of(90_000, "R-1", SECRET).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::CONFLICT, json!({ "error_code": "94" })));
    assert_eq!(column(&scene.settled().await, "state"), ["ordered", "refused"]);
    assert_eq!(scene.get("/orders/R-1").await.json()["amount"], 120_000);
}
