//! Sign-ons that are under way: each `state` is valid once and for a short time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::checksum;

/// How many sign-ons may be under way; the next one ends the oldest. One takes 400 bytes: under 2 MB in all.
const CAPACITY: usize = 4_096;
/// How long a citizen has to sign on, in nanoseconds of wall time: five minutes.
const LIFETIME_NS: u64 = 300 * 1_000_000_000;

/// Sign-ons under way, and what is known of the issuer.
#[derive(Debug)]
pub(crate) struct SignOns {
    pub(crate) pending: Mutex<Pending>,
    /// None before the first sign-on; a key that is not among those known is asked for again.
    pub(crate) issuer: Mutex<Option<Arc<Issuer>>>,
}

impl SignOns {
    pub(crate) fn new(seed: u64) -> Self {
        Self { pending: Mutex::new(Pending::new(seed)), issuer: Mutex::new(None) }
    }
}

/// What an issuer says of itself.
#[derive(Debug)]
pub(crate) struct Issuer {
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) keys: Vec<Jwk>,
}

/// A public key as an issuer publishes it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Jwk {
    pub(crate) kty: String,
    pub(crate) crv: String,
    pub(crate) kid: String,
    pub(crate) x: String,
    pub(crate) y: String,
}

/// What the portal must remember until the citizen comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignOn {
    /// Names it on the way there and back.
    pub(crate) state: String,
    /// The nonce that the id token must contain.
    pub(crate) nonce: String,
    /// Proves to the issuer that the code is redeemed by the one who asked (PKCE).
    pub(crate) verifier: String,
    begun_ns: u64,
}

impl SignOn {
    /// What the issuer receives of the verifier beforehand (RFC 7636, S256).
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(checksum::digest(&self.verifier))
    }
}

/// All sign-ons that are under way.
#[derive(Debug)]
pub(crate) struct Pending {
    /// The secret from which names are drawn.
    seed: u64,
    begun: u64,
    by_state: HashMap<String, SignOn>,
    order: VecDeque<String>,
}

impl Pending {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, begun: 0, by_state: HashMap::new(), order: VecDeque::new() }
    }

    pub(crate) fn begin(&mut self, now_ns: u64) -> SignOn {
        self.begun += 1;
        let name = |purpose: &str| {
            URL_SAFE_NO_PAD.encode(checksum::digest(&format!("{}|{purpose}|{}|{now_ns}", self.seed, self.begun)))
        };
        let sign_on =
            SignOn { state: name("state"), nonce: name("nonce"), verifier: name("verifier"), begun_ns: now_ns };
        if self.order.len() >= CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_state.remove(&oldest);
        }
        self.order.push_back(sign_on.state.clone());
        self.by_state.insert(sign_on.state.clone(), sign_on.clone());
        sign_on
    }

    /// The sign-on of this state, which is none from here on.
    pub(crate) fn take(&mut self, state: &str, now_ns: u64, defects: Defects) -> Option<SignOn> {
        if defects.has(Defect::StateIgnored) {
            return self.order.back().and_then(|newest| self.by_state.get(newest)).cloned();
        }
        let sign_on = self.by_state.remove(state)?;
        (now_ns.saturating_sub(sign_on.begun_ns) < LIFETIME_NS).then_some(sign_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_good_once_and_in_time() {
        let mut pending = Pending::new(1);
        let (first, late) = (pending.begin(0), pending.begin(0));
        assert_ne!(first.state, late.state);
        assert_eq!(pending.take(&first.state, LIFETIME_NS - 1, Defects::default()), Some(first.clone()));
        assert_eq!(pending.take(&first.state, 1, Defects::default()), None, "it was good once");
        assert_eq!(pending.take(&late.state, LIFETIME_NS, Defects::default()), None, "it took too long");
        assert_eq!(pending.take("guess", 1, Defects::default()), None);
    }

    #[test]
    fn when_there_is_no_room_the_oldest_ends() {
        let mut pending = Pending::new(1);
        let states: Vec<String> = (0..=CAPACITY).map(|_| pending.begin(0).state).collect();
        assert_eq!((pending.order.len(), pending.by_state.len()), (CAPACITY, CAPACITY));
        assert_eq!(pending.take(&states[0], 0, Defects::default()), None);
        assert!(pending.take(&states[CAPACITY], 0, Defects::default()).is_some());
    }

    #[test]
    fn the_challenge_is_the_published_one() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let sign_on = SignOn { state: String::new(), nonce: String::new(), verifier, begun_ns: 0 };
        assert_eq!(sign_on.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
