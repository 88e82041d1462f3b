//! Before the load: does the portal hold dossiers of the same people already?
//!
//! Where answers show the references that dossiers were sent with, no run takes another's for its own, and there is nothing
//! to look for. Elsewhere a dossier is known by its owner, and an earlier run of the same seed has the same owners: the
//! inboxes are looked into once, a few of them, and whoever is met there has come too early.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::Staff;
use model::words::{Field, Operation, Role};

use crate::control::{ControlClient, ControlRequest};
use crate::known::shown;
use crate::run_state::RunState;

/// The most units whose inboxes are looked into: two requests each.
const UNITS: usize = 24;

/// The longest that all of it may take; what was not looked into by then is met during the run.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who looks around, in the history.
const ACTOR: &str = "preflight";

/// Dossiers of this run's people that are there before anybody has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// How many an inbox showed.
    pub count: usize,
    /// The code of the unit whose inbox it was.
    pub unit: String,
    /// The number of the first.
    pub first: String,
}

impl fmt::Display for Met {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in the inbox of {}, such as {}", self.count, self.unit, self.first)
    }
}

/// Looks into the inboxes of the first units, until one shows a dossier of this run's people.
pub(crate) async fn look_around(state: &Arc<RunState>, control_client: &mut ControlClient) -> Option<Met> {
    let adapter = &state.spec.adapter;
    let tells_runs_apart = adapter.shows(Operation::Inbox, Field::Reference);
    if tells_runs_apart || !adapter.maps(Operation::Inbox) {
        return None;
    }
    tokio::time::timeout(PATIENCE, look_into_inboxes(state, control_client)).await.unwrap_or_default()
}

async fn look_into_inboxes(state: &RunState, control_client: &mut ControlClient) -> Option<Met> {
    for staff in first_of_each_unit(&state.spec.staff) {
        for operation in [Operation::ClerkSignIn, Operation::Inbox] {
            let control = ControlRequest::plain(ACTOR, operation, state.clock.now());
            control_client.run(ControlRequest { staff: Some(staff), ..control }).await;
        }
        let reading = control_client.reading();
        let known = state.known();
        let mut met = reading.items().iter().filter(|item| known.named(reading, item).is_some());
        if let Some(first) = met.next() {
            let first = shown(reading, first).to_owned();
            return Some(Met { count: 1 + met.count(), unit: staff.unit_code.clone(), first });
        }
    }
    None
}

/// One clerk of each of the first units.
fn first_of_each_unit(staff: &[Staff]) -> impl Iterator<Item = &Staff> {
    let mut last = None;
    let desks = staff.iter().filter(|staff| staff.role == Role::Desk && staff.unit.is_some());
    desks.filter(move |staff| std::mem::replace(&mut last, staff.unit) != staff.unit).take(UNITS)
}
