//! The server: one thread, one current-thread runtime, one loopback listener.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing;
use axum::serve::ListenerExt;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime;
use tokio::sync::{Notify, watch};

use crate::books::Books;
use crate::config::Config;
use crate::outgoing::Caller;
use crate::{carrier, ledger, orders};

/// Far above any order, far below what would hurt.
const LONGEST_BODY: usize = 1024 * 1024;
/// How many connections may wait to be accepted, so that a burst is not answered by lost packets.
const BACKLOG: u32 = 4_096;
/// How long open connections may take to finish when the post stops.
const FAREWELL: Duration = Duration::from_secs(1);

/// What every route shares.
pub(crate) struct Post {
    pub(crate) config: Config,
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

/// Starts a mock post on a thread of its own and returns when it listens.
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
    let thread = thread::Builder::new().name("mock-post".to_owned()).spawn(move || {
        runtime.block_on(serve(listener, config, stopped));
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

async fn serve(listener: TcpListener, config: Config, stopped: watch::Receiver<bool>) {
    let post =
        Arc::new(Post { config, books: Mutex::new(Books::default()), caller: Caller::new(), new_order: Notify::new() });
    let listener = listener.tap_io(|stream| {
        // Without it answers are only slower: not worth refusing a connection for.
        drop(stream.set_nodelay(true));
    });
    let carrier = carrier::work(Arc::clone(&post));
    let server = axum::serve(listener, routes(post)).with_graceful_shutdown(stop_asked(stopped.clone()));
    tokio::select! {
        _ = server => {}
        () = carrier => {}
        () = farewell_over(stopped) => {}
    }
}

fn routes(post: Arc<Post>) -> Router {
    Router::new()
        .route("/orders", routing::post(orders::open))
        .route("/orders/{order_number}", routing::get(orders::track))
        .route("/_ledger", routing::get(ledger::read))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(post)
}

async fn stop_asked(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which asks for the same.
    drop(stopped.wait_for(|asked| *asked).await);
}

async fn farewell_over(stopped: watch::Receiver<bool>) {
    stop_asked(stopped).await;
    tokio::time::sleep(FAREWELL).await;
}
