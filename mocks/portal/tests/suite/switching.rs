//! Variants and noise are switched while the portal runs, all that are named or none.

use http::Method;
use mock_portal::{Behaviour, Noise, Variant};
use serde_json::{Value, json};

use super::scene::{FRIDAY, permit};
use super::variants::{Asker, Raw, portal};

/// Hoa at a portal, and a tester beside her.
struct Stage {
    asker: Asker,
    hoa: String,
}

impl Stage {
    async fn new() -> (mock_portal::Running, Self) {
        let portal = portal(Behaviour::ordinary());
        let asker = Asker::of(&portal);
        let mut stage = Self { asker, hoa: String::new() };
        stage.put("/_test/clock", json!({ "now": FRIDAY, "speed": 0.0 })).await;
        let signed_in = json!({ "citizen_number": "003099000001", "otp": "000001" });
        let token = stage.ask(Method::POST, "/api/sessions", signed_in).await.json()["token"].clone();
        stage.hoa = format!("Bearer {}", token.as_str().unwrap());
        (portal, stage)
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Raw {
        self.asker.try_ask(method, path, &[("authorization", &self.hoa)], &body).await.unwrap()
    }

    async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        // A body that is null is none: null is said in letters.
        let text = [("content-type", "application/json"), ("authorization", self.hoa.as_str())];
        let answer = self.asker.send(Method::PUT, path, &text, body.to_string()).await.unwrap();
        (answer.status.as_u16(), answer.json())
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, Value::Null).await.json()
    }

    async fn submit(&self, reference: &str) -> (u16, String) {
        let answer = self.ask(Method::POST, "/api/dossiers", permit(reference)).await;
        (answer.status.as_u16(), answer.json()["code"].as_str().unwrap().to_owned())
    }

    /// The names of everything that is on.
    async fn on(&self, path: &str) -> Vec<String> {
        let all = self.get(path).await;
        let on = all["items"].as_array().unwrap().iter().filter(|item| item["is_on"] == true);
        on.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }

    /// The statuses of many requests in a row.
    async fn statuses(&self, count: usize) -> Vec<u16> {
        let mut statuses = Vec::new();
        for _ in 0..count {
            statuses.push(self.ask(Method::GET, "/api/look-up/none", Value::Null).await.status.as_u16());
        }
        statuses
    }
}

#[tokio::test]
async fn variants_are_switched_with_their_document() {
    let (_portal, stage) = Stage::new().await;
    assert_eq!(stage.submit("c-1").await, (201, "H99.01-210305-0001".to_owned()));
    let names = ["submit-202", "five-digits", "plain-refusal"];
    assert_eq!(
        stage.put("/_test/variants", json!({ "on": names })).await,
        (200, json!({ "on": ["submit-202", "plain-refusal", "five-digits"] }))
    );
    assert_eq!(stage.on("/_test/variants").await, ["submit-202", "plain-refusal", "five-digits"]);
    assert_eq!(stage.submit("c-2").await, (202, "H99.01-210305-00002".to_owned()));
    assert!(stage.get("/api/look-up/none").await["message"].is_string());
    let other = mock_portal::openapi_under(&[Variant::Submit202, Variant::PlainRefusal, Variant::FiveDigits]);
    assert_eq!(stage.get("/openapi.json").await, serde_json::from_str::<Value>(&other).unwrap());
    // Empty books are those of the same portal.
    stage.ask(Method::POST, "/_test/reset", Value::Null).await;
    assert_eq!(stage.on("/_test/variants").await.len(), 3);
    assert_eq!(stage.put("/_test/variants", json!({ "on": [] })).await, (200, json!({ "on": [] })));
    assert!(stage.get("/api/look-up/none").await["title"].is_string());
    assert_eq!(stage.get("/openapi.json").await, serde_json::from_str::<Value>(mock_portal::openapi()).unwrap());
}

#[tokio::test]
async fn what_names_something_unknown_changes_nothing() {
    let (_portal, stage) = Stage::new().await;
    stage.put("/_test/variants", json!({ "on": ["utc-times"] })).await;
    stage.put("/_test/noise", json!({ "profile": "latency", "seed": 3 })).await;
    for (path, body, field) in [
        ("/_test/variants", json!({ "on": ["submit-202", "no-such-variant"] }), "on"),
        ("/_test/noise", json!({ "profile": "no-such-noise", "seed": 1 }), "profile"),
        ("/_test/noise", json!({ "profile": ["bursts", ""], "seed": 1 }), "profile"),
    ] {
        let (status, refusal) = stage.put(path, body).await;
        assert_eq!((status, &refusal["errors"][0]["field"]), (422, &json!(field)), "{refusal}");
    }
    for body in [json!({}), json!({ "profile": "storm" }), json!({ "profile": 7, "seed": 1 }), json!("storm")] {
        let (status, refusal) = stage.put("/_test/noise", body).await;
        assert_eq!((status, &refusal["error_code"]), (422, &json!("validation")), "{refusal}");
    }
    assert_eq!(stage.on("/_test/variants").await, ["utc-times"]);
    assert_eq!(
        (stage.on("/_test/noise").await, stage.get("/_test/noise").await["seed"].clone()),
        (vec!["latency".to_owned()], json!(3))
    );
}

#[tokio::test]
async fn noise_begins_anew_and_ends() {
    let (_portal, stage) = Stage::new().await;
    let told = json!({ "on": ["bursts", "slow-bodies"], "seed": 7 });
    let asked = json!({ "profile": ["slow-bodies", "bursts"], "seed": 7 });
    assert_eq!(stage.put("/_test/noise", asked.clone()).await, (200, told));
    let first = stage.statuses(1_000).await;
    assert!((20..=60).contains(&first.iter().filter(|status| **status == 503).count()), "{first:?}");
    stage.put("/_test/noise", asked).await;
    assert_eq!(stage.statuses(1_000).await, first);
    assert_eq!(stage.put("/_test/noise", Value::Null).await, (200, json!({ "on": [], "seed": null })));
    assert!(stage.on("/_test/noise").await.is_empty());
    assert!(stage.statuses(600).await.iter().all(|status| *status == 404));
    stage.put("/_test/noise", json!({ "profile": "storm", "seed": 1 })).await;
    assert_eq!(stage.on("/_test/noise").await.len(), Noise::ALL.len(), "a storm is all of them");
}

#[tokio::test]
async fn a_clock_is_put_wrong_and_right_again_and_never_goes_back() {
    let (_portal, stage) = Stage::new().await;
    let now = || async { stage.get("/_test/clock").await["now"].as_str().unwrap().to_owned() };
    let right = now().await;
    // One of these seeds is ahead of the world.
    let mut latest = right.clone();
    for seed in 0..8 {
        stage.put("/_test/noise", json!({ "profile": "clock-skew", "seed": seed })).await;
        let shown = now().await;
        assert!(shown >= latest, "{shown} after {latest}");
        latest = shown;
    }
    assert!(latest > right);
    stage.put("/_test/noise", Value::Null).await;
    assert_eq!(now().await, latest, "it stands until its time has come");
    stage.put("/_test/clock", json!({ "now": "2021-03-05T08:01:00+07:00", "speed": 0.0 })).await;
    assert_eq!(now().await, "2021-03-05T08:01:00.000+07:00");
}
