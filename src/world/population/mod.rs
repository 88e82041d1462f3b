//! Everybody in a run, as a formula: nothing is stored per person.
//!
//! ```text
//! case number --keyed bijection--> rank --prefix sums--> cell, ordinal --> every field
//!      ^                                                                      |
//!      +------ citizen number, reference: recognised in constant time --------+
//! ```
//!
//! [`Population`] knows the province's cells and a seed. The same seed gives the same people on any machine; chance enters by
//! streams named after the field they decide, so a new field changes no other.

mod amounts;
mod name_tables;
mod names;
mod numbers;

use std::sync::Arc;

use model::words::PaymentMethod;
use model::{Applicant, Case, CaseId, Permutation, Populace, Seed, Stream, Vnd};

pub use numbers::Sex;

use crate::arrivals::Comings;
use crate::profile::{Cell, People, Province};
use crate::{Arrival, apportion};
use amounts::Amounts;
use numbers::{CitizenNumbers, References};

/// How much of a province is played: a fraction of its dossiers, above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    numerator: u32,
    denominator: u32,
}

/// A fraction that was to be a scale is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read {numerator}/{denominator} as a scale: it must lie above 0 and not above 1")]
pub struct ScaleOutOfRange {
    /// What was above the line.
    pub numerator: u32,
    /// What was below.
    pub denominator: u32,
}

impl Scale {
    /// All dossiers, as published.
    pub const WHOLE: Self = Self { numerator: 1, denominator: 1 };

    /// This fraction of the dossiers.
    ///
    /// # Errors
    /// [`ScaleOutOfRange`] if the fraction is 0, above 1, or divides by 0.
    pub fn new(numerator: u32, denominator: u32) -> Result<Self, ScaleOutOfRange> {
        let scale = Self { numerator, denominator };
        let within = numerator > 0 && numerator <= denominator;
        if within { Ok(scale) } else { Err(ScaleOutOfRange { numerator, denominator }) }
    }

    /// How many of `whole` are played, rounded down, but at least one.
    pub fn of(self, whole: u32) -> u32 {
        let part = u64::from(whole) * u64::from(self.numerator) / u64::from(self.denominator);
        u32::try_from(part).unwrap_or(whole).max(1)
    }
}

/// The people of a province and their dossiers.
#[derive(Clone, Debug)]
pub struct Population {
    province: Arc<Province>,
    seed: Seed,
    count: u32,
    /// For each cell of the province, in order: where its ranks end, and where the ordinals of its payers on delivery begin.
    ends: Vec<u32>,
    payers: Vec<u32>,
    order: Permutation,
    numbers: CitizenNumbers,
    references: References,
    amounts: Amounts,
    comings: Comings,
    streams: Streams,
}

/// One source of chance for each field.
#[derive(Clone, Copy, Debug)]
struct Streams {
    people: Stream,
    name: Stream,
    place: Stream,
    house: Stream,
    phone: Permutation,
}

/// How many phone numbers there are.
const PHONES: u64 = 1_000_000;

impl Population {
    /// The people that belong to this seed. At a smaller scale every cell shrinks in proportion (Webster, so the counts of a
    /// smaller run never exceed those of a larger one).
    pub fn new(province: Arc<Province>, seed: Seed, scale: Scale) -> Self {
        let all = province.count();
        let weights: Vec<_> = province.cells().iter().map(|cell| u64::from(cell.count)).collect();
        let counts = apportion(u64::from(scale.of(all)), &weights);
        let (mut ends, mut payers, mut count, mut paying) = (Vec::new(), Vec::new(), 0, 0);
        for (cell, cell_count) in province.cells().iter().zip(counts) {
            let cell_count = u32::try_from(cell_count).unwrap_or(cell.count);
            payers.push(paying);
            count += cell_count;
            ends.push(count);
            if cell.payment == PaymentMethod::CashOnDelivery {
                paying += cell_count;
            }
        }
        let all_payers = province.cells().iter().filter(|cell| cell.payment == PaymentMethod::CashOnDelivery);
        let all_payers = all_payers.map(|cell| cell.count).sum();
        let year = u16::try_from(province.period().from.year()).unwrap_or(0);
        Self {
            seed,
            count,
            ends,
            payers,
            order: Permutation::new(seed.stream("order"), u64::from(count)),
            numbers: CitizenNumbers::new(province.number_code(), year, count, seed),
            references: References::new(count, seed),
            amounts: Amounts::new(province.cod(), paying, all_payers, seed.stream("amount")),
            comings: Comings::new(province.schedules(), province.cells(), seed),
            streams: Streams {
                people: seed.stream("people"),
                name: seed.stream("name"),
                place: seed.stream("place"),
                house: seed.stream("house"),
                phone: Permutation::new(seed.stream("phone"), PHONES),
            },
            province,
        }
    }

    /// The province they live in.
    pub fn province(&self) -> &Province {
        &self.province
    }

    /// The seed they belong to.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// Every case number, in order.
    pub fn ids(&self) -> impl Iterator<Item = CaseId> + use<> {
        (0..self.count).map(CaseId)
    }

    /// The province's cells, with how many dossiers of each are planned at this scale.
    pub fn cells(&self) -> impl Iterator<Item = (&Cell, u32)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let counts = self.ends.iter().zip(starts).map(|(end, start)| end - start);
        self.province.cells().iter().zip(counts)
    }

    /// The cell of a case. Ids outside the population give an unspecified cell.
    pub fn cell(&self, id: CaseId) -> &Cell {
        self.place(id).1
    }

    /// When a case comes in, and where to.
    pub fn arrival(&self, id: CaseId) -> Arrival {
        let (position, cell, _) = self.place(id);
        Arrival { due: self.comings.due(position, u64::from(id.0)), case: id, unit: cell.unit }
    }

    /// For each cell of the province its position, itself, and its cases with the key of their draws, in no particular order.
    pub(crate) fn cases_by_cell(&self) -> impl Iterator<Item = (usize, &Cell, impl Iterator<Item = (CaseId, u64)>)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let ranks = starts.zip(&self.ends).map(|(start, end)| start..*end);
        let cells = self.province.cells().iter().zip(ranks).enumerate();
        cells.map(move |(position, (cell, ranks))| {
            let keys = ranks.map(|rank| self.order.backward(u64::from(rank)));
            (position, cell, keys.map(|key| (CaseId(u32::try_from(key).unwrap_or(0)), key)))
        })
    }

    /// When everybody comes.
    pub(crate) fn comings(&self) -> &Comings {
        &self.comings
    }

    /// Position of the case's cell, the cell, the case's ordinal within it.
    fn place(&self, id: CaseId) -> (usize, &Cell, u32) {
        let rank = u32::try_from(self.order.forward(u64::from(id.0))).unwrap_or(0).min(self.count.saturating_sub(1));
        let position = self.ends.partition_point(|end| *end <= rank);
        let start = position.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        match self.province.cells().get(position) {
            Some(cell) => (position, cell, rank - start),
            None => unreachable!("a rank below the count lies before the end of the last cell"),
        }
    }

    fn fee(&self, position: usize, cell: &Cell, ordinal: u32, tariff: Vnd) -> Vnd {
        match cell.payment {
            PaymentMethod::None => Vnd::ZERO,
            PaymentMethod::Online | PaymentMethod::Counter => tariff,
            PaymentMethod::CashOnDelivery => {
                let first = self.payers.get(position).copied().unwrap_or(0);
                self.amounts.of(first + ordinal)
            }
        }
    }

    fn applicant(&self, id: CaseId) -> Applicant {
        let index = u64::from(id.0);
        let (citizen_number, sex) = self.numbers.write(id);
        let weights = self.province.peoples().iter().map(|(people, weight)| (people, *weight));
        let people = drawn(self.streams.people, index, weights).copied().unwrap_or(People::Kinh);
        let full_name = names::full_name(self.streams.name, index, people, sex);
        let places = self.province.places().iter().map(|place| (place, place.weight));
        let place = drawn(self.streams.place, index, places).map_or("", |place| &place.name);
        let house = 1 + self.streams.house.below(index, 300);
        Applicant {
            email: format!("{}.{index}@dan.example", names::ascii(&full_name)),
            full_name,
            citizen_number,
            phone: format!("+84000{:06}", self.streams.phone.forward(index % PHONES)),
            address: format!("Số {house}, {place}, tỉnh {}", self.province.territory()),
        }
    }
}

/// One of some things, by weight.
fn drawn<T>(stream: Stream, index: u64, things: impl Iterator<Item = (T, u64)> + Clone) -> Option<T> {
    let mut left = stream.below(index, things.clone().map(|(_, weight)| weight).sum());
    for (thing, weight) in things {
        match left.checked_sub(weight) {
            Some(rest) => left = rest,
            None => return Some(thing),
        }
    }
    None
}

impl Populace for Population {
    fn count(&self) -> u32 {
        self.count
    }

    fn case(&self, id: CaseId) -> Case {
        let (position, cell, ordinal) = self.place(id);
        let unit = self.province.units().get(usize::from(cell.unit));
        let procedure = self.province.catalogue().get(usize::from(cell.procedure));
        let tag = usize::from(cell.tag).checked_sub(1).and_then(|tag| self.province.tags().get(tag));
        Case {
            id,
            unit: unit.map(|unit| unit.code.clone()).unwrap_or_default(),
            level: cell.level,
            procedure: procedure.map(|procedure| procedure.code.clone()).unwrap_or_default(),
            legal_days: procedure.map_or(1, |procedure| procedure.legal_days),
            channel: cell.channel,
            fee: self.fee(position, cell, ordinal, procedure.map_or(Vnd::ZERO, |procedure| procedure.fee)),
            payment: cell.payment,
            returns: cell.returns,
            outcome: cell.outcome,
            arrival: self.comings.due(position, u64::from(id.0)),
            tag: tag.cloned().unwrap_or_default(),
            applicant: self.applicant(id),
            reference: self.references.write(id),
        }
    }

    fn recognise(&self, mark: &str) -> Option<CaseId> {
        self.numbers.read(mark).or_else(|| self.references.read(mark))
    }
}
