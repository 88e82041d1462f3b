//! The server: one thread, one current-thread runtime, one loopback listener; and one more thread that writes, where a store is
//! kept.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime;
use tokio::sync::watch;
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
use crate::ground::connections::{self, CloseMode, Policy};
use crate::ground::limits::ConnectionLimits;
use crate::ground::outgoing::Caller;
use crate::hub_link::worker;
use crate::middleware;
use crate::state::clock::wall_ns;
use crate::state::config::{Behaviour, Config};
use crate::state::durability;
use crate::state::portal::Portal;
use crate::state::registry::Registry;
use crate::state::sign_ons::SignOns;
use crate::state::store::GroupCommit;

/// How many connections may wait to be accepted, so that a burst is not answered by lost packets.
const BACKLOG: u32 = 4_096;

/// A reference portal that listens. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    /// Says that it is time to stop; dropping it says so too.
    stop: watch::Sender<bool>,
    /// `None` once the thread was joined.
    thread: Option<JoinHandle<()>>,
}

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
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        listen(config.bind)?
    };
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let thread = thread::Builder::new().name("mock-portal".to_owned()).spawn(move || {
        let portal = portal(config, &behaviour, catalogue, address, (registry, group_commit));
        let writing = writer.map(|writer| durability::begin(writer, &portal, &runtime));
        runtime.block_on(serve(listener, Arc::clone(&portal), behaviour.connection_limits, stopped));
        runtime.block_on(durability::leave(&portal));
        runtime.shutdown_background();
        // A panic was already reported on its own thread.
        drop(writing.map(JoinHandle::join));
    })?;
    Ok(Running { address, stop, thread: Some(thread) })
}

impl Running {
    /// The address it listens on, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no new connections, lets open ones finish for at most a second, and ends.
    pub fn stop(self) {
        drop(self);
    }

    /// Blocks until the server ends.
    pub fn wait(mut self) {
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the server was already reported on its own thread, and there is no one to report to here.
            drop(thread.join());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.join();
    }
}

fn listen(bind: SocketAddr) -> io::Result<TcpListener> {
    let socket = if bind.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(bind)?;
    socket.listen(BACKLOG)
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
    address: SocketAddr,
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
        url: format!("http://{address}"),
        registry: Mutex::new(registry),
        caller: Caller::new(),
        sign_ons: SignOns::new(wall_ns()),
        group_commit,
    })
}

async fn serve(listener: TcpListener, portal: Arc<Portal>, limits: ConnectionLimits, stopped: watch::Receiver<bool>) {
    let operations = openapi::operations();
    let versioned = operation::versioned(&operations);
    let routes = routes(operations, Arc::clone(&portal));
    let stack = middleware::stack(&portal, limits.body, versioned, routes);
    let serving = Arc::clone(&portal);
    let close_mode = move || {
        let resets = portal.behaviour.faults().is_some_and(|faults| faults.noises().has(Noise::Resets));
        if resets { CloseMode::Reset } else { CloseMode::Graceful }
    };
    let service = move |request: Request<Incoming>| stack.clone().call(request.map(Body::new));
    worker::begin(&serving, stopped.clone());
    connections::serve(listener, Policy { limits, close_mode }, service, stopped).await;
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
