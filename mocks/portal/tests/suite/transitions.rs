//! Every step in every state: allowed or refused, and a refusal changes nothing.

use serde_json::{Value, json};

use super::scene::{Scene, permit, posted};

/// How a dossier gets into each state, starting from SUBMITTED; `withdraw` is the citizen's own step.
const WAYS: [(&str, &[&str]); 10] = [
    ("SUBMITTED", &[]),
    ("ACCEPTED", &["accept"]),
    ("REJECTED", &["refuse"]),
    ("IN_PROCESS", &["accept", "start"]),
    ("AWAITING_SUPPLEMENT", &["accept", "request-supplement"]),
    ("AWAITING_PAYMENT", &["accept", "start", "tax-notice"]),
    ("WITHDRAWAL_REQUESTED", &["withdraw"]),
    ("STOPPED", &["accept", "stop"]),
    ("COMPLETED", &["accept", "start", "complete"]),
    ("RETURNED", &["accept", "start", "complete", "hand-over"]),
];

/// The states in which each step is allowed, and where it leads.
const STEPS: [(&str, &[&str], &str); 11] = [
    ("accept", &["SUBMITTED"], "ACCEPTED"),
    ("refuse", &["SUBMITTED"], "REJECTED"),
    ("start", &["ACCEPTED"], "IN_PROCESS"),
    ("complete", &["IN_PROCESS"], "COMPLETED"),
    ("stop", &["ACCEPTED", "IN_PROCESS"], "STOPPED"),
    ("request-supplement", &["SUBMITTED", "ACCEPTED", "IN_PROCESS"], "AWAITING_SUPPLEMENT"),
    ("receive-supplement", &["AWAITING_SUPPLEMENT"], "ACCEPTED"),
    ("tax-notice", &["ACCEPTED", "IN_PROCESS"], "AWAITING_PAYMENT"),
    ("withdraw", &["SUBMITTED", "ACCEPTED", "IN_PROCESS"], "WITHDRAWAL_REQUESTED"),
    ("approve-withdrawal", &["WITHDRAWAL_REQUESTED"], "STOPPED"),
    ("hand-over", &["COMPLETED"], "RETURNED"),
];

async fn take(scene: &Scene, code: &str, step: &str) -> super::scene::Answer {
    let reason = json!({ "reason": "r", "items": ["x"], "number": "1", "lines": [{ "kind": "x", "amount": 1 }] });
    if step == "withdraw" {
        let hoa = scene.hoa().await;
        scene.post(&hoa, &format!("/api/dossiers/{code}/withdrawal"), reason).await
    } else {
        scene.step(code, step, reason).await
    }
}

#[tokio::test]
async fn a_step_is_taken_where_it_is_allowed_and_nowhere_else() {
    let scene = Scene::new(&[]).await;
    for (state, way) in WAYS {
        for (step, allowed, leads_to) in STEPS {
            let code = scene.submit(permit(&format!("{state}/{step}"))).await;
            for step in way {
                take(&scene, &code, step).await.ok();
            }
            let before = scene.full(&code).await;
            assert_eq!(before["state"], state);
            let answer = take(&scene, &code, step).await;
            let after = scene.full(&code).await;
            if allowed.contains(&state) {
                assert_eq!(answer.ok()["state"], leads_to, "{step} in {state}");
                assert_eq!(after["state"], leads_to, "{step} in {state}");
                assert_eq!(after["version"], before["version"].as_u64().unwrap() + 1, "{step} in {state}");
            } else {
                answer.refused(409, "illegal_transition");
                assert_eq!(after, before, "{step} in {state}");
            }
        }
    }
}

#[tokio::test]
async fn a_step_needs_what_it_needs() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.step(&code, "refuse", json!({})).await.refused(422, "validation");
    scene.step(&code, "accept", json!({ "assessed_fee": -1 })).await.refused(422, "validation");
    scene.step(&code, "accept", json!({ "assessed_fee": "much" })).await.refused(422, "validation");
    scene.step("H99.01-210305-9999", "accept", json!({})).await.refused(404, "not_found");
    assert_eq!(scene.full(&code).await["version"], 1);
}

#[tokio::test]
async fn a_result_goes_out_the_way_that_was_asked_for() {
    let scene = Scene::new(&[]).await;
    let by_post = scene.submit(posted("c-1")).await;
    let at_counter = scene.submit(permit("c-2")).await;
    for code in [&by_post, &at_counter] {
        scene.hand_to_post(code).await.refused(409, "illegal_transition");
        scene.steps(code, &["accept", "start", "complete"]).await;
    }
    scene.step(&by_post, "hand-over", json!({})).await.refused(409, "illegal_transition");
    scene.hand_to_post(&at_counter).await.refused(409, "illegal_transition");
    scene.hand_to_post(&by_post).await.ok();
    scene.hand_to_post(&by_post).await.refused(409, "illegal_transition");
    assert_eq!(scene.post_signals().await.iter().filter(|signal| signal["kind"] == "order").count(), 1);
}

#[tokio::test]
async fn two_clerks_at_once_send_one_parcel() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(posted("c-1")).await;
    scene.steps(&code, &["accept", "start", "complete"]).await;
    let (one, other) = tokio::join!(scene.hand_to_post(&code), scene.hand_to_post(&code));
    assert_eq!([&one, &other].iter().filter(|answer| answer.status.is_success()).count(), 1, "{one:?} {other:?}");
    let orders = scene.post_signals().await;
    assert_eq!(orders.iter().filter(|signal| signal["kind"] == "order").count(), 1);
}

#[tokio::test]
async fn an_assessed_fee_replaces_the_tariff() {
    let scene = Scene::new(&[]).await;
    let charged = |payment: &Value| (payment["state"].clone(), payment["amount_due"].clone());
    let code = scene.submit(posted("c-1")).await;
    scene.step(&code, "accept", json!({ "assessed_fee": 3_214_286 })).await.ok();
    let full = scene.full(&code).await;
    assert_eq!(full["fee"], 3_214_286);
    assert_eq!(charged(&full["payment"]), (json!("COD_REQUESTED"), json!(3_214_286)));

    let mut free = permit("c-2");
    free["procedure"] = json!("1.000003");
    free["payment_method"] = json!("counter");
    let code = scene.submit(free).await;
    assert_eq!(charged(&scene.full(&code).await["payment"]), (json!("NONE"), json!(0)));
    scene.step(&code, "accept", json!({ "assessed_fee": 5_000 })).await.ok();
    let full = scene.full(&code).await;
    assert_eq!(charged(&full["payment"]), (json!("REQUIRED"), json!(5_000)));
    assert_eq!(full["progress"][2]["event"], "payment_required");
}
