//! Fees and taxes: owed, paid over the platform or at the counter, given back, reconciled.

pub(crate) mod debt;
pub(crate) mod obligations;
pub(crate) mod payment;
pub(crate) mod platform;
pub(crate) mod refunds;
pub(crate) mod settlement;
