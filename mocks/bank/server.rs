//! The server: one thread, one current-thread runtime, one loopback listener.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::books::Books;
use crate::config::Setup;
use crate::faults::Course;
use crate::outgoing::Caller;
use crate::payment::Payment;
use crate::{frame, home, ledger, page, reconciliation, refunds, settlement};

/// Far above any order, far below what would hurt.
const LONGEST_BODY: usize = 1024 * 1024;
/// How many connections may wait to be accepted, so that a burst is not answered by lost packets.
const BACKLOG: u32 = 4_096;
/// How many connections may be open at once; one more is closed at once. Each costs some 10 KB while it idles.
const MOST_CONNECTIONS: usize = 16_384;
/// How long a connection may take to send the head of its next request.
const IDLE: Duration = Duration::from_secs(600);
/// How long an exchange may take: longer than the tries of a forged callback, which a page waits for.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(30);
/// How long to wait before accepting again when the system has no sockets left.
const BREATH: Duration = Duration::from_millis(50);
/// How long open connections may take to finish when the bank stops.
const FAREWELL: Duration = Duration::from_secs(1);

/// What every route shares.
pub(crate) struct Bank {
    pub(crate) setup: Setup,
    /// Where the bank itself is reached, for the addresses of its pages.
    url: String,
    /// A plain lock: it is held for a few map operations and never across an `.await`.
    books: Mutex<Books>,
    pub(crate) caller: Caller,
}

impl Bank {
    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults that a payment gets.
    pub(crate) fn course(&self, reference: &str) -> Course {
        self.setup.shares.course(self.setup.seed, reference)
    }

    /// Where the customer pays.
    pub(crate) fn page_of(&self, payment: &Payment) -> String {
        format!("{}/pay/{}", self.url, payment.transaction())
    }

    /// Where the receipt is shown.
    pub(crate) fn receipt_of(&self, payment: &Payment) -> String {
        format!("{}/receipt/{}", self.url, payment.transaction())
    }

    /// Where the portal is told; `None` if nobody has said.
    pub(crate) fn callback_address<'bank>(&'bank self, payment: &'bank Payment) -> Option<&'bank str> {
        let address = self.setup.callback_url.as_deref().unwrap_or(&payment.order.callback_url);
        (!address.is_empty()).then_some(address)
    }

    /// Where the customer goes back to; `None` if nobody has said.
    pub(crate) fn way_back_of(&self, payment: &Payment) -> Option<String> {
        let ordered = Some(payment.order.return_url.as_str()).filter(|url| !url.is_empty());
        let url = ordered.or(self.setup.return_url.as_deref())?;
        Some(self.setup.profile.way_back(payment, url, &self.setup.secret))
    }
}

/// A mock bank that listens. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    /// Says that it is time to stop; dropping it says so too.
    stop: watch::Sender<bool>,
    /// `None` once the thread was joined.
    thread: Option<JoinHandle<()>>,
}

/// Starts a mock bank on a thread of its own and returns when it listens.
///
/// # Errors
/// When the address cannot be bound, or the thread or its runtime cannot be made.
pub fn start(setup: impl Into<Setup>) -> io::Result<Running> {
    let setup = setup.into();
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        listen(setup.bind)?
    };
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let thread = thread::Builder::new().name("mock-bank".to_owned()).spawn(move || {
        runtime.block_on(serve(listener, setup, address, stopped));
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

async fn serve(listener: TcpListener, setup: Setup, address: SocketAddr, stopped: watch::Receiver<bool>) {
    let url = format!("http://{address}");
    let bank = Arc::new(Bank { setup, url, books: Mutex::new(Books::default()), caller: Caller::new() });
    let routes = routes(bank);
    let seats = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    tokio::select! {
        () = accept(&listener, &routes, &seats, &stopped) => {}
        () = stop_asked(stopped.clone()) => {}
    }
    drop(listener);
    let everyone = u32::try_from(MOST_CONNECTIONS).unwrap_or(u32::MAX);
    // Whoever has not left by then is cut off.
    drop(tokio::time::timeout(FAREWELL, seats.acquire_many(everyone)).await);
}

/// Takes connections for as long as it is polled.
async fn accept(listener: &TcpListener, routes: &Router, seats: &Arc<Semaphore>, stopped: &watch::Receiver<bool>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Without a seat the stream is dropped, which closes it.
                if let Ok(seat) = Arc::clone(seats).try_acquire_owned() {
                    tokio::spawn(attend(stream, routes.clone(), seat, stopped.clone()));
                }
            }
            Err(_) => tokio::time::sleep(BREATH).await,
        }
    }
}

/// Serves one connection to its end; when the bank stops, to the end of the exchange under way.
async fn attend(stream: TcpStream, routes: Router, seat: OwnedSemaphorePermit, stopped: watch::Receiver<bool>) {
    // Without it answers are only slower: not worth refusing a connection for.
    drop(stream.set_nodelay(true));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let mut connection = std::pin::pin!(connection);
    let broken = tokio::select! {
        ended = connection.as_mut() => ended.is_err(),
        () = stop_asked(stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await.is_err()
        }
    };
    // A peer that breaks off is its own business: there is nobody left to tell.
    drop((broken, seat));
}

fn routes(bank: Arc<Bank>) -> Router {
    Router::new()
        .merge(bank.setup.profile.routes())
        .merge(page::routes())
        .merge(refunds::routes())
        .merge(reconciliation::routes())
        .route("/", get(home::show))
        .route("/style.css", get(frame::style))
        .route("/settlement/{day}", get(settlement::read))
        .route("/_ledger", get(ledger::read))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(middleware::from_fn(in_time))
        .with_state(bank)
}

/// Answers with 408 what takes too long, such as a body that comes byte by byte.
async fn in_time(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(LONGEST_EXCHANGE, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

async fn stop_asked(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which asks for the same.
    drop(stopped.wait_for(|asked| *asked).await);
}
