//! The connections of a server: as many as there are permits, each served until it ends, is idle for too long, or the server
//! has drained.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, map_response};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncWriteExt, copy, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::connection::Connection;
use crate::server::Server;

/// How long to wait before accepting again when the system has no sockets left.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);
/// How long open connections may take to finish when the server stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);
/// The longest head of a request, and what is read ahead of a body.
const LONGEST_HEAD: usize = 64 * 1024;
/// How long an exchange may take: longer than the tries of a call that it may wait for.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(30);

/// The answer to one connection too many.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
/// How many connections may be refused at once with time to read it; beyond these, refusing is one write and a close.
const REFUSALS: usize = 64;
/// How long a client that is refused may take to read it.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);

/// The connection policy: what slow and many clients may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How many connections may be open at once; one more is answered with 503 and closed. One that has been served and
    /// idles takes some 28 kB, and 100 kB at the most while it sends a head.
    pub connections: usize,
    /// How long a connection may go without an answer, from its start or from the answer before: whether it is silent, sends
    /// its head byte by byte or does not read. It is closed then, and before twice as long is over.
    pub idle: Duration,
}

impl Policy {
    /// That of an ordinary server: 16,384 connections, ten minutes.
    pub const USUAL: Self = Self { connections: 16_384, idle: Duration::from_secs(600) };
}

impl Server {
    /// Serves the same routes on every connection; see [`Server::serve`].
    pub async fn serve_routes(self, policy: Policy, routes: Router) {
        let service = TowerToHyperService::new(routes);
        self.serve(policy, move |_| service.clone()).await;
    }

    /// Serves until it is asked to stop, then lets open exchanges finish for at most a second. `service_for` makes what
    /// serves a connection, and may change how that connection ends.
    pub async fn serve<S>(self, policy: Policy, service_for: impl Fn(&mut Connection) -> S)
    where
        S: Service<hyper::Request<Incoming>, Response = Response, Error = Infallible> + Send + 'static,
        S::Future: Send + 'static,
    {
        let Self { listener, stop } = self;
        let connections = GracefulShutdown::new();
        let serve = |stream, permit: OwnedSemaphorePermit| {
            let mut connection = Connection::new(stream, policy.idle);
            let service = service_for(&mut connection);
            let served = http1::Builder::new()
                .max_buf_size(LONGEST_HEAD)
                // Answers are short: to copy one behind its head costs less than to have the kernel gather them.
                .writev(false)
                .serve_connection(TokioIo::new(connection), service);
            let served = connections.watch(served);
            // A client that breaks off, or that was cut off, is its own business.
            tokio::spawn(async move { drop((served.await, permit)) });
        };
        tokio::select! {
            () = accept(&listener, policy, serve) => {}
            () = stop.asked() => {}
        }
        drop(listener);
        // A connection that is still open after that is cut off.
        drop(timeout(DRAIN_TIMEOUT, connections.shutdown()).await);
    }
}

/// Takes connections for as long as it is polled.
async fn accept(listener: &TcpListener, policy: Policy, serve: impl Fn(TcpStream, OwnedSemaphorePermit)) {
    let permits = Arc::new(Semaphore::new(policy.connections.min(Semaphore::MAX_PERMITS)));
    let refusals = Arc::new(Semaphore::new(REFUSALS));
    loop {
        match listener.accept().await {
            Ok((stream, _)) => match Arc::clone(&permits).try_acquire_owned() {
                Ok(permit) => serve(stream, permit),
                Err(_full) => match Arc::clone(&refusals).try_acquire_owned() {
                    Ok(refusal) => drop(tokio::spawn(refuse(stream, refusal))),
                    Err(_) => drop(stream.try_write(FULL)),
                },
            },
            Err(_) => sleep(ACCEPT_RETRY).await,
        }
    }
}

/// Answers, then reads what the client sends: to close a connection with unread bytes resets it, and the answer is lost.
async fn refuse(mut stream: TcpStream, refusal: OwnedSemaphorePermit) {
    let answer = async {
        stream.write_all(FULL).await?;
        stream.shutdown().await?;
        copy(&mut stream, &mut sink()).await
    };
    // A client that does not read its refusal has none.
    drop((timeout(REFUSAL_TIMEOUT, answer).await, refusal));
}

/// A middleware: answers with 408 what takes too long, such as a body that comes byte by byte.
pub async fn exchange_timeout(request: Request, next: Next) -> Response {
    let answer = timeout(LONGEST_EXCHANGE, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

/// A middleware: an answer of 503 carries `Retry-After`.
async fn retry_after(mut response: Response) -> Response {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(RETRY_AFTER).or_insert(HeaderValue::from_static("5"));
    }
    response
}

/// Routes under the usual limits: no body is longer than `longest_body` bytes, no exchange takes longer than half a minute,
/// and what is refused for want of room may be tried again.
pub fn limited<State>(routes: Router<State>, longest_body: usize) -> Router<State>
where
    State: Clone + Send + Sync + 'static,
{
    routes.layer(DefaultBodyLimit::max(longest_body)).layer(from_fn(exchange_timeout)).layer(map_response(retry_after))
}
