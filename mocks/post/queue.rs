//! The queue before the post's two counters in the service centre: first come, first served.
//!
//! Who is served when is computed when a ticket is drawn, and only looked up after that.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

/// How many visitors may wait; the next one is refused.
const LONGEST_QUEUE: usize = 200;
/// How many past tickets can be looked up. A ticket takes 40 bytes.
const REMEMBERED: usize = 10_000;

/// How many counters there are.
pub(crate) const COUNTERS: usize = 2;

/// One visitor's turn.
#[derive(Debug, Clone, Copy)]
struct Turn {
    counter: u8,
    from: Instant,
    until: Instant,
}

/// Both counters and their queue.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// When each counter is free again; `None`: it always was.
    free: [Option<Instant>; COUNTERS],
    /// How many tickets were forgotten: the first one remembered has the number after it.
    forgotten: usize,
    turns: VecDeque<Turn>,
}

impl Counters {
    /// Draws a ticket at `now` and returns its number; `None`: the queue is full.
    pub(crate) fn draw(&mut self, now: Instant, service_time: Duration) -> Option<usize> {
        if self.waiting(now) >= LONGEST_QUEUE {
            return None;
        }
        let [first, second] = self.free.map(|free| free.map_or(now, |free| free.max(now)));
        let (counter, from) = if second < first { (2, second) } else { (1, first) };
        let until = from + service_time;
        let [one, two] = &mut self.free;
        *if counter == 1 { one } else { two } = Some(until);
        if self.turns.len() == REMEMBERED {
            self.turns.pop_front();
            self.forgotten += 1;
        }
        self.turns.push_back(Turn { counter, from, until });
        Some(self.forgotten + self.turns.len())
    }

    /// How many visitors are still waiting: the last ones, as they are served in the order of tickets.
    pub(crate) fn waiting(&self, now: Instant) -> usize {
        self.turns.iter().rev().take_while(|turn| turn.from > now).count()
    }

    /// How many counters are busy.
    pub(crate) fn busy(&self, now: Instant) -> usize {
        self.free.iter().flatten().filter(|free| **free > now).count()
    }

    /// How many tickets were drawn.
    pub(crate) fn drawn(&self) -> usize {
        self.forgotten + self.turns.len()
    }

    pub(crate) fn ticket(&self, number: usize, now: Instant) -> Option<Ticket> {
        let turn = self.turns.get(number.checked_sub(self.forgotten + 1)?)?;
        let state = if now < turn.from {
            "waiting"
        } else if now < turn.until {
            "at_counter"
        } else {
            "served"
        };
        let before = self.turns.iter().take(number - self.forgotten - 1).rev();
        Some(Ticket {
            number,
            state,
            counter: turn.counter,
            ahead: if now < turn.from { before.take_while(|turn| turn.from > now).count() } else { 0 },
            turn_in_ms: milliseconds(turn.from.saturating_duration_since(now)),
            served_in_ms: milliseconds(turn.until.saturating_duration_since(now)),
        })
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or_else(|_| unreachable!("no wait lasts half a billion years"))
}

/// A ticket as its holder sees it.
#[derive(Debug, Serialize)]
pub(crate) struct Ticket {
    #[serde(rename = "ticket")]
    number: usize,
    state: &'static str,
    /// The counter it is called to, 1 or 2.
    counter: u8,
    /// How many wait before it.
    ahead: usize,
    turn_in_ms: u64,
    served_in_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: Duration = Duration::from_secs(60);

    #[test]
    fn two_are_served_at_once_and_the_third_waits_for_the_first_free_counter() {
        let (mut counters, now) = (Counters::default(), Instant::now());
        let later = now + SERVICE / 2;
        let numbers = [now, later, later].map(|at| counters.draw(at, SERVICE).unwrap());
        assert_eq!(numbers, [1, 2, 3]);
        let third = counters.ticket(3, later).unwrap();
        assert_eq!((third.state, third.counter, third.turn_in_ms, third.ahead), ("waiting", 1, 30_000, 0));
        assert_eq!((counters.busy(later), counters.waiting(later)), (2, 1));
        assert_eq!(counters.ticket(3, now + SERVICE).unwrap().state, "at_counter");
        assert_eq!(counters.ticket(3, now + SERVICE * 2).unwrap().state, "served");
        assert_eq!(counters.busy(now + SERVICE * 2), 0);
    }

    #[test]
    fn visitors_are_served_in_the_order_in_which_they_came() {
        let (mut counters, now) = (Counters::default(), Instant::now());
        for step in 0..100 {
            counters.draw(now + Duration::from_secs(step * 7), SERVICE).unwrap();
        }
        let starts: Vec<Instant> = counters.turns.iter().map(|turn| turn.from).collect();
        assert!(starts.is_sorted());
        for counter in [1, 2] {
            let own: Vec<&Turn> = counters.turns.iter().filter(|turn| turn.counter == counter).collect();
            assert!(own.windows(2).all(|pair| pair[0].until <= pair[1].from), "one visitor at a time");
        }
    }

    #[test]
    fn a_full_queue_sends_visitors_away_until_one_was_served() {
        let (mut counters, now) = (Counters::default(), Instant::now());
        let drawn = (0..300).filter(|_| counters.draw(now, SERVICE).is_some()).count();
        assert_eq!(drawn, LONGEST_QUEUE + 2);
        assert!(counters.draw(now + SERVICE, SERVICE).is_some());
    }
}
