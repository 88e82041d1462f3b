//! What is known of a dossier before anybody acts: that on which journeys may depend.

use crate::words::{Channel, Level, PaymentMethod, PlannedOutcome, ReturnMethod};

/// Dossiers of which the same is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind {
    /// Level of government of the unit that decides.
    pub level: Level,
    /// The way it comes in.
    pub channel: Channel,
    /// What becomes of it.
    pub outcome: PlannedOutcome,
    /// How it is paid.
    pub payment: PaymentMethod,
    /// How the result is returned.
    pub returns: ReturnMethod,
}

impl Kind {
    /// Whether there is a result to be returned.
    pub fn has_result(self) -> bool {
        matches!(self.outcome, PlannedOutcome::Early | PlannedOutcome::OnTime | PlannedOutcome::Late)
    }
}
