//! A national portal of our own: portals synchronise their dossiers with it, citizens sign on with it and enter dossiers that are
//! handed down, and a sink collects the SMS and e-mail that must not be delivered.
//!
//! The main type is [`Running`]: a server on its own thread that keeps a ledger of every message, a history of every
//! dossier, and an answer to every packet: accepted, duplicate, conflict, invalid fields. It can have outages on purpose:
//! see [`Outage`].
//!
//! It deliberately knows nothing of the portals' deadlines or defects, and shares no knowledge of
//! procedures with the other mocks.

mod catalogue;
mod checksum;
mod citizens;
mod clock;
mod config;
mod fields;
mod keys;
mod outage;
mod ring;
mod xml;

mod dossier;
mod grants;
mod ledger;
mod records;
mod registry;
mod sessions;
mod sink;

mod hub;

mod outage_guard;
mod wire;
mod words;

mod exchange;
mod push;

mod authorize;
mod sign_on_pages;
mod token;

mod entry;
mod messages;
mod page;
mod test_hooks;

mod server;

#[cfg(test)]
mod tests;

pub use catalogue::{Agency, Catalogue, Procedure};
pub use config::{Account, Client, Config, Lifetimes};
pub use outage::{Mode, Outage};
pub use server::{Running, start};
