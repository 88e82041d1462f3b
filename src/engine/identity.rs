//! What every request says of the run that sends it, so that it is found in the logs of a portal, and its exchange from there.
//!
//! `User-Agent` and `X-Vandan-Run` name the run. `traceparent` (W3C Trace Context) names the exchange and the request:
//!
//! ```text
//! 00-9c1185a5c5e9fc54 e8c3b20f00000002-e8c3b20f00000002-01
//!    run              exchange         request          sampled: the caller, vandan, recorded it
//! ```
//!
//! An exchange is named by when its first request was sent and by its lane, which the history holds anyway: it costs no byte
//! there. What is sent again, and the requests to which its answers lead, are further requests of the same trace.

use std::cell::Cell;

use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, HeaderValue};

/// The header that names the run.
pub(crate) const RUN: HeaderName = HeaderName::from_static("x-vandan-run");
/// The header that names the exchange and the request.
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What every request says of its sender.
#[derive(Clone, Debug)]
pub struct Identity {
    user_agent: HeaderValue,
    run: HeaderValue,
    /// The part of its trace-ids that is the run's; `None`: no request says what it belongs to.
    trace: Option<u64>,
}

impl Identity {
    /// The identity of a run by this name. Without `trace`, which should be a number of its own, no request has a `traceparent`.
    pub fn new(version: &str, run_id: &str, trace: Option<u64>) -> Self {
        let run = printable(run_id);
        let value = |text: String| {
            HeaderValue::try_from(text).unwrap_or_else(|_control| unreachable!("what is printable fits into a header"))
        };
        let user_agent = value(format!("vandan/{} (run {run})", printable(version)));
        Self { user_agent, run: value(run), trace }
    }

    /// The name of the run for whoever is asked before the portal is.
    pub(crate) fn user_agent(&self) -> &str {
        self.user_agent.to_str().unwrap_or_else(|_binary| unreachable!("what is printable is text"))
    }

    /// Puts what names the run on a request.
    pub(crate) fn put_on(&self, headers: &mut HeaderMap) {
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(RUN, self.run.clone());
    }
}

/// A text without anything that a header cannot hold: that is written as in URLs.
fn printable(text: &str) -> String {
    let sign = |byte: u8| match byte {
        b' ' | b'!'..=b'$' | b'&'..=b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(sign).collect()
}

/// The value of `traceparent`.
pub(crate) type Traceparent = [u8; 55];

/// The requests of one thread. No two of them are sent at the same instant.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    /// The value of `traceparent` but for what tells exchanges and requests apart.
    frame: Option<Traceparent>,
    lane: u8,
    last: Cell<u64>,
}

impl Traces {
    /// What the run itself sends, beside its lanes, counts as this lane. (Lanes are at most 64.)
    pub(crate) const BESIDE: u8 = u8::MAX;

    pub(crate) fn of(identity: &Identity, lane: u8) -> Self {
        let frame = identity.trace.map(|run| {
            let mut frame = *b"00-00000000000000000000000000000000-0000000000000000-01";
            write(&mut frame[3..19], run.to_be_bytes());
            frame
        });
        Self { frame, lane, last: Cell::default() }
    }

    /// The instant as which a sending is recorded that happens now: later than all before.
    pub(crate) fn stamp(&self, now: u64) -> u64 {
        let stamp = now.max(self.last.get() + 1);
        self.last.set(stamp);
        stamp
    }

    /// What a request says that is sent at this instant, for an exchange whose first request was sent at that one.
    pub(crate) fn traceparent(&self, first: u64, now: u64) -> Option<Traceparent> {
        let mut value = self.frame?;
        write(&mut value[19..35], self.number(first));
        write(&mut value[36..52], self.number(now));
        Some(value)
    }

    /// The lowest byte first: a tracer that samples by the size of trace-ids shall see no order in them.
    fn number(&self, instant: u64) -> [u8; 8] {
        let [first @ .., _] = instant.to_le_bytes();
        let mut number = [self.lane; 8];
        number[..7].copy_from_slice(&first);
        number
    }
}

/// Writes bytes as hexadecimal digits.
fn write(digits: &mut [u8], bytes: [u8; 8]) {
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        if let [high, low] = pair {
            (*high, *low) = (DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_names_run_exchange_and_request() {
        let traces = Traces::of(&Identity::new("1.0.0", "r", Some(0x9c11_85a5_c5e9_fc54)), 2);
        let said = |first, now| String::from_utf8(traces.traceparent(first, now).unwrap().to_vec()).unwrap();
        assert_eq!(said(0x0fb2_c3e8, 0x0fb2_c3e8), "00-9c1185a5c5e9fc54e8c3b20f00000002-e8c3b20f00000002-01");
        assert_eq!(said(1, 0xff_ffff_ffff_ffff), "00-9c1185a5c5e9fc540100000000000002-ffffffffffffff02-01");
        assert_eq!(Traces::of(&Identity::new("1.0.0", "r", None), 2).traceparent(1, 1), None);
    }

    #[test]
    fn no_two_requests_are_sent_at_one_instant_and_none_at_the_zeroth() {
        let traces = Traces::default();
        assert_eq!([0, 0, 7, 7, 3].map(|now| traces.stamp(now)), [1, 2, 7, 8, 9]);
    }

    #[test]
    fn a_run_of_any_name_is_named() {
        let mut headers = HeaderMap::new();
        Identity::new("1.0.0", "thử 100%\r\n", None).put_on(&mut headers);
        assert_eq!(headers["user-agent"], "vandan/1.0.0 (run th%E1%BB%AD 100%25%0D%0A)");
        assert_eq!(headers["x-vandan-run"], "th%E1%BB%AD 100%25%0D%0A");
    }
}
