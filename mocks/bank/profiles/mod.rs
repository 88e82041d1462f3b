//! The protocols that the bank speaks: which messages it takes, and how it tells a portal what became of a
//! payment. What happens to the money is the same in all of them.

pub(crate) mod national;
pub(crate) mod plain;
pub(crate) mod provincial;
pub(crate) mod vnpay_like;

use std::sync::Arc;

use axum::Router;
use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::payment::{Payment, State};
use crate::server::Bank;

/// Whose protocol the bank speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Our own, the simplest: what the reference portal speaks.
    Plain,
    /// Shaped like the national payment platform, partner profile 1.0.6.
    National,
    /// Shaped like a commercial gateway whose fields begin with `vnp_`, version 2.1.0.
    VnpayLike,
    /// Shaped like the bill look-up of provincial systems of 2020.
    Provincial,
}

/// What a callback says; in a faulty one it is not what the books say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'payment> {
    pub(crate) payment: &'payment Payment,
    pub(crate) state: State,
    pub(crate) partner: &'payment str,
    /// Whole dong.
    pub(crate) amount: i64,
    pub(crate) transaction: &'payment str,
    /// Seconds since 1970.
    pub(crate) at: i64,
}

/// A call to the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: String,
    /// JSON, or nothing.
    pub(crate) body: Bytes,
}

impl Call {
    /// Posts a JSON message.
    fn post(url: &str, message: &Value) -> Self {
        Self { method: Method::POST, url: url.to_owned(), body: message.to_string().into() }
    }
}

impl Profile {
    /// All of them, the default first.
    pub const ALL: [Profile; 4] = [Profile::Plain, Profile::National, Profile::VnpayLike, Profile::Provincial];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Plain => "plain",
            Profile::National => "national",
            Profile::VnpayLike => "vnpay-like",
            Profile::Provincial => "provincial",
        }
    }

    /// The profile of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The messages it takes.
    pub(crate) fn routes(self) -> Router<Arc<Bank>> {
        match self {
            Profile::Plain => plain::routes(),
            Profile::National => national::routes(),
            Profile::VnpayLike => vnpay_like::routes(),
            Profile::Provincial => provincial::routes(),
        }
    }

    /// The callback that makes a claim, signed with `secret`.
    pub(crate) fn callback(self, claim: &Claim<'_>, url: &str, secret: &str) -> Call {
        match self {
            Profile::Plain => plain::callback(claim, url, secret),
            Profile::National => national::callback(claim, url, secret),
            Profile::VnpayLike => vnpay_like::callback(claim, url, secret),
            Profile::Provincial => provincial::callback(claim, url, secret),
        }
    }

    /// Where the customer goes back to, with what the portal may show them.
    pub(crate) fn way_back(self, payment: &Payment, url: &str, secret: &str) -> String {
        match self {
            Profile::Plain => plain::way_back(payment, url),
            Profile::National => national::way_back(payment, url),
            Profile::VnpayLike => vnpay_like::way_back(payment, url, secret),
            Profile::Provincial => provincial::way_back(payment, url),
        }
    }

    /// The field of the portal's answer that holds its reply code.
    pub(crate) fn reply_field(self) -> &'static str {
        match self {
            Profile::Plain => "code",
            Profile::National => "MaLoi",
            Profile::VnpayLike => "RspCode",
            Profile::Provincial => "return_code",
        }
    }
}

/// An address with parameters added.
fn with_parameters(url: &str, parameters: &[(&str, &str)]) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{url}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_found_by_its_name() {
        for profile in Profile::ALL {
            assert_eq!(Profile::from_name(profile.name()), Some(profile));
        }
        assert_eq!(Profile::from_name("momo"), None);
    }

    #[test]
    fn a_reference_cannot_add_parameters_to_the_way_back() {
        let url = with_parameters("http://127.0.0.1/back?a=1", &[("reference", "H12-1-P1&code=00")]);
        assert_eq!(url, "http://127.0.0.1/back?a=1&reference=H12-1-P1%26code%3D00");
    }
}
