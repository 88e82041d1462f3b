//! A payment platform of our own, shaped like a national one: the portal places an order, the customer
//! pays on a page, the platform tells the portal by a signed callback.
//!
//! The main type is [`Running`]: a server on its own thread that keeps a ledger of every message it
//! received or sent. The ledger is the second opinion against which the portal's books are judged.
//! Faults (duplicate and forged callbacks) are chosen per payment by a hash of the seed and the payment
//! reference: the same seed, the same faults.
//!
//! It deliberately knows nothing of the portal's dossiers, deadlines or defects, and shares no code with
//! the other mocks.

mod config;
mod server;

mod books;
mod ledger;

mod callback;
mod orders;
mod page;

mod checksum;
mod clock;
mod outgoing;

#[cfg(test)]
mod tests;

pub use config::{Config, Faults};
pub use server::{Running, start};
