//! Operations: their requests, callers and answers. The router and the OpenAPI document
//! are both made of these, so that neither knows of an operation that the other lacks.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::routing::{self, MethodRouter};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::domain::person::Person;
use crate::domain::problem::Kind;
use crate::state::portal::Portal;
use crate::state::registry::Registry;

/// Generates the schema of a type.
pub(crate) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// The request of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

impl Verb {
    /// Its name in the document.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Verb::Get => "get",
            Verb::Post => "post",
            Verb::Put => "put",
            Verb::Delete => "delete",
        }
    }
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Anybody,
    Citizen,
    /// A citizen or a clerk.
    SignedIn,
    /// A clerk of any role.
    Clerk,
    DeskClerk,
    PostClerk,
    Registrar,
    /// The payment platform, which signs what it reports.
    Bank,
    /// The postal operator, which has a token of its own.
    Post,
    /// The national portal, which has one, too.
    Hub,
}

impl Who {
    /// Why other callers are refused.
    fn refusals(self) -> &'static [Kind] {
        match self {
            Who::Anybody | Who::Bank => &[],
            Who::SignedIn | Who::Post | Who::Hub => &[Kind::Unauthenticated],
            Who::Citizen | Who::Clerk | Who::DeskClerk | Who::PostClerk | Who::Registrar => {
                &[Kind::Unauthenticated, Kind::Forbidden]
            }
        }
    }
}

/// What a request or an answer carries.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content {
    Nothing,
    Json(Describe),
    /// JSON with the file in base64, or a form with the file as it is.
    JsonOrForm(Describe),
    /// A file, of one of these types.
    File(&'static [&'static str]),
}

/// A success.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content: Content,
    /// The header that says more about it: which version it is (`ETag`), or where to go on (`Location`).
    pub(crate) header: Option<&'static str>,
}

/// Finds the version of the thing with this code, if this person may know it.
type VersionOf = fn(&Registry, &Person, &str) -> Option<u64>;

/// What has versions, by how the paths of its operations begin; next is its code.
const WITH_VERSIONS: [(&str, VersionOf); 3] = [
    ("/api/dossiers/{", version_of_own),
    ("/api/desk/dossiers/{", version_of_any),
    ("/api/catalogue/procedures/{", version_of_procedure),
];

fn version_of_own(registry: &Registry, person: &Person, code: &str) -> Option<u64> {
    match person {
        Person::Citizen(citizen) => Some(registry.get(registry.find_own(code, *citizen).ok()?).ok()?.version),
        Person::Clerk(_) => None,
    }
}

fn version_of_any(registry: &Registry, person: &Person, code: &str) -> Option<u64> {
    match person {
        Person::Clerk(_) => Some(registry.get(registry.find(code).ok()?).ok()?.version),
        Person::Citizen(_) => None,
    }
}

fn version_of_procedure(registry: &Registry, person: &Person, code: &str) -> Option<u64> {
    match person {
        Person::Clerk(_) => registry.procedures.get(code).map(|published| published.version),
        Person::Citizen(_) => None,
    }
}

/// The path of something that has versions, and how its version is found.
pub(crate) struct Versioned {
    path: &'static str,
    version_of: VersionOf,
}

impl Versioned {
    /// The version of what a path names, if it is such a path and this person may know it.
    pub(crate) fn version(&self, path: &str, person: &Person, registry: &Registry) -> Option<u64> {
        let mut code = None;
        let (mut parts, mut wanted) = (path.split('/'), self.path.split('/'));
        loop {
            match (parts.next(), wanted.next()) {
                (Some(part), Some(name)) if name.starts_with('{') => code = code.or(Some(part)),
                (Some(part), Some(name)) if part == name => {}
                (None, None) => return (self.version_of)(registry, person, code?),
                (Some(_) | None, Some(_) | None) => return None,
            }
        }
    }
}

/// One operation.
pub(crate) struct Operation {
    pub(crate) verb: Verb,
    /// With its parameters in braces.
    pub(crate) path: &'static str,
    pub(crate) id: &'static str,
    pub(crate) english: &'static str,
    pub(crate) vietnamese: &'static str,
    /// The group it is listed in.
    pub(crate) tag: &'static str,
    pub(crate) who: Who,
    pub(crate) body: Content,
    pub(crate) query: Option<Describe>,
    pub(crate) answers: Vec<Answer>,
    /// How the version of what its path names is found; none if that has no versions.
    version_of: Option<VersionOf>,
    /// Refusals that do not follow from the rest.
    own_refusals: &'static [Kind],
    route: MethodRouter<Arc<Portal>>,
}

/// Starts an operation that reads.
pub(crate) fn get<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<Portal>>) -> Operation {
    Operation::new(Verb::Get, path, routing::get(handler))
}

/// Starts an operation that acts.
pub(crate) fn post<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<Portal>>) -> Operation {
    Operation::new(Verb::Post, path, routing::post(handler))
}

/// Starts an operation that replaces.
pub(crate) fn put<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<Portal>>) -> Operation {
    Operation::new(Verb::Put, path, routing::put(handler))
}

/// Starts an operation that removes.
pub(crate) fn delete<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<Portal>>) -> Operation {
    Operation::new(Verb::Delete, path, routing::delete(handler))
}

impl Operation {
    fn new(verb: Verb, path: &'static str, route: MethodRouter<Arc<Portal>>) -> Self {
        Self {
            verb,
            path,
            id: "",
            english: "",
            vietnamese: "",
            tag: "",
            who: Who::Anybody,
            body: Content::Nothing,
            query: None,
            answers: Vec::new(),
            version_of: WITH_VERSIONS.iter().find(|(start, _)| path.starts_with(start)).map(|(_, version)| *version),
            own_refusals: &[],
            route,
        }
    }

    /// Names it, and describes it in both languages.
    pub(crate) fn named(self, id: &'static str, english: &'static str, vietnamese: &'static str) -> Self {
        Self { id, english, vietnamese, ..self }
    }

    /// Says who may call it.
    pub(crate) fn by(self, who: Who) -> Self {
        Self { who, ..self }
    }

    /// Says what its JSON body is.
    pub(crate) fn takes<T: JsonSchema>(self) -> Self {
        Self { body: Content::Json(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// Says that it takes a file, in a form or as this JSON body, and how long that may be.
    pub(crate) fn takes_file<T: JsonSchema>(self, longest: usize) -> Self {
        let body = Content::JsonOrForm(SchemaGenerator::subschema_for::<T>);
        let route = self.route.route_layer(DefaultBodyLimit::max(longest));
        Self { body, route, ..self }
    }

    /// Says what its query may contain.
    pub(crate) fn asks<T: JsonSchema>(self) -> Self {
        Self { query: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// Adds a success with a JSON body.
    pub(crate) fn gives<T: JsonSchema>(self, status: StatusCode) -> Self {
        self.answered(Answer { status, content: Content::Json(SchemaGenerator::subschema_for::<T>), header: None })
    }

    /// Adds a success with a JSON body and the tag of its version.
    pub(crate) fn gives_version<T: JsonSchema>(self) -> Self {
        let content = Content::Json(SchemaGenerator::subschema_for::<T>);
        self.answered(Answer { status: StatusCode::OK, content, header: Some("ETag") })
    }

    /// Adds a success that is a file of one of these types.
    pub(crate) fn gives_file(self, types: &'static [&'static str]) -> Self {
        self.answered(Answer { status: StatusCode::OK, content: Content::File(types), header: None })
    }

    /// Adds a success without a body.
    pub(crate) fn gives_nothing(self) -> Self {
        self.answered(Answer { status: StatusCode::NO_CONTENT, content: Content::Nothing, header: None })
    }

    /// Adds the answer that redirects the client.
    pub(crate) fn sends_on(self) -> Self {
        self.answered(Answer { status: StatusCode::SEE_OTHER, content: Content::Nothing, header: Some("Location") })
    }

    fn answered(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// Says for what it refuses, beyond what follows from its caller, path, query and body.
    pub(crate) fn refuses(self, own_refusals: &'static [Kind]) -> Self {
        Self { own_refusals, ..self }
    }

    /// The names in its path, in order.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Whether it changes something that has versions, so that `If-Match` guards it.
    pub(crate) fn is_guarded(&self) -> bool {
        self.verb != Verb::Get && self.version_of.is_some()
    }

    /// Everything it may be refused for, each once, by status and word.
    pub(crate) fn refusals(&self) -> Vec<Kind> {
        let mut all = [self.own_refusals, self.who.refusals()].concat();
        // Of a portal that keeps a store, while that cannot be written.
        all.push(Kind::NotKept);
        if self.path.starts_with("/api/") {
            all.push(Kind::TooMany);
        }
        if self.parameters().next().is_some() {
            all.push(Kind::NotFound);
        }
        if self.query.is_some() {
            all.push(Kind::Malformed);
        }
        if !matches!(self.body, Content::Nothing) {
            all.extend([Kind::Malformed, Kind::TooLarge, Kind::TooSlow, Kind::Validation]);
        }
        if self.verb == Verb::Post {
            // What comes with the header Idempotency-Key. A body is taken in whether it is read or not.
            all.extend([Kind::Malformed, Kind::TooLarge, Kind::TooSlow]);
            all.extend([Kind::Validation, Kind::KeyReused, Kind::StillRunning]);
        }
        if self.is_guarded() {
            all.extend([Kind::VersionMismatch, Kind::Malformed, Kind::TooLarge, Kind::TooSlow]);
        }
        all.sort_by_key(|kind| (kind.status(), kind.code()));
        all.dedup();
        all
    }
}

/// Puts operations into one group.
pub(crate) fn tagged(tag: &'static str, operations: Vec<Operation>) -> Vec<Operation> {
    operations.into_iter().map(|operation| Operation { tag, ..operation }).collect()
}

/// The router that answers these operations and nothing else.
pub(crate) fn router(operations: Vec<Operation>) -> Router<Arc<Portal>> {
    operations.into_iter().fold(Router::new(), |router, operation| router.route(operation.path, operation.route))
}

/// The operations on things that have versions.
pub(crate) fn versioned(operations: &[Operation]) -> Vec<Versioned> {
    let versioned =
        |operation: &Operation| operation.version_of.map(|version_of| Versioned { path: operation.path, version_of });
    operations.iter().filter_map(versioned).collect()
}
