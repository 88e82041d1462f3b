//! The dimensions by which dossiers are told apart, and the words of each.

use std::collections::BTreeMap;
use std::fmt;

use model::Node;
use model::words::{Channel, Level, PaymentMethod, PlannedOutcome, ReturnMethod};

use super::catalogue::Catalogue;
use super::unit::Unit;

/// The spelling of the empty tag in files.
pub(crate) const UNTAGGED: &str = "untagged";

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

/// All words that a province may use.
#[derive(Clone, Copy)]
pub(crate) struct Vocabulary<'a> {
    pub(crate) units: &'a [Unit],
    pub(crate) tags: &'a [String],
    pub(crate) catalogue: &'a Catalogue,
}

impl<'a> Vocabulary<'a> {
    /// The word of this dimension with this spelling; `node` stands where an unknown one is noted.
    pub(crate) fn read(self, dimension: Dimension, text: &str, node: &Node<'_>) -> Option<Word> {
        self.find(dimension, text).or_else(|| {
            let known = match dimension {
                Dimension::Procedure => "a code of the catalogue of procedures".to_owned(),
                Dimension::Level
                | Dimension::Unit
                | Dimension::Channel
                | Dimension::PlannedOutcome
                | Dimension::Payment
                | Dimension::Return
                | Dimension::Tag => format!("one of: {}", self.spellings(dimension).join(", ")),
            };
            node.refuse(format!("`{text}` is no {dimension}"), known)
        })
    }

    pub(crate) fn find(self, dimension: Dimension, text: &str) -> Option<Word> {
        let position = |mut all: Box<dyn Iterator<Item = &str> + '_>| {
            all.position(|known| known == text).and_then(|position| u16::try_from(position).ok())
        };
        match dimension {
            Dimension::Level => Level::parse(text).map(Word::Level),
            Dimension::Unit => position(Box::new(self.units.iter().map(|unit| unit.code.as_str()))).map(Word::Unit),
            Dimension::Channel => Channel::parse(text).map(Word::Channel),
            Dimension::PlannedOutcome => PlannedOutcome::parse(text).map(Word::PlannedOutcome),
            Dimension::Payment => PaymentMethod::parse(text).map(Word::Payment),
            Dimension::Return => ReturnMethod::parse(text).map(Word::Return),
            Dimension::Tag if text == UNTAGGED => Some(Word::Tag(0)),
            Dimension::Tag => position(Box::new(self.tags.iter().map(String::as_str))).map(|i| Word::Tag(i + 1)),
            Dimension::Procedure => {
                let codes = self.catalogue.procedures().iter().map(|procedure| procedure.code.as_str());
                position(Box::new(codes)).map(Word::Procedure)
            }
        }
    }

    /// The words that every province has; none for dimensions whose words are the province's own.
    pub(crate) fn fixed(dimension: Dimension) -> Vec<&'static str> {
        match dimension {
            Dimension::Level => Level::ALL.iter().map(|word| word.as_str()).collect(),
            Dimension::Channel => Channel::ALL.iter().map(|word| word.as_str()).collect(),
            Dimension::PlannedOutcome => PlannedOutcome::ALL.iter().map(|word| word.as_str()).collect(),
            Dimension::Payment => PaymentMethod::ALL.iter().map(|word| word.as_str()).collect(),
            Dimension::Return => ReturnMethod::ALL.iter().map(|word| word.as_str()).collect(),
            Dimension::Unit | Dimension::Tag | Dimension::Procedure => Vec::new(),
        }
    }

    fn spellings(self, dimension: Dimension) -> Vec<&'a str> {
        match dimension {
            Dimension::Level
            | Dimension::Channel
            | Dimension::PlannedOutcome
            | Dimension::Payment
            | Dimension::Return => Self::fixed(dimension),
            Dimension::Unit => self.units.iter().map(|unit| unit.code.as_str()).collect(),
            Dimension::Tag => std::iter::once(UNTAGGED).chain(self.tags.iter().map(String::as_str)).collect(),
            Dimension::Procedure => {
                self.catalogue.procedures().iter().map(|procedure| procedure.code.as_str()).collect()
            }
        }
    }

    /// The spelling of a word.
    pub(crate) fn spell(self, word: Word) -> &'a str {
        let unit = |i: u16| self.units.get(usize::from(i)).map_or("", |unit| unit.code.as_str());
        match word {
            Word::Level(level) => level.as_str(),
            Word::Unit(i) => unit(i),
            Word::Channel(channel) => channel.as_str(),
            Word::PlannedOutcome(outcome) => outcome.as_str(),
            Word::Payment(payment) => payment.as_str(),
            Word::Return(returns) => returns.as_str(),
            Word::Tag(0) => UNTAGGED,
            Word::Tag(i) => self.tags.get(usize::from(i) - 1).map_or("", String::as_str),
            Word::Procedure(i) => {
                self.catalogue.procedures().get(usize::from(i)).map_or("", |procedure| procedure.code.as_str())
            }
        }
    }

    /// What is decided, in words: `level = district, outcome = late`.
    pub(crate) fn describe(self, known: &Known) -> String {
        let words: Vec<_> = known.words().map(|word| format!("{} = {}", word.dimension(), self.spell(word))).collect();
        if words.is_empty() { "all".to_owned() } else { words.join(", ") }
    }
}
