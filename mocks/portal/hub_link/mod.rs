//! The link to the national portal: what happens here is synced there, what citizens enter there comes in here, and
//! citizens sign on through it. A portal that is not linked pays nothing for any of it.
//!
//! The main types are [`crate::state::outbox::Outbox`], which knows without I/O what is still to be synced, and [`crate::state::sign_ons::SignOns`]; one task, begun by
//! [`worker::begin`], speaks to the national portal. It deliberately knows nothing of the steps it syncs.

pub(crate) mod exchange;
pub(crate) mod worker;

pub(crate) mod intake;
pub(crate) mod push_down;

pub(crate) mod id_token;
pub(crate) mod sign_on;
