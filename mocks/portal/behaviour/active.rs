//! How a reference portal behaves besides what it is: otherwise, noisily, slowly, or sparingly.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::behaviour::noise::Noise;
use crate::behaviour::variants::{Variant, Variants};
use crate::ground::limits::Patience;
use crate::middleware::fault_injection::Weather;
use crate::middleware::variants::Manners;

/// What a portal is told about its behaviour when it starts. Defects are in [`crate::state::config::Config`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conduct {
    /// What it does otherwise, and may.
    pub variants: Vec<Variant>,
    /// What befalls its answers.
    pub noise: Vec<Noise>,
    /// Where the chance of the noise comes from.
    pub seed: u64,
    /// How long each answer to people takes at the least, from the arrival of the request; a minute at most.
    pub delay: Duration,
    /// How many requests a client may send in a second; `None` is any number.
    pub limit: Option<u32>,
    /// The SQLite file in which it keeps all it knows, so that a restart loses nothing: begun if it is not there. `None`
    /// keeps everything in memory only.
    pub store: Option<PathBuf>,
    /// What it bears of slow and many clients.
    pub patience: Patience,
}

impl Conduct {
    /// That of a portal of which nothing is asked: by the book, as fast as it can.
    pub fn ordinary() -> Self {
        Self {
            variants: Vec::new(),
            noise: Vec::new(),
            seed: 0,
            delay: Duration::ZERO,
            limit: None,
            store: None,
            patience: Patience::USUAL,
        }
    }
}

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
