//! Signing in with a one-time code, sessions that end, versions, keys, limits.

use std::time::Duration;

use http::Method;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::scene::{Answer, Scene, permit};

const NUMBER: &str = "003099000001";

async fn code(scene: &Scene) -> Value {
    let credentials = json!({ "citizen_number": NUMBER, "password": "mk-000001" });
    scene.post("", "/api/sessions/codes", credentials).await.ok();
    scene.get("", &format!("/_test/codes/{NUMBER}")).await.ok()["code"].clone()
}

async fn sign_in(scene: &Scene, code: &Value) -> Answer {
    scene.post("", "/api/sessions", json!({ "citizen_number": NUMBER, "code": code })).await
}

/// Sends a request with one more header.
async fn with(scene: &Scene, token: &str, header: (&str, &str), path: &str, body: Value) -> Answer {
    let url = format!("{}{path}", scene.portal.url());
    let bearer = format!("Bearer {token}");
    scene.send(Method::POST, &url, &[(AUTHORIZATION.as_str(), &bearer), header], body.to_string()).await
}

#[tokio::test]
async fn a_citizen_signs_in_with_password_and_one_time_code() {
    let scene = Scene::new(&[]).await;
    let wrong = json!({ "citizen_number": NUMBER, "password": "mk-000002" });
    scene.post("", "/api/sessions/codes", wrong).await.refused(401, "unauthenticated");
    sign_in(&scene, &json!("000000")).await.refused(401, "unauthenticated");
    let code = code(&scene).await;
    let token = sign_in(&scene, &code).await.ok()["token"].clone();
    scene.get(token.as_str().unwrap(), "/api/dossiers").await.ok();
    sign_in(&scene, &code).await.refused(401, "unauthenticated");
    for _ in 1..5 {
        self::code(&scene).await;
    }
    let credentials = json!({ "citizen_number": NUMBER, "password": "mk-000001" });
    scene.post("", "/api/sessions/codes", credentials).await.refused(429, "too_many");
}

#[tokio::test]
async fn a_session_ends_when_it_is_ended_or_over() {
    let scene = Scene::new(&[]).await;
    let (hoa, clerk) = (scene.hoa().await, scene.clerk("desk-1").await);
    for (token, path) in [(&hoa, "/api/sessions"), (&clerk, "/api/desk/sessions")] {
        let url = format!("{}{path}", scene.portal.url());
        let bearer = format!("Bearer {token}");
        let answer = scene.send(Method::DELETE, &url, &[(AUTHORIZATION.as_str(), &bearer)], String::new()).await;
        assert_eq!(answer.status.as_u16(), 204);
        scene.get(token, "/api/dossiers").await.refused(401, "unauthenticated");
    }
    let again = scene.hoa().await;
    scene.get(&again, "/api/dossiers").await.ok();
    scene.put("", "/_test/sessions", json!({ "lifetime_ms": 0 })).await.ok();
    scene.get(&again, "/api/dossiers").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    let accept = format!("/api/desk/dossiers/{code}/accept");
    let stop = format!("/api/desk/dossiers/{code}/stop");
    with(&scene, &scene.desk, ("if-match", "\"v0\""), &accept, json!({})).await.refused(412, "version_mismatch");
    for unreadable in [String::new(), "\"v1\",".repeat(64)] {
        with(&scene, &scene.desk, ("if-match", &unreadable), &accept, json!({})).await.refused(422, "validation");
    }
    with(&scene, &scene.desk, ("if-match", "\"v1\""), &accept, json!({})).await.ok();
    let reason = json!({ "reason": "r" });
    with(&scene, &scene.desk, ("if-match", "\"v1\""), &stop, reason.clone()).await.refused(412, "version_mismatch");
    assert_eq!(scene.full(&code).await["state"], "ACCEPTED");
    with(&scene, &scene.desk, ("if-match", "\"v9\", \"v2\""), &stop, reason).await.ok();
    let stranger = scene.citizen("003099000002").await;
    let withdrawal = format!("/api/dossiers/{code}/withdrawal");
    let answer = with(&scene, &stranger, ("if-match", "\"v0\""), &withdrawal, json!({ "reason": "r" })).await;
    answer.refused(404, "not_found");
    let url = format!("{}/api/desk/dossiers/{code}", scene.portal.url());
    let request = http::Request::get(url).header(AUTHORIZATION, format!("Bearer {}", scene.desk));
    let answer = scene.raw(request.body(http_body_util::Full::default()).unwrap()).await;
    assert_eq!(answer.headers()["etag"], "\"v3\"");
}

#[tokio::test]
async fn one_key_has_one_effect() {
    let scene = Scene::new(&[]).await;
    let hoa = scene.hoa().await;
    let mut body = permit("");
    body["client_reference"] = Value::Null;
    let key = ("idempotency-key", "k-1");
    let first = with(&scene, &hoa, key, "/api/dossiers", body.clone()).await;
    let again = with(&scene, &hoa, key, "/api/dossiers", body.clone()).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(scene.get("", "/_test/state").await.ok()["dossiers"], 1);
    with(&scene, &hoa, key, "/api/dossiers", permit("other")).await.refused(422, "key_reused");
    let other = scene.hoa().await;
    with(&scene, &other, key, "/api/dossiers", body.clone()).await.ok();
    assert_eq!(scene.get("", "/_test/state").await.ok()["dossiers"], 2, "a key belongs to a session");
    with(&scene, &hoa, ("idempotency-key", &"k".repeat(256)), "/api/dossiers", body).await.refused(422, "validation");
    // A refusal is repeated too.
    let wrong = json!({});
    let key = ("idempotency-key", "k-2");
    with(&scene, &hoa, key, "/api/dossiers", wrong.clone()).await.refused(422, "validation");
    with(&scene, &hoa, key, "/api/dossiers", wrong).await.refused(422, "validation");
}

#[tokio::test]
async fn strangers_do_not_use_up_each_others_keys() {
    let scene = Scene::new(&[]).await;
    let key = ("idempotency-key", "k-1");
    with(&scene, "", key, "/api/dossiers", permit("one")).await.refused(401, "unauthenticated");
    with(&scene, "", key, "/api/dossiers", permit("other")).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn an_answer_takes_as_long_as_a_tester_has_said() {
    let scene = Scene::new(&[]).await;
    scene.put("", "/_test/delay", json!({ "delay_us": 60_000_001_u64 })).await.refused(422, "validation");
    scene.put("", "/_test/delay", json!({ "delay_us": 30_000 })).await.ok();
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        scene.get("", "/api/procedures").await.ok();
        least = least.min(start.elapsed());
    }
    assert!(least >= Duration::from_millis(30), "{least:?}");
}

#[tokio::test]
async fn one_client_in_haste_is_slowed_and_no_other() {
    let scene = Scene::new(&[]).await;
    let (hoa, other) = (scene.hoa().await, scene.citizen("003099000002").await);
    scene.put(&scene.desk, "/_test/limit", json!({ "per_second": 3 })).await.ok();
    let mut refused = 0;
    // Each second of wall time allows three: sooner or later there are more in one, on whatever machine.
    for _ in 0..20_000 {
        let answer = scene.get(&hoa, "/api/dossiers").await;
        refused += u32::from(answer.status.as_u16() == 429);
        if refused == 8 {
            break;
        }
    }
    assert_eq!(refused, 8);
    scene.get(&other, "/api/dossiers").await.ok();
    scene.put(&other, "/_test/limit", json!({ "per_second": null })).await.ok();
    scene.get(&hoa, "/api/dossiers").await.ok();
}
