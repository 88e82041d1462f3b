//! One connection slot: speaks HTTP/1.1 over kept-alive connections, one exchange at a time, and takes the times.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use model::words::Fault;
use tokio::net::{TcpStream, lookup_host};

use crate::clock::RunClock;
use crate::guard::{Authority, Guard};

/// What one exchange came to, before anybody read the answer.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) sent: Option<u64>,
    pub(crate) first_byte: Option<u64>,
    pub(crate) done: u64,
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<Fault>,
    pub(crate) body: Bytes,
    pub(crate) reused: bool,
    pub(crate) bytes_sent: usize,
}

impl Attempt {
    /// Nothing was sent.
    pub(crate) fn not_sent(fault: Fault, done: u64) -> Self {
        Self {
            sent: None,
            first_byte: None,
            done,
            status: None,
            fault: Some(fault),
            body: Bytes::new(),
            reused: false,
            bytes_sent: 0,
        }
    }
}

/// Limits of an exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) longest_answer: usize,
}

/// A connection slot: at most one connection to each address it was sent to.
#[derive(Default)]
pub(crate) struct Browser {
    connections: Vec<(Authority, SendRequest<Full<Bytes>>)>,
}

impl Browser {
    /// Sends a request and waits for the whole answer, within the limits.
    pub(crate) async fn exchange(
        &mut self,
        authority: &Authority,
        request: Request<Full<Bytes>>,
        bytes_sent: usize,
        at: Scene<'_>,
    ) -> Attempt {
        let mut attempt = Attempt::not_sent(Fault::Connect, 0);
        attempt.bytes_sent = bytes_sent;
        let outcome =
            tokio::time::timeout(at.limits.timeout, self.converse(authority, request, &mut attempt, at)).await;
        attempt.fault = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(fault),
            Err(_elapsed) => Some(Fault::TimedOut),
        };
        if attempt.fault.is_some() {
            self.connections.retain(|(known, _)| known != authority);
        }
        attempt.done = at.clock.now();
        attempt
    }

    async fn converse(
        &mut self,
        authority: &Authority,
        request: Request<Full<Bytes>>,
        attempt: &mut Attempt,
        at: Scene<'_>,
    ) -> Result<(), Fault> {
        let kept = self.connections.iter().position(|(known, _)| known == authority);
        let mut request = Some(request);
        let mut response = None;
        if let Some(kept) = kept {
            if let Some((_, sender)) = self.connections.get_mut(kept)
                && is_ready(sender).await
            {
                attempt.reused = true;
                response = send(sender, &mut request, attempt, at).await?;
            }
            if response.is_none() {
                self.connections.swap_remove(kept);
            }
        }
        let response = match response {
            Some(response) => response,
            None => {
                attempt.reused = false;
                let mut sender = connect(authority, at.guard).await?;
                let response = send(&mut sender, &mut request, attempt, at).await?.ok_or(Fault::Broken)?;
                self.connections.push((authority.clone(), sender));
                response
            }
        };
        attempt.first_byte = Some(at.clock.now());
        attempt.status = Some(response.status().as_u16());
        match Limited::new(response.into_body(), at.limits.longest_answer).collect().await {
            Ok(body) => {
                attempt.body = body.to_bytes();
                Ok(())
            }
            Err(error) if error.is::<LengthLimitError>() => Err(Fault::TooLong),
            Err(_broken) => Err(Fault::Broken),
        }
    }
}

/// What an exchange needs of its surroundings.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) clock: &'a RunClock,
    pub(crate) guard: &'a Guard,
    pub(crate) limits: Limits,
}

/// Whether a kept connection can take a request.
async fn is_ready(sender: &mut SendRequest<Full<Bytes>>) -> bool {
    poll_fn(|context| match sender.poll_ready(context) {
        Poll::Ready(ready) => Poll::Ready(ready.is_ok()),
        Poll::Pending => Poll::Pending,
    })
    .await
}

/// Sends; `None` if the connection had closed before anything was sent, and the request is left for another.
async fn send(
    sender: &mut SendRequest<Full<Bytes>>,
    request: &mut Option<Request<Full<Bytes>>>,
    attempt: &mut Attempt,
    at: Scene<'_>,
) -> Result<Option<Response<Incoming>>, Fault> {
    let Some(taken) = request.take() else { return Err(Fault::Broken) };
    attempt.sent = Some(at.clock.now());
    match sender.try_send_request(taken).await {
        Ok(response) => Ok(Some(response)),
        Err(mut error) => match error.take_message() {
            Some(unsent) => {
                attempt.sent = None;
                *request = Some(unsent);
                Ok(None)
            }
            None => Err(Fault::Broken),
        },
    }
}

async fn connect(authority: &Authority, guard: &Guard) -> Result<SendRequest<Full<Bytes>>, Fault> {
    let address = resolve(authority, guard).await?;
    let stream = TcpStream::connect(address).await.map_err(|_refused| Fault::Connect)?;
    stream.set_nodelay(true).map_err(|_closed| Fault::Connect)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|_closed| Fault::Connect)?;
    tokio::task::spawn_local(async move {
        // How a connection ended is seen by the exchange that was on it.
        let _ended: Result<(), hyper::Error> = connection.await;
    });
    Ok(sender)
}

/// The address of an allowed host.
async fn resolve(authority: &Authority, guard: &Guard) -> Result<SocketAddr, Fault> {
    if !guard.allows(authority) {
        return Err(Fault::Forbidden);
    }
    let mut found = lookup_host((authority.host(), authority.port())).await.map_err(|_unknown_host| Fault::Connect)?;
    found.find(|address| guard.allows_address(authority, *address)).ok_or(Fault::Forbidden)
}
