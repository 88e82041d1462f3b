//! The sink for messages, and the pages for people.

use super::*;

#[tokio::test]
async fn a_message_is_found_by_its_recipient_and_by_cursor() {
    let scene = Scene::new();
    let letter = |channel: &str, recipient: &str| json!({ "channel": channel, "recipient": recipient, "subject": "Hồ sơ", "text": "Hồ sơ của bạn đã có kết quả" });
    for (channel, recipient) in [("sms", "+840001"), ("email", "hoa@portal.example"), ("sms", "+840001")] {
        assert_eq!(scene.post_json("/messages", &letter(channel, recipient)).await.status, StatusCode::CREATED);
    }
    let page = scene.get("/messages?recipient=%2B840001").await.json();
    let ids: Vec<u64> =
        page["messages"].as_array().unwrap().iter().map(|message| message["id"].as_u64().unwrap()).collect();
    assert_eq!((ids, &page["next"]), (vec![1, 3], &json!(3)));
    let page = scene.get("/messages?since=1&limit=1").await.json();
    assert_eq!(page["messages"][0]["recipient"], "hoa@portal.example");
    assert_eq!(scene.get("/messages?since=3").await.json(), json!({ "next": 3, "dropped": 0, "messages": [] }));
}

#[tokio::test]
async fn a_message_that_cannot_be_fetched_is_refused() {
    let scene = Scene::new();
    for (name, value) in [
        ("recipient", json!(" ")),
        ("text", json!("")),
        ("text", json!("x".repeat(4_001))),
        ("recipient", json!("x".repeat(201))),
        ("channel", json!("pigeon")),
        ("text", Value::Null),
    ] {
        let mut letter = json!({ "channel": "sms", "recipient": "+840001", "text": "Xin chào" });
        letter[name] = value;
        let said = scene.post_json("/messages", &letter).await;
        assert!(said.status.is_client_error(), "{letter}");
    }
    assert_eq!(scene.get("/messages").await.json()["messages"], json!([]));
    assert!(scene.get("/messages?since=x").await.status.is_client_error());
}

#[tokio::test]
async fn the_page_is_there_in_both_languages() {
    let scene = Scene::new();
    for (query, word) in [("", "Sổ cái"), ("?lang=en", "Ledger")] {
        let said = scene.get(&format!("/{query}")).await;
        assert!(said.status == StatusCode::OK && said.text.contains(word));
    }
}
