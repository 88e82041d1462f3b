//! Refusals, authentication, and the parsing of bodies.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::post::Post;

/// The longest name, number or address, in bytes.
const LONGEST_TEXT: usize = 1_000;

/// Whether a required text is absent or too long.
pub(crate) fn is_flawed(text: &str) -> bool {
    text.is_empty() || text.len() > LONGEST_TEXT
}

/// One refusal: the HTTP status, the same as a word, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// The names of the fields that are absent or invalid.
    pub(crate) missing: Vec<&'static str>,
    pub(crate) message: String,
}

#[derive(Serialize)]
struct Wording<'refusal> {
    status: &'refusal str,
    missing: &'refusal [&'static str],
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'refusal str,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, missing: Vec::new(), message: message.into() }
    }

    /// Fields are absent or invalid.
    pub(crate) fn fields(missing: Vec<&'static str>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, missing, message: String::new() }
    }

    pub(crate) fn unknown(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("no such {what}"))
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// There is no room for more.
    pub(crate) fn full(what: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, format!("{what} is full"))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let wording = Wording { status: self.status.as_str(), missing: &self.missing, message: &self.message };
        (self.status, Json(wording)).into_response()
    }
}

/// Proof that a request carries the token that portal and post share.
pub(crate) struct Authorised;

impl FromRequestParts<Arc<Post>> for Authorised {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, post: &Arc<Post>) -> Result<Self, Refusal> {
        match parts.headers.get("access_token") {
            Some(token) if token.as_bytes() == post.config.token.as_bytes() => Ok(Self),
            _ => Err(Refusal::new(StatusCode::UNAUTHORIZED, "the access_token is not the one agreed on")),
        }
    }
}

/// A JSON body; what cannot be parsed is refused with the reason.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<Post>> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, post: &Arc<Post>) -> Result<Self, Refusal> {
        match Json::from_request(request, post).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection @ JsonRejection::BytesRejection(_)) => {
                Err(Refusal::new(rejection.status(), rejection.body_text()))
            }
            Err(rejection) => Err(Refusal::new(StatusCode::BAD_REQUEST, rejection.body_text())),
        }
    }
}
