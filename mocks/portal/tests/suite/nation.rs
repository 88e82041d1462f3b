//! A portal that is linked to a national portal, and people who use both.

use std::collections::HashMap;
use std::ops::Deref;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{Method, Request, Response};
use http_body_util::Full;
use mock_portal::{Behaviour, Defect, Hub};
use serde_json::{Map, Value, json};

use super::scene::{LOOPBACK, SECRET, Scene};

/// The citizen who is about in these tests, whom the national portal has made up.
pub(crate) const CITIZEN: &str = "003099000001";
const FORM: &str = "application/x-www-form-urlencoded";

/// A national portal and a portal linked to it.
pub(crate) struct Nation {
    pub(crate) hub: mock_hub::Running,
    pub(crate) scene: Scene,
}

impl Deref for Nation {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.scene
    }
}

pub(crate) fn hub_config() -> mock_hub::Config {
    mock_hub::Config::sample(LOOPBACK, 1, SECRET)
}

/// A link that is quick to give up and quick to ask.
pub(crate) fn link(url: &str) -> Hub {
    let (timeout, pull_every) = (Duration::from_millis(400), Duration::from_millis(40));
    Hub { timeout, pull_every, ..Hub::usual(url, SECRET, "H99") }
}

impl Nation {
    pub(crate) async fn new(defects: &[Defect]) -> Self {
        Self::with(hub_config(), defects).await
    }

    /// The portal behaves as it is told, and the post never gets to carry anything.
    pub(crate) async fn behaving(behaviour: Behaviour) -> Self {
        let hub = mock_hub::start(hub_config()).unwrap();
        let scene = Scene::linked_beside_slow_post(behaviour, link(&hub.url())).await;
        Self { hub, scene }
    }

    pub(crate) async fn with(config: mock_hub::Config, defects: &[Defect]) -> Self {
        let hub = mock_hub::start(config).unwrap();
        let scene = Scene::linked(defects, link(&hub.url())).await;
        Self { hub, scene }
    }

    /// From here on the national portal pushes what citizens enter.
    pub(crate) fn push(&self) {
        self.hub.push_to(format!("{}/peers/hub/dossiers", self.scene.portal.url()));
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.hub.url());
        let headers = [(CONTENT_TYPE.as_str(), "application/json")];
        self.scene.send(method, &url, &headers, body.to_string()).await.body
    }

    pub(crate) async fn break_down(&self, mode: &str) {
        assert_eq!(self.ask(Method::PUT, "/_test/outage", json!({ "mode": mode })).await["mode"], mode);
    }

    pub(crate) async fn repair(&self) {
        assert!(self.ask(Method::DELETE, "/_test/outage", json!({})).await["mode"].is_null());
    }

    /// Waits until somebody has asked the national portal something during an outage.
    pub(crate) async fn holds_somebody(&self) {
        for _ in 0..30_000 {
            let ledger = self.ask(Method::GET, "/_ledger?limit=5000", json!({})).await;
            if ledger["signals"].as_array().unwrap().iter().any(|signal| signal["kind"] == "outage") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("nobody asks the national portal anything");
    }

    /// Tells the national portal behind the back of the portal that a dossier is completed.
    pub(crate) async fn end_there(&self, code: &str) {
        let step = json!({
            "MaHoSo": code, "NguoiXuLy": "?", "ThoiDiemXuLy": "20210305080000", "NoiDungXuLy": "?", "TrangThai": "9",
        });
        self.tell("CapNhatTienDoHoSoMC", step).await;
    }

    /// Tells the national portal of a dossier that the portal does not have.
    pub(crate) async fn create_there(&self, packet: Value) {
        self.tell("DongBoHoSoMC", packet).await;
    }

    async fn tell(&self, service: &str, packet: Value) {
        let session = self.ask(Method::POST, "/auth", json!({ "username": "portal", "password": SECRET })).await;
        let message = json!({ "session": session["session"], "madonvi": "H99", "service": service, "data": [packet] });
        assert_eq!(self.ask(Method::POST, "/exchange", message).await["error_code"], 0);
    }

    /// How the telling of a dossier stands, as a clerk sees it.
    pub(crate) async fn sync(&self, code: &str) -> Value {
        self.scene.full(code).await["sync"].clone()
    }

    /// Waits until all dossiers stand so, and says how many there are.
    pub(crate) async fn all_are(&self, state: &str) -> u64 {
        let counts = self.counted(|counts| counts.len() == 1 && counts.contains_key(state)).await;
        counts[state].as_u64().unwrap()
    }

    /// Waits until at least one dossier stands so.
    pub(crate) async fn some_are(&self, state: &str) {
        self.counted(|counts| counts.contains_key(state)).await;
    }

    async fn counted(&self, is_so: impl Fn(&Map<String, Value>) -> bool) -> Value {
        let mut counts = Value::Null;
        for _ in 0..30_000 {
            counts = self.scene.get("", "/_test/state").await.ok()["sync"]["by_state"].clone();
            if is_so(counts.as_object().unwrap()) {
                return counts;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the dossiers stand otherwise: {counts}");
    }

    /// What the nation knows of a dossier.
    pub(crate) async fn known(&self, code: &str) -> Value {
        self.ask(Method::GET, &format!("/_ledger/dossiers/{code}"), json!({})).await
    }

    /// The steps that the nation was told of a dossier, as state and time, from its receipt on.
    pub(crate) async fn national(&self, code: &str) -> Vec<String> {
        let known = self.known(code).await;
        let events = known["DanhSachTienTrinh"].as_array().unwrap_or_else(|| panic!("{code} is not known"));
        let steps = events.iter().filter(|event| event["kind"] != "updated");
        steps.map(|event| event["TrangThai"].as_str().unwrap().to_owned()).collect()
    }

    /// The steps that the portal has on record, in the numbers of the nation.
    pub(crate) async fn local(&self, code: &str) -> Vec<String> {
        let full = self.scene.full(code).await;
        let states = full["progress"].as_array().unwrap().iter().map(|entry| entry["state"].as_str().unwrap());
        states.map(|state| number(state).to_owned()).collect()
    }

    /// Asserts that the nation has seen what the portal has, step by step, and has its state.
    pub(crate) async fn agrees(&self, code: &str) {
        let local = self.local(code).await;
        assert_eq!(self.national(code).await, local, "{code}");
        let known = self.known(code).await;
        assert_eq!(Some(&known["TrangThaiHoSo"]), local.last().map(|last| json!(last)).as_ref(), "{code}");
        let stamp = |moment: &Value| moment.as_str().map(|text| text[..19].replace(['-', 'T', ':'], ""));
        let full = self.scene.full(code).await;
        for (field, own) in [("NgayHenTra", "due_at"), ("NgayTra", "returned_at"), ("NgayNopHoSo", "submitted_at")] {
            let told =
                Some(known["HoSo"][field].as_str().unwrap_or_default().to_owned()).filter(|text| !text.is_empty());
            assert_eq!(told, stamp(&full[own]), "{field} of {code}");
        }
    }

    async fn page(&self, url: &str) -> Response<Bytes> {
        self.scene.raw(Request::get(url).body(Full::default()).unwrap()).await
    }

    async fn fill(&self, path: &str, form: String) -> Response<Bytes> {
        let request = Request::post(format!("{}{path}", self.hub.url())).header(CONTENT_TYPE, FORM);
        self.scene.raw(request.body(Full::new(form.into())).unwrap()).await
    }

    /// The hidden name of the sign-on on the page that this question leads to.
    pub(crate) async fn login(&self, question: &str) -> String {
        let page = self.page(question).await;
        let text = String::from_utf8(page.into_body().to_vec()).unwrap();
        text.split("name=\"login\" value=\"").nth(1).expect(&text).split('"').next().unwrap().to_owned()
    }

    /// The citizen walks the pages of the national portal; the address that leads back.
    pub(crate) async fn signed_on(&self, question: &str) -> String {
        let login = self.login(question).await;
        self.fill("/oidc/login", format!("login={login}&citizen_number={CITIZEN}&password=vandan")).await;
        let inbox = self.ask(Method::GET, &format!("/messages?recipient=%2B84000{CITIZEN}"), json!({})).await;
        let once = inbox["messages"].as_array().unwrap().last().unwrap()["text"].as_str().unwrap()[..6].to_owned();
        location(&self.fill("/oidc/verify", format!("login={login}&once={once}")).await)
    }

    /// The citizen does not want to; the address that leads back.
    pub(crate) async fn given_up(&self, question: &str) -> String {
        let login = self.login(question).await;
        location(&self.fill("/oidc/login", format!("login={login}&action=cancel")).await)
    }

    /// Where the portal sends a citizen who wants to sign on.
    pub(crate) async fn question(&self) -> String {
        location(&self.page(&format!("{}/sign-on", self.scene.portal.url())).await)
    }

    /// The citizen enters a dossier at the national portal; its code.
    pub(crate) async fn enter(&self) -> String {
        // Verifier and challenge as RFC 7636, appendix B, publishes them.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let here = "http%3A%2F%2F127.0.0.1%2Fsign-on%2Freturn";
        let question = format!(
            "{}/oidc/authorize?response_type=code&client_id=portal&redirect_uri={here}&scope=openid\
             &code_challenge={challenge}&code_challenge_method=S256",
            self.hub.url()
        );
        let code = parameters(&self.signed_on(&question).await)["code"].clone();
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={here}&client_id=portal\
             &client_secret={SECRET}&code_verifier={verifier}"
        );
        let tokens: Value = serde_json::from_slice(self.fill("/oidc/token", form).await.body()).unwrap();
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let url = format!("{}/citizen/dossiers", self.hub.url());
        let headers = [(AUTHORIZATION.as_str(), bearer.as_str()), (CONTENT_TYPE.as_str(), "application/json")];
        let entry = json!({ "MaTTHC": "1.000003", "MaDonVi": "H99.01", "TrichYeuHoSo": "Xác nhận" });
        let entered = self.scene.send(Method::POST, &url, &headers, entry.to_string()).await.ok();
        entered["MaHoSo"].as_str().unwrap().to_owned()
    }

    /// Waits until the portal has so many dossiers.
    pub(crate) async fn has(&self, dossiers: u64) {
        for _ in 0..30_000 {
            if self.scene.get("", "/_test/state").await.ok()["dossiers"] == dossiers {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("there are never {dossiers} dossiers");
    }
}

/// Waits until the telling of a dossier stands so, and says how.
pub(crate) async fn stands(scene: &Scene, code: &str, state: &str) -> Value {
    let mut sync = Value::Null;
    for _ in 0..30_000 {
        sync = scene.full(code).await["sync"].clone();
        // A variant may write its words in small letters.
        if sync["state"].as_str().is_some_and(|word| word.eq_ignore_ascii_case(state)) {
            return sync;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{code} is never {state}: {sync}");
}

fn location(answer: &Response<Bytes>) -> String {
    assert_eq!(answer.status().as_u16(), 303, "{answer:?}");
    answer.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// What stands after the question mark of an address; the values as they are written there.
pub(crate) fn parameters(address: &str) -> HashMap<String, String> {
    let (_, query) = address.split_once('?').unwrap();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn number(state: &str) -> &'static str {
    match state {
        "SUBMITTED" => "1",
        "ACCEPTED" => "2",
        "REJECTED" => "3",
        "IN_PROCESS" => "4",
        "AWAITING_SUPPLEMENT" => "5",
        "AWAITING_PAYMENT" => "6",
        "WITHDRAWAL_REQUESTED" => "7",
        "STOPPED" => "8",
        "COMPLETED" => "9",
        "RETURNED" => "10",
        other => panic!("{other} is no state"),
    }
}
