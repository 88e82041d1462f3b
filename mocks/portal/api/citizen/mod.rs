//! Operations for citizens.

pub(crate) mod dossiers;
pub(crate) mod drafts_and_results;
