//! Visitors, who submit nothing: so many for each dossier, and spikes after announcements.
//!
//! ```text
//! instant of visit k   where a draw of its own falls on the province's online curve, spikes included
//! whose visit it is    a draw among the dossiers that have come in by then; before the first, among all
//! ```
//!
//! How many there are is exact, and changes nothing of the dossiers. A spike moves visits to its minutes; it adds none.
//!
//! | field of `visits` | says |
//! |---|---|
//! | `per_dossier: 8` | how many visits there are for each dossier |
//! | `journey: visit` | what a visitor does |
//! | `spikes: [ { at: 2021-03-01T09:00, minutes: 30, factor: 100 } ]` | minutes in which so many times as many come |

use model::{Node, Placed, SimTime};
use rand::seq::IndexedRandom as _;

use super::schedule::Schedule;
use super::seasonality::{Seasonality, Surge, minute};
use super::{Arrival, sort};
use crate::people::Moved;
use crate::period::Period;
use crate::population::Population;

/// What a run says of visitors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visits {
    /// Visits for each dossier.
    pub per_dossier: u32,
    /// Name of the journey that visitors walk.
    pub journey: Placed,
    spikes: Vec<(Placed, Surge)>,
}

/// The most visits for each dossier.
const MOST_FOR_EACH: i64 = 1_000;

/// The largest factor of a spike.
const MOST_OF_A_SPIKE: i64 = 1_000;

impl Visits {
    /// Reads `{ per_dossier: 8, journey: visit, spikes: [ { at: 2021-03-01T09:00, minutes: 30, factor: 100 } ] }`; spikes may be
    /// left out.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        node.fields(|fields| {
            let per_dossier = fields.need("per_dossier").and_then(|node| node.bounded(1, MOST_FOR_EACH));
            let journey = fields.need("journey").and_then(|node| node.placed());
            let spikes = fields.list("spikes", spike);
            Some(Self { per_dossier: per_dossier?, journey: journey?, spikes: spikes? })
        })
    }

    /// The same, with spikes as a province knows them whose days are moved.
    pub(crate) fn moved(&self, moved: Moved) -> Self {
        let own = |(at, spike): &(Placed, Surge)| (at.clone(), spike.earlier(moved));
        Self { spikes: self.spikes.iter().map(own).collect(), ..self.clone() }
    }

    /// The instants, as they are written, of the spikes that do not lie within the period.
    pub fn beyond(&self, period: Period) -> impl Iterator<Item = &Placed> {
        let is_beyond = move |spike: &Surge| spike.from() < period.start() || period.end() < spike.until();
        self.spikes.iter().filter(move |(_, spike)| is_beyond(spike)).map(|(at, _)| at)
    }
}

/// Reads `{ at: 2021-03-01T09:00, minutes: 30, factor: 100 }`.
fn spike(node: &Node<'_>) -> Option<(Placed, Surge)> {
    node.fields(|fields| {
        let at = fields.need("at").and_then(|node| Some((node.placed()?, minute(&node)?)));
        let minutes = fields.need("minutes").and_then(|node| node.bounded(1, 1_440));
        let factor: Option<u64> = fields.need("factor").and_then(|node| node.bounded(1, MOST_OF_A_SPIKE));
        let (placed, at) = at?;
        Some((placed, Surge::new(at, minutes?, factor? * 100)))
    })
}

/// Every visit, ordered by due instant, then case; `arrivals` are those of the same population, in order.
pub(crate) fn visits(population: &Population, arrivals: &[Arrival], visits: &Visits) -> Vec<Arrival> {
    let Some(online) = population.arrival_times().online() else { return Vec::new() };
    let curve = online.surged(&Seasonality::of_surges(visits.spikes.iter().map(|(_, spike)| spike.clone()).collect()));
    let count = arrivals.len() * visits.per_dossier as usize;
    let mut all: Vec<_> = dues(&curve, population, count);
    all.sort_unstable();
    let visitor = population.seed().stream("visitor");
    let (mut come, mut visits) = (0, Vec::with_capacity(count));
    for (k, due) in (0_u64..).zip(all) {
        while arrivals.get(come).is_some_and(|arrival| arrival.due <= due) {
            come += 1;
        }
        // Before the first arrival there is no dossier to look at yet.
        let known = if come == 0 { arrivals } else { arrivals.get(..come).unwrap_or(arrivals) };
        let whose = known.choose(&mut visitor.rng(population.turn().number(k), 0));
        visits.extend(whose.map(|arrival| Arrival { due, ..*arrival }));
    }
    sort(&mut visits);
    visits
}

/// The instants of so many visits, in the order of their draws.
fn dues(curve: &Schedule, population: &Population, count: usize) -> Vec<SimTime> {
    let stream = population.seed().stream("visit");
    let keys = (0_u64..).take(count).map(|k| population.turn().number(k));
    keys.map(|k| curve.instant(stream.below(k, curve.mass()))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use model::{Applicants, Document, Seed};
    use proptest::prelude::*;

    use super::*;
    use crate::arrivals::arrivals;
    use crate::calendar::vietnam;
    use crate::population::Scale;
    use crate::province::{Catalogue, Province};

    fn people(seed: u64, scale: Scale) -> Population {
        let catalogue = include_str!("../../../scenarios/procedures/common.yaml");
        let catalogue = Catalogue::load("common.yaml", catalogue).unwrap();
        let province = include_str!("../../../scenarios/provinces/dien-bien-2019.yaml");
        let province = Province::load("x.yaml", province, &catalogue, vietnam()).unwrap();
        Population::new(Arc::new(province), Seed(seed), scale).unwrap()
    }

    fn read(text: &str) -> Result<Visits, String> {
        let read = Document::parse("x.yaml", text).unwrap().read(|fields| Visits::read(&fields.need("visits")?));
        read.map_err(|problems| problems.to_string())
    }

    fn plain(per_dossier: u32) -> Visits {
        Visits { per_dossier, journey: Placed::option("", "visit"), spikes: Vec::new() }
    }

    const SPIKE: &str =
        "visits: { per_dossier: 8, journey: visit, spikes: [ { at: 2019-09-25T09:00, minutes: 30, factor: 100 } ] }";

    fn within(visits: &[Arrival], spike: &Surge) -> usize {
        visits.iter().filter(|visit| (spike.from()..spike.until()).contains(&visit.due)).count()
    }

    #[test]
    fn a_visitor_comes_after_the_dossier_unless_nobody_has_come() {
        let population = people(1, Scale::WHOLE);
        let arrivals = arrivals(&population);
        let first = arrivals[0].due;
        let came: BTreeMap<_, _> = arrivals.iter().map(|arrival| (arrival.case, arrival)).collect();
        let visits = visits(&population, &arrivals, &plain(8));
        assert_eq!(visits.len(), 8 * 3_082);
        let mut early = 0;
        for visit in &visits {
            let arrival = came[&visit.case];
            assert_eq!(visit.unit, arrival.unit);
            assert!(visit.due < first || arrival.due <= visit.due);
            early += usize::from(visit.due < first);
        }
        assert!((1..visits.len() / 20).contains(&early), "{early} before the first dossier");
    }

    #[test]
    fn a_spike_gathers_its_share_of_the_curve_and_adds_nobody() {
        let population = people(1, Scale::WHOLE);
        let arrivals = arrivals(&population);
        let spiked = read(SPIKE).unwrap();
        let (_, spike) = &spiked.spikes[0];
        let online = population.arrival_times().online().unwrap();
        let mass = online.mass_before(spike.until()) - online.mass_before(spike.from());
        let usual = visits(&population, &arrivals, &plain(8));
        let many = visits(&population, &arrivals, &spiked);
        assert_eq!(usual.len(), many.len());
        // 100 times the mass of the minutes, of the whole that is larger by 99 times theirs.
        let expected = many.len() as u64 * 100 * (mass / 1_000) / ((online.mass() + 99 * mass) / 1_000);
        let found = within(&many, spike) as u64;
        // Five standard deviations at the most.
        assert!(found.abs_diff(expected) < 5 * expected.isqrt(), "{found} for {expected}");
        assert!(found > 50 * within(&usual, spike) as u64, "{found} against {}", within(&usual, spike));
    }

    #[test]
    fn what_is_wrong_is_said_all_at_once() {
        let wrong = "visits: { per_dossier: 0, journey: visit, spikes: [ { at: nine, minutes: 30, factor: 100_000 }, { at: 2019-09-25T09:00 } ] }";
        let problems = read(wrong).unwrap_err();
        for expected in [
            "visits.per_dossier: 0 is out of bounds",
            "visits.spikes[0].at: `nine` is no minute",
            "visits.spikes[0].factor: 100000 is out of bounds",
            "visits.spikes[1]",
        ] {
            assert!(problems.contains(expected), "{expected} in\n{problems}");
        }
    }

    #[test]
    fn a_spike_beyond_the_period_is_found() {
        let spiked = read(SPIKE).unwrap();
        let period = people(1, Scale::new(1, 100).unwrap()).province().period();
        assert_eq!(spiked.beyond(period).count(), 0);
        let later = Period { from: jiff::civil::date(2019, 9, 26), ..period };
        let beyond: Vec<_> = spiked.beyond(later).map(|at| (at.field.as_str(), at.text.as_str())).collect();
        assert_eq!(beyond, [("visits.spikes[0].at", "2019-09-25T09:00")]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn visits_are_exact_in_number_in_order_and_the_seeds_own(seed in 0_u64..1_000, per_dossier in 1_u32..12) {
            let population = people(seed, Scale::new(1, 20).unwrap());
            let arrivals = arrivals(&population);
            let all = visits(&population, &arrivals, &plain(per_dossier));
            prop_assert_eq!(u32::try_from(all.len()).unwrap(), per_dossier * population.count());
            prop_assert!(all.is_sorted());
            let period = population.province().period();
            prop_assert!(all.iter().all(|visit| period.start() <= visit.due && visit.due < period.end()));
            prop_assert!(all == visits(&population, &arrivals, &plain(per_dossier)));
            let other = people(seed + 1, Scale::new(1, 20).unwrap());
            prop_assert!(all != visits(&other, &super::super::arrivals(&other), &plain(per_dossier)));
        }
    }
}
