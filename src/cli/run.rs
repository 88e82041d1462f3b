//! `vandan run`: plan, play, record, judge, report.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::{
    Arrivals, BaseUrl, Connections, Guard, Identity, LoadModel, Meters, Peer, Proxies, Purpose, RunSpec, Settings,
    SourceAddresses, Tls, lane_of,
};
use history::{Recorder, Store};
use model::words::PeerName;
use model::{Applicants, CaseId, Fact, saturating};
use report::Summary;
use verdict::Judgement;
use world::People;

use crate::args::{RunArgs, RunVerb};
use crate::compose::Composition;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::mock_lists;
use crate::mocks::Country;
use crate::progress::Watch;
use crate::results::Results;
use crate::run_facts::{self, Ending, write_ending};
use crate::run_file::Authorization;
use crate::{console, dry_run, judge, open_files, plan, planned_rows, safety, targets};

pub(crate) fn run(RunVerb { run, dry_run, json }: &RunVerb) -> Result<Exit, Failure> {
    if *dry_run { rehearse(run, *json) } else { Ok(carry_out(run, &Interrupt::of_one_run())?.exit) }
}

/// A run that was played and judged.
pub(crate) struct Judged {
    pub(crate) exit: Exit,
    pub(crate) judgement: Judgement,
    pub(crate) summary: Summary,
    /// The name of its folder.
    pub(crate) id: String,
}

/// Plays a run, judges it, and writes its folder.
pub(crate) fn carry_out(args: &RunArgs, interrupt: &Interrupt) -> Result<Judged, Failure> {
    let Prepared { mut composed, started, bundled, consent, outside, tls, proxies, sources, lanes, connections } =
        Prepared::of(args)?;
    let results = Results::create(&args.results, &composed.run.name, &started)?;
    let salt = args.salt.unwrap_or_else(|| salt(&started, &results.id));
    composed.people = Arc::new(People::clone(&composed.people).with_salt(salt));
    if !args.quiet {
        console::print_error(&plan::summary(&composed));
    }
    results.write("plan.json", &plan::json(&composed))?;
    let mut store = Store::create(&results.path("history.sqlite")).map_err(Failure::run)?;
    let country = if outside.is_none() { Some(Country::start(&composed, bundled.0, bundled.1)?) } else { None };
    let (targets, peers) = match (&outside, &country) {
        (Some((targets, peers)), _) => (targets.clone(), peers.clone()),
        (None, Some(country)) => inside(country)?,
        (None, None) => unreachable!("without a target the mocks are started"),
    };
    let plan_rows = |store: &mut Store, who: &[(CaseId, u64)]| {
        planned_rows::write(store, &composed, &peers, safety::day_of(started), who).map_err(Failure::run)
    };
    if composed.run.closed.is_none() {
        plan_rows(&mut store, &planned_rows::as_planned(&composed))?;
    }
    let mut facts = run_facts::at_start(args, &composed, &results, &started, &targets, lanes);
    facts.push((Fact::Salt, salt.to_string()));
    let trace = trace(&composed, &started, &results.id);
    facts.extend(trace.map(|trace| (Fact::TraceIdPrefix, format!("{trace:016x}"))));
    let proxy = targets.iter().find_map(|target| proxies.through(target.authority()));
    facts.extend(proxy.map(|proxy| (Fact::Proxy, proxy.to_string())));
    store.set_facts(&facts).map_err(Failure::run)?;
    results.write("run.json", &run_facts::run_json(&facts))?;
    let identity = Identity::new(env!("CARGO_PKG_VERSION"), &results.id, trace);
    let guard = safety::guard(&targets, &peers, &composed, consent.as_ref());
    let guard = guard.through(proxies, &identity).bound_to(sources);
    let settings = settings(args, &composed, connections, identity);
    let spec = spec(&composed, (targets, peers.clone()), guard, tls, settings);
    let played = play(args, &composed, spec, (store, lanes), interrupt)?;
    drop(country);
    let mut store = played.store;
    if composed.run.closed.is_some() {
        let who = store.first_dues().map_err(Failure::run)?;
        plan_rows(&mut store, &who)?;
    }
    write_ending(&mut store, &played.ending, &played.meters, &composed, lanes).map_err(Failure::run)?;
    store.close().map_err(Failure::run)?;
    if let Err(error) = &played.ending.health {
        console::print_error(&error.to_string());
    }
    // The recording is closed: `vandan judge` can judge it again.
    interrupt.run_is_over();
    let (judgement, summary) = judge::judge_into(&results.folder, &composed.rules, args.quiet)?;
    let exit = if played.ending.health.is_err() { Exit::InvalidRun } else { judgement.overall.into() };
    Ok(Judged { exit, judgement, summary, id: results.id })
}

/// What must be known, and allowed, before anything is sent.
struct Prepared {
    composed: Composition,
    started: jiff::Timestamp,
    /// How the bundled portal behaves.
    bundled: (Vec<mock_portal::Defect>, mock_portal::Behaviour),
    consent: Option<Authorization>,
    /// The portal and its peers, if they are not the bundled ones.
    outside: Option<(Vec<BaseUrl>, Vec<Peer>)>,
    tls: Tls,
    proxies: Proxies,
    sources: SourceAddresses,
    lanes: usize,
    connections: Connections,
}

impl Prepared {
    fn of(args: &RunArgs) -> Result<Self, Failure> {
        let defects = mock_lists::defects(&args.portal.defect)?;
        let mut composed = Composition::of(&args.plan)?;
        targets::set(args, &mut composed.run)?;
        let bundled = (defects, mock_lists::conduct(&args.portal, composed.seed.0)?);
        let started = now()?;
        safety::check_people(&composed)?;
        let consent = safety::consent(&composed, &started)?.cloned();
        let outside = safety::outside(args, &composed.run.targets, consent.as_ref())?;
        safety::check_rate(&composed, outside.as_ref())?;
        let tls = safety::tls(args, &composed.run)?;
        let proxies = safety::proxies(outside.as_ref(), consent.as_ref())?;
        let sources = safety::sources(args, &composed)?;
        let lanes = args.lanes.map_or_else(default_lanes, usize::from).min(64);
        let connections = connections(args, &composed, lanes)?;
        Ok(Self { composed, started, bundled, consent, outside, tls, proxies, sources, lanes, connections })
    }
}

/// Shows what would be sent, and sends nothing.
fn rehearse(args: &RunArgs, json: bool) -> Result<Exit, Failure> {
    let Prepared { mut composed, started, consent, outside, tls, proxies, sources, connections, .. } =
        Prepared::of(args)?;
    let id = Results::first_id(&composed.run.name, &started);
    let salt = args.salt.unwrap_or_else(|| salt(&started, &id));
    composed.people = Arc::new(People::clone(&composed.people).with_salt(salt));
    let is_bundled = outside.is_none();
    let nobody = || BaseUrl::parse(dry_run::BUNDLED).map_err(|error| Failure::new(Exit::OurBug, error));
    let (targets, peers) = outside.map_or_else(|| Ok((vec![nobody()?], Vec::new())), Ok::<_, Failure>)?;
    let consent = consent.as_ref();
    let identity = Identity::new(env!("CARGO_PKG_VERSION"), &id, trace(&composed, &started, &id));
    let guard = safety::guard(&targets, &peers, &composed, consent).through(proxies, &identity).bound_to(sources);
    let settings = settings(args, &composed, connections, identity);
    let spec = spec(&composed, (targets, peers), guard, tls, settings);
    let rehearsal = dry_run::Rehearsal { composed: &composed, spec: &spec, consent, is_bundled };
    console::print(&if json { rehearsal.json() } else { rehearsal.text() });
    Ok(Exit::Conforms)
}

/// Whose connections there are, and how many they may be.
fn connections(args: &RunArgs, composed: &Composition, lanes: usize) -> Result<Connections, Failure> {
    open_files::allow_all();
    let is_inside = composed.run.targets.is_empty();
    let addresses = if is_inside || args.bank.is_some() { 2 } else { 1 };
    let need = open_files::Need { lanes, addresses, is_inside };
    let limits = &composed.run.limits;
    limits.connections.within(need, limits, console::print_error)
}

/// Half of the machine for the portal, half for its people.
fn default_lanes() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() / 2).max(1)
}

#[expect(clippy::disallowed_methods, reason = "the wall clock is read when a run starts, never for its times")]
pub(crate) fn now() -> Result<jiff::Timestamp, Failure> {
    let now = jiff::Timestamp::try_from(std::time::SystemTime::now());
    now.map_err(|error| Failure::run(format!("could not read the clock of this machine: {error}")))
}

/// What makes the references of this run its own: the plan does not know it.
fn salt(started: &jiff::Timestamp, run_id: &str) -> u64 {
    model::Seed(saturating(started.as_nanosecond())).stream(run_id).below(0, 1 << 32)
}

/// What makes the trace-ids of this run its own, whatever its salt is; `None` if the adapter writes them.
fn trace(composed: &Composition, started: &jiff::Timestamp, run_id: &str) -> Option<u64> {
    let own = || model::Seed(saturating(started.as_nanosecond())).stream(run_id).below(1, u64::MAX);
    (!composed.adapter.writes_header("traceparent")).then(own)
}

fn inside(country: &Country) -> Result<(Vec<BaseUrl>, Vec<Peer>), Failure> {
    let read = |url: String| BaseUrl::parse(&url).map_err(|error| Failure::new(Exit::OurBug, error));
    let bank = Peer { name: PeerName::Bank, base: read(country.bank.url())? };
    let post = Peer { name: PeerName::Post, base: read(country.post.url())? };
    Ok((vec![read(country.portal.url())?], vec![bank, post]))
}

fn spec(
    composed: &Composition,
    (targets, peers): (Vec<BaseUrl>, Vec<Peer>),
    guard: Guard,
    tls: Tls,
    settings: Settings,
) -> RunSpec {
    let mut targets = targets.into_iter();
    let Some(target) = targets.next() else { unreachable!("a portal has an address") };
    RunSpec {
        adapter: Arc::clone(&composed.adapter),
        scripts: Arc::clone(&composed.scripts),
        assignment: composed.assignment.clone(),
        people: Arc::clone(&composed.people) as Arc<dyn Applicants>,
        staff: composed.staff.clone(),
        registrar: Some(composed.registrar.clone()),
        publications: composed.publications.clone(),
        units: composed.people.units().map(|unit| unit.code.clone()).collect(),
        timeline: Arc::clone(&composed.timeline),
        seed: composed.seed,
        target,
        also_at: targets.collect(),
        peers,
        guard,
        tls,
        settings,
    }
}

fn settings(args: &RunArgs, composed: &Composition, connections: Connections, identity: Identity) -> Settings {
    let limits = &composed.run.limits;
    Settings {
        model: composed.run.closed.map_or(LoadModel::Open, |closed| LoadModel::Closed { people: closed.people }),
        connections,
        under_way: limits.under_way,
        timeout: limits.timeout,
        outage: limits.outage,
        poll_every: limits.poll_every,
        settle: limits.settle,
        warm_up: composed.warm_up(),
        drain: limits.drain,
        final_read: limits.final_read,
        longest_answer: 4 << 20,
        identity,
        codec: args.http_client.into(),
    }
}

/// What remains of a run that was played.
struct Played {
    store: Store,
    ending: Ending,
    meters: Meters,
}

fn play(
    args: &RunArgs,
    composed: &Composition,
    spec: RunSpec,
    (store, lanes): (Store, usize),
    interrupt: &Interrupt,
) -> Result<Played, Failure> {
    let recorder = Recorder::start(store).map_err(Failure::run)?;
    let meters = Meters::new(lanes);
    let watch = Watch::start(meters.clone(), composed.people.count(), !args.quiet);
    let used_up = Arc::new(AtomicBool::new(false));
    let health = engine::run(spec, streams(composed, lanes, &used_up), &recorder, &meters, interrupt.stop());
    let cpu = watch.end();
    let (store, loss) = recorder.finish().map_err(Failure::run)?;
    Ok(Played { store, ending: Ending { health, loss, cpu, used_up: used_up.load(Ordering::Relaxed) }, meters })
}

/// The arrivals of each lane; the flag is set once one was asked for more.
fn streams(composed: &Composition, lanes: usize, used_up: &Arc<AtomicBool>) -> Vec<Arrivals> {
    let mut streams: Vec<Vec<engine::Arrival>> = vec![Vec::new(); lanes];
    let dossiers = composed.arrivals.iter().map(|arrival| (arrival, Purpose::Dossier));
    let visits = composed.visits.iter().map(|arrival| (arrival, Purpose::Visit));
    for (arrival, purpose) in dossiers.chain(visits) {
        if let Some(stream) = streams.get_mut(lane_of(arrival.unit, lanes)) {
            let due = composed.timeline.wall(arrival.due);
            stream.push(engine::Arrival { due, case: arrival.case, unit: arrival.unit, purpose });
        }
    }
    // Both are in order already; of those due at once, dossiers come first.
    for stream in &mut streams {
        stream.sort_by_key(|arrival| arrival.due);
    }
    let end = || {
        let used_up = Arc::clone(used_up);
        std::iter::from_fn(move || {
            used_up.store(true, Ordering::Relaxed);
            None
        })
    };
    streams.into_iter().map(|stream| Box::new(stream.into_iter().chain(end())) as Arrivals).collect()
}
