//! The link to the national portal: what happens here is told there, what citizens enter there comes in here, and
//! citizens sign on through it. A portal that is not linked pays nothing for any of it.
//!
//! The main types are [`crate::state::outbox::Outbox`], which knows without I/O what is still to be told, and [`sign_on::SignOns`]; one task, begun by
//! [`worker::begin`], speaks to the national portal. It deliberately knows nothing of the steps it tells of.

pub(crate) mod exchange;
pub(crate) mod worker;

pub(crate) mod intake;
pub(crate) mod push_down;

pub(crate) mod id_token;
pub(crate) mod sign_on;

use crate::api::desk::resync;
use crate::api::operation::Operation;

/// Everything that the link adds to what may be asked of the portal.
pub(crate) fn operations() -> Vec<Operation> {
    [resync::operations(), push_down::operations(), sign_on::operations()].into_iter().flatten().collect()
}
