//! The payment platform and the post: what they report, and what they are asked.

pub(crate) mod accounts;
pub(crate) mod callbacks;
pub(crate) mod orders;
