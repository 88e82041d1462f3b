//! Behaviour that is switched on: defects, permitted variants and injected faults, as lists and sets, and what each of
//! them changes. It knows nothing of dossiers: it is given numbers, words and JSON, and gives back others.

pub(crate) mod active;
pub(crate) mod fault_injection;

pub(crate) mod defects;
pub(crate) mod noise;
pub(crate) mod random;
pub(crate) mod skew;
pub(crate) mod variants;
