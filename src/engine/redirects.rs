//! Where answers lead (3xx), followed as far as the adapter allows.
//!
//! An exchange is over with its last answer: what it came to, and when it was done. It was sent when its first request was,
//! so that its service time is what the portal took in all. Each answer that led elsewhere is a [`Hop`] of it. Guard,
//! throttle and cookies treat what is followed as any request.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, COOKIE,
    HOST, LOCATION, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use model::nanoseconds;
use model::words::Fault;
use portal::{Exchange, Redirects};

use crate::attempt::Attempt;
use crate::authority::Authority;
use crate::base_url::follow;
use crate::clock::RunClock;
use crate::cookie_jar::CookieJar;
use crate::http_client::{ExchangeContext, HttpClient, Limits};
use crate::identity::RUN;

/// Redirects of one exchange that are followed at the most.
const MOST_HOPS: usize = 10;

/// What stands in the history before where an answer would have led.
pub(crate) const NOT_FOLLOWED: &str = "not followed: ";

/// The most of an address that is kept, in bytes.
const LONGEST_URL: usize = 512;

/// What goes along to another origin: nothing that could let somebody in.
const FOR_ANYBODY: [HeaderName; 6] = [ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_TYPE, USER_AGENT, RUN];

/// An answer that led elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    /// What was asked for, without its query.
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) sent: Option<u64>,
    pub(crate) first_byte: Option<u64>,
    pub(crate) done: u64,
    pub(crate) bytes_received: usize,
}

/// What is followed.
#[derive(Clone, Copy)]
pub(crate) struct Policy<'a> {
    pub(crate) redirects: Redirects,
    /// Whose answer it is: a status that means its success is no redirect.
    pub(crate) exchange: &'a Exchange,
}

/// A request and where it goes.
struct Asking {
    authority: Authority,
    request: Request<Bytes>,
}

/// Sends a request, and those to which its answers lead. `carry` is called before each of these: it takes the cookies of
/// the answer into the jar of whoever asks, and puts those that are meant for it on the next request.
pub(crate) async fn exchange(
    client: &mut HttpClient,
    (authority, request, length): (Authority, Request<Bytes>, usize),
    policy: Policy<'_>,
    at: ExchangeContext<'_>,
    mut carry: impl FnMut(&Attempt, &Authority, &mut Request<Bytes>),
) -> Attempt {
    let mut attempt = client.exchange(&authority, &request, length, at).await;
    if !is_redirect(&attempt, policy.exchange) {
        return attempt;
    }
    let mut asking = Asking { authority, request };
    let mut chain = Chain::default();
    loop {
        let Some(mut next) = asking.next(policy, &mut attempt) else { return chain.end(attempt) };
        carry(&attempt, &next.authority, &mut next.request);
        if let Err(why) = chain.add(&asking, &attempt) {
            attempt.fault = Some(Fault::Redirected);
            attempt.reason = Some(Cow::Borrowed(why));
            return chain.end(attempt);
        }
        asking = next;
        let left = nanoseconds(at.limits.timeout).saturating_sub(chain.taken);
        let limits = Limits { timeout: Duration::from_nanos(left), ..at.limits };
        let length = asking.request.body().len();
        let at = ExchangeContext { limits, first: chain.first.and_then(|(sent, _)| sent), ..at };
        attempt = client.exchange(&asking.authority, &asking.request, length, at).await;
    }
}

/// Takes the cookies of an answer into a jar, and puts those on a request that are meant for it.
pub(crate) fn carry_cookies(
    jar: &mut CookieJar,
    answer: &Attempt,
    to: &Authority,
    request: &mut Request<Bytes>,
    clock: &RunClock,
) {
    answer.fill(jar, clock);
    if !jar.is_empty() {
        request.headers_mut().remove(COOKIE);
        jar.put_on(request, to, clock.now());
    }
}

/// Whether an answer leads elsewhere, and is not what was asked for.
fn is_redirect(attempt: &Attempt, exchange: &Exchange) -> bool {
    let leads = attempt.status.is_some_and(|status| matches!(status, 301 | 302 | 303 | 307 | 308));
    leads && attempt.fault.is_none() && !attempt.status.is_some_and(|status| exchange.is_success(status))
}

impl Asking {
    /// The request to which an answer leads; `None` if it leads nowhere, or is not followed: then it says where it would lead.
    fn next(&self, policy: Policy<'_>, answer: &mut Attempt) -> Option<Self> {
        if !is_redirect(answer, policy.exchange) {
            return None;
        }
        let location = std::str::from_utf8(answer.headers.get(LOCATION)?.as_bytes()).ok()?;
        let (authority, path) = follow(&self.url(), location).ok()?;
        let is_same_origin = authority == self.authority;
        let is_followed = match policy.redirects {
            Redirects::None => false,
            Redirects::SameOrigin => is_same_origin,
            Redirects::Listed => true,
        };
        if !is_followed {
            let leads = format!("{NOT_FOLLOWED}{authority}{}", path.split('?').next().unwrap_or_default());
            answer.reason.get_or_insert(Cow::Owned(model::cut(&leads, LONGEST_URL).into_owned()));
            return None;
        }
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = path.parse().ok()?;
        *request.method_mut() = self.request.method().clone();
        *request.headers_mut() = self.headers_for(&authority, is_same_origin)?;
        match (answer.status, self.request.method()) {
            (Some(301 | 302), &Method::POST) | (Some(303), _) => {
                *request.method_mut() = Method::GET;
                for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, CONTENT_LANGUAGE] {
                    request.headers_mut().remove(name);
                }
            }
            _ => *request.body_mut() = self.request.body().clone(),
        }
        Some(Self { authority, request })
    }

    fn headers_for(&self, authority: &Authority, is_same_origin: bool) -> Option<HeaderMap> {
        let mut headers = self.request.headers().clone();
        if !is_same_origin {
            headers = FOR_ANYBODY.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect();
        }
        headers.insert(HOST, HeaderValue::try_from(authority.host_header()).ok()?);
        Some(headers)
    }

    fn url(&self) -> String {
        format!("{}{}", self.authority, self.request.uri())
    }

    /// What makes it another request than one before.
    fn key(&self) -> String {
        let cookies = self.request.headers().get(COOKIE).map(|cookies| String::from_utf8_lossy(cookies.as_bytes()));
        format!("{} {} {}", self.request.method(), self.url(), cookies.unwrap_or_default())
    }
}

/// What was followed so far.
#[derive(Default)]
struct Chain {
    hops: Vec<Hop>,
    asked: Vec<String>,
    /// When the first request was sent, and whether on a connection that had served before.
    first: Option<(Option<u64>, bool)>,
    /// For how long all of them were held back, in nanoseconds.
    held: u64,
    /// How long the portal took for all of them, in nanoseconds.
    taken: u64,
    /// What the history says of a request that was sent once more.
    reason: Option<Cow<'static, str>>,
}

impl Chain {
    /// Adds an answer that led elsewhere.
    ///
    /// # Errors
    /// Why it is followed no further.
    fn add(&mut self, asked: &Asking, answer: &Attempt) -> Result<(), &'static str> {
        let key = asked.key();
        if self.asked.contains(&key) {
            return Err("redirects lead in a circle");
        }
        if self.hops.len() == MOST_HOPS {
            return Err("more than 10 redirects");
        }
        self.asked.push(key);
        self.first.get_or_insert((answer.sent, answer.reused));
        self.held += answer.held;
        self.taken += answer.sent.map_or(0, |sent| answer.done.saturating_sub(sent));
        self.reason = self.reason.take().or(answer.reason.clone());
        let url = format!("{}{}", asked.authority, asked.request.uri().path());
        self.hops.push(Hop {
            url: model::cut(&url, LONGEST_URL).into_owned(),
            status: answer.status.unwrap_or_default(),
            sent: answer.sent,
            first_byte: answer.first_byte,
            done: answer.done,
            bytes_received: answer.bytes_received,
        });
        Ok(())
    }

    /// What the whole exchange came to, whose last answer this is.
    fn end(self, mut last: Attempt) -> Attempt {
        let Some((sent, reused)) = self.first else { return last };
        if last.given_up {
            // Something was sent: it is not as if nothing had happened.
            last.given_up = false;
            last.fault = Some(Fault::TimedOut);
            last.reason = Some(Cow::Borrowed("the run ended before the redirect was followed"));
        }
        last.sent = sent;
        last.reused = reused;
        last.held += self.held;
        last.reason = last.reason.or(self.reason);
        last.hops = self.hops;
        last
    }
}
