//! A client that signs a citizen on, and everything it may get wrong.

use std::collections::HashMap;
use std::time::Duration;

use super::*;
use crate::keys::tests::verified;

const CITIZEN: &str = "011300000001";
const REDIRECT: &str = "http://127.0.0.1:4711/sign-on/return";
/// Verifier and challenge as RFC 7636, appendix B, publishes them.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const FORM: &str = "application/x-www-form-urlencoded";

fn question(change: &[(&str, &str)]) -> String {
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", "portal"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid%20profile"),
        ("state", "st%26te"),
        ("nonce", "n0nce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in change {
        parameters.retain(|(known, _)| known != name);
        parameters.push((name, value));
    }
    let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("/oidc/authorize?{}", pairs.join("&"))
}

/// The hidden name of the sign-on on a page.
fn login(page: &Said) -> String {
    let after = page.text.split("name=\"login\" value=\"").nth(1).expect(&page.text);
    after.split('"').next().unwrap().to_owned()
}

/// The last one-time code that the citizen was sent.
async fn once(scene: &Scene) -> String {
    let inbox = scene.get(&format!("/messages?recipient=%2B84000{CITIZEN}")).await.json();
    let last = inbox["messages"].as_array().unwrap().last().unwrap().clone();
    last["text"].as_str().unwrap()[..6].to_owned()
}

/// Where the citizen is sent back to: its parameters.
fn way_back(said: &Said) -> HashMap<String, String> {
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    let address = said.headers["location"].to_str().unwrap();
    let (place, parameters) = address.split_once('?').unwrap();
    assert_eq!(place, REDIRECT);
    parameters
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Walks the pages to the end; the parameters of the way back.
async fn signed_on(scene: &Scene) -> HashMap<String, String> {
    let login = login(&scene.get(&question(&[])).await);
    let body = format!("login={login}&citizen_number={CITIZEN}&password=vandan");
    assert_eq!(scene.post("/oidc/login", FORM, body).await.status, StatusCode::OK);
    let body = format!("login={login}&once={}", once(scene).await);
    way_back(&scene.post("/oidc/verify", FORM, body).await)
}

async fn redeem(scene: &Scene, code: &str, change: &[(&str, &str)]) -> Said {
    let mut parameters = HashMap::from([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("client_id", "portal"),
        ("client_secret", SECRET),
        ("code_verifier", VERIFIER),
    ]);
    parameters.extend(change.iter().copied());
    let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    scene.post("/oidc/token", FORM, pairs.join("&")).await
}

/// An access token of the citizen.
pub(super) async fn token(scene: &Scene) -> String {
    let code = signed_on(scene).await["code"].clone();
    redeem(scene, &code, &[]).await.json()["access_token"].as_str().unwrap().to_owned()
}

async fn userinfo(scene: &Scene, token: &str) -> Said {
    let request = Request::builder()
        .uri(format!("{}/oidc/userinfo", scene.hub.url()))
        .header("authorization", format!("Bearer {token}"));
    scene.send(request.body(Full::default()).unwrap()).await
}

#[tokio::test]
async fn a_citizen_signs_on_and_the_client_checks_everything() {
    let scene = Scene::new();
    let discovery = scene.get("/.well-known/openid-configuration").await.json();
    assert_eq!(discovery["issuer"], scene.hub.url());
    let back = signed_on(&scene).await;
    assert_eq!(back["state"], "st%26te");
    let said = redeem(&scene, &back["code"], &[]).await;
    assert_eq!(said.headers["cache-control"], "no-store");
    let tokens = said.json();

    let jwks = scene.get("/oidc/jwks").await.json();
    let claims = verified(tokens["id_token"].as_str().unwrap(), &jwks["keys"][0]).expect("the signature holds");
    assert_eq!((&claims["iss"], &claims["aud"]), (&discovery["issuer"], &json!("portal")));
    assert_eq!((&claims["nonce"], &claims["citizen_number"]), (&json!("n0nce"), &json!(CITIZEN)));
    let lifetime = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert_eq!(lifetime, 3_600);
    let who = userinfo(&scene, tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!((&who["sub"], &who["name"]), (&claims["sub"], &claims["name"]));
    assert_eq!(column(&scene.signals().await, "kind"), ["sign_on_begun", "signed_on", "token"]);
}

#[tokio::test]
async fn a_code_used_twice_is_refused_and_ends_the_token() {
    let scene = Scene::new();
    let code = signed_on(&scene).await["code"].clone();
    let token = redeem(&scene, &code, &[]).await.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(userinfo(&scene, &token).await.status, StatusCode::OK);
    let again = redeem(&scene, &code, &[]).await;
    assert_eq!((again.status, &again.json()["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    assert_eq!(userinfo(&scene, &token).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn whatever_does_not_fit_the_code_is_refused() {
    let scene = Scene::new();
    let wrong = "x".repeat(43);
    for (name, value, status, error) in [
        ("code_verifier", wrong.as_str(), 400, "invalid_grant"),
        ("code_verifier", "", 400, "invalid_grant"),
        ("redirect_uri", "http://127.0.0.1:4711/other", 400, "invalid_grant"),
        ("code", "guess", 400, "invalid_grant"),
        ("client_secret", "guess", 401, "invalid_client"),
        ("client_id", "other", 401, "invalid_client"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
    ] {
        let code = signed_on(&scene).await["code"].clone();
        let said = redeem(&scene, &code, &[(name, value)]).await;
        assert_eq!((said.status.as_u16(), &said.json()["error"]), (status, &json!(error)), "{name}={value}");
    }
}

#[tokio::test]
async fn a_code_that_has_run_out_is_refused() {
    let mut config = config();
    config.lifetimes.code = Duration::ZERO;
    let scene = Scene::with(config);
    let code = signed_on(&scene).await["code"].clone();
    assert_eq!(redeem(&scene, &code, &[]).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_login_that_has_run_out_is_refused() {
    let mut config = config();
    config.lifetimes.login = Duration::ZERO;
    let scene = Scene::with(config);
    let login = login(&scene.get(&question(&[])).await);
    let body = format!("login={login}&citizen_number={CITIZEN}&password=vandan");
    assert_eq!(scene.post("/oidc/login", FORM, body).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_wrong_question_goes_back_to_the_client_with_its_state_or_nowhere() {
    let scene = Scene::new();
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "profile", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
    ] {
        let back = way_back(&scene.get(&question(&[(name, value)])).await);
        assert_eq!((back["error"].as_str(), back["state"].as_str()), (error, "st%26te"));
    }
    for (name, value) in [("client_id", "other"), ("redirect_uri", "http://portal.example/x")] {
        let said = scene.get(&question(&[(name, value)])).await;
        assert_eq!((said.status, said.headers.get("location")), (StatusCode::BAD_REQUEST, None));
    }
}

#[tokio::test]
async fn a_wrong_password_or_one_time_code_is_refused() {
    let scene = Scene::new();
    let login = login(&scene.get(&question(&[])).await);
    for wrong in [format!("citizen_number={CITIZEN}&password=guess"), "citizen_number=1&password=vandan".into()] {
        let said = scene.post("/oidc/login", FORM, format!("login={login}&{wrong}")).await;
        assert_eq!(said.status, StatusCode::UNAUTHORIZED);
    }
    let body = format!("login={login}&citizen_number={CITIZEN}&password=vandan");
    scene.post("/oidc/login", FORM, body).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let said = scene.post("/oidc/verify", FORM, format!("login={login}&once=none")).await;
        statuses.push(said.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 403, 400]);
}

#[tokio::test]
async fn who_cancels_is_sent_back() {
    let scene = Scene::new();
    let login = login(&scene.get(&question(&[])).await);
    let said = scene.post("/oidc/login", FORM, format!("login={login}&action=cancel")).await;
    assert_eq!(way_back(&said)["error"], "access_denied");
}

#[tokio::test]
async fn text_from_a_question_cannot_become_markup() {
    let scene = Scene::new();
    let said = scene.get(&question(&[("client_id", "%3Cb%3E")])).await;
    assert!(!said.text.contains("<b>"));
    let said = scene.post("/oidc/login", FORM, "login=%22%3E%3Cb%3E").await;
    assert!(said.status.is_client_error() && !said.text.contains("<b>"));
    for kind in ["application/json", ""] {
        assert!(scene.post("/oidc/token", kind, "{}").await.status.is_client_error());
    }
}
