//! Defects that affect whole answers.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ORIGIN,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::api::problem;
use crate::behaviour::defects::{Defect, Defects};
use crate::domain::problem::Problem;
use crate::middleware::layer::{Middleware, Next};
use crate::state::portal::Portal;

/// Changes answers to people as the defects that are on require.
#[derive(Clone)]
pub(crate) struct ResponseDefects(pub(crate) Arc<Portal>);

impl Middleware for ResponseDefects {
    fn concerns(&self, request: &Request) -> bool {
        super::is_for_people(request) && self.0.switches.get() != Defects::default()
    }

    async fn pass<N: Next>(self, request: Request, next: N) -> Response {
        let origin = request.headers().get(ORIGIN).cloned();
        let response = next.run(request).await;
        spoiled(response, origin, self.0.switches.get())
    }
}

fn spoiled(response: Response, origin: Option<HeaderValue>, defects: Defects) -> Response {
    let mut response = refusal(response, defects);
    let headers = response.headers_mut();
    if defects.has(Defect::Cacheable) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=600"));
    }
    if let Some(origin) = origin.filter(|_| defects.has(Defect::CorsReflect)) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    response
}

/// The refusal as it is sent.
fn refusal(response: Response, defects: Defects) -> Response {
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
        response
    }
}

fn page(status: StatusCode) -> Response {
    let mut response = (status, format!("<html><body><h1>{status}</h1></body></html>")).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}
