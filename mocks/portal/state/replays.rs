//! Answers that are kept for requests that repeat an idempotency key.

use std::collections::{HashMap, VecDeque};

use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::dirty_set::DirtySet;

/// How many answers are kept; the next one pushes the oldest out. One takes its body, at most 8 kB, and about 250
/// bytes, so that all together never take more than 140 MB.
const CAPACITY: usize = 1 << 14;

/// A request under a key: who and which key, and what was asked, as SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) key: [u8; 32],
    pub(crate) request: [u8; 32],
}

/// An answer that was given.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) status: StatusCode,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) body: Bytes,
}

/// What is known of a request.
#[derive(Debug)]
pub(crate) enum Known {
    New,
    Same(Kept),
    Running,
    /// The key belongs to another request.
    Other,
}

/// A request that came under a key.
#[derive(Debug)]
pub(crate) struct Keyed {
    /// Counted from 1, in the order in which they came.
    pub(crate) serial: u64,
    pub(crate) request: [u8; 32],
    /// None while it runs.
    pub(crate) answer: Option<Kept>,
}

/// All kept answers.
#[derive(Debug, Default)]
pub(crate) struct Replays {
    pub(crate) by_key: HashMap<[u8; 32], Keyed>,
    pub(crate) order: VecDeque<[u8; 32]>,
    /// How many requests came under a key that was new.
    pub(crate) begun: u64,
    /// The keys whose answers are not yet in the store.
    pub(crate) dirty: DirtySet<[u8; 32]>,
}

impl Replays {
    /// Says what is known of a request, and notes that it runs if it is new.
    pub(crate) fn begin(&mut self, mark: Mark, defects: Defects) -> Known {
        match self.by_key.get(&mark.key) {
            Some(keyed) if keyed.request != mark.request && !defects.has(Defect::KeyOnly) => Known::Other,
            Some(Keyed { answer: Some(kept), .. }) => Known::Same(kept.clone()),
            Some(Keyed { answer: None, .. }) => Known::Running,
            None => {
                self.begun += 1;
                self.by_key.insert(mark.key, Keyed { serial: self.begun, request: mark.request, answer: None });
                self.order.push_back(mark.key);
                if self.order.len() > CAPACITY
                    && let Some(oldest) = self.order.pop_front()
                {
                    self.by_key.remove(&oldest);
                    self.dirty.mark(oldest);
                }
                Known::New
            }
        }
    }

    /// Whether the key was used.
    pub(crate) fn knows(&self, mark: Mark) -> bool {
        self.by_key.contains_key(&mark.key)
    }

    /// Keeps the answer of a request that ran.
    pub(crate) fn end(&mut self, mark: Mark, kept: Kept) {
        if let Some(keyed) = self.by_key.get_mut(&mark.key) {
            keyed.answer = Some(kept);
            self.dirty.mark(mark.key);
        }
    }

    /// Forgets a request that came to nothing, so that it may be tried again.
    pub(crate) fn forget(&mut self, mark: Mark) {
        self.by_key.remove(&mark.key);
        self.dirty.mark(mark.key);
        self.order.retain(|key| *key != mark.key);
    }
}
