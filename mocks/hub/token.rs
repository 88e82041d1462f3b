//! The part of the sign-on that clients use: discovery, keys, tokens, user info.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequestParts, State as Shared};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::citizens;
use crate::config::Client;
use crate::grants::{Claim, Holder, Refused};
use crate::hub::Hub;
use crate::ledger::{Direction, Message};
use crate::wire;

/// `GET /.well-known/openid-configuration`: the discovery document.
pub(crate) async fn discovery(Shared(hub): Shared<Arc<Hub>>) -> Json<Value> {
    let here = |path: &str| format!("{}{path}", hub.url);
    Json(json!({
        "issuer": hub.url,
        "authorization_endpoint": here("/oidc/authorize"),
        "token_endpoint": here("/oidc/token"),
        "userinfo_endpoint": here("/oidc/userinfo"),
        "jwks_uri": here("/oidc/jwks"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "profile", "phone"],
        "claims_supported": ["sub", "name", "citizen_number", "phone_number", "nonce", "auth_time"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "authorization_response_iss_parameter_supported": true,
        "ui_locales_supported": ["vi", "en"],
    }))
}

/// `GET /oidc/jwks`: the keys that tokens are signed with.
pub(crate) async fn jwks(Shared(hub): Shared<Arc<Hub>>) -> Json<Value> {
    Json(json!({ "keys": [hub.key.jwk()] }))
}

/// What a client posts to exchange a code for tokens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Shown {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
    client_id: String,
    client_secret: String,
}

/// `POST /oidc/token`: a code becomes an access token and an id token.
pub(crate) async fn exchange(
    Shared(hub): Shared<Arc<Hub>>,
    headers: HeaderMap,
    shown: Result<Form<Shown>, FormRejection>,
) -> Response {
    let Ok(Form(mut shown)) = shown else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", "the form cannot be read");
    };
    if let Some((id, secret)) = basic(&headers) {
        (shown.client_id, shown.client_secret) = (id, secret);
    }
    let client = hub.config.clients.iter().find(|client| client.id == shown.client_id);
    if client.is_none_or(|client| !is_proved(client, &shown.client_secret)) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", "the client is not known or its secret is wrong");
    }
    if shown.grant_type != "authorization_code" {
        return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", "only authorization_code is taken");
    }
    let claim = Claim {
        code: &shown.code,
        client: &shown.client_id,
        redirect_uri: &shown.redirect_uri,
        verifier: &shown.code_verifier,
    };
    let redeemed = redeem(&hub, claim);
    match redeemed {
        Ok((token, holder)) => grant(&hub, &token, &holder),
        Err(refused) => refuse(StatusCode::BAD_REQUEST, "invalid_grant", reason(refused)),
    }
}

fn redeem(hub: &Hub, claim: Claim<'_>) -> Result<(String, Holder), Refused> {
    let mut records = hub.records();
    let redeemed = records.grants.redeem(claim, mock_ground::unix_ms());
    if !records.ledger.is_full() {
        records.ledger.enter(Message {
            direction: Direction::In,
            reference: claim.client.to_owned(),
            state: if redeemed.is_ok() { "granted" } else { "refused" },
            status: Some(if redeemed.is_ok() { 200 } else { 400 }),
            detail: redeemed.as_ref().err().map_or_else(String::new, |refused| reason(*refused).to_owned()),
            ..Message::internal("token")
        });
    }
    redeemed
}

/// The client's name and secret in the header, if present.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let text = String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ")?).ok()?).ok()?;
    text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

fn is_proved(client: &Client, secret: &str) -> bool {
    client.secret.as_ref().is_none_or(|expected| expected == secret)
}

fn grant(hub: &Hub, token: &str, holder: &Holder) -> Response {
    let issued = holder.issued_ms / 1_000;
    let lifetime = hub.config.lifetimes.token.as_secs();
    let mut claims = json!({
        "iss": hub.url, "sub": subject(hub, holder), "aud": holder.client, "iat": issued, "auth_time": issued,
        "exp": issued + lifetime, "name": citizens::name(&holder.citizen), "citizen_number": holder.citizen,
        "phone_number": citizens::phone(&holder.citizen),
    });
    if let (Some(claims), false) = (claims.as_object_mut(), holder.nonce.is_empty()) {
        claims.insert("nonce".into(), holder.nonce.clone().into());
    }
    let body = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": lifetime, "id_token": hub.key.sign(&claims),
    });
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// A pseudonym of a citizen.
fn subject(hub: &Hub, holder: &Holder) -> String {
    format!("{:016x}", crate::checksum::draw(hub.config.seed, "subject", &holder.citizen))
}

fn reason(refused: Refused) -> &'static str {
    match refused {
        Refused::NoCode | Refused::NoLogin => "there is no such code, or it has run out",
        Refused::Spent => "the code was used before",
        Refused::NotYours => "the code was given to another client or for another address",
        Refused::WrongVerifier => "the verifier does not meet the challenge",
        Refused::WrongCode | Refused::TooOften => "the one-time code is wrong",
    }
}

fn refuse(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// A citizen who presents an access token.
pub(crate) struct Citizen(pub(crate) Holder);

impl FromRequestParts<Arc<Hub>> for Citizen {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, Response> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer "));
        let holder = token.and_then(|token| hub.records().grants.holder(token, mock_ground::unix_ms()).cloned());
        holder.map(Self).ok_or_else(|| {
            let mut response = wire::problem(StatusCode::UNAUTHORIZED, "Chưa đăng nhập", "No citizen is signed on");
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        })
    }
}

/// `GET /oidc/userinfo`: the citizen of an access token.
pub(crate) async fn userinfo(Shared(hub): Shared<Arc<Hub>>, Citizen(holder): Citizen) -> Json<Value> {
    Json(json!({
        "sub": subject(&hub, &holder), "name": citizens::name(&holder.citizen), "citizen_number": holder.citizen,
        "phone_number": citizens::phone(&holder.citizen),
    }))
}
