//! What a plan says of visitors.

use model::{Timeline, fitting};
use serde::{Deserialize, Serialize};

use crate::arrivals::Arrival;

const NANOSECONDS: u64 = 1_000_000_000;

/// The visits of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedVisits {
    /// How many are planned.
    pub count: u64,
    /// The second of the wall clock in which most people come, dossiers and visits together.
    pub peak_second: Crowd,
}

/// Those who come within one second of the wall clock; of several as busy, the first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// Which second, counted from the start of the run.
    pub at: String,
    /// How many dossiers come in.
    pub dossiers: u32,
    /// How many visits begin.
    pub visits: u32,
}

impl PlannedVisits {
    /// What is to be said of these visits beside these arrivals.
    pub(crate) fn of(visits: &[Arrival], arrivals: &[Arrival], timeline: &Timeline) -> Self {
        Self {
            count: visits.len() as u64,
            peak_second: busiest(&by_second(arrivals, timeline), &by_second(visits, timeline)),
        }
    }
}

/// How many come in each second of the run.
fn by_second(arrivals: &[Arrival], timeline: &Timeline) -> Vec<u32> {
    let second =
        |wall: u64| fitting::<_, usize>(wall / NANOSECONDS, "a count for each second of a run fits into memory");
    let mut counts = vec![0; second(timeline.wall_end()) + 1];
    for arrival in arrivals {
        if let Some(count) = counts.get_mut(second(timeline.wall(arrival.due))) {
            *count += 1;
        }
    }
    counts
}

fn busiest(dossiers: &[u32], visits: &[u32]) -> Crowd {
    let mut most = Crowd::default();
    for (second, (dossiers, visits)) in dossiers.iter().zip(visits).enumerate() {
        if dossiers + visits > most.dossiers + most.visits {
            most = Crowd { at: second.to_string(), dossiers: *dossiers, visits: *visits };
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_second_counts_both() {
        let crowd = busiest(&[5, 1, 3, 3], &[0, 1, 4, 4]);
        assert_eq!(crowd, Crowd { at: "2".to_owned(), dossiers: 3, visits: 4 });
    }
}
