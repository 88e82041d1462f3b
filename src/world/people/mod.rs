//! Everybody in a run: the populations of its provinces, one after another, as one.
//!
//! ```text
//! case of the run   = first case of its part + case of the population
//! person of the run = dealt in turn (see [`Turn`])
//! unit of the run   = its code: provinces that name the same code mean the same office
//! instant           = that of the document, moved by whole weeks onto the clock of the run (see [`Clock`])
//! procedure         = its code; where provinces have catalogues of their own, with the code of the province behind it
//! ```
//!
//! A run of one province is a run of several that has one: nothing of it differs from its population's.

mod clock;
mod part;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Applicants, Case, CaseId, Kind, Seed, Timeline, fitting};

pub(crate) use clock::Clock;
pub use clock::Moved;
pub use part::Part;

use crate::apportion::apportion;
use crate::arrivals::{Arrival, Visits, timeline, visits};
use crate::calendar::Calendar;
use crate::period::Period;
use crate::population::{Clerk, EdgeCaseShares, Population, Realism, Scale, TooManyPeople, Turn, clerks, year};
use crate::province::{Cell, Province, Unit};

/// Everybody in a run.
#[derive(Clone, Debug)]
pub struct People {
    parts: Vec<Part>,
    /// Where each unit stands first: the part, and its position there.
    units: Vec<(usize, u16)>,
    clock: Clock,
    seed: Seed,
}

/// Why some provinces cannot be played together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTogether {
    /// One has more people than can be told apart.
    #[error("{0}")]
    TooManyPeople(#[from] TooManyPeople),
    /// All of them together have.
    #[error("play {0} dossiers at once: {max} can be numbered (use a smaller scale)", max = u32::MAX)]
    TooManyDossiers(u64),
    /// There are more units than can be numbered.
    #[error("play {0} units at once: {max} can be numbered", max = u16::MAX)]
    TooManyUnits(usize),
    /// A code means offices that cannot be the same.
    #[error("play {first} and {second} at once: the unit {code} is of different levels in them")]
    OneCodeTwoUnits {
        /// The code.
        code: String,
        /// The province that names it first.
        first: String,
        /// The other.
        second: String,
    },
}

/// A province of a run, and how much of it is played.
#[derive(Clone, Debug)]
pub struct Played {
    /// The province.
    pub province: Arc<Province>,
    /// How much of it.
    pub scale: Scale,
}

impl Played {
    /// So much of these provinces together.
    pub fn together(provinces: Vec<Province>, scale: Scale) -> Vec<Self> {
        let several = provinces.len() > 1;
        let counts = counts(provinces.iter().map(|province| province.count().into()), scale);
        let played = provinces.into_iter().zip(counts).map(|(province, count)| {
            let scale = if several { Scale::exactly(count, province.count()) } else { scale };
            Self { province: Arc::new(province), scale }
        });
        played.collect()
    }
}

/// The days of the clock by which provinces are played together.
pub fn clock(played: &[Played], calendar: &Calendar) -> Period {
    let periods: Vec<_> = played.iter().map(|played| played.province.period()).collect();
    Clock::of(&periods, calendar).period
}

/// How many dossiers of each of some provinces are played: their own parts of `wholes`, and `scale` of all of them together, in proportion
/// (Webster), but at least one of each.
pub(crate) fn counts(wholes: impl IntoIterator<Item = u64>, scale: Scale) -> Vec<u32> {
    let wholes: Vec<u64> = wholes.into_iter().collect();
    let counts = apportion(scale.of_sum(wholes.iter().sum()), &wholes);
    counts.into_iter().map(|count| u32::try_from(count).unwrap_or(u32::MAX).max(1)).collect()
}

impl People {
    /// The people of this seed in one or several provinces, `scale` of all that is played of them.
    ///
    /// # Errors
    /// [`NotTogether`] if they are too many, or their units contradict each other.
    pub fn new(played: &[Played], seed: Seed, scale: Scale, calendar: &Calendar) -> Result<Self, NotTogether> {
        let periods: Vec<_> = played.iter().map(|played| played.province.period()).collect();
        let clock = Clock::of(&periods, calendar);
        let (of, first_day) = (played.len() as u64, clock.period.from);
        let turn = |at: usize, province: &Province| Turn {
            of,
            at: at as u64,
            // One year for all, as two of them may be one province.
            year: if of == 1 { year(province) } else { fitting(first_day.year(), "no calendar begins before 0") },
        };
        let counts = counts(played.iter().map(|played| played.scale.of(played.province.count())), scale);
        let mut people = Self { parts: Vec::with_capacity(played.len()), units: Vec::new(), clock, seed };
        let mut first_case = 0_u64;
        for (at, (Played { province, scale: own }, count)) in played.iter().zip(counts).enumerate() {
            // Of one province the scale itself counts, whose people are a part of those of any larger one.
            let scale = if of == 1 && *own == Scale::WHOLE { scale } else { Scale::exactly(count, province.count()) };
            let population = Population::in_turn(Arc::clone(province), seed, scale, turn(at, province))?;
            let moved = people.clock.moved.get(at).copied().unwrap_or_default();
            let first = u32::try_from(first_case).map_err(|_more| NotTogether::TooManyDossiers(first_case))?;
            first_case += u64::from(population.count());
            people.parts.push(Part::new(population, first, moved));
        }
        if first_case > u64::from(u32::MAX) {
            return Err(NotTogether::TooManyDossiers(first_case));
        }
        people.number_units()?;
        people.name_procedures();
        Ok(people)
    }

    /// The people of one population, as a run of their own.
    pub fn alone(population: Population) -> Self {
        let period = population.province().period();
        let clock = Clock { period, leader: 0, moved: vec![Moved::default()] };
        let seed = population.seed();
        let units = (0..).zip(population.province().units()).map(|(at, _)| (0, at)).collect();
        let mut part = Part::new(population, 0, Moved::default());
        part.units = (0..).zip(part.province().units()).map(|(at, _)| at).collect();
        Self { parts: vec![part], units, clock, seed }
    }

    fn number_units(&mut self) -> Result<(), NotTogether> {
        let mut known: BTreeMap<String, u16> = BTreeMap::new();
        for at in 0..self.parts.len() {
            let Some(province) = self.parts.get(at).map(Part::shared_province) else { continue };
            let mut numbers = Vec::with_capacity(province.units().len());
            for (place, unit) in (0..).zip(province.units()) {
                let number = match known.get(&unit.code) {
                    Some(number) => {
                        self.check_same(*number, unit, province.name())?;
                        *number
                    }
                    None => {
                        let number = u16::try_from(self.units.len())
                            .map_err(|_more| NotTogether::TooManyUnits(self.units.len()))?;
                        known.insert(unit.code.clone(), number);
                        self.units.push((at, place));
                        number
                    }
                };
                numbers.push(number);
            }
            if let Some(part) = self.parts.get_mut(at) {
                part.units = numbers;
            }
        }
        Ok(())
    }

    fn check_same(&self, number: u16, unit: &Unit, province: &str) -> Result<(), NotTogether> {
        let first = self.units.get(usize::from(number)).and_then(|(part, _)| self.parts.get(*part));
        match (first, self.unit(number)) {
            (Some(first), Some(known)) if known.level != unit.level => Err(NotTogether::OneCodeTwoUnits {
                code: unit.code.clone(),
                first: first.name().to_owned(),
                second: province.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Gives the procedures of each province with a catalogue of its own codes of their own, as one procedure may be offered
    /// differently in two of them.
    fn name_procedures(&mut self) {
        if self.parts.len() == 1 {
            return;
        }
        let mut taken: Vec<String> = Vec::new();
        for part in self.parts.iter_mut().filter(|part| !part.province().editions().is_empty()) {
            let code = format!(".{}", part.area());
            let free = std::iter::once(code.clone()).chain((2_u32..).map(|n| format!("{code}-{n}")));
            part.suffix = free.into_iter().find(|suffix| !taken.contains(suffix)).unwrap_or_default();
            taken.push(part.suffix.clone());
        }
    }

    /// The same people, some of them with names that portals handle badly.
    #[must_use]
    pub fn with_edge_cases(self, shares: EdgeCaseShares) -> Self {
        self.each(|population| population.with_edge_cases(shares))
    }

    /// The same people with numbers of this realism.
    #[must_use]
    pub fn with_realism(self, realism: Realism) -> Self {
        self.each(|population| population.with_realism(realism))
    }

    /// The same people with the references of one run; nothing else changes.
    #[must_use]
    pub fn with_salt(self, salt: u64) -> Self {
        self.each(|population| population.with_salt(salt))
    }

    fn each(self, change: impl Fn(Population) -> Population) -> Self {
        let changed = |part: Part| Part { population: change(part.population), ..part };
        Self { parts: self.parts.into_iter().map(changed).collect(), ..self }
    }

    /// The provinces with their people, in the order of the run.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The only province of a run; `None` if there are several.
    pub fn only(&self) -> Option<&Part> {
        if let [part] = self.parts.as_slice() { Some(part) } else { None }
    }

    /// The part that a case belongs to; the last for cases outside.
    pub fn part_of(&self, case: CaseId) -> &Part {
        let at = self.parts.partition_point(|part| part.cases().end <= case.0);
        match self.parts.get(at).or(self.parts.last()) {
            Some(part) => part,
            None => unreachable!("a run has a province"),
        }
    }

    /// The part that its province's document leads the clock of.
    pub fn leader(&self) -> &Part {
        match self.parts.get(self.clock.leader) {
            Some(part) => part,
            None => unreachable!("the leader is one of the provinces"),
        }
    }

    /// The seed they belong to.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// The days of the run's clock.
    pub fn period(&self) -> Period {
        self.clock.period
    }

    /// How many dossiers the documents have, all of them.
    pub fn whole(&self) -> u64 {
        self.parts.iter().map(|part| u64::from(part.province().count())).sum()
    }

    /// The units of all provinces; [`Arrival::unit`] of this run is a position here.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter().filter_map(|(part, at)| self.parts.get(*part)?.province().units().get(usize::from(*at)))
    }

    fn unit(&self, number: u16) -> Option<&Unit> {
        let (part, at) = self.units.get(usize::from(number))?;
        self.parts.get(*part)?.province().units().get(usize::from(*at))
    }

    /// The cell of a case.
    pub fn cell(&self, case: CaseId) -> &Cell {
        let part = self.part_of(case);
        part.population.cell(part.own(case))
    }

    /// How many dossiers there are of each kind.
    pub fn kinds(&self) -> BTreeMap<Kind, u64> {
        let mut kinds = BTreeMap::new();
        for (cell, count) in self.parts.iter().flat_map(|part| part.population.cells()).filter(|(_, count)| *count > 0)
        {
            *kinds.entry(cell.kind()).or_default() += u64::from(count);
        }
        kinds
    }

    /// How many of these arrivals are of dossiers of each kind.
    pub fn kinds_of(&self, arrivals: &[Arrival]) -> BTreeMap<Kind, u64> {
        let mut kinds = BTreeMap::new();
        for arrival in arrivals {
            *kinds.entry(self.cell(arrival.case).kind()).or_default() += 1;
        }
        kinds
    }

    /// Every dossier, ordered by due instant of the run's clock, then case.
    pub fn arrivals(&self) -> Vec<Arrival> {
        let arrivals = self.parts.iter().flat_map(|part| {
            let own = crate::arrivals::arrivals(&part.population);
            own.into_iter().map(move |arrival| part.in_run(arrival))
        });
        let mut arrivals: Vec<_> = arrivals.collect();
        crate::arrivals::sort(&mut arrivals);
        arrivals
    }

    /// How many dossiers come in within the busiest hour of the clock, counted from full hour to full hour.
    pub fn peak_hour(&self) -> f64 {
        let start = self.period().start();
        let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
        for arrival in self.arrivals() {
            *counts.entry((arrival.due.0 - start.0) / 3_600_000).or_default() += 1;
        }
        counts.into_values().max().map_or(0.0, f64::from)
    }

    /// Every visit, ordered by due instant of the run's clock, then case; `arrivals` are those of [`Self::arrivals`].
    pub fn visits(&self, arrivals: &[Arrival], asked: &Visits) -> Vec<Arrival> {
        let mut all = Vec::new();
        for part in &self.parts {
            let of_part = |arrival: &&Arrival| part.cases().contains(&arrival.case.0);
            let own: Vec<_> = arrivals.iter().filter(of_part).map(|arrival| part.in_population(*arrival)).collect();
            let visits = visits(&part.population, &own, &asked.moved(part.moved()));
            all.extend(visits.into_iter().map(|visit| part.in_run(visit)));
        }
        crate::arrivals::sort(&mut all);
        all
    }

    /// Everybody who works for the offices. Where provinces name the same office, it has the clerks of the one that has more. Of several
    /// provinces, a part of the dossiers is worked on by the same part of the clerks, at least by one, and an office to which nobody
    /// comes stays closed.
    pub fn clerks(&self) -> Vec<Clerk> {
        if let [part] = self.parts.as_slice() {
            return clerks(part.province(), self.seed);
        }
        let mut known = BTreeSet::new();
        let all = self.parts.iter().flat_map(|part| part.clerks(self.seed));
        all.filter(|clerk| known.insert(clerk.account.clone())).collect()
    }

    /// The map of time: all days of the run in this time, closed hours so many times as fast.
    pub fn timeline(&self, calendar: &Calendar, length: std::time::Duration, closed_speedup: f64) -> Timeline {
        timeline(self, calendar, length, closed_speedup)
    }

    /// The case whose citizen number, tax code or reference this is, the reference in whichever run of this seed.
    pub fn recognise_in_any_run(&self, mark: &str) -> Option<CaseId> {
        self.parts.iter().find_map(|part| Some(part.case_in_run(part.population.recognise_in_any_run(mark)?)))
    }

    /// Every case number, in order.
    pub fn ids(&self) -> impl Iterator<Item = CaseId> + use<> {
        (0..self.count()).map(CaseId)
    }
}

impl Applicants for People {
    fn count(&self) -> u32 {
        self.parts.last().map_or(0, |part| part.cases().end)
    }

    fn case(&self, id: CaseId) -> Case {
        self.part_of(id).case(id)
    }

    fn recognise(&self, mark: &str) -> Option<CaseId> {
        let first = match self.parts.as_slice() {
            [only] => return only.population.recognise(mark),
            [first, ..] => first,
            [] => return None,
        };
        // References and tax codes of all parts are of one row of numbers, citizen numbers begin with the province.
        if let Some(number) = first.population.numbered(mark) {
            let at = usize::try_from(number % self.parts.len() as u64).ok()?;
            let part = self.parts.get(at)?;
            return Some(part.case_in_run(part.population.recognise(mark)?));
        }
        self.parts.iter().find_map(|part| Some(part.case_in_run(part.population.of_citizen(mark)?)))
    }

    fn is_of_another_run(&self, reference: &str) -> bool {
        self.parts.first().is_some_and(|part| part.population.is_of_another_run(reference))
    }
}

#[cfg(test)]
mod tests;
