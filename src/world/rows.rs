//! What the history stores of a province: plain rows of its tables `figures` and `calendar`.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::{Calendar, Period, Province, Realised};

/// A row of the history's table `figures`.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureRow {
    /// Id of the figure.
    pub figure_id: String,
    /// Its place in the file, from 0.
    pub position: u32,
    /// The document that states it.
    pub document: String,
    /// Its name.
    pub name: String,
    /// Whom it speaks of.
    pub scope: String,
    /// The number.
    pub value: f64,
    /// What is counted.
    pub unit: String,
    /// How exactly the document states it.
    pub precision: &'static str,
    /// The sentence that states it.
    pub quote: String,
    /// The SQL that counts the same thing; `None` if a run cannot.
    pub measured_by: Option<String>,
    /// Why a run cannot show it.
    pub not_realised: Option<String>,
}

/// A row of the history's table `calendar`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRow {
    /// The day, as `2021-03-01`.
    pub day: String,
    /// Whether it is worked.
    pub working: bool,
    /// Working days since the first row, this day not counted.
    pub working_days_before: u32,
    /// The holiday's name, or why a weekend day is worked.
    pub note: String,
}

/// The figures of a province, in file order.
pub fn figure_rows(province: &Province) -> Vec<FigureRow> {
    let row = |(position, figure): (u32, &crate::Figure)| {
        let (measured_by, not_realised) = match &figure.realised {
            Realised::MeasuredBy(query) => (Some(query.clone()), None),
            Realised::Not(reason) => (None, Some(reason.clone())),
        };
        FigureRow {
            figure_id: figure.id.clone(),
            position,
            document: figure.stated.source.document.clone(),
            name: figure.name.clone(),
            scope: figure.scope.clone(),
            value: figure.stated.value.value(),
            unit: figure.unit.clone(),
            precision: figure.stated.source.precision.as_str(),
            quote: figure.stated.source.quote.clone(),
            measured_by,
            not_realised,
        }
    };
    (0..).zip(province.figures()).map(row).collect()
}

/// The days that a run of this province can speak of: its period and `today`, for portals that cannot be told another, from a
/// week before the earlier to half a year after the later, for due dates.
pub fn calendar_rows(province: &Province, calendar: &Calendar, today: Date) -> Vec<CalendarRow> {
    let period = province.period();
    let (from, until) = (period.from.min(today), period.until.max(today));
    let around = Period { from: from.saturating_sub(7.days()), until: until.saturating_add(180.days()) };
    let row = |day: crate::Day<'_>| CalendarRow {
        day: day.date.to_string(),
        working: day.working,
        working_days_before: day.working_days_before,
        note: day.note.to_owned(),
    };
    calendar.days(around).map(row).collect()
}
