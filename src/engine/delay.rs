//! How late we were ourselves with an exchange: its `delay`, apart from what its person waited for.
//!
//! ```text
//! due ........ possible ........ queued ........ taken .. sent ........ done
//!   hands were not  | our scheduling  | no free        | our     | the portal's
//!   free: nobody's  |                 | connection     | writing |
//!   delay           |                 |                |         |
//! ```
//!
//! A person whose hands are not free, and a connection that is not free, wait for the portal's earlier answers: that is part of
//! the response time and no delay of ours. Only the share of such a wait for which the rate limit, not the portal, held the
//! connections back is ours.

use hdrhistogram::Histogram;
use model::words::TrafficClass;

use crate::agenda::Task;
use crate::lane::Act;

/// What a lane's exchanges waited for before they were handed to a connection.
#[derive(Debug)]
pub(crate) struct Waits {
    /// Connections that the lane may hold.
    connections: usize,
    /// Acts in the queue, and acts on a connection.
    queued: usize,
    carried: usize,
    /// For how long connections have been held back by the rate limit so far, all together, in nanoseconds.
    held: u64,
}

/// When an act could have been done, and when it was queued for a connection. Nanoseconds since the run began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queued {
    possible: u64,
    at: u64,
    /// [`Waits::held`] at that instant, if no connection was free.
    held_before: Option<u64>,
}

impl Waits {
    pub(crate) fn new(connections: usize) -> Self {
        Self { connections, queued: 0, carried: 0, held: 0 }
    }

    /// An act that could have been done at `possible` goes into the queue for a connection.
    pub(crate) fn queue(&mut self, person: usize, task: Box<Task>, possible: u64, now: u64) -> Act {
        Act { person, task, queued: self.enqueue(possible, now) }
    }

    fn enqueue(&mut self, possible: u64, now: u64) -> Queued {
        let is_full = self.queued + self.carried >= self.connections;
        self.queued += 1;
        Queued { possible, at: now, held_before: is_full.then_some(self.held) }
    }

    /// A connection takes an act out of the queue; gives back how late we are with it by now, in nanoseconds.
    pub(crate) fn take(&mut self, queued: Queued, now: u64) -> u64 {
        self.queued = self.queued.saturating_sub(1);
        self.carried += 1;
        let scheduling = queued.at.saturating_sub(queued.possible);
        let waited = now.saturating_sub(queued.at);
        let Some(held_before) = queued.held_before else { return scheduling + waited };
        let connections = u64::try_from(self.connections.max(1)).unwrap_or(u64::MAX);
        scheduling + waited.min((self.held - held_before) / connections)
    }

    /// An act is over that the rate limit had held back for so long.
    pub(crate) fn over(&mut self, held: u64) {
        self.carried = self.carried.saturating_sub(1);
        self.held = self.held.saturating_add(held);
    }
}

/// How late exchanges of the load were handed to a connection, by class of traffic, in nanoseconds.
#[derive(Clone, Debug)]
pub(crate) struct Lags {
    pub(crate) user: Histogram<u64>,
    pub(crate) poll: Histogram<u64>,
}

impl Lags {
    /// # Errors
    /// Never: the bounds are right.
    pub(crate) fn new() -> Result<Self, hdrhistogram::CreationError> {
        let empty = || Histogram::new_with_bounds(1_000, 60_000_000_000, 3);
        Ok(Self { user: empty()?, poll: empty()? })
    }

    pub(crate) fn record(&mut self, class: TrafficClass, delay: u64) {
        match class {
            TrafficClass::User => self.user.saturating_record(delay),
            TrafficClass::Poll => self.poll.saturating_record(delay),
            TrafficClass::Control => {}
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        // All hold the same range, so adding cannot fail.
        self.user.add(&other.user).unwrap_or_default();
        self.poll.add(&other.poll).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes an act that could be done at 10, was queued at 13 and is taken at 50.
    fn taken(waits: &mut Waits, held_meanwhile: u64) -> u64 {
        let queued = waits.enqueue(10, 13);
        waits.held += held_meanwhile;
        waits.take(queued, 50)
    }

    #[test]
    fn with_a_free_connection_all_lateness_is_ours() {
        assert_eq!(taken(&mut Waits::new(1), 0), 40);
    }

    #[test]
    fn waiting_for_a_connection_that_the_portal_keeps_busy_is_no_delay_of_ours() {
        let mut waits = Waits::new(1);
        taken(&mut waits, 0);
        assert_eq!(taken(&mut waits, 0), 3);
        waits.over(0);
        waits.over(0);
        assert_eq!(taken(&mut waits, 0), 40, "a connection is free again");
    }

    #[test]
    fn what_the_rate_limit_held_back_is_ours() {
        let mut waits = Waits { carried: 2, ..Waits::new(2) };
        assert_eq!(taken(&mut waits, 20), 3 + 10, "one of two connections was held for 20 of the 37");
        assert_eq!(taken(&mut waits, 1_000), 3 + 37, "never more than was waited");
    }
}
