//! A postal operator of our own: the portal orders the delivery of a result, the operator picks it up,
//! delivers it, collects what is to be collected, and reports both steps to the portal.
//!
//! It also fetches paper dossiers from citizens, carries sealed bags by list, serves visitors at two counters,
//! remits what it collected and accounts for it to the dong. [`Fault`] lists what goes wrong on purpose.
//!
//! The main type is [`Running`]: a server on its own thread that keeps a ledger of every message it
//! received or sent and of every event on the way. Transit times are drawn by a hash of the seed and the
//! order number: the same seed, the same transits.
//!
//! It deliberately knows nothing of the portal's dossiers, deadlines or defects, and shares no knowledge of
//! procedures with the other mocks.

mod behaviour;
mod config;
mod faults;
mod rng;

mod cod;
mod ledger;
mod manifest;
mod parcel;
mod queue;
mod records;
mod stage;

mod post;

mod carrier;
mod counters;
mod drawn;
mod manifests;
mod orders;
mod page;
mod pickups;
mod refusal;
mod remittances;
mod tracking;
mod words;

mod server;

#[cfg(test)]
mod tests;

pub use behaviour::Behaviour;
pub use config::Config;
pub use faults::{Fault, Faults};
pub use mock_ground::Running;
pub use server::{start, start_with};
