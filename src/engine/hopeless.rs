//! When going on makes no sense: the target is no HTTP server, answers nothing at all, or nobody can sign in. Said in one
//! sentence, at once, instead of after the whole length of the run.
//!
//! A portal that is merely slow is never given up: once it has answered anything, whoever gets no answer in time is no
//! evidence of anything. One that has answered nothing yet may still be starting, or be slow in its first answer. It is given
//! up when half of the time that an answer may take (`limits.timeout`; 3 s at least) has passed since the run began and
//! twenty requests have waited for 3 s or longer; where fewer ask, only when five have waited in vain for as long as they
//! may. So a small run bears any portal that answers in time, and a large one those whose first answer takes no longer than
//! half of that.

use std::collections::VecDeque;
use std::time::Duration;

use model::nanoseconds;
use model::words::Fault;

use crate::meter::{LaneMeter, Meters};

/// How long the load must have gone on before it is given up, in nanoseconds: 3 s. A portal that is being started answers
/// nonsense for a moment.
const PATIENCE: u64 = 3_000_000_000;
/// What must have failed by then, without one success.
const ENOUGH: u64 = 20;
/// From then on fewer failures are enough, in nanoseconds: 5 s. With so few people nothing more will come.
const AT_LAST: u64 = 5_000_000_000;
const FEW: u64 = 5;

/// What is known of the target so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prospects {
    /// Answers with an HTTP status.
    pub(crate) heard: u64,
    /// Requests that a connection has taken.
    pub(crate) asked: u64,
    /// Acts that have waited for an answer for as long as [`PATIENCE`], or in vain.
    pub(crate) waiting: u64,
    /// Connections that broke before any answer.
    pub(crate) broken: u64,
    /// Requests that had no answer in time.
    pub(crate) timed_out: u64,
    /// Sign-ins that succeeded, and that failed other than by a time-out or a limit of ours.
    pub(crate) signed_in: u64,
    pub(crate) not_signed_in: u64,
    /// How the last of these failed.
    pub(crate) last: Failure,
}

/// How a sign-in failed: the fault, or the status of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<Fault>,
}

impl Failure {
    /// As one number, for a counter.
    pub(crate) fn pack(self) -> u64 {
        let fault = self.fault.map_or(0, |fault| fault as u64 + 1);
        (fault << 16) | u64::from(self.status.unwrap_or(0))
    }

    pub(crate) fn unpack(packed: u64) -> Self {
        let status = u16::try_from(packed & 0xffff).ok().filter(|status| *status > 0);
        let place = usize::try_from(packed >> 16).ok().and_then(|place| place.checked_sub(1));
        Self { status, fault: place.and_then(|place| Fault::ALL.get(place).copied()) }
    }

    pub(crate) fn words(self) -> String {
        match (self.fault, self.status) {
            (Some(Fault::Unreadable), Some(status)) => format!("an answer (HTTP {status}) that could not be read"),
            (Some(Fault::Unwritable), _) => "a request that could not be written".to_owned(),
            (Some(Fault::Connect), _) => "no connection".to_owned(),
            (Some(Fault::Dns), _) => "a name that could not be looked up".to_owned(),
            (Some(Fault::Tls), _) => "a connection over which TLS could not be spoken".to_owned(),
            (Some(Fault::Broken), _) => "a connection that broke".to_owned(),
            (Some(fault), _) => fault.to_string(),
            (None, Some(status)) => format!("HTTP {status}"),
            (None, None) => "no answer".to_owned(),
        }
    }
}

impl Prospects {
    /// What all lanes together know, and the run itself: whether it was answered when it told the time.
    pub(crate) fn of(meters: &Meters, was_heard: bool, begun_long_ago: u64) -> Self {
        let sum = |read: fn(&LaneMeter) -> u64| -> u64 { meters.lanes.iter().map(|lane| read(lane)).sum() };
        let over = sum(|lane| lane.begun.get().saturating_sub(lane.in_flight()));
        let timed_out = sum(|lane| lane.timed_out.get());
        Self {
            heard: sum(|lane| lane.heard.get()) + u64::from(was_heard),
            asked: sum(|lane| lane.taken.get().saturating_sub(lane.unsent.get())),
            waiting: begun_long_ago.saturating_sub(over.saturating_sub(timed_out)),
            broken: sum(|lane| lane.broken.get()),
            timed_out,
            signed_in: sum(|lane| lane.signed_in.get()),
            not_signed_in: sum(|lane| lane.not_signed_in.get()),
            last: Failure::unpack(
                meters.lanes.iter().map(|lane| lane.last_failure.get()).find(|packed| *packed > 0).unwrap_or(0),
            ),
        }
    }

    /// Why it makes no sense to go on, if it does not, after so many nanoseconds of load.
    pub(crate) fn verdict(&self, target: &str, adapter: &str, age: u64, timeout: Duration) -> Option<String> {
        let enough = if age >= AT_LAST { FEW } else { ENOUGH };
        if age < PATIENCE {
            return None;
        }
        let after = tenths(age);
        let half = nanoseconds(timeout) / 2;
        let is_silent = (self.waiting >= ENOUGH && age >= half) || self.timed_out >= FEW;
        if self.heard == 0 && is_silent {
            return Some(format!(
                "stopped after {after} s: what listens at {target} accepts connections but answered none of {} requests (is it an \
                 HTTP server? is it still starting? then wait for it, or raise `limits.timeout`)",
                self.asked
            ));
        }
        if self.timed_out > 0 {
            return None;
        }
        if self.heard == 0 && self.broken >= enough {
            return Some(format!(
                "stopped after {after} s: what listens at {target} does not speak HTTP: none of {} requests was answered by it (is the port right? is it https?)",
                self.broken
            ));
        }
        (self.signed_in == 0 && self.not_signed_in >= enough).then(|| {
            format!(
                "stopped after {after} s: nobody could sign in at {target}: all {} tries failed, the last with {} (is it the portal that the adapter `{adapter}` is written for?)",
                self.not_signed_in,
                self.last.words()
            )
        })
    }
}

/// Remembers how many acts had been begun at which instant.
#[derive(Debug, Default)]
pub(crate) struct Beginnings {
    looks: VecDeque<(u64, u64)>,
    /// How many had been begun at the last look that lies [`PATIENCE`] back.
    long_ago: u64,
}

impl Beginnings {
    /// So many acts have been begun by now; gives back how many had been when it was [`PATIENCE`] earlier.
    pub(crate) fn look(&mut self, now: u64, begun: u64) -> u64 {
        if self.looks.back().is_none_or(|(_, last)| *last != begun) {
            self.looks.push_back((now, begun));
        }
        while let Some((_, begun)) = self.looks.front().copied().filter(|(at, _)| at + PATIENCE <= now) {
            self.long_ago = begun;
            self.looks.pop_front();
        }
        self.long_ago
    }
}

/// Nanoseconds as seconds with one decimal.
pub(crate) fn tenths(nanoseconds: u64) -> String {
    let tenths = nanoseconds / 100_000_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(milliseconds: u64, prospects: Prospects) -> Option<String> {
        prospects.verdict("http://127.0.0.1:1", "reference", milliseconds * 1_000_000, Duration::from_secs(10))
    }

    #[test]
    fn a_failure_survives_its_packing() {
        for failure in [
            Failure::default(),
            Failure { status: Some(404), fault: None },
            Failure { status: Some(200), fault: Some(Fault::Unreadable) },
            Failure { status: None, fault: Some(Fault::Connect) },
        ] {
            assert_eq!(Failure::unpack(failure.pack()), failure);
        }
    }

    #[test]
    fn what_never_speaks_http_is_given_up_after_three_seconds() {
        let ssh = Prospects { broken: 20, not_signed_in: 20, ..Prospects::default() };
        assert_eq!(after(2_999, ssh), None);
        assert!(after(3_000, ssh).unwrap().contains("does not speak HTTP: none of 20 requests"));
        assert!(after(3_000, Prospects { heard: 1, ..ssh }).unwrap().contains("nobody could sign in"));
    }

    #[test]
    fn where_nobody_signs_in_the_last_failure_is_named() {
        let failing = Prospects { heard: 30, not_signed_in: 20, ..Prospects::default() };
        for (last, words) in [
            (Failure { status: Some(404), fault: None }, "HTTP 404"),
            (Failure { status: Some(200), fault: Some(Fault::Unreadable) }, "could not be read"),
            (Failure { status: None, fault: Some(Fault::Unwritable) }, "could not be written"),
        ] {
            let said = after(3_200, Prospects { last, ..failing }).unwrap();
            assert!(said.contains("after 3.2 s: nobody could sign in") && said.contains(words), "{said}");
        }
        assert_eq!(after(60_000, Prospects { signed_in: 1, ..failing }), None);
        assert_eq!(after(4_900, Prospects { not_signed_in: 19, ..failing }), None);
        assert!(after(5_000, Prospects { not_signed_in: 5, ..failing }).is_some(), "few people, and no more will come");
        assert_eq!(after(60_000, Prospects { not_signed_in: 4, ..failing }), None);
    }

    #[test]
    fn a_slow_portal_is_never_given_up() {
        let slow = Prospects { broken: 50, not_signed_in: 50, timed_out: 1, ..Prospects::default() };
        assert_eq!(after(60_000, slow), None);
        let once = Prospects { heard: 1, waiting: 900, timed_out: 700, ..Prospects::default() };
        assert_eq!(after(60_000, once), None, "it has answered before");
        let few = Prospects { waiting: 19, timed_out: 4, ..Prospects::default() };
        assert_eq!(after(9_900, few), None, "a small run waits as long as an answer may take");
    }

    #[test]
    fn what_answers_nothing_at_all_is_given_up_after_half_of_the_time_an_answer_may_take() {
        let silent = Prospects { asked: 64, waiting: 20, ..Prospects::default() };
        assert_eq!(after(4_999, silent), None);
        let said = after(5_000, silent).unwrap();
        assert!(
            said.starts_with("stopped after 5.0 s: what listens at http://127.0.0.1:1 accepts connections but"),
            "{said}"
        );
        assert!(said.contains("answered none of 64 requests") && said.contains("limits.timeout"), "{said}");
        let few = Prospects { asked: 5, waiting: 5, timed_out: 5, ..Prospects::default() };
        assert!(after(10_500, few).is_some(), "all of them for as long as they may");
        let verdict = |age: u64, timeout| silent.verdict("", "", age * 1_000_000, Duration::from_secs(timeout));
        assert!(verdict(14_900, 30).is_none() && verdict(15_000, 30).is_some(), "a patient run");
        assert!(verdict(2_900, 1).is_none() && verdict(3_000, 1).is_some(), "an impatient one");
    }

    #[test]
    fn acts_count_as_waiting_once_they_have_waited_long() {
        let mut beginnings = Beginnings::default();
        let second = 1_000_000_000;
        assert_eq!(beginnings.look(0, 7), 0);
        assert_eq!(beginnings.look(second, 9), 0);
        assert_eq!(beginnings.look(3 * second, 12), 7);
        assert_eq!(beginnings.look(4 * second, 12), 9);
        assert_eq!((beginnings.look(5 * second, 12), beginnings.look(6 * second, 12)), (9, 12));
    }
}
