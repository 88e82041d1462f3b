//! A circuit breaker before the portal: once nothing but errors have come back for long enough, nobody new is let in until
//! somebody is answered.
//!
//! An answer below 500 is a sign of life, whatever it says; no answer, and one of 500 or above, are failures. What was never
//! sent for a reason of our own is neither. The breaker opens with a failure that lies [`patience`](Breaker::new) after the
//! first one since the last sign of life, if there were [`ENOUGH`] of them: a shorter outage changes nothing. While it is
//! open, few of those who come are let in to try, and people under way go on with their own pauses. Any sign of life closes
//! it. If it stays open for as long again, and whoever tried failed, the portal is gone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::nanoseconds;
use model::words::Blame;

use crate::attempt::Attempt;
use crate::hopeless::{Failure, tenths};
use crate::spec::Purpose;

/// The least number of failures in a row that say that a portal does not work.
const ENOUGH: u64 = 20;
/// The least number of them while the breaker is open that say that it does not come back.
const TRIED: u64 = 5;
/// So many people are let in to try within the patience: one a second within 30 s.
const PROBES: u64 = 30;

/// A time in which nobody new was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When it began, in nanoseconds since the run began: everybody who was not let in was due from then on.
    pub from: u64,
    /// When somebody was answered again; `None` if nobody was.
    pub until: Option<u64>,
    /// Dossiers that were not let in.
    pub dossiers: u64,
    /// Visits that were not let in.
    pub visits: u64,
}

/// Counts failures, and says who is let in.
#[derive(Debug)]
pub(crate) struct Breaker {
    /// In nanoseconds; `None`: it never opens.
    patience: Option<u64>,
    /// Whether the last thing seen was a failure: while it was none, nobody waits for the lock.
    is_failing: AtomicBool,
    is_open: AtomicBool,
    seen: Mutex<Seen>,
}

/// What was seen since the last sign of life.
#[derive(Debug, Default)]
struct Seen {
    first: u64,
    failures: u64,
    last: Failure,
    /// Failures by the time it opened.
    before: u64,
    next_probe: u64,
    /// The last of them is the present one, if it is open.
    outages: Vec<Outage>,
}

impl Breaker {
    /// One that opens after so long without a sign of life.
    pub(crate) fn new(patience: Option<Duration>) -> Self {
        Self {
            patience: patience.map(nanoseconds),
            is_failing: AtomicBool::new(false),
            is_open: AtomicBool::new(false),
            seen: Mutex::default(),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what came of a request to the portal.
    pub(crate) fn note(&self, attempt: &Attempt) {
        let Some(patience) = self.patience else { return };
        let now = attempt.done;
        match (attempt.status, attempt.fault) {
            (Some(..500), _) if self.is_failing.load(Ordering::Relaxed) => self.note_life(now),
            (Some(..500), _) => {}
            (None, fault) if fault.is_none_or(|fault| fault.blame() != Blame::Portal) => {}
            (Some(_) | None, _) => {
                let failure = Failure { status: attempt.status, fault: attempt.fault };
                self.note_failure(now, failure, patience);
            }
        }
    }

    fn note_life(&self, now: u64) {
        let mut seen = self.seen();
        if self.is_open.swap(false, Ordering::Relaxed)
            && let Some(outage) = seen.outages.last_mut()
        {
            outage.until = Some(now.max(outage.from));
        }
        seen.failures = 0;
        self.is_failing.store(false, Ordering::Relaxed);
    }

    fn note_failure(&self, now: u64, failure: Failure, patience: u64) {
        let mut seen = self.seen();
        self.is_failing.store(true, Ordering::Relaxed);
        if seen.failures == 0 {
            seen.first = now;
        }
        seen.failures += 1;
        seen.last = failure;
        let is_enough = seen.failures >= ENOUGH && now.saturating_sub(seen.first) >= patience;
        if is_enough && !self.is_open.swap(true, Ordering::Relaxed) {
            seen.before = seen.failures;
            seen.next_probe = now;
            seen.outages.push(Outage { from: now, until: None, dossiers: 0, visits: 0 });
        }
    }

    /// Whether somebody who comes now is let in: everybody while it is closed, a few who try while it is open.
    pub(crate) fn lets_in(&self, now: u64) -> bool {
        if !self.is_open.load(Ordering::Relaxed) {
            return true;
        }
        let mut seen = self.seen();
        let is_due = now >= seen.next_probe;
        if is_due {
            seen.next_probe = now + self.patience.unwrap_or(0) / PROBES;
        }
        is_due
    }

    /// Whether somebody who comes now would be let in.
    pub(crate) fn would_let_in(&self, now: u64) -> bool {
        !self.is_open.load(Ordering::Relaxed) || now >= self.seen().next_probe
    }

    /// Somebody who was due then was not let in.
    pub(crate) fn turn_away(&self, purpose: Purpose, due: u64) {
        let mut seen = self.seen();
        let Some(outage) = seen.outages.last_mut() else { return };
        outage.from = outage.from.min(due);
        match purpose {
            Purpose::Dossier => outage.dossiers += 1,
            Purpose::Visit => outage.visits += 1,
        }
    }

    /// All times in which nobody new was let in, in order.
    pub(crate) fn outages(&self) -> Vec<Outage> {
        self.seen().outages.clone()
    }

    /// That the portal went away and did not come back, in words, if that is so by now.
    pub(crate) fn gone(&self, now: u64, portal: &str) -> Option<String> {
        let patience = self.patience.filter(|_| self.is_open.load(Ordering::Relaxed))?;
        let seen = self.seen();
        let outage = seen.outages.last()?;
        let has_tried = seen.failures >= seen.before + TRIED;
        (has_tried && now.saturating_sub(outage.from) >= patience).then(|| {
            format!(
                "ended after {} s: from {} s on nothing but errors came from {portal}: {} requests failed, the last with {}",
                tenths(now),
                tenths(seen.first),
                seen.failures,
                seen.last.words()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use model::words::Fault;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn breaker() -> Breaker {
        Breaker::new(Some(Duration::from_secs(30)))
    }

    fn note(breaker: &Breaker, at: u64, status: Option<u16>, fault: Option<Fault>) {
        breaker.note(&Attempt { status, fault, ..Attempt::not_sent(Fault::Connect, at) });
    }

    fn refuse(breaker: &Breaker, seconds: std::ops::RangeInclusive<u64>) {
        seconds.for_each(|second| note(breaker, second * SECOND, None, Some(Fault::Connect)));
    }

    #[test]
    fn it_opens_when_nothing_but_errors_came_for_long_enough() {
        let breaker = breaker();
        note(&breaker, SECOND, Some(200), None);
        refuse(&breaker, 10..=39);
        assert!(breaker.lets_in(39 * SECOND), "29 s are not 30");
        note(&breaker, 40 * SECOND, Some(503), None);
        assert!(breaker.lets_in(40 * SECOND), "somebody tries");
        assert!(!breaker.lets_in(40 * SECOND + 1) && breaker.would_let_in(41 * SECOND) && breaker.lets_in(41 * SECOND));
        assert_eq!(breaker.outages(), [Outage { from: 40 * SECOND, until: None, dossiers: 0, visits: 0 }]);
    }

    #[test]
    fn an_answer_in_between_begins_anew_whatever_it_says() {
        for (status, fault) in [(200, None), (404, None), (200, Some(Fault::Unreadable))] {
            let breaker = breaker();
            refuse(&breaker, 10..=30);
            note(&breaker, 31 * SECOND, Some(status), fault);
            refuse(&breaker, 32..=61);
            assert!(breaker.outages().is_empty(), "{status} {fault:?}");
        }
    }

    #[test]
    fn few_failures_far_apart_and_what_was_never_sent_open_nothing() {
        let breaker = breaker();
        (1..20).for_each(|time| note(&breaker, time * 100 * SECOND, None, Some(Fault::TimedOut)));
        for fault in [Fault::LocalLimit, Fault::Forbidden, Fault::Unwritable] {
            (1..=100).for_each(|time| note(&breaker, (2_000 + time) * SECOND, None, Some(fault)));
        }
        assert!(breaker.outages().is_empty());
        note(&breaker, 3_000 * SECOND, None, Some(Fault::TimedOut));
        assert_eq!(breaker.outages().len(), 1, "the twentieth");
    }

    #[test]
    fn many_failures_at_once_after_a_quiet_hour_open_nothing() {
        let breaker = breaker();
        note(&breaker, SECOND, Some(200), None);
        (0..1_000).for_each(|time| note(&breaker, 3_600 * SECOND + time, None, Some(Fault::Connect)));
        assert!(breaker.outages().is_empty());
    }

    #[test]
    fn an_answer_closes_it_and_who_was_turned_away_is_counted() {
        let breaker = breaker();
        refuse(&breaker, 10..=40);
        breaker.turn_away(Purpose::Dossier, 40 * SECOND - 5);
        breaker.turn_away(Purpose::Visit, 44 * SECOND);
        assert_eq!(breaker.gone(69 * SECOND, "it"), None);
        note(&breaker, 50 * SECOND, Some(401), None);
        assert!(breaker.lets_in(50 * SECOND) && breaker.lets_in(50 * SECOND));
        let outage = Outage { from: 40 * SECOND - 5, until: Some(50 * SECOND), dossiers: 1, visits: 1 };
        assert_eq!(breaker.outages(), [outage]);
        assert_eq!(breaker.gone(900 * SECOND, "it"), None, "it came back");
    }

    #[test]
    fn it_is_gone_if_whoever_tried_failed_for_as_long_again() {
        let breaker = breaker();
        refuse(&breaker, 10..=40);
        assert_eq!(breaker.gone(71 * SECOND, "it"), None, "nobody has tried");
        refuse(&breaker, 66..=70);
        assert_eq!(breaker.gone(70 * SECOND - 1, "it"), None);
        assert_eq!(
            breaker.gone(70 * SECOND, "it").as_deref(),
            Some(
                "ended after 70.0 s: from 10.0 s on nothing but errors came from it: 36 requests failed, the last with no \
                 connection"
            )
        );
    }

    #[test]
    fn one_that_is_off_never_opens() {
        let breaker = Breaker::new(None);
        refuse(&breaker, 1..=1_000);
        assert!(breaker.lets_in(1_000 * SECOND) && breaker.gone(9_000 * SECOND, "it").is_none());
    }
}
