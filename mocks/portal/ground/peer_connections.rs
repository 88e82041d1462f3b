//! The portal's connections to its peers: kept for the next call, and driven by the caller, so that a call costs no
//! task of its own and no way between tasks.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Waker};

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::TcpStream;

/// Why an exchange with a peer failed.
#[derive(Debug, Error)]
pub(crate) enum ConnectionError {
    /// The address does not say where the peer is, or asks for more than plain HTTP.
    #[error("find http:// and a host in the address")]
    Address,
    #[error("connect")]
    Connect(#[source] io::Error),
    #[error("exchange")]
    Exchange(#[source] hyper::Error),
    /// The answer broke off.
    #[error("read the answer: {0}")]
    Answer(String),
    #[error("read the answer: it is too long")]
    TooLong,
}

/// The connections that are free, by host and port. There are never more than there were calls at once.
#[derive(Debug, Default)]
pub(crate) struct PeerConnections {
    free: Mutex<HashMap<String, Vec<PeerConnection>>>,
}

/// One connection.
#[derive(Debug)]
struct PeerConnection {
    sender: SendRequest<Full<Bytes>>,
    /// What moves the bytes, whenever it is polled.
    mover: Pin<Box<Connection<TokioIo<TcpStream>, Full<Bytes>>>>,
}

impl PeerConnections {
    /// Sends a request and reads its answer to the end, which may have `longest` bytes.
    pub(crate) async fn ask(
        &self,
        mut request: Request<Full<Bytes>>,
        longest: usize,
    ) -> Result<(StatusCode, Bytes), ConnectionError> {
        let peer = prepare(&mut request)?;
        let PeerConnection { mut sender, mut mover } = match self.take(&peer) {
            Some(connection) => connection,
            None => open(&peer).await?,
        };
        let mut exchange = Box::pin(exchange(&mut sender, request, longest));
        let (outcome, is_open) = tokio::select! {
            biased;
            outcome = exchange.as_mut() => (outcome, true),
            _ended = mover.as_mut() => (exchange.as_mut().await, false),
        };
        drop(exchange);
        if is_open && outcome.is_ok() {
            self.keep(peer, PeerConnection { sender, mover });
        }
        outcome
    }

    /// A free connection that the peer has not closed meanwhile.
    fn take(&self, peer: &str) -> Option<PeerConnection> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let connections = free.get_mut(peer)?;
        while let Some(mut connection) = connections.pop() {
            let has_ended = connection.mover.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
            if !has_ended && !connection.sender.is_closed() {
                return Some(connection);
            }
        }
        None
    }

    fn keep(&self, peer: String, connection: PeerConnection) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.entry(peer).or_default().push(connection);
    }
}

/// Makes a request one to a known host; that host and its port.
fn prepare(request: &mut Request<Full<Bytes>>) -> Result<String, ConnectionError> {
    let uri = std::mem::take(request.uri_mut()).into_parts();
    let authority =
        uri.authority.filter(|_| uri.scheme == Some(http::uri::Scheme::HTTP)).ok_or(ConnectionError::Address)?;
    *request.uri_mut() = uri.path_and_query.map_or_else(Uri::default, Uri::from);
    let host = HeaderValue::from_str(authority.as_str()).map_err(|_odd| ConnectionError::Address)?;
    request.headers_mut().insert(HOST, host);
    Ok(format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80)))
}

async fn open(peer: &str) -> Result<PeerConnection, ConnectionError> {
    let stream = TcpStream::connect(peer).await.map_err(ConnectionError::Connect)?;
    // Without it calls are only slower.
    drop(stream.set_nodelay(true));
    let (sender, mover) =
        http1::Builder::new().writev(false).handshake(TokioIo::new(stream)).await.map_err(ConnectionError::Exchange)?;
    Ok(PeerConnection { sender, mover: Box::pin(mover) })
}

async fn exchange(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
    longest: usize,
) -> Result<(StatusCode, Bytes), ConnectionError> {
    sender.ready().await.map_err(ConnectionError::Exchange)?;
    let answer = sender.send_request(request).await.map_err(ConnectionError::Exchange)?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), longest).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            ConnectionError::TooLong
        } else {
            ConnectionError::Answer(error.to_string())
        }
    })?;
    Ok((status, body.to_bytes()))
}
