//! Everything that changes while the hub runs.

use crate::config::Config;
use crate::grants::Grants;
use crate::ledger::{self, Ledger};
use crate::registry::Registry;
use crate::sessions::Sessions;
use crate::sink::Sink;

/// All of it, guarded by one lock that is never held across an `.await`.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) registry: Registry,
    pub(crate) sessions: Sessions,
    pub(crate) grants: Grants,
    pub(crate) sink: Sink,
    pub(crate) ledger: Ledger,
    /// Dossiers that are being pushed to a portal.
    pub(crate) open_pushes: usize,
}

impl Records {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            registry: Registry::default(),
            sessions: Sessions::default(),
            grants: Grants::new(config.seed, config.lifetimes),
            sink: Sink::default(),
            ledger: ledger::new(),
            open_pushes: 0,
        }
    }
}
