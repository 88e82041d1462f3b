//! Refusals as they are answered over HTTP: problem details.
//!
//! # Source
//! RFC 9457, with the members `error_code` (a stable word) and `errors` (every wrong field). What is for people
//! to read is English, or Vietnamese where the request asks for it (`Accept-Language: vi`).

use std::borrow::Cow;

use axum::Json;
use axum::http::header::{ACCEPT_LANGUAGE, CONNECTION, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mock_ground::Language;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::problem::{Flaw, Kind, Problem};

impl Kind {
    /// The status it is answered with.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Kind::Malformed => StatusCode::BAD_REQUEST,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Kind::Validation => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Kind::IllegalTransition
            | Kind::PaymentRequired
            | Kind::PaymentInProgress
            | Kind::NothingToPay
            | Kind::AlreadyPaid
            | Kind::NothingToRefund
            | Kind::NotOnline
            | Kind::NotPayable
            | Kind::NotPostal
            | Kind::BagMismatch
            | Kind::Full
            | Kind::StillRunning => StatusCode::CONFLICT,
            Kind::VersionMismatch => StatusCode::PRECONDITION_FAILED,
            Kind::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Kind::UnsupportedContent => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::PeerUnavailable => StatusCode::BAD_GATEWAY,
            Kind::NotKept => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// The language of the two that a request names first; English if it names neither.
pub(crate) fn language_of(headers: &HeaderMap) -> Language {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = wanted.split(',').map(str::trim).find(|tag| tag.starts_with("vi") || tag.starts_with("en"));
    if first.is_some_and(|tag| tag.starts_with("vi")) { Language::Vietnamese } else { Language::English }
}

impl Problem {
    fn answer(&self, language: Language) -> Response {
        let status = self.kind.status();
        let (detail, errors) = match language {
            Language::English => (self.detail.as_ref(), Cow::Borrowed(self.errors.as_slice())),
            // The titles are whole sentences; what else is in a detail is for debugging, in English.
            Language::Vietnamese => {
                (self.kind.title(language), Cow::Owned(self.errors.iter().map(Flaw::in_vietnamese).collect()))
            }
        };
        let details = Details {
            kind: format!("urn:mock-portal:problem:{}", self.kind.code()),
            title: self.kind.title(language),
            status: status.as_u16(),
            detail,
            error_code: self.kind.code(),
            errors: &errors,
        };
        let mut response = (status, Json(details)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(mock_ground::PROBLEM_JSON));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
        if self.kind == Kind::TooSlow {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if self.kind == Kind::Unauthenticated {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(self.kind, Kind::TooMany | Kind::NotKept) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// A refusal as it is shown.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Details<'problem> {
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
        let mut response = self.answer(Language::English);
        response.extensions_mut().insert(self);
        response
    }
}

/// Translates a refusal into Vietnamese if the request asks for that.
pub(crate) fn in_language(response: Response, language: Language) -> Response {
    match (language, response.extensions().get::<Problem>()) {
        (Language::Vietnamese, Some(problem)) => {
            let problem = problem.clone();
            let mut response = problem.answer(language);
            response.extensions_mut().insert(problem);
            response
        }
        (Language::Vietnamese, None) | (Language::English, _) => response,
    }
}

/// A refusal under the defect `ok-envelope`.
#[derive(Debug, Clone, Copy, Serialize)]
struct Refused {
    error_code: &'static str,
    message: &'static str,
}

/// The defect `ok-envelope`: a refusal is sent as a success, with the error in its body.
pub(crate) fn in_ok_envelope(problem: &Problem) -> Response {
    let kind = problem.kind;
    Json(Refused { error_code: kind.code(), message: kind.title(Language::English) }).into_response()
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
