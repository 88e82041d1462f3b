//! What happens to a request before it is routed, and to its answer after: one tower layer a file.
//!
//! [`stack`] is the list of all of them, in the order in which a request passes; `mock_ground` limits
//! the number of connections before.

mod delay;
mod durability;
mod fault_injection;
mod idempotency;
mod language;
mod layer;
mod pieces;
mod preconditions;
mod rate_limit;
mod request_bodies;
mod response_defects;
mod variants;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tower::ServiceBuilder;

use crate::api::operation::Versioned;
use crate::state::portal::Portal;
use layer::{Next, Step};
use request_bodies::RequestBodies;

/// All middlewares, in the order in which a request passes, and the routes behind them. A body may take as long as
/// `longest_body` to come; `versioned` is what has versions.
pub(crate) fn stack(
    portal: &Arc<Portal>,
    longest_body: Duration,
    versioned: Vec<Versioned>,
    routes: Router,
) -> impl Next + use<> {
    let bodies = RequestBodies::new(longest_body);
    let portal = || Arc::clone(portal);
    ServiceBuilder::new()
        .layer(Step(fault_injection::FaultInjection { portal: portal(), bodies: bodies.clone() }))
        .layer(Step(variants::PermittedVariants::new(portal())))
        .layer(Step(response_defects::ResponseDefects(portal())))
        .layer(Step(language::LanguageOfRefusals))
        .layer(Step(delay::Delay(portal())))
        .layer(Step(durability::Durability(portal())))
        .layer(Step(rate_limit::RateLimit(portal())))
        .layer(Step(bodies))
        .layer(Step(idempotency::Idempotency(portal())))
        .layer(Step(preconditions::Preconditions::new(portal(), versioned)))
        .service(routes)
}

/// Whether a request is one of people, and not of a peer or a tester.
fn is_for_people(request: &axum::extract::Request) -> bool {
    request.uri().path().starts_with("/api/")
}
