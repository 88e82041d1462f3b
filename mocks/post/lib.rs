//! A postal operator of our own: the portal orders the delivery of a result, the operator picks it up,
//! delivers it, collects what is to be collected, and reports both steps to the portal.
//!
//! The main type is [`Running`]: a server on its own thread that keeps a ledger of every message it
//! received or sent and of every event on the way. Transit times are drawn by a hash of the seed and the
//! order number: the same seed, the same transits.
//!
//! It deliberately knows nothing of the portal's dossiers, deadlines or defects, and shares no code with
//! the other mocks.

mod config;
mod server;

mod books;
mod ledger;
mod parcel;

mod carrier;
mod orders;

mod clock;
mod outgoing;

#[cfg(test)]
mod tests;

pub use config::Config;
pub use server::{Running, start};
