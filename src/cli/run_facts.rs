//! What a run says of itself, by which its recording is judged: the table `run` of its history, and `run.json`.

use std::time::Duration;

use engine::{ArrivalCounts, BaseUrl, EngineError, Health, Meters, Outage};
use history::{RecorderLoss, Store};
use model::{Applicants, ArrivalFacts, Fact, fitting, nanoseconds};
use verdict::Measure;
use world::Period;

use crate::args::RunArgs;
use crate::compose::Composition;
use crate::cpu::LaneCpu;
use crate::results::Results;
use crate::run_file::{Closed, Require};

/// The command as it was typed, quoted where a shell needs it.
pub(crate) fn typed() -> String {
    let quoted = |argument: String| {
        let is_plain = argument.chars().all(|sign| sign.is_ascii_alphanumeric() || "-_./:=".contains(sign));
        if is_plain { argument } else { format!("'{argument}'") }
    };
    std::iter::once("vandan".to_owned()).chain(std::env::args().skip(1).map(quoted)).collect::<Vec<_>>().join(" ")
}

pub(crate) type Facts = Vec<(Fact, String)>;

/// How a run fared once it was played.
pub(crate) struct Ending {
    pub(crate) health: Result<Health, EngineError>,
    pub(crate) loss: RecorderLoss,
    pub(crate) cpu: LaneCpu,
    /// Whether more people were wanted than there were.
    pub(crate) used_up: bool,
}

/// The facts that are known when a run begins.
pub(crate) fn at_start(
    args: &RunArgs,
    composed: &Composition,
    results: &Results,
    started: &jiff::Timestamp,
    targets: &[BaseUrl],
    lanes: usize,
) -> Facts {
    let limits = &composed.run.limits;
    let mut facts = vec![
        (Fact::RunId, results.id.clone()),
        (Fact::RunFile, args.plan.run().to_owned()),
        (Fact::Command, typed()),
        (Fact::Title, composed.run.title.clone()),
        (Fact::Province, composed.provinces()),
        (Fact::Seed, composed.seed.0.to_string()),
        (Fact::StartedAt, started.to_string()),
        (Fact::VandanVersion, env!("CARGO_PKG_VERSION").to_owned()),
        (Fact::Folder, results.folder.display().to_string()),
        (Fact::Target, crate::targets::all(targets)),
        (Fact::Adapter, composed.adapter.name.clone()),
        (Fact::Lanes, lanes.to_string()),
        (Fact::Connections, limits.connections.to_string()),
        (Fact::PlanDigest, composed.plan.digest.clone()),
        (Fact::SimulatedFrom, composed.timeline.start().to_string()),
        (Fact::SimulatedUntil, composed.timeline.end().to_string()),
        (Fact::LoadEndsNs, composed.timeline.wall_end().to_string()),
        (Fact::SchedulingDelayLimitNs, scheduling_delay_limit(composed).as_nanos().to_string()),
        (Fact::DroppedShareLimit, limits.dropped_share.to_string()),
    ];
    facts.extend(composed.digests.clone());
    match (composed.run.closed, &composed.run.load) {
        (Some(Closed { people, .. }), _) => facts.push((Fact::ClosedPeople, people.to_string())),
        (None, shape) => {
            facts.push((Fact::Planned, composed.people.count().to_string()));
            facts.extend(shape.as_ref().map(|shape| (Fact::LoadShape, shape.to_string())));
        }
    }
    if composed.run.closed.is_some() || composed.run.load.is_some() {
        facts.push((Fact::WarmUpEndsNs, nanoseconds(composed.warm_up()).to_string()));
    }
    let Require { rules, areas } = &composed.run.require;
    facts.extend(rules.map(|rules| (Fact::RequireRules, rules.to_string())));
    facts.extend((!areas.is_empty()).then(|| (Fact::RequireAreas, areas.join(", "))));
    if let Some(visits) = &composed.plan.visits {
        facts.push((Fact::VisitsPlanned, visits.count.to_string()));
    }
    facts.extend(args.tls.insecure.then(|| (Fact::Insecure, Fact::claim(true).to_owned())));
    let portal = &args.portal;
    facts.extend((!portal.defect.is_empty()).then(|| (Fact::Defects, portal.defect.join(", "))));
    facts.extend((!portal.variant.is_empty()).then(|| (Fact::Variants, portal.variant.join(", "))));
    facts.extend((!portal.noise.is_empty()).then(|| (Fact::Noise, portal.noise.join(", "))));
    let period = Period { from: composed.timeline.start().day(), until: composed.timeline.end().day() };
    if let Some(cutoff) = composed.calendar.same_day_before(period) {
        facts.push((Fact::ReceiptCutoff, cutoff.strftime("%H:%M").to_string()));
    }
    if !composed.adapter.dossier_code_pattern.is_empty() {
        facts.push((Fact::DossierCodePattern, composed.adapter.dossier_code_pattern.clone()));
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

pub(crate) fn run_json(facts: &Facts) -> String {
    let facts: serde_json::Map<_, _> =
        facts.iter().map(|(fact, value)| (fact.name().to_owned(), serde_json::Value::from(value.as_str()))).collect();
    let text = serde_json::to_string_pretty(&serde_json::Value::Object(facts));
    text.unwrap_or_else(|error| unreachable!("texts are always JSON: {error}"))
}

/// Writes what became of all arrivals, how the generator fared, and how much was recorded.
pub(crate) fn write_ending(
    store: &mut Store,
    ending: &Ending,
    meters: &Meters,
    composed: &Composition,
    lanes: usize,
) -> Result<(), history::HistoryError> {
    let snapshot = meters.snapshot();
    let claim = |is_so| Fact::claim(is_so).to_owned();
    let mut facts: Facts = vec![(Fact::RecorderLost, ending.loss.0.to_string())];
    let mut dossiers = u64::from(composed.people.count());
    if composed.run.closed.is_some() {
        dossiers = snapshot.dossiers.started + snapshot.dossiers.dropped;
        facts.push((Fact::Planned, dossiers.to_string()));
    }
    facts.extend(arrival_facts(ArrivalFacts::DOSSIERS, snapshot.dossiers, dossiers));
    if let Some(visits) = &composed.plan.visits {
        facts.extend(arrival_facts(ArrivalFacts::VISITS, snapshot.visits, visits.count));
    }
    if let Ok(health) = &ending.health {
        let wall = Duration::from_nanos(composed.timeline.wall_end()).as_secs_f64().max(0.001);
        let share = ending.cpu.seconds / wall / f64::from(fitting::<_, u32>(lanes, "lanes are few"));
        facts.extend([
            (Fact::SchedulingDelayP50Ns, health.scheduling_delay_p50.to_string()),
            (Fact::SchedulingDelayP99Ns, health.scheduling_delay_p99.to_string()),
            (Fact::SchedulingDelayMaxNs, health.scheduling_delay_max.to_string()),
            (Fact::PollSchedulingDelayP99Ns, health.poll_scheduling_delay_p99.to_string()),
            (Fact::PollSchedulingDelayMaxNs, health.poll_scheduling_delay_max.to_string()),
            (Fact::Quiescent, claim(health.quiescent && health.read_back)),
            (Fact::PeersSettled, claim(health.peers_settled)),
            (Fact::CpuShare, format!("{share:.3}")),
            (Fact::Finished, claim(true)),
        ]);
        facts.extend((!health.http.is_empty()).then(|| (Fact::Http, health.http.clone())));
        if health.requests.len() > 1 {
            let requests: Vec<_> = health.requests.iter().map(|(target, count)| format!("{target} {count}")).collect();
            facts.push((Fact::RequestsByTarget, requests.join(", ")));
        }
        let strangers = &health.strangers;
        if strangers.count > 0 {
            facts.extend([
                (Fact::Strangers, strangers.count.to_string()),
                (Fact::FirstStranger, strangers.first.clone()),
            ]);
        }
        if health.aborted {
            facts.push((Fact::Aborted, claim(true)));
        }
        facts.extend(outages(health));
    }
    let used_up = (composed.run.closed.is_some() && ending.used_up).then(|| {
        let people = composed.people.count();
        format!("all {people} people had come before the load was over: give a shorter --duration, or fewer --vus")
    });
    let stopped = match &ending.health {
        Ok(health) => health.stopped_because.clone().or(used_up),
        Err(error) => Some(error.to_string()),
    };
    facts.extend(stopped.map(|because| (Fact::StoppedBecause, because)));
    store.set_facts(&facts)?;
    store.state_extent()
}

/// When nobody new was let in, and how many came then; nothing if there was no such time.
fn outages(health: &Health) -> Facts {
    let mut facts: Facts = health.portal_gone.iter().map(|gone| (Fact::PortalGone, gone.clone())).collect();
    if !health.outages.is_empty() {
        let written = |Outage { from, until, .. }: &Outage| {
            format!("{from}-{}", until.map(|until| until.to_string()).unwrap_or_default())
        };
        let written: Vec<_> = health.outages.iter().map(written).collect();
        let sum = |of: fn(&Outage) -> u64| health.outages.iter().map(of).sum::<u64>().to_string();
        facts.extend([
            (Fact::Outages, written.join(",")),
            (Fact::OutageDropped, sum(|outage| outage.dossiers)),
            (Fact::OutageVisitsDropped, sum(|outage| outage.visits)),
        ]);
    }
    facts
}

/// What became of so many planned arrivals.
fn arrival_facts(facts: ArrivalFacts, counts: ArrivalCounts, planned: u64) -> [(Fact, String); 5] {
    // Those who never came because the run was ended are neither started nor dropped by us, yet must be accounted for.
    let dropped = planned.saturating_sub(counts.started);
    [
        (facts.started, counts.started),
        (facts.dropped, dropped),
        (facts.completed, counts.completed),
        (facts.failed, counts.failed),
        (facts.unfinished, counts.unfinished()),
    ]
    .map(|(fact, count)| (fact, count.to_string()))
}
