//! When which person must be looked at, and when the lane wakes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::rc::Rc;

use tokio::sync::Notify;

/// The timers of a lane. Instants are nanoseconds since the run began.
#[derive(Default)]
pub(crate) struct Timers {
    due: BinaryHeap<Reverse<(u64, usize)>>,
    /// When the lane wakes of itself; 0 while it is awake.
    wake: u64,
    /// Wakes the lane when something has become due before that.
    alarm: Rc<Notify>,
}

impl Timers {
    /// Has a person looked at from this instant on.
    pub(crate) fn set(&mut self, moment: u64, person: usize) {
        self.due.push(Reverse((moment, person)));
    }

    /// A person who must be looked at by now. They may have left since the timer was set.
    pub(crate) fn pop(&mut self, now: u64) -> Option<usize> {
        let first = self.due.peek_mut().filter(|first| first.0.0 <= now)?;
        Some(PeekMut::pop(first).0.1)
    }

    /// The lane is awake and looks at everything that is due: no alarm is needed.
    pub(crate) fn awake(&mut self) {
        self.wake = 0;
    }

    /// The lane sleeps until the first timer, `latest` at the latest; gives back until when.
    pub(crate) fn sleep(&mut self, latest: u64) -> u64 {
        self.wake = self.due.peek().map_or(latest, |Reverse((moment, _))| latest.min(*moment));
        self.wake
    }

    /// Wakes the lane earlier, if something has become due before it wakes of itself.
    pub(crate) fn ring(&mut self) {
        if let Some(Reverse((moment, _))) = self.due.peek()
            && *moment < self.wake
        {
            self.wake = *moment;
            self.alarm.notify_one();
        }
    }

    /// What [`ring`](Self::ring) calls.
    pub(crate) fn alarm(&self) -> Rc<Notify> {
        Rc::clone(&self.alarm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_looked_at_in_order_and_not_before_their_time() {
        let mut timers = Timers::default();
        for (moment, person) in [(30, 3), (10, 1), (20, 2)] {
            timers.set(moment, person);
        }
        let looked_at: Vec<_> = std::iter::from_fn(|| timers.pop(20)).collect();
        assert_eq!((looked_at, timers.sleep(100)), (vec![1, 2], 30));
    }

    #[test]
    fn only_what_is_due_before_the_lane_wakes_rings() {
        let mut timers = Timers::default();
        timers.set(50, 1);
        assert_eq!(timers.sleep(40), 40);
        timers.ring();
        assert_eq!(timers.wake, 40);
        timers.set(30, 2);
        timers.ring();
        assert_eq!(timers.wake, 30);
    }
}
