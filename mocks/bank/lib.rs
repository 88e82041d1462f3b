//! A payment platform of our own: the portal places an order, the customer pays on a page, the platform tells the
//! portal by a signed callback, keeps the accounts, and sends money back.
//!
//! The main type is [`Running`]: a server on its own thread that speaks one [`Profile`] and keeps a ledger of
//! every message it received or sent. The ledger is the second opinion against which the portal's books are
//! judged. Each [`Fault`] is chosen per payment by a hash of the seed and the payment reference: the same seed,
//! the same faults.
//!
//! It deliberately knows nothing of the portal's dossiers, deadlines or defects, and shares no code with
//! the other mocks.

mod config;
mod faults;
mod server;

mod books;
mod cash;
mod ledger;
mod payment;

mod callback;
mod desk;
mod profiles;
mod refunds;

mod reconciliation;
mod settlement;

mod frame;
mod home;
mod language;
mod page;
mod qr;
mod statement;
mod words;

mod checksum;
mod clock;
mod fields;
mod outgoing;

#[cfg(test)]
mod tests;

pub use config::{Config, Faults, Setup};
pub use faults::{Fault, Shares};
pub use profiles::Profile;
pub use server::{Running, start};
