//! What careless portals do to whole answers; each of it a defect.

use axum::http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::api::problem;
use crate::behaviour::defects::{Defect, Defects};
use crate::domain::problem::{Language, Problem};

/// Lets the defects of whole answers act on an answer to people; a refusal that none of them touches is still said in
/// the language that was asked for.
pub(crate) fn spoil(
    response: Response,
    language: Language,
    origin: Option<&HeaderValue>,
    defects: Defects,
) -> Response {
    let mut response = respond(response, language, defects);
    let headers = response.headers_mut();
    if defects.has(Defect::Cacheable) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=600"));
    }
    if let Some(origin) = origin.filter(|_| defects.has(Defect::CorsReflect)) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    response
}

/// What becomes of a refusal.
fn respond(response: Response, language: Language, defects: Defects) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    if defects.has(Defect::OkEnvelope) {
        problem::in_ok_envelope(problem)
    } else if defects.has(Defect::HtmlRefusal) {
        page(response.status())
    } else if defects.has(Defect::ExceptionText) {
        problem.with_trace().into_response()
    } else if defects.has(Defect::NoFieldNames) {
        problem.without_fields().into_response()
    } else {
        problem::in_language(response, language)
    }
}

fn page(status: StatusCode) -> Response {
    let mut response = (status, format!("<html><body><h1>{status}</h1></body></html>")).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}
