//! Sessions of portals: opaque, kept for as long as there is room and time.

use std::time::Duration;

use crate::checksum::mark;
use crate::ring::Ring;

/// How many sessions are kept; the next one ends the oldest. A session takes about 150 bytes.
const CAPACITY: usize = 65_536;

/// All sessions: the portal of each, and when it was opened, in milliseconds since 1970.
#[derive(Debug)]
pub(crate) struct Sessions {
    opened: u64,
    holders: Ring<(String, u64)>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { opened: 0, holders: Ring::new(CAPACITY) }
    }
}

impl Sessions {
    /// Opens a session and returns its name.
    pub(crate) fn open(&mut self, seed: u64, holder: String, now_ms: u64) -> String {
        let session = mark(seed, "session", self.opened);
        self.opened += 1;
        self.holders.keep(session.clone(), (holder, now_ms));
        session
    }

    /// The portal of this session, if it has not expired.
    pub(crate) fn find(&self, session: &str, lifetime: Duration, now_ms: u64) -> Option<String> {
        let (holder, opened_ms) = self.holders.get(session)?;
        let age = Duration::from_millis(now_ms.saturating_sub(*opened_ms));
        (age < lifetime).then(|| holder.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_its_time_is_over() {
        let hour = Duration::from_secs(3_600);
        let mut sessions = Sessions::default();
        let session = sessions.open(1, "A".into(), 1_000);
        assert_eq!(sessions.find(&session, hour, 1_000 + 3_599_999).as_deref(), Some("A"));
        assert_eq!(sessions.find(&session, hour, 1_000 + 3_600_000), None);
        assert_eq!(sessions.find("guess", hour, 1_000), None);
    }
}
