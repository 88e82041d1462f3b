//! The protocols that the bank speaks: the messages it accepts, and how it informs a portal of the outcome of a
//! payment. The money is handled alike in all of them.

pub(crate) mod national;
pub(crate) mod plain;
pub(crate) mod provincial;
pub(crate) mod vnpay_like;

use std::sync::Arc;

use axum::Router;
use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::bank::Bank;
use crate::payment::{Payment, State};
use crate::profile::Profile;

/// What a callback claims; in a faulty one this is not what the records say.
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
pub(crate) struct Callback {
    pub(crate) method: Method,
    pub(crate) url: String,
    /// JSON, or nothing.
    pub(crate) body: Bytes,
}

impl Callback {
    /// Posts a JSON message.
    fn post(url: &str, message: &Value) -> Self {
        Self { method: Method::POST, url: url.to_owned(), body: message.to_string().into() }
    }
}

/// The routes of a profile.
pub(crate) fn routes(profile: Profile) -> Router<Arc<Bank>> {
    match profile {
        Profile::Plain => plain::routes(),
        Profile::National => national::routes(),
        Profile::VnpayLike => vnpay_like::routes(),
        Profile::Provincial => provincial::routes(),
    }
}

/// The callback that makes a claim, signed with `secret`.
pub(crate) fn callback(bank: &Bank, claim: &Claim<'_>, url: &str, secret: &str) -> Callback {
    match bank.setup.profile {
        Profile::Plain => plain::callback(claim, url, secret),
        Profile::National => national::callback(claim, url, secret),
        Profile::VnpayLike => vnpay_like::callback(claim, url, secret),
        Profile::Provincial => provincial::callback(claim, url, secret),
    }
}

/// The return address of the customer, with the outcome; `None` if neither the order nor the setup names one.
pub(crate) fn way_back(bank: &Bank, payment: &Payment) -> Option<String> {
    let ordered = Some(payment.order.return_url.as_str()).filter(|url| !url.is_empty());
    let url = ordered.or(bank.setup.return_url.as_deref())?;
    Some(match bank.setup.profile {
        Profile::Plain => plain::way_back(payment, url),
        Profile::National => national::way_back(payment, url),
        Profile::VnpayLike => vnpay_like::way_back(payment, url, &bank.setup.secret),
        Profile::Provincial => provincial::way_back(payment, url),
    })
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
    fn a_reference_cannot_add_parameters_to_the_way_back() {
        let url = with_parameters("http://127.0.0.1/back?a=1", &[("reference", "H12-1-P1&code=00")]);
        assert_eq!(url, "http://127.0.0.1/back?a=1&reference=H12-1-P1%26code%3D00");
    }
}
