//! A province as one document describes it: figures, units, people and the counts that must come out.
//!
//! [`Province::load`] reads a file of `scenarios/provinces/`, adds everything up and gives [`Cell`]s: whole numbers of dossiers
//! that are alike in everything but their person and their hour. It refuses whatever does not come out, all of it at once. It
//! knows no seed and draws nothing.

mod catalogue;
pub(crate) mod cell;
mod cell_builder;
mod coverage;
mod figure;
mod generated;
mod in_use;
mod loading;
mod money;
mod offer;
pub(crate) mod office;
mod organisations;
mod procedure;
mod remark;
mod section;
mod selector;
mod services;
mod split;
mod synthetic;
mod tree;
pub(crate) mod unit;
mod vocabulary;
mod word;

#[cfg(test)]
mod catalogue_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::civil::Date;
use model::words::Channel;

pub use catalogue::Catalogue;
pub use cell::Cell;
#[cfg(test)]
pub(crate) use cell_builder::working_days_needed;
pub(crate) use figure::decimal;
pub use figure::{Figure, Planned, Realised};
pub use loading::Surroundings;
pub(crate) use loading::paper;
pub use money::Charge;
pub(crate) use money::Spread;
pub use offer::{Change, Edition, Extra, Offer, Offered, Reach};
pub use office::{Hours, Office};
pub use procedure::Procedure;
pub use remark::{Assumption, Contradiction};
pub use selector::{Selector, Terms};
pub(crate) use services::Demand;
pub use services::{Bound, Property, ServiceCount, Services, Units};
pub use unit::Unit;
pub use word::{Dimension, Word};

use crate::arrivals::Schedules;
use crate::period::Period;
use money::charge_of;
use vocabulary::Vocabulary;

/// A province in one period, complete and consistent.
#[derive(Clone, Debug)]
pub struct Province {
    name: String,
    title: String,
    territory: String,
    number_code: u16,
    document: Paper,
    period: Period,
    office: Office,
    post_counters: u16,
    units: Vec<Unit>,
    tags: Vec<String>,
    places: Vec<Place>,
    ethnicities: Vec<(Ethnicity, u64)>,
    figures: Vec<Figure>,
    contradictions: Vec<Contradiction>,
    assumptions: Vec<Assumption>,
    charges: Vec<Charge>,
    /// For each procedure of the catalogue, how many of a hundred applicants are organisations.
    organisations: Vec<u8>,
    cells: Vec<Cell>,
    /// When people come.
    schedules: Arc<Schedules>,
    catalogue: Catalogue,
}

/// The document that a province file retells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its file name among the sources.
    pub file: String,
    /// Its headline, or what it is.
    pub title: String,
    /// When it was published, as far as known; may be empty.
    pub published: String,
}

impl Paper {
    /// Title and date, as a reader finds it.
    pub fn citation(&self) -> String {
        match self.published.as_str() {
            "" => self.title.clone(),
            published => format!("{} · {published}", self.title),
        }
    }
}

/// Somewhere people live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// From the smallest part to the district, without the province.
    pub name: String,
    /// How many live there, relative to the other places.
    pub weight: u64,
}

/// A people with names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ethnicity {
    /// Kinh (Viet).
    Kinh,
    /// Thái.
    Thai,
    /// H'Mông.
    Hmong,
    /// Mường.
    Muong,
    /// Tày and Nùng.
    Tay,
    /// Dao.
    Dao,
    /// Khmer.
    Khmer,
    /// Ê Đê.
    Ede,
}

impl Ethnicity {
    /// Every people with its spelling in files.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("kinh", Self::Kinh),
        ("thai", Self::Thai),
        ("hmong", Self::Hmong),
        ("muong", Self::Muong),
        ("tay", Self::Tay),
        ("dao", Self::Dao),
        ("khmer", Self::Khmer),
        ("ede", Self::Ede),
    ];
}

impl Province {
    /// Name of the province file, such as `dien-bien-2019`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the province file models, in a few words.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Name of the province itself, in Vietnamese: the last part of every address. A city under the central government has
    /// `thành phố` before its name.
    pub fn territory(&self) -> &str {
        &self.territory
    }

    /// The province's part of a citizen number.
    pub fn number_code(&self) -> u16 {
        self.number_code
    }

    /// The document it retells.
    pub fn document(&self) -> &Paper {
        &self.document
    }

    /// The days it speaks of.
    pub fn period(&self) -> Period {
        self.period
    }

    /// When offices are open on working days.
    pub fn office(&self) -> &Office {
        &self.office
    }

    /// How many counters the postal operator has: its clerks hand results over there.
    pub fn post_counters(&self) -> u16 {
        self.post_counters
    }

    /// The units that decide; [`Cell::unit`] and [`crate::Arrival::unit`] are positions here.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The province's own markings; [`Cell::tag`] counts them from 1.
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// All clerks of all units together.
    pub fn clerks(&self) -> u32 {
        self.units.iter().map(|unit| u32::from(unit.clerks)).sum()
    }

    /// Somewhere to live.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The ethnicities that names are drawn from, with their weights.
    pub fn ethnicities(&self) -> &[(Ethnicity, u64)] {
        &self.ethnicities
    }

    /// The published figures, in file order.
    pub fn figures(&self) -> &[Figure] {
        &self.figures
    }

    /// Where its document contradicts itself.
    pub fn contradictions(&self) -> &[Contradiction] {
        &self.contradictions
    }

    /// What had to be assumed.
    pub fn assumptions(&self) -> &[Assumption] {
        &self.assumptions
    }

    /// The amounts that are drawn and add up to a sum; whoever pays otherwise pays the tariff.
    pub fn charges(&self) -> &[Charge] {
        &self.charges
    }

    /// The charge that the dossiers of a cell belong to, by its position; none if they pay the tariff.
    pub fn charge_of(&self, cell: &Cell) -> Option<usize> {
        charge_of(&self.charges, cell)
    }

    /// How many of a hundred applicants for a procedure are organisations.
    pub fn organisations(&self, procedure: u16) -> u8 {
        self.organisations.get(usize::from(procedure)).copied().unwrap_or(0)
    }

    /// The cells that make up the whole.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The catalogue it draws on; [`Cell::procedure`] is a position here.
    pub fn catalogue(&self) -> &[Procedure] {
        self.catalogue.procedures()
    }

    /// How procedures are offered from which day on; empty if the province says nothing of it, and nothing is restricted.
    pub fn editions(&self) -> &[Edition] {
        self.catalogue.editions()
    }

    /// Every procedure with how it is offered on a day, in the order of the catalogue; empty before the first edition.
    pub fn catalogue_on(&self, day: Date) -> Vec<(&Procedure, Offer)> {
        let offers = self.catalogue.edition_on(day).map_or(&[][..], |edition| &edition.offers);
        self.catalogue().iter().zip(offers.iter().copied()).collect()
    }

    /// Every procedure that is offered otherwise from a later day on, in order of days.
    pub fn changes(&self) -> Vec<Change> {
        self.catalogue.changes()
    }

    /// The procedures that at least one dossier is about, in the order of the catalogue.
    pub fn procedures(&self) -> impl Iterator<Item = &Procedure> {
        let used = |position: u16| self.cells.iter().any(|cell| cell.procedure == position);
        (0_u16..).zip(self.catalogue()).filter(move |(position, _)| used(*position)).map(|(_, procedure)| procedure)
    }

    /// Only those who come through this channel, without the figures and amounts that the document states of everybody.
    /// `None` if nobody does.
    #[must_use]
    pub fn through(mut self, channel: Channel) -> Option<Self> {
        self.cells.retain(|cell| cell.channel == channel && cell.count > 0);
        self.figures.clear();
        self.charges.clear();
        (!self.cells.is_empty()).then_some(self)
    }

    /// How many dossiers there are in all.
    pub fn count(&self) -> u32 {
        self.cells.iter().map(|cell| cell.count).sum()
    }

    /// The word of a dimension with this spelling, if the province has it.
    pub fn word(&self, dimension: Dimension, text: &str) -> Option<Word> {
        Vocabulary { units: &self.units, tags: &self.tags, catalogue: &self.catalogue }.find(dimension, text)
    }

    /// The spelling of a word in files and in the history; the empty tag is `untagged`.
    pub fn spell(&self, word: Word) -> &str {
        self.vocabulary().spell(word)
    }

    /// All words it uses.
    pub(crate) fn vocabulary(&self) -> Vocabulary<'_> {
        Vocabulary { units: &self.units, tags: &self.tags, catalogue: &self.catalogue }
    }

    /// When a unit is open: at its own hours, or those of the province. Positions outside the province give the latter.
    pub fn office_of(&self, unit: u16) -> &Office {
        self.units.get(usize::from(unit)).and_then(|unit| unit.office.as_ref()).unwrap_or(&self.office)
    }

    /// When people come, before any seed.
    pub(crate) fn schedules(&self) -> &Arc<Schedules> {
        &self.schedules
    }
}
