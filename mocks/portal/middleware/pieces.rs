//! Bodies that arrive in pieces, slowly, or not completely.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::Frame;
use tokio::time::{Instant, Sleep, sleep};

/// A body in pieces of at most `size` bytes, without a content length.
pub(crate) fn in_pieces(body: &Bytes, size: usize) -> Body {
    Body::new(Pieces { left: cut(body, size), pause: None })
}

/// A body in `count` pieces, with a pause before each.
pub(crate) fn slowly(body: &Bytes, count: usize, pause: Duration) -> Body {
    let size = body.len().div_ceil(count.max(1));
    Body::new(Pieces { left: cut(body, size), pause: Some((pause, Box::pin(sleep(pause)))) })
}

/// A body that breaks before its first byte, and with it the connection.
pub(crate) fn broken() -> Body {
    Body::new(Broken)
}

fn cut(body: &Bytes, size: usize) -> VecDeque<Bytes> {
    let mut left = body.clone();
    let mut pieces = VecDeque::new();
    while !left.is_empty() {
        let piece = left.split_to(size.max(1).min(left.len()));
        pieces.push_back(piece);
    }
    pieces
}

struct Pieces {
    left: VecDeque<Bytes>,
    /// How long to wait before each piece, and the wait that is under way.
    pause: Option<(Duration, Pin<Box<Sleep>>)>,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        if let Some((length, wait)) = &mut self.pause {
            ready!(wait.as_mut().poll(context));
            let next = Instant::now() + *length;
            wait.as_mut().reset(next);
        }
        Poll::Ready(self.left.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }
}

struct Broken;

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::ConnectionReset))))
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn pieces_make_the_whole() {
        let whole = Bytes::from_static(b"nothing is lost on the way");
        let pieces = cut(&whole, 7);
        assert_eq!(pieces.iter().map(Bytes::len).collect::<Vec<_>>(), [7, 7, 7, 5]);
        let read = in_pieces(&whole, 7).collect().await.unwrap().to_bytes();
        assert_eq!(read, whole);
        let read = slowly(&whole, 3, Duration::from_millis(1)).collect().await.unwrap().to_bytes();
        assert_eq!(read, whole);
        assert!(broken().collect().await.is_err());
    }
}
