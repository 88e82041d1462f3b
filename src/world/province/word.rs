//! The dimensions by which dossiers are told apart, and the words of each.

use std::collections::BTreeMap;
use std::fmt;

use model::words::{Channel, Level, PaymentMethod, PlannedOutcome, ReturnMethod};

/// A way of telling dossiers apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Level of government.
    Level,
    /// The unit that decides.
    Unit,
    /// The way in.
    Channel,
    /// What becomes of it.
    PlannedOutcome,
    /// How it is paid.
    Payment,
    /// How the result is returned.
    Return,
    /// The province's own marking.
    Tag,
    /// The procedure.
    Procedure,
}

impl Dimension {
    /// Every dimension, in reading order.
    pub const ALL: &'static [Self] = &[
        Self::Level,
        Self::Unit,
        Self::Channel,
        Self::PlannedOutcome,
        Self::Payment,
        Self::Return,
        Self::Tag,
        Self::Procedure,
    ];

    /// Its spelling in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Unit => "unit",
            Self::Channel => "channel",
            Self::PlannedOutcome => "outcome",
            Self::Payment => "payment",
            Self::Return => "return",
            Self::Tag => "tag",
            Self::Procedure => "procedure",
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// One word of one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// A level of government.
    Level(Level),
    /// A unit, by its position in the province.
    Unit(u16),
    /// A way in.
    Channel(Channel),
    /// A fate.
    PlannedOutcome(PlannedOutcome),
    /// A way to pay.
    Payment(PaymentMethod),
    /// A way back.
    Return(ReturnMethod),
    /// A marking: 0 is none, others count the province's tags from 1.
    Tag(u16),
    /// A procedure, by its position in the catalogue.
    Procedure(u16),
}

impl Word {
    /// The dimension it belongs to.
    pub const fn dimension(self) -> Dimension {
        match self {
            Self::Level(_) => Dimension::Level,
            Self::Unit(_) => Dimension::Unit,
            Self::Channel(_) => Dimension::Channel,
            Self::PlannedOutcome(_) => Dimension::PlannedOutcome,
            Self::Payment(_) => Dimension::Payment,
            Self::Return(_) => Dimension::Return,
            Self::Tag(_) => Dimension::Tag,
            Self::Procedure(_) => Dimension::Procedure,
        }
    }
}

/// What is decided of some dossiers: at most one word of each dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known(BTreeMap<Dimension, Word>);

impl Known {
    pub(crate) fn get(&self, dimension: Dimension) -> Option<Word> {
        self.0.get(&dimension).copied()
    }

    /// This and one word more.
    #[must_use]
    pub(crate) fn with(&self, word: Word) -> Self {
        let mut known = self.clone();
        known.0.insert(word.dimension(), word);
        known
    }

    pub(crate) fn words(&self) -> impl Iterator<Item = Word> {
        self.0.values().copied()
    }
}
