//! The server and its routes.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing;
use hyper::service::service_fn;
use mock_ground::{Connection, LedgerQuery, Policy, exchange_timeout};
use tower_service::Service;

use crate::config::Config;
use crate::hub::Hub;
use crate::{authorize, entry, exchange, messages, outage_guard, page, test_hooks, token, wire};

/// Far above a hundred packets of usual size, far below what would hurt.
const LONGEST_BODY: usize = 2 * 1024 * 1024;

/// A mock hub that listens. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    server: mock_ground::Running,
    /// Where dossiers are pushed to: the same as the hub's own.
    push_url: Arc<Mutex<Option<String>>>,
}

/// Starts a mock hub on a thread of its own and returns when it listens.
///
/// # Errors
/// When the address cannot be bound, or the thread or its runtime cannot be made.
pub fn start(config: Config) -> io::Result<Running> {
    let bound = mock_ground::bind(config.bind)?;
    let push_url = Arc::new(Mutex::new(config.push_url.clone()));
    let routes = routes(Arc::new(Hub::new(config, bound.url(), Arc::clone(&push_url))));
    let service_for = move |connection: &mut Connection| {
        let (cut, routes) = (connection.cut(), routes.clone());
        service_fn(move |mut request| {
            // A request may have its own connection cut.
            request.extensions_mut().insert(ConnectInfo(cut.clone()));
            routes.clone().call(request)
        })
    };
    let server = bound.run("mock-hub", move |server| server.serve(Policy::USUAL, service_for))?;
    Ok(Running { server, push_url })
}

impl Running {
    /// The address it listens on, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// From here on, dossiers that citizens enter are pushed to this address.
    pub fn push_to(&self, url: String) {
        *self.push_url.lock().unwrap_or_else(PoisonError::into_inner) = Some(url);
    }

    /// Takes no new connections, lets open ones finish for at most a second, and ends.
    pub fn stop(self) {
        self.server.stop();
    }

    /// Blocks until the server ends.
    pub fn wait(self) {
        self.server.wait();
    }
}

/// Outages affect what portals, clients and citizens use, not what a tester uses.
fn routes(hub: Arc<Hub>) -> Router {
    let public = Router::new()
        .route("/auth", routing::post(exchange::sign_in))
        .route("/exchange", routing::post(exchange::receive))
        .route("/dossiers/{code}", routing::get(entry::look_up))
        .route("/citizen/dossiers", routing::post(entry::enter))
        .route("/.well-known/openid-configuration", routing::get(token::discovery))
        .route("/oidc/jwks", routing::get(token::jwks))
        .route("/oidc/authorize", routing::get(authorize::ask))
        .route("/oidc/login", routing::post(authorize::log_in))
        .route("/oidc/verify", routing::post(authorize::verify))
        .route("/oidc/token", routing::post(token::exchange))
        .route("/oidc/userinfo", routing::get(token::userinfo))
        .route_layer(from_fn(exchange_timeout))
        .route_layer(from_fn_with_state(Arc::clone(&hub), outage_guard::check));
    let mut all = public
        .route("/", routing::get(page::show))
        .route("/messages", routing::post(messages::post).get(messages::read))
        .route("/_ledger", routing::get(ledger))
        .route("/_ledger/dossiers/{code}", routing::get(entry::history));
    if hub.config.test_hooks {
        all = all.merge(test_hooks::routes());
    }
    all.fallback(async || wire::problem(StatusCode::NOT_FOUND, "Không có địa chỉ này", "There is no such address"))
        .method_not_allowed_fallback(async || {
            wire::problem(StatusCode::METHOD_NOT_ALLOWED, "Phương thức không được phép", "That cannot be done here")
        })
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(hub)
}

/// `GET /_ledger?after=SEQ&limit=N`: the signals after `after`, oldest first; settled is a hub in which no dossier is being
/// pushed to a portal.
async fn ledger(State(hub): State<Arc<Hub>>, Query(query): Query<LedgerQuery>) -> Response {
    let records = hub.records();
    records.ledger.page(query, "hub", records.open_pushes == 0)
}
