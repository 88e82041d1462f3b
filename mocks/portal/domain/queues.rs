//! The inboxes of the desks: dossiers wait in line and each is handed out once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The queue in which a dossier waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Queue {
    /// Submitted, to be accepted by a desk of its unit.
    Intake,
    /// Completed, to be handed to the post.
    Post,
}

/// The line a dossier has joined last, and its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) queue: Queue,
    /// Counted from 1 in each line.
    pub(crate) number: u64,
}
