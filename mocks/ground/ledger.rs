//! The ledger: every message in and out and every internal event, numbered without gaps, and the only
//! way to read it.

use std::collections::VecDeque;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::clock;

/// The direction of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A client called this system.
    In,
    /// This system called a peer.
    Out,
    /// Something happened inside.
    Internal,
}

/// A signal, before the ledger gives it a number and a time.
#[derive(Debug, Clone, Serialize)]
pub struct Message<Fault> {
    /// The direction.
    pub direction: Direction,
    /// What it is about, in the words of the system.
    pub kind: &'static str,
    /// The system's own reference; may be empty.
    pub reference: String,
    /// The portal's code of the dossier; may be empty.
    pub dossier: String,
    /// Whole dong; zero where no money is meant.
    pub amount: i64,
    /// The state after it.
    pub state: &'static str,
    /// The injected fault that the signal comes from.
    pub fault: Option<Fault>,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Further detail.
    pub detail: String,
}

impl<Fault> Message<Fault> {
    /// An event inside the system, about no dossier yet; its state is its kind.
    pub fn internal(kind: &'static str) -> Self {
        Self {
            direction: Direction::Internal,
            kind,
            reference: String::new(),
            dossier: String::new(),
            amount: 0,
            state: kind,
            fault: None,
            status: None,
            detail: String::new(),
        }
    }
}

/// A message with its number and its time.
#[derive(Debug, Serialize)]
pub struct Signal<Fault> {
    /// Counts from one.
    pub seq: u64,
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub at_unix_ns: u64,
    /// What it says.
    #[serde(flatten)]
    pub message: Message<Fault>,
}

/// What a ledger does when it is full. A signal takes about 250 bytes, and never more than 900.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// It drops the oldest. Numbers are never reused: a reader that keeps up sees all signals, one that does not sees
    /// the gap.
    Latest(usize),
    /// It keeps all and says that it is full, so that its owner accepts nothing new; what is under way is still completed.
    All(usize),
}

/// The longest text of a signal, in bytes, whatever a client sends.
const LONGEST_TEXT: usize = 240;

/// The signals since the system started. The reader decides when a run is over.
#[derive(Debug)]
pub struct Ledger<Fault> {
    /// When it began, in nanoseconds since 1970.
    born: u64,
    room: Room,
    signals: VecDeque<Signal<Fault>>,
    /// How many were dropped.
    gone: u64,
}

impl<Fault> Ledger<Fault> {
    /// An empty ledger that starts now.
    pub fn new(room: Room) -> Self {
        Self { born: clock::unix_ns(), room, signals: VecDeque::new(), gone: 0 }
    }

    /// Enters a message and returns its number.
    pub fn enter(&mut self, mut message: Message<Fault>) -> u64 {
        for text in [&mut message.reference, &mut message.dossier, &mut message.detail] {
            let end = (0..=LONGEST_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or_default());
        }
        if matches!(self.room, Room::Latest(most) if self.signals.len() >= most) {
            self.signals.pop_front();
            self.gone += 1;
        }
        let seq = self.len() + 1;
        self.signals.push_back(Signal { seq, at_unix_ns: clock::unix_ns(), message });
        seq
    }

    /// Whether nothing more may be accepted.
    pub fn is_full(&self) -> bool {
        matches!(self.room, Room::All(most) if self.signals.len() >= most)
    }

    /// How many signals there were.
    pub fn len(&self) -> u64 {
        self.gone + self.signals.len() as u64
    }

    /// Whether there was none yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The signals that are kept, newest first.
    pub fn newest(&self) -> impl DoubleEndedIterator<Item = &Signal<Fault>> {
        self.signals.iter().rev()
    }

    fn after(&self, seq: u64, limit: usize) -> Vec<&Signal<Fault>> {
        // A number beyond the memory is beyond the end.
        let skipped = usize::try_from(seq.saturating_sub(self.gone)).unwrap_or(usize::MAX);
        self.signals.range(skipped.min(self.signals.len())..).take(limit).collect()
    }
}

const DEFAULT_LIMIT: usize = 1_000;
/// A page of this size is under 2 MB, so that no reader has to stream.
const MAXIMAL_LIMIT: usize = 5_000;

/// The query of the ledger: `?after=SEQ&limit=N`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct LedgerQuery {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Page<'ledger, Fault> {
    peer: &'static str,
    /// Changes with every start, so that a reader sees that numbering restarts at one.
    epoch: String,
    next: u64,
    settled: bool,
    /// How many of the oldest signals are no longer kept.
    gone: u64,
    signals: Vec<&'ledger Signal<Fault>>,
}

impl<Fault: Serialize> Ledger<Fault> {
    /// The signals that are asked for, oldest first, in the ledger of `peer`. `settled` says of the whole system, not of
    /// the page, that nothing is under way which will enter more by itself.
    pub fn page(&self, query: LedgerQuery, peer: &'static str, settled: bool) -> Response {
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAXIMAL_LIMIT);
        let signals = self.after(query.after, limit);
        let next = signals.last().map_or(query.after, |signal| signal.seq);
        let page = Page { peer, epoch: format!("{:016x}", self.born), next, settled, gone: self.gone, signals };
        match serde_json::to_vec(&page) {
            Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
            Err(_) => unreachable!("a page has string keys and finite numbers only"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: usize = 10;

    fn ledger(room: Room, signals: usize) -> Ledger<&'static str> {
        let mut ledger = Ledger::new(room);
        for i in 0..signals {
            ledger.enter(Message { reference: format!("R-{i}"), ..Message::internal("captured") });
        }
        ledger
    }

    fn numbers(ledger: &Ledger<&'static str>, after: u64, limit: usize) -> Vec<u64> {
        ledger.after(after, limit).iter().map(|signal| signal.seq).collect()
    }

    #[test]
    fn signals_are_numbered_from_one_without_gaps() {
        assert_eq!(numbers(&ledger(Room::All(KEPT), 3), 0, 10), [1, 2, 3]);
    }

    #[test]
    fn pages_join_without_overlap() {
        let ledger = ledger(Room::All(KEPT), 5);
        assert_eq!(numbers(&ledger, 0, 2), [1, 2]);
        assert_eq!(numbers(&ledger, 2, 2), [3, 4]);
        assert_eq!(numbers(&ledger, 4, 2), [5]);
    }

    #[test]
    fn when_the_oldest_have_left_the_numbers_go_on() {
        let ledger = ledger(Room::Latest(KEPT), KEPT + 3);
        assert_eq!((ledger.signals.len(), ledger.gone, ledger.is_full()), (KEPT, 3, false));
        assert_eq!(numbers(&ledger, 0, 2), [4, 5], "one who comes late sees that 1 to 3 are missing");
        let end = KEPT as u64 + 1;
        assert_eq!(numbers(&ledger, end, 9), [end + 1, end + 2], "one who keeps up sees no gap");
    }

    #[test]
    fn a_full_ledger_that_keeps_all_says_so_and_still_takes_what_is_under_way() {
        assert!(!ledger(Room::All(KEPT), KEPT - 1).is_full());
        let full = ledger(Room::All(KEPT), KEPT + 1);
        assert!(full.is_full());
        assert_eq!(numbers(&full, 0, 2), [1, 2]);
        assert_eq!(full.len(), KEPT as u64 + 1);
    }

    #[test]
    fn a_text_is_cut_between_two_letters() {
        let mut ledger = ledger(Room::All(KEPT), 0);
        ledger.enter(Message { detail: "ồ".repeat(1_000), ..Message::internal("captured") });
        let kept = &ledger.newest().next().unwrap().message.detail;
        assert!(kept.len() <= LONGEST_TEXT && kept.chars().all(|letter| letter == 'ồ'), "{kept}");
    }

    #[test]
    fn a_page_past_the_end_is_empty() {
        let ledger = ledger(Room::All(KEPT), 2);
        assert_eq!(numbers(&ledger, 2, 2), [0_u64; 0]);
        assert_eq!(numbers(&ledger, u64::MAX, 2), [0_u64; 0]);
    }
}
