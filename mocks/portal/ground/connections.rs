//! The connections of the portal: accepted while there are permits, each served until it ends or is cut off.

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

use crate::ground::connection::Connection;
use crate::ground::limits::ConnectionLimits;

/// How long to wait before accepting again when the system has no sockets left.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);
/// How long open connections may take to finish when the portal stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);
/// The longest head of a request, and what is read ahead of a body.
const LONGEST_HEAD: usize = 64 * 1024;

/// The answer to one connection too many.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// How a connection ends that gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloseMode {
    /// As connections end: what was sent is delivered first.
    Graceful,
    /// With a reset.
    Reset,
}

/// The rules for all connections.
pub(crate) struct Policy<P> {
    pub(crate) limits: ConnectionLimits,
    /// Says how a connection that comes now is to end.
    pub(crate) close_mode: P,
}

/// Serves until it is asked to stop, and then lets open connections finish for a moment.
pub(crate) async fn serve<P, S, F>(listener: TcpListener, policy: Policy<P>, service: S, stopped: watch::Receiver<bool>)
where
    P: Fn() -> CloseMode,
    S: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    let most = policy.limits.connections.min(Semaphore::MAX_PERMITS);
    let permits = Arc::new(Semaphore::new(most));
    tokio::select! {
        () = accept(&listener, &policy, &service, &permits, &stopped) => {}
        () = stop_asked(stopped.clone()) => {}
    }
    drop(listener);
    let everyone = u32::try_from(most).unwrap_or(u32::MAX);
    // Connections that are still open by then are cut off.
    drop(tokio::time::timeout(DRAIN_TIMEOUT, permits.acquire_many(everyone)).await);
}

/// Takes connections for as long as it is polled.
async fn accept<P, S, F>(
    listener: &TcpListener,
    policy: &Policy<P>,
    service: &S,
    permits: &Arc<Semaphore>,
    stopped: &watch::Receiver<bool>,
) where
    P: Fn() -> CloseMode,
    S: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((stream, _)) => match Arc::clone(permits).try_acquire_owned() {
                Ok(permit) => {
                    let connection = connection(stream, (policy.close_mode)(), policy.limits.idle);
                    tokio::spawn(attend(connection, service.clone(), permit, stopped.clone()));
                }
                // It has room for so few bytes, and if not, closing says the same.
                Err(_none_left) => drop(stream.try_write(FULL)),
            },
            Err(_) => tokio::time::sleep(ACCEPT_RETRY).await,
        }
    }
}

fn connection(stream: TcpStream, close_mode: CloseMode, idle: Duration) -> Connection {
    if close_mode == CloseMode::Reset {
        // Without it connections close gracefully, which is fault enough.
        drop(stream.set_zero_linger());
    }
    // Without it answers are only slower: not worth refusing a connection for.
    drop(stream.set_nodelay(true));
    Connection::new(stream, idle)
}

/// Serves one connection to its end; when the portal stops, to the end of the exchange under way.
async fn attend<S, F>(connection: Connection, service: S, permit: OwnedSemaphorePermit, stopped: watch::Receiver<bool>)
where
    S: Fn(Request<Incoming>) -> F,
    F: Future<Output = Result<Response, Infallible>>,
{
    let connection = http1::Builder::new()
        .max_buf_size(LONGEST_HEAD)
        // Answers are short: to copy one behind its head costs less than to have the kernel gather them.
        .writev(false)
        .serve_connection(TokioIo::new(connection), service_fn(service));
    let mut connection = std::pin::pin!(connection);
    let broken = tokio::select! {
        biased;
        ended = connection.as_mut() => ended.is_err(),
        () = stop_asked(stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await.is_err()
        }
    };
    // A client that breaks off, or that was cut off, is its own business: no client is left to answer.
    drop((broken, permit));
}

/// Resolves when the portal is to stop.
async fn stop_asked(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which asks for the same.
    drop(stopped.wait_for(|asked| *asked).await);
}
