//! The ledger: every message in and out and every internal event, numbered without gaps, and the one
//! narrow way to read it.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::faults::Fault;
use crate::server::Bank;

/// Which way a signal went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    /// The portal or a customer called the bank.
    In,
    /// The bank called the portal.
    Out,
    /// Something happened inside the bank.
    Internal,
}

/// What a signal says, before the ledger gives it a number and an instant.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Message {
    pub(crate) direction: Direction,
    pub(crate) kind: &'static str,
    pub(crate) reference: String,
    pub(crate) dossier: String,
    pub(crate) amount: i64,
    pub(crate) state: &'static str,
    pub(crate) fault: Option<Fault>,
    pub(crate) status: Option<u16>,
    pub(crate) detail: String,
}

impl Message {
    /// An event inside the bank that bears no payment yet.
    pub(crate) fn internal(kind: &'static str) -> Self {
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

/// One line of the ledger.
#[derive(Debug, Serialize)]
pub(crate) struct Signal {
    pub(crate) seq: u64,
    pub(crate) at_unix_ns: u64,
    #[serde(flatten)]
    pub(crate) message: Message,
}

/// How many signals are kept: a run of 60,000 dossiers leaves about 50,000. At under 400 bytes each, and never
/// more than 900, this is 80 MB at most in practice.
pub(crate) const KEPT: usize = 200_000;
/// No text of a signal is longer, whatever a portal sends.
const LONGEST_TEXT: usize = 160;

/// The latest signals. The oldest leave when there are too many, but numbers are never given twice: a reader
/// who keeps up sees all of them, and one who does not sees the gap.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// When it began, in nanoseconds since 1970.
    born: u64,
    signals: VecDeque<Signal>,
    /// How many have left.
    gone: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { born: clock::unix_ns(), signals: VecDeque::new(), gone: 0 }
    }
}

impl Ledger {
    /// The name of this life of the ledger: another one after every start, so that a reader sees that numbers begin anew.
    pub(crate) fn epoch(&self) -> String {
        format!("{:016x}", self.born)
    }

    pub(crate) fn enter(&mut self, mut message: Message) {
        for text in [&mut message.reference, &mut message.dossier, &mut message.detail] {
            let end = (0..=LONGEST_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or_default());
        }
        if self.signals.len() >= KEPT {
            self.signals.pop_front();
            self.gone += 1;
        }
        let seq = self.gone + self.signals.len() as u64 + 1;
        self.signals.push_back(Signal { seq, at_unix_ns: clock::unix_ns(), message });
    }

    /// The latest signals, the newest first.
    pub(crate) fn latest(&self) -> impl Iterator<Item = &Signal> {
        self.signals.iter().rev()
    }

    fn page(&self, after: u64, limit: usize) -> Vec<&Signal> {
        let skipped = usize::try_from(after.saturating_sub(self.gone)).unwrap_or(usize::MAX);
        let from = skipped.min(self.signals.len());
        self.signals.range(from..).take(limit).collect()
    }
}

const DEFAULT_LIMIT: usize = 1_000;
/// A page of this size is under 2 MB, so that no reader has to stream.
const MAXIMAL_LIMIT: usize = 5_000;

#[derive(Debug, Deserialize)]
pub(crate) struct Reading {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Page<'ledger> {
    peer: &'static str,
    /// Another one after every start.
    epoch: String,
    next: u64,
    settled: bool,
    /// How many of the oldest signals are no longer kept.
    gone: u64,
    signals: Vec<&'ledger Signal>,
}

/// `GET /_ledger?after=SEQ&limit=N`: the signals after `after`, oldest first.
///
/// `settled` speaks of the whole bank, not of the page: no callback is waiting or under way.
pub(crate) async fn read(State(bank): State<Arc<Bank>>, Query(reading): Query<Reading>) -> Response {
    let limit = reading.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAXIMAL_LIMIT);
    let books = bank.books();
    let signals = books.ledger.page(reading.after, limit);
    let next = signals.last().map_or(reading.after, |signal| signal.seq);
    let epoch = books.ledger.epoch();
    let page = Page { peer: "bank", epoch, next, settled: books.open_callbacks == 0, gone: books.ledger.gone, signals };
    match serde_json::to_vec(&page) {
        Ok(body) => ([(CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => unreachable!("a page has string keys and finite numbers only"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(signals: usize) -> Ledger {
        let mut ledger = Ledger::default();
        for i in 0..signals {
            ledger.enter(Message { reference: format!("R-{i}"), ..Message::internal("captured") });
        }
        ledger
    }

    fn numbers(ledger: &Ledger, after: u64, limit: usize) -> Vec<u64> {
        ledger.page(after, limit).iter().map(|signal| signal.seq).collect()
    }

    #[test]
    fn signals_are_numbered_from_one_without_gaps() {
        assert_eq!(numbers(&ledger(3), 0, 10), [1, 2, 3]);
    }

    #[test]
    fn pages_join_without_overlap() {
        let ledger = ledger(5);
        assert_eq!(numbers(&ledger, 0, 2), [1, 2]);
        assert_eq!(numbers(&ledger, 2, 2), [3, 4]);
        assert_eq!(numbers(&ledger, 4, 2), [5]);
    }

    #[test]
    fn when_the_oldest_have_left_the_numbers_go_on() {
        let ledger = ledger(KEPT + 3);
        assert_eq!((ledger.signals.len(), ledger.gone), (KEPT, 3));
        assert_eq!(numbers(&ledger, 0, 2), [4, 5], "one who comes late sees that 1 to 3 are missing");
        let end = KEPT as u64 + 1;
        assert_eq!(numbers(&ledger, end, 9), [end + 1, end + 2], "one who keeps up sees no gap");
    }

    #[test]
    fn a_text_is_cut_between_two_letters() {
        let mut ledger = ledger(0);
        let mut message = Message::internal("captured");
        message.detail = "ồ".repeat(1_000);
        ledger.enter(message);
        let kept = &ledger.latest().next().unwrap().message.detail;
        assert!(kept.len() <= LONGEST_TEXT && kept.chars().all(|letter| letter == 'ồ'), "{kept}");
    }

    #[test]
    fn a_page_past_the_end_is_empty() {
        assert_eq!(numbers(&ledger(2), 2, 2), [0_u64; 0]);
        assert_eq!(numbers(&ledger(2), u64::MAX, 2), [0_u64; 0]);
    }
}
