//! The link to the national portal: what happens here is told there, what citizens enter there comes in here, and
//! citizens sign on through it. A portal that is not linked pays nothing for any of it.
//!
//! The main types are [`Outbox`], which knows without I/O what is still to be told, and [`SignOns`]; one task, begun by
//! [`begin`], speaks to the national portal. It deliberately knows nothing of the steps it tells of.

mod outbox;
mod packets;
mod standing;

mod courier;
mod exchange;

mod intake;
mod push_down;

mod id_token;
mod pending;
mod sign_on;

mod resync;

pub(crate) use courier::begin;
pub(crate) use outbox::{Message, Outbox, Outcome, Telling};
pub(crate) use sign_on::SignOns;
pub(crate) use standing::SyncState;

use crate::operation::Operation;

/// Everything that the link adds to what may be asked of the portal.
pub(crate) fn operations() -> Vec<Operation> {
    [resync::operations(), push_down::operations(), sign_on::operations()].into_iter().flatten().collect()
}
