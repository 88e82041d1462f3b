//! The plan of a run: what will happen, for people and for `plan.json`, before anything is sent.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use model::{Applicants, Counted, Timeline};
use serde::{Deserialize, Serialize};

use crate::arrivals::Arrival;
use crate::digest::{Chain, Sum};
use crate::people::{Part, People};
use crate::period::Period;
use crate::plan_visits::PlannedVisits;
use crate::population::Population;
use crate::province::{Demand, Dimension, Figure, Planned, Selector};
use crate::tally::{Run, Seconds, Tally};

/// What a run is going to do: a pure function of province, seed, scale and timeline, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of this format.
    pub schema: String,
    /// Name of the province; of several the names, with commas.
    pub province: String,
    /// Its title; empty if there are several.
    pub title: String,
    /// The document it retells; empty if there are several.
    pub document: String,
    /// First day of the period.
    pub from: String,
    /// Last day of the period.
    pub until: String,
    /// The seed.
    pub seed: u64,
    /// How many dossiers are planned.
    pub dossiers: u32,
    /// Hash of seed, cells, figures and every dossier and visit with its arrival and unit, as 32 hexadecimal digits.
    pub digest: String,
    /// The length of the run on the wall clock.
    pub wall_seconds: f64,
    /// The most that comes in.
    pub peak: Peaks,
    /// Visitors, if the run has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visits: Option<PlannedVisits>,
    /// Dossiers by each dimension's words; words that nobody has are left out.
    pub totals: BTreeMap<String, BTreeMap<String, u32>>,
    /// Dossiers by month, as `2021-03`.
    pub months: BTreeMap<String, u32>,
    /// Dossiers by day, as `2021-03-01`; days on which nobody comes are left out.
    pub days: BTreeMap<String, u32>,
    /// The published figures, with what is planned of each.
    pub figures: Vec<PlannedFigure>,
    /// The provinces, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provinces: Vec<PlannedProvince>,
}

/// What is planned of one of several provinces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedProvince {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The document it retells.
    pub document: String,
    /// First day of the document's period.
    pub from: String,
    /// Last day of it.
    pub until: String,
    /// The day of the run's clock on which that begins.
    pub begins: String,
    /// How many dossiers are planned.
    pub dossiers: u32,
    /// How many dossiers its document has.
    pub whole: u32,
    /// How many units decide.
    pub units: usize,
    /// How many clerks sit at their desks.
    pub clerks: u32,
    /// Its busiest day on the run's clock.
    pub peak_day: Peak,
    /// Hash of its plan.
    pub digest: String,
}

/// The most that comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peaks {
    /// Within one simulated day, as `2021-03-01`.
    pub day: Peak,
    /// Within one simulated hour, as `2021-03-01T07`.
    pub hour: Peak,
    /// Within one second of the wall clock, counted from the start of the run.
    pub second: Peak,
}

/// The busiest stretch of some length; of several, the first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peak {
    /// Which it is.
    pub at: String,
    /// How many dossiers come in.
    pub dossiers: u32,
}

/// A published figure and what is planned of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedFigure {
    /// Id of the figure.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What the document says.
    pub stated: Quantity,
    /// What is planned; none if that shows only in the run, or never.
    pub planned: Option<Quantity>,
}

/// A number of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Quantity {
    /// A count, or a sum in dong.
    Whole(i64),
    /// A share, 0..=1.
    Share(f64),
}

impl Quantity {
    fn of(counted: Counted) -> Self {
        if counted.base == 1 { Self::Whole(counted.part) } else { Self::Share(counted.value()) }
    }
}

impl Plan {
    /// The version of `plan.json` that is written. 2: the digest no longer depends on the order of arrivals, and covers cells and
    /// figures, but not how people are called.
    pub const SCHEMA: &'static str = "vandan-plan/2";

    /// The plan of these people, played as `timeline` says; computed with so many threads, which changes nothing else.
    pub fn new(people: &People, timeline: &Timeline, threads: NonZeroUsize) -> Self {
        let seconds = Seconds::until(timeline.wall_end());
        let period = people.period();
        let run = Run { period, timeline, seconds: &seconds };
        let mut all = Tally::over(period, 0);
        let mut figures = Vec::new();
        let mut digests = Vec::new();
        let mut provinces = Vec::new();
        for part in people.parts() {
            let tally = Tally::of(part, run, threads);
            let of_part: Vec<_> =
                part.province().figures().iter().map(|figure| planned(part, figure, &tally.sums)).collect();
            let digest = digest(&part.population, &of_part, tally.dossiers);
            provinces.push(planned_province(part, &tally, period, digest.clone()));
            figures.extend(of_part);
            digests.push(digest);
            all.merge(&tally);
        }
        let days = by_day(&all.hours, period);
        let only = people.only().map(Part::province);
        Self {
            schema: Self::SCHEMA.to_owned(),
            province: people.parts().iter().map(Part::name).collect::<Vec<_>>().join(", "),
            title: only.map_or(String::new(), |province| province.title().to_owned()),
            document: only.map_or(String::new(), |province| province.document().file.clone()),
            from: period.from.to_string(),
            until: period.until.to_string(),
            seed: people.seed().0,
            dossiers: people.count(),
            digest: chained(digests),
            wall_seconds: std::time::Duration::from_nanos(timeline.wall_end()).as_secs_f64(),
            peak: Peaks::of(&all.hours, &seconds, period),
            visits: None,
            totals: totals(people),
            months: by_month(&days),
            figures,
            days,
            provinces: if only.is_some() { Vec::new() } else { provinces },
        }
    }

    /// The same plan with visits, which become part of its digest.
    #[must_use]
    pub fn with_visits(mut self, arrivals: &[Arrival], visits: &[Arrival], timeline: &Timeline) -> Self {
        let mut sum = Sum::default();
        for visit in visits {
            sum.add(visit.due.0.cast_unsigned(), (u64::from(visit.unit) << 32) | u64::from(visit.case.0));
        }
        let mut chain = Chain::default();
        chain.text(&self.digest);
        chain.sum(sum);
        self.digest = chain.hex();
        self.visits = Some(PlannedVisits::of(visits, arrivals, timeline));
        self
    }

    /// The text of `plan.json`.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.unwrap_or_else(|error| unreachable!("text, whole numbers and finite fractions are always JSON: {error}"))
    }
}

impl Peaks {
    /// The peaks of these counts: dossiers in each hour of the period, and in each second of the wall clock.
    pub(crate) fn of(hours: &[u32], seconds: &Seconds, period: Period) -> Self {
        let named = |day: usize, hour: usize| format!("{}T{hour:02}", nth_day(period, day));
        Self {
            day: Self::day_of(hours, period),
            hour: peak(hours.iter().copied(), |hour| named(hour / 24, hour % 24)),
            second: peak(seconds.counts(), |second| second.to_string()),
        }
    }

    /// The busiest day.
    pub(crate) fn day_of(hours: &[u32], period: Period) -> Peak {
        peak(day_counts(hours), |day| nth_day(period, day))
    }
}

/// The first of the highest counts, by its name.
fn peak(counts: impl Iterator<Item = u32>, name: impl Fn(usize) -> String) -> Peak {
    let mut highest = (0, 0);
    for (position, count) in counts.enumerate() {
        if count > highest.1 {
            highest = (position, count);
        }
    }
    match highest {
        (_, 0) => Peak::default(),
        (position, dossiers) => Peak { at: name(position), dossiers },
    }
}

/// Dossiers on each day, from the first.
fn day_counts(hours: &[u32]) -> impl Iterator<Item = u32> {
    hours.chunks(24).map(|hours| hours.iter().sum())
}

/// The name of a day, counted from 0 at the first of a period.
fn nth_day(period: Period, position: usize) -> String {
    period
        .days()
        .nth(position)
        .map_or_else(|| unreachable!("day {position} is counted in {period}"), |day| day.to_string())
}

/// Dossiers by day; days on which nobody comes are left out.
pub(crate) fn by_day(hours: &[u32], period: Period) -> BTreeMap<String, u32> {
    let counts = period.days().zip(day_counts(hours)).filter(|(_, count)| *count > 0);
    counts.map(|(day, count)| (day.to_string(), count)).collect()
}

/// The hash of a plan: seed, cells with their procedures, figures, and the sum over all dossiers.
pub(crate) fn digest(population: &Population, figures: &[PlannedFigure], dossiers: Sum) -> String {
    let province = population.province();
    let mut chain = Chain::default();
    chain.number(population.seed().0);
    for (cell, count) in population.cells() {
        for dimension in Dimension::ALL {
            chain.text(province.spell(cell.word(*dimension)));
        }
        let procedure = province.catalogue().get(usize::from(cell.procedure));
        chain.number(procedure.map_or(0, |procedure| u64::from(procedure.legal_days)));
        chain.number(procedure.map_or(0, |procedure| procedure.fee.0.cast_unsigned()));
        chain.number(cell.window.start().0.cast_unsigned());
        chain.number(cell.window.end().0.cast_unsigned());
        chain.number(u64::from(count));
    }
    for figure in figures {
        chain.text(&figure.id);
        for quantity in std::iter::once(&figure.stated).chain(&figure.planned) {
            match quantity {
                Quantity::Whole(number) => chain.number(number.cast_unsigned()),
                Quantity::Share(share) => chain.number(share.to_bits()),
            }
        }
    }
    chain.sum(dossiers);
    chain.hex()
}

/// The digest of several plans; of one, its own.
fn chained(digests: Vec<String>) -> String {
    match <[String; 1]>::try_from(digests) {
        Ok([digest]) => digest,
        Err(digests) => {
            let mut chain = Chain::default();
            for digest in &digests {
                chain.text(digest);
            }
            chain.hex()
        }
    }
}

fn planned_province(part: &Part, tally: &Tally, period: Period, digest: String) -> PlannedProvince {
    let province = part.province();
    let days = province.period();
    PlannedProvince {
        name: province.name().to_owned(),
        title: province.title().to_owned(),
        document: province.document().file.clone(),
        from: days.from.to_string(),
        until: days.until.to_string(),
        begins: part.played().from.to_string(),
        dossiers: part.population.count(),
        whole: province.count(),
        units: province.units().len(),
        clerks: province.clerks(),
        peak_day: Peaks::day_of(&tally.hours, period),
        digest,
    }
}

fn totals(people: &People) -> BTreeMap<String, BTreeMap<String, u32>> {
    let mut totals: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for part in people.parts() {
        for (cell, count) in part.population.cells().filter(|(_, count)| *count > 0) {
            for dimension in Dimension::ALL {
                let spelling = part.province().spell(cell.word(*dimension));
                let spelling =
                    if *dimension == Dimension::Procedure { part.procedure(spelling) } else { spelling.to_owned() };
                *totals.entry(dimension.to_string()).or_default().entry(spelling).or_default() += count;
            }
        }
    }
    totals
}

/// Dossiers by month.
pub(crate) fn by_month(days: &BTreeMap<String, u32>) -> BTreeMap<String, u32> {
    let mut months = BTreeMap::new();
    for (day, count) in days {
        *months.entry(day.get(..7).unwrap_or(day).to_owned()).or_default() += count;
    }
    months
}

fn planned(part: &Part, figure: &Figure, sums: &[i64]) -> PlannedFigure {
    let population = &part.population;
    let count = |selector: &Selector| -> u32 {
        let meant = population.cells().filter(|(cell, _)| selector.matches(|dimension| Some(cell.word(dimension))));
        meant.map(|(_, count)| count).sum()
    };
    let value = match &figure.planned {
        Planned::Nothing => None,
        Planned::Dossiers(selector) => Some(Quantity::Whole(count(selector).into())),
        Planned::Share(part, base) => Some(Quantity::Share(f64::from(count(part)) / f64::from(count(base).max(1)))),
        Planned::Sum(charge) => Some(Quantity::Whole(sums.get(*charge).copied().unwrap_or(0))),
        Planned::Services(services) => {
            services.count(population.province().vocabulary(), &Demand::of(population.cells())).map(Quantity::of)
        }
        Planned::PostCounters => Some(Quantity::Whole(population.province().post_counters().into())),
    };
    let stated = figure.stated.value;
    let stated = stated.whole().map_or_else(|| Quantity::Share(stated.value()), Quantity::Whole);
    PlannedFigure { id: figure.id.clone(), name: figure.name.clone(), stated, planned: value }
}
