//! What happens to a request before it is routed, and to its answer after.

pub(crate) mod bodies;
pub(crate) mod delay;
pub(crate) mod fault_injection;
pub(crate) mod front_door;
pub(crate) mod response_defects;
pub(crate) mod variants;
