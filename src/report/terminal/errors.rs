//! What has no trustworthy answer, by whose fault it is and for which reason.

use super::page::{Column, Ink, Page};
use crate::errors::ErrorReason;
use crate::summary::Summary;
use crate::text::{count, float_count, percent};
use crate::words;

/// So many reasons are shown; the others are in the page.
const REASONS: usize = 8;

/// A row a reason; nothing where every answer can be trusted.
pub(super) fn errors(page: &mut Page, summary: &Summary) {
    let errors = &summary.errors;
    let all = summary.traffic.in_all();
    if errors.count() == 0 {
        return;
    }
    let share = |part| percent(float_count(part) / float_count(all.max(1)));
    let note = format!(
        "{} of {} exchanges ({}) without a trustworthy answer, all phases",
        count(errors.count()),
        count(all),
        share(errors.count())
    );
    page.heading("ERRORS", &note);
    let (rows, others) = errors.first(REASONS);
    let column = |of: fn(&ErrorReason) -> String| rows.iter().map(of).collect::<Vec<_>>();
    page.table(vec![
        Column::left("", column(|_| "?".to_owned())),
        Column::left("fault of", column(|row| row.blame.to_string())),
        Column::right("count", 0, column(|row| count(row.count))),
        Column::right("share", 1, rows.iter().map(|row| share(row.count)).collect()),
        Column::right("first", 2, column(|row| row.first_exchange.to_string())),
        Column::left("kind", column(|row| row.kind.replace('_', " "))),
        Column::left("reason", column(|row| row.reason.clone())),
    ]);
    if others.reasons > 0 {
        page.paragraph("  ? ", Ink::Doubtful, &words::others(others));
    }
    if let Some(first) = errors.reasons.iter().min_by_key(|row| row.first_exchange)
        && let Some(trace_id) = words::trace_id(first.first_traceparent.as_deref())
    {
        page.paragraph("    ", Ink::Faint, &format!("first: exchange {}, trace-id {trace_id}", first.first_exchange));
    }
}
