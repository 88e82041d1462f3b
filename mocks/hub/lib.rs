//! A national portal of our own: portals tell it of their dossiers, citizens sign on at it and enter dossiers that are
//! handed down, and a sink takes the SMS and e-mail that nobody is to receive.
//!
//! The main type is [`Running`]: a server on its own thread that keeps a ledger of every message, a history of every
//! dossier, and an answer to every telling: taken, duplicate, conflict, wrong fields. It can be out of order on purpose:
//! see [`Outage`].
//!
//! It deliberately knows nothing of the portals' deadlines or defects, and shares no code with the other mocks.

mod catalogue;
mod config;
mod connections;
mod server;

mod dossier;
mod fields;
mod ledger;
mod registry;

mod wire;
mod words;
mod xml;

mod entry;
mod exchange;
mod push;
mod sessions;

mod authorize;
mod citizens;
mod grants;
mod keys;
mod token;

mod messages;
mod outage;
mod page;
mod test_hooks;

mod checksum;
mod clock;
mod line;
mod outgoing;
mod ring;

#[cfg(test)]
mod tests;

pub use catalogue::{Agency, Catalogue, Procedure};
pub use config::{Account, Client, Config, Lifetimes};
pub use outage::{Mode, Outage};
pub use server::{Running, start};
