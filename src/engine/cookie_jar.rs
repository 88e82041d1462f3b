//! The cookies of one session, kept and sent back as a browser does (RFC 6265), within bounds.
//!
//! Where a lifetime is a date, it counts from the answer's own `Date`: a portal that is told a simulated time means that one.
//! A public suffix is known by having no dot only: a jar meets one portal and its peers, not the Web.

use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use http::header::{COOKIE, DATE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Request};
use model::nanoseconds;

use crate::authority::Authority;
use crate::clock::RunClock;

/// Cookies in a jar (RFC 6265, section 6.1, wants room for 50 of a domain).
const MOST_COOKIES: usize = 50;

/// Name and value of a cookie, in bytes; a longer one is not kept, as in browsers.
const LONGEST_COOKIE: usize = 4_096;

/// All cookies of a jar, in bytes, and so about the longest header: servers commonly take 8 KiB.
const LONGEST_JAR: usize = 8_000;

/// The cookies that were set since a session began; where there is no room for one more, the oldest goes.
#[derive(Debug, Default)]
pub(crate) struct CookieJar(Vec<Cookie>);

#[derive(Debug)]
struct Cookie {
    name: Box<str>,
    value: Box<str>,
    domain: Box<str>,
    /// Whether it goes to this host only, not to those below it.
    is_of_host: bool,
    path: Box<str>,
    is_secure: bool,
    /// On the run's clock; `None`: it lasts as long as the session.
    ends: Option<u64>,
}

/// Whose answer it is that sets cookies, and to a request for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    pub(crate) authority: &'a Authority,
    pub(crate) path: &'a str,
}

impl CookieJar {
    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A new session begins.
    pub(crate) fn clear(&mut self) {
        self.0 = Vec::new();
    }

    /// Keeps the cookies that an answer sets.
    pub(crate) fn take_in(&mut self, headers: &HeaderMap, from: Origin<'_>, clock: &RunClock) {
        for set in headers.get_all(SET_COOKIE) {
            let Ok(set) = std::str::from_utf8(set.as_bytes()) else { continue };
            if let Some(cookie) = Cookie::parse(set, from, clock, headers.get(DATE)) {
                self.keep(cookie, clock.now());
            }
        }
    }

    fn keep(&mut self, cookie: Cookie, now: u64) {
        let known = self.0.iter().position(|known| known.is_same(&cookie));
        match known.and_then(|at| self.0.get_mut(at)) {
            Some(known) => *known = cookie,
            None => self.0.push(cookie),
        }
        self.0.retain(|cookie| !cookie.is_over(now));
        while self.0.len() > MOST_COOKIES || self.0.iter().map(Cookie::len).sum::<usize>() > LONGEST_JAR {
            self.0.remove(0);
        }
    }

    /// Puts the cookies on a request that are meant for it, unless the adapter has written some itself.
    pub(crate) fn put_on<B>(&self, request: &mut Request<B>, authority: &Authority, now: u64) {
        if self.is_empty() || request.headers().contains_key(COOKIE) {
            return;
        }
        let host = authority.host();
        let to = Origin { authority, path: request.uri().path() };
        let mut cookies: Vec<_> = self.0.iter().filter(|cookie| cookie.goes_to(to, &host, now)).collect();
        // The more specific first; of equals, the older first.
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<_> = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        if let Ok(value) = HeaderValue::try_from(pairs.join("; "))
            && !value.is_empty()
        {
            request.headers_mut().insert(COOKIE, value);
        }
    }
}

impl Cookie {
    /// Reads a `Set-Cookie` (RFC 6265, sections 5.2 and 5.3); `None` for one that is not to be kept.
    fn parse(set: &str, from: Origin<'_>, clock: &RunClock, date: Option<&HeaderValue>) -> Option<Self> {
        let (pair, attributes) = set.split_once(';').unwrap_or((set, ""));
        let (name, value) = pair.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || name.len() + value.len() > LONGEST_COOKIE || pair.contains(char::is_control) {
            return None;
        }
        let host = from.authority.host();
        let mut cookie = Self {
            name: name.into(),
            value: value.into(),
            domain: host.as_str().into(),
            is_of_host: true,
            path: default_path(from.path).into(),
            is_secure: false,
            ends: None,
        };
        let (mut expires, mut max_age) = (None, None);
        for attribute in attributes.split(';') {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let (key, value) = (key.trim(), value.trim());
            match key.to_ascii_lowercase().as_str() {
                "expires" => expires = lifetime(value, date, clock).or(expires),
                "max-age" => max_age = seconds(value).or(max_age),
                "domain" if !value.is_empty() => {
                    let domain = value.strip_prefix('.').unwrap_or(value).to_ascii_lowercase();
                    if !is_below(&host, &domain) {
                        return None;
                    }
                    cookie.is_of_host = domain == host && !domain.contains('.');
                    cookie.domain = domain.into();
                }
                "path" if value.starts_with('/') && value.len() <= LONGEST_COOKIE => cookie.path = value.into(),
                "secure" => cookie.is_secure = true,
                _ => {}
            }
        }
        cookie.ends = max_age.or(expires).map(|lifetime| clock.now().saturating_add(nanoseconds(lifetime)));
        (!cookie.is_secure || is_trusted(from.authority)).then_some(cookie)
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.name, &self.domain, &self.path) == (&other.name, &other.domain, &other.path)
    }

    fn is_over(&self, now: u64) -> bool {
        self.ends.is_some_and(|ends| ends <= now)
    }

    fn len(&self) -> usize {
        self.name.len() + self.value.len() + self.domain.len() + self.path.len()
    }

    fn goes_to(&self, to: Origin<'_>, host: &str, now: u64) -> bool {
        let is_domain = if self.is_of_host { host == &*self.domain } else { is_below(host, &self.domain) };
        // RFC 6265, section 5.1.4.
        let is_path = to
            .path
            .strip_prefix(&*self.path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/'));
        is_domain && is_path && !self.is_over(now) && (!self.is_secure || is_trusted(to.authority))
    }
}

/// Whether a host is this domain or below it (RFC 6265, section 5.1.3), and the domain one that may be shared.
fn is_below(host: &str, domain: &str) -> bool {
    let is_name = host.parse::<IpAddr>().is_err();
    let is_within =
        is_name && domain.contains('.') && host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    host == domain || is_within
}

/// Whether browsers trust a connection to it: an encrypted one, or one within this machine (Secure Contexts, section 3.1).
fn is_trusted(authority: &Authority) -> bool {
    authority.is_https() || authority.is_loopback()
}

/// The folder of what was asked for (RFC 6265, section 5.1.4).
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        Some(last @ 1..) if path.starts_with('/') && path.len() <= LONGEST_COOKIE => path.get(..last).unwrap_or("/"),
        Some(_) | None => "/",
    }
}

/// What `Max-Age` says.
fn seconds(text: &str) -> Option<Duration> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // What is below zero is over; what is beyond 64 bits never is.
    let seconds = if digits.len() < text.len() { 0 } else { digits.parse().unwrap_or(u64::MAX) };
    Some(Duration::from_secs(seconds))
}

/// For how long a cookie lasts that expires at a date: from the answer's `Date` on, or from now where it has none.
fn lifetime(expires: &str, date: Option<&HeaderValue>, clock: &RunClock) -> Option<Duration> {
    // Many write the day with hyphens.
    let read =
        |text: &str| httpdate::parse_http_date(text).or_else(|_| httpdate::parse_http_date(&text.replace('-', " ")));
    let ends = read(expires).ok()?;
    if let Some(date) = date.and_then(|date| read(date.to_str().ok()?).ok()) {
        return Some(ends.duration_since(date).unwrap_or_default());
    }
    let ends = nanoseconds(ends.duration_since(UNIX_EPOCH).unwrap_or_default());
    let ends = u64::try_from(clock.at_unix(ends)).unwrap_or_default();
    Some(Duration::from_nanos(ends.saturating_sub(clock.now())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000_000_000;

    /// A jar into which one answer has put these cookies.
    fn jar(url: &str, sets: &[&str]) -> (CookieJar, RunClock) {
        let (mut jar, clock) = (CookieJar::default(), RunClock::start());
        add(&mut jar, &clock, url, sets, None);
        (jar, clock)
    }

    fn add(jar: &mut CookieJar, clock: &RunClock, url: &str, sets: &[&str], date: Option<&str>) {
        let (authority, path) = Authority::split(url).unwrap();
        let mut headers = HeaderMap::new();
        for set in sets {
            headers.append(SET_COOKIE, HeaderValue::from_bytes(set.as_bytes()).unwrap());
        }
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_str(date).unwrap());
        }
        let path = path.split('?').next().unwrap();
        jar.take_in(&headers, Origin { authority: &authority, path }, clock);
    }

    /// The header that a request to this address carries, so long after the run began.
    fn sent(jar: &CookieJar, url: &str, now: u64) -> String {
        let (authority, path) = Authority::split(url).unwrap();
        let mut request = Request::get(path).body(()).unwrap();
        jar.put_on(&mut request, &authority, now);
        request.headers().get(COOKIE).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_examples_of_the_standard_come_out_as_it_says() {
        // RFC 6265, section 3.1.
        let (mut jar, clock) = jar("http://www.example.com/", &["SID=31d4d96e407aad42; Path=/; HttpOnly"]);
        assert_eq!(sent(&jar, "http://www.example.com/a/b?c", 0), "SID=31d4d96e407aad42");
        add(&mut jar, &clock, "http://www.example.com/", &["lang=en-US; Path=/; Domain=example.com"], None);
        assert_eq!(sent(&jar, "http://www.example.com/", 0), "SID=31d4d96e407aad42; lang=en-US");
        assert_eq!(sent(&jar, "http://example.com/", 0), "lang=en-US");
        let gone = "lang=; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Path=/; Domain=example.com";
        add(&mut jar, &clock, "http://www.example.com/", &[gone], None);
        assert_eq!(sent(&jar, "http://www.example.com/", 0), "SID=31d4d96e407aad42");
    }

    #[test]
    fn a_cookie_goes_to_its_own_host_and_where_its_domain_allows() {
        let of = |set: &str, to: &str| sent(&jar("http://a.portal.example/", &[set]).0, to, 0);
        assert_eq!(of("s=1", "http://a.portal.example:8080/"), "s=1", "a port makes no difference");
        assert_eq!(of("s=1", "http://b.a.portal.example/"), "");
        assert_eq!(of("s=1; Domain=.PORTAL.example", "http://b.portal.example/"), "s=1");
        assert_eq!(of("s=1; Domain=portal.example", "http://evilportal.example/"), "");
        assert_eq!(of("s=1; Domain=example", "http://a.portal.example/"), "", "nobody owns a suffix");
        assert_eq!(of("s=1; Domain=other.example", "http://other.example/"), "");
        assert_eq!(of("s=1; Domain=b.a.portal.example", "http://b.a.portal.example/"), "");
        let address = |set: &str| sent(&jar("http://127.0.0.1/", &[set]).0, "http://127.0.0.1/", 0);
        assert_eq!((address("s=1").as_str(), address("s=1; Domain=0.0.1").as_str()), ("s=1", ""));
        assert_eq!(sent(&jar("http://localhost/", &["s=1; Domain=localhost"]).0, "http://localhost/", 0), "s=1");
    }

    #[test]
    fn a_cookie_goes_to_its_path_and_below() {
        let of = |set: &str, to: &str| {
            let to = format!("http://p.example{to}");
            sent(&jar("http://p.example/dich-vu/cong?x=/y/z", &[set]).0, &to, 0)
        };
        // Without a path it is that of the folder.
        for (to, goes) in [("/dich-vu", true), ("/dich-vu/a?b", true), ("/dich-vu-2", false), ("/", false)] {
            assert_eq!(of("s=1", to), if goes { "s=1" } else { "" }, "{to}");
            assert_eq!(of("s=1; path=relative", to), if goes { "s=1" } else { "" }, "{to}");
        }
        assert_eq!(
            (of("s=1; Path=/ho-so/", "/ho-so/7"), of("s=1; Path=/ho-so/", "/ho-so")),
            ("s=1".into(), String::new())
        );
        let both = jar("http://p.example/", &["a=1; Path=/", "b=2; Path=/ho-so", "c=3; Path=/"]).0;
        assert_eq!(sent(&both, "http://p.example/ho-so", 0), "b=2; a=1; c=3", "the longer path first");
    }

    #[test]
    fn a_cookie_lasts_as_long_as_it_says() {
        let ends = |set: &str, date: Option<&str>| {
            let (mut jar, clock) = jar("http://p.example/", &["s=old"]);
            add(&mut jar, &clock, "http://p.example/", &[set], date);
            [HOUR / 2, 2 * HOUR].map(|now| sent(&jar, "http://p.example/", now))
        };
        let (goes, not) = (|| "s=1".to_owned(), String::new);
        assert_eq!(ends("s=1", None), [goes(), goes()]);
        assert_eq!(ends("s=1; Max-Age=3600", None), [goes(), not()]);
        assert_eq!(ends("s=1; Max-Age=99999999999999999999", None), [goes(), goes()]);
        assert_eq!(ends("s=1; Max-Age=0", None), [not(), not()]);
        assert_eq!(ends("s=1; Max-Age=-1", None), [not(), not()]);
        assert_eq!(ends("s=1; Max-Age=soon; Expires=soon", None), [goes(), goes()]);
        // The portal's clock stands in 2021; Max-Age outdoes a date.
        let date = Some("Fri, 05 Mar 2021 08:00:00 GMT");
        assert_eq!(ends("s=1; Expires=Fri, 05 Mar 2021 09:00:00 GMT", date), [goes(), not()]);
        assert_eq!(ends("s=1; expires=Fri, 05-Mar-2021 09:00:00 GMT", date), [goes(), not()]);
        assert_eq!(ends("s=1; Expires=Fri, 05 Mar 2021 08:00:00 GMT", date), [not(), not()]);
        assert_eq!(ends("s=1; Max-Age=3600; Expires=Fri, 05 Mar 2021 08:00:00 GMT", date), [goes(), not()]);
        assert_eq!(ends("s=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", None), [goes(), goes()]);
    }

    #[test]
    fn a_secure_cookie_goes_over_https_and_over_plain_http_within_this_machine_only() {
        assert_eq!(sent(&jar("http://p.example/", &["s=1; Secure"]).0, "http://p.example/", 0), "");
        assert_eq!(sent(&jar("http://127.0.0.1:81/", &["s=1; secure"]).0, "http://127.0.0.1/", 0), "s=1");
        let (safe, _) = jar("https://p.example/", &["s=1; Secure"]);
        assert_eq!(
            (sent(&safe, "https://p.example/", 0), sent(&safe, "http://p.example/", 0)),
            ("s=1".into(), String::new())
        );
    }

    #[test]
    fn what_is_no_cookie_is_left_out_and_what_is_set_again_replaced() {
        let odd = ["", "x", "=1", ";", "a\tb=1", "s=1", " t = \"2\" ;;=;Path", "s=3"];
        assert_eq!(sent(&jar("http://p.example/", &odd).0, "http://p.example/", 0), "s=3; t=\"2\"");
    }

    #[test]
    fn what_the_adapter_writes_itself_stays() {
        let (jar, _) = jar("http://p.example/", &["s=1"]);
        let authority = Authority::parse("http://p.example").unwrap();
        let mut request = Request::get("/").header(COOKIE, "own=1").body(()).unwrap();
        jar.put_on(&mut request, &authority, 0);
        assert_eq!(request.headers()[COOKIE], "own=1");
    }

    #[test]
    fn a_flood_of_cookies_is_kept_within_bounds_and_the_oldest_goes() {
        let names: Vec<_> = (0..10_000).map(|i| format!("c{i}=1")).collect();
        let (flooded, _) = jar("http://p.example/", &names.iter().map(String::as_str).collect::<Vec<_>>());
        let header = sent(&flooded, "http://p.example/", 0);
        assert_eq!(header.split("; ").count(), MOST_COOKIES);
        assert!(header.starts_with("c9950=1; ") && header.ends_with("; c9999=1"), "{header}");
        let long: Vec<_> = (0..9).map(|i| format!("c{i}={}", "x".repeat(3_000))).collect();
        let (full, _) = jar("http://p.example/", &long.iter().map(String::as_str).collect::<Vec<_>>());
        let header = sent(&full, "http://p.example/", 0);
        assert!(header.starts_with("c7=") && header.len() < 8_192, "{} bytes", header.len());
        let (none, _) = jar("http://p.example/", &[&format!("s={}", "x".repeat(LONGEST_COOKIE))]);
        assert!(none.is_empty());
    }
}
