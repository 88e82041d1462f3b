//! A scene whose portal may keep a store and be ended in the midst of it; and everything that can be seen of it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use http_body_util::Full;
use mock_bank::Faults;
use mock_portal::{Behaviour, Defect};
use serde_json::{Value, json};

use super::super::scene::{Answer, Scene, code, permit, permit_with, posted};

/// How a portal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// In an orderly way.
    Stopped,
    /// From one moment to the next: what it is started with again is the file as it was while it ran.
    Killed,
}

pub(super) fn no_faults() -> Faults {
    Faults { duplicate: 0.0, forged: 0.0 }
}

pub(super) struct World {
    pub(super) scene: Scene,
    folder: tempfile::TempDir,
    /// The store; it moves when the portal is killed.
    pub(super) path: PathBuf,
    is_kept: bool,
    restarts: u32,
    pub(super) hoa: String,
    pub(super) lan: String,
    pub(super) other_desk: String,
    pub(super) registrar: String,
}

impl World {
    pub(super) async fn kept() -> Self {
        Self::new(true, &[]).await
    }

    pub(super) async fn new(is_kept: bool, defects: &[Defect]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let scene = Scene::behaving(defects, no_faults(), behaviour(&path, is_kept)).await;
        let (hoa, lan) = (scene.hoa().await, scene.citizen("003099000002").await);
        let (other_desk, registrar) = (scene.clerk("desk-2").await, scene.clerk("registrar-1").await);
        Self { scene, folder, path, is_kept, restarts: 0, hoa, lan, other_desk, registrar }
    }

    pub(super) fn restart(&mut self, end: End) {
        if end == End::Killed {
            self.path = self.copy();
        }
        self.scene.restart(behaviour(&self.path, self.is_kept));
    }

    /// Everything that a portal which is killed now leaves behind.
    fn copy(&mut self) -> PathBuf {
        self.restarts += 1;
        let copy = self.folder.path().join(format!("store-{}.sqlite", self.restarts));
        let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
        std::fs::copy(&self.path, &copy).unwrap();
        std::fs::copy(log(&self.path), log(&copy)).unwrap();
        copy
    }

    /// Kills the portal while its order is on the way to the post, which takes its time.
    pub(super) async fn restart_while_ordering(&mut self, code: &str) {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let post = std::mem::replace(&mut self.scene.config.post_url, url);
        self.restart(End::Stopped);
        let ordering = tokio::time::timeout(Duration::from_millis(100), self.scene.hand_to_post(code));
        assert!(ordering.await.is_err(), "a silent post cannot have answered");
        self.scene.hand_to_post(code).await.refused(409, "illegal_transition");
        self.scene.config.post_url = post;
        self.restart(End::Killed);
    }

    pub(super) async fn submit_under(&self, key: (&str, &str), body: &Value) -> Answer {
        let url = format!("{}/api/dossiers", self.scene.portal.url());
        let bearer = format!("Bearer {}", self.hoa);
        let headers = [(AUTHORIZATION.as_str(), bearer.as_str()), (CONTENT_TYPE.as_str(), "application/json"), key];
        self.scene.send(Method::POST, &url, &headers, body.to_string()).await
    }

    /// Has a one-time code sent, and reads it at the stub.
    pub(super) async fn send_code(&self) -> Value {
        let credentials = json!({ "citizen_number": "003099000001", "password": "mk-000001" });
        self.scene.post("", "/api/sessions/codes", credentials).await.ok();
        self.scene.get("", "/_test/codes/3099000001").await.ok()["code"].clone()
    }

    /// Something for every table.
    pub(super) async fn tell_the_story(&self) {
        let scene = &self.scene;
        let paid = scene.submit(permit_with("s-1", &json!({ "payment_method": "online" }))).await;
        scene.pay(&paid).await;
        scene.steps(&paid, &["accept", "start", "complete", "hand-over"]).await;
        scene.mine(&paid, "rating", json!({ "score": 5, "comment": "tốt" })).await.ok();
        scene.steps(&paid, &["open-correction"]).await;
        let by_post = scene.submit(posted("s-2")).await;
        scene.steps(&by_post, &["accept", "start", "complete"]).await;
        scene.hand_to_post(&by_post).await.ok();
        scene.post_signals().await;
        let ordered = scene.submit(permit_with("s-3", &json!({ "payment_method": "online" }))).await;
        scene.mine(&ordered, "payments", json!({})).await.ok();
        let papers = json!({ "reason": "Thiếu", "items": ["Bản sao"], "days": 5 });
        let waiting = scene.submit(permit("s-4")).await;
        scene.step(&waiting, "request-supplement", papers).await.ok();
        let busy = scene.submit(permit("s-5")).await;
        scene.steps(&busy, &["accept", "start"]).await;
        scene.step(&busy, "consult", json!({ "agency": "H99.02", "question": "?", "days": 3 })).await.ok();
        scene.step(&busy, "apologise", json!({ "reason": "chậm", "days": 2 })).await.ok();
        scene.step(&busy, "tax-notice", notice()).await.ok();
        scene.mine(&busy, "tax-payments", json!({})).await.ok();
        let by_post_too = scene.submit(posted("s-9")).await;
        scene.steps(&by_post_too, &["accept"]).await;
        let bagged = scene.submit(permit("s-6")).await;
        scene.steps(&bagged, &["accept"]).await;
        scene
            .post(&scene.desk, "/api/desk/bags", json!({ "direction": "to_department", "codes": [bagged] }))
            .await
            .ok();
        scene.post(&scene.desk, "/api/desk/bags/1/dispatch", json!({})).await.ok();
        scene
            .post(&scene.desk, "/api/desk/bags", json!({ "direction": "to_centre", "codes": [by_post_too] }))
            .await
            .ok();
        let text = json!({ "name": "Đơn.txt", "content_base64": STANDARD.encode("Kính gửi") });
        scene.mine(&bagged, "attachments", text.clone()).await.ok();
        scene
            .mine(
                &bagged,
                "attachments",
                json!({ "name": "a.pdf", "content_base64": STANDARD.encode(b"%PDF-\xff\x00") }),
            )
            .await
            .ok();
        scene.post(&self.lan, &format!("/api/dossiers/{bagged}/attachments"), text).await.refused(404, "not_found");
        for draft in 1..=3 {
            scene.post(&self.hoa, "/api/drafts", json!({ "n": draft, "text": "  nháp" })).await.ok();
        }
        let drafts = format!("{}/api/drafts/2", scene.portal.url());
        let bearer = format!("Bearer {}", self.hoa);
        scene.send(Method::DELETE, &drafts, &[(AUTHORIZATION.as_str(), &bearer)], String::new()).await;
        scene.post(&self.lan, "/api/petitions", json!({ "subject": "Đường", "text": "hỏng" })).await.ok();
        scene.post(&self.lan, "/api/petitions", json!({ "subject": "Đèn", "text": "tắt" })).await.ok();
        scene.post(&scene.desk, "/api/desk/petitions/1/answer", json!({ "reply": "đã sửa" })).await.ok();
        scene.post(&scene.desk, "/api/desk/petitions/1/publish", json!({})).await.ok();
        scene
            .put(&self.registrar, "/api/catalogue/procedures/1.000002", json!({ "fee": 99_000, "legal_days": 9 }))
            .await
            .ok();
        scene.submit(permit("s-7")).await;
        scene.post(&scene.desk, "/api/desk/inbox", json!({ "queue": "intake", "take": 1 })).await.ok();
        scene.post(&self.other_desk, "/api/desk/inbox", json!({ "queue": "intake" })).await.ok();
        self.submit_under(("idempotency-key", "s"), &permit("s-8")).await.ok();
        self.send_code().await;
    }

    /// Everything that can be read of the portal: what it is asked, and what it answers, word for word.
    pub(super) async fn look(&self) -> Vec<(String, String)> {
        let scene = &self.scene;
        let mut seen = Vec::new();
        let everywhere = "/api/desk/dossiers?size=500";
        let dossiers = scene.get(&scene.desk, everywhere).await.ok();
        let codes: Vec<String> = dossiers["items"].as_array().unwrap().iter().map(code).collect();
        let of_desk = |path: &str| (scene.desk.clone(), path.to_owned());
        let mut asked = vec![
            of_desk(everywhere),
            of_desk("/api/desk/events?size=500"),
            of_desk("/api/desk/statistics"),
            of_desk("/api/desk/statistics/periods?by=day&from=2021-03-01&until=2021-12-31"),
            of_desk("/api/desk/petitions"),
            of_desk("/api/desk/bags/1"),
            of_desk("/api/desk/bags/2"),
            of_desk("/api/procedures"),
            of_desk("/api/petitions/published"),
            of_desk("/_test/state"),
            of_desk("/_test/clock"),
            of_desk("/"),
        ];
        for citizen in [&self.hoa, &self.lan] {
            for path in ["/api/dossiers?size=500", "/api/drafts", "/api/petitions"] {
                asked.push((citizen.clone(), path.to_owned()));
            }
        }
        for code in &codes {
            for rest in ["", "/history", "/attachments", "/attachments/1", "/attachments/2", "/result"] {
                asked.push((self.hoa.clone(), format!("/api/dossiers/{code}{rest}")));
            }
            asked.push(of_desk(&format!("/api/desk/dossiers/{code}")));
            asked.push((String::new(), format!("/api/look-up/{code}")));
        }
        for (token, path) in asked {
            let url = format!("{}{path}", scene.portal.url());
            let request = Request::get(url).header(AUTHORIZATION, format!("Bearer {token}"));
            let answer = scene.raw(request.body(Full::new(Bytes::new())).unwrap()).await;
            let (head, body) = answer.into_parts();
            let etag = head.headers.get("etag").map_or("", |tag| tag.to_str().unwrap());
            seen.push((path, format!("{} {etag} {}", head.status, self.plain(&body))));
        }
        seen
    }

    /// An answer without what is another in another world: addresses.
    pub(super) fn plain(&self, body: &[u8]) -> String {
        let text = String::from_utf8(body.to_vec()).unwrap_or_else(|_| STANDARD.encode(body));
        text.replace(&self.scene.bank.url(), "BANK").replace(&self.scene.post.url(), "POST")
    }
}

fn behaviour(path: &Path, is_kept: bool) -> Behaviour {
    Behaviour { store: is_kept.then(|| path.to_owned()), ..Behaviour::ordinary() }
}

/// A notice of taxes.
pub(super) fn notice() -> Value {
    json!({ "number": "TB-1", "lines": [{ "kind": "registration_fee", "amount": 3_000_000_000_i64 }] })
}
