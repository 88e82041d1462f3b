//! What the post carries: results to applicants, papers from them.

pub(crate) mod parcels;
pub(crate) mod pickups;
