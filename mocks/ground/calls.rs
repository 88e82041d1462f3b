//! Calls to peers: bounded in time, in tries and in number.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Map, Value};
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::pool::{Pool, PoolError};

/// The pauses between the tries; there is one try more than there are pauses.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(100)];

/// One call, and its limits.
#[derive(Debug, Clone)]
pub struct Call<'call> {
    /// The method.
    pub method: Method,
    /// The address; plain HTTP only.
    pub url: &'call str,
    /// The content type of the body; `None` without a body.
    pub content_type: Option<&'static str>,
    /// A header by which the peer knows its caller: name and value.
    pub credentials: Option<(&'static str, &'call str)>,
    /// The body.
    pub body: Bytes,
    /// How long one try may take.
    pub timeout: Duration,
    /// How long the answer may be, in bytes.
    pub longest: usize,
}

impl<'call> Call<'call> {
    /// How long one try may take by default.
    pub const TIMEOUT: Duration = Duration::from_secs(5);
    /// How long an answer may be by default: more than a decision needs.
    pub const LONGEST: usize = 64 * 1024;

    /// A call without a body.
    pub fn get(url: &'call str) -> Self {
        Self {
            method: Method::GET,
            url,
            content_type: None,
            credentials: None,
            body: Bytes::new(),
            timeout: Self::TIMEOUT,
            longest: Self::LONGEST,
        }
    }

    /// Posts a JSON body.
    pub fn post(url: &'call str, body: Bytes) -> Self {
        Self { method: Method::POST, content_type: Some("application/json"), body, ..Self::get(url) }
    }
}

/// Why a peer gave no answer.
#[derive(Debug, Error)]
pub enum CallError {
    /// The address or the credentials cannot be put into a request.
    #[error("put together a request to {url}: {source}")]
    Request {
        /// The address.
        url: String,
        /// Why.
        source: http::Error,
    },
    /// Nothing came back in time.
    #[error("get an answer from {url} within {} s", within.as_secs_f64())]
    Timeout {
        /// The address.
        url: String,
        /// How long one try was allowed.
        within: Duration,
    },
    /// The connection failed, or the answer broke off or was too long.
    #[error("reach {url}: {source}")]
    Exchange {
        /// The address.
        url: String,
        /// What failed.
        source: PoolError,
    },
}

/// What a peer answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// A text in a JSON answer, which may begin with a byte order mark: a string as it is, a whole number in digits, empty if
    /// there is none.
    pub fn field(&self, name: &str) -> String {
        let json = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        match serde_json::from_slice::<Map<String, Value>>(json).unwrap_or_default().get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) if !number.is_f64() => number.to_string(),
            Some(Value::Number(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {
                String::new()
            }
        }
    }
}

/// How a try ended.
pub type Outcome = Result<Answer, CallError>;

/// Whether the peer has decided; a timeout, a broken exchange or a 5xx is worth another try, an invalid request is not.
fn is_decided(outcome: &Outcome) -> bool {
    match outcome {
        Ok(answer) => !answer.status.is_server_error(),
        Err(CallError::Request { .. }) => true,
        Err(CallError::Timeout { .. } | CallError::Exchange { .. }) => false,
    }
}

/// The client side of a system.
#[derive(Debug)]
pub struct Caller {
    pool: Pool,
    permits: Arc<Semaphore>,
}

impl Caller {
    /// Calls in flight of a busy system: enough to keep a fast peer busy, few enough not to exhaust its sockets.
    pub const IN_FLIGHT: usize = 256;

    /// A caller with at most `in_flight` calls at once.
    pub fn new(in_flight: usize) -> Self {
        Self { pool: Pool::default(), permits: Arc::new(Semaphore::new(in_flight)) }
    }

    /// Waits for a permit, which is held over all tries of a call.
    pub async fn permit(&self) -> OwnedSemaphorePermit {
        let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else {
            unreachable!("the semaphore is never closed");
        };
        permit
    }

    /// One try; whatever the peer answers is its answer.
    ///
    /// # Errors
    /// When there was no whole answer in time.
    pub async fn once(&self, call: &Call<'_>) -> Outcome {
        let url = || call.url.to_owned();
        let mut request = Request::builder().method(&call.method).uri(call.url);
        if let Some(content_type) = call.content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        if let Some((name, value)) = call.credentials {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(call.body.clone()));
        let request = request.map_err(|source| CallError::Request { url: url(), source })?;
        match timeout(call.timeout, self.pool.exchange(request, call.longest)).await {
            Ok(Ok((status, body))) => Ok(Answer { status, body }),
            Ok(Err(source)) => Err(CallError::Exchange { url: url(), source }),
            Err(_) => Err(CallError::Timeout { url: url(), within: call.timeout }),
        }
    }

    /// Tries until the peer has decided or the tries are used up, and passes every try to `note`; for what a peer recognises when it
    /// is repeated.
    ///
    /// # Errors
    /// As [`Caller::once`], of the last try.
    pub async fn until_decided(&self, call: &Call<'_>, mut note: impl FnMut(&Outcome)) -> Outcome {
        for pause in PAUSES {
            let outcome = self.once(call).await;
            note(&outcome);
            if is_decided(&outcome) {
                return outcome;
            }
            sleep(pause).await;
        }
        let outcome = self.once(call).await;
        note(&outcome);
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(body: &'static [u8]) -> String {
        Answer { status: StatusCode::OK, body: Bytes::from_static(body) }.field("code")
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_an_answer() {
        assert_eq!(code(b"\xef\xbb\xbf{\"code\":\"00\"}"), "00");
    }

    #[test]
    fn an_answer_without_the_field_has_none() {
        for body in [b"" as &[u8], b"OK", b"[]", b"{}", b"{\"code\":null}", b"{\"code\":1.5}"] {
            assert_eq!(code(body), "", "{body:?}");
        }
        assert_eq!(code(b"{\"code\":0}"), "0");
    }
}
