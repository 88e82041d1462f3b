//! Numbers that came from the world, with where they came from.

/// A value together with the document that states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sourced<T> {
    /// The value as stated.
    pub value: T,
    /// Where it is stated.
    pub source: Source,
}

/// Where a figure is stated, and how exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Name of the document, or `assumption`.
    pub document: String,
    /// The sentence, in the language of the document.
    pub quote: String,
    /// How exactly the document states it.
    pub precision: Precision,
}

/// How exactly a document states a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// To the unit.
    Exact,
    /// Rounded to the digits given.
    Rounded,
    /// A lower bound that may be met.
    AtLeast,
    /// A lower bound that is exceeded.
    MoreThan,
    /// An upper bound that is not reached.
    LessThan,
    /// Near enough: within a tolerance, or half of the last digit given.
    About,
    /// Cut after the digits given.
    Truncated,
    /// In contradiction with other figures of the same document.
    Inconsistent,
}

impl Precision {
    /// Every precision with its spelling in files.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("exact", Self::Exact),
        ("rounded", Self::Rounded),
        ("at_least", Self::AtLeast),
        ("more_than", Self::MoreThan),
        ("less_than", Self::LessThan),
        ("about", Self::About),
        ("truncated", Self::Truncated),
        ("inconsistent", Self::Inconsistent),
    ];

    /// The precision with this spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(spelling, _)| *spelling == text).map(|(_, precision)| *precision)
    }

    /// The spelling of this precision in files.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, precision)| *precision == self).map_or("exact", |(text, _)| text)
    }
}
