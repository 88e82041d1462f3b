//! What is switched on in a running portal besides defects: its variants and the faults that are injected.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::behaviour::fault_injection::Weather;
use crate::behaviour::variants::Variants;

/// How late the public look-up is at most.
const LATEST: Duration = Duration::from_millis(50);
/// How many look-ups are kept at most, about 400 bytes each; those beyond are answered at once.
const MOST_KEPT: usize = 4_096;

/// The variants and the noise of a running portal; a tester may switch them while it runs.
#[derive(Debug)]
pub(crate) struct Bearing {
    /// Whether neither is on: all that a request to an ordinary portal asks.
    is_ordinary: AtomicBool,
    pub(crate) manners: Manners,
    weather: Mutex<Option<Arc<Weather>>>,
}

impl Bearing {
    pub(crate) fn new(variants: Variants, weather: Option<Weather>) -> Self {
        let bearing = Self {
            is_ordinary: AtomicBool::new(true),
            manners: Manners::default(),
            weather: Mutex::new(weather.map(Arc::new)),
        };
        bearing.set_variants(variants);
        bearing
    }

    pub(crate) fn is_ordinary(&self) -> bool {
        self.is_ordinary.load(Ordering::Relaxed)
    }

    pub(crate) fn variants(&self) -> Variants {
        self.manners.variants()
    }

    pub(crate) fn set_variants(&self, variants: Variants) {
        self.manners.set(variants);
        self.look();
    }

    pub(crate) fn weather(&self) -> Option<Arc<Weather>> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_weather(&self, weather: Option<Weather>) {
        *self.weather.lock().unwrap_or_else(PoisonError::into_inner) = weather.map(Arc::new);
        self.look();
    }

    fn look(&self) {
        let is_ordinary = self.variants().is_empty() && self.weather().is_none();
        self.is_ordinary.store(is_ordinary, Ordering::Relaxed);
    }
}

/// What is on, and what it needs to remember.
#[derive(Debug)]
pub(crate) struct Manners {
    variants: AtomicU64,
    kept: Mutex<LookUps>,
}

/// Answers of the public look-up, all from within one span of [`LATEST`].
#[derive(Debug)]
struct LookUps {
    since: Instant,
    answers: HashMap<String, Bytes>,
}

impl Default for Manners {
    fn default() -> Self {
        let kept = Mutex::new(LookUps { since: Instant::now(), answers: HashMap::new() });
        Self { variants: AtomicU64::new(0), kept }
    }
}

impl Manners {
    pub(crate) fn variants(&self) -> Variants {
        Variants::from_bits(self.variants.load(Ordering::Relaxed))
    }

    pub(crate) fn set(&self, variants: Variants) {
        self.variants.store(variants.bits(), Ordering::Relaxed);
    }

    /// The answer to the same look-up shortly before.
    pub(crate) fn recall(&self, path: &str) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.since.elapsed() >= LATEST {
            *kept = LookUps { since: Instant::now(), answers: HashMap::new() };
        }
        kept.answers.get(path).cloned()
    }

    pub(crate) fn keep(&self, path: &str, answer: &Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.answers.len() < MOST_KEPT {
            kept.answers.insert(path.to_owned(), answer.clone());
        }
    }
}
