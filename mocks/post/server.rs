//! The server: one thread, one current-thread runtime, one loopback listener.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime;
use tokio::sync::{Notify, watch};

use crate::books::Books;
use crate::conduct::Conduct;
use crate::config::Config;
use crate::outgoing::Caller;
use crate::{carrier, connections, counters, ledger, manifests, orders, page, pickups, remittances, tracking};

/// Far above any order, far below what would hurt.
const LONGEST_BODY: usize = 1024 * 1024;
/// How many connections may wait to be accepted, so that a burst is not answered by lost packets.
const BACKLOG: u32 = 4_096;

/// What every route shares.
pub(crate) struct Post {
    pub(crate) config: Config,
    pub(crate) conduct: Conduct,
    /// A plain lock: it is held for a few map operations and never across an `.await`.
    books: Mutex<Books>,
    pub(crate) caller: Caller,
    /// Wakes the carrier when the timetable has a new entry.
    pub(crate) new_order: Notify,
}

impl Post {
    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A mock post that listens. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    /// Says that it is time to stop; dropping it says so too.
    stop: watch::Sender<bool>,
    /// `None` once the thread was joined.
    thread: Option<JoinHandle<()>>,
}

/// Starts a mock post of ordinary conduct on a thread of its own and returns when it listens.
///
/// # Errors
/// When the address cannot be bound, or the thread or its runtime cannot be made.
pub fn start(config: Config) -> io::Result<Running> {
    start_with(config, Conduct::ordinary())
}

/// Starts a mock post that behaves as `conduct` says.
///
/// # Errors
/// As [`start`].
pub fn start_with(config: Config, conduct: Conduct) -> io::Result<Running> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        listen(config.bind)?
    };
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let thread = thread::Builder::new().name("mock-post".to_owned()).spawn(move || {
        runtime.block_on(serve(listener, post(config, conduct), stopped));
        runtime.shutdown_background();
    })?;
    Ok(Running { address, stop, thread: Some(thread) })
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

fn post(config: Config, conduct: Conduct) -> Arc<Post> {
    let books = Mutex::new(Books::default());
    Arc::new(Post { config, conduct, books, caller: Caller::new(), new_order: Notify::new() })
}

async fn serve(listener: TcpListener, post: Arc<Post>, stopped: watch::Receiver<bool>) {
    let carrier = carrier::work(Arc::clone(&post));
    let payday = remittances::payday(Arc::clone(&post));
    tokio::select! {
        () = connections::serve(listener, routes(post), stopped) => {}
        () = carrier => {}
        () = payday => {}
    }
}

fn routes(post: Arc<Post>) -> Router {
    Router::new()
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
        .route("/_ledger", routing::get(ledger::read))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(from_fn(connections::in_time))
        .with_state(post)
}
