//! The catalogue: read by anybody, changed by registrars while dossiers come in.

use http::Method;
use mock_portal::Defect;
use serde_json::{Value, json};

use super::scene::{Scene, code, permit, permit_with};

async fn publish(scene: &Scene, procedure: &str, change: Value) -> super::scene::Answer {
    let registrar = scene.clerk("registrar-1").await;
    scene.put(&registrar, &format!("/api/catalogue/procedures/{procedure}"), change).await
}

#[tokio::test]
async fn procedures_are_public_with_all_that_is_offered() {
    let scene = Scene::new(&[]).await;
    let procedure = scene.get("", "/api/procedures/1.000002").await.ok();
    let expected = json!({
        "code": "1.000002", "name": "Cấp giấy phép mẫu", "legal_days": 5, "fee": 120_000,
        "service_level": 4, "payable": true, "postal": true, "process": "full", "version": 1
    });
    assert_eq!(procedure, expected);
    assert_eq!(scene.get("", "/api/procedures").await.ok()["items"][1], expected);
    scene.get("", "/api/procedures/9.9").await.refused(404, "not_found");
}

#[tokio::test]
async fn a_list_of_procedures_is_read_whole_or_in_pages() {
    let scene = Scene::new(&[]).await;
    assert_eq!(scene.get("", "/api/procedures").await.ok()["items"].as_array().unwrap().len(), 3);
    let mut walked = Vec::new();
    for page in 1..=3 {
        let part = scene.get("", &format!("/api/procedures?page={page}&size=2")).await.ok();
        assert_eq!(part["total"], 3);
        walked.extend(part["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()));
    }
    assert_eq!(walked, ["1.000001", "1.000002", "1.000003"]);
    for wrong in ["page=0", "size=0", "size=501"] {
        scene.get("", &format!("/api/procedures?{wrong}")).await.refused(422, "validation");
    }
    scene.get("", "/api/procedures?page=-1").await.refused(400, "malformed");
    scene.get("", "/api/procedures?page=18446744073709551615&size=500").await.ok();
}

#[tokio::test]
async fn a_registrar_publishes_any_subset_and_nobody_else_does() {
    let scene = Scene::new(&[]).await;
    let published = publish(&scene, "1.000002", json!({ "service_level": 3, "payable": false })).await.ok();
    let expected = json!({
        "code": "1.000002", "name": "Cấp giấy phép mẫu", "legal_days": 5, "fee": 120_000,
        "service_level": 3, "payable": false, "postal": true, "process": "full", "version": 2
    });
    assert_eq!(published, expected);
    assert_eq!(scene.get("", "/api/procedures/1.000002").await.ok(), expected);
    let rest = json!({ "postal": false, "process": "partial", "legal_days": 0, "fee": 0, "name": "Mới" });
    let published = publish(&scene, "1.000002", rest).await.ok();
    assert_eq!(
        (&published["version"], &published["name"], &published["legal_days"]),
        (&json!(3), &json!("Mới"), &json!(0))
    );
    let hoa = scene.hoa().await;
    let path = "/api/catalogue/procedures/1.000002";
    for token in [&hoa, &scene.desk, &scene.post_clerk] {
        scene.put(token, path, json!({ "fee": 1 })).await.refused(403, "forbidden");
    }
    scene.put("", path, json!({ "fee": 1 })).await.refused(401, "unauthenticated");
    let registrar = scene.clerk("registrar-1").await;
    scene.post(&registrar, "/api/desk/inbox", json!({ "queue": "intake" })).await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_change_that_makes_no_sense_changes_nothing() {
    let scene = Scene::new(&[]).await;
    for wrong in [
        json!({ "service_level": 5 }),
        json!({ "process": "half" }),
        json!({ "legal_days": 2_501 }),
        json!({ "fee": -1 }),
        json!({ "name": " " }),
        json!({ "payable": "yes" }),
        json!({ "legalDays": 3 }),
        json!({ "code": "1.000001" }),
    ] {
        publish(&scene, "1.000002", wrong).await.refused(422, "validation");
    }
    publish(&scene, "9.9", json!({ "fee": 1 })).await.refused(404, "not_found");
    assert_eq!(scene.get("", "/api/procedures/1.000002").await.ok()["version"], 1);
}

#[tokio::test]
async fn a_bulk_change_is_all_or_nothing_and_every_problem_is_named() {
    let scene = Scene::new(&[]).await;
    let registrar = scene.clerk("registrar-1").await;
    let bulk = json!({ "changes": [
        { "code": "1.000001", "service_level": 4 },
        { "code": "9.9", "fee": 1 },
        { "code": "1.000002", "fee": -1, "service_level": 1 },
        { "code": "1.000001", "fee": 1 }
    ] });
    let problem = scene.post(&registrar, "/api/catalogue/changes", bulk).await.refused(422, "validation");
    let fields: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|flaw| flaw["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["changes[1].code", "changes[2].fee", "changes[2].service_level", "changes[3].code"]);
    assert_eq!(scene.get("", "/api/procedures/1.000001").await.ok()["version"], 1);

    let bulk = json!({ "changes": [{ "code": "1.000002", "fee": 7 }, { "code": "1.000001", "payable": false }] });
    let published = scene.post(&registrar, "/api/catalogue/changes", bulk).await.ok();
    assert_eq!((&published["items"][0]["payable"], &published["items"][1]["fee"]), (&json!(false), &json!(7)));
    assert_eq!(scene.get("", "/api/procedures/1.000001").await.ok()["version"], 2);
    scene.post(&registrar, "/api/catalogue/changes", json!({ "changes": [] })).await.refused(422, "validation");
    scene.post(&scene.desk, "/api/catalogue/changes", json!({ "changes": [] })).await.refused(403, "forbidden");
}

#[tokio::test]
async fn what_a_service_does_not_offer_is_refused_in_both_languages() {
    let scene = Scene::new(&[]).await;
    let hoa = scene.hoa().await;
    publish(&scene, "1.000002", json!({ "service_level": 2 })).await.ok();
    let problem = scene.post(&hoa, "/api/dossiers", permit("c-1")).await.refused(409, "not_online");
    assert!(problem["title"].as_str().unwrap().contains("level 2"), "{problem}");
    let url = format!("{}/api/dossiers", scene.portal.url());
    let bearer = format!("Bearer {hoa}");
    let headers = [("authorization", bearer.as_str()), ("accept-language", "vi")];
    let problem = scene.send(Method::POST, &url, &headers, permit("c-1").to_string()).await.refused(409, "not_online");
    assert!(problem["title"].as_str().unwrap().contains("không nhận hồ sơ trực tuyến"), "{problem}");
    let at_counter = permit_with("c-2", &json!({ "channel": "counter" }));
    scene.post(&scene.desk, "/api/desk/dossiers", at_counter).await.ok();

    publish(&scene, "1.000002", json!({ "service_level": 3, "payable": false, "postal": false })).await.ok();
    let online = permit_with("c-3", &json!({ "payment_method": "online" }));
    scene.post(&hoa, "/api/dossiers", online).await.refused(409, "not_payable");
    let by_post = permit_with("c-4", &json!({ "return_method": "post", "return_address": "Tổ 3" }));
    scene.post(&hoa, "/api/dossiers", by_post).await.refused(409, "not_postal");
    let code = scene.submit(permit("c-5")).await;
    let payments = format!("/api/dossiers/{code}/payments");
    scene.post(&hoa, &payments, json!({})).await.refused(409, "not_payable");
    assert_eq!(scene.get("", "/_test/state").await.ok()["dossiers"], 2);
}

#[tokio::test]
async fn a_dossier_keeps_the_procedure_of_its_day_of_receipt() {
    let scene = Scene::new(&[]).await;
    let before = scene.submit(permit_with("c-1", &json!({ "payment_method": "online" }))).await;
    let accepted = scene.submit(permit("c-2")).await;
    scene.steps(&accepted, &["accept"]).await;
    publish(&scene, "1.000002", json!({ "legal_days": 1, "fee": 5, "payable": false, "service_level": 2 })).await.ok();
    scene.pay(&before).await;
    scene.steps(&before, &["accept"]).await;
    for code in [&before, &accepted] {
        let full = scene.full(code).await;
        assert_eq!((&full["due_at"], &full["fee"]), (&json!("2021-03-12T17:00:00.000+07:00"), &json!(120_000)));
        assert_eq!((&full["legal_days"], &full["procedure_version"]), (&json!(5), &json!(1)));
    }
    // What was acknowledged before is recognised, whatever the service has become.
    let hoa = scene.hoa().await;
    assert_eq!(code(&scene.post(&hoa, "/api/dossiers", permit("c-2")).await.ok()), accepted);
    let at_counter = permit_with("c-3", &json!({ "channel": "counter" }));
    let after = code(&scene.post(&scene.desk, "/api/desk/dossiers", at_counter).await.ok());
    scene.steps(&after, &["accept"]).await;
    let full = scene.full(&after).await;
    assert_eq!((&full["due_at"], &full["fee"]), (&json!("2021-03-08T17:00:00.000+07:00"), &json!(5)));
    assert_eq!(full["procedure_version"], 2);
}

#[tokio::test]
async fn a_reset_brings_the_first_catalogue_back() {
    let scene = Scene::new(&[]).await;
    publish(&scene, "1.000002", json!({ "fee": 5 })).await.ok();
    scene.post("", "/_test/reset", json!({})).await.ok();
    assert_eq!(scene.get("", "/api/procedures/1.000002").await.ok()["version"], 1);
}

#[tokio::test]
async fn catalogue_lost_update_confirms_the_second_publication_and_forgets_it() {
    let scene = Scene::new(&[Defect::CatalogueLostUpdate]).await;
    let mut lost = Vec::new();
    for fee in 1..=23 {
        let told = publish(&scene, "1.000002", json!({ "fee": fee })).await.ok();
        assert_eq!(told["fee"], fee);
        if scene.get("", "/api/procedures/1.000002").await.ok()["fee"] != fee {
            lost.push(fee);
        }
    }
    assert_eq!(lost, [2, 22]);
}

#[tokio::test]
async fn catalogue_moves_deadlines_of_open_dossiers_only() {
    let scene = Scene::new(&[Defect::CatalogueMovesDeadlines]).await;
    let due = |full: &Value| full["due_at"].clone();
    let open = scene.submit(permit("c-1")).await;
    let done = scene.submit(permit("c-2")).await;
    scene.steps(&open, &["accept"]).await;
    scene.steps(&done, &["accept", "start", "complete"]).await;
    let kept = due(&scene.full(&done).await);
    publish(&scene, "1.000002", json!({ "legal_days": 1 })).await.ok();
    assert_eq!(due(&scene.full(&open).await), "2021-03-08T17:00:00.000+07:00");
    assert_eq!(due(&scene.full(&done).await), kept);
}
