//! Sessions: opaque tokens that end after some time, at sign-out, or when there is no more room.

use crate::domain::checksum;
use crate::domain::dirty_set::DirtySet;
use crate::domain::person::Person;

/// How many sessions are kept; the next one ends the oldest. A session takes 40 bytes.
const CAPACITY: u64 = 1 << 20;

#[derive(Debug)]
pub(crate) struct Session {
    /// The secret part of the token.
    pub(crate) mark: u64,
    /// None once it was ended.
    pub(crate) person: Option<Person>,
    /// Wall time in nanoseconds.
    pub(crate) opened_ns: u64,
}

/// How long a session lasts unless a tester changes that: half a day of wall time, in nanoseconds.
const USUAL_LIFETIME_NS: u64 = 12 * 3_600 * 1_000_000_000;

/// All sessions: a ring in which the n-th session sits at n modulo the capacity.
#[derive(Debug)]
pub(crate) struct Sessions {
    pub(crate) seed: u64,
    pub(crate) opened: u64,
    pub(crate) ring: Vec<Session>,
    /// How long a session lasts, in nanoseconds of wall time.
    pub(crate) lifetime_ns: u64,
    /// The places in the ring that are not yet in the store.
    pub(crate) dirty: DirtySet<usize>,
    /// The defect `exp-ignored`.
    pub(crate) is_endless: bool,
}

impl Sessions {
    pub(crate) fn new(seed: u64, is_endless: bool) -> Self {
        let dirty = DirtySet::default();
        Self { seed, opened: 0, ring: Vec::new(), lifetime_ns: USUAL_LIFETIME_NS, dirty, is_endless }
    }

    /// The number of the session that was opened last at a place of the ring.
    pub(crate) fn number_at(&self, place: usize) -> u64 {
        let rounds = self.opened.saturating_sub(place as u64 + 1) / CAPACITY;
        place as u64 + rounds * CAPACITY
    }

    /// How many sessions are open.
    pub(crate) fn len(&self) -> usize {
        self.ring.len()
    }

    /// Opens a session and returns its token: 32 hexadecimal digits, number and mark.
    pub(crate) fn open(&mut self, person: Person, now_ns: u64) -> String {
        let number = self.opened;
        self.opened += 1;
        let mark = mark(self.seed, number);
        let session = Session { mark, person: Some(person), opened_ns: now_ns };
        self.dirty.mark(place(number));
        match self.ring.get_mut(place(number)) {
            Some(oldest) => *oldest = session,
            None => self.ring.push(session),
        }
        format!("{number:016x}{mark:016x}")
    }

    /// The person of this token.
    pub(crate) fn find(&self, token: &str, now_ns: u64) -> Option<Person> {
        let (place, mark) = self.read(token)?;
        let session = self.ring.get(place).filter(|session| session.mark == mark)?;
        let is_over = now_ns >= session.opened_ns.saturating_add(self.lifetime_ns);
        if is_over && !self.is_endless { None } else { session.person.clone() }
    }

    /// Ends the session with this token.
    pub(crate) fn end(&mut self, token: &str) {
        let Some((place, mark)) = self.read(token) else { return };
        if let Some(session) = self.ring.get_mut(place).filter(|session| session.mark == mark) {
            session.person = None;
            self.dirty.mark(place);
        }
    }

    /// The place and the mark in a token.
    fn read(&self, token: &str) -> Option<(usize, u64)> {
        let (number, mark) = token.split_at_checked(16).filter(|_| token.len() == 32)?;
        let number = u64::from_str_radix(number, 16).ok().filter(|number| *number < self.opened)?;
        Some((place(number), u64::from_str_radix(mark, 16).ok()?))
    }
}

fn place(number: u64) -> usize {
    usize::try_from(number % CAPACITY).unwrap_or(usize::MAX)
}

pub(crate) fn mark(seed: u64, number: u64) -> u64 {
    checksum::digest(&format!("{seed}|{number}")).first_chunk().copied().map_or(0, u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_the_person_who_got_it() {
        let mut sessions = Sessions::new(1, false);
        let first = sessions.open(Person::Citizen(1), 0);
        let second = sessions.open(Person::Citizen(2), 0);
        assert!(matches!(sessions.find(&first, 1), Some(Person::Citizen(1))));
        assert!(matches!(sessions.find(&second, 1), Some(Person::Citizen(2))));
    }

    #[test]
    fn a_token_that_was_never_given_out_is_nobody() {
        let mut sessions = Sessions::new(1, false);
        let token = sessions.open(Person::Citizen(1), 0);
        let guess = token.replace(&token[31..], if token.ends_with('0') { "1" } else { "0" });
        for stranger in ["", "0", &token[..31], &format!("{token}0"), &guess, &"é".repeat(16)] {
            assert!(sessions.find(stranger, 1).is_none(), "{stranger}");
        }
    }

    #[test]
    fn a_session_ends_by_itself_or_when_it_is_ended() {
        let mut sessions = Sessions::new(1, false);
        let token = sessions.open(Person::Citizen(1), 5);
        assert!(sessions.find(&token, 4 + sessions.lifetime_ns).is_some());
        assert!(sessions.find(&token, 5 + sessions.lifetime_ns).is_none());
        sessions.end(&token);
        assert!(sessions.find(&token, 5).is_none());
    }

    #[test]
    fn a_place_of_the_ring_holds_the_latest_of_its_numbers() {
        let mut sessions = Sessions::new(1, false);
        sessions.opened = 5;
        assert_eq!((sessions.number_at(0), sessions.number_at(4)), (0, 4));
        sessions.opened = 2 * CAPACITY + 3;
        assert_eq!((sessions.number_at(2), sessions.number_at(3)), (2 * CAPACITY + 2, CAPACITY + 3));
    }

    #[test]
    fn when_the_ring_is_full_the_oldest_session_ends() {
        let mut sessions = Sessions::new(1, false);
        let first = sessions.open(Person::Citizen(1), 0);
        let second = sessions.open(Person::Citizen(2), 0);
        sessions.opened = CAPACITY;
        sessions.open(Person::Citizen(3), 0);
        assert!(sessions.find(&first, 1).is_none());
        assert!(sessions.find(&second, 1).is_some());
    }
}
