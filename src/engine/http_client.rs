//! What a person, or a connection slot that people share, sends with: keeps its connections, has one exchange at a time,
//! and takes the times.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::SET_COOKIE;
use model::words::Fault;
use tokio::sync::Notify;

use crate::attempt::Attempt;
use crate::authority::Authority;
use crate::clock::RunClock;
use crate::connection::{Answer, Connection, HttpCodec, NoAnswer, NotOpened};
use crate::guard::Guard;
use crate::identity::Traces;
use crate::own_limits::Trouble;
use crate::retry_after::told_to_wait;
use crate::throttle::{Hold, Holding};
use crate::tls::{Tls, TlsSessions};

/// Limits of an exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) longest_answer: usize,
}

/// What stands in the history of an exchange that was sent once more.
pub(crate) const RESENT: &str = "resent: the kept connection was closed";

/// At most one connection to each address it was sent to.
#[derive(Default)]
pub(crate) struct HttpClient {
    connections: Vec<(Authority, Connection)>,
    /// Where https is spoken.
    tls: OnceCell<TlsSessions>,
    /// What speaks where there is no TLS.
    codec: HttpCodec,
    /// For how long the exchange under way was held back.
    hold: Rc<Hold>,
    /// What tells its requests apart from all others.
    traces: Rc<Traces>,
}

impl HttpClient {
    /// One of a lane.
    pub(crate) fn of(lane: Rc<Holding>, codec: HttpCodec, traces: Rc<Traces>) -> Self {
        Self { hold: Rc::new(Hold::of(lane)), codec, traces, ..Self::default() }
    }

    /// One beside the lanes.
    pub(crate) fn beside(traces: Rc<Traces>) -> Self {
        Self { traces, ..Self::default() }
    }

    /// Whether it keeps a connection.
    pub(crate) fn is_open(&self) -> bool {
        !self.connections.is_empty()
    }

    /// Closes its connections; TLS sessions can be resumed.
    pub(crate) fn close(&mut self) {
        self.connections = Vec::new();
    }

    /// Sends a request and waits for the whole answer, within the limits. For how long it is held back counts towards none.
    pub(crate) async fn exchange(
        &mut self,
        authority: &Authority,
        request: &Request<Bytes>,
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
            () = called(at.shutdown) => Err(Trouble::because(Fault::TimedOut, "cut off when the run ended")),
        };
        match outcome {
            Ok(()) => attempt.fault = None,
            Err(Trouble { fault: Fault::TimedOut, reason: None }) => {
                attempt.fail(Trouble::because(Fault::TimedOut, attempt.awaited()));
            }
            Err(trouble) => attempt.fail(trouble),
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
        if let Some(acting) = at.acting {
            acting.note(authority, &attempt);
        }
        attempt
    }

    async fn converse(
        &mut self,
        authority: &Authority,
        request: &Request<Bytes>,
        attempt: &mut Attempt,
        at: ExchangeContext<'_>,
    ) -> Result<(), Trouble> {
        let answer = match self.ask_on_kept(authority, request, attempt, at).await? {
            Some(answer) => answer,
            None => self.ask_on_fresh(authority, request, attempt, at).await?,
        };
        attempt.first_byte = Some(at.clock.now());
        attempt.status = Some(answer.status.as_u16());
        attempt.told_to_wait = told_to_wait(answer.status, &answer.headers, RunClock::wall);
        attempt.headers = answer.headers;
        if attempt.headers.contains_key(SET_COOKIE) {
            attempt.sets_cookies = Some(Box::new((authority.clone(), request.uri().path().to_owned())));
        }
        match answer.body.read_whole(at.limits.longest_answer).await {
            Ok(body) => attempt.body = body,
            Err(Trouble { fault: Fault::TooLong, .. }) => {
                return Err(Trouble::because(Fault::TooLong, "longer than the limit, as it came"));
            }
            Err(trouble) => {
                let asked = self.connections.iter().find(|(known, _)| known == authority);
                return Err(match asked {
                    Some((_, connection)) => connection.explain(trouble),
                    None => trouble,
                });
            }
        }
        Ok(())
    }

    /// Sends a request on the connection that is kept, if there is one. It is gone if there is no answer.
    async fn ask_on_kept(
        &mut self,
        authority: &Authority,
        request: &Request<Bytes>,
        attempt: &mut Attempt,
        at: ExchangeContext<'_>,
    ) -> Result<Option<Answer>, Trouble> {
        let Some(kept) = self.connections.iter().position(|(known, _)| known == authority) else { return Ok(None) };
        if let Some((_, connection)) = self.connections.get_mut(kept)
            && connection.is_ready().await
        {
            attempt.reused = true;
            let sent = self.traces.stamp(at.guard.admit(authority, at.clock, &self.hold).await);
            at.check_not_over(attempt)?;
            attempt.sent = Some(sent);
            let traceparent = self.traces.traceparent(at.first.unwrap_or(sent), sent);
            match connection.send(request, traceparent.as_ref()).await {
                Ok(answer) => return Ok(Some(answer)),
                Err(NoAnswer::Unsent) => attempt.sent = None,
                // Once: the connection it goes on now is a fresh one.
                Err(NoAnswer::Broken(_)) if connection.may_send_again(request.method()) => {
                    attempt.reason = Some(Cow::Borrowed(RESENT));
                }
                Err(NoAnswer::Unread(_)) => attempt.reason = Some(Cow::Borrowed(RESENT)),
                Err(NoAnswer::Broken(trouble)) => return Err(trouble),
            }
        }
        self.connections.swap_remove(kept);
        Ok(None)
    }

    /// Sends a request on a new connection, and keeps that.
    async fn ask_on_fresh(
        &mut self,
        authority: &Authority,
        request: &Request<Bytes>,
        attempt: &mut Attempt,
        at: ExchangeContext<'_>,
    ) -> Result<Answer, Trouble> {
        attempt.reused = false;
        at.guard.admit_connection(authority, at.clock, &self.hold).await;
        let tls = authority.is_https().then(|| self.tls.get_or_init(|| at.tls.sessions()));
        let opened = Connection::open(authority, at.guard, tls, self.codec, at.clock.now()).await;
        let mut connection = opened.map_err(NotOpened::trouble)?;
        let sent = self.traces.stamp(at.guard.admit(authority, at.clock, &self.hold).await);
        // What is sent once more keeps the instant of its first sending.
        let sent_before = attempt.sent;
        if sent_before.is_none() {
            at.check_not_over(attempt)?;
        }
        attempt.sent = sent_before.or(Some(sent));
        let traceparent = self.traces.traceparent(at.first.or(sent_before).unwrap_or(sent), sent);
        match connection.send(request, traceparent.as_ref()).await {
            Ok(answer) => {
                self.connections.push((authority.clone(), connection));
                Ok(answer)
            }
            Err(NoAnswer::Unsent) => {
                attempt.sent = sent_before;
                Err(connection.broken())
            }
            Err(NoAnswer::Broken(trouble) | NoAnswer::Unread(trouble)) => Err(trouble),
        }
    }
}

/// What an exchange needs of its surroundings.
#[derive(Clone, Copy)]
pub(crate) struct ExchangeContext<'a> {
    pub(crate) clock: &'a RunClock,
    pub(crate) guard: &'a Guard,
    pub(crate) tls: &'a Tls,
    pub(crate) limits: Limits,
    /// Called when the run ends: what is under way then is cut off as if its time were over.
    pub(crate) shutdown: Option<&'a Notify>,
    /// For a request to which another's answer led: when the first of them was sent.
    pub(crate) first: Option<u64>,
    /// For what may be sent in some phases only: on whose behalf it is sent.
    pub(crate) acting: Option<&'a dyn Acting>,
}

/// On whose behalf requests are sent.
pub(crate) trait Acting {
    /// Whether they still act.
    fn may_send(&self) -> bool;

    /// Told what became of each.
    fn note(&self, authority: &Authority, attempt: &Attempt);
}

impl ExchangeContext<'_> {
    /// Asked right before a request is sent: whether it still may be; otherwise it is given up.
    fn check_not_over(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        if self.acting.is_none_or(Acting::may_send) {
            return Ok(());
        }
        attempt.given_up = true;
        Err(Fault::LocalLimit.into())
    }
}

async fn called(shutdown: Option<&Notify>) {
    match shutdown {
        Some(shutdown) => shutdown.notified().await,
        None => std::future::pending().await,
    }
}
