//! How dossiers are referred to.

/// A dossier's place in the registry, counted from 0 in the order in which they came in.
pub(crate) type DossierId = usize;
