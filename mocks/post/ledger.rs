//! The ledger: every message in and out and every internal event, numbered without gaps, and the one
//! narrow way to read it.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::faults::Fault;
use crate::server::Post;

/// Which way a signal went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    /// The portal called the post.
    In,
    /// The post called the portal.
    Out,
    /// Something happened inside the post.
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
    pub(crate) status: Option<u16>,
    pub(crate) detail: String,
    /// The fault that the signal comes from.
    pub(crate) fault: Option<Fault>,
}

/// A message with its number and its instant.
#[derive(Debug, Serialize)]
pub(crate) struct Signal {
    pub(crate) seq: u64,
    pub(crate) at_unix_ns: u64,
    #[serde(flatten)]
    pub(crate) message: Message,
}

/// At so many signals nothing is taken in any more; what is under way still ends. A signal takes about 250 bytes,
/// so that this is half a gigabyte.
const FULL: usize = 2_000_000;

/// All signals since the post started. It only grows: the reader decides when a run is over.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// When it began, in nanoseconds since 1970.
    born: u64,
    signals: Vec<Signal>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { born: clock::unix_ns(), signals: Vec::new() }
    }
}

impl Ledger {
    /// The name of this life of the ledger: another one after every start, so that a reader sees that numbers begin anew.
    pub(crate) fn epoch(&self) -> String {
        format!("{:016x}", self.born)
    }

    pub(crate) fn enter(&mut self, message: Message) {
        let seq = self.signals.len() as u64 + 1;
        self.signals.push(Signal { seq, at_unix_ns: clock::unix_ns(), message });
    }

    /// Whether nothing more may be taken in.
    pub(crate) fn is_full(&self) -> bool {
        self.signals.len() >= FULL
    }

    /// The last signals that `matches` is true of, the newest first.
    pub(crate) fn newest(&self, limit: usize, matches: impl Fn(&Message) -> bool) -> Vec<&Signal> {
        self.signals.iter().rev().filter(|signal| matches(&signal.message)).take(limit).collect()
    }

    /// How many signals there are.
    pub(crate) fn len(&self) -> usize {
        self.signals.len()
    }

    /// What all signals say, oldest first.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.signals.iter().map(|signal| &signal.message)
    }

    fn page(&self, after: u64, limit: usize) -> &[Signal] {
        let from = usize::try_from(after).unwrap_or(usize::MAX).min(self.signals.len());
        let until = from.saturating_add(limit).min(self.signals.len());
        self.signals.get(from..until).unwrap_or_default()
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
    signals: &'ledger [Signal],
}

/// `GET /_ledger?after=SEQ&limit=N`: the signals after `after`, oldest first.
///
/// `settled` speaks of the whole post, not of the page: no parcel is travelling and no report under way.
pub(crate) async fn read(State(post): State<Arc<Post>>, Query(reading): Query<Reading>) -> Response {
    let limit = reading.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAXIMAL_LIMIT);
    let books = post.books();
    let signals = books.ledger.page(reading.after, limit);
    let next = signals.last().map_or(reading.after, |signal| signal.seq);
    let epoch = books.ledger.epoch();
    let page = Page { peer: "post", epoch, next, settled: books.open_parcels == 0, signals };
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
            ledger.enter(Message {
                direction: Direction::Internal,
                kind: "delivered",
                reference: format!("R-{i}"),
                dossier: String::new(),
                amount: 1,
                state: "delivered",
                status: None,
                detail: String::new(),
                fault: None,
            });
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
    fn a_page_past_the_end_is_empty() {
        assert_eq!(numbers(&ledger(2), 2, 2), [0_u64; 0]);
        assert_eq!(numbers(&ledger(2), u64::MAX, 2), [0_u64; 0]);
    }
}
