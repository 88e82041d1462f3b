//! The server and its routes.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use mock_ground::{LedgerQuery, Policy, Running};

use crate::bank::Bank;
use crate::config::Setup;
use crate::{frame, home, page, profiles, reconciliation, refunds, settlement};

/// Far above any order, far below what would hurt.
const LONGEST_BODY: usize = 1024 * 1024;

/// Starts a mock bank on a thread of its own and returns when it listens.
///
/// # Errors
/// When the address cannot be bound, or the thread or its runtime cannot be made.
pub fn start(setup: impl Into<Setup>) -> io::Result<Running> {
    let setup = setup.into();
    let bound = mock_ground::bind(setup.bind)?;
    let bank = Arc::new(Bank::new(setup, bound.url()));
    bound.run("mock-bank", move |server| server.serve_routes(Policy::USUAL, routes(bank)))
}

fn routes(bank: Arc<Bank>) -> Router {
    let routes = Router::new()
        .merge(profiles::routes(bank.setup.profile))
        .merge(page::routes())
        .merge(refunds::routes())
        .merge(reconciliation::routes())
        .route("/", get(home::show))
        .route("/style.css", get(frame::style))
        .route("/settlement/{day}", get(settlement::read))
        .route("/_ledger", get(ledger))
        .with_state(bank);
    mock_ground::limited(routes, LONGEST_BODY)
}

/// `GET /_ledger?after=SEQ&limit=N`: the signals after `after`, oldest first; settled is a bank in which no callback is
/// waiting or under way.
async fn ledger(State(bank): State<Arc<Bank>>, Query(query): Query<LedgerQuery>) -> Response {
    let records = bank.records();
    records.ledger.page(query, "bank", records.open_callbacks == 0)
}
