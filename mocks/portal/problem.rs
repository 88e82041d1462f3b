//! Refusals, as problem details.
//!
//! # Source
//! RFC 9457, with the members `error_code` (a stable word) and `errors` (every wrong field).

use std::borrow::Cow;

use axum::Json;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Why something was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Malformed,
    TooLarge,
    Validation,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    IllegalTransition,
    PaymentRequired,
    PaymentInProgress,
    NothingToPay,
    AlreadyPaid,
    PeerUnavailable,
}

impl Kind {
    fn status(self) -> StatusCode {
        match self {
            Kind::Malformed => StatusCode::BAD_REQUEST,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Validation => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Kind::IllegalTransition
            | Kind::PaymentRequired
            | Kind::PaymentInProgress
            | Kind::NothingToPay
            | Kind::AlreadyPaid => StatusCode::CONFLICT,
            Kind::PeerUnavailable => StatusCode::BAD_GATEWAY,
        }
    }

    /// The stable word and the title.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Kind::Malformed => ("malformed", "The request cannot be read"),
            Kind::TooLarge => ("too_large", "The request is too large"),
            Kind::Validation => ("validation", "Some fields are wrong"),
            Kind::Unauthenticated => ("unauthenticated", "Nobody is signed in"),
            Kind::Forbidden => ("forbidden", "This person may not do that"),
            Kind::NotFound => ("not_found", "There is no such thing"),
            Kind::MethodNotAllowed => ("method_not_allowed", "That cannot be done here"),
            Kind::IllegalTransition => ("illegal_transition", "The dossier's state does not allow it"),
            Kind::PaymentRequired => ("payment_required", "The fee must be paid first"),
            Kind::PaymentInProgress => ("payment_in_progress", "The fee is being paid"),
            Kind::NothingToPay => ("nothing_to_pay", "Nothing is to be paid this way"),
            Kind::AlreadyPaid => ("already_paid", "The fee is paid"),
            Kind::PeerUnavailable => ("peer_unavailable", "Another system did not answer as agreed"),
        }
    }
}

/// A field that is wrong, and why.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Flaw {
    pub(crate) field: &'static str,
    pub(crate) message: Cow<'static, str>,
}

/// One refusal.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    errors: Vec<Flaw>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new() }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("no such {what}"))
    }

    /// One wrong field.
    pub(crate) fn field(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::fields(vec![Flaw { field, message: message.into() }])
    }

    /// Every wrong field.
    pub(crate) fn fields(errors: Vec<Flaw>) -> Self {
        let names: Vec<&str> = errors.iter().map(|flaw| flaw.field).collect();
        Self { kind: Kind::Validation, detail: format!("wrong: {}", names.join(", ")).into(), errors }
    }

    /// The names of the wrong fields, in the order in which they were found.
    #[cfg(test)]
    pub(crate) fn field_names(&self) -> Vec<&'static str> {
        self.errors.iter().map(|flaw| flaw.field).collect()
    }
}

#[derive(Serialize)]
struct Details<'problem> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: &'problem str,
    error_code: &'static str,
    #[serde(skip_serializing_if = "<[Flaw]>::is_empty")]
    errors: &'problem [Flaw],
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.status();
        let (error_code, title) = self.kind.words();
        let details = Details {
            kind: format!("urn:mock-portal:problem:{error_code}"),
            title,
            status: status.as_u16(),
            detail: &self.detail,
            error_code,
            errors: &self.errors,
        };
        let mut response = (status, Json(details)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.kind == Kind::Unauthenticated {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Refused { error_code, message: title });
        response
    }
}

/// A refusal as the defect `ok-envelope` tells it.
#[derive(Debug, Clone, Copy, Serialize)]
struct Refused {
    error_code: &'static str,
    message: &'static str,
}

/// The defect `ok-envelope`: a refusal becomes a success whose body says otherwise.
pub(crate) async fn in_ok_envelope(response: Response) -> Response {
    match response.extensions().get::<Refused>() {
        Some(refused) => Json(*refused).into_response(),
        None => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 13] = [
        Kind::Malformed,
        Kind::TooLarge,
        Kind::Validation,
        Kind::Unauthenticated,
        Kind::Forbidden,
        Kind::NotFound,
        Kind::MethodNotAllowed,
        Kind::IllegalTransition,
        Kind::PaymentRequired,
        Kind::PaymentInProgress,
        Kind::NothingToPay,
        Kind::AlreadyPaid,
        Kind::PeerUnavailable,
    ];

    #[test]
    fn every_kind_of_refusal_has_a_word_of_its_own() {
        let mut words: Vec<&str> = KINDS.iter().map(|kind| kind.words().0).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), KINDS.len());
    }

    #[test]
    fn a_refusal_is_a_problem_and_never_a_success() {
        for kind in KINDS {
            let response = Problem::new(kind, "why").into_response();
            assert!(!response.status().is_success());
            assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        }
    }

    #[test]
    fn all_wrong_fields_are_named() {
        let flaw = |field| Flaw { field, message: "is wrong".into() };
        assert_eq!(Problem::fields(vec![flaw("unit"), flaw("channel")]).detail, "wrong: unit, channel");
    }
}
