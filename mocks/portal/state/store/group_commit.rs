//! Group commit: many answers wait for one commit, and none leaves before it.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use crate::domain::problem::{Kind, Problem};
use crate::state::store::part::Write;
use crate::state::store::writer::Orders;

/// How long until a batch is tried again that could not be committed.
const PAUSE: Duration = Duration::from_millis(500);

/// How far the store has come.
#[derive(Debug, Clone, Copy)]
struct Progress {
    /// How many batches are committed.
    committed: u64,
    /// Whether the next one could not be, so far.
    is_failing: bool,
}

/// Where answers wait for their commit.
#[derive(Debug)]
pub(crate) struct GroupCommit {
    path: PathBuf,
    /// An answer waits for a batch that has still to be taken.
    due: Notify,
    progress: watch::Sender<Progress>,
}

impl GroupCommit {
    pub(crate) fn new(path: PathBuf) -> Self {
        let progress = watch::Sender::new(Progress { committed: 0, is_failing: false });
        Self { path, due: Notify::new(), progress }
    }

    /// Whether the store cannot be written.
    pub(crate) fn is_failing(&self) -> bool {
        self.progress.borrow().is_failing
    }

    /// Waits until an answer waits for a batch, or until `longest` is over.
    pub(crate) async fn due_within(&self, longest: Duration) {
        // A time-out is as good as a call: there may be changes that no answer waits for.
        drop(timeout(longest, self.due.notified()).await);
    }

    /// The refusal meanwhile.
    pub(crate) fn refusal(&self) -> Problem {
        Problem::new(Kind::NotKept, format!("could not write the store {}", self.path.display()))
    }

    /// Waits until so many batches are committed.
    pub(crate) async fn wait(&self, batches: u64) -> Result<(), Problem> {
        if self.progress.borrow().committed >= batches {
            return Ok(());
        }
        self.due.notify_one();
        let mut progress = self.progress.subscribe();
        let reached = progress.wait_for(|progress| progress.committed >= batches || progress.is_failing).await;
        match reached {
            Ok(progress) if progress.committed >= batches => Ok(()),
            Ok(_) | Err(_) => Err(self.refusal()),
        }
    }

    /// Commits a batch, retrying as often as needed; false if the writer is gone.
    pub(crate) async fn commit(&self, orders: &Orders, mut batch: Vec<Write>) -> bool {
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

    #[expect(clippy::print_stderr, reason = "who runs the portal has to know, and there is no other way to say it")]
    fn fail(&self, why: &str) {
        let was_failing = self.is_failing();
        self.progress.send_modify(|progress| progress.is_failing = true);
        if !was_failing {
            let path = self.path.display();
            eprintln!(
                "could not write the store {path}: {why}; every request is refused with 503 until that works again"
            );
        }
    }

    #[expect(clippy::print_stderr, reason = "it takes back what `fail` has said")]
    /// Records how many batches are committed, and releases the answers that wait for them.
    pub(crate) fn succeed(&self, committed: u64) {
        if self.is_failing() {
            eprintln!("the store {} is written again, nothing is missing in it", self.path.display());
        }
        self.progress.send_replace(Progress { committed, is_failing: false });
    }
}
