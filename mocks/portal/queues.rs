//! The inboxes of the desks: dossiers wait in line and each is handed out once.

use std::collections::VecDeque;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::registry::DossierId;

/// Which line a dossier waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Queue {
    /// Submitted, to be accepted by a desk of its unit.
    Intake,
    /// Completed, to be handed to the post.
    Post,
}

/// One line. A dossier that stops waiting is not looked for in it: it is passed over when its turn comes.
#[derive(Debug, Default)]
pub(crate) struct Line {
    ids: VecDeque<DossierId>,
    /// How many of them still wait.
    pub(crate) waiting: usize,
}

impl Line {
    /// Puts a dossier at the end.
    pub(crate) fn join(&mut self, id: DossierId) {
        self.ids.push_back(id);
        self.waiting += 1;
    }

    /// Puts a dossier back to the front; see the defect `double-claim`.
    pub(crate) fn put_back(&mut self, id: DossierId) {
        self.ids.push_front(id);
    }

    /// Notes that a dossier no longer waits.
    pub(crate) fn leave(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
    }

    /// Takes the next entry off the line; it may have stopped waiting.
    pub(crate) fn next(&mut self) -> Option<DossierId> {
        self.ids.pop_front()
    }
}
