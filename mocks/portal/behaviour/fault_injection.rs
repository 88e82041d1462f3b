//! The faults that are being injected, and what was injected so far; [`crate::behaviour::noise`] lists them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::behaviour::noise::{Noise, Noises};
use crate::behaviour::skew::Skew;

/// How many callbacks are remembered, 8 bytes each; those beyond are not refused.
const MOST_CALLBACKS: usize = 1 << 20;

/// Noise that is on.
#[derive(Debug)]
pub(crate) struct Faults {
    noises: Noises,
    seed: u64,
    skew: Option<Skew>,
    /// Requests so far, of people.
    requests: AtomicU64,
    /// The marks of callbacks that were refused once.
    refused: Mutex<HashSet<u64>>,
}

impl Faults {
    /// Noise that starts now; `None` without a profile.
    pub(crate) fn new(profiles: &[Noise], seed: u64, now_ns: u64) -> Option<Self> {
        let noises = Noises::new(profiles);
        let skew = noises.skew(seed, now_ns);
        let (requests, refused) = (AtomicU64::new(0), Mutex::default());
        (!noises.is_empty()).then_some(Self { noises, seed, skew, requests, refused })
    }

    /// Which profiles are on.
    pub(crate) fn noises(&self) -> Noises {
        self.noises
    }

    /// The random seed.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// How far the portal's clock is off.
    pub(crate) fn skew(&self) -> Option<Skew> {
        self.skew
    }

    /// The number of the next request, counted from 1.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether a callback with this mark is to be refused now.
    pub(crate) fn refuses(&self, mark: u64) -> bool {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        self.noises.drops(self.seed, mark) && refused.len() < MOST_CALLBACKS && refused.insert(mark)
    }
}
