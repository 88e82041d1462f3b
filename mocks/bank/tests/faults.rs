//! Each fault, and what a portal sees of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::scene::{SECRET, Scene, column, says};
use crate::{Fault, Profile, checksum};

/// A payment in which exactly these faults happen, paid; its signals after the capture, and the callbacks.
async fn paid(faults: &[Fault]) -> (Scene, Vec<Value>, Vec<Value>) {
    let scene = Scene::with(Profile::Plain, says("00"), |setup| {
        setup.shares = faults.iter().fold(setup.shares, |shares, fault| shares.with(*fault, 1.0));
        setup.lifetime = Duration::from_secs(5);
    })
    .await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    let signals = scene.settled().await.split_off(1);
    let callbacks = scene.callbacks().await;
    (scene, signals, callbacks)
}

fn at(signal: &Value) -> u64 {
    signal["at_unix_ns"].as_u64().unwrap()
}

fn is_signed(callback: &Value) -> bool {
    let text = |name: &str| callback[name].as_str().map_or_else(|| callback[name].to_string(), str::to_owned);
    let names = ["message_type", "code", "partner", "reference", "amount", "currency", "transaction", "bank", "time"];
    let texts = names.map(text);
    callback["checksum"] == checksum::seal(&texts.each_ref().map(String::as_str), SECRET)
}

#[tokio::test]
async fn a_delayed_callback_comes_later() {
    let (_scene, signals, callbacks) = paid(&[Fault::Delayed]).await;
    assert_eq!(column(&signals, "fault"), ["-", "delayed"]);
    assert!(at(&signals[1]) - at(&signals[0]) >= 100_000_000, "{signals:?}");
    assert_eq!(callbacks.len(), 1);
}

#[tokio::test]
async fn a_lost_callback_is_never_sent_and_only_a_query_reveals_it() {
    let (scene, signals, callbacks) = paid(&[Fault::Lost]).await;
    assert_eq!((column(&signals, "fault"), callbacks.len()), (vec!["-".to_owned(), "lost".to_owned()], 0));
    assert_eq!((&signals[1]["detail"], &signals[1]["status"]), (&json!("not sent"), &Value::Null));
    assert_eq!(scene.get("/orders/R-1").await.json()["state"], "captured");
    let report = scene.get("/reconciliation").await.json();
    assert_eq!((&report["unacknowledged"]["count"], &report["unacknowledged"]["sum"]), (&json!(1), &json!(120_000)));
}

#[tokio::test]
async fn without_a_fault_every_capture_is_acknowledged() {
    let (scene, signals, _) = paid(&[]).await;
    assert_eq!(column(&signals, "fault"), ["-", "-"]);
    assert_eq!(scene.get("/reconciliation").await.json()["unacknowledged"]["count"], 0);
}

#[tokio::test]
async fn a_concurrent_duplicate_is_under_way_together_with_the_first() {
    let slow = says("00").set_delay(Duration::from_secs(3));
    let scene = Scene::of(Profile::Plain, &[Fault::ConcurrentDuplicate], slow).await;
    let transaction = scene.ordered("R-1").await;
    scene.decide(&transaction, "pay").await;
    for _ in 0..60_000 {
        if scene.callbacks().await.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let meanwhile = scene.get("/_ledger").await.json();
    let answered =
        column(meanwhile["signals"].as_array().unwrap(), "kind").iter().filter(|kind| *kind == "callback").count();
    assert_eq!(answered, 0, "the second has come, and the first is not answered yet: {meanwhile}");
    let signals = scene.settled().await;
    let callbacks = scene.callbacks().await;
    assert_eq!((callbacks.len(), &callbacks[0]), (2, &callbacks[1]));
    let mut faults = column(&signals[2..], "fault");
    faults.sort();
    assert_eq!(faults, ["-", "concurrent_duplicate"]);
}

#[tokio::test]
async fn out_of_order_is_an_old_failure_after_the_success() {
    let (_scene, signals, callbacks) = paid(&[Fault::OutOfOrder]).await;
    assert_eq!(column(&signals, "fault"), ["-", "-", "out_of_order"]);
    assert_eq!((&callbacks[0]["code"], &callbacks[1]["code"]), (&json!("00"), &json!("24")));
    assert!(callbacks[1]["time"].as_str() < callbacks[0]["time"].as_str(), "its time is the earlier one");
    assert!(callbacks.iter().all(is_signed), "{callbacks:?}");
}

#[tokio::test]
async fn a_wrong_amount_is_rightly_signed_and_precedes_the_true_one() {
    let (scene, signals, callbacks) = paid(&[Fault::WrongAmount]).await;
    assert_eq!(column(&signals, "fault"), ["-", "wrong_amount", "-"]);
    assert_eq!((&callbacks[0]["amount"], &callbacks[1]["amount"]), (&json!(121_000), &json!(120_000)));
    assert!(callbacks.iter().all(is_signed), "{callbacks:?}");
    assert_eq!(scene.get("/reconciliation").await.json()["payments"]["captured"], 120_000, "the money is right");
}

#[tokio::test]
async fn a_wrong_merchant_is_rightly_signed_and_precedes_the_true_one() {
    let (_scene, signals, callbacks) = paid(&[Fault::WrongMerchant]).await;
    assert_eq!(column(&signals, "fault"), ["-", "wrong_merchant", "-"]);
    assert_eq!((&callbacks[0]["partner"], &callbacks[1]["partner"]), (&json!("PX"), &json!("P")));
    assert!(callbacks.iter().all(is_signed), "{callbacks:?}");
}

#[tokio::test]
async fn a_late_callback_comes_when_the_order_has_expired() {
    let (_scene, signals, callbacks) = paid(&[Fault::Late]).await;
    assert_eq!((column(&signals, "fault"), callbacks.len()), (vec!["-".to_owned(), "late".to_owned()], 1));
    assert!(at(&signals[1]) - at(&signals[0]) >= 2_000_000_000, "{signals:?}");
}

#[tokio::test]
async fn pending_money_arrives_after_a_while_and_only_then_is_reported() {
    let scene = Scene::of(Profile::Plain, &[Fault::Pending], says("00")).await;
    let transaction = scene.ordered("R-1").await;
    let way_back = scene.decide(&transaction, "pay").await;
    assert!(way_back.location.ends_with("code=99"), "{}", way_back.location);
    assert_eq!(scene.get("/orders/R-1").await.json()["state"], "pending");
    let signals = scene.settled().await;
    assert_eq!(column(&signals, "kind"), ["order", "pending", "query", "captured", "callback"]);
    assert_eq!(column(&signals, "fault"), ["-", "pending", "-", "-", "-"]);
    assert_eq!(scene.callbacks().await[0]["code"], "00");
}

#[tokio::test]
async fn money_pending_forever_is_neither_captured_nor_reported() {
    let (scene, signals, callbacks) = paid(&[Fault::PendingForever]).await;
    assert_eq!((column(&signals, "fault"), callbacks.len()), (vec!["pending_forever".to_owned()], 0));
    assert_eq!(scene.get("/orders/R-1").await.json()["state"], "pending");
    assert_eq!(scene.get("/reconciliation").await.json()["payments"]["captured"], 0);
}

#[tokio::test]
async fn all_faults_at_once_still_close_to_the_dong() {
    let scene = Scene::with(Profile::Plain, says("00"), |setup| {
        setup.shares = Fault::ALL.into_iter().fold(setup.shares, |shares, fault| shares.with(fault, 0.5));
        setup.lifetime = Duration::from_secs(5);
        setup.fault_delay = Duration::from_millis(20);
    })
    .await;
    for i in 0..40 {
        let transaction = scene.ordered(&format!("R-{i}")).await;
        scene.get(&format!("/pay/{transaction}")).await;
        scene.decide(&transaction, "pay").await;
    }
    let signals = scene.settled().await;
    let captured = signals.iter().filter(|signal| signal["kind"] == "captured").count();
    let report = scene.get("/reconciliation").await.json();
    assert_eq!((&report["balanced"], &report["settlement"]["captures"]), (&json!(true), &json!(captured)));
    for fault in Fault::ALL {
        let word = fault.name().replace('-', "_");
        assert!(column(&signals, "fault").contains(&word), "{word} is not in the ledger");
    }
}
