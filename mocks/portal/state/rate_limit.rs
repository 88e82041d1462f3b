//! The limit: how many requests one client may send in a second.

use std::collections::HashMap;

use crate::domain::checksum;
use crate::domain::problem::{Kind, Problem};

/// How many clients are counted in one second; those beyond are let through, so that memory is bounded.
const MOST_CLIENTS: usize = 1 << 16;

/// The limit, counted by token, so that no client slows another. Off until a tester sets it.
#[derive(Debug, Default)]
pub(crate) struct Limit {
    pub(crate) per_second: Option<u32>,
    second: u64,
    /// By the SHA-256 of the token, which may be as long as its sender likes.
    counts: HashMap<[u8; 32], u32>,
}

impl Limit {
    /// Counts a request, or refuses it until the next second.
    pub(crate) fn admit(&mut self, client: &str, wall_ns: u64) -> Result<(), Problem> {
        let Some(most) = self.per_second else { return Ok(()) };
        let second = wall_ns / 1_000_000_000;
        if second != self.second {
            self.second = second;
            self.counts.clear();
        }
        let client = checksum::digest(client);
        if self.counts.len() >= MOST_CLIENTS && !self.counts.contains_key(&client) {
            return Ok(());
        }
        let count = self.counts.entry(client).or_default();
        *count = count.saturating_add(1);
        if *count > most {
            return Err(Problem::new(Kind::TooMany, format!("{most} requests in a second are allowed")));
        }
        Ok(())
    }
}
