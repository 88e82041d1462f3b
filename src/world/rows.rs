//! What the history stores of a province: plain rows of its tables `figures` and `calendar`.

use jiff::ToSpan;
use jiff::civil::Date;
use model::Precision;

use crate::profile::Terms;
use crate::target::NO_SUCH_DOSSIERS;
use crate::{Calendar, Period, Province, Realised, Share, Target};

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
    /// How far a counted number may be off, for precisions that allow it.
    pub tolerance: Option<f64>,
}

/// A row of the history's table `targets`.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetRow {
    /// Its id.
    pub id: String,
    /// What is to be reached.
    pub title: String,
    /// The same in Vietnamese.
    pub title_vi: String,
    /// The document that sets it.
    pub document: String,
    /// The figure that states it.
    pub figure: Option<String>,
    /// What is 100 %, in words.
    pub denominator: String,
    /// How the share must compare.
    pub comparison: &'static str,
    /// The value, 0..=1.
    pub value: f64,
    /// The SQL that returns part and base; none if no run of this province can answer.
    pub measured_by: Option<String>,
    /// Why not.
    pub not_shown: Option<String>,
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
            tolerance: match figure.stated.source.precision {
                Precision::Rounded | Precision::Truncated | Precision::About => Some(figure.tolerance.value()),
                Precision::Exact
                | Precision::AtLeast
                | Precision::MoreThan
                | Precision::LessThan
                | Precision::Inconsistent => None,
            },
        }
    };
    (0..).zip(province.figures()).map(row).collect()
}

/// The targets, in their order: with the query where the dossiers of this province can answer.
pub fn target_rows(targets: &[Target], province: &Province) -> Vec<TargetRow> {
    let row = |target: &Target| {
        let (measured_by, not_shown) = match &target.share {
            Share::Dossiers { of, measured_by, .. } if has_any(province, of) => (Some(measured_by.clone()), None),
            Share::Dossiers { .. } => (None, Some(NO_SUCH_DOSSIERS.to_owned())),
            Share::Figures { .. } => (None, Some("no dossier shows it: see `vandan fidelity`".to_owned())),
            Share::Not(reason) => (None, Some(reason.clone())),
        };
        TargetRow {
            id: target.id.clone(),
            title: target.title.clone(),
            title_vi: target.title_vi.clone(),
            document: target.document.file.clone(),
            figure: target.figure.clone(),
            denominator: target.denominator.clone(),
            comparison: target.bound.as_str(),
            value: target.value.value(),
            measured_by,
            not_shown,
        }
    };
    targets.iter().map(row).collect()
}

fn has_any(province: &Province, of: &Terms) -> bool {
    of.resolve(province).is_some_and(|of| {
        province.cells().iter().any(|cell| cell.count > 0 && of.matches(|dimension| Some(cell.word(dimension))))
    })
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
