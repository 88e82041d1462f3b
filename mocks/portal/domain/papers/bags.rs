//! Bags of papers between the centre and the departments: packed, on the way, counted on arrival.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::agencies::BagState;
use crate::domain::dossier_id::DossierId;
use crate::domain::moment::Moment;

/// The direction of a bag.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    /// From the centre to the department that decides.
    ToDepartment,
    /// From the department back to the centre.
    ToCentre,
}

/// A bag and its list: 100 bytes and 8 for each dossier, for as long as the portal runs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Bag {
    pub(crate) direction: Direction,
    pub(crate) state: BagState,
    pub(crate) packed_at: Moment,
    pub(crate) dossiers: Vec<DossierId>,
}

/// The dossiers in a bag.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct RawBag {
    pub(crate) direction: Direction,
    pub(crate) codes: Vec<String>,
}
