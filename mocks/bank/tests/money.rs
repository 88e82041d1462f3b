//! Refunds, settlement and reconciliation over HTTP, and the law that they close to the dong.

use http::{Method, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::scene::{SECRET, Scene, column, says};
use crate::payment::tests::order;
use crate::payment::{Order, State};
use crate::records::{Records, Refund, Wanted};
use crate::{Fault, Shares, checksum, reconciliation, settlement};

fn refund(reference: &str, name: &str, amount: i64) -> Value {
    let amount_text = amount.to_string();
    let fields = ["REFUND", "1.0", "P", reference, name, &amount_text, "VND", "20210301070000"];
    json!({
        "message_type": "REFUND", "version": "1.0", "partner": "P", "reference": reference, "refund": name,
        "amount": amount, "currency": "VND", "time": "20210301070000", "checksum": checksum::seal(&fields, SECRET),
    })
}

#[tokio::test]
async fn what_was_paid_and_sent_back_is_in_the_settlement_file_and_the_report() {
    let scene = Scene::new(&[], says("00")).await;
    for reference in ["R-1", "R-2", "R-3"] {
        let transaction = scene.ordered(reference).await;
        scene.decide(&transaction, if reference == "R-3" { "cancel" } else { "pay" }).await;
    }
    scene.settled().await;
    let back = scene.json("/refunds", &refund("R-1", "F-1", 20_000)).await;
    assert_eq!((back.status, &back.json()["refunded"]), (StatusCode::OK, &json!(20_000)));

    let report = scene.get("/reconciliation").await.json();
    assert_eq!((&report["balanced"], &report["settlement"]["net"]), (&json!(true), &json!(220_000)));
    assert_eq!((&report["kept"]["captured"], &report["kept"]["cancelled"]), (&json!(2), &json!(1)));
    let day = report["days"][0]["day"].as_str().unwrap();
    let file = scene.text(&format!("/settlement/{day}.csv")).await;
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 5, "{file}");
    assert!(lines[3].starts_with("refund,") && lines[3].ends_with(",T0000000001,R-1,F-1,-20000"), "{file}");
    assert_eq!(lines[4], "total,,,,,220000");
}

#[tokio::test]
async fn a_refund_that_cannot_be_is_refused_with_its_reason() {
    let scene = Scene::new(&[], says("00")).await;
    let code = async |message: Value| {
        let answer = scene.json("/refunds", &message).await;
        assert!(answer.status.is_client_error(), "{message}");
        answer.json()["error_code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(refund("R-1", "F-1", 1)).await, "91");
    let transaction = scene.ordered("R-1").await;
    assert_eq!(code(refund("R-1", "F-1", 1)).await, "95");
    scene.decide(&transaction, "pay").await;
    assert_eq!(code(refund("R-1", "F-1", 120_001)).await, "02");
    assert_eq!(code(refund("R-1", "F-1", 0)).await, "02");
    assert_eq!(code(refund("R-1", "", 1)).await, "99");
    let mut forged = refund("R-1", "F-1", 1);
    forged["amount"] = json!(2);
    assert_eq!(code(forged).await, "97");
    let refused = scene.settled().await.iter().filter(|signal| signal["kind"] == "refunded").count();
    assert_eq!(refused, 0);
}

#[tokio::test]
async fn a_list_of_the_portal_is_compared_payment_by_payment() {
    let scene = Scene::new(&[], says("00")).await;
    for reference in ["R-1", "R-2", "R-3"] {
        let transaction = scene.ordered(reference).await;
        scene.decide(&transaction, "pay").await;
    }
    let list = "reference,amount\nR-1,120000\nR-2,119000\nR-9,5\n";
    let compared = scene.send(Method::POST, "/reconciliation", "text/csv", list.into()).await.json();
    assert_eq!((&compared["matched"], &compared["different"]), (&json!(1), &json!(3)));
    assert_eq!(
        (&compared["theirs"], &compared["ours"], &compared["difference"]),
        (&json!(239_005), &json!(360_000), &json!(-120_995))
    );
    let payments = compared["payments"].as_array().unwrap();
    assert_eq!(column(payments, "reference"), ["R-2", "R-3", "R-9"]);
    assert_eq!((&payments[1]["theirs"], &payments[2]["ours"]), (&Value::Null, &Value::Null));
    let bad = scene.send(Method::POST, "/reconciliation", "text/csv", "R-1;120000".into()).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
}

/// What a customer or a portal does to one of a few payments.
#[derive(Debug, Clone)]
enum Act {
    Order(usize, i64),
    Pay(usize),
    Cancel(usize),
    Clear(usize),
    Refund(usize, u8, i64),
    Wait(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => (0..8_usize, 1..2_000_000_000_i64).prop_map(|(i, amount)| Act::Order(i, amount)),
        3 => (0..8_usize).prop_map(Act::Pay),
        1 => (0..8_usize).prop_map(Act::Cancel),
        1 => (0..8_usize).prop_map(Act::Clear),
        3 => (0..8_usize, 0..4_u8, -5..2_000_000_000_i64).prop_map(|(i, name, amount)| Act::Refund(i, name, amount)),
        1 => (0..40_000_i64).prop_map(Act::Wait),
    ];
    vec(act, 0..120)
}

fn play(records: &mut Records, acts: Vec<Act>) {
    let shares = Shares::default().with(Fault::Pending, 0.3).with(Fault::PendingForever, 0.2);
    let mut now = 1_000;
    for act in acts {
        match act {
            Act::Order(i, amount) => {
                let expires_at = now + 30_000;
                let order = Order { amount, expires_at, ..order(&format!("R-{i}")) };
                records.place(order, now).ok();
            }
            Act::Pay(i) => {
                let wanted = Wanted::Pay(shares.course(1, &format!("R-{i}")));
                drop(records.decide(&format!("T{:010}", i + 1), wanted, now));
            }
            Act::Cancel(i) => drop(records.decide(&format!("T{:010}", i + 1), Wanted::Cancel, now)),
            Act::Clear(i) => drop(records.clear(i as u64 + 1, now)),
            Act::Refund(i, name, amount) => {
                let name = format!("F-{name}");
                records.refund(i as u64 + 1, &Refund { name: &name, amount, at: now }).ok();
            }
            Act::Wait(seconds) => now += seconds,
        }
    }
}

/// The sum of all lines of all settlement files, and of their totals.
fn settled(records: &Records) -> (i64, i64) {
    let mut sums = (0, 0);
    for (date, _) in records.cash.days() {
        for line in settlement::csv(&records.cash, date).lines().skip(1) {
            let (kind, rest) = line.split_once(',').unwrap();
            let amount: i64 = rest.rsplit(',').next().unwrap().parse().unwrap();
            if kind == "total" { sums.1 += amount } else { sums.0 += amount }
        }
    }
    sums
}

proptest! {
    #[test]
    fn captured_less_refunded_is_what_is_settled_whatever_people_do(acts in acts()) {
        let mut records = Records::new();
        play(&mut records, acts);
        let net: i64 = records.payments().map(|payment| payment.sums().net()).sum();
        prop_assert_eq!(settled(&records), (net, net));
        prop_assert_eq!(&reconciliation::of(&records)["balanced"], &json!(true));
        for payment in records.payments() {
            let most = if payment.state == State::Captured { payment.order.amount } else { 0 };
            prop_assert!((0..=most).contains(&payment.refunded()), "{:?}", payment);
        }
    }
}
