//! The server: one thread, one current-thread runtime, one loopback listener.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use crate::config::Config;
use crate::grants::Grants;
use crate::keys::Key;
use crate::ledger::Ledger;
use crate::messages::Sink;
use crate::outage::{self, Mode};
use crate::outgoing::Caller;
use crate::registry::Registry;
use crate::sessions::Sessions;
use crate::{authorize, connections, entry, exchange, ledger, messages, page, test_hooks, token, wire};

/// Far above a hundred packets of usual size, far below what would hurt.
const LONGEST_BODY: usize = 2 * 1024 * 1024;
/// How many connections may wait to be accepted, so that a burst is not answered by lost packets.
const BACKLOG: u32 = 4_096;
/// How many connections may be held without an answer at once.
const HELD: usize = 1_024;

/// Everything that changes while the hub runs; guarded by one lock that no `.await` is under.
#[derive(Debug)]
pub(crate) struct Books {
    pub(crate) registry: Registry,
    pub(crate) sessions: Sessions,
    pub(crate) grants: Grants,
    pub(crate) sink: Sink,
    pub(crate) ledger: Ledger,
    /// Dossiers that are being pushed to a portal.
    pub(crate) open_pushes: usize,
}

impl Books {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            registry: Registry::default(),
            sessions: Sessions::default(),
            grants: Grants::new(config.seed, config.lifetimes),
            sink: Sink::default(),
            ledger: Ledger::default(),
            open_pushes: 0,
        }
    }
}

/// What every route shares.
pub(crate) struct Hub {
    pub(crate) config: Config,
    /// Where the hub itself is reached: its name as an issuer.
    pub(crate) url: String,
    pub(crate) key: Key,
    pub(crate) no_store: HeaderValue,
    /// A plain lock: it is held for a few map operations and never across an `.await`.
    books: Mutex<Books>,
    pub(crate) caller: Caller,
    /// One permit per connection that is held without an answer.
    pub(crate) holding: Arc<Semaphore>,
    started: Instant,
    /// Where dossiers are pushed to, which may be known only when the hub runs.
    push_url: Arc<Mutex<Option<String>>>,
    /// The outage that a tester switched on, and when it ends.
    switched: Mutex<Option<(Mode, Option<Instant>)>>,
}

impl Hub {
    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push_url(&self) -> Option<String> {
        self.push_url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How the hub is out of order now: as a tester switched it, or as scheduled.
    pub(crate) fn outage(&self) -> Option<Mode> {
        let now = Instant::now();
        let switched = *self.switched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((mode, until)) = switched
            && until.is_none_or(|until| now < until)
        {
            return Some(mode);
        }
        let since_start = now.saturating_duration_since(self.started);
        self.config.outages.iter().find(|outage| outage.is_on(since_start)).map(|outage| outage.mode)
    }

    /// Switches an outage on for so long, or off.
    pub(crate) fn switch(&self, wanted: Option<(Mode, Duration)>) {
        let switched = wanted.map(|(mode, length)| (mode, Instant::now().checked_add(length)));
        *self.switched.lock().unwrap_or_else(PoisonError::into_inner) = switched;
    }
}

/// A mock hub that listens. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    /// Says that it is time to stop; dropping it says so too.
    stop: watch::Sender<bool>,
    /// Where dossiers are pushed to: the same as the hub's own.
    push_url: Arc<Mutex<Option<String>>>,
    /// `None` once the thread was joined.
    thread: Option<JoinHandle<()>>,
}

/// Starts a mock hub on a thread of its own and returns when it listens.
///
/// # Errors
/// When the address cannot be bound, or the thread or its runtime cannot be made.
pub fn start(config: Config) -> io::Result<Running> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        listen(config.bind)?
    };
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let push_url = Arc::new(Mutex::new(config.push_url.clone()));
    let hub = hub(config, Arc::clone(&push_url), address);
    let thread = thread::Builder::new().name("mock-hub".to_owned()).spawn(move || {
        runtime.block_on(serve(listener, hub, stopped));
        runtime.shutdown_background();
    })?;
    Ok(Running { address, stop, push_url, thread: Some(thread) })
}

impl Running {
    /// The address it listens on, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From here on, dossiers that citizens enter are pushed to this address.
    pub fn push_to(&self, url: String) {
        *self.push_url.lock().unwrap_or_else(PoisonError::into_inner) = Some(url);
    }

    /// Takes no new connections, lets open ones finish for at most a second, and ends.
    pub fn stop(self) {
        drop(self);
    }

    /// Blocks until the server ends.
    pub fn wait(mut self) {
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the server was already reported on its own thread, and there is nobody to tell here.
            drop(thread.join());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.join();
    }
}

fn listen(bind: SocketAddr) -> io::Result<TcpListener> {
    let socket = if bind.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(bind)?;
    socket.listen(BACKLOG)
}

fn hub(config: Config, push_url: Arc<Mutex<Option<String>>>, address: SocketAddr) -> Arc<Hub> {
    Arc::new(Hub {
        url: format!("http://{address}"),
        key: Key::new(config.seed),
        no_store: HeaderValue::from_static("no-store"),
        books: Mutex::new(Books::new(&config)),
        caller: Caller::new(),
        holding: Arc::new(Semaphore::new(HELD)),
        started: Instant::now(),
        push_url,
        switched: Mutex::new(None),
        config,
    })
}

async fn serve(listener: TcpListener, hub: Arc<Hub>, stopped: watch::Receiver<bool>) {
    connections::serve(listener, routes(hub), stopped).await;
}

/// What portals, clients and citizens use may be out of order; what a tester uses is not.
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
        .route_layer(from_fn(connections::in_time))
        .route_layer(from_fn_with_state(Arc::clone(&hub), outage::guard));
    let mut all = public
        .route("/", routing::get(page::show))
        .route("/messages", routing::post(messages::post).get(messages::read))
        .route("/_ledger", routing::get(ledger::read))
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
