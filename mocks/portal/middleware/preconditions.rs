//! Preconditions: a change is made only to the version that the client has read; see `If-Match` in the document.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::IF_MATCH;
use axum::response::{IntoResponse, Response};

use crate::api::access;
use crate::api::operation::Versioned;
use crate::behaviour::defects::Defect;
use crate::domain::problem::{Kind, Problem};
use crate::middleware::layer::{Middleware, Next};
use crate::state::portal::Portal;

/// The longest list of versions.
const LONGEST_LIST: usize = 255;

/// Runs a request if the version it names is the present one. The body is at hand, so that on the one thread of the
/// portal nothing comes between this test and the act.
#[derive(Clone)]
pub(crate) struct Preconditions {
    portal: Arc<Portal>,
    versioned: Arc<[Versioned]>,
}

impl Preconditions {
    pub(crate) fn new(portal: Arc<Portal>, versioned: Vec<Versioned>) -> Self {
        Self { portal, versioned: versioned.into() }
    }

    /// Refuses a request that names other versions than the present one.
    fn check(&self, request: &Request, wanted: &HeaderValue) -> Result<(), Problem> {
        if wanted.is_empty() || wanted.len() > LONGEST_LIST {
            return Err(Problem::field("If-Match", "must have 1 to 255 characters"));
        }
        let present = self.present(request);
        let matches = |present: u64| {
            let tag = format!("\"v{present}\"");
            wanted.to_str().is_ok_and(|text| text.split(',').any(|one| one.trim() == "*" || one.trim() == tag))
        };
        let is_careless = self.portal.switches.get().has(Defect::LastWriteWins);
        match present.filter(|present| !is_careless && !matches(*present)) {
            Some(present) => Err(Problem::new(Kind::VersionMismatch, format!("the present version is \"v{present}\""))),
            None => Ok(()),
        }
    }

    /// The version of what the path names, if this person may know it.
    fn present(&self, request: &Request) -> Option<u64> {
        let registry = self.portal.registry();
        let person = access::person(request.headers(), &registry)?;
        let path = request.uri().path();
        self.versioned.iter().find_map(|versioned| versioned.version(path, &person, &registry))
    }
}

impl Middleware for Preconditions {
    fn concerns(&self, request: &Request) -> bool {
        request.headers().contains_key(IF_MATCH)
    }

    async fn pass<N: Next>(self, request: Request, next: N) -> Response {
        let wanted = request.headers().get(IF_MATCH);
        if let Some(Err(problem)) = wanted.map(|wanted| self.check(&request, wanted)) {
            return problem.into_response();
        }
        if self.portal.switches.get().has(Defect::StaleCheck) {
            tokio::time::sleep(self.portal.switches.window()).await;
        }
        next.run(request).await
    }
}
