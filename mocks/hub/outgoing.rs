//! Calls to a portal: bounded in time, in tries and in number.

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::Semaphore;

/// How long one try may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pauses between the tries; there is one try more than there are pauses.
pub(crate) const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(100)];
/// Enough to keep a fast portal busy, few enough not to exhaust its sockets.
const IN_FLIGHT: usize = 64;
/// How many characters of a reply the ledger keeps.
const KEPT: usize = 200;
/// More than any reply of a portal needs.
const LONGEST_REPLY: usize = 64 * 1024;

/// The client side of the hub.
pub(crate) struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    /// One permit per dossier in flight, held over all its tries.
    pub(crate) gate: Semaphore,
}

/// How one try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The HTTP status, if an answer came.
    pub(crate) status: Option<u16>,
    /// The beginning of the answer, or why there is none.
    pub(crate) detail: String,
}

impl Reply {
    fn none(why: impl Into<String>) -> Self {
        Self { status: None, detail: why.into() }
    }

    /// Whether the portal has decided; a silence or a failure of its own is worth another try.
    pub(crate) fn is_final(&self) -> bool {
        self.status.is_some_and(|status| status < 500)
    }
}

impl Caller {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { client: Client::builder(TokioExecutor::new()).build(connector), gate: Semaphore::new(IN_FLIGHT) }
    }

    /// One try to post a JSON body, with the token that the receiver knows it by, if there is one.
    pub(crate) async fn post(&self, url: &str, token: &str, body: Bytes) -> Reply {
        tokio::time::timeout(PATIENCE, self.exchange(url, token, body))
            .await
            .unwrap_or_else(|_| Reply::none("no answer in time"))
    }

    async fn exchange(&self, url: &str, token: &str, body: Bytes) -> Reply {
        let mut request = Request::builder().method(Method::POST).uri(url).header(CONTENT_TYPE, "application/json");
        if !token.is_empty() {
            request = request.header("access_token", token);
        }
        let Ok(request) = request.body(Full::new(body)) else {
            return Reply::none("the address is not a URL");
        };
        let answer = match self.client.request(request).await {
            Ok(answer) => answer,
            Err(error) => return Reply::none(error.to_string()),
        };
        let status = Some(answer.status().as_u16());
        let detail = match Limited::new(answer.into_body(), LONGEST_REPLY).collect().await {
            Ok(body) => String::from_utf8_lossy(&body.to_bytes()).chars().take(KEPT).collect(),
            Err(error) => error.to_string(),
        };
        Reply { status, detail }
    }
}
