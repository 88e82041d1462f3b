//! Test hooks: set the clock, count, reset all state, switch defects (and, in
//! [`crate::api::test_hooks::switches`], variants and noise), slow answers down, limit clients, end sessions, read the one-time codes that were sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post, put};
use serde::{Deserialize, Serialize};

use crate::api::body::{Body, Path, json};
use crate::api::test_hooks::switches;
use crate::behaviour::defects::{Defect, Defects};
use crate::domain::moment::Moment;
use crate::domain::problem::{Flaw, Problem};
use crate::domain::procedures::Procedures;
use crate::domain::queues::Queue;
use crate::domain::states;
use crate::state::clock::{Course, wall_ns};
use crate::state::outbox::sync_state::SyncState;
use crate::state::portal::Portal;
use crate::state::registry::Registry;

/// The longest delay: a minute.
const MOST_DELAY_US: u64 = 60_000_000;
/// The widest window of a race.
const MOST_WINDOW_MS: u64 = 1_000;

pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/_test/clock", get(read_clock).put(set_clock))
        .route("/_test/state", get(count))
        .route("/_test/reset", post(reset))
        .route("/_test/defects", get(read_defects).put(set_defects))
        .route("/_test/delay", put(set_delay))
        .route("/_test/limit", put(set_limit))
        .route("/_test/sessions", put(set_lifetime))
        .route("/_test/codes/{citizen_number}", get(read_code))
        .merge(switches::routes())
}

#[derive(Deserialize)]
struct Setting {
    now: String,
    #[serde(default = "real_speed")]
    speed: f64,
    until: Option<String>,
}

fn real_speed() -> f64 {
    1.0
}

impl Setting {
    fn check(&self) -> Result<Course, Problem> {
        let mut flaws = Vec::new();
        let mut flaw = |field: &'static str, message: &'static str| flaws.push(Flaw::new(field, message));
        let now = Moment::parse(&self.now);
        let until = self.until.as_deref().map(Moment::parse);
        if now.is_none() {
            flaw("now", "must be an instant of RFC 3339");
        }
        if until == Some(None) {
            flaw("until", "must be an instant of RFC 3339");
        }
        if !(self.speed.is_finite() && self.speed >= 0.0) {
            flaw("speed", "must be finite and not negative");
        }
        match now {
            Some(now) if flaws.is_empty() => Ok(Course { now, speed: self.speed, until: until.flatten() }),
            Some(_) | None => Err(Problem::fields(flaws)),
        }
    }
}

async fn set_clock(State(portal): State<Arc<Portal>>, Body(setting): Body<Setting>) -> Result<Response, Problem> {
    let course = setting.check()?;
    let mut registry = portal.registry();
    let wall = wall_ns();
    registry.clock.set(course, wall);
    Ok(json(StatusCode::OK, &registry.clock.read(wall)))
}

async fn read_clock(State(portal): State<Arc<Portal>>) -> Response {
    json(StatusCode::OK, &portal.registry().clock.read(wall_ns()))
}

#[derive(Serialize)]
struct Counts {
    dossiers: usize,
    by_state: BTreeMap<states::State, u64>,
    waiting: Waiting,
    payments: u64,
    sessions: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sync: Option<Synced>,
    now: Moment,
}

/// How many dossiers are in which sync state.
#[derive(Serialize)]
struct Synced {
    by_state: BTreeMap<SyncState, usize>,
    /// How many packets that were handed down were refused.
    untaken: u64,
}

#[derive(Serialize)]
struct Waiting {
    intake: usize,
    post: usize,
}

async fn count(State(portal): State<Arc<Portal>>) -> Response {
    let mut registry = portal.registry();
    let units: Vec<String> = registry.units.keys().cloned().collect();
    let intake = units.iter().map(|unit| registry.waiting(Queue::Intake, unit)).sum();
    let counts = Counts {
        dossiers: registry.len(),
        by_state: registry.states.clone(),
        waiting: Waiting { intake, post: registry.waiting(Queue::Post, "") },
        payments: registry.payments(),
        sessions: registry.sessions.len(),
        sync: registry.sync_census().map(|(by_state, untaken)| Synced { by_state, untaken }),
        now: registry.clock.now(wall_ns()),
    };
    json(StatusCode::OK, &counts)
}

/// The defects to switch on.
#[derive(Deserialize)]
struct Wrong {
    on: Vec<String>,
    /// The window of races, from check to act.
    window_ms: Option<u64>,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    is_on: bool,
    breaks: &'static [&'static str],
    may_break: &'static [&'static str],
    description: &'static str,
}

#[derive(Serialize)]
struct AllDefects {
    items: Vec<Listed>,
}

async fn read_defects(State(portal): State<Arc<Portal>>) -> Response {
    let on = portal.switches.get();
    let listed = |defect: &Defect| Listed {
        name: defect.name(),
        is_on: on.has(*defect),
        breaks: defect.breaks(),
        may_break: defect.may_break(),
        description: defect.description(),
    };
    json(StatusCode::OK, &AllDefects { items: Defect::ALL.iter().map(listed).collect() })
}

/// Switches defects on, and all others off.
async fn set_defects(State(portal): State<Arc<Portal>>, Body(wrong): Body<Wrong>) -> Result<Response, Problem> {
    let known: Option<Vec<Defect>> = wrong.on.iter().map(|name| Defect::from_name(name)).collect();
    let defects = Defects::new(&known.ok_or_else(|| Problem::field("on", "names a defect that does not exist"))?);
    portal.switches.set(defects);
    if let Some(window_ms) = wrong.window_ms {
        portal.switches.set_window(window_ms.min(MOST_WINDOW_MS));
    }
    let mut registry = portal.registry();
    registry.defects = defects;
    registry.sessions.is_endless = defects.has(Defect::ExpIgnored);
    Ok(json(StatusCode::OK, &Switched { on: defects.iter().map(Defect::name).collect() }))
}

#[derive(Serialize)]
struct Switched {
    on: Vec<&'static str>,
}

#[derive(Deserialize, Serialize)]
struct Delay {
    /// From the arrival of a request to its answer, in microseconds; 0 is as fast as can be.
    delay_us: u64,
}

async fn set_delay(State(portal): State<Arc<Portal>>, Body(delay): Body<Delay>) -> Result<Response, Problem> {
    if delay.delay_us > MOST_DELAY_US {
        return Err(Problem::field("delay_us", "must be 0 to 60,000,000"));
    }
    portal.switches.set_delay(delay.delay_us);
    Ok(json(StatusCode::OK, &delay))
}

#[derive(Deserialize, Serialize)]
struct LimitSetting {
    /// Requests a second for each token; none lifts the limit.
    per_second: Option<u32>,
}

async fn set_limit(State(portal): State<Arc<Portal>>, Body(setting): Body<LimitSetting>) -> Response {
    portal.registry().limit.per_second = setting.per_second;
    json(StatusCode::OK, &setting)
}

#[derive(Deserialize, Serialize)]
struct Lifetime {
    /// How long sessions last, in milliseconds of wall time, those that are open included.
    lifetime_ms: u64,
}

async fn set_lifetime(State(portal): State<Arc<Portal>>, Body(lifetime): Body<Lifetime>) -> Response {
    let mut registry = portal.registry();
    registry.sessions.lifetime_ns = lifetime.lifetime_ms.saturating_mul(1_000_000);
    registry.unsaved.is_set = true;
    json(StatusCode::OK, &lifetime)
}

#[derive(Serialize)]
struct Code<'sent> {
    code: &'sent str,
}

/// The one-time code that was sent last.
async fn read_code(State(portal): State<Arc<Portal>>, Path(number): Path<u64>) -> Result<Response, Problem> {
    let registry = portal.registry();
    let code = registry.codes.read(number).ok_or_else(|| Problem::not_found("code"))?;
    Ok(json(StatusCode::OK, &Code { code }))
}

#[derive(Serialize)]
struct Emptied {
    dossiers: usize,
}

/// Resets all state: no dossiers, no sessions, the first catalogue, real time.
async fn reset(State(portal): State<Arc<Portal>>) -> Response {
    let mut registry = portal.registry();
    let mut new = Registry::new(portal.switches.get(), Procedures::new(&portal.catalogue));
    new.clock.skew(portal.behaviour.faults().and_then(|faults| faults.skew()));
    if portal.config.hub.is_some() {
        new.link();
    }
    registry.start_over(new);
    json(StatusCode::OK, &Emptied { dossiers: 0 })
}
