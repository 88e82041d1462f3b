//! Who is signed in: opaque tokens, kept for as long as there is room.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::catalogue::{Clerk, Role};
use crate::checksum;
use crate::problem::{Kind, Problem};
use crate::server::Portal;

/// How many sessions are kept; the next one ends the oldest. A session takes 24 bytes.
const CAPACITY: u64 = 1 << 20;

/// Somebody who has signed in.
#[derive(Debug, Clone)]
pub(crate) enum Person {
    /// A citizen, by citizen number.
    Citizen(u64),
    /// A clerk.
    Clerk(Arc<Clerk>),
}

#[derive(Debug)]
struct Session {
    /// The part of the token that cannot be counted up to.
    mark: u64,
    person: Person,
}

/// All sessions: a ring in which the n-th session sits at n modulo the capacity.
#[derive(Debug)]
pub(crate) struct Sessions {
    seed: u64,
    opened: u64,
    ring: Vec<Session>,
}

impl Sessions {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, opened: 0, ring: Vec::new() }
    }

    /// How many sessions are open.
    pub(crate) fn len(&self) -> usize {
        self.ring.len()
    }

    /// Opens a session and returns its token: 32 hexadecimal digits, number and mark.
    pub(crate) fn open(&mut self, person: Person) -> String {
        let number = self.opened;
        self.opened += 1;
        let mark = mark(self.seed, number);
        let session = Session { mark, person };
        match self.ring.get_mut(place(number)) {
            Some(oldest) => *oldest = session,
            None => self.ring.push(session),
        }
        format!("{number:016x}{mark:016x}")
    }

    /// Who holds this token.
    pub(crate) fn find(&self, token: &str) -> Option<Person> {
        let (number, mark) = token.split_at_checked(16)?;
        let number = u64::from_str_radix(number, 16).ok()?;
        let mark = u64::from_str_radix(mark, 16).ok()?;
        let session = self.ring.get(place(number))?;
        (session.mark == mark && token.len() == 32).then(|| session.person.clone())
    }
}

fn place(number: u64) -> usize {
    usize::try_from(number % CAPACITY).unwrap_or(usize::MAX)
}

fn mark(seed: u64, number: u64) -> u64 {
    checksum::digest(&format!("{seed}|{number}")).first_chunk().copied().map_or(0, u64::from_be_bytes)
}

/// Whoever is signed in.
pub(crate) struct SignedIn(pub(crate) Person);

/// A citizen who is signed in, by citizen number.
pub(crate) struct Citizen(pub(crate) u64);

/// Any clerk who is signed in.
pub(crate) struct AnyClerk(pub(crate) Arc<Clerk>);

/// A clerk at the desk of a unit.
pub(crate) struct DeskClerk(pub(crate) Arc<Clerk>);

/// A clerk at the post counter.
pub(crate) struct PostClerk(pub(crate) Arc<Clerk>);

/// A clerk who keeps the catalogue.
pub(crate) struct RegistrarClerk(pub(crate) Arc<Clerk>);

fn signed_in(parts: &Parts, portal: &Portal) -> Result<Person, Problem> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer "));
    let person = token.and_then(|token| portal.registry().sessions.find(token));
    person.ok_or_else(|| Problem::new(Kind::Unauthenticated, "sign in first"))
}

fn clerk(parts: &Parts, portal: &Portal) -> Result<Arc<Clerk>, Problem> {
    match signed_in(parts, portal)? {
        Person::Clerk(clerk) => Ok(clerk),
        Person::Citizen(_) => Err(Problem::new(Kind::Forbidden, "for clerks only")),
    }
}

fn clerk_in(role: Role, parts: &Parts, portal: &Portal) -> Result<Arc<Clerk>, Problem> {
    let clerk = clerk(parts, portal)?;
    if clerk.role == role { Ok(clerk) } else { Err(Problem::new(Kind::Forbidden, "for another role")) }
}

impl FromRequestParts<Arc<Portal>> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Problem> {
        signed_in(parts, portal).map(Self)
    }
}

impl FromRequestParts<Arc<Portal>> for Citizen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Problem> {
        match signed_in(parts, portal)? {
            Person::Citizen(number) => Ok(Self(number)),
            Person::Clerk(_) => Err(Problem::new(Kind::Forbidden, "for citizens only")),
        }
    }
}

impl FromRequestParts<Arc<Portal>> for AnyClerk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Problem> {
        clerk(parts, portal).map(Self)
    }
}

impl FromRequestParts<Arc<Portal>> for DeskClerk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Problem> {
        clerk_in(Role::Desk, parts, portal).map(Self)
    }
}

impl FromRequestParts<Arc<Portal>> for PostClerk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Problem> {
        clerk_in(Role::Post, parts, portal).map(Self)
    }
}

impl FromRequestParts<Arc<Portal>> for RegistrarClerk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Problem> {
        clerk_in(Role::Registrar, parts, portal).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_the_person_who_got_it() {
        let mut sessions = Sessions::new(1);
        let first = sessions.open(Person::Citizen(1));
        let second = sessions.open(Person::Citizen(2));
        assert!(matches!(sessions.find(&first), Some(Person::Citizen(1))));
        assert!(matches!(sessions.find(&second), Some(Person::Citizen(2))));
    }

    #[test]
    fn a_token_that_was_never_given_out_is_nobody() {
        let mut sessions = Sessions::new(1);
        let token = sessions.open(Person::Citizen(1));
        let guess = token.replace(&token[31..], if token.ends_with('0') { "1" } else { "0" });
        for stranger in ["", "0", &token[..31], &format!("{token}0"), &guess, &"é".repeat(16)] {
            assert!(sessions.find(stranger).is_none(), "{stranger}");
        }
    }

    #[test]
    fn when_the_ring_is_full_the_oldest_session_ends() {
        let mut sessions = Sessions::new(1);
        let first = sessions.open(Person::Citizen(1));
        let second = sessions.open(Person::Citizen(2));
        sessions.opened = CAPACITY;
        sessions.open(Person::Citizen(3));
        assert!(sessions.find(&first).is_none());
        assert!(sessions.find(&second).is_some());
    }
}
