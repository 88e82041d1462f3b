//! One-time codes: sent to a citizen after the password, valid once and for five minutes.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::checksum;
use crate::domain::dirty_set::DirtySet;
use crate::domain::problem::{Kind, Problem};

/// The lifetime of a code, and how far back sent codes count, in nanoseconds.
const LIFETIME_NS: u64 = 300_000_000_000;
/// How many codes a citizen gets within a lifetime.
const MOST_SENT: u32 = 5;
/// How many wrong guesses invalidate a code.
const MOST_GUESSES: u32 = 5;
/// How many citizens are waiting for a sign-in at once.
const MOST_WAITING: usize = 1 << 16;

/// The code that a citizen was sent last.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    code: String,
    at_ns: u64,
    times: u32,
    guesses: u32,
    is_used: bool,
}

/// All codes that were sent, by citizen number; about 80 bytes each, dropped when they expire.
#[derive(Debug, Default)]
pub(crate) struct OneTimeCodes {
    pub(crate) by_citizen: HashMap<u64, Sent>,
    pub(crate) counter: u64,
    /// The citizens whose codes are not yet in the store.
    pub(crate) dirty: DirtySet<u64>,
}

/// The password of a citizen: `mk-` and the last six digits. The citizens do not exist, so that it may be public.
pub(crate) fn password(citizen_number: &str) -> String {
    format!("mk-{}", citizen_number.get(6..).unwrap_or_default())
}

impl OneTimeCodes {
    /// Sends a code, which a tester reads at the stub.
    pub(crate) fn send(&mut self, citizen: u64, now_ns: u64, defects: Defects) -> Result<(), Problem> {
        if self.by_citizen.len() >= MOST_WAITING {
            self.by_citizen.retain(|citizen, sent| {
                let is_good = now_ns < sent.at_ns.saturating_add(LIFETIME_NS);
                if !is_good {
                    self.dirty.mark(*citizen);
                }
                is_good
            });
        }
        let is_recent = |sent: &&Sent| now_ns < sent.at_ns.saturating_add(LIFETIME_NS);
        let before = self.by_citizen.get(&citizen).filter(is_recent).map_or(0, |sent| sent.times);
        if (before >= MOST_SENT && !defects.has(Defect::SmsFlood))
            || (before == 0 && self.by_citizen.len() >= MOST_WAITING)
        {
            return Err(Problem::new(Kind::TooMany, "too many codes were sent; wait five minutes"));
        }
        self.counter += 1;
        let digest = checksum::digest(&format!("{now_ns}|{}|{citizen}", self.counter));
        let number = digest.first_chunk().copied().map_or(0, u32::from_be_bytes) % 1_000_000;
        let sent = Sent { code: format!("{number:06}"), at_ns: now_ns, times: before + 1, guesses: 0, is_used: false };
        self.by_citizen.insert(citizen, sent);
        self.dirty.mark(citizen);
        Ok(())
    }

    /// Whether this is the citizen's code; the code is consumed.
    pub(crate) fn redeem(&mut self, citizen: u64, code: &str, now_ns: u64, defects: Defects) -> bool {
        let Some(sent) = self.by_citizen.get_mut(&citizen) else { return false };
        self.dirty.mark(citizen);
        let is_good = !sent.is_used && sent.guesses < MOST_GUESSES && now_ns < sent.at_ns.saturating_add(LIFETIME_NS);
        sent.guesses += 1;
        let is_right = is_good && sent.code == code;
        sent.is_used |= is_right && !defects.has(Defect::ReplayedCode);
        is_right
    }

    /// The code that was sent last.
    pub(crate) fn read(&self, citizen: u64) -> Option<&str> {
        self.by_citizen.get(&citizen).filter(|sent| !sent.is_used).map(|sent| sent.code.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_once_and_for_five_minutes() {
        let mut codes = OneTimeCodes::default();
        codes.send(1, 0, Defects::default()).unwrap();
        let code = codes.read(1).unwrap().to_owned();
        assert!(!codes.redeem(2, &code, 1, Defects::default()));
        assert!(!codes.redeem(1, &code, LIFETIME_NS, Defects::default()));
        assert!(codes.redeem(1, &code, LIFETIME_NS - 1, Defects::default()));
        assert!(!codes.redeem(1, &code, LIFETIME_NS - 1, Defects::default()));
    }

    #[test]
    fn guessing_ends_after_five_tries() {
        let mut codes = OneTimeCodes::default();
        codes.send(1, 0, Defects::default()).unwrap();
        let code = codes.read(1).unwrap().to_owned();
        for _ in 0..MOST_GUESSES {
            assert!(!codes.redeem(1, "guess", 1, Defects::default()));
        }
        assert!(!codes.redeem(1, &code, 1, Defects::default()));
    }

    #[test]
    fn a_citizen_gets_five_codes_in_five_minutes() {
        let mut codes = OneTimeCodes::default();
        for _ in 0..MOST_SENT {
            codes.send(1, 0, Defects::default()).unwrap();
        }
        assert!(codes.send(1, 1, Defects::default()).is_err());
        assert!(codes.send(2, 1, Defects::default()).is_ok());
        assert!(codes.send(1, LIFETIME_NS, Defects::default()).is_ok());
    }
}
