//! Media types that more than one floor names.

/// That of refusals (RFC 9457).
pub(crate) const PROBLEM: &str = "application/problem+json";
