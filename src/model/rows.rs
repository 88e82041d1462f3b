//! What a run knows of its province besides the dossiers: the rows of the history's tables `figures`, `targets` and
//! `calendar`. Who plans makes them, the history keeps them, the report compares them.

use crate::{Comparison, Counted, Decimal, Precision};

/// A published figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureRow {
    /// Its id, unique in its province.
    pub id: String,
    /// The document that states it: title and date.
    pub document: String,
    /// What is counted.
    pub name: String,
    /// Of whom.
    pub scope: String,
    /// The number as the document writes it; shares are 0..=1.
    pub stated: Decimal,
    /// Unit of the number.
    pub unit: String,
    /// How exactly it is stated.
    pub precision: Precision,
    /// How far a counted number may be off; 0 for precisions without one.
    pub tolerance: Decimal,
    /// The sentence that states it.
    pub quote: String,
    /// The SQL that counts the same in a history: one whole number, or part and base. `None` if a run cannot.
    pub measured_by: Option<String>,
    /// Why a run cannot reproduce it.
    pub not_reproducible: Option<String>,
}

impl FigureRow {
    /// How a counted number compares with the one stated.
    pub fn compare(&self, counted: Counted) -> Comparison {
        counted.compare(self.stated, self.precision, self.tolerance)
    }
}

/// A target (KPI) that a province has set itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRow {
    /// Its id.
    pub id: String,
    /// What is to be reached, in English.
    pub title: String,
    /// The same in Vietnamese.
    pub title_vi: String,
    /// The document that sets it: title and date.
    pub document: String,
    /// The figure that states it.
    pub figure: Option<String>,
    /// What is 100 %, in words.
    pub denominator: String,
    /// How the share must compare: exact, at least, more than, less than.
    pub bound: Precision,
    /// The share, 0..=1.
    pub value: Decimal,
    /// The SQL that returns part and base; `None` if no run of this province can answer.
    pub measured_by: Option<String>,
    /// Why not.
    pub not_measured: Option<String>,
}

impl TargetRow {
    /// Whether a counted share is as the target asks.
    pub fn is_met(&self, counted: Counted) -> bool {
        matches!(counted.compare(self.value, self.bound, Decimal::ZERO), Comparison::Equal | Comparison::Within)
    }
}

/// One day of the working calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRow {
    /// `2021-03-01`.
    pub day: String,
    /// Whether offices work.
    pub working: bool,
    /// Working days since the first row, this day not counted.
    pub working_days_before: u32,
    /// Name of the holiday, or why a weekend day is worked.
    pub note: String,
}
