//! Calls to the payment platform, the post and the national portal: bounded in time, in tries and in number.

mod fetching;

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::{self, sleep};

use crate::ground::peer_connections::{ConnectionError, PeerConnections};

/// How long one try may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The pauses between the tries; there is one try more than there are pauses.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(100)];
/// Enough to keep a fast peer busy, few enough not to exhaust its sockets.
const IN_FLIGHT: usize = 256;
/// More than any answer of a peer needs.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Why a peer did not do what it was asked.
#[derive(Debug, Error)]
pub(crate) enum CallError {
    /// The address or the token cannot be put into a request.
    #[error("put together a request to {url}")]
    Request { url: String, source: http::Error },
    /// Nothing came back in time.
    #[error("get an answer from {url} within {} s", within.as_secs_f64())]
    Silence { url: String, within: Duration },
    /// The connection failed.
    #[error("reach {url}")]
    Connection { url: String, source: ConnectionError },
    /// The answer broke off or was too long.
    #[error("read the answer of {url}: {reason}")]
    Answer { url: String, reason: String },
    /// The peer refused.
    #[error("have {url} agree: it answered {status}")]
    Refused { url: String, status: StatusCode },
    /// The answer was not what was agreed.
    #[error("understand the answer of {url}")]
    Content { url: String, source: serde_json::Error },
}

impl CallError {
    /// Whether the peer says that the state of what it was asked about does not allow it.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, CallError::Refused { status, .. } if *status == StatusCode::CONFLICT)
    }

    /// Whether another try may help: a silence or a failure of the peer's own, not a decision.
    fn is_worth_another_try(&self) -> bool {
        match self {
            CallError::Silence { .. } | CallError::Connection { .. } | CallError::Answer { .. } => true,
            CallError::Refused { status, .. } => status.is_server_error(),
            CallError::Request { .. } | CallError::Content { .. } => false,
        }
    }
}

/// One call, and what may come of it.
pub(crate) struct Call<'call> {
    pub(crate) method: Method,
    pub(crate) url: &'call str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
    /// How long it may take.
    pub(crate) timeout: Duration,
    /// How long the answer may be, in bytes.
    pub(crate) longest: usize,
}

/// The client side of the portal.
pub(crate) struct Caller {
    connections: PeerConnections,
    /// One permit per call in flight, held over all its tries.
    gate: Semaphore,
}

impl Caller {
    pub(crate) fn new() -> Self {
        Self { connections: PeerConnections::default(), gate: Semaphore::new(IN_FLIGHT) }
    }

    /// Posts a JSON body, with a token where the peer wants one, until the peer has decided or the tries are
    /// used up. Peers recognise a repeated order, so that trying again is safe.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        url: &str,
        token: Option<&str>,
        body: Bytes,
    ) -> Result<T, CallError> {
        let Ok(_permit) = self.gate.acquire().await else {
            unreachable!("the gate is never closed");
        };
        for pause in PAUSES {
            match self.try_once(url, token, body.clone()).await {
                Err(error) if error.is_worth_another_try() => sleep(pause).await,
                decided => return decided,
            }
        }
        self.try_once(url, token, body).await
    }

    /// One try, for what must not be done twice in ignorance of the first time; whatever the peer answers is its answer.
    pub(crate) async fn once(&self, call: Call<'_>) -> Result<(StatusCode, Bytes), CallError> {
        let Ok(_permit) = self.gate.acquire().await else {
            unreachable!("the gate is never closed");
        };
        let here = || call.url.to_owned();
        let request = Request::builder().method(call.method).uri(call.url).header(CONTENT_TYPE, call.content_type);
        let request =
            request.body(Full::new(call.body)).map_err(|source| CallError::Request { url: here(), source })?;
        let exchange = time::timeout(call.timeout, self.send(request, call.url, call.longest)).await;
        exchange.unwrap_or_else(|_| Err(CallError::Silence { url: here(), within: call.timeout }))
    }

    async fn try_once<T: DeserializeOwned>(&self, url: &str, token: Option<&str>, body: Bytes) -> Result<T, CallError> {
        let exchange = time::timeout(TIMEOUT, self.exchange(url, token, body)).await;
        let answer = exchange.unwrap_or_else(|_| Err(CallError::Silence { url: url.to_owned(), within: TIMEOUT }))?;
        serde_json::from_slice(&answer).map_err(|source| CallError::Content { url: url.to_owned(), source })
    }

    async fn exchange(&self, url: &str, token: Option<&str>, body: Bytes) -> Result<Bytes, CallError> {
        let here = || url.to_owned();
        let mut request = Request::builder().method(Method::POST).uri(url).header(CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header("access_token", token);
        }
        let request = request.body(Full::new(body)).map_err(|source| CallError::Request { url: here(), source })?;
        let (status, answer) = self.send(request, url, LONGEST_ANSWER).await?;
        if status.is_success() { Ok(answer) } else { Err(CallError::Refused { url: here(), status }) }
    }

    /// Sends a request and reads the answer to its end.
    async fn send(
        &self,
        request: Request<Full<Bytes>>,
        url: &str,
        longest: usize,
    ) -> Result<(StatusCode, Bytes), CallError> {
        let here = || url.to_owned();
        self.connections.ask(request, longest).await.map_err(|error| match error {
            ConnectionError::TooLong => CallError::Answer { url: here(), reason: "it is too long".to_owned() },
            ConnectionError::Answer(reason) => CallError::Answer { url: here(), reason },
            source @ (ConnectionError::Address | ConnectionError::Connect(_) | ConnectionError::Exchange(_)) => {
                CallError::Connection { url: here(), source }
            }
        })
    }
}
