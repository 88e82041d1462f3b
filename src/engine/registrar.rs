//! The registrar: reads the portal's catalogue before the load and after everything, and publishes the planned changes
//! when they are due, while traffic runs.

use std::sync::Arc;

use model::words::Operation;

use crate::control::{ControlClient, ControlRequest};
use crate::run_state::RunState;

/// The name in the history.
const REGISTRAR: &str = "registrar";

/// The most changes published before the coordinator looks around again.
const AT_ONCE: usize = 32;

/// What of the catalogue is still to be done.
pub(crate) struct Registrar {
    state: Arc<RunState>,
    control_client: ControlClient,
    /// The next planned change.
    next: usize,
}

impl Registrar {
    pub(crate) fn new(state: Arc<RunState>, control_client: ControlClient) -> Self {
        Self { state, control_client, next: 0 }
    }

    /// Reads the whole catalogue, if the portal shows it.
    pub(crate) async fn read(&mut self) {
        let now = self.state.clock.now();
        self.control_client.run(ControlRequest::plain(REGISTRAR, Operation::Catalogue, now)).await;
    }

    /// When the next change is due; `None` if there is none, or the portal takes none.
    pub(crate) fn due(&self) -> Option<u64> {
        let takes_changes = self.state.spec.adapter.maps(Operation::Publish);
        self.state.spec.publications.get(self.next).filter(|_| takes_changes).map(|publication| publication.due)
    }

    /// Publishes what has become due, signing in before the first change.
    pub(crate) async fn publish(&mut self, now: u64) {
        let state = Arc::clone(&self.state);
        for _ in 0..AT_ONCE {
            let Some(due) = self.due().filter(|due| *due <= now) else { return };
            if self.next == 0 {
                let sign_in = ControlRequest::plain(REGISTRAR, Operation::ClerkSignIn, due);
                self.control_client.run(ControlRequest { staff: state.spec.registrar.as_ref(), ..sign_in }).await;
            }
            let offer = state.spec.publications.get(self.next).map(|publication| &publication.offer);
            self.next += 1;
            self.control_client
                .run(ControlRequest { offer, ..ControlRequest::plain(REGISTRAR, Operation::Publish, due) })
                .await;
            if state.was_left_waiting() {
                // Each takes as long as an answer is waited for, and the coordinator has more to see to.
                return;
            }
        }
    }
}
