//! `vandan run`: plan, play, record, judge, report.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use engine::{Arrivals, Authority, Guard, Meters, Peer, Purpose, RunSpec, Settings, lane_of};
use history::{CalendarDay, Figure, PlannedDossier, Recorder, Store, Target};
use model::Applicants;
use model::words::{PaymentMethod, ReturnMethod};
use verdict::Measure;
use world::{Period, Population, Realism, Rendered};

use crate::args::RunArgs;
use crate::compose::Composition;
use crate::exit::{Exit, Failure};
use crate::mock_lists;
use crate::mocks::Country;
use crate::outcome_facts::{Ending, write_ending};
use crate::progress::Watch;
use crate::results::Results;
use crate::run_file::Authorization;
use crate::{console, estimate, judge, open_files, plan};

pub(crate) fn run(args: &RunArgs) -> Result<Exit, Failure> {
    let defects = mock_lists::defects(&args.portal.defect)?;
    let mut composed = Composition::of(&args.plan)?;
    let conduct = mock_lists::conduct(&args.portal, composed.seed.0)?;
    let started = now();
    check_people(args, &composed)?;
    let consent = consent(args, &composed, &started)?.cloned();
    let outside = outside(args, consent.as_ref())?;
    let lanes = args.lanes.map_or_else(default_lanes, usize::from).min(64);
    check_open_files(args, &composed, lanes)?;
    let results = Results::create(&args.results, &composed.run.name, &started)?;
    let salt = args.salt.unwrap_or_else(|| salt(&started, &results.id));
    composed.population = Arc::new(Population::clone(&composed.population).with_salt(salt));
    if !args.quiet {
        console::print_error(&plan::summary(&composed));
    }
    results.write("plan.json", &plan::json(&composed))?;
    let mut store = Store::create(&results.path("history.sqlite")).map_err(Failure::run)?;
    let country = if outside.is_none() { Some(Country::start(&composed, defects, conduct)?) } else { None };
    let (target, peers) = match (&outside, &country) {
        (Some((target, peers)), _) => (target.clone(), peers.clone()),
        (None, Some(country)) => inside(country)?,
        (None, None) => unreachable!("without a target the mocks are started"),
    };
    write_plan(&mut store, &composed, &peers, day_of(started)).map_err(Failure::run)?;
    let mut facts = facts(args, &composed, &results, &started, &target, lanes);
    facts.push(("salt", salt.to_string()));
    store.set_facts(facts.iter().map(|(name, value)| (*name, value.clone()))).map_err(Failure::run)?;
    results.write("run.json", &run_json(&facts))?;
    let guard = guard(&target, &peers, &composed, consent.as_ref());
    let spec = spec(&composed, target, peers, guard, &results.id);
    let played = play(args, &composed, spec, store, lanes)?;
    drop(country);
    let mut store = played.store;
    write_ending(&mut store, &played.ending, &played.meters, &composed, lanes).map_err(Failure::run)?;
    store.close().map_err(Failure::run)?;
    if let Err(error) = &played.ending.health {
        console::print_error(&error.to_string());
    }
    // The recording is closed: `vandan judge` can judge it again.
    played.is_over.store(true, Ordering::Relaxed);
    let exit = judge::judge_into(&results.folder, &composed.rules, args.quiet)?;
    Ok(if played.ending.health.is_err() { Exit::InvalidRun } else { exit })
}

/// A run whose portal is played in this process is refused where both cannot have their connections: they could not be told
/// apart. One against a portal outside is warned, for it may need fewer; what it lacks then is recorded and makes it invalid.
fn check_open_files(args: &RunArgs, composed: &Composition, lanes: usize) -> Result<(), Failure> {
    open_files::allow_all();
    let is_inside = args.target.is_none();
    let addresses = if is_inside || args.bank.is_some() { 2 } else { 1 };
    let need = open_files::Need { lanes, connections: composed.run.limits.connections, addresses, is_inside };
    match open_files::lack(need) {
        Some(lack) if is_inside => Err(Failure::run(lack)),
        Some(lack) => {
            console::print_error(&format!("note: {lack}"));
            Ok(())
        }
        None => Ok(()),
    }
}

/// Half of the machine for the portal, half for its people.
fn default_lanes() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() / 2).max(1)
}

#[expect(clippy::disallowed_methods, reason = "the wall clock is read once, when a run starts")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::try_from(std::time::SystemTime::now()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// What makes the references of this run its own: the plan does not know it.
fn salt(started: &jiff::Timestamp, run_id: &str) -> u64 {
    let instant = u64::try_from(started.as_nanosecond()).unwrap_or_default();
    model::Seed(instant).stream(run_id).below(0, 1 << 32)
}

/// The day in Vietnam.
fn day_of(instant: jiff::Timestamp) -> jiff::civil::Date {
    model::SimTime(instant.as_millisecond()).day()
}

/// Nobody may leave this machine who could be a real person, unless the owner of the portal has allowed it.
fn check_people(args: &RunArgs, composed: &Composition) -> Result<(), Failure> {
    if composed.run.realism == Realism::Realistic {
        let target = args.target.as_ref().and_then(|url| Authority::parse(url).ok());
        if composed.run.authorization.is_some() || target.is_none_or(|target| target.is_loopback()) {
            return Ok(());
        }
        let message = "refused: `identity: realistic` makes numbers that may be somebody's, and the target is not this machine\nleave it out, or let the run file carry an `authorization` block";
        return Err(Failure::new(Exit::Refused, message));
    }
    let mut texts = Rendered::default();
    for id in composed.population.ids() {
        let identity = composed.population.identity(id);
        composed.population.render(&identity, &mut texts);
        if let Some(exposed) = world::exposed(&texts).first() {
            return Err(Failure::new(Exit::Refused, format!("refused: case {id}: {exposed}")));
        }
    }
    Ok(())
}

/// The consent that a run outside needs or has; one that has run out, or allows less than planned, is refused.
fn consent<'a>(
    args: &RunArgs,
    composed: &'a Composition,
    started: &jiff::Timestamp,
) -> Result<Option<&'a Authorization>, Failure> {
    let Some(consent) = composed.run.authorization.as_ref().filter(|_| args.target.is_some()) else { return Ok(None) };
    if day_of(*started) > consent.until {
        let Authorization { by, host, until, .. } = consent;
        let message = format!("refused: the authorization by {by} for {host} ended on {until}");
        return Err(Failure::new(Exit::Refused, message));
    }
    match estimate::refusal(composed) {
        Some(reason) => Err(Failure::new(Exit::Refused, format!("refused: {reason}"))),
        None => Ok(Some(consent)),
    }
}

/// The portal and peers named on the command line, if any.
fn outside(args: &RunArgs, consent: Option<&Authorization>) -> Result<Option<(Authority, Vec<Peer>)>, Failure> {
    let read = |url: &String| -> Result<Authority, Failure> {
        let authority = Authority::parse(url)
            .map_err(|error| Failure::new(Exit::InvalidConfiguration, format!("could not {error}")))?;
        let is_covered = |consent: &Authorization| consent.host.covers(&authority) || consent.also.contains(&authority);
        if authority.is_loopback() || consent.is_some_and(is_covered) {
            return Ok(authority);
        }
        let named = consent.map(|consent| format!(" nor at {}, which {} allows", consent.host, consent.by));
        Err(Failure::new(
            Exit::Refused,
            format!(
                "refused: {authority} is not this machine{}\nload goes to loopback only, unless the run file carries an `authorization` block:\n  authorization: {{ by: name of who allows it, host: {}, until: 2026-12-31, max_rate: 50 }}",
                named.unwrap_or_default(),
                authority.host()
            ),
        ))
    };
    let Some(target) = args.target.as_ref().map(read).transpose()? else { return Ok(None) };
    let peers = [("bank", &args.bank), ("post", &args.post)];
    let peers = peers
        .into_iter()
        .filter_map(|(name, url)| Some(read(url.as_ref()?).map(|authority| Peer { name, authority })))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some((target, peers)))
}

/// Who may be spoken to, and how fast: the portal, its peers, what the run file lists, and nothing else.
fn guard(target: &Authority, peers: &[Peer], composed: &Composition, consent: Option<&Authorization>) -> Guard {
    let peers = peers.iter().map(|peer| &peer.authority);
    let listed = consent.into_iter().flat_map(|consent| consent.also.iter().chain(consent.host.door()));
    let doors = [target].into_iter().chain(peers).chain(listed).chain(&composed.run.links);
    let guard = Guard::of(doors.cloned());
    match consent {
        Some(consent) => guard.at_most(consent.max_rate),
        None => guard,
    }
}

fn inside(country: &Country) -> Result<(Authority, Vec<Peer>), Failure> {
    let read = |url: String| Authority::parse(&url).map_err(|error| Failure::new(Exit::OurBug, error));
    let bank = Peer { name: "bank", authority: read(country.bank.url())? };
    let post = Peer { name: "post", authority: read(country.post.url())? };
    Ok((read(country.portal.url())?, vec![bank, post]))
}

fn write_plan(
    store: &mut Store,
    composed: &Composition,
    peers: &[Peer],
    today: jiff::civil::Date,
) -> Result<(), history::HistoryError> {
    let mut planned = BTreeSet::new();
    // In pieces, so that a large population never stands in memory as a whole.
    for arrivals in composed.arrivals.chunks(10_000) {
        let cases: Vec<_> = arrivals.iter().map(|arrival| composed.population.case(arrival.case)).collect();
        planned.extend(cases.iter().flat_map(planned_of));
        store.plan_dossiers(cases.iter().zip(arrivals).map(|(case, arrival)| PlannedDossier {
            case,
            province: composed.province.name(),
            due: composed.timeline.wall(arrival.due),
        }))?;
    }
    // A part of the dossiers, or several times as many, cannot realise figures about all of them.
    let part = (composed.population.count() != composed.province.count())
        .then(|| format!("the run plays {} of {} dossiers", composed.population.count(), composed.province.count()));
    let figures: Vec<_> = world::figure_rows(&composed.province)
        .into_iter()
        .map(|row| Figure {
            id: row.figure_id,
            document: row.document,
            name: row.name,
            scope: row.scope,
            value: row.value,
            unit: row.unit,
            precision: row.precision,
            quote: row.quote,
            measured_by: row.measured_by.filter(|_| part.is_none()),
            not_realised: row.not_realised.or_else(|| part.clone()),
            tolerance: row.tolerance,
        })
        .collect();
    let calendar: Vec<_> = world::calendar_rows(&composed.province, &composed.calendar, today)
        .into_iter()
        .map(|row| CalendarDay {
            day: row.day,
            working: row.working,
            working_days_before: row.working_days_before,
            note: row.note,
        })
        .collect();
    let gates: Vec<_> = composed.run.gates.iter().map(|(claim, _)| claim.clone()).collect();
    let mut capabilities = composed.adapter.capabilities();
    capabilities.extend(peers.iter().map(|peer| format!("peer:{}", peer.name)));
    capabilities.extend((!composed.publications.is_empty()).then(|| "publications".to_owned()));
    capabilities.extend(planned.into_iter().map(str::to_owned));
    store.plan_publications(composed.publications.iter().map(|change| (change.due, &change.offer)))?;
    store.plan_context(&figures, &calendar, &capabilities, &gates)?;
    store.plan_targets(&targets(composed, part.as_deref()))
}

/// What a dossier gives rules to examine, as capabilities: a rule about what nobody planned does not apply.
fn planned_of(case: &model::Case) -> impl Iterator<Item = &'static str> + use<> {
    let (has_fee, payment) = (case.fee > model::Vnd::ZERO, case.payment);
    [
        (case.returns == ReturnMethod::Post, "planned:post_return"),
        (has_fee && payment == PaymentMethod::Online, "planned:online_payment"),
        (has_fee && matches!(payment, PaymentMethod::Online | PaymentMethod::Counter), "planned:payment_before"),
        (has_fee && payment != PaymentMethod::None, "planned:payment"),
    ]
    .into_iter()
    .filter_map(|(is_planned, name)| is_planned.then_some(name))
}

/// The targets as the history has them; a part of the dossiers can answer none.
fn targets(composed: &Composition, part: Option<&str>) -> Vec<Target> {
    let rows = world::target_rows(&composed.targets, &composed.province).into_iter();
    let target = |row: world::TargetRow| Target {
        id: row.id,
        title: row.title,
        title_vi: row.title_vi,
        document: row.document,
        figure: row.figure,
        denominator: row.denominator,
        comparison: row.comparison,
        value: row.value,
        measured_by: row.measured_by.filter(|_| part.is_none()),
        not_shown: row.not_shown.or_else(|| part.map(str::to_owned)),
    };
    rows.map(target).collect()
}

/// The command as it was typed, quoted where a shell needs it.
fn typed() -> String {
    let quoted = |argument: String| {
        let is_plain = argument.chars().all(|sign| sign.is_ascii_alphanumeric() || "-_./:=".contains(sign));
        if is_plain { argument } else { format!("'{argument}'") }
    };
    std::iter::once("vandan".to_owned()).chain(std::env::args().skip(1).map(quoted)).collect::<Vec<_>>().join(" ")
}

type Facts = Vec<(&'static str, String)>;

fn facts(
    args: &RunArgs,
    composed: &Composition,
    results: &Results,
    started: &jiff::Timestamp,
    target: &Authority,
    lanes: usize,
) -> Facts {
    let limits = &composed.run.limits;
    let mut facts = vec![
        ("run_id", results.id.clone()),
        ("run_file", args.plan.run.clone()),
        ("command", typed()),
        ("title", composed.run.title.clone()),
        ("province", composed.province.name().to_owned()),
        ("seed", composed.seed.0.to_string()),
        ("started_at", started.to_string()),
        ("vandan_version", env!("CARGO_PKG_VERSION").to_owned()),
        ("folder", results.folder.display().to_string()),
        ("target", format!("http://{target}")),
        ("adapter", composed.adapter.name.clone()),
        ("lanes", lanes.to_string()),
        ("planned", composed.population.count().to_string()),
        ("plan_digest", composed.plan.digest.clone()),
        ("simulated_from", composed.timeline.start().to_string()),
        ("simulated_until", composed.timeline.end().to_string()),
        ("load_ends_ns", composed.timeline.wall_end().to_string()),
        ("scheduling_delay_limit_ns", scheduling_delay_limit(composed).as_nanos().to_string()),
        ("dropped_share_limit", limits.dropped_share.to_string()),
    ];
    facts.extend(composed.digests.clone());
    facts.extend(composed.run.require.facts());
    if let Some(visits) = &composed.plan.visits {
        facts.push(("visits_planned", visits.count.to_string()));
    }
    let portal = &args.portal;
    facts.extend((!portal.defect.is_empty()).then(|| ("defects", portal.defect.join(", "))));
    facts.extend((!portal.variant.is_empty()).then(|| ("variants", portal.variant.join(", "))));
    facts.extend((!portal.noise.is_empty()).then(|| ("noise", portal.noise.join(", "))));
    let period = Period { from: composed.timeline.start().day(), until: composed.timeline.end().day() };
    if let Some(cutoff) = composed.calendar.same_day_before(period) {
        facts.push(("receipt_cutoff", cutoff.strftime("%H:%M").to_string()));
    }
    if !composed.adapter.dossier_code_pattern.is_empty() {
        facts.push(("dossier_code_pattern", composed.adapter.dossier_code_pattern.clone()));
    }
    facts
}

/// How late 99 % of exchanges may leave: 5 ms, or 2 % of the tightest latency gate if that is more.
fn scheduling_delay_limit(composed: &Composition) -> Duration {
    let tightest = composed.run.gates.iter().filter_map(|(_, gate)| match gate.measure {
        Measure::Latency { limit_ns, .. } => Some(limit_ns),
        Measure::Errors { .. } => None,
    });
    let share = Duration::from_nanos(tightest.min().unwrap_or(0) / 50);
    composed.run.limits.scheduling_delay.unwrap_or_else(|| share.max(Duration::from_millis(5)))
}

fn run_json(facts: &Facts) -> String {
    let facts: serde_json::Map<_, _> =
        facts.iter().map(|(name, value)| ((*name).to_owned(), serde_json::Value::from(value.as_str()))).collect();
    let text = serde_json::to_string_pretty(&serde_json::Value::Object(facts));
    text.unwrap_or_else(|error| unreachable!("texts are always JSON: {error}"))
}

fn spec(composed: &Composition, target: Authority, peers: Vec<Peer>, guard: Guard, run_id: &str) -> RunSpec {
    let limits = &composed.run.limits;
    RunSpec {
        adapter: Arc::clone(&composed.adapter),
        scripts: Arc::clone(&composed.scripts),
        assignment: composed.assignment.clone(),
        people: Arc::clone(&composed.population) as Arc<dyn Applicants>,
        staff: composed.staff.clone(),
        registrar: Some(composed.registrar.clone()),
        publications: composed.publications.clone(),
        units: composed.province.units().iter().map(|unit| unit.code.clone()).collect(),
        timeline: Arc::clone(&composed.timeline),
        seed: composed.seed,
        target,
        peers,
        guard,
        settings: Settings {
            connections: limits.connections,
            under_way: limits.under_way,
            timeout: limits.timeout,
            poll_every: limits.poll_every,
            drain: limits.drain,
            final_read: limits.final_read,
            longest_answer: 4 << 20,
            user_agent: format!("vandan/{} (run {run_id})", env!("CARGO_PKG_VERSION")),
        },
    }
}

/// What remains of a run that was played.
struct Played {
    /// Set when the run is over: from then on Ctrl-C ends vandan at once.
    is_over: Arc<AtomicBool>,
    store: Store,
    ending: Ending,
    meters: Meters,
}

fn play(args: &RunArgs, composed: &Composition, spec: RunSpec, store: Store, lanes: usize) -> Result<Played, Failure> {
    let recorder = Recorder::start(store).map_err(Failure::run)?;
    let meters = Meters::new(lanes);
    let (stop, is_over) = stop_on_interrupt();
    let watch = Watch::start(meters.clone(), composed.population.count(), !args.quiet);
    let health = engine::run(spec, streams(composed, lanes), &recorder, &meters, &stop);
    let cpu = watch.end();
    let (store, loss) = recorder.finish().map_err(Failure::run)?;
    Ok(Played { is_over, store, ending: Ending { health, loss, cpu }, meters })
}

/// The arrivals of each lane.
fn streams(composed: &Composition, lanes: usize) -> Vec<Arrivals> {
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
    streams.into_iter().map(|stream| Box::new(stream.into_iter()) as Arrivals).collect()
}

/// The first Ctrl-C ends the run cleanly; the second, or one after the run is over (then the second flag is set), ends at once.
fn stop_on_interrupt() -> (Arc<AtomicBool>, Arc<AtomicBool>) {
    let [stop, is_over] = [false, false].map(|flag| Arc::new(AtomicBool::new(flag)));
    let (seen, over) = (Arc::clone(&stop), Arc::clone(&is_over));
    let times = AtomicUsize::new(0);
    let set = ctrlc::set_handler(move || {
        seen.store(true, Ordering::Relaxed);
        if times.fetch_add(1, Ordering::Relaxed) == 0 && !over.load(Ordering::Relaxed) {
            console::print_error("\nending: what is under way is finished, then judged (Ctrl-C again ends at once)");
        } else {
            #[expect(clippy::exit, reason = "the user asked twice, or nothing is left to be finished")]
            std::process::exit(i32::from(Exit::Aborted.code()));
        }
    });
    if set.is_err() {
        console::print_error("note: Ctrl-C will end the run without a judgement (no handler could be set)");
    }
    (stop, is_over)
}
