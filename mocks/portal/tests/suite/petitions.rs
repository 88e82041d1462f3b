//! Petitions and their four clocks.

use serde_json::{Value, json};

use super::scene::{Answer, Scene};

async fn write(scene: &Scene) -> Value {
    let hoa = scene.hoa().await;
    scene.post(&hoa, "/api/petitions", json!({ "subject": "Chậm trả kết quả", "text": "…" })).await.ok()
}

async fn act(scene: &Scene, number: &Value, act: &str) -> Answer {
    scene.post(&scene.desk, &format!("/api/desk/petitions/{number}/{act}"), json!({ "reply": "Đã trả lời" })).await
}

#[tokio::test]
async fn a_petition_is_answered_and_published() {
    let scene = Scene::new(&[]).await;
    let hoa = scene.hoa().await;
    let petition = write(&scene).await;
    // Friday 5/3/2021: 2, 5 and 15 working days on.
    let terms = [("refuse_by", "2021-03-09"), ("supplement_by", "2021-03-12"), ("answer_by", "2021-03-26")];
    for (term, day) in terms {
        assert_eq!(petition[term], format!("{day}T17:00:00.000+07:00"));
    }
    let number = &petition["number"];
    act(&scene, number, "publish").await.refused(409, "illegal_transition");
    let answered = act(&scene, number, "answer").await.ok();
    assert_eq!(answered["publish_by"], "2021-03-09T17:00:00.000+07:00");
    assert_eq!(scene.get("", "/api/petitions/published").await.ok()["total"], 0);
    assert_eq!(act(&scene, number, "publish").await.ok()["state"], "PUBLISHED");
    act(&scene, number, "refuse").await.refused(409, "illegal_transition");
    let published = scene.get("", "/api/petitions/published").await.ok();
    assert_eq!(published["items"][0]["reply"], "Đã trả lời");
    assert!(published["items"][0].get("text").is_none(), "what the citizen wrote stays with the citizen");
    assert_eq!(scene.get(&hoa, &format!("/api/petitions/{number}")).await.ok()["state"], "PUBLISHED");
}

#[tokio::test]
async fn after_its_term_a_refusal_or_a_request_is_not_taken() {
    let scene = Scene::new(&[]).await;
    let (one, other) = (write(&scene).await["number"].clone(), write(&scene).await["number"].clone());
    scene.at("2021-03-09T17:01").await;
    act(&scene, &one, "refuse").await.refused(409, "illegal_transition");
    act(&scene, &one, "request-supplement").await.ok();
    scene.at("2021-03-12T17:01").await;
    act(&scene, &other, "request-supplement").await.refused(409, "illegal_transition");
    let hoa = scene.hoa().await;
    let path = format!("/api/petitions/{one}/supplement");
    scene.post(&hoa, &path, json!({})).await.refused(422, "validation");
    let added = scene.post(&hoa, &path, json!({ "text": "thêm" })).await.ok();
    assert_eq!((&added["state"], &added["answer_by"]), (&json!("RECEIVED"), &json!("2021-04-02T17:00:00.000+07:00")));
    scene.post(&hoa, &path, json!({ "text": "thêm" })).await.refused(409, "illegal_transition");
}

#[tokio::test]
async fn a_petition_is_its_writers_alone() {
    let scene = Scene::new(&[]).await;
    let number = write(&scene).await["number"].clone();
    let stranger = scene.citizen("003099000002").await;
    scene.get(&stranger, &format!("/api/petitions/{number}")).await.refused(404, "not_found");
    scene
        .post(&stranger, &format!("/api/petitions/{number}/supplement"), json!({ "text": "x" }))
        .await
        .refused(404, "not_found");
    assert_eq!(scene.get(&stranger, "/api/petitions").await.ok()["total"], 0);
    scene.get(&stranger, "/api/desk/petitions").await.refused(403, "forbidden");
    assert_eq!(scene.get(&scene.desk, "/api/desk/petitions").await.ok()["total"], 1);
    scene.post(&stranger, "/api/petitions", json!({ "subject": "", "text": "" })).await.refused(422, "validation");
}
