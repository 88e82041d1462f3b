//! The payment platform, the post and the national portal: what they report, and what the first two are asked.

pub(crate) mod accounts;
pub(crate) mod callbacks;
mod calls;
pub(crate) mod national_portal;
pub(crate) mod orders;
