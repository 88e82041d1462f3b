//! What one exchange came to, before anybody read the answer.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use model::words::Fault;

use crate::authority::Authority;
use crate::clock::RunClock;
use crate::content_coding::unpacked;
use crate::cookie_jar::{CookieJar, Origin};
use crate::own_limits::Trouble;
use crate::redirects::Hop;
use crate::throttle::HeldBy;

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
    /// The answers before this one, each of which led to the next; `sent` is that of the first.
    pub(crate) hops: Vec<Hop>,
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
            hops: Vec::new(),
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
    pub(crate) fn unpack(&mut self, longest: usize) {
        self.bytes_received = self.body.len();
        match unpacked(&self.headers, &self.body, longest) {
            Ok(None) => {}
            Ok(Some(body)) => {
                self.bytes_decoded = Some(body.len());
                self.body = body;
            }
            Err(trouble) => self.fail(trouble),
        }
    }

    /// There is no trustworthy answer. That it was sent once more stays known.
    pub(crate) fn fail(&mut self, Trouble { fault, reason }: Trouble) {
        self.fault = Some(fault);
        self.reason = match (self.reason.take(), reason) {
            (Some(resent), Some(why)) => Some(Cow::Owned(format!("{resent}; {why}"))),
            (resent, why) => why.or(resent),
        };
    }

    /// What was waited for last.
    pub(crate) fn awaited(&self) -> &'static str {
        match (self.sent, self.first_byte) {
            (None, _) => "no connection",
            (Some(_), None) => "no answer",
            (Some(_), Some(_)) => "answer not whole",
        }
    }

    /// Puts the cookies that the answer sets into the jar of whoever asked.
    pub(crate) fn fill(&self, jar: &mut CookieJar, clock: &RunClock) {
        if let Some((authority, path)) = self.sets_cookies.as_deref() {
            jar.take_in(&self.headers, Origin { authority, path }, clock);
        }
    }

    /// Nothing was sent, because this door may not be knocked at.
    pub(crate) fn refused(authority: &Authority, done: u64) -> Self {
        Self { reason: Some(Cow::Owned(authority.to_string())), ..Self::not_sent(Fault::Forbidden, done) }
    }
}
