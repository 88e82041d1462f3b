//! A payment platform of our own: the portal places an order, the customer pays on a page, the platform informs the
//! portal by a signed callback, keeps the accounts, and sends money back.
//!
//! The main type is [`Running`]: a server on its own thread that speaks one [`Profile`] and keeps a ledger of
//! every message it received or sent. The ledger is the second opinion against which the portal's accounts are
//! judged. Each [`Fault`] is chosen per payment by a hash of the seed and the payment reference: the same seed,
//! the same faults.
//!
//! It deliberately knows nothing of the portal's dossiers, deadlines or defects, and shares no knowledge
//! of procedures with the other mocks.

mod checksum;
mod clock;
mod config;
mod faults;
mod fields;
mod profile;

mod cash;
mod ledger;
mod payment;
mod records;

mod bank;

mod callback;
mod desk;
mod profiles;
mod refunds;

mod accounts;
mod reconciliation;
mod settlement;

mod frame;
mod home;
mod page;
mod qr;
mod statement;
mod words;

mod server;

#[cfg(test)]
mod tests;

pub use config::{Config, Faults, Setup};
pub use faults::{Fault, Shares};
pub use mock_ground::Running;
pub use profile::Profile;
pub use server::start;
