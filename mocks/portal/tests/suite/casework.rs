//! What interrupts, delays and follows a case: further papers, taxes, other agencies, bags, corrections.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::scene::{Scene, code, events, path, permit, permit_with, posted};

const PAPERS: &str = "request-supplement";

fn papers() -> Value {
    json!({ "reason": "Thiếu giấy tờ", "items": ["Bản sao căn cước"], "days": 5 })
}

fn notice() -> Value {
    json!({ "number": "TB-1", "lines": [
        { "kind": "registration_fee", "amount": 3_000_000_000_i64 }, { "kind": "personal_income_tax", "amount": 5 }
    ] })
}

#[tokio::test]
async fn the_clock_stands_still_while_papers_are_awaited() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.steps(&code, &["accept", "start"]).await;
    let asked = scene.step(&code, PAPERS, papers()).await.ok();
    assert_eq!(asked["state"], "AWAITING_SUPPLEMENT");
    // Friday 8:00 to Tuesday 10:00: two working days and two hours.
    scene.at("2021-03-09T10:00").await;
    assert_eq!(scene.mine(&code, "supplement", json!({ "note": "đã nộp" })).await.ok()["state"], "IN_PROCESS");
    let full = scene.full(&code).await;
    assert_eq!(full["due_at"], "2021-03-17T09:00:00.000+07:00");
    let entry = &full["progress"][4];
    assert_eq!(entry["event"], "supplement_received");
    let moved = json!({ "before": "2021-03-12T17:00:00.000+07:00", "after": "2021-03-17T09:00:00.000+07:00" });
    assert_eq!(entry["due"], moved);
    let supplement = &full["supplement"];
    assert_eq!((&supplement["items"][0], &supplement["requests"]), (&json!("Bản sao căn cước"), &json!(1)));
    scene.steps(&code, &["complete", "hand-over"]).await;
}

#[tokio::test]
async fn a_request_for_papers_names_them_and_gives_a_reason() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    for wrong in [json!({}), json!({ "reason": "r", "items": [] }), json!({ "reason": "r", "items": [" "] })] {
        scene.step(&code, PAPERS, wrong).await.refused(422, "validation");
    }
    scene.step(&code, PAPERS, json!({ "reason": "r", "items": ["x"], "days": 0 })).await.refused(422, "validation");
    assert_eq!(scene.full(&code).await["version"], 1);
}

#[tokio::test]
async fn papers_that_do_not_come_end_the_case_and_not_before_their_term() {
    let scene = Scene::new(&[]).await;
    let new = scene.submit(permit("c-1")).await;
    let open = scene.submit(permit("c-2")).await;
    scene.steps(&open, &["accept"]).await;
    for code in [&new, &open] {
        scene.step(code, PAPERS, papers()).await.ok();
        scene.step(code, "expire-supplement", json!({})).await.refused(409, "illegal_transition");
    }
    scene.at("2021-03-12T17:01").await;
    assert_eq!(scene.step(&new, "expire-supplement", json!({})).await.ok()["state"], "REJECTED");
    assert_eq!(scene.step(&open, "expire-supplement", json!({})).await.ok()["state"], "STOPPED");
    scene.mine(&open, "supplement", json!({})).await.refused(409, "illegal_transition");
    assert_eq!(scene.full(&open).await["progress"][3]["actor"], "term");
}

#[tokio::test]
async fn a_withdrawal_that_is_refused_takes_the_case_up_again() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.steps(&code, &["accept", "start"]).await;
    scene.mine(&code, "withdrawal", json!({ "reason": "r" })).await.ok();
    scene.at("2021-03-08T08:00").await;
    scene.step(&code, "refuse-withdrawal", json!({})).await.refused(422, "validation");
    let refused = scene.step(&code, "refuse-withdrawal", json!({ "reason": "đã ký" })).await.ok();
    assert_eq!(
        (&refused["state"], &refused["due_at"]),
        (&json!("IN_PROCESS"), &json!("2021-03-15T17:00:00.000+07:00"))
    );
    assert_eq!(scene.full(&code).await["progress"][4]["reason"], "đã ký");
}

#[tokio::test]
async fn a_tax_is_paid_online_and_the_case_goes_on() {
    let scene = Scene::new(&[]).await;
    let hoa = scene.hoa().await;
    let code = scene.submit(permit("c-1")).await;
    scene.steps(&code, &["accept", "start"]).await;
    scene.mine(&code, "tax-payments", json!({})).await.refused(409, "nothing_to_pay");
    assert_eq!(scene.step(&code, "tax-notice", notice()).await.ok()["state"], "AWAITING_PAYMENT");
    scene.step(&code, "complete", json!({})).await.refused(409, "illegal_transition");
    let order = scene.post(&hoa, &format!("/api/dossiers/{code}/tax-payments"), json!({})).await.ok();
    assert_eq!((&order["amount"], &order["reference"]), (&json!(3_000_000_005_i64), &json!(format!("{code}-T1"))));
    scene
        .step(&code, "tax-receipt", json!({ "number": "1", "amount": 3_000_000_005_i64 }))
        .await
        .refused(409, "payment_in_progress");
    let url = order["payment_url"].as_str().unwrap();
    scene.send(Method::GET, url, &[], String::new()).await;
    scene.decide(url, "pay").await;
    scene.bank_signals().await;
    let full = scene.full(&code).await;
    assert_eq!(full["state"], "IN_PROCESS");
    let tax = &full["obligation"];
    assert_eq!((&tax["payment"]["state"], &tax["payment"]["amount_paid"]), (&json!("PAID"), &json!(3_000_000_005_i64)));
    assert_eq!(tax["receipt"], format!("BL-{code}-T1"));
    assert_eq!(full["payment"]["state"], "NONE", "the fee is another matter");
    // A second notice has a payment and references of its own.
    scene.step(&code, "tax-notice", notice()).await.ok();
    assert_eq!(scene.mine(&code, "tax-payments", json!({})).await.ok()["reference"], format!("{code}-T2"));
}

#[tokio::test]
async fn a_tax_is_paid_at_the_treasury() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.step(&code, "tax-notice", notice()).await.refused(409, "illegal_transition");
    scene.steps(&code, &["accept"]).await;
    scene
        .step(&code, "tax-notice", json!({ "number": "1", "lines": [{ "kind": "x", "amount": 0 }] }))
        .await
        .refused(422, "validation");
    scene.step(&code, "tax-notice", notice()).await.ok();
    scene.step(&code, "tax-receipt", json!({ "number": "1", "amount": 1 })).await.refused(422, "validation");
    let receipt = json!({ "number": "BL-7", "amount": 3_000_000_005_i64 });
    assert_eq!(scene.step(&code, "tax-receipt", receipt.clone()).await.ok()["state"], "ACCEPTED");
    scene.step(&code, "tax-receipt", receipt).await.refused(409, "illegal_transition");
    assert_eq!(scene.full(&code).await["obligation"]["receipt"], "BL-7");
}

#[tokio::test]
async fn a_result_is_re_scheduled_once_with_an_apology() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    let apology = json!({ "reason": "chờ xác minh", "days": 2 });
    scene.step(&code, "apologise", apology.clone()).await.refused(409, "illegal_transition");
    scene.steps(&code, &["accept"]).await;
    scene.step(&code, "apologise", json!({ "days": 2 })).await.refused(422, "validation");
    let told = scene.step(&code, "apologise", apology.clone()).await.ok();
    assert_eq!(told["due_at"], "2021-03-16T17:00:00.000+07:00");
    scene.step(&code, "apologise", apology.clone()).await.refused(409, "illegal_transition");
    assert_eq!(scene.full(&code).await["apology"]["is_timely"], true);
    let late = scene.submit(permit("c-2")).await;
    scene.steps(&late, &["accept"]).await;
    scene.at("2021-03-15T08:00").await;
    assert_eq!(scene.step(&late, "apologise", apology).await.ok()["due_at"], "2021-03-17T17:00:00.000+07:00");
    assert_eq!(scene.full(&late).await["apology"]["is_timely"], false);
}

#[tokio::test]
async fn another_agency_answers_on_its_own_clock() {
    let scene = Scene::new(&[]).await;
    let partner = scene.clerk("desk-2").await;
    let code = scene.submit(permit("c-1")).await;
    let question = json!({ "agency": "H99.02", "question": "Có đồng ý?", "days": 2 });
    scene.step(&code, "consult", question.clone()).await.refused(409, "illegal_transition");
    scene.steps(&code, &["accept", "start"]).await;
    for wrong in ["H00", "H99.01"] {
        let question = json!({ "agency": wrong, "question": "?", "days": 2 });
        scene.step(&code, "consult", question).await.refused(422, "validation");
    }
    scene.step(&code, "consult", question.clone()).await.ok();
    scene.step(&code, "consult", question).await.refused(409, "illegal_transition");
    scene.step(&code, "complete", json!({})).await.refused(409, "illegal_transition");
    let path = format!("/api/desk/dossiers/{code}/answer-consultation");
    scene.post(&scene.desk, &path, json!({ "answer": "Có" })).await.refused(403, "forbidden");
    scene.post(&partner, &path, json!({ "answer": "Có" })).await.ok();
    scene.post(&partner, &path, json!({ "answer": "Có" })).await.refused(409, "illegal_transition");
    let full = scene.full(&code).await;
    assert_eq!(full["consultation"]["due_at"], "2021-03-09T17:00:00.000+07:00");
    assert_eq!((&full["state"], &full["due_at"]), (&json!("IN_PROCESS"), &json!("2021-03-12T17:00:00.000+07:00")));
    scene.steps(&code, &["complete"]).await;
}

#[tokio::test]
async fn a_clerk_of_another_unit_does_not_decide() {
    let scene = Scene::new(&[]).await;
    let stranger = scene.clerk("desk-2").await;
    let code = scene.submit(permit("c-1")).await;
    for step in ["accept", "refuse", "start", "complete", "stop", "hand-over", PAPERS, "on-the-spot"] {
        let path = format!("/api/desk/dossiers/{code}/{step}");
        scene.post(&stranger, &path, json!({ "reason": "r", "items": ["x"] })).await.refused(403, "forbidden");
    }
    assert_eq!(scene.full(&code).await["version"], 1);
}

#[tokio::test]
async fn four_on_the_spot_is_one_act_or_none() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit_with("c-1", &json!({ "payment_method": "counter" }))).await;
    scene.step(&code, "on-the-spot", json!({})).await.refused(409, "payment_required");
    assert_eq!(scene.full(&code).await["state"], "SUBMITTED");
    scene.step(&code, "collect", json!({ "amount": 120_000 })).await.ok();
    assert_eq!(scene.step(&code, "on-the-spot", json!({})).await.ok()["state"], "RETURNED");
    let full = scene.full(&code).await;
    assert_eq!(path(&full), ["SUBMITTED", "ACCEPTED", "IN_PROCESS", "COMPLETED", "RETURNED"]);
    assert_eq!(full["on_the_spot"], true);
    let by_post = scene.submit(posted("c-2")).await;
    scene.step(&by_post, "on-the-spot", json!({})).await.refused(409, "illegal_transition");
}

#[tokio::test]
async fn a_bag_arrives_with_what_was_packed_or_is_not_taken_in() {
    let scene = Scene::new(&[]).await;
    let (one, other) = (scene.submit(permit("c-1")).await, scene.submit(permit("c-2")).await);
    let bag = |codes: Value| json!({ "direction": "to_department", "codes": codes });
    let pack = async |codes: Value| scene.post(&scene.post_clerk, "/api/desk/bags", bag(codes)).await;
    scene.steps(&one, &["accept"]).await;
    let problem = pack(json!([one, one, other, "none"])).await.refused(422, "validation");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 3);
    pack(json!([])).await.refused(422, "validation");
    scene.steps(&other, &["accept"]).await;
    assert_eq!(pack(json!([one, other])).await.ok()["number"], 1);
    pack(json!([one])).await.refused(422, "validation");
    let receive =
        async |codes: Value| scene.post(&scene.desk, "/api/desk/bags/1/receive", json!({ "codes": codes })).await;
    receive(json!([one, other])).await.refused(409, "illegal_transition");
    scene.post(&scene.post_clerk, "/api/desk/bags/1/dispatch", json!({})).await.ok();
    scene.post(&scene.post_clerk, "/api/desk/bags/1/dispatch", json!({})).await.refused(409, "illegal_transition");
    let problem = receive(json!([one])).await.refused(409, "bag_mismatch");
    assert!(problem["detail"].as_str().unwrap().contains(&other));
    assert_eq!(receive(json!([other, one])).await.ok()["state"], "RECEIVED");
    let full = scene.full(&one).await;
    assert_eq!(events(&full)[2..], ["bagged", "bag_dispatched", "bag_received"]);
    assert_eq!(full["bag"], json!({ "number": 1, "state": "RECEIVED" }));
    scene.get(&scene.desk, "/api/desk/bags/2").await.refused(404, "not_found");
    scene.get(&scene.desk, "/api/desk/bags/0").await.refused(404, "not_found");
}

#[tokio::test]
async fn an_electronic_result_is_verified_until_it_is_corrected() {
    let scene = Scene::new(&[]).await;
    let hoa = scene.hoa().await;
    let code = scene.submit(permit_with("c-1", &json!({ "return_method": "electronic" }))).await;
    let path = format!("/api/dossiers/{code}/result");
    scene.get(&hoa, &path).await.refused(404, "not_found");
    scene.steps(&code, &["accept", "start", "complete", "hand-over"]).await;
    let first = scene.get(&hoa, &path).await.ok();
    assert_eq!((&first["signature"], &first["version"]), (&json!("valid"), &json!(1)));
    let verify = async |result: &Value| {
        let shown = json!({ "number": result["number"], "digest": result["digest"] });
        scene.post("", "/api/results/verifications", shown).await.ok()["is_in_force"].clone()
    };
    assert_eq!(verify(&first).await, true);
    scene.step(&code, "issue-correction", json!({})).await.refused(409, "illegal_transition");
    scene.steps(&code, &["open-correction"]).await;
    scene.step(&code, "open-correction", json!({ "reason": "r" })).await.refused(409, "illegal_transition");
    assert_eq!(verify(&first).await, false);
    scene.steps(&code, &["issue-correction"]).await;
    let second = scene.get(&hoa, &path).await.ok();
    assert_eq!((verify(&first).await, verify(&second).await), (json!(false), json!(true)));
    let stranger = scene.citizen("003099000002").await;
    scene.get(&stranger, &path).await.refused(404, "not_found");
    scene.post("", "/api/results/verifications", json!({ "number": "KQ-none" })).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_case_is_rated_once_and_after_its_end() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    let rating = json!({ "score": 4, "comment": "nhanh" });
    scene.mine(&code, "rating", rating.clone()).await.refused(409, "illegal_transition");
    scene.steps(&code, &["refuse"]).await;
    scene.mine(&code, "rating", json!({ "score": 6 })).await.refused(422, "validation");
    scene.mine(&code, "rating", rating.clone()).await.ok();
    scene.mine(&code, "rating", rating).await.refused(409, "illegal_transition");
    assert_eq!(scene.full(&code).await["rating"]["score"], 4);
}

#[tokio::test]
async fn a_draft_is_its_owners_alone_until_it_is_handed_in() {
    let scene = Scene::new(&[]).await;
    let (hoa, stranger) = (scene.hoa().await, scene.citizen("003099000002").await);
    let draft = scene.post(&hoa, "/api/drafts", json!({ "procedure": "1.000002" })).await;
    assert_eq!(draft.status, StatusCode::CREATED);
    let path = format!("/api/drafts/{}", draft.ok()["id"]);
    scene.get(&stranger, &path).await.refused(404, "not_found");
    scene.get(&scene.desk, &path).await.refused(403, "forbidden");
    assert_eq!(scene.get(&stranger, "/api/drafts").await.ok()["items"], json!([]));
    let submission = format!("{path}/submission");
    scene.post(&hoa, &submission, json!({})).await.refused(422, "validation");
    assert_eq!(scene.get("", "/_test/state").await.ok()["dossiers"], 0);
    scene.put(&hoa, &path, permit("c-1")).await.ok();
    assert_eq!(scene.get(&hoa, &path).await.ok()["fields"]["client_reference"], "c-1");
    let receipt = scene.post(&hoa, &submission, json!({})).await.ok();
    assert_eq!(code(&receipt), "H99.01-210305-0001");
    scene.get(&hoa, &path).await.refused(404, "not_found");
    for _ in 0..20 {
        scene.post(&hoa, "/api/drafts", json!({})).await.ok();
    }
    scene.post(&hoa, "/api/drafts", json!({})).await.refused(409, "full");
    scene.post(&hoa, "/api/drafts", json!([])).await.refused(422, "validation");
    let long = json!({ "note": "x".repeat(64 * 1024) });
    scene.put(&hoa, "/api/drafts/2", long).await.refused(422, "validation");
    let url = format!("{}/api/drafts/2", scene.portal.url());
    let bearer = format!("Bearer {hoa}");
    let answer = scene.send(Method::DELETE, &url, &[("authorization", &bearer)], String::new()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}
