//! No answer leaves before everything in it is in the store, where one is kept; while that cannot be written, requests
//! are refused before anything is done.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};

use crate::middleware::layer::{Middleware, Next};
use crate::state::portal::Portal;

/// Holds answers back until what is in them is committed.
#[derive(Clone)]
pub(crate) struct Durability(pub(crate) Arc<Portal>);

impl Middleware for Durability {
    fn concerns(&self, _request: &Request) -> bool {
        self.0.group_commit.is_some()
    }

    async fn pass<N: Next>(self, request: Request, next: N) -> Response {
        let response = match self.0.check_store() {
            Ok(()) => next.run(request).await,
            Err(problem) => problem.into_response(),
        };
        self.0.kept().await.map_or_else(IntoResponse::into_response, |()| response)
    }
}
