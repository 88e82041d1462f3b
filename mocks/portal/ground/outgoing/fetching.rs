//! Reports fetched from a peer: longer than its answers to orders, and bounded as well.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use tokio::time::{sleep, timeout};

use crate::ground::outgoing::{CallError, Caller, PAUSES, TIMEOUT};

impl Caller {
    /// Gets a report of `longest` bytes at most, with a token where the peer wants one. Tries again as
    /// [`Caller::post`] does: a report changes nothing.
    pub(crate) async fn get(&self, url: &str, token: Option<&str>, longest: usize) -> Result<Bytes, CallError> {
        let Ok(_permit) = self.gate.acquire().await else {
            unreachable!("the gate is never closed");
        };
        for pause in PAUSES {
            match self.fetch(url, token, longest).await {
                Err(error) if error.is_worth_another_try() => sleep(pause).await,
                decided => return decided,
            }
        }
        self.fetch(url, token, longest).await
    }

    async fn fetch(&self, url: &str, token: Option<&str>, longest: usize) -> Result<Bytes, CallError> {
        let fetched = timeout(TIMEOUT, self.read(url, token, longest)).await;
        fetched.unwrap_or_else(|_| Err(CallError::Silence { url: url.to_owned(), within: TIMEOUT }))
    }

    async fn read(&self, url: &str, token: Option<&str>, longest: usize) -> Result<Bytes, CallError> {
        let here = || url.to_owned();
        let mut request = Request::builder().method(Method::GET).uri(url);
        if let Some(token) = token {
            request = request.header("access_token", token);
        }
        let request =
            request.body(Full::new(Bytes::new())).map_err(|source| CallError::Request { url: here(), source })?;
        let (status, body) = self.send(request, url, longest).await?;
        if status.is_success() { Ok(body) } else { Err(CallError::Refused { url: here(), status }) }
    }
}
