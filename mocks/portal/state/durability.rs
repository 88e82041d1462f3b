//! Durability: answers and messages wait until everything in them is in the store, if one is kept.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::domain::catalogue::Index;
use crate::domain::problem::Problem;
use crate::state::portal::Portal;
use crate::state::registry::Registry;
use crate::state::store::{GroupCommit, Orders, Store, Writer, WriterThread};

/// How long a change waits for its commit if no answer waits for it.
const LONGEST_REST: Duration = Duration::from_millis(20);
/// How long the last batch may take when the portal ends.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the store, if one is to be kept, and reads into a new registry what it holds.
///
/// # Errors
/// When the file cannot be the store or cannot be read back, naming it and the remedy; when the thread that writes
/// cannot be made.
pub(crate) fn open(
    path: Option<&Path>,
    registry: &mut Registry,
    catalogue: &Index,
) -> io::Result<Option<(GroupCommit, Writer)>> {
    let Some(path) = path else { return Ok(None) };
    let store = Store::open(path)?;
    store.read_back(catalogue, |source| registry.restore(source))?;
    Ok(Some((GroupCommit::new(store.path.clone()), Writer::start(store)?)))
}

/// Commits the changes of a portal for as long as its runtime exists. Drop what is returned after the runtime.
pub(crate) fn begin(writer: Writer, portal: &Arc<Portal>) -> WriterThread {
    let Writer { orders, thread } = writer;
    tokio::spawn(keep(Arc::clone(portal), orders));
    thread
}

impl Portal {
    /// Refuses a request while the store cannot be written, before anything is done.
    pub(crate) fn check_store(&self) -> Result<(), Problem> {
        match &self.group_commit {
            Some(group_commit) if group_commit.is_failing() => Err(group_commit.refusal()),
            Some(_) | None => Ok(()),
        }
    }

    /// Waits until every change so far is in the store.
    ///
    /// # Errors
    /// When it cannot be written. What was changed stays changed, and is written when that works again.
    pub(crate) async fn kept(&self) -> Result<(), Problem> {
        let Some(group_commit) = &self.group_commit else { return Ok(()) };
        let batches = {
            let mut registry = self.registry();
            registry.unsaved.batches + u64::from(registry.is_dirty())
        };
        group_commit.wait(batches).await
    }
}

/// Takes batches and has them committed for as long as the portal runs.
async fn keep(portal: Arc<Portal>, orders: Orders) {
    let Some(group_commit) = &portal.group_commit else { return };
    loop {
        group_commit.due_within(LONGEST_REST).await;
        let (batch, number) = {
            let mut registry = portal.registry();
            if !registry.is_dirty() {
                continue;
            }
            (registry.take_batch(), registry.unsaved.batches)
        };
        if !group_commit.commit(&orders, batch).await {
            return;
        }
        group_commit.succeed(number);
    }
}

/// Commits what is left when the portal ends.
pub(crate) async fn leave(portal: &Portal) {
    // What cannot be written was reported on standard error.
    drop(timeout(DRAIN_TIMEOUT, portal.kept()).await);
}
