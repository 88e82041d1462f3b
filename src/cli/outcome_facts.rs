//! What a run says of itself once it is over: the facts that its recording is judged by.

use std::time::Duration;

use engine::{ArrivalCounts, EngineError, Health, Meters};
use history::{RecorderLoss, Store};
use model::Applicants;

use crate::compose::Composition;
use crate::cpu::LaneCpu;

/// How a run fared once it was played.
pub(crate) struct Ending {
    pub(crate) health: Result<Health, EngineError>,
    pub(crate) loss: RecorderLoss,
    pub(crate) cpu: LaneCpu,
}

/// Writes what became of all arrivals, and how the generator fared.
pub(crate) fn write_ending(
    store: &mut Store,
    ending: &Ending,
    meters: &Meters,
    composed: &Composition,
    lanes: usize,
) -> Result<(), history::HistoryError> {
    let snapshot = meters.snapshot();
    let yes_or_no = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let mut facts: Vec<(&'static str, String)> = vec![("recorder_lost", ending.loss.0.to_string())];
    let dossiers = ["started", "dropped", "completed", "failed", "unfinished"];
    facts.extend(arrival_facts(dossiers, snapshot.dossiers, u64::from(composed.population.count())));
    if let Some(visits) = &composed.plan.visits {
        let names = ["visits_started", "visits_dropped", "visits_completed", "visits_failed", "visits_unfinished"];
        facts.extend(arrival_facts(names, snapshot.visits, visits.count));
    }
    if let Ok(health) = &ending.health {
        let wall = Duration::from_nanos(composed.timeline.wall_end()).as_secs_f64().max(0.001);
        let share = ending.cpu.seconds / wall / f64::from(u32::try_from(lanes).unwrap_or(1));
        facts.extend([
            ("scheduling_delay_p50_ns", health.scheduling_delay_p50.to_string()),
            ("scheduling_delay_p99_ns", health.scheduling_delay_p99.to_string()),
            ("scheduling_delay_max_ns", health.scheduling_delay_max.to_string()),
            ("poll_scheduling_delay_p99_ns", health.poll_scheduling_delay_p99.to_string()),
            ("poll_scheduling_delay_max_ns", health.poll_scheduling_delay_max.to_string()),
            ("quiescent", yes_or_no(health.quiescent && health.read_back)),
            ("peers_settled", yes_or_no(health.peers_settled)),
            ("cpu_share", format!("{share:.3}")),
            ("finished", yes_or_no(true)),
        ]);
        let strangers = &health.strangers;
        if strangers.count > 0 {
            facts.extend([("strangers", strangers.count.to_string()), ("first_stranger", strangers.first.clone())]);
        }
        if health.aborted {
            facts.push(("aborted", yes_or_no(true)));
        }
    }
    let stopped = match &ending.health {
        Ok(health) => health.stopped_because.clone(),
        Err(error) => Some(error.to_string()),
    };
    facts.extend(stopped.map(|because| ("stopped_because", because)));
    store.set_facts(facts.iter().map(|(name, value)| (*name, value.clone())))?;
    store.state_extent()
}

/// What became of so many planned arrivals, under these names.
fn arrival_facts(
    names: [&'static str; 5],
    counts: ArrivalCounts,
    planned: u64,
) -> impl Iterator<Item = (&'static str, String)> {
    // Those who never counts because the run was ended are neither started nor dropped by us, yet must be accounted for.
    let dropped = planned.saturating_sub(counts.started);
    let counts = [counts.started, dropped, counts.completed, counts.failed, counts.unfinished()];
    names.into_iter().zip(counts.map(|count| count.to_string()))
}
