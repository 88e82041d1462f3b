//! What the history stores of a province: plain rows of its tables `figures` and `calendar`.

use jiff::ToSpan;
use jiff::civil::Date;
use model::{CalendarRow, FigureRow, TargetRow};

use crate::calendar::Calendar;
use crate::period::Period;
use crate::province::{Province, Realised, Terms};
use crate::target::{NO_SUCH_DOSSIERS, Share, Target};

/// The figures of a province, in file order.
pub fn figure_rows(province: &Province) -> Vec<FigureRow> {
    let row = |figure: &crate::Figure| {
        let (measured_by, not_reproducible) = match &figure.realised {
            Realised::MeasuredBy(query) => (Some(query.text.clone()), None),
            Realised::Not(reason) => (None, Some(reason.clone())),
        };
        let source = &figure.stated.source;
        FigureRow {
            id: figure.id.clone(),
            document: source.document.clone(),
            name: figure.name.clone(),
            scope: figure.scope.clone(),
            stated: figure.stated.value,
            unit: figure.unit.clone(),
            precision: source.precision,
            tolerance: figure.tolerance,
            quote: source.quote.clone(),
            measured_by,
            not_reproducible,
        }
    };
    province.figures().iter().map(row).collect()
}

/// The targets, in their order: with the query where the dossiers of this province can answer.
pub fn target_rows(targets: &[Target], province: &Province) -> Vec<TargetRow> {
    let row = |target: &Target| {
        let (measured_by, not_measured) = match &target.share {
            Share::Dossiers { of, measured_by, .. } if has_any(province, of) => (Some(measured_by.text.clone()), None),
            Share::Dossiers { .. } => (None, Some(NO_SUCH_DOSSIERS.to_owned())),
            Share::Figures { .. } => (None, Some("no dossier shows it: see `vandan fidelity`".to_owned())),
            Share::Not(reason) => (None, Some(reason.clone())),
        };
        TargetRow {
            id: target.id.clone(),
            title: target.title.clone(),
            title_vi: target.title_vi.clone(),
            document: target.document.citation(),
            figure: target.figure.clone(),
            denominator: target.denominator.clone(),
            bound: target.bound,
            value: target.value,
            measured_by,
            not_measured,
        }
    };
    targets.iter().map(row).collect()
}

fn has_any(province: &Province, of: &Terms) -> bool {
    of.resolve(province.vocabulary()).is_some_and(|of| {
        province.cells().iter().any(|cell| cell.count > 0 && of.matches(|dimension| Some(cell.word(dimension))))
    })
}

/// The days that a run of this period can speak of: its own and `today`, for portals that cannot be told another, from a
/// week before the earlier to half a year after the later, for due dates.
pub fn calendar_rows(period: Period, calendar: &Calendar, today: Date) -> Vec<CalendarRow> {
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
