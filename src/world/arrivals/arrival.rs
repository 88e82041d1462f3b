//! One arrival.

use model::{CaseId, SimTime};

/// One dossier comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// When the applicant means to submit.
    pub due: SimTime,
    /// Which dossier.
    pub case: CaseId,
    /// The unit that decides, by its position in the province.
    pub unit: u16,
}
