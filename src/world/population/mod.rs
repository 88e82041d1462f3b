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

use model::words::{FeeBasis, PaymentMethod};
use model::{Applicant, Case, CaseId, Permutation, Populace, Seed, SimTime, Stream, Vnd};

pub use numbers::Sex;

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
    /// For each cell of the province, in order: where its ranks end.
    ends: Vec<u32>,
    order: Permutation,
    numbers: CitizenNumbers,
    references: References,
    amounts: Amounts,
    streams: Streams,
}

/// One source of chance for each field.
#[derive(Clone, Copy, Debug)]
struct Streams {
    people: Stream,
    name: Stream,
    place: Stream,
    house: Stream,
    arrival: Stream,
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
        let (mut ends, mut count) = (Vec::new(), 0);
        for (cell, cell_count) in province.cells().iter().zip(counts) {
            count += u32::try_from(cell_count).unwrap_or(cell.count);
            ends.push(count);
        }
        let year = u16::try_from(province.period().from.year()).unwrap_or(0);
        Self {
            seed,
            count,
            ends,
            order: Permutation::new(seed.stream("order"), u64::from(count)),
            numbers: CitizenNumbers::new(province.number_code(), year, count, seed),
            references: References::new(count, seed),
            amounts: Amounts::new(&province, seed),
            streams: Streams {
                people: seed.stream("people"),
                name: seed.stream("name"),
                place: seed.stream("place"),
                house: seed.stream("house"),
                arrival: seed.stream("arrival"),
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
        let cell = self.cell(id);
        Arrival { due: self.due(id, cell), case: id, unit: cell.unit }
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

    fn due(&self, id: CaseId, cell: &Cell) -> SimTime {
        let (before, within) = self.province.mass(cell.channel, cell.window);
        let drawn = self.streams.arrival.below(u64::from(id.0), within);
        self.province.instant(cell.channel, before + drawn)
    }

    /// The charge of the province that a case's fee belongs to, by its position; none if it is the tariff, or nothing.
    pub fn charge(&self, id: CaseId) -> Option<usize> {
        self.amounts.charge(self.place(id).0)
    }

    fn fee(&self, position: usize, cell: &Cell, ordinal: u32, tariff: Vnd) -> (Vnd, FeeBasis) {
        match self.amounts.of(position, ordinal) {
            Some(amount) => (amount, FeeBasis::Assessed),
            None if cell.payment == PaymentMethod::None => (Vnd::ZERO, FeeBasis::Tariff),
            None => (tariff, FeeBasis::Tariff),
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
        let tariff = procedure.map_or(Vnd::ZERO, |procedure| procedure.fee);
        let (fee, fee_basis) = self.fee(position, cell, ordinal, tariff);
        let tag = usize::from(cell.tag).checked_sub(1).and_then(|tag| self.province.tags().get(tag));
        Case {
            id,
            unit: unit.map(|unit| unit.code.clone()).unwrap_or_default(),
            level: cell.level,
            procedure: procedure.map(|procedure| procedure.code.clone()).unwrap_or_default(),
            legal_days: procedure.map_or(1, |procedure| procedure.legal_days),
            channel: cell.channel,
            fee,
            fee_basis,
            payment: cell.payment,
            returns: cell.returns,
            outcome: cell.outcome,
            arrival: self.due(id, cell),
            tag: tag.cloned().unwrap_or_default(),
            applicant: self.applicant(id),
            reference: self.references.write(id),
        }
    }

    fn recognise(&self, mark: &str) -> Option<CaseId> {
        self.numbers.read(mark).or_else(|| self.references.read(mark))
    }
}
