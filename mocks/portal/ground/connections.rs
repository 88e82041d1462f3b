//! The connections of the portal: taken in, as many as there are seats, each served until it ends or is cut off.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::ground::connection::Line;
use crate::ground::limits::Patience;

/// How long to wait before accepting again when the system has no sockets left.
const BREATH: Duration = Duration::from_millis(50);
/// How long open connections may take to finish when the portal stops.
const FAREWELL: Duration = Duration::from_secs(1);
/// The longest head of a request, and what is read ahead of a body.
const LONGEST_HEAD: usize = 64 * 1024;

/// What one too many is told.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// How a connection ends that gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parting {
    /// As connections end: what was sent is delivered first.
    Polite,
    /// With a reset.
    Abrupt,
}

/// The rules for all connections.
pub(crate) struct House<P> {
    pub(crate) patience: Patience,
    /// Says how a connection that comes now is to end.
    pub(crate) parting: P,
}

/// Serves until it is asked to stop, and then lets open connections finish for a moment.
pub(crate) async fn serve<P, S, F>(listener: TcpListener, house: House<P>, service: S, stopped: watch::Receiver<bool>)
where
    P: Fn() -> Parting,
    S: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    let most = house.patience.connections.min(Semaphore::MAX_PERMITS);
    let seats = Arc::new(Semaphore::new(most));
    tokio::select! {
        () = accept(&listener, &house, &service, &seats, &stopped) => {}
        () = stop_asked(stopped.clone()) => {}
    }
    drop(listener);
    let everyone = u32::try_from(most).unwrap_or(u32::MAX);
    // Whoever has not left by then is cut off.
    drop(tokio::time::timeout(FAREWELL, seats.acquire_many(everyone)).await);
}

/// Takes connections for as long as it is polled.
async fn accept<P, S, F>(
    listener: &TcpListener,
    house: &House<P>,
    service: &S,
    seats: &Arc<Semaphore>,
    stopped: &watch::Receiver<bool>,
) where
    P: Fn() -> Parting,
    S: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((stream, _)) => match Arc::clone(seats).try_acquire_owned() {
                Ok(seat) => {
                    let line = line(stream, (house.parting)(), house.patience.idle);
                    tokio::spawn(attend(line, service.clone(), seat, stopped.clone()));
                }
                // It has room for so few bytes, and if not, closing says the same.
                Err(_no_seat) => drop(stream.try_write(FULL)),
            },
            Err(_) => tokio::time::sleep(BREATH).await,
        }
    }
}

fn line(stream: TcpStream, parting: Parting, idle: Duration) -> Line {
    if parting == Parting::Abrupt {
        // Without it connections end with a farewell, which is noise enough.
        drop(stream.set_zero_linger());
    }
    // Without it answers are only slower: not worth refusing a connection for.
    drop(stream.set_nodelay(true));
    Line::new(stream, idle)
}

/// Serves one connection to its end; when the portal stops, to the end of the exchange under way.
async fn attend<S, F>(line: Line, service: S, seat: OwnedSemaphorePermit, stopped: watch::Receiver<bool>)
where
    S: Fn(Request<Incoming>) -> F,
    F: Future<Output = Result<Response, Infallible>>,
{
    let connection = http1::Builder::new()
        .max_buf_size(LONGEST_HEAD)
        // Answers are short: to copy one behind its head costs less than to have the kernel gather them.
        .writev(false)
        .serve_connection(TokioIo::new(line), service_fn(service));
    let mut connection = std::pin::pin!(connection);
    let broken = tokio::select! {
        biased;
        ended = connection.as_mut() => ended.is_err(),
        () = stop_asked(stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await.is_err()
        }
    };
    // A client that breaks off, or that was cut off, is its own business: there is nobody left to tell.
    drop((broken, seat));
}

/// Resolves when the portal is to stop.
async fn stop_asked(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which asks for the same.
    drop(stopped.wait_for(|asked| *asked).await);
}
