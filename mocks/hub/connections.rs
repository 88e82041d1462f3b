//! Connections: as many as there are seats, each served until its client has been silent for too long.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower_service::Service;

use crate::line::Line;

/// How many connections may be open at once; one more is closed at once. Each costs some 10 kB while it idles.
const MOST_CONNECTIONS: u32 = 16_384;
/// How long a connection may take to send the head of its next request.
const IDLE: Duration = Duration::from_secs(600);
/// How long an exchange may take.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(30);
/// How long to wait before accepting again when the system has no sockets left.
const BREATH: Duration = Duration::from_millis(50);
/// How long open connections may take to finish when the hub stops.
const FAREWELL: Duration = Duration::from_secs(1);

/// Takes connections until it is time to stop, and lets those that are open end.
pub(crate) async fn serve(listener: TcpListener, routes: Router, stopped: watch::Receiver<bool>) {
    let seats = Arc::new(Semaphore::new(usize::try_from(MOST_CONNECTIONS).unwrap_or(usize::MAX)));
    tokio::select! {
        () = accept(&listener, &routes, &seats, &stopped) => {}
        () = stop_asked(stopped.clone()) => {}
    }
    drop(listener);
    // Whoever has not left by then is cut off.
    drop(tokio::time::timeout(FAREWELL, seats.acquire_many(MOST_CONNECTIONS)).await);
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

/// Serves one connection to its end; when the hub stops, to the end of the exchange under way.
async fn attend(stream: TcpStream, routes: Router, seat: OwnedSemaphorePermit, stopped: watch::Receiver<bool>) {
    // Without it answers are only slower: not worth refusing a connection for.
    drop(stream.set_nodelay(true));
    let (line, cut) = Line::new(stream);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        // A request may have its own connection cut.
        request.extensions_mut().insert(ConnectInfo(cut.clone()));
        routes.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(line), service);
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

/// Answers with 408 what takes too long, such as a body that comes byte by byte.
pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(LONGEST_EXCHANGE, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

async fn stop_asked(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which asks for the same.
    drop(stopped.wait_for(|asked| *asked).await);
}
