//! One connection to a portal or a peer: HTTP over TCP or TLS, one request and its answer at a time.
//!
//! What is below requests and answers is known here only.

use std::cell::Cell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use model::words::Fault;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;

use crate::authority::Authority;
use crate::errno::named;
use crate::guard::Guard;
use crate::http_version::HttpVersion;
use crate::http2::{Http2, Http2Body, greet};
use crate::identity::{TRACEPARENT, Traceparent};
use crate::lean::{Home, Lean, LeanBody};
use crate::own_limits::Trouble;
use crate::pieces::Pieces;
use crate::proxy::tunnel;
use crate::tls::TlsSessions;
use crate::tls_failure::TlsFailure;
use crate::wire::{Seen, Stream, Wire};

/// The longest head of an answer, and the most that is read at once: a flood on one connection must leave the others
/// their turn.
const LONGEST_HEAD: usize = 64 << 10;

/// A connection that is kept as long as the other side keeps it.
pub(crate) struct Connection {
    speaker: Speaker,
    seen: Rc<Seen>,
    /// What stands before every path where a proxy is asked for it, which must be told the host (RFC 9112, section 3.2.2).
    prefix: Option<String>,
}

/// Who writes requests and reads answers.
enum Speaker {
    Hyper(SendRequest<Full<Bytes>>),
    Lean(Home),
    Http2(Http2),
}

/// What speaks HTTP/1.1 where there is no TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpCodec {
    /// Our own, within the task of whoever asks.
    #[default]
    Lean,
    /// hyper, which speaks it under TLS in any case: to compare.
    Hyper,
}

/// Why a request has no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The connection had closed before anything was sent.
    Unsent,
    /// It broke after something was sent, or what came is no answer.
    Broken(Trouble),
    /// It was sent, and the other side says that it did nothing of it.
    Unread(Trouble),
}

impl NoAnswer {
    fn explained(self, seen: &Seen) -> Self {
        match self {
            Self::Unsent => Self::Unsent,
            Self::Broken(trouble) => Self::Broken(explained(trouble, seen)),
            Self::Unread(trouble) => Self::Unread(explained(trouble, seen)),
        }
    }
}

fn explained(mut trouble: Trouble, seen: &Seen) -> Trouble {
    trouble.reason.get_or_insert_with(|| seen.why_broken());
    trouble
}

/// Why there is no connection.
pub(crate) enum NotOpened {
    /// The host could not be reached.
    Unreached(Trouble),
    /// It was, and TLS could not be spoken with it.
    Tls(TlsFailure),
    /// It was, and does not speak HTTP/2 (found by [`probe`] only).
    NoHttp2,
}

impl<T: Into<Trouble>> From<T> for NotOpened {
    fn from(trouble: T) -> Self {
        Self::Unreached(trouble.into())
    }
}

impl NotOpened {
    pub(crate) fn trouble(self) -> Trouble {
        match self {
            Self::Unreached(trouble) => trouble,
            Self::Tls(failure) => failure.into(),
            Self::NoHttp2 => Fault::Connect.into(),
        }
    }
}

/// The head of an answer, whose body is still to be read.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: AnswerBody,
}

/// The body of an answer, still to be read.
pub(crate) enum AnswerBody {
    Hyper(Incoming),
    Lean(LeanBody),
    Http2(Http2Body),
}

impl Connection {
    /// Opens a connection to an allowed host, by TLS if there is to be any.
    pub(crate) async fn open(
        authority: &Authority,
        guard: &Guard,
        tls: Option<&TlsSessions>,
        codec: HttpCodec,
        now: u64,
    ) -> Result<Self, NotOpened> {
        let (stream, is_2) = open(authority, guard, tls, now).await?;
        guard.note_spoken(authority, is_2);
        let seen = Rc::new(Seen::default());
        let wire = Wire::new(stream, Rc::clone(&seen), is_2);
        let speaker = if is_2 {
            let scheme = if tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
            Speaker::Http2(Http2::begin(wire, scheme).await?)
        } else if tls.is_none() && codec == HttpCodec::Lean {
            Speaker::Lean(Rc::new(Cell::new(Some(Box::new(Lean::new(wire))))))
        } else {
            let handshake = Builder::new().max_buf_size(LONGEST_HEAD).handshake(TokioIo::new(wire));
            let (sender, connection) =
                handshake.await.map_err(|_closed| Trouble::because(Fault::Connect, "closed at once"))?;
            tokio::task::spawn_local(async move {
                // How a connection ended is seen by the exchange that was on it.
                let _ended: Result<(), hyper::Error> = connection.await;
            });
            Speaker::Hyper(sender)
        };
        let is_told_host = guard.proxy(authority).is_some() && !is_tunnelled(authority, guard);
        Ok(Self { speaker, seen, prefix: is_told_host.then(|| authority.to_string()) })
    }

    /// Whether it can take a request: it was not closed since its last answer.
    pub(crate) async fn is_ready(&mut self) -> bool {
        match &mut self.speaker {
            Speaker::Hyper(sender) => poll_fn(|context| sender.poll_ready(context)).await.is_ok(),
            Speaker::Http2(http2) => http2.is_ready().await,
            Speaker::Lean(home) => {
                let Some(mut lean) = home.take() else { return false };
                let is_ready = lean.is_quiet().await;
                home.set(Some(lean).filter(|_| is_ready));
                is_ready
            }
        }
    }

    /// Sends a request, and waits for the head of its answer.
    pub(crate) async fn send(
        &mut self,
        request: &Request<Bytes>,
        traceparent: Option<&Traceparent>,
    ) -> Result<Answer, NoAnswer> {
        self.seen.begin();
        let prefix = self.prefix.as_deref();
        let sender = match &mut self.speaker {
            Speaker::Hyper(sender) => sender,
            Speaker::Http2(http2) => {
                let asked = http2.ask(request, traceparent).await;
                let (head, body) = asked.map_err(|no_answer| no_answer.explained(&self.seen))?.into_parts();
                return Ok(Answer { status: head.status, headers: head.headers, body: AnswerBody::Http2(body) });
            }
            Speaker::Lean(home) => {
                let lean = home.take().ok_or(NoAnswer::Unsent)?;
                let asked = lean.ask(request, prefix.unwrap_or_default(), traceparent, Rc::clone(home)).await;
                let (head, body) =
                    asked.map_err(|fault| NoAnswer::Broken(Trouble::because(fault, self.seen.why_broken())))?;
                return Ok(Answer { status: head.status, headers: head.headers, body: AnswerBody::Lean(body) });
            }
        };
        let mut request = request.clone().map(Full::new);
        if let Some(value) = traceparent.and_then(|value| HeaderValue::from_bytes(value).ok()) {
            request.headers_mut().insert(TRACEPARENT, value);
        }
        if let Some(prefix) = prefix {
            let whole = format!("{prefix}{}", request.uri()).parse();
            *request.uri_mut() = whole.map_err(|_no_uri| NoAnswer::Unsent)?;
        }
        match sender.try_send_request(request).await {
            Ok(response) => {
                let (head, body) = response.into_parts();
                Ok(Answer { status: head.status, headers: head.headers, body: AnswerBody::Hyper(body) })
            }
            Err(error) if error.message().is_some() => Err(NoAnswer::Unsent),
            Err(_broken) => {
                let tls = self.seen.tls_failure().map(Trouble::from);
                Err(NoAnswer::Broken(tls.unwrap_or_else(|| self.broken())))
            }
        }
    }

    /// That it broke, and how.
    pub(crate) fn broken(&self) -> Trouble {
        Trouble::because(Fault::Broken, self.seen.why_broken())
    }

    /// The trouble with its reason, which is how the connection ended if it has no other.
    pub(crate) fn explain(&self, trouble: Trouble) -> Trouble {
        explained(trouble, &self.seen)
    }

    /// Whether a request under which it broke may be sent once more on another: see [`Seen::may_send_again`].
    pub(crate) fn may_send_again(&self, method: &Method) -> bool {
        self.seen.may_send_again(method)
    }
}

impl AnswerBody {
    /// Reads it to its end, into one piece.
    pub(crate) async fn read_whole(self, longest: usize) -> Result<Bytes, Trouble> {
        let mut body = match self {
            Self::Hyper(body) => body,
            Self::Lean(body) => return Ok(body.read_whole(longest).await?),
            Self::Http2(body) => return body.read_whole(longest).await,
        };
        if body.size_hint().lower() > longest as u64 {
            return Err(Fault::TooLong.into());
        }
        let mut pieces = Pieces::default();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_broken| Fault::Broken)?;
            let Ok(data) = frame.into_data() else { continue };
            pieces.add(data, longest)?;
        }
        Ok(pieces.whole())
    }
}

/// For how long a server may take to refuse us: one that has asked who we are does so, in TLS 1.3, after the handshake, and
/// one that does not speak HTTP/2 after it was greeted.
const REFUSAL: Duration = Duration::from_secs(1);

/// Opens a connection to an allowed host only to see whether that can be done.
pub(crate) async fn probe(
    authority: &Authority,
    guard: &Guard,
    tls: Option<&TlsSessions>,
    now: u64,
) -> Result<(), NotOpened> {
    let (stream, is_2) = open(authority, guard, tls, now).await?;
    match (stream, tls) {
        (Stream::Tls(mut stream), Some(tls)) if tls.was_asked() => {
            let mut byte = [0];
            let mut buffer = ReadBuf::new(&mut byte);
            let read = poll_fn(|context| Pin::new(&mut *stream).poll_read(context, &mut buffer));
            match tokio::time::timeout(REFUSAL, read).await {
                Ok(Err(error)) => Err(NotOpened::Tls(tls.failure(&error))),
                Ok(Ok(())) | Err(_) => Ok(()),
            }
        }
        (Stream::Plain(stream), _) if is_2 && !tokio::time::timeout(REFUSAL, greet(&stream)).await.unwrap_or(true) => {
            Err(NotOpened::NoHttp2)
        }
        (Stream::Tls(_) | Stream::Plain(_), _) => Ok(()),
    }
}

/// Whether what is asked of a proxy goes through it unseen. It speaks HTTP/1.1 itself.
fn is_tunnelled(authority: &Authority, guard: &Guard) -> bool {
    authority.is_https() || guard.http(authority) == HttpVersion::Http2
}

/// Opens what bytes of HTTP go over, and says whether it is HTTP/2.
async fn open(
    authority: &Authority,
    guard: &Guard,
    tls: Option<&TlsSessions>,
    now: u64,
) -> Result<(Stream, bool), NotOpened> {
    let stream = connect(authority, guard, now).await?;
    stream.set_nodelay(true).map_err(|error| Trouble::because(Fault::Connect, named(&error)))?;
    if guard.proxy(authority).is_some() && is_tunnelled(authority, guard) {
        tunnel(&stream, authority, guard.user_agent()).await?;
    }
    let http = guard.http(authority);
    match tls {
        None => Ok((Stream::Plain(stream), http == HttpVersion::Http2)),
        Some(tls) => {
            let (stream, is_2) = tls.begin(authority, stream, http).await.map_err(NotOpened::Tls)?;
            Ok((Stream::Tls(Box::new(stream)), is_2))
        }
    }
}

/// Opens a connection to an allowed host, or to the proxy through which it is asked, at the first of its addresses that
/// takes one.
async fn connect(authority: &Authority, guard: &Guard, now: u64) -> Result<TcpStream, Trouble> {
    if !guard.allows(authority) {
        return Err(Fault::Forbidden.into());
    }
    let proxy = guard.proxy(authority);
    let door = proxy.unwrap_or(authority);
    let found = match door.addresses() {
        Some(addresses) => addresses,
        None => guard.names().addresses(door, now).await?,
    };
    let may = |address: &SocketAddr| proxy.is_some() || guard.allows_address(authority, *address);
    let mut trouble = Trouble::from(Fault::Forbidden);
    for address in found.into_iter().filter(may) {
        match guard.sources().connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => trouble = Trouble::connecting(&error, address),
        }
    }
    Err(trouble)
}
