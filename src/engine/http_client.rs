//! One connection slot: speaks HTTP/1.1 over kept-alive connections, one exchange at a time, and takes the times.

use std::borrow::Cow;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::SET_COOKIE;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use model::words::Fault;
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::Notify;

use crate::authority::Authority;
use crate::clock::RunClock;
use crate::content_coding::unpacked;
use crate::cookie_jar::{CookieJar, Origin};
use crate::guard::Guard;
use crate::own_limits::Trouble;
use crate::retry_after::told_to_wait;
use crate::run_state::RunState;
use crate::task;
use crate::throttle::{HeldBy, Hold, Holding};
use crate::wire::{Seen, Wire};

/// The longest head of an answer, and the most that is read at once: a flood on one connection must leave the others
/// their turn.
const LONGEST_HEAD: usize = 64 << 10;

/// What one exchange came to, before anybody read the answer.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) sent: Option<u64>,
    pub(crate) first_byte: Option<u64>,
    pub(crate) done: u64,
    pub(crate) status: Option<u16>,
    /// How long the portal, which cannot do it now, asks to wait before it is asked again.
    pub(crate) told_to_wait: Option<Duration>,
    pub(crate) fault: Option<Fault>,
    /// The fault in detail.
    pub(crate) reason: Option<Cow<'static, str>>,
    /// For how long we held it back ourselves, so as not to be faster than allowed, in nanoseconds.
    pub(crate) held: u64,
    pub(crate) headers: HeaderMap,
    /// For an answer that sets cookies: whose it is, and the path that was asked for.
    pub(crate) sets_cookies: Option<Box<(Authority, String)>>,
    /// Without its content codings.
    pub(crate) body: Bytes,
    pub(crate) reused: bool,
    pub(crate) bytes_sent: usize,
    /// Of the body as it came.
    pub(crate) bytes_received: usize,
    /// Of the body without its content codings; `None`: it had none, or they could not be undone.
    pub(crate) bytes_decoded: Option<usize>,
    /// Whether it was given up before it was sent because the time for it was over: nothing happened.
    pub(crate) given_up: bool,
}

impl Attempt {
    /// Nothing was sent.
    pub(crate) fn not_sent(fault: Fault, done: u64) -> Self {
        Self {
            sent: None,
            first_byte: None,
            done,
            status: None,
            told_to_wait: None,
            fault: Some(fault),
            reason: None,
            held: 0,
            headers: HeaderMap::new(),
            sets_cookies: None,
            body: Bytes::new(),
            reused: false,
            bytes_sent: 0,
            bytes_received: 0,
            bytes_decoded: None,
            given_up: false,
        }
    }
}

impl Attempt {
    /// Nothing was sent, because there was no request to be sent.
    pub(crate) fn prevented(Trouble { fault, reason }: Trouble, done: u64) -> Self {
        Self { reason, ..Self::not_sent(fault, done) }
    }

    /// Nothing was sent, because the time for it was over.
    pub(crate) fn given_up(done: u64) -> Self {
        Self { given_up: true, ..Self::not_sent(Fault::LocalLimit, done) }
    }

    /// Nothing was sent, because the run ended while it was held back.
    pub(crate) fn held_to_the_end(&mut self, by: HeldBy) {
        self.fault = Some(Fault::LocalLimit);
        self.reason = Some(Cow::Borrowed(by.words()));
    }

    /// Undoes the content codings of an answer that came whole: after the times were taken, of which it is no part.
    fn unpack(&mut self, longest: usize) {
        self.bytes_received = self.body.len();
        match unpacked(&self.headers, &self.body, longest) {
            Ok(None) => {}
            Ok(Some(body)) => {
                self.bytes_decoded = Some(body.len());
                self.body = body;
            }
            Err(trouble) => {
                self.fault = Some(trouble.fault);
                self.reason = trouble.reason;
            }
        }
    }

    /// Puts the cookies that the answer sets into the jar of whoever asked.
    pub(crate) fn fill(&self, jar: &mut CookieJar, clock: &RunClock) {
        if let Some((authority, path)) = self.sets_cookies.as_deref() {
            jar.take_in(&self.headers, Origin { authority, path }, clock);
        }
    }

    /// Nothing was sent, because this door may not be knocked at.
    fn refused(authority: &Authority, done: u64) -> Self {
        Self { reason: Some(Cow::Owned(authority.to_string())), ..Self::not_sent(Fault::Forbidden, done) }
    }
}

/// Limits of an exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) longest_answer: usize,
}

/// What stands in the history of an exchange that was sent once more.
pub(crate) const RESENT: &str = "resent: the kept connection was closed";

/// A connection slot: at most one connection to each address it was sent to.
#[derive(Default)]
pub(crate) struct HttpClient {
    connections: Vec<(Authority, Connection)>,
    /// What is asked for by the exchange under way.
    path: String,
    /// For how long the exchange under way was held back.
    hold: Rc<Hold>,
}

/// A connection that is kept.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    seen: Rc<Seen>,
}

impl HttpClient {
    /// One of the connection slots of a lane.
    pub(crate) fn of(lane: Rc<Holding>) -> Self {
        Self { hold: Rc::new(Hold::of(lane)), ..Self::default() }
    }

    /// Sends a request and waits for the whole answer, within the limits. For how long it is held back counts towards none.
    pub(crate) async fn exchange(
        &mut self,
        authority: &Authority,
        request: Request<Full<Bytes>>,
        bytes_sent: usize,
        at: ExchangeContext<'_>,
    ) -> Attempt {
        if !at.guard.allows(authority) {
            return Attempt::refused(authority, at.clock.now());
        }
        let mut attempt = Attempt::not_sent(Fault::Connect, 0);
        attempt.bytes_sent = bytes_sent;
        let hold = Rc::clone(&self.hold);
        hold.reset();
        let outcome = tokio::select! {
            biased;
            outcome = self.converse(authority, request, &mut attempt, at) => outcome,
            () = hold.outlasted(at.limits.timeout, at.clock) => Err(Fault::TimedOut.into()),
            () = called(at.shutdown) => Err(Fault::TimedOut.into()),
        };
        if let Err(trouble) = outcome {
            attempt.fault = Some(trouble.fault);
            attempt.reason = trouble.reason.or(attempt.reason);
        } else {
            attempt.fault = None;
        }
        attempt.held = hold.total();
        if hold.was_cut_off() && attempt.sent.is_none() {
            attempt.held_to_the_end(hold.by());
        }
        if attempt.fault.is_some() {
            self.connections.retain(|(known, _)| known != authority);
        }
        attempt.done = at.clock.now();
        if attempt.fault.is_none() {
            attempt.unpack(at.limits.longest_answer);
        }
        attempt
    }

    async fn converse(
        &mut self,
        authority: &Authority,
        request: Request<Full<Bytes>>,
        attempt: &mut Attempt,
        at: ExchangeContext<'_>,
    ) -> Result<(), Trouble> {
        let method = request.method().clone();
        self.path.clear();
        self.path.push_str(request.uri().path());
        let kept = self.connections.iter().position(|(known, _)| known == authority);
        let mut request = Some(request);
        let mut response = None;
        if let Some(kept) = kept {
            if let Some((_, connection)) = self.connections.get_mut(kept)
                && is_ready(&mut connection.sender).await
            {
                attempt.reused = true;
                let again = request.clone();
                let admitted = at.guard.admit(authority, at.clock, &self.hold).await;
                at.check_not_over(attempt)?;
                attempt.sent = Some(admitted);
                match send(connection, &mut request, attempt).await {
                    Ok(answered) => response = answered,
                    // Once: the connection it goes on now is a fresh one.
                    Err(Fault::Broken) if connection.seen.may_send_again(&method) => {
                        request = again;
                        attempt.reason = Some(Cow::Borrowed(RESENT));
                    }
                    Err(fault) => return Err(fault.into()),
                }
            }
            if response.is_none() {
                self.connections.swap_remove(kept);
            }
        }
        let response = match response {
            Some(response) => response,
            None => {
                attempt.reused = false;
                at.guard.admit_connection(authority, at.clock, &self.hold).await;
                let mut connection = connect(authority, at.guard).await?;
                let admitted = at.guard.admit(authority, at.clock, &self.hold).await;
                if attempt.sent.is_none() {
                    at.check_not_over(attempt)?;
                }
                // What is sent once more keeps the instant of its first sending.
                attempt.sent = attempt.sent.or(Some(admitted));
                let response = send(&mut connection, &mut request, attempt).await?.ok_or(Fault::Broken)?;
                self.connections.push((authority.clone(), connection));
                response
            }
        };
        attempt.first_byte = Some(at.clock.now());
        attempt.status = Some(response.status().as_u16());
        let (head, body) = response.into_parts();
        attempt.told_to_wait = told_to_wait(head.status, &head.headers, RunClock::wall);
        attempt.headers = head.headers;
        if attempt.headers.contains_key(SET_COOKIE) {
            attempt.sets_cookies = Some(Box::new((authority.clone(), self.path.clone())));
        }
        attempt.body = read_whole(body, at.limits.longest_answer).await?;
        Ok(())
    }
}

/// Reads a body to its end, into one piece: kept apart, a million chunks of one byte would take forty times their
/// length.
async fn read_whole(mut body: Incoming, longest: usize) -> Result<Bytes, Fault> {
    if body.size_hint().lower() > longest as u64 {
        return Err(Fault::TooLong);
    }
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_broken| Fault::Broken)?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len().max(whole.len()) + data.len() > longest {
            return Err(Fault::TooLong);
        }
        if first.is_empty() {
            first = data;
        } else {
            if whole.is_empty() {
                whole.extend_from_slice(&first);
            }
            whole.extend_from_slice(&data);
        }
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}

/// What an exchange needs of its surroundings.
#[derive(Clone, Copy)]
pub(crate) struct ExchangeContext<'a> {
    pub(crate) clock: &'a RunClock,
    pub(crate) guard: &'a Guard,
    pub(crate) limits: Limits,
    /// Called when the run ends: what is under way then is cut off as if its time were over.
    pub(crate) shutdown: Option<&'a Notify>,
    /// For what may be sent in some phases only: the run, and on whose behalf it is sent.
    pub(crate) acting: Option<(&'a RunState, task::Origin)>,
}

impl ExchangeContext<'_> {
    /// Asked right before a request is sent: whether it still may be; otherwise it is given up.
    fn check_not_over(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        match self.acting {
            Some((state, origin)) if !origin.may_act_in(state.phase()) => {
                attempt.given_up = true;
                Err(Fault::LocalLimit.into())
            }
            Some(_) | None => Ok(()),
        }
    }
}

async fn called(shutdown: Option<&Notify>) {
    match shutdown {
        Some(shutdown) => shutdown.notified().await,
        None => std::future::pending().await,
    }
}

/// Whether a kept connection can take a request.
async fn is_ready(sender: &mut SendRequest<Full<Bytes>>) -> bool {
    poll_fn(|context| match sender.poll_ready(context) {
        Poll::Ready(ready) => Poll::Ready(ready.is_ok()),
        Poll::Pending => Poll::Pending,
    })
    .await
}

/// Sends; `None` if the connection had closed before anything was sent, and the request is left for another.
async fn send(
    connection: &mut Connection,
    request: &mut Option<Request<Full<Bytes>>>,
    attempt: &mut Attempt,
) -> Result<Option<Response<Incoming>>, Fault> {
    let Some(taken) = request.take() else { unreachable!("what could not be sent is put back") };
    connection.seen.begin();
    match connection.sender.try_send_request(taken).await {
        Ok(response) => Ok(Some(response)),
        Err(mut error) => match error.take_message() {
            Some(unsent) => {
                attempt.sent = None;
                *request = Some(unsent);
                Ok(None)
            }
            None => Err(Fault::Broken),
        },
    }
}

async fn connect(authority: &Authority, guard: &Guard) -> Result<Connection, Trouble> {
    let stream = open(authority, guard).await?;
    stream.set_nodelay(true).map_err(|_closed| Fault::Connect)?;
    let seen = Rc::new(Seen::default());
    let wire = TokioIo::new(Wire::new(stream, Rc::clone(&seen)));
    let handshake = Builder::new().max_buf_size(LONGEST_HEAD).handshake(wire);
    let (sender, connection) = handshake.await.map_err(|_closed| Fault::Connect)?;
    tokio::task::spawn_local(async move {
        // How a connection ended is seen by the exchange that was on it.
        let _ended: Result<(), hyper::Error> = connection.await;
    });
    Ok(Connection { sender, seen })
}

/// Opens a connection to an allowed host, at the first of its addresses that takes one.
pub(crate) async fn open(authority: &Authority, guard: &Guard) -> Result<TcpStream, Trouble> {
    if !guard.allows(authority) {
        return Err(Fault::Forbidden.into());
    }
    let found = match authority.addresses() {
        Some(addresses) => addresses,
        None => look_up(authority).await?,
    };
    let mut trouble = Trouble::from(Fault::Forbidden);
    for address in found.into_iter().filter(|address| guard.allows_address(authority, *address)) {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => trouble = Trouble::connecting(&error, address),
        }
    }
    Err(trouble)
}

/// The addresses of a name, as the system's resolver has them.
async fn look_up(authority: &Authority) -> Result<Vec<SocketAddr>, Trouble> {
    let found = lookup_host((authority.host(), authority.port())).await;
    Ok(found.map_err(|error| Trouble::resolving(&error))?.collect())
}
