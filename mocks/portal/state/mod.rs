//! Everything that changes while the portal runs: the registry and its indexes, sessions, codes, kept answers, the
//! outbox, and the store that keeps all of it in a file.

pub(crate) mod clock;
pub(crate) mod config;
pub(crate) mod durability;
pub(crate) mod one_time_codes;
pub(crate) mod outbox;
pub(crate) mod portal;
pub(crate) mod rate_limit;
pub(crate) mod registry;
pub(crate) mod replays;
pub(crate) mod sessions;
pub(crate) mod sign_ons;
pub(crate) mod store;
