//! The link to the national portal: steps taken here are synced there, dossiers that citizens enter there come in here, and
//! citizens sign on through it. A portal without a link pays nothing for it.
//!
//! The main types are [`crate::state::outbox::Outbox`], which knows without I/O what is still to be synced, and
//! [`crate::state::sign_ons::SignOns`]. One task, started by [`worker::begin`], calls the national portal. It deliberately knows
//! nothing of the steps it syncs.

pub(crate) mod exchange;
pub(crate) mod worker;

pub(crate) mod intake;
pub(crate) mod push_down;

pub(crate) mod id_token;
pub(crate) mod sign_on;
