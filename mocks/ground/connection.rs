//! One connection as the server sees it: a stream that breaks when it has gone without an answer for too long, and that can be
//! cut instead of answered.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// A watched stream. The watch costs a request a flag and a look at a timer that is not due.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    idle: Duration,
    /// When to look again whether something was written. It is not reset with every answer: that would cost more.
    watch: Pin<Box<Sleep>>,
    /// Whether something was written since the last look.
    has_written: bool,
    /// `None` unless a cut was asked for.
    cut: Option<Cut>,
}

/// Cuts one connection: a request can have its own connection reset instead of answered.
#[derive(Debug, Clone, Default)]
pub struct Cut(Arc<AtomicBool>);

impl Cut {
    /// The next byte that is to be written resets the connection instead.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, idle: Duration) -> Self {
        // Without it answers are only slower: not worth refusing a connection for.
        drop(stream.set_nodelay(true));
        Self { stream, idle, watch: Box::pin(sleep(idle)), has_written: false, cut: None }
    }

    /// However this connection ends, it ends with a reset.
    pub fn reset_on_close(&self) {
        // Without it the connection ends as others do.
        drop(self.stream.set_zero_linger());
    }

    /// What cuts this connection.
    pub fn cut(&mut self) -> Cut {
        self.cut.get_or_insert_default().clone()
    }

    /// Fails once the connection is to be cut, and has the kernel send a reset when it is dropped.
    fn check(&self) -> io::Result<()> {
        if self.cut.as_ref().is_some_and(|cut| cut.0.load(Ordering::Relaxed)) {
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }

    /// Breaks the connection if nothing was written between two looks.
    fn look(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        while self.watch.as_mut().poll(context).is_ready() {
            if !std::mem::take(&mut self.has_written) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let next = Instant::now() + self.idle;
            self.watch.as_mut().reset(next);
        }
        Ok(())
    }

    fn written(&mut self, outcome: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match outcome {
            Poll::Ready(_) => self.has_written = true,
            Poll::Pending => self.look(context)?,
        }
        outcome
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if outcome.is_pending() {
            self.look(context)?;
        }
        outcome
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(outcome, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(outcome, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
