//! What every route shares.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::HeaderValue;
use mock_ground::Caller;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::config::Config;
use crate::keys::Key;
use crate::outage::Mode;
use crate::records::Records;

/// How many dossiers may be pushed at once.
const IN_FLIGHT: usize = 64;
/// How many connections may be held without an answer at once.
const HELD: usize = 1_024;

/// A hub.
pub(crate) struct Hub {
    pub(crate) config: Config,
    /// Where the hub itself is reached: its name as an issuer.
    pub(crate) url: String,
    pub(crate) key: Key,
    pub(crate) no_store: HeaderValue,
    /// A plain lock: it is held for a few map operations and never across an `.await`.
    records: Mutex<Records>,
    pub(crate) caller: Caller,
    /// One permit per connection that is held without an answer.
    pub(crate) holding: Arc<Semaphore>,
    started: Instant,
    /// Where dossiers are pushed to, which may be known only when the hub runs.
    push_url: Arc<Mutex<Option<String>>>,
    /// The outage that a tester switched on, and when it ends.
    switched: Mutex<Option<(Mode, Option<Instant>)>>,
}

impl Hub {
    pub(crate) fn new(config: Config, url: String, push_url: Arc<Mutex<Option<String>>>) -> Self {
        Self {
            url,
            key: Key::new(config.seed),
            no_store: HeaderValue::from_static("no-store"),
            records: Mutex::new(Records::new(&config)),
            caller: Caller::new(IN_FLIGHT),
            holding: Arc::new(Semaphore::new(HELD)),
            started: Instant::now(),
            push_url,
            switched: Mutex::new(None),
            config,
        }
    }

    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push_url(&self) -> Option<String> {
        self.push_url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The present outage: the one a tester switched on, or a scheduled one.
    pub(crate) fn outage(&self) -> Option<Mode> {
        let now = Instant::now();
        let switched = *self.switched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((mode, until)) = switched
            && until.is_none_or(|until| now < until)
        {
            return Some(mode);
        }
        let since_start = now.saturating_duration_since(self.started);
        self.config.outages.iter().find(|outage| outage.is_on(since_start)).map(|outage| outage.mode)
    }

    /// Switches an outage on for so long, or off.
    pub(crate) fn switch(&self, wanted: Option<(Mode, Duration)>) {
        let switched = wanted.map(|(mode, length)| (mode, Instant::now().checked_add(length)));
        *self.switched.lock().unwrap_or_else(PoisonError::into_inner) = switched;
    }
}
