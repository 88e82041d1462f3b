//! How long a client may do nothing, and how many clients there may be at once.

use std::time::Duration;

/// Timeouts and the number of connections. A client that exceeds them is refused or cut off, so that slow and many clients cost a known amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// How long a connection may go without an answer, from its start or from the answer before: whether it is silent, sends
    /// its head byte by byte or does not read. It is closed then, and before twice as long is over.
    pub idle: Duration,
    /// How long a body may take once its head has come; then the request is answered with 408 and the connection closed.
    pub body: Duration,
    /// How many connections may be open at once; one more is answered with 503 and closed. One that has been served and
    /// idles takes some 20 kB, and 90 kB at the most while it sends a head.
    pub connections: usize,
}

impl ConnectionLimits {
    /// Those of an ordinary portal: ten minutes, half a minute, 16,384 connections.
    pub const USUAL: Self = Self { idle: Duration::from_secs(600), body: Duration::from_secs(30), connections: 16_384 };
}
