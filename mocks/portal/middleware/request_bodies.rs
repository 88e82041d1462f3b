//! The bodies of requests, read completely before anything is done: in time, and within a memory limit.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::domain::problem::{Kind, Problem};
use crate::middleware::layer::{Middleware, Next};

/// Far above any submission, far below what would hurt.
const LONGEST: usize = 1024 * 1024;
/// The longest body with a file; its route sets the exact limit.
const LONGEST_FILE: usize = 8 * 1024 * 1024;
/// How many kB of bodies may be under way at once. The first piece of each, up to 64 kB, is no part of it: there are no more
/// of those than connections.
const MOST_KB: usize = 256 * 1024;

/// The room there is for bodies under way.
#[derive(Debug, Clone)]
pub(crate) struct RequestBodies {
    room: Arc<Semaphore>,
    longest: Duration,
}

impl RequestBodies {
    pub(crate) fn new(longest: Duration) -> Self {
        Self { room: Arc::new(Semaphore::new(MOST_KB)), longest }
    }

    /// Reads a body. `path` is that of the request.
    pub(crate) async fn take<B>(&self, body: B, path: &str) -> Result<Bytes, Problem>
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        let longest = if path.ends_with("/attachments") { LONGEST_FILE } else { LONGEST };
        let whole = timeout(self.longest, self.collect(body, longest)).await;
        whole.unwrap_or_else(|_| Err(Problem::new(Kind::TooSlow, "the body did not come in time")))
    }

    /// Collects a body. One that comes in a single piece, as most do, is passed on as it is.
    async fn collect<B>(&self, mut body: B, longest: usize) -> Result<Bytes, Problem>
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > longest {
            return Err(too_large());
        }
        let first = next(&mut body).await?.unwrap_or_default();
        if body.is_end_stream() {
            return Ok(first);
        }
        let expected = if body.size_hint().exact().is_some() { announced } else { longest };
        let _room = self.room_for(expected)?;
        let mut whole = BytesMut::from(first);
        while let Some(piece) = next(&mut body).await? {
            if whole.len() + piece.len() > longest {
                return Err(too_large());
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    fn room_for(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let kilobytes = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).try_acquire_many_owned(kilobytes);
        room.map_err(|_full| Problem::new(Kind::TooMany, "too many long bodies are under way"))
    }
}

impl Middleware for RequestBodies {
    fn concerns(&self, request: &Request) -> bool {
        !request.body().is_end_stream()
    }

    async fn pass<N: Next>(self, request: Request, next: N) -> Response {
        let (parts, body) = request.into_parts();
        match self.take(body, parts.uri.path()).await {
            Ok(body) => next.run(Request::from_parts(parts, Body::from(body))).await,
            Err(problem) => problem.into_response(),
        }
    }
}

/// The next piece of a body; `None` at its end.
async fn next<B>(body: &mut B) -> Result<Option<Bytes>, Problem>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_broken| Problem::new(Kind::Malformed, "the body broke off"))?;
        // Trailers say nothing that is needed here.
        if let Ok(piece) = frame.into_data() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}

fn too_large() -> Problem {
    Problem::new(Kind::TooLarge, "the body is too long")
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;
    use crate::middleware::pieces;

    const TIMEOUT: Duration = Duration::from_secs(60);

    fn piecewise(length: usize) -> Body {
        pieces::in_pieces(&Bytes::from(vec![b'a'; length]), 100_000)
    }

    #[tokio::test]
    async fn bodies_come_in_whole() {
        let bodies = RequestBodies::new(TIMEOUT);
        assert_eq!(bodies.take(Full::new(Bytes::new()), "/").await.unwrap(), "");
        assert_eq!(bodies.take(Full::new(Bytes::from("{}")), "/").await.unwrap(), "{}");
        assert_eq!(bodies.take(piecewise(LONGEST), "/").await.unwrap().len(), LONGEST);
        assert_eq!(bodies.room.available_permits(), MOST_KB, "the room is given back");
    }

    #[tokio::test]
    async fn a_file_may_be_longer_than_a_form_and_nothing_longer_than_its_limit() {
        let bodies = RequestBodies::new(TIMEOUT);
        let kind = |body: Result<Bytes, Problem>| body.unwrap_err().kind();
        assert_eq!(kind(bodies.take(piecewise(LONGEST + 1), "/").await), Kind::TooLarge);
        assert_eq!(kind(bodies.take(Full::new(Bytes::from(vec![0; LONGEST + 1])), "/").await), Kind::TooLarge);
        let path = "/api/dossiers/A/attachments";
        assert_eq!(bodies.take(piecewise(LONGEST_FILE), path).await.unwrap().len(), LONGEST_FILE);
        assert_eq!(kind(bodies.take(piecewise(LONGEST_FILE + 1), path).await), Kind::TooLarge);
    }

    #[tokio::test]
    async fn a_body_that_stalls_or_breaks_off_is_refused() {
        let bodies = RequestBodies::new(Duration::from_millis(200));
        let slow = pieces::slowly(&Bytes::from_static(b"abc"), 3, Duration::from_secs(5));
        assert_eq!(bodies.take(slow, "/").await.unwrap_err().kind(), Kind::TooSlow);
        assert_eq!(bodies.take(pieces::broken(), "/").await.unwrap_err().kind(), Kind::Malformed);
    }

    #[tokio::test]
    async fn when_there_is_no_room_long_bodies_are_refused_and_short_ones_are_not() {
        let bodies = RequestBodies::new(TIMEOUT);
        let all = bodies.room_for(MOST_KB * 1024).unwrap();
        assert_eq!(bodies.take(piecewise(LONGEST), "/").await.unwrap_err().kind(), Kind::TooMany);
        assert_eq!(bodies.take(Full::new(Bytes::from("{}")), "/").await.unwrap(), "{}");
        drop(all);
        assert_eq!(bodies.take(piecewise(LONGEST), "/").await.unwrap().len(), LONGEST);
    }
}
