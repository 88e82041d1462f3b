//! What any small HTTP system stands on, written once for all mocks so that they behave alike.
//!
//! [`bind`] takes an address; [`Bound::run`] starts a thread on which [`Server::serve`] admits connections under a
//! [`Policy`] until [`Running`] is dropped. [`Caller`] calls peers, [`Ledger`] records what went in and out, [`Frame`] and
//! [`LedgerPage`] show it to people.
//!
//! It deliberately knows nothing of procedures: no calendar, no checksum, no state machine, no word of a protocol. See
//! `src/decisions/05-mocks-share-nothing.md`.

mod clock;
mod server;

mod connection;
mod connections;

mod calls;
mod pool;

mod ledger;

mod frame;
mod language;
mod ledger_page;

#[cfg(test)]
mod tests;

pub use calls::{Answer, Call, CallError, Caller, Outcome};
pub use clock::{unix_ms, unix_ns};
pub use connection::{Connection, Cut};
pub use connections::{Policy, exchange_timeout, limited};
pub use frame::{Frame, grouped};
pub use language::Language;
pub use ledger::{Direction, Ledger, LedgerQuery, Message, Room, Signal};
pub use ledger_page::{LedgerPage, PageQuery, STYLE};
pub use pool::PoolError;
pub use server::{Bound, Running, Server, Stop, bind};

/// The media type of a problem document (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";
