//! Who may do what, and what a stranger learns.

use http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::scene::{Scene, permit};

#[tokio::test]
async fn nobody_does_anything_without_signing_in() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    for token in ["", "guess", &"0".repeat(32)] {
        scene.post(token, "/api/dossiers", permit("c-2")).await.refused(401, "unauthenticated");
        scene.get(token, &format!("/api/dossiers/{code}")).await.refused(401, "unauthenticated");
        scene.post(token, "/api/desk/inbox", json!({ "queue": "intake" })).await.refused(401, "unauthenticated");
    }
}

#[tokio::test]
async fn wrong_credentials_open_nothing() {
    let scene = Scene::new(&[]).await;
    let wrong_otp = json!({ "citizen_number": "003099000001", "otp": "000002" });
    scene.post("", "/api/sessions", wrong_otp).await.refused(401, "unauthenticated");
    let short = json!({ "citizen_number": "3099", "otp": "3099" });
    scene.post("", "/api/sessions", short).await.refused(422, "validation");
    for (clerk, password) in [("desk-1", "wrong"), ("nobody", "open"), ("", "")] {
        let credentials = json!({ "clerk": clerk, "password": password });
        scene.post("", "/api/desk/sessions", credentials).await.refused(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_stranger_cannot_tell_anothers_dossier_from_none() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    let stranger = scene.citizen("003099000002").await;
    let others = scene.get(&stranger, &format!("/api/dossiers/{code}")).await.refused(404, "not_found");
    let none = scene.get(&stranger, "/api/dossiers/H99.01-210305-9999").await.refused(404, "not_found");
    assert_eq!(others, none);
    let withdrawal = format!("/api/dossiers/{code}/withdrawal");
    scene.post(&stranger, &withdrawal, json!({ "reason": "r" })).await.refused(404, "not_found");
    scene.post(&stranger, &format!("/api/dossiers/{code}/payments"), json!({})).await.refused(404, "not_found");
}

#[tokio::test]
async fn everybody_keeps_to_their_role() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    let hoa = scene.hoa().await;
    let accept = format!("/api/desk/dossiers/{code}/accept");
    scene.post(&hoa, &accept, json!({})).await.refused(403, "forbidden");
    scene.post(&scene.post_clerk, &accept, json!({})).await.refused(403, "forbidden");
    scene.get(&hoa, "/api/desk/statistics").await.refused(403, "forbidden");
    scene.get(&scene.desk, &format!("/api/dossiers/{code}")).await.refused(403, "forbidden");
    let hand_to_post = format!("/api/desk/dossiers/{code}/hand-to-post");
    scene.post(&scene.desk, &hand_to_post, json!({})).await.refused(403, "forbidden");
    scene.post(&scene.desk, "/api/desk/inbox", json!({ "queue": "post" })).await.refused(403, "forbidden");
    scene.post(&scene.post_clerk, "/api/desk/inbox", json!({ "queue": "intake" })).await.refused(403, "forbidden");
    scene.post(&hoa, "/api/desk/dossiers", permit("c-2")).await.refused(403, "forbidden");
}

#[tokio::test]
async fn the_public_look_up_tells_four_things() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.steps(&code, &["accept"]).await;
    assert_eq!(
        scene.get("", &format!("/api/look-up/{code}")).await.ok(),
        json!({ "code": code, "state": "ACCEPTED", "unit": "H99.01", "due_at": "2021-03-12T17:00:00.000+07:00" })
    );
}

#[tokio::test]
async fn refusals_of_the_server_itself_are_problems_too() {
    let scene = Scene::new(&[]).await;
    scene.get("", "/api/nothing").await.refused(404, "not_found");
    scene.get("", "/api/sessions").await.refused(405, "method_not_allowed");
    let url = format!("{}/api/sessions", scene.portal.url());
    scene.send(Method::POST, &url, &[], "{".into()).await.refused(400, "malformed");
    // Only the head: whoever is refused for the length may meet a closed connection while still writing the body.
    let mut stream = TcpStream::connect(scene.portal.address()).await.unwrap();
    let head = "POST /api/sessions HTTP/1.1\r\nHost: portal\r\nContent-Type: application/json\r\nConnection: close\r\n";
    stream.write_all(format!("{head}Content-Length: {}\r\n\r\n", 1024 * 1024 + 1).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("too_large"), "{answer}");
}

#[tokio::test]
async fn procedures_are_public_and_in_order() {
    let scene = Scene::new(&[]).await;
    let procedures = scene.get("", "/api/procedures").await.ok();
    assert_eq!(procedures["items"][1]["code"], "1.000002");
    assert_eq!((&procedures["items"][1]["legal_days"], &procedures["items"][1]["fee"]), (&json!(5), &json!(120_000)));
}
