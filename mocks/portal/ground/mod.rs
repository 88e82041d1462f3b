//! What any small HTTP system stands on: connections taken in and limited, bodies in pieces, calls to others. It knows
//! nothing of procedures.

pub(crate) mod connection;
pub(crate) mod connections;
pub(crate) mod limits;
pub(crate) mod media_type;
pub(crate) mod outgoing;
pub(crate) mod peer_connections;
pub(crate) mod pieces;
