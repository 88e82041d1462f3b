//! Calls to the portal: bounded in time, in tries and in number.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use tokio::sync::Semaphore;

/// How long one try may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pauses between the tries; there is one try more than there are pauses.
pub(crate) const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(100)];
/// Enough to keep a fast portal busy, few enough not to exhaust its sockets.
const IN_FLIGHT: usize = 256;
/// More than any reply of a portal needs.
const LONGEST_REPLY: usize = 64 * 1024;

/// The client side of the post.
pub(crate) struct Caller {
    client: Client<HttpConnector, Full<Bytes>>,
    /// One permit per report in flight, held over all its tries.
    pub(crate) gate: Arc<Semaphore>,
}

/// How one try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The HTTP status, if an answer came.
    pub(crate) status: Option<u16>,
    /// The portal's reply code, or why there is none.
    pub(crate) code: String,
}

impl Reply {
    fn none(why: impl Into<String>) -> Self {
        Self { status: None, code: why.into() }
    }

    /// Whether the portal has decided; a silence or a failure of its own is worth another try.
    pub(crate) fn is_final(&self) -> bool {
        self.status.is_some_and(|status| status < 500)
    }
}

#[derive(Deserialize)]
struct ReplyBody {
    code: String,
}

impl Caller {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            gate: Arc::new(Semaphore::new(IN_FLIGHT)),
        }
    }

    /// One try to post a JSON body, with the token that both sides know.
    pub(crate) async fn post(&self, url: &str, token: &str, body: Bytes) -> Reply {
        tokio::time::timeout(PATIENCE, self.exchange(url, token, body))
            .await
            .unwrap_or_else(|_| Reply::none("no answer in time"))
    }

    async fn exchange(&self, url: &str, token: &str, body: Bytes) -> Reply {
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(CONTENT_TYPE, "application/json")
            .header("access_token", token);
        let Ok(request) = request.body(Full::new(body)) else {
            return Reply::none("the address or the token cannot be sent");
        };
        let answer = match self.client.request(request).await {
            Ok(answer) => answer,
            Err(error) => return Reply::none(error.to_string()),
        };
        let status = Some(answer.status().as_u16());
        let code = match Limited::new(answer.into_body(), LONGEST_REPLY).collect().await {
            Ok(body) => code_in(&body.to_bytes()),
            Err(error) => error.to_string(),
        };
        Reply { status, code }
    }
}

/// The reply code in an answer, which may begin with a byte order mark; empty if there is none.
fn code_in(answer: &[u8]) -> String {
    let json = answer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(answer);
    serde_json::from_slice(json).map_or_else(|_| String::new(), |reply: ReplyBody| reply.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_reply() {
        assert_eq!(code_in(b"\xef\xbb\xbf{\"code\":\"00\"}"), "00");
        assert_eq!(code_in(b"<html>"), "");
    }
}
