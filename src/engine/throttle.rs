//! How fast: at most so many sends in every second, wherever the second begins.
//!
//! A sliding count: a send may leave when the one that was sent `count` sends ago is older than the stretch it is counted in.
//! Unlike a bucket that refills, no second ever holds a burst on top of the rate. Whoever must wait is let through in the
//! order of asking, without a lock held meanwhile.

use std::cell::Cell;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::nanoseconds;
use tokio::sync::Notify;

use crate::clock::RunClock;

const SECOND: f64 = 1e9;

/// A second, and the margin: requests may come in closer to each other than they left, by what the network and both machines
/// delay one of them. Up to a tenth of a second of that, the other side counts no more than it was promised.
const SECOND_AND_MARGIN: f64 = 1.1 * SECOND;

/// A second is cut into so many parts, if the rate is high enough: what comes in late by more than the margin meets the next
/// part, not the whole of the next second.
const PARTS: f64 = 10.0;

/// So many sends in any stretch of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    count: usize,
    /// In nanoseconds.
    width: u64,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rates and widths are positive and far below 2^53; beyond, the cast saturates"
)]
impl Limit {
    /// At most `rate` in every second, and evenly; below 1, one in every so many seconds.
    pub(crate) fn per_second(rate: f64) -> Self {
        if rate < 1.0 {
            return Self { count: 1, width: (SECOND_AND_MARGIN / rate) as u64 };
        }
        let count = (rate / PARTS).floor().max(1.0);
        let parts = (rate / count).floor();
        Self { count: count as usize, width: (SECOND_AND_MARGIN / parts).ceil() as u64 }
    }

    /// When the next may leave, after `ahead` others that were asked for before.
    fn free_at(self, sent: &VecDeque<u64>, ahead: usize) -> u64 {
        let before =
            if ahead < self.count { (sent.len() + ahead).checked_sub(self.count) } else { sent.len().checked_sub(1) };
        before.and_then(|at| sent.get(at)).map_or(0, |sent| sent + self.width)
    }
}

/// How many requests a second may come to a host that is promised at most `rate`, besides so many that come evenly, so that
/// hardly one in a hundred of them must wait.
///
/// A request waits if `count` others came in the stretch before it. Independent requests come in such numbers that, around a
/// mean of m, one stretch in a hundred holds more than m + 2.33 √m of them; solved for m, with what comes evenly taken off. The
/// smaller the rate, the more of it is lost: 12 of 50 are left, 320 of 500, and none below 20, where every two that come close
/// to each other wait.
///
/// # Source
/// Poisson arrivals, by the normal approximation; 2.33 is the quantile of 0.99.
#[expect(clippy::cast_precision_loss, reason = "rates and widths are far below 2^53")]
pub fn punctual_rate(rate: f64, evenly: f64) -> f64 {
    let Limit { count, width } = Limit::per_second(rate);
    let seconds = width as f64 / SECOND;
    let room = (count as f64 - 1.0 - evenly * seconds).max(0.0);
    let mean_root = ((2.33_f64.powi(2) + 4.0 * room).sqrt() - 2.33) / 2.0;
    mean_root.powi(2) / seconds
}

/// Lets sends through as fast as its limits allow; without any, at once.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    /// Spares those the lock who are not limited.
    is_limited: AtomicBool,
    turns: Mutex<Turns>,
}

#[derive(Debug, Default)]
struct Turns {
    limits: Vec<Limit>,
    /// When the last were sent, in order: as many as the widest limit counts.
    sent: VecDeque<u64>,
    /// Those who wait, by the order of their asking.
    waiting: BTreeSet<u64>,
    asked: u64,
    /// For how long somebody waited, in nanoseconds, up to `since`.
    waited: u64,
    /// Since when somebody waits.
    since: Option<u64>,
}

impl Throttle {
    /// Limits it from now on, besides what limits it already.
    pub(crate) fn limit(&self, limit: Limit) {
        self.turns().limits.push(limit);
        self.is_limited.store(true, Ordering::Relaxed);
    }

    /// Waits until one more may be sent, and says when that is: now. It counts as sent from then on.
    pub(crate) async fn admit(&self, clock: &RunClock, hold: &Hold) -> u64 {
        if !self.is_limited.load(Ordering::Relaxed) {
            return clock.now();
        }
        let ticket = Ticket::draw(self, clock);
        let mut waiting = None;
        loop {
            let turn = self.turns().turn(ticket.number, clock);
            match turn {
                Ok(now) => {
                    if let Some(waited) = waiting {
                        hold.over(waited, now);
                    }
                    return now;
                }
                Err(free) => {
                    waiting = waiting.or_else(|| Some(hold.begin(clock)));
                    tokio::time::sleep_until(clock.instant(free).into()).await;
                }
            }
        }
    }

    /// For how long somebody has waited so far, in nanoseconds.
    pub(crate) fn waited(&self, now: u64) -> u64 {
        let turns = self.turns();
        turns.waited + turns.since.map_or(0, |since| now.saturating_sub(since))
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turns {
    /// Lets this one through if it may be sent now; otherwise says when to ask again.
    fn turn(&mut self, number: u64, clock: &RunClock) -> Result<u64, u64> {
        // Read under the lock: what is entered as sent is in order.
        let now = clock.now();
        let ahead = self.waiting.range(..number).count();
        let free = self.limits.iter().map(|limit| limit.free_at(&self.sent, ahead)).max().unwrap_or(0);
        if free > now {
            return Err(free);
        }
        let most = self.limits.iter().map(|limit| limit.count).max().unwrap_or(0);
        self.sent.push_back(now);
        while self.sent.len() > most {
            self.sent.pop_front();
        }
        self.leave(number, now);
        Ok(now)
    }

    fn leave(&mut self, number: u64, now: u64) {
        if self.waiting.remove(&number) && self.waiting.is_empty() {
            self.waited += self.since.take().map_or(0, |since| now.saturating_sub(since));
        }
    }
}

/// A place among those who wait; given up by whoever goes.
struct Ticket<'a> {
    throttle: &'a Throttle,
    clock: &'a RunClock,
    number: u64,
}

impl<'a> Ticket<'a> {
    fn draw(throttle: &'a Throttle, clock: &'a RunClock) -> Self {
        let mut turns = throttle.turns();
        turns.asked += 1;
        let number = turns.asked;
        turns.waiting.insert(number);
        turns.since = turns.since.or_else(|| Some(clock.now()));
        drop(turns);
        Self { throttle, clock, number }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let now = self.clock.now();
        self.throttle.turns().leave(self.number, now);
    }
}

/// How long the connections of a lane were held back: while at least one is, those who wait for a connection wait for the
/// throttle, too.
#[derive(Debug, Default)]
pub(crate) struct Holding {
    count: Cell<u32>,
    since: Cell<u64>,
    past: Cell<u64>,
    /// What held one back last.
    by: Cell<HeldBy>,
}

/// What of ours holds a request back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum HeldBy {
    /// What its host was promised.
    #[default]
    Rate,
    /// After the load: the pace of its busiest second.
    Pace,
}

impl HeldBy {
    /// Why a request was never sent that was held back to the end.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Rate => "held back by the rate limit until the run ended",
            Self::Pace => "held back by the pace of the load's busiest second until the run ended",
        }
    }
}

impl Holding {
    /// For how long at least one connection was held back, in nanoseconds.
    pub(crate) fn total(&self, now: u64) -> u64 {
        self.past.get() + if self.is_on() { now.saturating_sub(self.since.get()) } else { 0 }
    }

    /// Whether a connection is held back.
    pub(crate) fn is_on(&self) -> bool {
        self.count.get() > 0
    }

    /// What held a connection back last.
    pub(crate) fn by(&self) -> HeldBy {
        self.by.get()
    }

    fn begin(&self, now: u64, by: HeldBy) {
        self.by.set(by);
        if !self.is_on() {
            self.since.set(now);
        }
        self.count.set(self.count.get() + 1);
    }

    fn end(&self, now: u64) {
        let total = self.total(now);
        self.count.set(self.count.get().saturating_sub(1));
        if !self.is_on() {
            self.past.set(total);
        }
    }
}

/// How long one exchange was held back.
#[derive(Debug, Default)]
pub(crate) struct Hold {
    lane: Rc<Holding>,
    past: Cell<u64>,
    is_on: Cell<bool>,
    was_cut_off: Cell<bool>,
    /// What holds it back, if anything does.
    by: Cell<HeldBy>,
    over: Notify,
}

/// An exchange that is being held back; one that is cut off meanwhile says so.
struct Held<'a> {
    hold: &'a Hold,
    clock: &'a RunClock,
    since: u64,
    is_over: bool,
}

impl Hold {
    /// Of a connection of a lane.
    pub(crate) fn of(lane: Rc<Holding>) -> Self {
        Self { lane, ..Self::default() }
    }

    /// Begins to count for another exchange.
    pub(crate) fn reset(&self) {
        self.past.set(0);
        self.was_cut_off.set(false);
    }

    /// Names what may hold it back from now on.
    pub(crate) fn name(&self, by: HeldBy) {
        self.by.set(by);
    }

    /// What held it back last.
    pub(crate) fn by(&self) -> HeldBy {
        self.by.get()
    }

    /// For how long, in nanoseconds.
    pub(crate) fn total(&self) -> u64 {
        self.past.get()
    }

    /// Whether the exchange ended while it was held back: it was never sent.
    pub(crate) fn was_cut_off(&self) -> bool {
        self.was_cut_off.get()
    }

    /// Waits for so long, not counting for how long the exchange was held back.
    pub(crate) async fn outlasted(&self, limit: Duration, clock: &RunClock) {
        let end = clock.now().saturating_add(nanoseconds(limit));
        loop {
            let end = end.saturating_add(self.past.get());
            if self.is_on.get() {
                self.over.notified().await;
            } else if clock.now() >= end {
                return;
            } else {
                tokio::time::sleep_until(clock.instant(end).into()).await;
            }
        }
    }

    fn begin<'a>(&'a self, clock: &'a RunClock) -> Held<'a> {
        let since = clock.now();
        self.is_on.set(true);
        self.lane.begin(since, self.by.get());
        Held { hold: self, clock, since, is_over: false }
    }

    fn over(&self, mut held: Held<'_>, now: u64) {
        held.is_over = true;
        held.end(now);
        self.over.notify_one();
    }
}

impl Held<'_> {
    fn end(&self, now: u64) {
        self.hold.is_on.set(false);
        self.hold.past.set(self.hold.past.get() + now.saturating_sub(self.since));
        self.hold.lane.end(now);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.hold.was_cut_off.set(true);
            self.end(self.clock.now());
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;
    use rand_distr::Exp1;

    use super::*;

    /// The instants at which so many sends leave, each asked for as soon as the last has left.
    fn leaving(limit: Limit, sends: usize) -> Vec<u64> {
        let mut sent = VecDeque::new();
        for _ in 0..sends {
            let now = sent.back().copied().unwrap_or(0).max(limit.free_at(&sent, 0));
            sent.push_back(now);
        }
        sent.into()
    }

    fn most_within(sent: &[u64], width: u64) -> usize {
        let within = |i: usize| sent[i..].iter().take_while(|at| **at < sent[i] + width).count();
        (0..sent.len()).map(within).max().unwrap_or(0)
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "a few thousand sends within seconds")]
    fn no_second_holds_more_than_the_rate_wherever_it_begins() {
        for rate in [1.0, 2.5, 3.0, 9.0, 10.0, 10.5, 11.0, 19.0, 20.0, 50.0, 99.0, 333.0, 5_000.0] {
            let sent = leaving(Limit::per_second(rate), 6_000);
            assert!(most_within(&sent, 1_000_000_000) as f64 <= rate, "{rate}");
            assert!(most_within(&sent, 1_099_999_999) as f64 <= rate, "{rate}, with the margin");
            let last = *sent.last().unwrap() as f64;
            assert!(5_999e9 / last > 0.45 * rate, "{rate}: {} a second are too few", 5_999e9 / last);
        }
    }

    #[test]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
    fn less_than_the_rate_leaves_on_time_and_more_of_a_high_one() {
        let rates =
            [5.0, 20.0, 50.0, 100.0, 500.0, 5_000.0].map(|rate| (punctual_rate(rate, 0.0) * 10.0).round() as u64);
        assert_eq!(rates, [0, 12, 120, 383, 3_198, 40_872], "in tenths");
        assert!(punctual_rate(50.0, 10.0) < punctual_rate(50.0, 0.0) && punctual_rate(5.0, 10.0) < 1e-9);
    }

    #[test]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "instants of some minutes, not before 0"
    )]
    fn what_comes_by_chance_at_that_rate_hardly_ever_waits_long() {
        for rate in [20.0, 50.0, 200.0, 1_000.0] {
            let (limit, mean) = (Limit::per_second(rate), SECOND / punctual_rate(rate, 0.0));
            let chance = model::Seed(1).stream("arrivals");
            let (mut at, mut sent, mut late) = (0.0, VecDeque::new(), 0);
            for i in 0..5_000 {
                at += chance.rng(i, 0).sample::<f64, _>(Exp1) * mean;
                let leaves = (at as u64).max(limit.free_at(&sent, 0));
                late += u32::from(leaves - at as u64 > 50_000_000);
                sent.push_back(leaves);
            }
            assert!(late <= 50, "{late} of 5000 left later than 50 ms at {rate}");
        }
    }

    #[test]
    fn less_than_one_a_second_is_one_in_several_seconds() {
        let sent = leaving(Limit::per_second(0.25), 3);
        assert_eq!(sent, [0, 4_400_000_000, 8_800_000_000]);
    }

    #[test]
    fn a_second_begins_with_no_burst() {
        let sent = leaving(Limit::per_second(1_000.0), 2_000);
        assert_eq!(most_within(&sent, 110_000_000), 100);
    }

    #[test]
    fn who_asked_before_keeps_a_place() {
        let limit = Limit { count: 2, width: 100 };
        let sent = VecDeque::from([10, 50]);
        assert_eq!((limit.free_at(&sent, 0), limit.free_at(&sent, 1)), (110, 150));
        assert_eq!(limit.free_at(&sent, 2), 150, "to be asked again then");
        assert_eq!(limit.free_at(&VecDeque::from([10]), 0), 0, "there is room");
    }
}
