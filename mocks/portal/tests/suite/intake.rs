//! Submissions, numbers, inboxes, counts.

use serde_json::{Value, json};

use super::scene::{Scene, code, permit, permit_with, posted};

fn codes(inbox: &Value) -> Vec<&str> {
    inbox["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_same_client_reference_is_the_same_dossier() {
    let scene = Scene::new(&[]).await;
    let hoa = scene.hoa().await;
    let first = scene.post(&hoa, "/api/dossiers", permit("c-1")).await;
    let second = scene.post(&hoa, "/api/dossiers", permit("c-1")).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 200));
    assert_eq!(first.body, second.body);

    let minh = scene.citizen("003099000002").await;
    let mut other = permit("c-1");
    other["applicant"]["citizen_number"] = json!("003099000002");
    let third = scene.post(&minh, "/api/dossiers", other).await;
    assert_eq!(third.status.as_u16(), 201, "another applicant may use the same words");
    assert_eq!(code(&third.body), "H99.01-210305-0002");
}

#[tokio::test]
async fn dossiers_without_a_client_reference_are_all_different() {
    let scene = Scene::new(&[]).await;
    let body = permit_with("", &json!({ "client_reference": null }));
    assert_ne!(scene.submit(body.clone()).await, scene.submit(body).await);
}

#[tokio::test]
async fn numbers_count_by_unit_and_day() {
    let scene = Scene::new(&[]).await;
    assert_eq!(scene.submit(permit("a")).await, "H99.01-210305-0001");
    assert_eq!(scene.submit(permit_with("b", &json!({ "unit": "H99.02" }))).await, "H99.02-210305-0001");
    assert_eq!(scene.submit(permit("c")).await, "H99.01-210305-0002");
    // Half past midnight in Vietnam is a new day there, and still the old one in UTC.
    scene.set_clock(json!({ "now": "2021-03-06T00:30:00+07:00", "speed": 0.0 })).await;
    assert_eq!(scene.submit(permit("d")).await, "H99.01-210306-0001");
}

#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_is_created() {
    let scene = Scene::new(&[]).await;
    let hoa = scene.hoa().await;
    let wrong = permit_with("c-1", &json!({ "unit": "H00", "channel": "post", "payment_method": "barter" }));
    let problem = scene.post(&hoa, "/api/dossiers", wrong).await.refused(422, "validation");
    let fields: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["unit", "channel", "payment_method"]);
    scene.post(&hoa, "/api/dossiers", json!("text")).await.refused(422, "validation");
    assert_eq!(scene.get("", "/_test/state").await.ok()["dossiers"], 0);
}

#[tokio::test]
async fn an_inbox_hands_out_the_oldest_first_and_each_once() {
    let scene = Scene::new(&[]).await;
    for i in 1..=5 {
        scene.submit(permit(&format!("c-{i}"))).await;
    }
    scene.submit(permit_with("other", &json!({ "unit": "H99.02" }))).await;
    let take = json!({ "queue": "intake", "take": 2 });
    let first = scene.post(&scene.desk, "/api/desk/inbox", take.clone()).await.ok();
    assert_eq!(codes(&first), ["H99.01-210305-0001", "H99.01-210305-0002"]);
    assert_eq!(first["waiting"], 3);
    assert_eq!(
        first["items"][0],
        json!({
            "code": "H99.01-210305-0001", "state": "SUBMITTED", "procedure": "1.000002", "unit": "H99.01",
            "citizen_number": "003099000001", "client_reference": "c-1",
            "submitted_at": "2021-03-05T08:00:00.000+07:00",
            "payment_method": "none", "payment_state": "NONE", "return_method": "counter"
        })
    );
    let second = scene.post(&scene.desk, "/api/desk/inbox", json!({ "queue": "intake" })).await.ok();
    assert_eq!(codes(&second), ["H99.01-210305-0003", "H99.01-210305-0004", "H99.01-210305-0005"]);
    let third = scene.post(&scene.desk, "/api/desk/inbox", take).await.ok();
    assert_eq!(third, json!({ "items": [], "waiting": 0 }));
}

#[tokio::test]
async fn an_inbox_passes_over_what_no_longer_waits() {
    let scene = Scene::new(&[]).await;
    let first = scene.submit(permit("c-1")).await;
    let second = scene.submit(permit("c-2")).await;
    scene.steps(&first, &["accept"]).await;
    let inbox = scene.post(&scene.desk, "/api/desk/inbox", json!({ "queue": "intake", "take": 1 })).await.ok();
    assert_eq!((codes(&inbox), &inbox["waiting"]), (vec![second.as_str()], &json!(0)));
}

#[tokio::test]
async fn the_post_counter_gets_what_is_to_be_posted() {
    let scene = Scene::new(&[]).await;
    let by_post = scene.submit(posted("c-1")).await;
    let at_counter = scene.submit(permit("c-2")).await;
    for code in [&by_post, &at_counter] {
        scene.steps(code, &["accept", "start", "complete"]).await;
    }
    assert_eq!(scene.get("", "/_test/state").await.ok()["waiting"], json!({ "intake": 0, "post": 1 }));
    let inbox = scene.post(&scene.post_clerk, "/api/desk/inbox", json!({ "queue": "post" })).await.ok();
    assert_eq!((codes(&inbox), &inbox["waiting"]), (vec![by_post.as_str()], &json!(0)));
    let again = scene.post(&scene.post_clerk, "/api/desk/inbox", json!({ "queue": "post" })).await.ok();
    assert!(codes(&again).is_empty());
}

#[tokio::test]
async fn the_statistics_add_up() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.submit(permit("c-2")).await;
    scene.submit(permit_with("c-3", &json!({ "unit": "H99.02" }))).await;
    scene.steps(&code, &["accept"]).await;
    let statistics = scene.get(&scene.desk, "/api/desk/statistics").await.ok();
    assert_eq!(
        statistics,
        json!({
            "total": 3,
            "by_state": { "SUBMITTED": 2, "ACCEPTED": 1 },
            "by_unit": { "H99.01": 2, "H99.02": 1 }
        })
    );
}

#[tokio::test]
async fn a_reset_empties_the_books() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.post("", "/_test/reset", json!({})).await.ok();
    scene.get("", &format!("/api/look-up/{code}")).await.refused(404, "not_found");
    scene.get(&scene.desk, "/api/desk/statistics").await.refused(401, "unauthenticated");
    assert_eq!(scene.get("", "/_test/state").await.ok()["dossiers"], 0);
}
