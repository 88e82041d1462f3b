//! A connection, plain or by TLS, that knows how it ended: what a request that got no answer may be taken for depends on it.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use http::Method;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::errno;
use crate::tls_failure::{TlsFailure, of_tls};

/// What was seen of a connection since a request was last put on it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Whether any byte came.
    answered: Cell<bool>,
    ended: Cell<Option<End>>,
    /// Why TLS could not be spoken any further.
    tls: OnceCell<TlsFailure>,
}

/// How the other side ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It closed it after it had read everything that had reached it.
    Closed,
    /// It closed it before it had read everything: its system answers what is not read with a reset.
    Reset,
}

impl Seen {
    /// A request is put on the connection.
    pub(crate) fn begin(&self) {
        self.answered.set(false);
    }

    /// Whether a request that a kept connection ended under may be sent once more on a new one.
    ///
    /// Only if no byte of an answer came. If the connection was closed in order, the portal may have read the request: then a
    /// method that is idempotent may be repeated (RFC 9110, section 9.2.2; RFC 9112, section 9.3.1), another may not. If it was
    /// reset, nobody had read the request to its end: the portal had closed the connection already, or closed it with the
    /// request unread, and every method may be repeated, as browsers do. (A program that reads a request, acts on it and then
    /// resets on purpose, without a byte of an answer, is not told apart.)
    pub(crate) fn may_send_again(&self, method: &Method) -> bool {
        !self.answered.get()
            && match self.ended.get() {
                Some(End::Reset) => true,
                Some(End::Closed) => method.is_idempotent(),
                None => false,
            }
    }

    /// Why a request that was put on it has no whole answer, in words: how it ended, or else that what came is no HTTP.
    pub(crate) fn why_broken(&self) -> Cow<'static, str> {
        if let Some(failure) = self.tls.get() {
            return Cow::Owned(failure.reason.clone());
        }
        Cow::Borrowed(match (self.ended.get(), self.answered.get()) {
            (Some(End::Reset), _) => errno::RESET,
            (Some(End::Closed), true) => "closed within the answer",
            (Some(End::Closed), false) => "closed before an answer",
            (None, _) => "malformed HTTP/1.1",
        })
    }

    /// Why TLS could not be spoken any further, if that is how it ended.
    pub(crate) fn tls_failure(&self) -> Option<TlsFailure> {
        self.tls.get().cloned()
    }

    /// After a reset there is nothing but an end to be read.
    fn end(&self, end: End) {
        if self.ended.get() != Some(End::Reset) {
            self.ended.set(Some(end));
        }
    }

    fn failed(&self, error: &Error) {
        if is_reset(error) {
            self.end(End::Reset);
        } else if error.kind() == ErrorKind::UnexpectedEof {
            // TLS, closed without a word.
            self.end(End::Closed);
        } else if of_tls(error).is_some() {
            // The first failure is the cause of the others.
            self.tls.get_or_init(|| TlsFailure::of(error, false));
        }
    }
}

/// Whether it says that the other side would hear no more.
pub(crate) fn is_reset(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted)
}

/// What bytes of HTTP go over.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }
}

/// Does the same with either kind of stream.
macro_rules! either {
    ($wire:ident, $stream:ident => $done:expr) => {
        match &mut $wire.stream {
            Stream::Plain(stream) => {
                let $stream = Pin::new(stream);
                $done
            }
            Stream::Tls(stream) => {
                let $stream = Pin::new(&mut **stream);
                $done
            }
        }
    };
}

/// A connection, watched.
pub(crate) struct Wire {
    stream: Stream,
    seen: Rc<Seen>,
    /// Whether every answer says itself where it ends, so that a reset cannot be taken for that: it is read as an end in order,
    /// for h2 would forget for it what a GOAWAY before it said.
    is_framed: bool,
}

impl Wire {
    pub(crate) fn new(stream: Stream, seen: Rc<Seen>, is_framed: bool) -> Self {
        Self { stream, seen, is_framed }
    }

    /// What writing came to. What the other side wrote before it ended the connection may still be to be read, be it an answer
    /// to a request that it did not read to its end: so who writes is not told of the end, who reads is.
    fn written(&self, polled: Poll<Result<usize, Error>>, length: usize) -> Poll<Result<usize, Error>> {
        let Poll::Ready(Err(error)) = &polled else { return polled };
        self.seen.failed(error);
        if is_reset(error) { Poll::Ready(Ok(length)) } else { polled }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<(), Error>> {
        let (before, room) = (buffer.filled().len(), buffer.remaining());
        let polled = either!(self, stream => stream.poll_read(context, buffer));
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Err(error)) => {
                self.seen.failed(error);
                if self.is_framed && is_reset(error) {
                    return Poll::Ready(Ok(()));
                }
            }
            Poll::Ready(Ok(())) if buffer.filled().len() > before => self.seen.answered.set(true),
            Poll::Ready(Ok(())) if room == 0 => {}
            // The end was read first, yet what we sent after it may have been answered with a reset.
            Poll::Ready(Ok(())) => {
                let error = self.stream.socket().take_error().ok().flatten();
                let is_reset = error.is_some_and(|error| is_reset(&error));
                self.seen.end(if is_reset { End::Reset } else { End::Closed });
            }
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, Error>> {
        let polled = either!(self, stream => stream.poll_write(context, bytes));
        self.written(polled, bytes.len())
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let polled = either!(self, stream => stream.poll_flush(context));
        self.written(polled.map_ok(|()| 0), 0).map_ok(|_all| ())
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        either!(self, stream => stream.poll_shutdown(context))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[std::io::IoSlice<'_>],
    ) -> Poll<Result<usize, Error>> {
        let polled = either!(self, stream => stream.poll_write_vectored(context, pieces));
        self.written(polled, pieces.iter().map(|piece| piece.len()).sum())
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_been_read_is_repeated_only_if_the_method_is_idempotent() {
        let of = |answered, ended| {
            let seen = Seen { answered: Cell::new(answered), ended: Cell::new(ended), tls: OnceCell::new() };
            [Method::GET, Method::PUT, Method::POST].map(|method| seen.may_send_again(&method))
        };
        assert_eq!(of(false, Some(End::Reset)), [true, true, true]);
        assert_eq!(of(false, Some(End::Closed)), [true, true, false]);
        assert_eq!(of(false, None), [false, false, false], "it did not end");
        assert_eq!(of(true, Some(End::Reset)), [false, false, false], "an answer had begun");
    }
}
