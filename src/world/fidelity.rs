//! Whether a population matches its documents: generates and counts every dossier, and compares the counts with the figures.
//!
//! It uses nothing of the plan: each dossier counts by its own fields.

use std::collections::BTreeMap;

use model::words::PaymentMethod;
use model::{Applicants, Case, Comparison, Counted};

use crate::population::Population;
use crate::province::{Demand, Dimension, Figure, Planned, Province, Selector, Word};

/// A population, counted.
#[derive(Clone, Debug)]
pub struct Fidelity {
    /// One for each figure of the province, in their order.
    pub figures: Vec<CountedFigure>,
    tally: BTreeMap<Kind, Bucket>,
}

/// A figure and what was generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedFigure {
    /// What was generated; none if no dossier shows it.
    pub generated: Option<Counted>,
    /// How that compares with the document.
    pub comparison: Option<Comparison>,
}

/// A word of each dimension.
type Kind = [Word; Dimension::ALL.len()];

/// Dossiers that are alike.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    count: i64,
    /// What they pay, in dong.
    paid: i64,
}

impl Fidelity {
    /// Generates every dossier and counts it.
    pub fn of(population: &Population) -> Self {
        let province = population.province();
        let spellings = Spellings::of(province);
        let mut tally: BTreeMap<Kind, Bucket> = BTreeMap::new();
        for id in population.ids() {
            let case = population.case(id);
            // A dossier that names something the province does not have counts nowhere, so that its figures differ.
            let Some(kind) = spellings.kind(&case) else { continue };
            let bucket = tally.entry(kind).or_default();
            bucket.count += 1;
            bucket.paid += case.fee.0;
        }
        let mut counted = Self { figures: Vec::new(), tally };
        counted.figures = province.figures().iter().map(|figure| counted.figure(province, figure)).collect();
        counted
    }

    /// How many of the dossiers `of` are also `part`, and how many there are.
    pub fn part_of(&self, part: &Selector, of: &Selector) -> (i64, i64) {
        let meant = || self.meant(of);
        let counts = |bucket: &Bucket| bucket.count;
        let both = meant().filter(|(kind, _)| part.matches(|dimension| word(kind, dimension)));
        (both.map(|(_, bucket)| counts(bucket)).sum(), meant().map(|(_, bucket)| counts(bucket)).sum())
    }

    fn figure(&self, province: &Province, figure: &Figure) -> CountedFigure {
        let count = |selector: &Selector| self.meant(selector).map(|(_, bucket)| bucket.count).sum::<i64>();
        let generated = match &figure.planned {
            Planned::Nothing => None,
            Planned::Dossiers(selector) => Some(Counted::whole(count(selector))),
            Planned::Share(part, base) => Counted::share(count(part), count(base)),
            Planned::Sum(charge) => province.charges().get(*charge).map(|charge| {
                let pays = |kind: &Kind| word(kind, Dimension::Payment) != Some(Word::Payment(PaymentMethod::None));
                let paid = self.meant(&charge.of).filter(|(kind, _)| pays(kind)).map(|(_, bucket)| bucket.paid);
                Counted::whole(paid.sum())
            }),
            Planned::Services(count) => count.count(province.vocabulary(), &self.demand()),
            Planned::PostCounters => Some(Counted::whole(province.post_counters().into())),
        };
        CountedFigure { generated, comparison: generated.map(|generated| figure.compare(generated)) }
    }

    /// Which procedures were applied for at which unit.
    fn demand(&self) -> Demand {
        let mut demand = Demand::default();
        for kind in self.tally.keys() {
            let words =
                [Dimension::Procedure, Dimension::Unit, Dimension::Channel].map(|dimension| word(kind, dimension));
            if let [Some(Word::Procedure(procedure)), Some(Word::Unit(unit)), Some(Word::Channel(channel))] = words {
                demand.ask(procedure, unit, channel);
            }
        }
        demand
    }

    fn meant(&self, selector: &Selector) -> impl Iterator<Item = (&Kind, &Bucket)> {
        self.tally.iter().filter(move |(kind, _)| selector.matches(|dimension| word(kind, dimension)))
    }
}

fn word(kind: &Kind, dimension: Dimension) -> Option<Word> {
    kind.iter().copied().find(|word| word.dimension() == dimension)
}

/// The positions of everything that a dossier names.
struct Spellings<'p> {
    units: BTreeMap<&'p str, u16>,
    tags: BTreeMap<&'p str, u16>,
    procedures: BTreeMap<&'p str, u16>,
}

impl<'p> Spellings<'p> {
    fn of(province: &'p Province) -> Self {
        Self {
            units: province.units().iter().map(|unit| unit.code.as_str()).zip(0..).collect(),
            tags: province.tags().iter().map(String::as_str).zip(1..).chain([("", 0)]).collect(),
            procedures: province.catalogue().iter().map(|procedure| procedure.code.as_str()).zip(0..).collect(),
        }
    }

    /// The dossier's own words; none if it names something the province does not have.
    fn kind(&self, case: &Case) -> Option<Kind> {
        Some([
            Word::Level(case.level),
            Word::Unit(*self.units.get(case.unit.as_str())?),
            Word::Channel(case.channel),
            Word::PlannedOutcome(case.outcome),
            Word::Payment(case.payment),
            Word::Return(case.returns),
            Word::Tag(*self.tags.get(case.tag.as_str())?),
            Word::Procedure(*self.procedures.get(case.procedure.as_str())?),
        ])
    }
}
