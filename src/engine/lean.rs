//! HTTP/1.1 without TLS, written onto the wire and read off it by whoever asks: no task of its own, no channel between.

use std::cell::Cell;
use std::future::poll_fn;
use std::io::Error;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use http::Request;
use http::header::CONTENT_LENGTH;
use model::words::Fault;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::http1::{AnswerReader, Head};
use crate::identity::{TRACEPARENT, Traceparent};
use crate::wire::Wire;

/// The most that is read at once, in bytes.
const PIECE: usize = 4 << 10;

/// A connection, and what came on it that was not understood yet.
pub(crate) struct Lean {
    wire: Wire,
    input: BytesMut,
}

/// Where a connection waits for its next request. It is not there while an answer is read, nor once it is of no more use.
pub(crate) type Home = Rc<Cell<Option<Box<Lean>>>>;

/// The body of an answer, still to be read.
pub(crate) struct LeanBody {
    lean: Box<Lean>,
    reader: AnswerReader,
    /// Where the connection goes afterwards, if it is kept.
    home: Option<Home>,
}

impl Lean {
    pub(crate) fn new(wire: Wire) -> Self {
        Self { wire, input: BytesMut::new() }
    }

    /// Whether neither its end came nor anything that nobody has asked for.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        poll_fn(|context| Poll::Ready(self.poll_fill(context).is_pending())).await && self.input.is_empty()
    }

    /// Sends a request, and waits for the head of its answer. `prefix` stands before the path.
    ///
    /// # Errors
    /// [`Fault::Broken`] if the connection broke, or what came is no answer.
    pub(crate) async fn ask(
        mut self: Box<Self>,
        request: &Request<Bytes>,
        prefix: &str,
        traceparent: Option<&Traceparent>,
        home: Home,
    ) -> Result<(Head, LeanBody), Fault> {
        let output = written(request, prefix, traceparent);
        let mut output = output.as_slice();
        let mut reader = AnswerReader::new(request.method().clone());
        // An answer may come, and end the exchange, before the request is written: too long, say.
        let mut is_cut_off = false;
        let head = poll_fn(|context| {
            while !output.is_empty() && !is_cut_off {
                match Pin::new(&mut self.wire).poll_write(context, output) {
                    Poll::Ready(Ok(length)) if length > 0 => output.advance(length),
                    Poll::Ready(_) => is_cut_off = true,
                    Poll::Pending => break,
                }
            }
            loop {
                match ready!(self.poll_fill(context)) {
                    Ok(length) if length > 0 => {}
                    Ok(_) | Err(_) => return Poll::Ready(Err(Fault::Broken)),
                }
                if let Some(head) = reader.read_head(&mut self.input)? {
                    return Poll::Ready(Ok(head));
                }
            }
        })
        .await?;
        let home = Some(home).filter(|_| head.is_kept && output.is_empty());
        Ok((head, LeanBody { lean: self, reader, home }))
    }

    /// Reads what has come; gives back how many bytes, 0 at its end.
    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        let mut piece = [const { MaybeUninit::uninit() }; PIECE];
        let mut buffer = ReadBuf::uninit(&mut piece);
        ready!(Pin::new(&mut self.wire).poll_read(context, &mut buffer))?;
        self.input.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl LeanBody {
    /// Reads it to its end, `longest` bytes at the most.
    ///
    /// # Errors
    /// [`Fault::Broken`] if the connection broke or it is no body, [`Fault::TooLong`] if it is too long.
    pub(crate) async fn read_whole(self, longest: usize) -> Result<Bytes, Fault> {
        let Self { mut lean, mut reader, home } = self;
        while !reader.read_body(&mut lean.input, longest)? {
            let length = poll_fn(|context| lean.poll_fill(context)).await.map_err(|_broken| Fault::Broken)?;
            if length == 0 {
                return if reader.close() { Ok(reader.body()) } else { Err(Fault::Broken) };
            }
        }
        if let Some(home) = home.filter(|_| lean.input.is_empty()) {
            home.set(Some(lean));
        }
        Ok(reader.body())
    }
}

/// A request as bytes.
pub(crate) fn written(request: &Request<Bytes>, prefix: &str, traceparent: Option<&Traceparent>) -> Vec<u8> {
    let body = request.body();
    let mut bytes = Vec::with_capacity(512 + body.len());
    let target = request.uri().path_and_query().map_or("/", |path| path.as_str());
    for part in [request.method().as_str(), " ", prefix, target, " HTTP/1.1\r\n"] {
        bytes.extend_from_slice(part.as_bytes());
    }
    for (name, value) in request.headers() {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
    if let Some(value) = traceparent {
        for part in [TRACEPARENT.as_str().as_bytes(), b": ", value, b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
    if !body.is_empty() && !request.headers().contains_key(CONTENT_LENGTH) {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}
