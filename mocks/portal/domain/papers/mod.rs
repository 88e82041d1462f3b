//! Papers: what is attached, what has to be supplied later, and the bags in which originals travel.

pub(crate) mod attachments;
pub(crate) mod bags;
pub(crate) mod supplements;
