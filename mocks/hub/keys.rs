//! The key that id tokens are signed with: ES256, derived from the seed, because nothing here is secret.
//!
//! # Source
//! RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 section 3.4 (ES256: the raw signature, 64 bytes).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::FieldBytes;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

use crate::checksum;

/// The signing key and its name.
pub(crate) struct Key {
    signing: SigningKey,
    id: String,
}

impl Key {
    /// The key of this seed.
    pub(crate) fn new(seed: u64) -> Self {
        // One scalar in 2^32 is none; the next number makes another.
        let signing = (0..u64::MAX)
            .find_map(|round| SigningKey::from_slice(&checksum::digest(&format!("{seed}|id token key|{round}"))).ok());
        let Some(signing) = signing else { unreachable!("nearly every digest is a scalar") };
        Self { signing, id: checksum::mark(seed, "key id", 0) }
    }

    /// The public half, as published.
    pub(crate) fn jwk(&self) -> Value {
        let point = self.signing.verifying_key().to_sec1_point(false);
        let coordinate = |bytes: Option<&FieldBytes>| URL_SAFE_NO_PAD.encode(bytes.copied().unwrap_or_default());
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.id,
            "x": coordinate(point.x()), "y": coordinate(point.y()),
        })
    }

    /// Claims as a signed token.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": self.id });
        let text = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signature: Signature = self.signing.sign(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;

    use super::*;

    /// The claims of a token that the published key has signed, as a client checks them.
    pub(crate) fn verified(token: &str, jwk: &Value) -> Option<Value> {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let (text, signature) = token.rsplit_once('.')?;
        let coordinate = |name: &str| decode(jwk[name].as_str()?);
        let point = [vec![4], coordinate("x")?, coordinate("y")?].concat();
        let key = VerifyingKey::from_sec1_bytes(&point).ok()?;
        key.verify(text.as_bytes(), &Signature::from_slice(&decode(signature)?).ok()?).ok()?;
        serde_json::from_slice(&decode(text.split_once('.')?.1)?).ok()
    }

    #[test]
    fn a_signed_token_is_verified_by_the_published_key_and_by_no_other() {
        let (key, other) = (Key::new(1), Key::new(2));
        let claims = json!({ "sub": "nguyễn" });
        let token = key.sign(&claims);
        assert_eq!(verified(&token, &key.jwk()), Some(claims));
        assert_eq!(verified(&token, &other.jwk()), None);
        let forged = token.replacen('.', ".x", 1);
        assert_eq!(verified(&forged, &key.jwk()), None);
    }
}
