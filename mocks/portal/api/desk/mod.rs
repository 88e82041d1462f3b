//! Operations for the clerks of a one-stop desk.

pub(crate) mod casework;
pub(crate) mod dossiers;
pub(crate) mod resync;
pub(crate) mod treasury;

pub(crate) mod case;
