//! The payment platform: genuine, repeated, forged, wrong and missing callbacks; the post: repeated reports.

use http::{Method, StatusCode};
use mock_bank::Faults;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::scene::{PARTNER, SECRET, Scene, events, permit, permit_with, posted};

/// A callback as the platform would send it, for one captured payment.
pub(crate) fn callback(reference: &str, amount: i64, transaction: &str, secret: &str) -> Value {
    reported(reference, ("00", amount), transaction, secret)
}

/// A callback with this code about this amount.
pub(crate) fn reported(reference: &str, outcome: (&str, i64), transaction: &str, secret: &str) -> Value {
    sealed(reference, outcome, (transaction, "20210305080000"), secret)
}

/// A callback about a transaction at a time, written as `yyyyMMddHHmmss`.
pub(crate) fn sealed(
    reference: &str,
    (code, amount): (&str, i64),
    (transaction, time): (&str, &str),
    secret: &str,
) -> Value {
    let amount_text = amount.to_string();
    let fields = ["NOTIFY", code, PARTNER, reference, &amount_text, "VND", transaction, "MOCKBANK", time, secret];
    let digest: [u8; 32] = Sha256::digest(fields.join("|")).into();
    let checksum = digest.map(|byte| format!("{byte:02x}")).concat();
    json!({
        "message_type": "NOTIFY", "code": code, "partner": PARTNER, "reference": reference, "amount": amount,
        "currency": "VND", "transaction": transaction, "bank": "MOCKBANK", "time": time, "checksum": checksum,
    })
}

async fn online(scene: &Scene) -> String {
    scene.submit(permit_with("c-1", &json!({ "payment_method": "online" }))).await
}

async fn order(scene: &Scene, code: &str) -> super::scene::Answer {
    let hoa = scene.hoa().await;
    scene.post(&hoa, &format!("/api/dossiers/{code}/payments"), json!({})).await
}

async fn tell(scene: &Scene, callback: Value) -> String {
    let answer = scene.post("", "/peers/bank/callback", callback).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body["code"].as_str().unwrap().to_owned()
}

fn replies(signals: &[Value]) -> Vec<(&str, &str)> {
    let out = signals.iter().filter(|signal| signal["direction"] == "out");
    out.map(|signal| (signal["fault"].as_str().unwrap_or("genuine"), signal["detail"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn an_order_is_placed_once_and_shown_again() {
    let scene = Scene::new(&[]).await;
    let code = online(&scene).await;
    let first = order(&scene, &code).await;
    let second = order(&scene, &code).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 200));
    assert_eq!(first.body, second.body);
    assert_eq!((&first.body["amount"], &first.body["state"]), (&json!(120_000), &json!("PENDING")));
    assert_eq!(scene.full(&code).await["payment"]["state"], "PENDING");
}

#[tokio::test]
async fn nothing_is_ordered_where_nothing_is_due() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    order(&scene, &code).await.refused(409, "nothing_to_pay");
    let code = scene.submit(posted("c-2")).await;
    order(&scene, &code).await.refused(409, "nothing_to_pay");
    let code = scene.submit(permit_with("c-3", &json!({ "payment_method": "online" }))).await;
    scene.pay(&code).await;
    order(&scene, &code).await.refused(409, "already_paid");
    let code = scene.submit(permit_with("c-4", &json!({ "payment_method": "online" }))).await;
    scene.steps(&code, &["refuse"]).await;
    order(&scene, &code).await.refused(409, "illegal_transition");
}

#[tokio::test]
async fn processing_waits_for_the_payment() {
    let scene = Scene::new(&[]).await;
    let code = online(&scene).await;
    scene.steps(&code, &["accept"]).await;
    scene.step(&code, "start", json!({})).await.refused(409, "payment_required");
    scene.pay(&code).await;
    scene.steps(&code, &["start"]).await;
}

#[tokio::test]
async fn a_duplicate_callback_has_no_second_effect() {
    let scene = Scene::with_faults(&[], Faults { duplicate: 1.0, forged: 0.0 }).await;
    let code = online(&scene).await;
    scene.pay(&code).await;
    assert_eq!(replies(&scene.bank_signals().await), [("genuine", "00"), ("duplicate", "02")]);
    let full = scene.full(&code).await;
    assert_eq!(full["payment"]["receipt_count"], 1);
    assert_eq!(events(&full).iter().filter(|event| *event == "paid").count(), 1);
}

#[tokio::test]
async fn a_forged_callback_has_no_effect() {
    let scene = Scene::with_faults(&[], Faults { duplicate: 0.0, forged: 1.0 }).await;
    let code = online(&scene).await;
    scene.pay(&code).await;
    assert_eq!(replies(&scene.bank_signals().await), [("forged", "97"), ("genuine", "00")]);
    let transaction = scene.full(&code).await["payment"]["transaction"].as_str().unwrap().to_owned();
    assert!(!transaction.starts_with("FORGED"), "{transaction}");
}

#[tokio::test]
async fn a_callback_that_does_not_fit_is_answered_with_its_code() {
    let scene = Scene::new(&[]).await;
    let code = online(&scene).await;
    let reference = format!("{code}-P1");
    let early = callback(&reference, 120_000, "T1", SECRET);
    assert_eq!(tell(&scene, early).await, "01", "nothing was ordered yet");
    order(&scene, &code).await.ok();
    assert_eq!(tell(&scene, callback(&reference, 120_000, "T1", "guess")).await, "97");
    assert_eq!(tell(&scene, callback(&format!("{code}-P2"), 120_000, "T1", SECRET)).await, "01");
    assert_eq!(tell(&scene, callback("H99.01-210305-0099-P1", 120_000, "T1", SECRET)).await, "01");
    assert_eq!(tell(&scene, callback(&reference, 119_999, "T1", SECRET)).await, "04");
    assert_eq!(scene.full(&code).await["payment"]["state"], "PENDING");
    assert_eq!(tell(&scene, callback(&reference, 120_000, "T1", SECRET)).await, "00");
    assert_eq!(tell(&scene, callback(&reference, 120_000, "T1", SECRET)).await, "02");
}

#[tokio::test]
async fn a_cancelled_payment_can_be_ordered_again() {
    let scene = Scene::new(&[]).await;
    let code = online(&scene).await;
    let url = order(&scene, &code).await.ok()["payment_url"].as_str().unwrap().to_owned();
    scene.decide(&url, "cancel").await;
    scene.bank_signals().await;
    assert_eq!(scene.full(&code).await["payment"]["state"], "REQUIRED");
    let again = order(&scene, &code).await.ok();
    assert_eq!(again["reference"], format!("{code}-P2"));
    scene.pay(&code).await;
    assert_eq!(scene.full(&code).await["payment"]["state"], "PAID");
}

#[tokio::test]
async fn a_fee_that_is_being_paid_is_not_assessed_anew() {
    let scene = Scene::new(&[]).await;
    let code = online(&scene).await;
    order(&scene, &code).await.ok();
    scene.step(&code, "accept", json!({ "assessed_fee": 1 })).await.refused(409, "payment_in_progress");
    scene.step(&code, "accept", json!({ "assessed_fee": 120_000 })).await.ok();
}

#[tokio::test]
async fn an_assessed_fee_beyond_32_bits_is_paid_online_to_the_dong() {
    let scene = Scene::new(&[]).await;
    let code = online(&scene).await;
    scene.step(&code, "accept", json!({ "assessed_fee": 5_592_145_403_i64 })).await.ok();
    scene.pay(&code).await;
    let full = scene.full(&code).await;
    assert_eq!(
        (&full["payment"]["state"], &full["payment"]["amount_paid"]),
        (&json!("PAID"), &json!(5_592_145_403_i64))
    );
}

#[tokio::test]
async fn a_payer_who_comes_back_changes_nothing() {
    let scene = Scene::new(&[]).await;
    let code = online(&scene).await;
    order(&scene, &code).await.ok();
    let before = scene.full(&code).await;
    scene.get("", &format!("/peers/bank/return?reference={code}-P1&code=00")).await.ok();
    assert_eq!(scene.full(&code).await, before);
}

#[tokio::test]
async fn a_peer_that_is_gone_is_a_bad_gateway_and_may_be_asked_again() {
    let mut scene = Scene::new(&[]).await;
    let code = online(&scene).await;
    let parcel = scene.submit(posted("c-2")).await;
    scene.steps(&parcel, &["accept", "start", "complete"]).await;
    let before = (scene.full(&code).await["version"].clone(), scene.full(&parcel).await);
    scene.lose_peers();
    for _ in 0..2 {
        order(&scene, &code).await.refused(502, "peer_unavailable");
        scene.hand_to_post(&parcel).await.refused(502, "peer_unavailable");
    }
    assert_eq!((scene.full(&code).await["version"].clone(), scene.full(&parcel).await), before);
    assert_eq!(scene.full(&code).await["payment"]["state"], "REQUIRED");
    let inbox = scene.post(&scene.post_clerk, "/api/desk/inbox", json!({ "queue": "post" })).await.ok();
    assert_eq!((inbox["items"].as_array().unwrap().len(), &inbox["waiting"]), (1, &json!(0)), "it still waits, once");
}

async fn report(
    scene: &Scene,
    token: &str,
    code: &str,
    waybill: &str,
    status: &str,
    cod_collected: i64,
) -> (u16, Value) {
    let body = json!({
        "waybill": waybill, "order_number": code, "status_code": "4", "status": status,
        "cod_collected": cod_collected, "at_unix_ms": 0,
    });
    let url = format!("{}/peers/post/status", scene.portal.url());
    let answer = scene.send(Method::POST, &url, &[("access_token", token)], body.to_string()).await;
    (answer.status.as_u16(), answer.body["code"].clone())
}

#[tokio::test]
async fn a_report_of_the_post_counts_once() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(posted("c-1")).await;
    let waybill = "VP000000001VN";
    assert_eq!(report(&scene, "t0ken", &code, waybill, "delivered", 120_000).await, (404, json!("01")));
    scene.steps(&code, &["accept", "start", "complete"]).await;
    scene.hand_to_post(&code).await.ok();
    scene.post_signals().await;
    let before = scene.full(&code).await;
    for status in ["in_transit", "delivered"] {
        assert_eq!(report(&scene, "t0ken", &code, waybill, status, 120_000).await, (200, json!("02")));
    }
    assert_eq!(report(&scene, "guess", &code, waybill, "delivered", 1).await.0, 401);
    assert_eq!(report(&scene, "t0ken", &code, "VP000000002VN", "delivered", 1).await, (404, json!("01")));
    assert_eq!(report(&scene, "t0ken", &code, waybill, "lost", 1).await, (200, json!("02")), "it has arrived");
    assert_eq!(report(&scene, "t0ken", &code, waybill, "flown", 1).await.0, 422);
    assert_eq!(scene.full(&code).await, before);
}

/// A payment platform that takes one order and answers it when it is told to.
fn slow_bank() -> (String, std::sync::mpsc::Receiver<()>, std::sync::mpsc::Sender<()>) {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (ordered, order) = std::sync::mpsc::channel();
    let (answer, answered) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\"}") {
            let mut part = [0; 4_096];
            let length = stream.read(&mut part).unwrap();
            assert!(length > 0, "the order broke off");
            request.extend_from_slice(&part[..length]);
        }
        ordered.send(()).unwrap();
        answered.recv().unwrap();
        let body = r#"{"error_code":"0","payment_url":"http://127.0.0.1:9/pay/T1"}"#;
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    });
    (url, order, answer)
}

#[tokio::test]
async fn nobody_is_told_to_pay_a_tax_that_the_treasury_has_meanwhile() {
    let mut scene = Scene::new(&[]).await;
    let (bank_url, order, answer) = slow_bank();
    scene.change_portal(|config| config.bank_url = bank_url).await;
    let code = scene.submit(permit("c-1")).await;
    scene.steps(&code, &["accept"]).await;
    let notice = json!({ "number": "TB-1", "lines": [{ "kind": "registration_fee", "amount": 5_000 }] });
    scene.step(&code, "tax-notice", notice).await.ok();
    let paying = scene.mine(&code, "tax-payments", Value::Null);
    let at_the_treasury = async {
        tokio::task::spawn_blocking(move || order.recv().unwrap()).await.unwrap();
        scene.step(&code, "tax-receipt", json!({ "number": "BL-1", "amount": 5_000 })).await.ok();
        answer.send(()).unwrap();
    };
    let (paying, ()) = tokio::join!(paying, at_the_treasury);
    paying.refused(409, "already_paid");
    assert_eq!(events(&scene.full(&code).await).last().unwrap(), "tax_paid");
}
