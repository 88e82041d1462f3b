//! A citizen signs on through the national portal, and everything that must not work.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_portal::Defect;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::nation::{CITIZEN, Nation, link, parameters};
use super::scene::{Answer, Scene, permit};

/// Comes back to the portal with these parameters.
async fn back(scene: &Scene, query: &str) -> Answer {
    scene.get("", &format!("/sign-on/return?{query}")).await
}

fn query(address: &str) -> &str {
    address.split_once('?').unwrap().1
}

#[tokio::test]
async fn a_citizen_signs_on_and_sees_what_is_theirs() {
    let nation = Nation::new(&[]).await;
    let code = nation.scene.submit(permit("c-1")).await;
    let question = nation.question().await;
    let asked = parameters(&question);
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(asked[name].len(), 43, "{name}");
    }
    let address = nation.signed_on(&question).await;
    assert!(address.starts_with(&format!("{}/sign-on/return?", nation.scene.portal.url())), "{address}");
    let token = back(&nation.scene, query(&address)).await.ok()["token"].as_str().unwrap().to_owned();
    let own = nation.scene.get(&token, &format!("/api/dossiers/{code}")).await.ok();
    assert_eq!(own["applicant"]["citizen_number"], CITIZEN);

    back(&nation.scene, query(&address)).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn whatever_is_not_the_answer_to_the_question_opens_nothing() {
    let nation = Nation::new(&[]).await;
    let scene = &nation.scene;
    for wrong in ["", "state=guess&code=guess", "code=x", "state=x"] {
        back(scene, wrong).await.refused(401, "unauthenticated");
    }
    let used = parameters(&nation.signed_on(&nation.question().await).await);
    back(scene, &format!("state={}&code={}", used["state"], used["code"])).await.ok();
    // The code again, under a state of its own.
    let fresh = parameters(&nation.question().await)["state"].clone();
    back(scene, &format!("state={fresh}&code={}", used["code"])).await.refused(401, "unauthenticated");
    // Another citizen's code under one's own state: the verifier does not fit.
    let theirs = parameters(&nation.signed_on(&nation.question().await).await);
    let mine = parameters(&nation.question().await)["state"].clone();
    back(scene, &format!("state={mine}&code={}", theirs["code"])).await.refused(401, "unauthenticated");
    // Another issuer, and a state that was used in vain is used up.
    let address = nation.signed_on(&nation.question().await).await;
    let (state, code) = (parameters(&address)["state"].clone(), parameters(&address)["code"].clone());
    back(scene, &format!("state={state}&code={code}&iss=http%3A%2F%2Fother.example"))
        .await
        .refused(401, "unauthenticated");
    back(scene, query(&address)).await.refused(401, "unauthenticated");
    let declined = nation.given_up(&nation.question().await).await;
    back(scene, query(&declined)).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_national_portal_out_of_order_is_said_to_be() {
    let nation = Nation::new(&[]).await;
    nation.break_down("unavailable").await;
    nation.scene.get("", "/sign-on").await.refused(502, "peer_unavailable");
    nation.repair().await;
    let address = nation.signed_on(&nation.question().await).await;
    nation.break_down("reset").await;
    back(&nation.scene, query(&address)).await.refused(502, "peer_unavailable");
}

/// An issuer whose id tokens are what a test makes them.
struct Forger {
    issuer: MockServer,
    scene: Scene,
}

fn signed(claims: &Value, algorithm: &str, key: &SigningKey) -> String {
    let header = json!({ "alg": algorithm, "kid": "k" });
    let text = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let signature: Signature = key.sign(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

impl Forger {
    async fn new(defects: &[Defect]) -> Self {
        let issuer = MockServer::start().await;
        let here = |place: &str| format!("{}{place}", issuer.uri());
        let known = json!({
            "issuer": issuer.uri(), "authorization_endpoint": here("/ask"), "token_endpoint": here("/token"),
            "jwks_uri": here("/keys"),
        });
        let point = key(1).verifying_key().to_sec1_point(false);
        let coordinate = |from: usize| URL_SAFE_NO_PAD.encode(&point.as_bytes()[from..from + 32]);
        let keys =
            json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k", "x": coordinate(1), "y": coordinate(33) }] });
        for (place, answer) in [("/.well-known/openid-configuration", known), ("/keys", keys)] {
            Mock::given(path(place))
                .respond_with(ResponseTemplate::new(200).set_body_json(answer))
                .mount(&issuer)
                .await;
        }
        let scene = Scene::linked(defects, link(&issuer.uri())).await;
        Self { issuer, scene }
    }

    /// Signs on with claims that differ so from the right ones; how the portal answers.
    async fn sign_on(&self, change: Value, algorithm: &str, key: &SigningKey) -> Answer {
        let answer = self.scene.get("", "/sign-on").await;
        let asked = parameters(answer.headers["location"].to_str().unwrap());
        let mut claims = json!({
            "iss": self.issuer.uri(), "aud": "portal", "iat": 1, "exp": 9_999_999_999_u64, "nonce": asked["nonce"],
            "citizen_number": CITIZEN,
        });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let tokens = json!({ "id_token": signed(&claims, algorithm, key) });
        let answer = ResponseTemplate::new(200).set_body_json(tokens);
        Mock::given(path("/token")).respond_with(answer).up_to_n_times(1).mount(&self.issuer).await;
        back(&self.scene, &format!("state={}&code=c", asked["state"])).await
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

#[tokio::test]
async fn an_id_token_that_is_not_right_in_everything_opens_nothing() {
    let forger = Forger::new(&[]).await;
    forger.sign_on(json!({}), "ES256", &key(1)).await.ok();
    for wrong in [
        json!({ "nonce": "other" }),
        json!({ "nonce": null }),
        json!({ "aud": "other" }),
        json!({ "iss": "http://other.example" }),
        json!({ "exp": 1 }),
        json!({ "citizen_number": "1" }),
    ] {
        forger.sign_on(wrong, "ES256", &key(1)).await.refused(401, "unauthenticated");
    }
    forger.sign_on(json!({}), "ES256", &key(2)).await.refused(401, "unauthenticated");
    forger.sign_on(json!({}), "none", &key(1)).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn each_defect_of_the_sign_on_lets_one_thing_pass() {
    let wrong_nonce = json!({ "nonce": "other" });
    let forger = Forger::new(&[Defect::NonceIgnored]).await;
    forger.sign_on(wrong_nonce.clone(), "ES256", &key(1)).await.ok();
    forger.sign_on(json!({}), "ES256", &key(2)).await.refused(401, "unauthenticated");
    let forger = Forger::new(&[Defect::UnsignedToken]).await;
    forger.sign_on(json!({}), "ES256", &key(2)).await.ok();
    forger.sign_on(json!({}), "none", &key(1)).await.ok();
    forger.sign_on(wrong_nonce, "ES256", &key(1)).await.refused(401, "unauthenticated");
    let nation = Nation::new(&[Defect::StateIgnored]).await;
    let code = parameters(&nation.signed_on(&nation.question().await).await)["code"].clone();
    back(&nation.scene, &format!("state=guess&code={code}")).await.ok();
}
