//! Who acts.

use std::sync::Arc;

use crate::domain::catalogue::Clerk;

/// A person who has signed in.
#[derive(Debug, Clone)]
pub(crate) enum Person {
    /// A citizen, by citizen number.
    Citizen(u64),
    /// A clerk.
    Clerk(Arc<Clerk>),
}
