//! How late we were ourselves with an exchange: its `delay`, apart from what its person waited for.
//!
//! ```text
//! due ........ possible ........ queued ........ taken .. sent ........ done
//!   the person was  | our scheduling  | no free        | our     | the portal's
//!   busy: no delay   |                 | connection     | writing |
//!   of ours         |                 |                |         |
//! ```
//!
//! Where everybody has a connection of their own, none is waited for: what is late then is ours.
//!
//! A person who is busy, and a shared connection that is not free, wait for the portal's earlier answers: that is part of
//! the response time and no delay of ours. Only for as long as the rate limit, not the portal, held
//! connections back it is ours.

use hdrhistogram::Histogram;
use model::words::TrafficClass;

use crate::spec::Connections;

/// What a lane's exchanges wait for before they are handed to a connection.
#[derive(Debug)]
pub(crate) struct Waits {
    /// Connections that the lane may hold, if people share them. Waiting for their own is waiting for us.
    shared: Option<usize>,
    /// Acts in the queue, and acts on a connection.
    queued: usize,
    carried: usize,
}

/// When an act could have been done, and when it was queued for a connection. Nanoseconds since the run began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queued {
    possible: u64,
    at: u64,
    /// For how long the rate limit had held connections back by then, if none was free.
    held_before: Option<u64>,
}

/// How late an act is when a connection takes it, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// By our own scheduling.
    pub(crate) late: u64,
    /// Because the rate limit held the connections back, one of which it waited for.
    pub(crate) held: u64,
}

impl Queued {
    /// Whether no connection was free when the act was queued.
    pub(crate) fn found_none_free(&self) -> bool {
        self.held_before.is_some()
    }
}

impl Waits {
    pub(crate) fn new(connections: Connections) -> Self {
        let shared = match connections {
            Connections::Pool(most) => Some(most),
            Connections::Own(_) => None,
        };
        Self { shared, queued: 0, carried: 0 }
    }

    /// An act that could have been done at `possible` goes into the queue for a connection; the rate limit has held
    /// connections back for so long by now.
    pub(crate) fn queue(&mut self, possible: u64, now: u64, held: u64) -> Queued {
        let is_full = self.shared.is_some_and(|most| self.queued + self.carried >= most);
        self.queued += 1;
        Queued { possible, at: now, held_before: is_full.then_some(held) }
    }

    /// A connection takes an act out of the queue.
    pub(crate) fn take(&mut self, queued: Queued, now: u64, held: u64) -> Taken {
        self.queued = self.queued.saturating_sub(1);
        self.carried += 1;
        let scheduling = queued.at.saturating_sub(queued.possible);
        let waited = now.saturating_sub(queued.at);
        match queued.held_before {
            None => Taken { late: scheduling + waited, held: 0 },
            Some(before) => Taken { late: scheduling, held: waited.min(held.saturating_sub(before)) },
        }
    }

    /// An act is over.
    pub(crate) fn over(&mut self) {
        self.carried = self.carried.saturating_sub(1);
    }
}

/// How late exchanges of the load were handed to a connection, by class of traffic, in nanoseconds.
#[derive(Debug)]
pub(crate) struct SchedulingDelays {
    pub(crate) user: Histogram<u64>,
    pub(crate) poll: Histogram<u64>,
}

impl Default for SchedulingDelays {
    fn default() -> Self {
        let empty = || {
            Histogram::new_with_bounds(1_000, 60_000_000_000, 3)
                .unwrap_or_else(|error| unreachable!("the bounds are right: {error}"))
        };
        Self { user: empty(), poll: empty() }
    }
}

impl SchedulingDelays {
    pub(crate) fn record(&mut self, class: TrafficClass, delay: u64) {
        match class {
            TrafficClass::User => self.user.saturating_record(delay),
            TrafficClass::Poll => self.poll.saturating_record(delay),
            TrafficClass::Control => {}
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (all, of_lane) in [(&mut self.user, &other.user), (&mut self.poll, &other.poll)] {
            all.add(of_lane).unwrap_or_else(|error| unreachable!("all hold the same range: {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::spec::OwnConnections;

    /// Takes an act that could be done at 10, was queued at 13 and is taken at 50; the rate limit held something back for so
    /// long between.
    fn taken(waits: &mut Waits, held: u64) -> (u64, u64) {
        let queued = waits.queue(10, 13, 7);
        let Taken { late, held } = waits.take(queued, 50, 7 + held);
        (late, held)
    }

    #[test]
    fn with_a_free_connection_all_lateness_is_ours() {
        assert_eq!(taken(&mut Waits::new(Connections::Pool(1)), 5), (40, 0));
    }

    #[test]
    fn waiting_for_a_connection_that_the_portal_keeps_busy_is_no_delay_of_ours() {
        let mut waits = Waits::new(Connections::Pool(1));
        taken(&mut waits, 0);
        assert_eq!(taken(&mut waits, 0), (3, 0));
        waits.over();
        waits.over();
        assert_eq!(taken(&mut waits, 0), (40, 0), "a connection is free again");
    }

    #[test]
    fn where_everybody_has_their_own_all_lateness_is_ours() {
        let own = OwnConnections { most: 1, keep_alive: Duration::ZERO };
        let mut waits = Waits::new(Connections::Own(own));
        assert_eq!([taken(&mut waits, 5), taken(&mut waits, 5)], [(40, 0), (40, 0)]);
    }

    #[test]
    fn waiting_for_a_connection_that_the_rate_limit_holds_back_is_ours() {
        let mut waits = Waits { carried: 2, ..Waits::new(Connections::Pool(2)) };
        assert_eq!(taken(&mut waits, 20), (3, 20));
        assert_eq!(taken(&mut waits, 1_000), (3, 37), "never more than was waited");
    }
}
