//! Authentication and authorisation: the session that a request names, and what its role may do.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::behaviour::defects::Defect;
use crate::domain::catalogue::{Clerk, Role};
use crate::domain::person::Person;
use crate::domain::problem::{Kind, Problem};
use crate::state::clock::wall_ns;
use crate::state::portal::Portal;
use crate::state::registry::Registry;

/// Any person who is signed in.
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

/// The token of a request.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok())?.strip_prefix("Bearer ")
}

/// Whose request it is.
pub(crate) fn person(headers: &HeaderMap, registry: &Registry) -> Option<Person> {
    token(headers).and_then(|token| registry.sessions.find(token, wall_ns()))
}

fn signed_in(parts: &Parts, portal: &Portal) -> Result<Person, Problem> {
    let person = person(&parts.headers, &portal.registry());
    person.ok_or_else(|| Problem::new(Kind::Unauthenticated, "sign in first"))
}

fn clerk(parts: &Parts, portal: &Portal) -> Result<Arc<Clerk>, Problem> {
    match signed_in(parts, portal)? {
        Person::Clerk(clerk) => Ok(clerk),
        Person::Citizen(number) if portal.switches.get().has(Defect::Bfla) => {
            Ok(Arc::new(Clerk::named(&format!("citizen-{number}"))))
        }
        Person::Citizen(_) => Err(Problem::new(Kind::Forbidden, "for clerks only")),
    }
}

fn clerk_in(role: Role, parts: &Parts, portal: &Portal) -> Result<Arc<Clerk>, Problem> {
    let clerk = clerk(parts, portal)?;
    if clerk.role == role || portal.switches.get().has(Defect::NoRole) {
        Ok(clerk)
    } else {
        Err(Problem::new(Kind::Forbidden, "for another role"))
    }
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
