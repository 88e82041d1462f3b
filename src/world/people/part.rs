//! One province of a run, with its people.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use model::{Applicants, Case, CaseId, Seed};

use super::clock::Moved;
use crate::arrivals::Arrival;
use crate::period::Period;
use crate::population::{Clerk, Population, clerks};
use crate::province::Province;

/// One province of a run, with its people.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its people, by numbers of their own.
    pub population: Population,
    pub(super) first_case: u32,
    pub(super) moved: Moved,
    /// For each of its units, the position among those of the run.
    pub(super) units: Vec<u16>,
    /// What the codes of its procedures end in, beyond those of the procedures file.
    pub(super) suffix: String,
}

impl Part {
    pub(super) fn new(population: Population, first_case: u32, moved: Moved) -> Self {
        Self { population, first_case, moved, units: Vec::new(), suffix: String::new() }
    }

    /// The province.
    pub fn province(&self) -> &Province {
        self.population.province()
    }

    pub(super) fn shared_province(&self) -> Arc<Province> {
        self.population.shared_province()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.province().name()
    }

    /// Its cases in the run.
    pub fn cases(&self) -> Range<u32> {
        self.first_case..self.first_case + self.population.count()
    }

    /// By how much it is played later than its document says.
    pub fn moved(&self) -> Moved {
        self.moved
    }

    /// The days of the run's clock on which it is played.
    pub fn played(&self) -> Period {
        self.moved.period(self.province().period())
    }

    /// The code of one of its procedures at the portal.
    pub fn procedure(&self, code: &str) -> String {
        format!("{code}{}", self.suffix)
    }

    /// What the codes of its procedures end in; empty if they are those of the procedures file.
    pub fn suffix(&self) -> &str {
        &self.suffix
    }

    /// What stands before the first dot of the codes of its units: the code of the province.
    pub fn area(&self) -> &str {
        let code = self.province().units().first().map_or("", |unit| unit.code.as_str());
        code.split('.').next().unwrap_or_default()
    }

    /// The number of a case within its population.
    pub fn own(&self, case: CaseId) -> CaseId {
        CaseId(case.0.saturating_sub(self.first_case))
    }

    pub(super) fn case_in_run(&self, own: CaseId) -> CaseId {
        CaseId(self.first_case + own.0)
    }

    /// The position among the units of the run of one of its own.
    pub(super) fn unit_in_run(&self, unit: u16) -> Option<u16> {
        self.units.get(usize::from(unit)).copied()
    }

    /// An arrival of its population, as one of the run.
    pub(super) fn in_run(&self, arrival: Arrival) -> Arrival {
        Arrival {
            due: self.moved.on_clock(arrival.due),
            case: self.case_in_run(arrival.case),
            unit: self.unit_in_run(arrival.unit).unwrap_or(arrival.unit),
        }
    }

    /// The same the other way round.
    pub(super) fn in_population(&self, arrival: Arrival) -> Arrival {
        self.population.arrival(self.own(arrival.case))
    }

    /// A case of the run.
    pub(super) fn case(&self, id: CaseId) -> Case {
        let mut case = self.population.case(self.own(id));
        case.id = id;
        case.arrival = self.moved.on_clock(case.arrival);
        case.procedure.push_str(&self.suffix);
        case
    }

    /// The clerks that this part of the province's dossiers needs, each with the unit of the run. The code of the province stands in the
    /// accounts of those at the post's counters.
    pub(super) fn clerks(&self, seed: Seed) -> impl Iterator<Item = Clerk> {
        let (count, whole) = (self.population.count(), self.province().count());
        let is_enough = move |before: u32, all: u32| {
            let needed = (u64::from(all) * u64::from(count)).div_ceil(u64::from(whole.max(1))).max(1);
            u64::from(before) >= needed
        };
        let busy: BTreeSet<u16> =
            self.population.cells().filter(|(_, count)| *count > 0).map(|(cell, _)| cell.unit).collect();
        let mut before: BTreeMap<Option<u16>, u32> = BTreeMap::new();
        let needed = clerks(self.province(), seed).into_iter().filter(move |clerk| {
            let all = match clerk.unit {
                Some(unit) if !busy.contains(&unit) => return false,
                Some(unit) => self.province().units().get(usize::from(unit)).map_or(0, |unit| unit.clerks.into()),
                None => self.province().post_counters().into(),
            };
            let before = before.entry(clerk.unit).or_default();
            *before += 1;
            !is_enough(*before - 1, all)
        });
        needed.map(|clerk| match clerk.unit {
            Some(unit) => Clerk { unit: self.unit_in_run(unit), ..clerk },
            None => {
                let number = clerk.account.split_once(':').map_or("", |(_, number)| number);
                Clerk { account: format!("post:{}/{number}", self.area()), ..clerk }
            }
        })
    }
}
