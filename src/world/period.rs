//! Stretches of whole days, and how days are written in files.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;
use model::{Fields, Node, SimTime};

/// Days in a row, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day; never before `from` in a period that was read.
    pub until: Date,
}

impl Period {
    /// The instant at which the first day begins.
    pub fn start(self) -> SimTime {
        SimTime::start_of(self.from)
    }

    /// The first instant after the last day.
    pub fn end(self) -> SimTime {
        SimTime::start_of(next(self.until))
    }

    /// Every day, in order.
    pub fn days(self) -> impl Iterator<Item = Date> {
        self.from.series(1.day()).take_while(move |day| *day <= self.until)
    }

    /// The days that belong to both; it may be empty, that is, end before it begins.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.min(other.until) }
    }

    /// Reads `{ from: 2021-01-01, until: 2021-09-30 }`.
    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        node.fields(|fields| {
            let from = fields.need("from").and_then(|node| date(&node));
            let until = fields.need("until").and_then(|node| date(&node));
            Self { from: from?, until: until? }.checked(fields)
        })
    }

    pub(crate) fn checked(self, fields: &Fields<'_>) -> Option<Self> {
        if self.from <= self.until {
            return Some(self);
        }
        fields.node().refuse(format!("the last day, {}, is before the first, {}", self.until, self.from), "")
    }
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} - {}", self.from, self.until)
    }
}

/// The day after, or the last day there is.
pub(crate) fn next(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

/// Reads a day such as `2021-01-31`.
pub(crate) fn date(node: &Node<'_>) -> Option<Date> {
    let text = node.text()?;
    text.parse().ok().or_else(|| node.refuse(format!("`{text}` is not a day"), "write it as 2021-01-31"))
}
