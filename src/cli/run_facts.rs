//! The facts of a run that are known when it begins: `run.json`, and the table `run` of its history.

use std::time::Duration;

use engine::Authority;
use model::Applicants;
use verdict::Measure;
use world::Period;

use crate::args::RunArgs;
use crate::compose::Composition;
use crate::results::Results;

/// The command as it was typed, quoted where a shell needs it.
fn typed() -> String {
    let quoted = |argument: String| {
        let is_plain = argument.chars().all(|sign| sign.is_ascii_alphanumeric() || "-_./:=".contains(sign));
        if is_plain { argument } else { format!("'{argument}'") }
    };
    std::iter::once("vandan".to_owned()).chain(std::env::args().skip(1).map(quoted)).collect::<Vec<_>>().join(" ")
}

pub(crate) type Facts = Vec<(&'static str, String)>;

pub(crate) fn facts(
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

pub(crate) fn run_json(facts: &Facts) -> String {
    let facts: serde_json::Map<_, _> =
        facts.iter().map(|(name, value)| ((*name).to_owned(), serde_json::Value::from(value.as_str()))).collect();
    let text = serde_json::to_string_pretty(&serde_json::Value::Object(facts));
    text.unwrap_or_else(|error| unreachable!("texts are always JSON: {error}"))
}
