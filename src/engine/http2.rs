//! HTTP/2 (RFC 9113): one exchange at a time on a connection, as with HTTP/1.1.
//!
//! Frames are read and written by `h2`, in one task for each connection. What HTTP/1.1 bounds is bounded here, too: the
//! length of a head and its headers, informational answers, and how much of a body is taken before somebody reads it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::io::ErrorKind;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use h2::client::{Builder, Connection, ResponseFuture, SendRequest};
use h2::{Reason, RecvStream};
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TE, TRANSFER_ENCODING, UPGRADE};
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Request, Response, Uri, Version};
use model::words::Fault;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::connection::NoAnswer;
use crate::http1::{MOST_HEADERS, MOST_INTERIM};
use crate::identity::{TRACEPARENT, Traceparent};
use crate::own_limits::Trouble;
use crate::pieces::Pieces;
use crate::proxy::write_whole;
use crate::wire::Wire;

/// The longest head of an answer, in bytes, of which each header counts 32 more (RFC 9113, section 6.5.2).
const LONGEST_HEAD: u32 = 64 << 10;

/// Bytes of a body that may come before somebody has read them.
const WINDOW: u32 = 1 << 20;

/// How long a connection that nobody needs any more may take to say so to the other side.
const FAREWELL: Duration = Duration::from_secs(1);

/// What belongs to one connection of HTTP/1.1 and must not be sent (RFC 9113, section 8.2.2).
const OF_HTTP_1: [HeaderName; 6] = [
    HOST,
    CONNECTION,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// Why a connection ended, once it has and the other side has said so.
type Ended = Rc<OnceCell<Cow<'static, str>>>;

/// A connection that is kept as long as the other side keeps it. Dropped, it is closed in order.
pub(crate) struct Http2 {
    sender: SendRequest<Bytes>,
    scheme: Scheme,
    ended: Ended,
    /// Dropped after the sender, it tells the task that the connection is needed no more.
    _owner: oneshot::Sender<Infallible>,
}

/// The body of an answer, still to be read.
pub(crate) struct Http2Body {
    stream: RecvStream,
    ended: Ended,
}

impl Http2 {
    /// Begins to speak: nothing of the other side is awaited.
    pub(crate) async fn begin(wire: Wire, scheme: Scheme) -> Result<Self, Fault> {
        let begun = Builder::new()
            .enable_push(false)
            .max_header_list_size(LONGEST_HEAD)
            .initial_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .handshake(wire)
            .await;
        let (sender, connection) = begun.map_err(|_closed| Fault::Connect)?;
        let ended = Ended::default();
        let (owner, gone) = oneshot::channel();
        tokio::task::spawn_local(drive(connection, gone, Rc::clone(&ended)));
        Ok(Self { sender, scheme, ended, _owner: owner })
    }

    /// Whether it can take a request: it was neither closed nor announced to be.
    pub(crate) async fn is_ready(&mut self) -> bool {
        poll_fn(|context| Poll::Ready(matches!(self.sender.poll_ready(context), Poll::Ready(Ok(()))))).await
    }

    /// Sends a request, and waits for the head of its answer.
    pub(crate) async fn ask(
        &mut self,
        request: &Request<Bytes>,
        traceparent: Option<&Traceparent>,
    ) -> Result<Response<Http2Body>, NoAnswer> {
        let head = written(request, &self.scheme, traceparent).ok_or(NoAnswer::Unsent)?;
        let body = request.body();
        let sent = self.sender.send_request(head, body.is_empty());
        let (mut answer, mut stream) = sent.map_err(|_closed| NoAnswer::Unsent)?;
        if !body.is_empty() {
            // It is in memory anyway, and leaves as fast as the other side takes it.
            stream.send_data(body.clone(), true).map_err(|error| self.no_answer(&error))?;
        }
        let mut interim = 0;
        let answer = poll_fn(|context| poll_answer(&mut answer, &mut interim, context)).await;
        let answer = match answer {
            Ok(answer) => answer.map_err(|error| self.no_answer(&error))?,
            Err(flood) => return Err(NoAnswer::Broken(flood)),
        };
        if answer.headers().len() > MOST_HEADERS {
            return Err(NoAnswer::Broken(broken("an answer of more than 100 headers")));
        }
        Ok(answer.map(|stream| Http2Body { stream, ended: Rc::clone(&self.ended) }))
    }

    fn no_answer(&self, error: &h2::Error) -> NoAnswer {
        let trouble = trouble(error, &self.ended);
        if was_not_processed(error) { NoAnswer::Unread(trouble) } else { NoAnswer::Broken(trouble) }
    }
}

impl Http2Body {
    /// Reads it to its end, `longest` bytes at the most.
    ///
    /// # Errors
    /// [`Fault::Broken`] if it broke, with the reason that the other side gave; [`Fault::TooLong`] if it is too long.
    pub(crate) async fn read_whole(mut self, longest: usize) -> Result<Bytes, Trouble> {
        let mut pieces = Pieces::default();
        while let Some(piece) = poll_fn(|context| self.stream.poll_data(context)).await {
            let piece = piece.map_err(|error| trouble(&error, &self.ended))?;
            let released = self.stream.flow_control().release_capacity(piece.len());
            released.map_err(|error| trouble(&error, &self.ended))?;
            pieces.add(piece, longest)?;
        }
        Ok(pieces.whole())
    }
}

/// Reads and writes frames until the connection has ended, or was dropped and has said so.
async fn drive(mut connection: Connection<Wire, Bytes>, gone: oneshot::Receiver<Infallible>, ended: Ended) {
    tokio::select! {
        result = &mut connection => {
            if let Some(reason) = result.err().as_ref().and_then(said) {
                ended.get_or_init(|| reason);
            }
        }
        _dropped = gone => drop(tokio::time::timeout(FAREWELL, connection).await),
    }
}

/// The answer, behind informational ones; their flood is the outer error.
fn poll_answer(
    answer: &mut ResponseFuture,
    interim: &mut u8,
    context: &mut Context<'_>,
) -> Poll<Result<Result<Response<RecvStream>, h2::Error>, Trouble>> {
    while let Some(informational) = ready!(answer.poll_informational(context)) {
        if let Err(error) = informational {
            return Poll::Ready(Ok(Err(error)));
        }
        *interim += 1;
        if *interim > MOST_INTERIM {
            return Poll::Ready(Err(broken("more than 100 informational answers")));
        }
    }
    Pin::new(answer).poll(context).map(Ok)
}

/// The head of a request as HTTP/2 has it; `None` if its host is none.
fn written(request: &Request<Bytes>, scheme: &Scheme, traceparent: Option<&Traceparent>) -> Option<Request<()>> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let host = request.headers().get(HOST)?.as_bytes();
    let uri = Uri::builder().scheme(scheme.clone()).authority(host).path_and_query(path).build().ok()?;
    let mut headers = HeaderMap::with_capacity(request.headers().len() + 2);
    headers.extend(
        request
            .headers()
            .iter()
            .filter(|(name, value)| may_be_sent(name, value))
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    if let Some(value) = traceparent.and_then(|value| HeaderValue::from_bytes(value).ok()) {
        headers.insert(TRACEPARENT, value);
    }
    if !request.body().is_empty() {
        headers.entry(CONTENT_LENGTH).or_insert_with(|| request.body().len().into());
    }
    let mut head = Request::new(());
    *head.method_mut() = request.method().clone();
    *head.version_mut() = Version::HTTP_2;
    *head.uri_mut() = uri;
    *head.headers_mut() = headers;
    Some(head)
}

fn may_be_sent(name: &HeaderName, value: &HeaderValue) -> bool {
    !OF_HTTP_1.contains(name) && (*name != TE || value == "trailers")
}

/// Whether the other side says that it did nothing of a request (RFC 9113, section 8.7). A GOAWAY ends at once only what it
/// does not count.
fn was_not_processed(error: &h2::Error) -> bool {
    error.is_remote() && (error.is_go_away() || error.reason() == Some(Reason::REFUSED_STREAM))
}

fn trouble(error: &h2::Error, ended: &Ended) -> Trouble {
    Trouble { fault: Fault::Broken, reason: said(error).or_else(|| ended.get().cloned()) }
}

fn broken(why: &'static str) -> Trouble {
    Trouble { fault: Fault::Broken, reason: Some(Cow::Borrowed(why)) }
}

/// The error code of a frame, and whose frame it is: the other side's, or ours about what came.
fn said(error: &h2::Error) -> Option<Cow<'static, str>> {
    let code = error.reason()?;
    let whose = match (error.is_remote(), error.is_go_away()) {
        (true, true) => "GOAWAY",
        (true, false) => "RST_STREAM",
        (false, _) => "no HTTP/2",
    };
    Some(Cow::Owned(format!("{whose}: {code:?}")))
}

/// Greets a server without TLS, and says whether it speaks HTTP/2: its first frame must be SETTINGS (RFC 9113, section 3.4).
pub(crate) async fn greet(stream: &TcpStream) -> bool {
    const GREETING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    const SETTINGS: u8 = 4;
    if write_whole(stream, GREETING).await.is_err() {
        return false;
    }
    let (mut first, mut length) = ([0; 4], 0);
    while length < first.len() {
        let room = first.get_mut(length..).unwrap_or_default();
        match stream.readable().await.and_then(|()| stream.try_read(room)) {
            Ok(read @ 1..) => length += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Ok(_) | Err(_) => return false,
        }
    }
    first[3] == SETTINGS
}
