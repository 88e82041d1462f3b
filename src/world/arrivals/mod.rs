//! Arrivals: exact totals, Poisson statistics, within office hours where a counter is needed.
//!
//! Given how many come in a window, the points of a Poisson process are independent draws from its rate curve: the instant
//! of a dossier is `L^-1(u)`, `L` being the mass of its channel's curve over its cell's window and `u` a draw that belongs to
//! the dossier. Seasonality of days and minutes, busy days and bursts change `L`, never how many come. [`arrivals`] lists everybody in
//! order, `visits` visitors, [`batches`] a stretch of days at a time for populations that do not fit into memory; both know nothing of
//! wall time, which is the timeline's.
//!
//! # Source
//! Kim and Whitt, "Are call center and hospital arrivals well modeled by nonhomogeneous Poisson processes?", 2014
//! (conditional uniformity).

pub(crate) mod arrival;
mod arrival_times;
mod burst;
mod curve;
mod dispersion;
mod guide;
mod load_shape;
mod schedule;
mod seasonality;
mod sort;
#[cfg(test)]
mod statistics;
mod timeline;
mod visits;

pub use arrival::Arrival;
pub(crate) use arrival_times::{Around, ArrivalTimes, Schedules};
pub use curve::Curve;
pub use load_shape::{ArrivalRate, LoadCurve, LoadShape};
pub(crate) use sort::sort;
pub(crate) use timeline::timeline;
pub use visits::Visits;
pub(crate) use visits::visits;

use crate::period::Period;
use crate::population::Population;

/// Every dossier of the population, ordered by due instant, then case.
pub fn arrivals(population: &Population) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    for (position, cell, cases) in population.cases_by_cell() {
        if let Some(arrival_time) = population.arrival_times().of_cell(position) {
            arrivals.extend(cases.map(|(case, key)| Arrival { due: arrival_time.due(key), case, unit: cell.unit }));
        }
    }
    sort(&mut arrivals);
    arrivals
}

/// The dossiers that come in on these days, ordered by due instant, then case. Looks at every dossier of the population, but keeps
/// no other.
pub fn arrivals_within(population: &Population, period: Period) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    for (position, cell, cases) in population.cases_by_cell() {
        let Some(arrival_time) = population.arrival_times().of_cell(position) else { continue };
        let masses = arrival_time.masses(period);
        if !masses.is_empty() {
            let within = cases.filter_map(|(case, key)| Some((arrival_time.due_within(&masses, key)?, case)));
            arrivals.extend(within.map(|(due, case)| Arrival { due, case, unit: cell.unit }));
        }
    }
    sort(&mut arrivals);
    arrivals
}

/// Every dossier of the population in batches of whole days, one after the other the same as [`arrivals`]. A batch holds no more than
/// `most` dossiers, unless a single day does. Each batch looks at every dossier again: less memory, more time.
pub fn batches(population: &Population, most: usize) -> impl Iterator<Item = Vec<Arrival>> {
    let mut periods: Vec<(Period, usize)> = Vec::new();
    for (day, count) in population.province().period().days().zip(by_day(population)) {
        match periods.last_mut() {
            Some((period, held)) if *held + count <= most => {
                period.until = day;
                *held += count;
            }
            Some(_) | None => periods.push((Period { from: day, until: day }, count)),
        }
    }
    periods.into_iter().map(|(period, _)| arrivals_within(population, period))
}

/// How many come in on each day of the period.
fn by_day(population: &Population) -> Vec<usize> {
    let period = population.province().period();
    let mut counts = vec![0; period.days().count()];
    let start = period.start();
    for (position, _, cases) in population.cases_by_cell() {
        let Some(arrival_time) = population.arrival_times().of_cell(position) else { continue };
        for (_, key) in cases {
            let day = (arrival_time.due(key).0 - start.0) / 86_400_000;
            if let Some(count) = usize::try_from(day).ok().and_then(|day| counts.get_mut(day)) {
                *count += 1;
            }
        }
    }
    counts
}
