//! The words that a province has, and their spellings.

use model::Node;
use model::words::{Channel, Level, PaymentMethod, PlannedOutcome, ReturnMethod};

use super::catalogue::Catalogue;
use super::unit::Unit;
use super::word::{Dimension, Known, Word};

/// The spelling of the empty tag in files.
pub(crate) const UNTAGGED: &str = "untagged";

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
