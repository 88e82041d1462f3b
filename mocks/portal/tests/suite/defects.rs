//! Every defect does what it says when it is on. That nothing of it happens when it is off is what all the
//! other tests are about; what else it might change is compared here, dossier by dossier.

use http::{Method, StatusCode};
use mock_bank::Faults;
use mock_portal::Defect;
use serde_json::{Value, json};

use super::payments::callback;
use super::scene::{SECRET, Scene, code, events, path, permit, permit_with, posted};

const NO_FAULTS: Faults = Faults { duplicate: 0.0, forged: 0.0 };

/// Submits `count` dossiers and returns the codes that were told.
async fn submit_many(scene: &Scene, count: usize) -> Vec<String> {
    let hoa = scene.hoa().await;
    let mut codes = Vec::new();
    for i in 1..=count {
        codes.push(code(&scene.post(&hoa, "/api/dossiers", permit(&format!("c-{i}"))).await.ok()));
    }
    codes
}

async fn inbox(scene: &Scene) -> Vec<Value> {
    let inbox = scene.post(&scene.desk, "/api/desk/inbox", json!({ "queue": "intake", "take": 500 })).await.ok();
    inbox["items"].as_array().unwrap().clone()
}

async fn total(scene: &Scene) -> u64 {
    scene.get("", "/_test/state").await.ok()["dossiers"].as_u64().unwrap()
}

/// The whole lives of eleven dossiers of all kinds, as a clerk sees them in the end.
async fn lives(defects: &[Defect]) -> Vec<Value> {
    let scene = Scene::with_faults(defects, NO_FAULTS).await;
    let mut views = Vec::new();
    for i in 1..=11 {
        let body = match i % 3 {
            0 => permit_with(&format!("c-{i}"), &json!({ "payment_method": "online" })),
            1 => posted(&format!("c-{i}")),
            _ => permit_with(&format!("c-{i}"), &json!({ "payment_method": "counter" })),
        };
        let code = scene.submit(body).await;
        match i % 3 {
            0 => scene.pay(&code).await,
            2 => drop(scene.step(&code, "collect", json!({ "amount": 120_000 })).await.ok()),
            _ => {}
        }
        scene.steps(&code, &["accept", "start", "complete"]).await;
        if i % 3 == 1 {
            scene.hand_to_post(&code).await.ok();
            scene.post_signals().await;
        } else {
            scene.steps(&code, &["hand-over"]).await;
        }
        views.push(scene.full(&code).await);
    }
    views
}

/// The paths of all values that differ between two views.
fn differences(one: &Value, other: &Value, at: &str, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            assert!(one.keys().eq(other.keys()), "{at}");
            for (key, value) in one {
                differences(value, &other[key], &format!("{at}/{key}"), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (one, other) in one.iter().zip(other) {
                differences(one, other, at, found);
            }
        }
        _ if one != other => found.push(at.to_owned()),
        _ => {}
    }
}

#[tokio::test]
async fn a_defect_changes_nothing_else_in_the_books() {
    let clean = lives(&[]).await;
    let expected: [(Defect, &[&str]); 13] = [
        (Defect::TruncateName, &["/applicant/full_name"]),
        (Defect::Weekend, &["/due_at"]),
        (Defect::Skim, &["/payment/amount_paid"]),
        (Defect::Jump9, &["/progress", "/started_at"]),
        (Defect::Early10, &["/progress/state"]),
        (Defect::GateOpen, &[]),
        (Defect::DupCallback, &[]),
        (Defect::SigIgnored, &[]),
        (Defect::OkEnvelope, &[]),
        (Defect::OpenLookUp, &[]),
        (Defect::CrashLookUp, &[]),
        (Defect::TzSurface, &[]),
        (Defect::PadLoss, &["/code", "/payment/reference"]),
    ];
    for (defect, fields) in expected {
        let mut found = Vec::new();
        for (one, other) in clean.iter().zip(&lives(&[defect]).await) {
            differences(one, other, "", &mut found);
        }
        found.sort();
        found.dedup();
        assert_eq!(found, fields, "{}", defect.name());
    }
}

#[tokio::test]
async fn truncate_name_cuts_every_fifth_name() {
    let scene = Scene::new(&[Defect::TruncateName]).await;
    let mut names = Vec::new();
    for code in submit_many(&scene, 6).await {
        names.push(scene.full(&code).await["applicant"]["full_name"].as_str().unwrap().to_owned());
    }
    let whole = "Nguyễn Thị Thanh Hoa";
    assert_eq!(names, ["Nguyễn Thị", whole, whole, whole, whole, "Nguyễn Thị"]);
}

#[tokio::test]
async fn ack_before_commit_loses_every_twentieth() {
    let scene = Scene::new(&[Defect::AckBeforeCommit]).await;
    let codes = submit_many(&scene, 22).await;
    assert_eq!(codes[21], "H99.01-210305-0022", "the codes that are told look as always");
    assert_eq!(total(&scene).await, 20);
    for lost in [1, 21] {
        scene.get("", &format!("/api/look-up/{}", codes[lost])).await.refused(404, "not_found");
    }
    scene.get("", &format!("/api/look-up/{}", codes[0])).await.ok();
}

#[tokio::test]
async fn double_insert_stores_every_twentieth_twice() {
    let scene = Scene::new(&[Defect::DoubleInsert]).await;
    submit_many(&scene, 22).await;
    assert_eq!(total(&scene).await, 23);
    let items = inbox(&scene).await;
    let doubled: Vec<&str> = items
        .iter()
        .filter(|item| item["client_reference"] == "c-3")
        .map(|item| item["code"].as_str().unwrap())
        .collect();
    assert_eq!(doubled, ["H99.01-210305-0003", "H99.01-210305-0004"]);
    assert_eq!(items.len(), 23);
}

#[tokio::test]
async fn pad_loss_writes_short_numbers() {
    let scene = Scene::new(&[Defect::PadLoss]).await;
    assert_eq!(submit_many(&scene, 2).await, ["H99.01-210305-1", "H99.01-210305-2"]);
}

#[tokio::test]
async fn rmw_counter_gives_every_fifteenth_number_out_twice() {
    let scene = Scene::new(&[Defect::RmwCounter]).await;
    let codes = submit_many(&scene, 17).await;
    let repeated: Vec<usize> = (1..codes.len()).filter(|i| codes[*i] == codes[i - 1]).collect();
    assert_eq!(repeated, [1, 16]);
    assert_eq!(total(&scene).await, 17);
    assert_eq!(scene.full(&codes[1]).await["client_reference"], "c-2", "the newer of the two is found");
    assert_eq!(codes[2], "H99.01-210305-0002", "no number is left out");
}

#[tokio::test]
async fn jump_9_pretends_every_tenth_start() {
    let scene = Scene::new(&[Defect::Jump9]).await;
    let codes = submit_many(&scene, 11).await;
    for code in &codes {
        scene.steps(code, &["accept"]).await;
        assert_eq!(scene.step(code, "start", json!({})).await.ok()["state"], "IN_PROCESS");
        scene.step(code, "start", json!({})).await.refused(409, "illegal_transition");
    }
    for (i, code) in codes.iter().enumerate() {
        let is_struck = i % 10 == 0;
        let full = scene.full(code).await;
        assert_eq!(full["state"], if is_struck { "ACCEPTED" } else { "IN_PROCESS" }, "{code}");
        scene.steps(code, &["complete"]).await;
        let full = scene.full(code).await;
        assert_eq!(path(&full).contains(&"IN_PROCESS".to_owned()), !is_struck, "{code}");
        assert_eq!(full["version"], 4, "{code}");
    }
}

#[tokio::test]
async fn jump_9_does_not_complete_what_was_never_started() {
    let scene = Scene::new(&[Defect::Jump9]).await;
    let codes = submit_many(&scene, 1).await;
    scene.steps(&codes[0], &["accept"]).await;
    scene.step(&codes[0], "complete", json!({})).await.refused(409, "illegal_transition");
}

#[tokio::test]
async fn weekend_counts_saturdays_and_sundays() {
    let scene = Scene::new(&[Defect::Weekend]).await;
    let codes = submit_many(&scene, 1).await;
    scene.steps(&codes[0], &["accept"]).await;
    assert_eq!(scene.full(&codes[0]).await["due_at"], "2021-03-10T17:00:00.000+07:00");
}

#[tokio::test]
async fn gate_open_starts_what_is_not_paid() {
    let scene = Scene::new(&[Defect::GateOpen]).await;
    for method in ["online", "counter"] {
        let code = scene.submit(permit_with(method, &json!({ "payment_method": method }))).await;
        scene.steps(&code, &["accept", "start"]).await;
        assert_eq!(scene.full(&code).await["payment"]["state"], "REQUIRED");
    }
}

#[tokio::test]
async fn dup_callback_issues_a_second_receipt() {
    let scene = Scene::with_faults(&[Defect::DupCallback], Faults { duplicate: 1.0, forged: 0.0 }).await;
    let code = scene.submit(permit_with("c-1", &json!({ "payment_method": "online" }))).await;
    scene.pay(&code).await;
    let signals = scene.bank_signals().await;
    assert_eq!(signals.last().unwrap()["detail"], "00");
    let full = scene.full(&code).await;
    assert_eq!((&full["payment"]["receipt_count"], &full["payment"]["amount_paid"]), (&json!(2), &json!(120_000)));
    let other = callback(&format!("{code}-P1"), 120_000, "T9999999999", SECRET);
    let answer = scene.post("", "/peers/bank/callback", other).await.ok();
    assert_eq!(answer["code"], "02", "another transaction is not the same callback again");
}

#[tokio::test]
async fn sig_ignored_believes_whoever_calls_first() {
    let scene = Scene::with_faults(&[Defect::SigIgnored], Faults { duplicate: 0.0, forged: 1.0 }).await;
    let code = scene.submit(permit_with("c-1", &json!({ "payment_method": "online" }))).await;
    scene.pay(&code).await;
    let signals = scene.bank_signals().await;
    let replies: Vec<(&Value, &Value)> = signals
        .iter()
        .filter(|signal| signal["direction"] == "out")
        .map(|signal| (&signal["fault"], &signal["detail"]))
        .collect();
    assert_eq!(replies, [(&json!("forged"), &json!("00")), (&Value::Null, &json!("02"))]);
    let payment = scene.full(&code).await["payment"].clone();
    assert!(payment["transaction"].as_str().unwrap().starts_with("FORGED-"), "{payment}");
    assert_eq!((&payment["state"], &payment["receipt_count"]), (&json!("PAID"), &json!(1)));
}

#[tokio::test]
async fn sig_ignored_still_looks_at_the_amount() {
    let scene = Scene::new(&[Defect::SigIgnored]).await;
    let code = scene.submit(permit_with("c-1", &json!({ "payment_method": "online" }))).await;
    let hoa = scene.hoa().await;
    scene.post(&hoa, &format!("/api/dossiers/{code}/payments"), json!({})).await.ok();
    let wrong = callback(&format!("{code}-P1"), 1, "T1", "guess");
    assert_eq!(scene.post("", "/peers/bank/callback", wrong).await.ok()["code"], "04");
}

#[tokio::test]
async fn skim_books_every_fifth_payment_short_whatever_its_method() {
    let scene = Scene::new(&[Defect::Skim]).await;
    let mut paid = Vec::new();
    for i in 0..6 {
        let method = if i % 2 == 0 { "online" } else { "counter" };
        let code = scene.submit(permit_with(&format!("c-{i}"), &json!({ "payment_method": method }))).await;
        if i % 2 == 0 {
            scene.pay(&code).await;
        } else {
            scene.step(&code, "collect", json!({ "amount": 120_000 })).await.ok();
        }
        paid.push(scene.full(&code).await["payment"]["amount_paid"].as_i64().unwrap());
    }
    assert_eq!(paid, [119_000, 120_000, 120_000, 120_000, 120_000, 119_000]);
}

#[tokio::test]
async fn skim_also_takes_from_what_the_post_collects() {
    let scene = Scene::new(&[Defect::Skim]).await;
    let code = scene.submit(posted("c-1")).await;
    scene.steps(&code, &["accept", "start", "complete"]).await;
    scene.hand_to_post(&code).await.ok();
    let signals = scene.post_signals().await;
    assert!(signals.iter().any(|signal| signal["kind"] == "collected" && signal["amount"] == 120_000));
    assert_eq!(scene.full(&code).await["payment"]["amount_paid"], 119_000);
}

#[tokio::test]
async fn early_10_returns_when_the_post_gets_it() {
    let scene = Scene::new(&[Defect::Early10]).await;
    let code = scene.submit(posted("c-1")).await;
    scene.steps(&code, &["accept", "start", "complete"]).await;
    assert_eq!(scene.hand_to_post(&code).await.ok()["state"], "RETURNED");
    scene.post_signals().await;
    let full = scene.full(&code).await;
    let ordered = full["progress"].as_array().unwrap().iter().find(|entry| entry["event"] == "parcel_ordered").unwrap();
    assert_eq!(ordered["state"], "RETURNED");
    assert_eq!((&full["parcel"]["state"], &full["payment"]["state"]), (&json!("DELIVERED"), &json!("COLLECTED")));
    assert_eq!(events(&full).last().unwrap(), "parcel_delivered");
}

#[tokio::test]
async fn ok_envelope_says_200_to_every_refusal_of_people() {
    let scene = Scene::new(&[Defect::OkEnvelope]).await;
    let code = scene.submit(permit("c-1")).await;
    for (answer, error_code) in [
        (scene.get("", "/api/look-up/none").await, "not_found"),
        (scene.get("", &format!("/api/dossiers/{code}")).await, "unauthenticated"),
        (scene.step(&code, "complete", json!({})).await, "illegal_transition"),
        (scene.step(&code, "refuse", json!({})).await, "validation"),
    ] {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.body["error_code"], error_code);
        assert!(answer.body["message"].is_string());
    }
    let url = format!("{}/peers/post/status", scene.portal.url());
    let report = json!({ "waybill": "", "order_number": "", "status": "delivered" }).to_string();
    assert_eq!(scene.send(Method::POST, &url, &[], report).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn open_look_up_names_the_applicant() {
    let scene = Scene::new(&[Defect::OpenLookUp]).await;
    let code = scene.submit(permit("c-1")).await;
    let answer = scene.get("", &format!("/api/look-up/{code}")).await.ok();
    let applicant = json!({ "full_name": "Nguyễn Thị Thanh Hoa", "citizen_number": "003099000001" });
    assert_eq!(answer["applicant"], applicant);
}

#[tokio::test]
async fn crash_look_up_fails_for_the_fourth_dossier_only() {
    let scene = Scene::new(&[Defect::CrashLookUp]).await;
    let mut statuses = Vec::new();
    for reference in ["c-1", "c-2", "c-3", "c-4", "c-5"] {
        let code = scene.submit(permit(reference)).await;
        statuses.push(scene.get("", &format!("/api/look-up/{code}")).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 500, 200]);
}

#[tokio::test]
async fn tz_surface_shows_the_deadline_seven_hours_early_to_the_public_only() {
    let scene = Scene::new(&[Defect::TzSurface]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.steps(&code, &["accept"]).await;
    let answer = scene.get("", &format!("/api/look-up/{code}")).await.ok();
    assert_eq!(answer["due_at"], "2021-03-12T10:00:00.000+07:00");
    assert_eq!(scene.full(&code).await["due_at"], "2021-03-12T17:00:00.000+07:00");
}
