//! Money that goes back, and money that is looked for in the books of bank and post.

use serde_json::{Value, json};

use super::super::payments::{reported, sealed};
use super::super::scene::{SECRET, Scene};
use super::Cycle;
use super::money::Money;

#[tokio::test]
async fn a_debt_is_ordered_in_vain_no_more_than_it_is_remembered() {
    let money = Money::new(Scene::new(&[]).await);
    let code = money.enter("required").await;
    for i in 1..=32 {
        money.act("order", &code).await.unwrap().ok();
        let report = reported(&format!("{code}-P{i}"), ("24", 120_000), "T", SECRET);
        assert_eq!(money.tell(report).await.ok(), json!({ "code": "00" }));
    }
    money.act("order", &code).await.unwrap().refused(409, "full");
    // Whoever cannot pay online any more pays in cash.
    money.scene.step(&code, "collect", json!({ "amount": 120_000 })).await.ok();
    assert_eq!(money.scene.full(&code).await["payment"]["state"], "PAID");
}

#[tokio::test]
async fn late_money_pays_the_fee_of_a_case_that_waits_for_papers() {
    let money = Money::new(Scene::new(&[]).await);
    let code = money.enter("pending").await;
    money.act("term", &code).await;
    let request = json!({ "reason": "Thiếu", "items": ["x"] });
    money.scene.step(&code, "request-supplement", request).await.ok();
    assert_eq!(money.tell(reported(&format!("{code}-P1"), ("00", 120_000), "T", SECRET)).await.ok()["code"], "00");
    let payment = money.scene.full(&code).await["payment"].clone();
    assert_eq!((&payment["state"], &payment["amount_paid"]), (&json!("PAID"), &json!(120_000)), "{payment}");
}

#[tokio::test]
async fn a_report_on_a_tax_that_was_paid_before_the_second_notice_is_no_new_money() {
    let money = Money::new(Scene::new(&[]).await);
    let (scene, code) = (&money.scene, money.enter("free").await);
    scene.steps(&code, &["accept", "start"]).await;
    let notice = json!({ "number": "TB-1", "lines": [{ "kind": "registration_fee", "amount": 5_000 }] });
    scene.step(&code, "tax-notice", notice.clone()).await.ok();
    scene.mine(&code, "tax-payments", json!({})).await.ok();
    money.act("term", &code).await;
    let report = reported(&format!("{code}-T1"), ("00", 5_000), "T", SECRET);
    assert_eq!(money.tell(report.clone()).await.ok()["code"], "00");
    scene.step(&code, "tax-notice", notice).await.ok();
    let before = scene.full(&code).await;
    assert_eq!(money.tell(report).await.ok()["code"], "02");
    assert_eq!(scene.full(&code).await, before);
}

#[tokio::test]
async fn what_was_paid_too_much_goes_back_before_the_fee_and_each_once() {
    let money = Money::new(Scene::new(&[]).await);
    let code = money.enter("overpaid").await;
    money.pay(&format!("{code}-P2")).await;
    money.scene.steps(&code, &["refuse"]).await;
    for reference in [format!("{code}-P1"), format!("{code}-P2")] {
        let back = money.act("refund", &code).await.unwrap().ok();
        assert_eq!((&back["reference"], &back["amount"]), (&json!(reference), &json!(120_000)));
    }
    money.act("refund", &code).await.unwrap().refused(409, "nothing_to_refund");
    let signals = money.scene.bank_signals().await;
    let refunded: i64 = signals
        .iter()
        .filter(|signal| signal["kind"] == "refunded")
        .map(|signal| signal["amount"].as_i64().unwrap())
        .sum();
    assert_eq!(refunded, 240_000);
    // Two captures and two refunds: the books of both agree.
    let report = money.reconciled("bank").await;
    assert_eq!((&report["matched"], &report["different"], &report["theirs"]), (&json!(4), &json!(0), &json!(0)));
}

#[tokio::test]
async fn two_refunds_at_once_move_money_once() {
    let money = Money::new(Scene::new(&[]).await);
    let code = money.enter("paid in vain").await;
    let (one, other) = tokio::join!(money.act("refund", &code), money.act("refund", &code));
    let answers = [one.unwrap(), other.unwrap()];
    assert_eq!(answers.iter().filter(|answer| answer.status.is_success()).count(), 1, "{answers:?}");
    let signals = money.scene.bank_signals().await;
    assert_eq!(signals.iter().filter(|signal| signal["kind"] == "refunded").count(), 1);
}

#[tokio::test]
async fn the_books_of_the_bank_are_compared_to_the_dong() {
    let money = Money::new(Scene::new(&[]).await);
    let paid = money.enter("paid").await;
    // The portal never hears of this one: the bank has it, and is not believed by halves.
    let lost = money.enter("pending").await;
    let order = json!({ "on": ["skim"] });
    money.scene.put("", "/_test/defects", order).await.ok();
    let skimmed = money.enter("required").await;
    for _ in 0..4 {
        money.enter("paid in cash").await;
    }
    money.act("order", &skimmed).await.unwrap().ok();
    money.pay(&format!("{skimmed}-P1")).await;
    money.scene.put("", "/_test/defects", json!({ "on": [] })).await.ok();
    let report = money.reconciled("bank").await;
    let difference = json!([{ "reference": format!("{skimmed}-P1"), "theirs": 120_000, "ours": 119_000 }]);
    assert_eq!((&report["differences"], &report["difference"]), (&difference, &json!(1_000)));
    assert_eq!((&report["matched"], &report["theirs"], &report["ours"]), (&json!(1), &json!(240_000), &json!(239_000)));
    assert_eq!(money.scene.full(&paid).await["payment"]["state"], "RECONCILED");
    assert_eq!(money.scene.full(&skimmed).await["payment"]["state"], "PAID");
    // A payment that the portal has booked on that day, and the bank has not.
    let day = money.day_of_the_bank().await;
    let time = format!("{}120000", day.replace('-', ""));
    let forged = sealed(&format!("{lost}-P1"), ("00", 120_000), ("T-forged", &time), SECRET);
    assert_eq!(money.tell(forged).await.ok(), json!({ "code": "00" }));
    let report = money.reconciled("bank").await;
    let missing = json!({ "reference": format!("{lost}-P1"), "theirs": null, "ours": 120_000 });
    assert_eq!((&report["differences"][1], &report["difference"]), (&missing, &json!(-119_000)));
    money.scene.post(&money.scene.desk, "/api/desk/reconciliations/bank", json!({})).await.refused(422, "validation");
}

#[tokio::test]
async fn the_books_of_the_post_are_compared_to_the_dong() {
    let money = Money::new(Scene::new(&[]).await);
    let right = money.enter("collected").await;
    let report = money.reconciled("post").await;
    assert_eq!((&report["matched"], &report["different"], &report["theirs"]), (&json!(1), &json!(0), &json!(120_000)));
    assert_eq!(money.scene.full(&right).await["payment"]["state"], "RECONCILED");
    let disputed = money.enter("remitted").await;
    let report = money.reconciled("post").await;
    assert_eq!((&report["matched"], &report["different"], &report["difference"]), (&json!(2), &json!(1), &json!(7)));
    assert_eq!((&report["differences"][0]["theirs"], &report["differences"][0]["ours"]), (&json!(7), &Value::Null));
    assert_eq!(money.scene.full(&disputed).await["payment"]["state"], "REMITTED");
    let signals = money.scene.post_signals().await;
    let agreed: Vec<_> = signals
        .iter()
        .filter(|signal| signal["kind"] == "reconcile")
        .map(|signal| (&signal["state"], &signal["amount"]))
        .collect();
    assert_eq!(agreed[..2], [(&json!("reconciled"), &json!(120_000)), (&json!("disputed"), &json!(120_000))]);
}

#[tokio::test]
async fn peers_that_are_gone_leave_the_money_where_it_was() {
    let mut money = Money::new(Scene::new(&[]).await);
    let code = money.enter("paid in vain").await;
    let day = money.day_of_the_bank().await;
    let before = money.scene.full(&code).await;
    money.scene.lose_peers();
    money.act("refund", &code).await.unwrap().refused(502, "peer_unavailable");
    let scene = &money.scene;
    let reconciled = scene.post(&scene.desk, "/api/desk/reconciliations/bank", json!({ "day": day })).await;
    reconciled.refused(502, "peer_unavailable");
    let reconciled = scene.post(&scene.post_clerk, "/api/desk/reconciliations/post", json!({})).await;
    reconciled.refused(502, "peer_unavailable");
    assert_eq!(scene.full(&code).await, before);
}

#[tokio::test]
async fn a_tax_that_is_paid_late_takes_the_case_up_and_stays_in_the_books() {
    let money = Money::new(Scene::new(&[]).await);
    let (scene, code) = (&money.scene, money.enter("free").await);
    scene.steps(&code, &["accept", "start"]).await;
    let notice = json!({ "number": "TB-1", "lines": [{ "kind": "registration_fee", "amount": 5_000 }] });
    scene.step(&code, "tax-notice", notice.clone()).await.ok();
    scene.mine(&code, "tax-payments", json!({})).await.ok();
    money.act("term", &code).await;
    let full = scene.full(&code).await;
    let tax = &full["obligation"]["payment"];
    assert_eq!((&full["state"], &tax["state"]), (&json!("AWAITING_PAYMENT"), &json!("REQUIRED")));
    assert_eq!(tax["past_orders"][0]["end"], "EXPIRED");
    money.pay(&format!("{code}-T1")).await;
    let full = scene.full(&code).await;
    assert_eq!((&full["state"], &full["obligation"]["payment"]["state"]), (&json!("IN_PROCESS"), &json!("PAID")));
    // A second notice has a payment of its own, and the first one stays paid.
    scene.step(&code, "tax-notice", notice).await.ok();
    scene.mine(&code, "tax-payments", json!({})).await.ok();
    money.pay(&format!("{code}-T2")).await;
    let report = money.reconciled("bank").await;
    assert_eq!((&report["matched"], &report["different"], &report["ours"]), (&json!(2), &json!(0), &json!(10_000)));
    assert_eq!(scene.full(&code).await["obligation"]["payment"]["state"], "RECONCILED");
}
