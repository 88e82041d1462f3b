//! The portal: what every operation, every middleware and every task shares.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mock_ground::Caller;

use crate::behaviour::active::Active;
use crate::behaviour::defects::Switches;
use crate::domain::catalogue::Index;
use crate::state::config::Config;
use crate::state::registry::Registry;
use crate::state::sign_ons::SignOns;
use crate::state::store::GroupCommit;

/// What every route shares.
pub(crate) struct Portal {
    pub(crate) config: Config,
    pub(crate) catalogue: Index,
    /// What goes wrong; a tester may switch it while the portal runs.
    pub(crate) switches: Switches,
    /// The permitted variants and injected faults that are on; a tester may switch these, too.
    pub(crate) behaviour: Active,
    /// Where the portal itself is reached, for the addresses it gives to its peers.
    pub(crate) url: String,
    /// A plain lock: it is held for a few map operations and never across an `.await`.
    pub(crate) registry: Mutex<Registry>,
    pub(crate) caller: Caller,
    pub(crate) sign_ons: SignOns,
    /// None while no store is kept.
    pub(crate) group_commit: Option<GroupCommit>,
}

impl Portal {
    /// The registry, in which every term that is over has ended.
    pub(crate) fn registry(&self) -> MutexGuard<'_, Registry> {
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.keep_terms();
        registry
    }
}
