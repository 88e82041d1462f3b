//! What every route shares.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mock_ground::Caller;
use tokio::sync::Notify;

use crate::behaviour::Behaviour;
use crate::config::Config;
use crate::records::Records;

/// A post.
pub(crate) struct Post {
    pub(crate) config: Config,
    pub(crate) behaviour: Behaviour,
    /// A plain lock: it is held for a few map operations and never across an `.await`.
    records: Mutex<Records>,
    pub(crate) caller: Caller,
    /// Wakes the carrier when the timetable has a new entry.
    pub(crate) new_order: Notify,
}

impl Post {
    pub(crate) fn new(config: Config, behaviour: Behaviour) -> Self {
        let records = Mutex::new(Records::new());
        Self { config, behaviour, records, caller: Caller::new(Caller::IN_FLIGHT), new_order: Notify::new() }
    }

    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
