//! The ledgers of all peers, each collected by a task of its own.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use history::Inlet;
use tokio::task::JoinHandle;

use crate::control::PATIENCE;
use crate::identity::Traces;
use crate::peers::{Ledger, Said};
use crate::run_state::RunState;

/// What the peers' ledgers say.
pub(crate) struct Ledgers {
    said: Vec<Rc<Said>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Ledgers {
    /// None yet.
    pub(crate) fn none() -> Self {
        Self { said: Vec::new(), tasks: Vec::new() }
    }

    /// Begins to collect them.
    pub(crate) fn open(state: &Arc<RunState>, inlet: &Rc<RefCell<Inlet>>, traces: &Rc<Traces>) -> Self {
        let mut ledgers = Self::none();
        for peer in &state.spec.peers {
            let said = Rc::new(Said::default());
            let ledger = Ledger::new(peer.clone(), Rc::clone(traces), Rc::clone(&said));
            ledgers.said.push(said);
            ledgers.tasks.push(tokio::task::spawn_local(ledger.collect_on(Arc::clone(state), Rc::clone(inlet))));
        }
        ledgers
    }

    /// Whether every peer, asked after this instant, said that it has nothing pending.
    pub(crate) fn are_settled_since(&self, instant: u64) -> bool {
        self.said.iter().all(|said| said.settled.get().is_some_and(|asked| asked > instant))
    }

    /// Whether every peer said so when it was last asked.
    pub(crate) fn are_settled(&self) -> bool {
        self.said.iter().all(|said| said.settled.get().is_some())
    }

    /// Has every ledger read to its end; one whose peer does not answer is left.
    pub(crate) async fn close(&mut self, state: &RunState) {
        self.said.iter().for_each(|said| said.call_last());
        let end = state.clock.instant(state.clock.now()) + PATIENCE;
        for (task, said) in self.tasks.drain(..).zip(&self.said) {
            if tokio::time::timeout_at(end.into(), task).await.is_err() {
                said.settled.set(None);
            }
        }
    }
}
