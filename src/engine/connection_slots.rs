//! The connection slots of a lane, and the acts that wait for one.

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;

use tokio::sync::Notify;

use crate::attempt::Attempt;
use crate::connection::HttpCodec;
use crate::delay::{Queued, Taken, Waits};
use crate::http_client::HttpClient;
use crate::identity::Traces;
use crate::spec::Connections;
use crate::task::{Origin, Task};
use crate::throttle::Holding;
use model::words::Fault;

/// A person's next operation, on its way to a connection.
pub(crate) struct Act {
    pub(crate) person: usize,
    pub(crate) task: Box<Task>,
    queued: Queued,
}

/// Slots and queue. As long as an act waits, no slot is idle that was not called.
pub(crate) struct ConnectionSlots {
    /// Acts waiting for a slot.
    ready: VecDeque<Act>,
    /// Slots waiting for an act.
    idle: Vec<Rc<Notify>>,
    open: usize,
    /// Slots that may be open.
    limit: usize,
    codec: HttpCodec,
    traces: Rc<Traces>,
    waits: Waits,
    /// For how long connections were held back.
    holding: Rc<Holding>,
    /// Cuts off what is under way when the run ends.
    shutdown: Rc<Notify>,
    /// Whether a slot has panicked: what it carried was not recorded.
    has_lost_one: Rc<Cell<bool>>,
}

/// How a waiting act is supplied with a slot.
pub(crate) enum Supply {
    /// An idle one was called.
    Called,
    /// One more is to be opened.
    Open,
    /// All are busy.
    None,
}

/// What one slot needs of the others. Dropped while it panics, it says so.
pub(crate) struct Slot {
    /// What sends for those who have nothing of their own to send with.
    pub(crate) client: HttpClient,
    pub(crate) called: Rc<Notify>,
    pub(crate) shutdown: Rc<Notify>,
    alarm: Rc<Notify>,
    has_lost_one: Rc<Cell<bool>>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.has_lost_one.set(true);
            self.alarm.notify_one();
        }
    }
}

impl ConnectionSlots {
    /// None of which is open yet.
    pub(crate) fn new(connections: Connections, codec: HttpCodec, traces: Traces) -> Self {
        Self {
            ready: VecDeque::new(),
            idle: Vec::new(),
            open: 0,
            limit: connections.most(),
            codec,
            traces: Rc::new(traces),
            waits: Waits::new(connections),
            holding: Rc::default(),
            shutdown: Rc::default(),
            has_lost_one: Rc::default(),
        }
    }

    /// A slot that was opened; `alarm` wakes its lane.
    pub(crate) fn slot(&self, alarm: Rc<Notify>) -> Slot {
        Slot {
            client: self.client(),
            called: Rc::default(),
            shutdown: Rc::clone(&self.shutdown),
            alarm,
            has_lost_one: Rc::clone(&self.has_lost_one),
        }
    }

    /// What has met nobody yet.
    pub(crate) fn client(&self) -> HttpClient {
        HttpClient::of(Rc::clone(&self.holding), self.codec, Rc::clone(&self.traces))
    }

    /// Puts an act in line that could have been done at `possible`.
    pub(crate) fn queue(&mut self, person: usize, task: Box<Task>, possible: u64, now: u64) {
        let queued = self.waits.queue(possible, now, self.holding.total(now));
        self.ready.push_back(Act { person, task, queued });
    }

    /// How many acts wait.
    pub(crate) fn waiting(&self) -> usize {
        self.ready.len()
    }

    /// Supplies one waiting act with a slot.
    pub(crate) fn supply(&mut self) -> Supply {
        if let Some(slot) = self.idle.pop() {
            slot.notify_one();
            Supply::Called
        } else if self.open < self.limit {
            self.open += 1;
            Supply::Open
        } else {
            Supply::None
        }
    }

    /// The act that has waited longest, or, if none waits, has the slot called when one does.
    pub(crate) fn next(&mut self, slot: &Slot) -> Option<Act> {
        let next = self.ready.pop_front();
        if next.is_none() {
            self.idle.push(Rc::clone(&slot.called));
        }
        next
    }

    /// How late an act is that a slot takes now.
    pub(crate) fn take(&mut self, act: &Act, now: u64) -> Taken {
        self.waits.take(act.queued, now, self.holding.total(now))
    }

    /// An act is over, and its slot free.
    pub(crate) fn over(&mut self) {
        self.waits.over();
    }

    /// Takes what waits out of the line, but for final reads: none of it will be sent.
    pub(crate) fn stop_acting(&mut self) -> VecDeque<Act> {
        let ready = std::mem::take(&mut self.ready).into_iter();
        let (reading_back, others) = ready.partition(|act| act.task.origin == Origin::FinalRead);
        self.ready = reading_back;
        others
    }

    /// Takes all that waits out of the line.
    pub(crate) fn stop(&mut self) -> VecDeque<Act> {
        std::mem::take(&mut self.ready)
    }

    /// Cuts off what is under way.
    pub(crate) fn cut_off(&self) {
        self.shutdown.notify_waiters();
    }

    /// What becomes of an act that will never be sent because nobody acts any more. Only what found no free connection
    /// waited for the portal; others came too late, and nothing happened.
    pub(crate) fn given_up(&mut self, act: &Act, now: u64) -> Attempt {
        if self.holding.is_on() || !act.queued.found_none_free() {
            self.waits.take(act.queued, now, 0);
            Attempt::given_up(now)
        } else {
            self.never_sent(act, now)
        }
    }

    /// What becomes of an act that was begun and never sent: it was never answered.
    pub(crate) fn never_sent(&mut self, act: &Act, now: u64) -> Attempt {
        let taken = self.take(act, now);
        let mut attempt = Attempt::not_sent(Fault::TimedOut, now);
        attempt.held = taken.held;
        if self.holding.is_on() {
            attempt.held_to_the_end(self.holding.by());
        }
        attempt
    }

    /// Ends the lane if a slot has panicked: a lost exchange makes the run invalid.
    ///
    /// # Panics
    /// Then.
    pub(crate) fn check(&self) {
        assert!(!self.has_lost_one.get(), "a connection slot panicked, and its exchange is not recorded");
    }
}
