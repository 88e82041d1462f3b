//! The keeper: sees to it that what was changed is committed, and lets no answer out before.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use crate::api::problem::{Kind, Problem};
use crate::server::Portal;
use crate::state::store::part::Write;
use crate::state::store::writer::Orders;

/// How long a change waits that no answer waits for.
const LONGEST_REST: Duration = Duration::from_millis(20);
/// How long the last batch may take when the portal ends.
const LONGEST_FAREWELL: Duration = Duration::from_secs(5);
/// How long until a batch is tried again that could not be committed.
const PAUSE: Duration = Duration::from_millis(500);

/// How far the store has come.
#[derive(Debug, Clone, Copy)]
struct Standing {
    /// How many batches are committed.
    committed: u64,
    /// Whether the next one could not be, so far.
    is_failing: bool,
}

/// What answers wait with.
#[derive(Debug)]
pub(crate) struct Keeper {
    path: PathBuf,
    /// Somebody waits for a batch that has still to be taken.
    due: Notify,
    standing: watch::Sender<Standing>,
}

impl Keeper {
    pub(crate) fn new(path: PathBuf) -> Self {
        let standing = watch::Sender::new(Standing { committed: 0, is_failing: false });
        Self { path, due: Notify::new(), standing }
    }

    fn is_failing(&self) -> bool {
        self.standing.borrow().is_failing
    }

    fn refusal(&self) -> Problem {
        Problem::new(Kind::NotKept, format!("could not write the store {}", self.path.display()))
    }

    /// Waits until so many batches are committed.
    async fn wait(&self, batches: u64) -> Result<(), Problem> {
        if self.standing.borrow().committed >= batches {
            return Ok(());
        }
        self.due.notify_one();
        let mut standing = self.standing.subscribe();
        let reached = standing.wait_for(|standing| standing.committed >= batches || standing.is_failing).await;
        match reached {
            Ok(standing) if standing.committed >= batches => Ok(()),
            Ok(_) | Err(_) => Err(self.refusal()),
        }
    }

    /// Commits a batch, however often that has to be tried; false if there is no writer any more.
    async fn commit(&self, orders: &Orders, mut batch: Vec<Write>) -> bool {
        loop {
            let Some((same, outcome)) = orders.commit(batch).await else {
                self.fail("its thread has ended");
                return false;
            };
            let Err(error) = outcome else { return true };
            self.fail(&error.to_string());
            batch = same;
            sleep(PAUSE).await;
        }
    }

    #[expect(clippy::print_stderr, reason = "whoever runs the portal has to know, and there is nobody else to tell")]
    fn fail(&self, why: &str) {
        let was_failing = self.is_failing();
        self.standing.send_modify(|standing| standing.is_failing = true);
        if !was_failing {
            let path = self.path.display();
            eprintln!(
                "could not write the store {path}: {why}; every request is refused with 503 until that works again"
            );
        }
    }

    #[expect(clippy::print_stderr, reason = "it takes back what `fail` has said")]
    fn succeed(&self, committed: u64) {
        if self.is_failing() {
            eprintln!("the store {} is written again, nothing is missing in it", self.path.display());
        }
        self.standing.send_replace(Standing { committed, is_failing: false });
    }
}

impl Portal {
    /// Refuses a request while the store cannot be written, before anything is done.
    pub(crate) fn check_store(&self) -> Result<(), Problem> {
        match &self.keeper {
            Some(keeper) if keeper.is_failing() => Err(keeper.refusal()),
            Some(_) | None => Ok(()),
        }
    }

    /// Waits until everything that was changed so far, by whomever, is in the store.
    ///
    /// # Errors
    /// When it cannot be written. What was changed stays changed, and is written when that works again.
    pub(crate) async fn kept(&self) -> Result<(), Problem> {
        let Some(keeper) = &self.keeper else { return Ok(()) };
        let batches = {
            let mut registry = self.registry();
            registry.notes.batches + u64::from(registry.is_touched())
        };
        keeper.wait(batches).await
    }
}

/// Takes batches and has them committed for as long as the portal runs.
pub(crate) async fn keep(portal: Arc<Portal>, orders: Orders) {
    let Some(keeper) = &portal.keeper else { return };
    loop {
        // A time-out is as good as a call: there may be changes that no answer waits for.
        drop(timeout(LONGEST_REST, keeper.due.notified()).await);
        let (batch, number) = {
            let mut registry = portal.registry();
            if !registry.is_touched() {
                continue;
            }
            (registry.take_batch(), registry.notes.batches)
        };
        if !keeper.commit(&orders, batch).await {
            return;
        }
        keeper.succeed(number);
    }
}

/// Commits what is left when the portal ends.
pub(crate) async fn leave(portal: &Portal) {
    // Of what cannot be written whoever runs the portal has been told.
    drop(timeout(LONGEST_FAREWELL, portal.kept()).await);
}
