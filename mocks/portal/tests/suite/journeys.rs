//! Whole lives of dossiers, from the application to the result.

use serde_json::json;

use super::scene::{Scene, events, path, permit, permit_with, posted};

#[tokio::test]
async fn a_dossier_is_paid_online_and_handed_over() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit_with("c-1", &json!({ "payment_method": "online" }))).await;
    assert_eq!(code, "H99.01-210305-0001");
    scene.pay(&code).await;
    scene.steps(&code, &["accept", "start", "complete", "hand-over"]).await;

    let full = scene.full(&code).await;
    assert_eq!(path(&full), ["SUBMITTED", "ACCEPTED", "IN_PROCESS", "COMPLETED", "RETURNED"]);
    assert_eq!(
        events(&full),
        ["submitted", "payment_required", "payment_ordered", "paid", "accepted", "started", "completed", "handed_over"]
    );
    assert_eq!(full["version"], 8);
    let payment = &full["payment"];
    assert_eq!(
        (&payment["state"], &payment["amount_due"], &payment["amount_paid"], &payment["receipt_count"]),
        (&json!("PAID"), &json!(120_000), &json!(120_000), &json!(1))
    );
    assert_eq!(payment["reference"], "H99.01-210305-0001-P1");
    // Five working days after Friday 5/3/2021.
    assert_eq!(full["due_at"], "2021-03-12T17:00:00.000+07:00");
    assert_eq!(full["accepted_at"], "2021-03-05T08:00:00.000+07:00");
}

#[tokio::test]
async fn a_dossier_is_returned_by_post_and_paid_on_delivery() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(posted("c-1")).await;
    scene.steps(&code, &["accept", "start", "complete"]).await;
    let answer = scene.hand_to_post(&code).await.ok();
    assert_eq!(answer["waybill"], "VP000000001VN");
    let signals = scene.post_signals().await;
    assert!(signals.iter().all(|signal| signal["direction"] != "out" || signal["detail"] == "00"), "{signals:?}");

    let full = scene.full(&code).await;
    assert_eq!(
        events(&full),
        [
            "submitted",
            "accepted",
            "started",
            "completed",
            "parcel_ordered",
            "parcel_in_transit",
            "collected",
            "parcel_delivered"
        ]
    );
    assert_eq!(path(&full), ["SUBMITTED", "ACCEPTED", "IN_PROCESS", "COMPLETED", "RETURNED"]);
    assert_eq!(full["parcel"], json!({ "waybill": "VP000000001VN", "state": "DELIVERED" }));
    assert_eq!((&full["payment"]["state"], &full["payment"]["amount_paid"]), (&json!("COLLECTED"), &json!(120_000)));
    assert!(full["returned_at"].is_string());
}

#[tokio::test]
async fn a_dossier_at_the_counter_is_paid_in_cash() {
    let scene = Scene::new(&[]).await;
    let body = permit_with("c-1", &json!({ "channel": "counter", "payment_method": "counter" }));
    let receipt = scene.post(&scene.desk, "/api/desk/dossiers", body).await.ok();
    let code = receipt["code"].as_str().unwrap();
    scene.steps(code, &["accept"]).await;
    scene.step(code, "start", json!({})).await.refused(409, "payment_required");
    scene.step(code, "collect", json!({ "amount": 119_999 })).await.refused(422, "validation");
    let paid = scene.step(code, "collect", json!({ "amount": 120_000 })).await.ok();
    assert_eq!(paid["payment_state"], "PAID");
    scene.step(code, "collect", json!({ "amount": 120_000 })).await.refused(409, "already_paid");
    scene.steps(code, &["start", "complete", "hand-over"]).await;

    let hoa = scene.hoa().await;
    let full = scene.get(&hoa, &format!("/api/dossiers/{code}")).await.ok();
    assert_eq!((&full["state"], &full["channel"]), (&json!("RETURNED"), &json!("counter")));
    assert_eq!(full["progress"][0]["actor"], "clerk:desk-1");
}

#[tokio::test]
async fn a_dossier_is_withdrawn() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    let hoa = scene.hoa().await;
    let withdrawal = format!("/api/dossiers/{code}/withdrawal");
    scene.post(&hoa, &withdrawal, json!({ "reason": " " })).await.refused(422, "validation");
    scene.post(&hoa, &withdrawal, json!({ "reason": "đổi ý" })).await.ok();
    scene.steps(&code, &["approve-withdrawal"]).await;
    let full = scene.full(&code).await;
    assert_eq!(path(&full), ["SUBMITTED", "WITHDRAWAL_REQUESTED", "STOPPED"]);
    assert_eq!(
        (&full["progress"][1]["reason"], &full["progress"][2]["reason"]),
        (&json!("đổi ý"), &json!("withdrawn"))
    );
}

#[tokio::test]
async fn what_was_submitted_is_read_back_unchanged() {
    let scene = Scene::new(&[]).await;
    let sent = posted("c-1");
    let code = scene.submit(sent.clone()).await;
    let full = scene.full(&code).await;
    let same =
        ["procedure", "unit", "channel", "client_reference", "applicant", "form", "return_method", "return_address"];
    for field in same {
        assert_eq!(full[field], sent[field], "{field}");
    }
}

#[tokio::test]
async fn business_time_dates_everything() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.set_clock(json!({ "now": "2021-04-29T16:30:00+07:00", "speed": 0.0 })).await;
    scene.steps(&code, &["accept"]).await;
    let other = scene.submit(permit("c-2")).await;
    assert_eq!(other, "H99.01-210429-0001", "numbers start again each day");
    // 30/4 and 3/5/2021 were days off.
    assert_eq!(scene.full(&code).await["due_at"], "2021-05-10T17:00:00.000+07:00");

    let clock = scene.set_clock(json!({ "now": "2020-01-01T00:00:00+07:00", "speed": 0.0 })).await;
    assert_eq!(clock["now"], "2021-04-29T16:30:00.000+07:00", "the clock never goes backwards");
    let until = "2021-04-29T17:00:00+07:00";
    let clock = scene.set_clock(json!({ "now": "2021-04-29T16:59:59+07:00", "speed": 1e12, "until": until })).await;
    assert_eq!(clock["until"], "2021-04-29T17:00:00.000+07:00");
    let state = scene.get("", "/_test/state").await.ok();
    assert_eq!(state["now"], "2021-04-29T17:00:00.000+07:00", "the clock never passes its end");
}
