//! Refusals are in Vietnamese if the request asks for that.

use axum::extract::Request;
use axum::response::Response;
use mock_ground::Language;

use crate::api::problem;
use crate::middleware::layer::{Middleware, Next};

/// Puts a refusal into the language that the request asks for.
#[derive(Clone)]
pub(crate) struct LanguageOfRefusals;

impl Middleware for LanguageOfRefusals {
    fn concerns(&self, request: &Request) -> bool {
        problem::language_of(request.headers()) == Language::Vietnamese
    }

    async fn pass<N: Next>(self, request: Request, next: N) -> Response {
        problem::in_language(next.run(request).await, Language::Vietnamese)
    }
}
