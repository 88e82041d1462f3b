//! Cells: dossiers that are alike in everything but their person and their hour.

use model::Kind;
use model::words::{Channel, Level, PaymentMethod, PlannedOutcome, ReturnMethod};

use super::word::{Dimension, Word};
use crate::period::Period;

/// Dossiers that are alike in everything but their person and their hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Level of government of the unit.
    pub level: Level,
    /// The unit that decides, by its position in the province.
    pub unit: u16,
    /// The way in.
    pub channel: Channel,
    /// What becomes of them.
    pub outcome: PlannedOutcome,
    /// How they are paid.
    pub payment: PaymentMethod,
    /// How the results are returned.
    pub returns: ReturnMethod,
    /// The province's own marking: 0 is none, others count its tags from 1.
    pub tag: u16,
    /// The procedure, by its position in the catalogue.
    pub procedure: u16,
    /// How many there are.
    pub count: u32,
    /// The days on which they come in.
    pub window: Period,
}

impl Cell {
    /// The part of it that journeys may depend on.
    pub fn kind(&self) -> Kind {
        Kind {
            level: self.level,
            channel: self.channel,
            outcome: self.outcome,
            payment: self.payment,
            returns: self.returns,
        }
    }

    /// Its word of a dimension.
    pub fn word(&self, dimension: Dimension) -> Word {
        match dimension {
            Dimension::Level => Word::Level(self.level),
            Dimension::Unit => Word::Unit(self.unit),
            Dimension::Channel => Word::Channel(self.channel),
            Dimension::PlannedOutcome => Word::PlannedOutcome(self.outcome),
            Dimension::Payment => Word::Payment(self.payment),
            Dimension::Return => Word::Return(self.returns),
            Dimension::Tag => Word::Tag(self.tag),
            Dimension::Procedure => Word::Procedure(self.procedure),
        }
    }
}
