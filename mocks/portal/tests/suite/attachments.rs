//! Files that come with a dossier.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{Method, Request};
use http_body_util::Full;
use mock_portal::Defect;
use serde_json::{Value, json};

use super::scene::{Scene, permit};

/// `printf '%%PDF-1.7' | sha256sum`
const SHA256: &str = "86edbaa24831badfa0a8b04bb410141e2ee4182b6d0014493fe262a7a331c20b";

fn file(name: &str, content: &[u8]) -> Value {
    json!({ "name": name, "content_base64": STANDARD.encode(content) })
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_sent() {
    let scene = Scene::new(&[]).await;
    let hoa = scene.hoa().await;
    let code = scene.submit(permit("c-1")).await;
    let told = scene.mine(&code, "attachments", file("Đơn.pdf", b"%PDF-1.7")).await.ok();
    assert_eq!(
        (&told["number"], &told["size"], &told["content_type"]),
        (&json!(1), &json!(8), &json!("application/pdf"))
    );
    let path = format!("/api/dossiers/{code}/attachments");
    for token in [&hoa, &scene.desk] {
        assert_eq!(scene.get(token, &path).await.ok()["items"], json!([told]));
    }
    let request =
        Request::get(format!("{}{path}/1", scene.portal.url())).header(AUTHORIZATION, format!("Bearer {hoa}"));
    let answer = scene.raw(request.body(Full::new(Bytes::new())).unwrap()).await;
    assert_eq!(answer.body().as_ref(), b"%PDF-1.7");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers()[CONTENT_DISPOSITION], "attachment; filename*=UTF-8''%C4%90%C6%A1n.pdf");
    scene.get(&hoa, &format!("{path}/2")).await.refused(404, "not_found");
    scene.get(&hoa, &format!("{path}/0")).await.refused(404, "not_found");
    let stranger = scene.citizen("003099000002").await;
    scene.get(&stranger, &format!("{path}/1")).await.refused(404, "not_found");
    scene.post(&stranger, &path, file("a.txt", b"a")).await.refused(404, "not_found");
    scene.post("", &path, file("a.txt", b"a")).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn base64_and_multipart_are_the_same_file() {
    let scene = Scene::new(&[]).await;
    let hoa = scene.hoa().await;
    let code = scene.submit(permit("c-1")).await;
    let url = format!("{}/api/dossiers/{code}/attachments", scene.portal.url());
    let bearer = format!("Bearer {hoa}");
    let body = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../x.pdf\"\r\n\
                Content-Type: application/pdf\r\n\r\n%PDF-1.7\r\n--b--\r\n";
    let headers =
        [(AUTHORIZATION.as_str(), bearer.as_str()), (CONTENT_TYPE.as_str(), "multipart/form-data; boundary=b")];
    let told = scene.send(Method::POST, &url, &headers, body.into()).await.ok();
    let again = scene.mine(&code, "attachments", file("x.pdf", b"%PDF-1.7")).await.ok();
    assert_eq!(told["sha256"], again["sha256"]);
    assert_eq!(told["sha256"], SHA256);
    assert_eq!((&told["name"], &again["number"]), (&json!("../x.pdf"), &json!(2)));
    for broken in [&body[..body.len() - 12], "--b", "", "text"] {
        scene.send(Method::POST, &url, &headers, broken.into()).await.refused(400, "malformed");
    }
}

#[tokio::test]
async fn size_off_keeps_what_is_too_large() {
    let scene = Scene::new(&[Defect::SizeOff]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.mine(&code, "attachments", file("a.txt", &vec![b'a'; 5 * 1024 * 1024 + 1])).await.ok();
}

#[tokio::test]
async fn what_is_too_large_or_not_what_it_says_is_not_kept() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    let limit = 5 * 1024 * 1024;
    let at_limit = scene.mine(&code, "attachments", file("a.txt", &vec![b'a'; limit])).await.ok();
    assert_eq!(at_limit["size"], limit);
    scene.mine(&code, "attachments", file("a.txt", &vec![b'a'; limit + 1])).await.refused(413, "too_large");
    scene.mine(&code, "attachments", file("a", b"\x7fELF\xff")).await.refused(415, "unsupported_content");
    let mut lying = file("a.png", b"%PDF-1.7");
    lying["content_type"] = json!("image/png");
    scene.mine(&code, "attachments", lying).await.refused(415, "unsupported_content");
    for wrong in
        [file("", b"a"), file("a", b""), json!({ "name": "a", "content_base64": "%" }), file(&"a".repeat(256), b"a")]
    {
        scene.mine(&code, "attachments", wrong).await.refused(422, "validation");
    }
    for _ in 1..20 {
        scene.mine(&code, "attachments", file("a.txt", b"a")).await.ok();
    }
    scene.mine(&code, "attachments", file("a.txt", b"a")).await.refused(409, "full");
}
