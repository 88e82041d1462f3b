//! Citizens sign on through the national portal: `OpenID` Connect, authorization code with PKCE.
//!
//! The state of a sign-on is kept here and not in a cookie, because it is answered with a token and not with a cookie.
//!
//! # Source
//! `OpenID` Connect Core 1.0 and Discovery 1.0; RFC 7636 (PKCE, S256), RFC 9207 (`iss` on the way back).

use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use http::Method;
use mock_ground::{Answer, Call};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::problem::{Kind, Problem};
use crate::hub_link::id_token::{self, Expected, TokenFlaw};
use crate::state::clock::wall_ns;
use crate::state::config::Hub;
use crate::state::portal::Portal;
use crate::state::sign_ons::{Issuer, Jwk, SignOn};

#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// The parameters of the redirect back.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
pub(crate) struct WayBack {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// Starts a sign-on; returns the address to which the citizen is redirected.
pub(crate) async fn begin(portal: &Portal) -> Result<String, Problem> {
    let hub = hub(portal)?;
    let issuer = issuer(portal, hub).await?;
    let sign_on = portal.sign_ons.pending.lock().unwrap_or_else(PoisonError::into_inner).begin(wall_ns());
    let question = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", &hub.name),
            ("redirect_uri", &redirect_uri(portal)),
            ("scope", "openid profile"),
            ("state", &sign_on.state),
            ("nonce", &sign_on.nonce),
            ("code_challenge", &sign_on.challenge()),
            ("code_challenge_method", "S256"),
        ])
        .finish();
    let place = &issuer.authorization_endpoint;
    let mark = if place.contains('?') { '&' } else { '?' };
    Ok(format!("{place}{mark}{question}"))
}

/// Ends a sign-on; returns the citizen.
pub(crate) async fn finish(portal: &Portal, back: WayBack) -> Result<u64, Problem> {
    let hub = hub(portal)?;
    let state = back.state.as_deref().unwrap_or_default();
    let defects = portal.switches.get();
    let sign_on =
        portal.sign_ons.pending.lock().unwrap_or_else(PoisonError::into_inner).take(state, wall_ns(), defects);
    let sign_on = sign_on.ok_or_else(|| refused("there is no such sign-on, or it took too long"))?;
    if back.iss.is_some_and(|issuer| issuer != hub.url) {
        return Err(refused("another issuer answers"));
    }
    let code = back.code.filter(|_| back.error.is_none());
    let code = code.ok_or_else(|| refused("the national portal did not sign the citizen on"))?;
    let token = redeem(portal, hub, &sign_on, &code).await?;
    citizen(portal, hub, &sign_on, &token).await
}

fn refused(why: &'static str) -> Problem {
    Problem::new(Kind::Unauthenticated, why)
}

fn hub(portal: &Portal) -> Result<&Hub, Problem> {
    portal.config.hub.as_ref().ok_or_else(|| Problem::not_found("sign-on: the portal is linked to no national portal"))
}

fn redirect_uri(portal: &Portal) -> String {
    format!("{}/sign-on/return", portal.url)
}

/// Exchanges the code for an id token.
async fn redeem(portal: &Portal, hub: &Hub, sign_on: &SignOn, code: &str) -> Result<String, Problem> {
    let issuer = issuer(portal, hub).await?;
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri(portal)),
            ("client_id", &hub.name),
            ("client_secret", &hub.secret),
            ("code_verifier", &sign_on.verifier),
        ])
        .finish();
    let answer = ask(portal, hub, Method::POST, &issuer.token_endpoint, form.into()).await?;
    if answer.status.is_client_error() {
        return Err(refused("the national portal does not take the code"));
    }
    let tokens: Tokens = understood(&answer)?;
    Ok(tokens.id_token)
}

/// The citizen whom the id token names. The issuer may have changed its key since it was asked.
async fn citizen(portal: &Portal, hub: &Hub, sign_on: &SignOn, token: &str) -> Result<u64, Problem> {
    let now_s = wall_ns() / 1_000_000_000;
    let expected = Expected { issuer: &hub.url, client: &hub.name, nonce: &sign_on.nonce, now_s };
    let defects = portal.switches.get();
    let mut read = id_token::citizen(token, &issuer(portal, hub).await?.keys, expected, defects);
    if read == Err(TokenFlaw::UnknownKey) {
        read = id_token::citizen(token, &discover(portal, hub).await?.keys, expected, defects);
    }
    read.map_err(|flaw| Problem::new(Kind::Unauthenticated, format!("could not {flaw}")))
}

/// What is known of the issuer; discovered at the first use.
async fn issuer(portal: &Portal, hub: &Hub) -> Result<Arc<Issuer>, Problem> {
    let known = portal.sign_ons.issuer.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match known {
        Some(known) => Ok(known),
        None => discover(portal, hub).await,
    }
}

async fn discover(portal: &Portal, hub: &Hub) -> Result<Arc<Issuer>, Problem> {
    let place = format!("{}/.well-known/openid-configuration", hub.url);
    let found: Discovered = understood(&ask(portal, hub, Method::GET, &place, Bytes::new()).await?)?;
    if found.issuer != hub.url {
        return Err(Problem::new(Kind::PeerUnavailable, "the issuer says that it is another one"));
    }
    let keys: Keys = understood(&ask(portal, hub, Method::GET, &found.jwks_uri, Bytes::new()).await?)?;
    let issuer = Arc::new(Issuer {
        authorization_endpoint: found.authorization_endpoint,
        token_endpoint: found.token_endpoint,
        keys: keys.keys,
    });
    *portal.sign_ons.issuer.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&issuer));
    Ok(issuer)
}

async fn ask(portal: &Portal, hub: &Hub, method: Method, url: &str, body: Bytes) -> Result<Answer, Problem> {
    let content_type = Some("application/x-www-form-urlencoded");
    let call = Call { method, content_type, body, timeout: hub.timeout, ..Call::get(url) };
    let _permit = portal.caller.permit().await;
    let answer = portal.caller.once(&call).await;
    answer.map_err(|error| Problem::new(Kind::PeerUnavailable, format!("could not {error}")))
}

fn understood<T: DeserializeOwned>(Answer { status, body }: &Answer) -> Result<T, Problem> {
    let read = if status.is_success() { serde_json::from_slice(body).ok() } else { None };
    read.ok_or_else(|| Problem::new(Kind::PeerUnavailable, format!("the national portal answered {status}")))
}
