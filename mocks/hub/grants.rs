//! The rules of the sign-on, without HTTP: a login becomes a code, a code becomes a token, each once and in time.
//!
//! # Source
//! RFC 6749 section 4.1 (authorization code), RFC 7636 (PKCE, method S256 only), `OpenID` Connect Core 1.0.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::checksum;
use crate::config::Lifetimes;
use crate::ring::Ring;

/// How many logins, codes and tokens are kept of each; the next one drops the oldest. A login or a code takes about
/// 1 kB with usual addresses, a token 200 bytes: 150 MB in all.
const CAPACITY: usize = 65_536;
/// How often a one-time code may be wrong before the login ends.
const TRIES: u8 = 3;

/// What a client asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) state: String,
    pub(crate) nonce: String,
    /// The S256 challenge that the code's verifier must meet.
    pub(crate) challenge: String,
}

/// A citizen who is signing on.
#[derive(Debug, Clone)]
struct Login {
    request: AuthorizationRequest,
    opened_ms: u64,
    /// Who, and the one-time code that proves it; `None` before the password was right.
    waiting: Option<(String, String)>,
    wrong: u8,
}

/// A code that was handed out.
#[derive(Debug, Clone)]
struct Code {
    request: AuthorizationRequest,
    citizen: String,
    issued_ms: u64,
    /// The token it was exchanged for; a second use revokes it.
    spent: Option<String>,
}

/// A citizen who is signed on at a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) citizen: String,
    pub(crate) client: String,
    pub(crate) nonce: String,
    pub(crate) issued_ms: u64,
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is no such login, or it took too long.
    NoLogin,
    /// The one-time code is wrong, and may be tried again.
    WrongCode,
    /// The one-time code was wrong too often.
    TooOften,
    /// There is no such authorization code, or it has expired.
    NoCode,
    /// The authorization code was used before; its token is revoked.
    Spent,
    /// The code belongs to another client or another address.
    NotYours,
    /// The verifier does not meet the challenge.
    WrongVerifier,
}

/// What a client presents to exchange a code for a token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'claim> {
    pub(crate) code: &'claim str,
    pub(crate) client: &'claim str,
    pub(crate) redirect_uri: &'claim str,
    pub(crate) verifier: &'claim str,
}

/// All logins, codes and tokens.
#[derive(Debug)]
pub(crate) struct Grants {
    seed: u64,
    lifetimes: Lifetimes,
    /// How many names were issued; makes each unique.
    given: u64,
    logins: Ring<Login>,
    codes: Ring<Code>,
    tokens: Ring<Holder>,
}

impl Grants {
    pub(crate) fn new(seed: u64, lifetimes: Lifetimes) -> Self {
        let (logins, codes, tokens) = (Ring::new(CAPACITY), Ring::new(CAPACITY), Ring::new(CAPACITY));
        Self { seed, lifetimes, given: 0, logins, codes, tokens }
    }

    fn name(&mut self, purpose: &str) -> String {
        self.given += 1;
        checksum::mark(self.seed, purpose, self.given)
    }

    /// Starts a sign-on and returns its name.
    pub(crate) fn begin(&mut self, request: AuthorizationRequest, now_ms: u64) -> String {
        let name = self.name("login");
        self.logins.keep(name.clone(), Login { request, opened_ms: now_ms, waiting: None, wrong: 0 });
        name
    }

    /// What the client of a login asked for.
    pub(crate) fn request(&self, login: &str, now_ms: u64) -> Result<&AuthorizationRequest, Refused> {
        let lifetime = self.lifetimes.login;
        let login = self.logins.get(login).filter(|login| is_fresh(login.opened_ms, lifetime, now_ms));
        login.map(|login| &login.request).ok_or(Refused::NoLogin)
    }

    /// The password was right: makes the one-time code of six digits that the citizen is sent.
    pub(crate) fn challenge(&mut self, login: &str, citizen: &str, now_ms: u64) -> Result<String, Refused> {
        self.request(login, now_ms)?;
        self.given += 1;
        let digits = checksum::draw(self.seed, "one-time code", &format!("{login}|{}", self.given)) % 1_000_000;
        let once = format!("{digits:06}");
        let login = self.logins.get_mut(login).ok_or(Refused::NoLogin)?;
        login.waiting = Some((citizen.to_owned(), once.clone()));
        Ok(once)
    }

    /// The citizen shows the one-time code: the login becomes an authorization code.
    pub(crate) fn prove(
        &mut self,
        login: &str,
        once: &str,
        now_ms: u64,
    ) -> Result<(AuthorizationRequest, String), Refused> {
        self.request(login, now_ms)?;
        let known = self.logins.get_mut(login).ok_or(Refused::NoLogin)?;
        let (citizen, expected) = known.waiting.clone().ok_or(Refused::NoLogin)?;
        if once != expected {
            known.wrong += 1;
            if known.wrong < TRIES {
                return Err(Refused::WrongCode);
            }
            self.logins.take(login);
            return Err(Refused::TooOften);
        }
        let request = known.request.clone();
        self.logins.take(login);
        let code = self.name("code");
        self.codes.keep(code.clone(), Code { request: request.clone(), citizen, issued_ms: now_ms, spent: None });
        Ok((request, code))
    }

    /// The citizen does not want to: the login ends.
    pub(crate) fn cancel(&mut self, login: &str, now_ms: u64) -> Result<AuthorizationRequest, Refused> {
        let request = self.request(login, now_ms)?.clone();
        self.logins.take(login);
        Ok(request)
    }

    /// Exchanges a code for an access token. Any use of a code, valid or not, consumes it.
    pub(crate) fn redeem(&mut self, claim: Claim<'_>, now_ms: u64) -> Result<(String, Holder), Refused> {
        let lifetime = self.lifetimes.code;
        let code = self.codes.get(claim.code).cloned().ok_or(Refused::NoCode)?;
        if let Some(token) = &code.spent {
            self.tokens.take(token);
            return Err(Refused::Spent);
        }
        if !is_fresh(code.issued_ms, lifetime, now_ms) {
            return Err(Refused::NoCode);
        }
        if code.request.client != claim.client || code.request.redirect_uri != claim.redirect_uri {
            return Err(Refused::NotYours);
        }
        let token = self.name("token");
        if let Some(code) = self.codes.get_mut(claim.code) {
            code.spent = Some(token.clone());
        }
        if !meets(claim.verifier, &code.request.challenge) {
            return Err(Refused::WrongVerifier);
        }
        let holder =
            Holder { citizen: code.citizen, client: code.request.client, nonce: code.request.nonce, issued_ms: now_ms };
        self.tokens.keep(token.clone(), holder.clone());
        Ok((token, holder))
    }

    /// The citizen of this access token, if it has not expired.
    pub(crate) fn holder(&self, token: &str, now_ms: u64) -> Option<&Holder> {
        self.tokens.get(token).filter(|holder| is_fresh(holder.issued_ms, self.lifetimes.token, now_ms))
    }
}

fn is_fresh(since_ms: u64, lifetime: Duration, now_ms: u64) -> bool {
    Duration::from_millis(now_ms.saturating_sub(since_ms)) < lifetime
}

/// Whether a verifier is in form (RFC 7636, 4.1) and its SHA-256 is the challenge.
fn meets(verifier: &str, challenge: &str) -> bool {
    let is_in_form = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    is_in_form && URL_SAFE_NO_PAD.encode(checksum::digest(verifier)) == challenge
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    /// The challenge that RFC 7636, appendix B, publishes for this verifier.
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn lifetimes() -> Lifetimes {
        let (login, code) = (Duration::from_secs(300), Duration::from_secs(60));
        Lifetimes { login, code, token: Duration::from_secs(3_600), session: login }
    }

    fn request() -> AuthorizationRequest {
        AuthorizationRequest {
            client: "portal".into(),
            redirect_uri: "http://127.0.0.1/back".into(),
            scope: "openid".into(),
            state: "s".into(),
            nonce: "n".into(),
            challenge: CHALLENGE.into(),
        }
    }

    fn claim(code: &str) -> Claim<'_> {
        Claim { code, client: "portal", redirect_uri: "http://127.0.0.1/back", verifier: VERIFIER }
    }

    fn code(grants: &mut Grants, now_ms: u64) -> String {
        let login = grants.begin(request(), now_ms);
        let once = grants.challenge(&login, "011300000001", now_ms).unwrap();
        grants.prove(&login, &once, now_ms).unwrap().1
    }

    #[test]
    fn a_login_becomes_a_code_and_a_code_a_token() {
        let mut grants = Grants::new(1, lifetimes());
        let code = code(&mut grants, 0);
        let (token, holder) = grants.redeem(claim(&code), 59_999).unwrap();
        assert_eq!((holder.citizen.as_str(), holder.nonce.as_str()), ("011300000001", "n"));
        assert_eq!(grants.holder(&token, 60_000), Some(&holder));
        assert_eq!(grants.holder(&token, 59_999 + 3_600_000), None, "a token runs out");
    }

    #[test]
    fn a_code_runs_out() {
        let mut grants = Grants::new(1, lifetimes());
        let code = code(&mut grants, 0);
        assert_eq!(grants.redeem(claim(&code), 60_000).unwrap_err(), Refused::NoCode);
    }

    #[test]
    fn a_code_shown_twice_ends_the_token_it_was_turned_into() {
        let mut grants = Grants::new(1, lifetimes());
        let code = code(&mut grants, 0);
        let (token, _) = grants.redeem(claim(&code), 0).unwrap();
        assert_eq!(grants.redeem(claim(&code), 0).unwrap_err(), Refused::Spent);
        assert_eq!(grants.holder(&token, 0), None);
    }

    #[test]
    fn another_verifier_client_or_address_gets_nothing() {
        let mut grants = Grants::new(1, lifetimes());
        let wrong = "x".repeat(43);
        for (change, refused) in [
            (Claim { verifier: &wrong, ..claim("") }, Refused::WrongVerifier),
            (Claim { verifier: "", ..claim("") }, Refused::WrongVerifier),
            (Claim { client: "other", ..claim("") }, Refused::NotYours),
            (Claim { redirect_uri: "http://127.0.0.1/other", ..claim("") }, Refused::NotYours),
        ] {
            let code = code(&mut grants, 0);
            assert_eq!(grants.redeem(Claim { code: &code, ..change }, 0).unwrap_err(), refused);
        }
        assert_eq!(grants.redeem(claim("guess"), 0).unwrap_err(), Refused::NoCode);
    }

    #[test]
    fn a_one_time_code_may_be_wrong_twice_and_works_once() {
        let mut grants = Grants::new(1, lifetimes());
        let login = grants.begin(request(), 0);
        assert_eq!(grants.prove(&login, "000000", 0).unwrap_err(), Refused::NoLogin, "no password yet");
        let once = grants.challenge(&login, "011300000001", 0).unwrap();
        for refused in [Refused::WrongCode, Refused::WrongCode, Refused::TooOften, Refused::NoLogin] {
            assert_eq!(grants.prove(&login, "none", 0).unwrap_err(), refused);
        }
        assert_eq!(grants.prove(&login, &once, 0).unwrap_err(), Refused::NoLogin);
    }

    #[test]
    fn a_login_runs_out_and_may_be_cancelled() {
        let mut grants = Grants::new(1, lifetimes());
        let login = grants.begin(request(), 0);
        assert_eq!(grants.request(&login, 300_000).unwrap_err(), Refused::NoLogin);
        assert_eq!(grants.cancel(&login, 1).unwrap(), request());
        assert_eq!(grants.request(&login, 1).unwrap_err(), Refused::NoLogin);
    }
}
