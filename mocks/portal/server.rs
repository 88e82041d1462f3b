//! Starting the portal: its state, the routes behind the middlewares, and one more thread that writes where a store is kept.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use mock_ground::{Caller, Connection, Policy, Running, Server};
use tower::Service;

use crate::api::operation::{self, Operation};
use crate::api::test_hooks::hooks;
use crate::api::{openapi, page};
use crate::behaviour::active::Active;
use crate::behaviour::defects::{Defects, Switches};
use crate::behaviour::fault_injection::Faults;
use crate::behaviour::noise::Noise;
use crate::behaviour::variants::Variants;
use crate::domain::catalogue::Index;
use crate::domain::problem::{Kind, Problem};
use crate::domain::procedures::Procedures;
use crate::hub_link::worker;
use crate::middleware;
use crate::state::clock::wall_ns;
use crate::state::config::{Behaviour, Config};
use crate::state::durability;
use crate::state::portal::Portal;
use crate::state::registry::Registry;
use crate::state::sign_ons::SignOns;
use crate::state::store::GroupCommit;

/// Starts a reference portal on a thread of its own and returns when it listens.
///
/// # Errors
/// When the catalogue contradicts itself (`InvalidInput`, naming every contradiction), when the address cannot be bound, or the thread or its runtime cannot be made.
pub fn start(config: Config) -> io::Result<Running> {
    start_with(config, Behaviour::ordinary())
}

/// Starts a reference portal with this behaviour; see [`start`].
///
/// # Errors
/// As [`start`], and when the store cannot be kept in the file that `behaviour` names: it is something else, of another version,
/// in use, or cannot be read or written (`InvalidInput`, naming the file and the remedy).
pub fn start_with(config: Config, behaviour: Behaviour) -> io::Result<Running> {
    let catalogue = Index::new(config.catalogue.clone())?;
    let mut registry = registry(&config, &behaviour, &catalogue);
    let (group_commit, writer) = durability::open(behaviour.store.as_deref(), &mut registry, &catalogue)?.unzip();
    let bound = mock_ground::bind(config.bind)?;
    let url = bound.url();
    bound.run("mock-portal", move |server| async move {
        let portal = portal(config, &behaviour, catalogue, url, (registry, group_commit));
        let writing = writer.map(|writer| durability::begin(writer, &portal));
        serve(server, &portal, behaviour.connections, behaviour.body_timeout).await;
        durability::leave(&portal).await;
        writing
    })
}

fn registry(config: &Config, behaviour: &Behaviour, catalogue: &Index) -> Registry {
    let mut registry = Registry::new(Defects::new(&config.defects), Procedures::new(catalogue));
    registry.variants = Variants::new(&behaviour.variants);
    registry.limit.per_second = behaviour.limit;
    if config.hub.is_some() {
        registry.link();
    }
    registry
}

fn portal(
    config: Config,
    behaviour: &Behaviour,
    catalogue: Index,
    url: String,
    (mut registry, group_commit): (Registry, Option<GroupCommit>),
) -> Arc<Portal> {
    let faults = Faults::new(&behaviour.noise, behaviour.seed, wall_ns());
    registry.clock.skew(faults.as_ref().and_then(Faults::skew));
    let active = Active::new(registry.variants, faults);
    let switches = Switches::new(registry.defects);
    switches.set_delay(u64::try_from(behaviour.delay.as_micros()).unwrap_or(u64::MAX));
    Arc::new(Portal {
        config,
        catalogue,
        switches,
        behaviour: active,
        url,
        registry: Mutex::new(registry),
        caller: Caller::new(Caller::IN_FLIGHT),
        sign_ons: SignOns::new(wall_ns()),
        group_commit,
    })
}

async fn serve(server: Server, portal: &Arc<Portal>, connections: Policy, body_timeout: Duration) {
    let operations = openapi::operations();
    let versioned = operation::versioned(&operations);
    let stack = middleware::stack(portal, body_timeout, versioned, routes(operations, Arc::clone(portal)));
    let service = service_fn(move |request: Request<Incoming>| stack.clone().call(request.map(Body::new)));
    let service_for = |connection: &mut Connection| {
        if portal.behaviour.faults().is_some_and(|faults| faults.noises().has(Noise::Resets)) {
            connection.reset_on_close();
        }
        service.clone()
    };
    worker::begin(portal, server.stop());
    server.serve(connections, service_for).await;
}

fn routes(operations: Vec<Operation>, portal: Arc<Portal>) -> Router {
    let mut all = operation::router(operations).merge(page::routes());
    if portal.config.test_hooks {
        all = all.merge(hooks::routes());
    }
    all.fallback(async || Problem::not_found("address"))
        .method_not_allowed_fallback(async || Problem::new(Kind::MethodNotAllowed, "try another method"))
        .with_state(portal)
}
