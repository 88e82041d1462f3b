//! Validation of id tokens: signature, issuer, audience, time, and the citizen.
//!
//! # Source
//! `OpenID` Connect Core 1.0, section 3.1.3.7; RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 section 3.4 (ES256 and no other).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::submission::citizen_number;
use crate::state::sign_ons::Jwk;

/// How far the clocks of the issuer and of this portal may differ, in seconds.
const LEEWAY_S: u64 = 60;

/// Why an id token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum TokenFlaw {
    /// It is not a signed token, or lacks a required part.
    #[error("read the id token")]
    Malformed,
    /// It is not signed with ES256.
    #[error("accept another signature than ES256")]
    Algorithm,
    /// The issuer has no such key.
    #[error("find the key that the id token names")]
    UnknownKey,
    /// It was not signed with the key it names.
    #[error("verify the signature of the id token")]
    Signature,
    /// A claim is not as expected.
    #[error("accept the claim {0} of the id token")]
    Claim(&'static str),
}

/// The claims that an id token must have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'expected> {
    pub(crate) issuer: &'expected str,
    pub(crate) client: &'expected str,
    pub(crate) nonce: &'expected str,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub(crate) now_s: u64,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Value,
    exp: u64,
    iat: u64,
    nonce: Option<String>,
    #[serde(default)]
    citizen_number: String,
}

/// The citizen of a valid token.
pub(crate) fn citizen(token: &str, keys: &[Jwk], expected: Expected<'_>, defects: Defects) -> Result<u64, TokenFlaw> {
    let (text, signature) = token.rsplit_once('.').ok_or(TokenFlaw::Malformed)?;
    let (header, claims) = text.split_once('.').ok_or(TokenFlaw::Malformed)?;
    let header: Header = part(header)?;
    if !defects.has(Defect::UnsignedToken) {
        if header.alg != "ES256" {
            return Err(TokenFlaw::Algorithm);
        }
        let key = keys.iter().find(|key| key.kid == header.kid).ok_or(TokenFlaw::UnknownKey)?;
        verify(key, text, signature)?;
    }
    check(&part(claims)?, expected, defects)
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, TokenFlaw> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_no_base64| TokenFlaw::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_no_json| TokenFlaw::Malformed)
}

fn verify(key: &Jwk, text: &str, signature: &str) -> Result<(), TokenFlaw> {
    if (key.kty.as_str(), key.crv.as_str()) != ("EC", "P-256") {
        return Err(TokenFlaw::UnknownKey);
    }
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_no_base64| TokenFlaw::Signature);
    let point = [vec![4], decode(&key.x)?, decode(&key.y)?].concat();
    let key = VerifyingKey::from_sec1_bytes(&point).map_err(|_no_point| TokenFlaw::UnknownKey)?;
    let signature = Signature::from_slice(&decode(signature)?).map_err(|_no_signature| TokenFlaw::Signature)?;
    key.verify(text.as_bytes(), &signature).map_err(|_another_key| TokenFlaw::Signature)
}

fn check(claims: &Claims, expected: Expected<'_>, defects: Defects) -> Result<u64, TokenFlaw> {
    let is_for_us = match &claims.aud {
        Value::String(only) => only == expected.client,
        Value::Array(all) => matches!(all.as_slice(), [only] if only == expected.client),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    if claims.iss != expected.issuer {
        Err(TokenFlaw::Claim("iss"))
    } else if !is_for_us {
        Err(TokenFlaw::Claim("aud"))
    } else if claims.exp.saturating_add(LEEWAY_S) <= expected.now_s {
        Err(TokenFlaw::Claim("exp"))
    } else if claims.iat > expected.now_s.saturating_add(LEEWAY_S) {
        Err(TokenFlaw::Claim("iat"))
    } else if claims.nonce.as_deref() != Some(expected.nonce) && !defects.has(Defect::NonceIgnored) {
        Err(TokenFlaw::Claim("nonce"))
    } else {
        citizen_number(&claims.citizen_number).ok_or(TokenFlaw::Claim("citizen_number"))
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;
    use serde_json::json;

    use super::*;

    const EXPECTED: Expected<'_> =
        Expected { issuer: "http://hub.example", client: "portal", nonce: "n", now_s: 1_000 };

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_slice(&[seed; 32]).unwrap()
    }

    fn jwk(key: &SigningKey) -> Jwk {
        let point = key.verifying_key().to_sec1_point(false);
        let coordinate = |place: usize| URL_SAFE_NO_PAD.encode(&point.as_bytes()[place..place + 32]);
        Jwk { kty: "EC".into(), crv: "P-256".into(), kid: "k".into(), x: coordinate(1), y: coordinate(33) }
    }

    fn claims() -> Value {
        json!({ "iss": "http://hub.example", "aud": "portal", "exp": 2_000, "iat": 1_000, "nonce": "n",
            "citizen_number": "003099000001" })
    }

    fn token(algorithm: &str, claims: &Value, key: &SigningKey) -> String {
        let header = json!({ "alg": algorithm, "kid": "k" });
        let text = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signature: Signature = key.sign(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    fn read(token: &str) -> Result<u64, TokenFlaw> {
        citizen(token, &[jwk(&key(1))], EXPECTED, Defects::default())
    }

    #[test]
    fn a_token_in_order_names_its_citizen() {
        assert_eq!(read(&token("ES256", &claims(), &key(1))), Ok(3_099_000_001));
    }

    #[test]
    fn every_claim_is_looked_at() {
        for (name, value) in [
            ("iss", json!("http://other.example")),
            ("aud", json!("other")),
            ("aud", json!(["portal", "other"])),
            ("exp", json!(940)),
            ("iat", json!(1_061)),
            ("nonce", json!("other")),
            ("nonce", Value::Null),
            ("citizen_number", json!("3099000001")),
        ] {
            let mut claims = claims();
            claims[name] = value.clone();
            assert_eq!(read(&token("ES256", &claims, &key(1))), Err(TokenFlaw::Claim(name)), "{name} {value}");
        }
    }

    #[test]
    fn a_token_of_another_key_or_algorithm_or_none_is_refused() {
        assert_eq!(read(&token("ES256", &claims(), &key(2))), Err(TokenFlaw::Signature));
        assert_eq!(read(&token("none", &claims(), &key(1))), Err(TokenFlaw::Algorithm));
        let right = token("ES256", &claims(), &key(1));
        let (head, tail) = right.split_once('.').unwrap();
        assert_eq!(read(&format!("{head}.x{tail}")), Err(TokenFlaw::Signature));
        assert_eq!(read(&format!("{head}.{}.", tail.split('.').next().unwrap())), Err(TokenFlaw::Signature));
        for text in ["", ".", "..", "a.b.c", "ộ.ộ.ộ"] {
            assert_eq!(read(text), Err(TokenFlaw::Malformed), "{text}");
        }
        assert_eq!(citizen(&right, &[], EXPECTED, Defects::default()), Err(TokenFlaw::UnknownKey));
    }
}
