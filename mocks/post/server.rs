//! The server and its routes.

use std::io;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use axum::{Router, routing};
use mock_ground::{LedgerQuery, Policy, Running, Server};

use crate::behaviour::Behaviour;
use crate::config::Config;
use crate::post::Post;
use crate::{carrier, counters, manifests, orders, page, pickups, remittances, tracking};

/// Far above any order, far below what would hurt.
const LONGEST_BODY: usize = 1024 * 1024;

/// Starts a mock post of ordinary behaviour on a thread of its own and returns when it listens.
///
/// # Errors
/// When the address cannot be bound, or the thread or its runtime cannot be made.
pub fn start(config: Config) -> io::Result<Running> {
    start_with(config, Behaviour::ordinary())
}

/// Starts a mock post that behaves as `behaviour` says.
///
/// # Errors
/// As [`start`].
pub fn start_with(config: Config, behaviour: Behaviour) -> io::Result<Running> {
    let bound = mock_ground::bind(config.bind)?;
    bound.run("mock-post", move |server| serve(server, Arc::new(Post::new(config, behaviour))))
}

async fn serve(server: Server, post: Arc<Post>) {
    let carrier = carrier::work(Arc::clone(&post));
    let remittance_runs = remittances::run_regularly(Arc::clone(&post));
    tokio::select! {
        () = server.serve_routes(Policy::USUAL, routes(post)) => {}
        () = carrier => {}
        () = remittance_runs => {}
    }
}

fn routes(post: Arc<Post>) -> Router {
    let routes = Router::new()
        .route("/orders", routing::post(orders::open))
        .route("/orders/{order_number}", routing::get(orders::track))
        .route("/orders/{order_number}/cancel", routing::post(orders::cancel))
        .route("/pickups", routing::post(pickups::open))
        .route("/pickups/{order_number}", routing::get(pickups::track))
        .route("/pickups/{order_number}/cancel", routing::post(pickups::cancel))
        .route("/tracking", routing::get(tracking::list))
        .route("/manifests", routing::post(manifests::pack))
        .route("/manifests/{id}", routing::get(manifests::show))
        .route("/manifests/{id}/hand-over", routing::post(manifests::hand_over))
        .route("/manifests/{id}/receive", routing::post(manifests::receive))
        .route("/remittances", routing::post(remittances::end_day).get(remittances::list))
        .route("/remittances/{id}/reconcile", routing::post(remittances::reconcile))
        .route("/reconciliation", routing::get(remittances::report))
        .route("/counters", routing::get(counters::overview))
        .route("/counters/tickets", routing::post(counters::draw))
        .route("/counters/tickets/{number}", routing::get(counters::show))
        .route("/", routing::get(page::show))
        .route("/_ledger", routing::get(ledger))
        .with_state(post);
    mock_ground::limited(routes, LONGEST_BODY)
}

/// `GET /_ledger?after=SEQ&limit=N`: the signals after `after`, oldest first; settled is a post in which no parcel is
/// travelling and no report under way.
async fn ledger(State(post): State<Arc<Post>>, Query(query): Query<LedgerQuery>) -> Response {
    let records = post.records();
    records.ledger.page(query, "post", records.open_parcels == 0)
}
