//! Clients that send too many requests in a second are refused with 429.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::IF_MATCH;
use axum::response::{IntoResponse, Response};

use crate::api::access;
use crate::behaviour::defects::Defect;
use crate::middleware::idempotency::IDEMPOTENCY_KEY;
use crate::middleware::layer::{Middleware, Next};
use crate::state::clock::wall_ns;
use crate::state::portal::Portal;

/// Refuses a client that is over the limit.
#[derive(Clone)]
pub(crate) struct RateLimit(pub(crate) Arc<Portal>);

impl Middleware for RateLimit {
    fn concerns(&self, request: &Request) -> bool {
        super::is_for_people(request) && self.0.registry().limit.per_second.is_some()
    }

    async fn pass<N: Next>(self, mut request: Request, next: N) -> Response {
        let defects = self.0.switches.get();
        let client = access::token(request.headers()).filter(|_| !defects.has(Defect::GlobalBucket));
        let admitted = self.0.registry().limit.admit(client.unwrap_or_default(), wall_ns());
        match admitted {
            Ok(()) => next.run(request).await,
            Err(problem) => {
                if defects.has(Defect::Effect429) {
                    // What is refused is carried out, whatever its key and its version.
                    request.headers_mut().remove(IDEMPOTENCY_KEY);
                    request.headers_mut().remove(IF_MATCH);
                    next.run(request).await;
                }
                problem.into_response()
            }
        }
    }
}
