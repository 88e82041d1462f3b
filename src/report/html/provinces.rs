//! The provinces of a run of several, one a row.

use maud::{Markup, html};

use super::frame::said;
use super::{scroll, section};
use crate::provinces::ProvinceLine;
use crate::summary::Summary;
use crate::text::{self, MISSING, count};

/// A longer table is folded.
const OPEN: usize = 8;

/// Each province beside the others; nothing where one is played.
pub(super) fn provinces(summary: &Summary) -> Markup {
    if summary.provinces.is_empty() {
        return html! {};
    }
    let content = html! {
        p { "What each province of this run shows alone. The verdict is that of all of them together." }
        details open[summary.provinces.len() <= OPEN] {
            summary { (count(summary.provinces.len() as u64)) " provinces" }
            (scroll("Provinces", &table(&summary.provinces)))
        }
    };
    section("provinces", "Provinces", "Các tỉnh", &content)
}

fn table(provinces: &[ProvinceLine]) -> Markup {
    html! {
        table .figures.stack {
            caption { "Dossiers, and exchanges of people under load, by province" }
            thead { tr {
                th scope="col" { "Province" }
                th scope="col" .number { "Planned" }
                th scope="col" .number { "Submitted" }
                th scope="col" .number { "In time" }
                th scope="col" .number { "Late" }
                th scope="col" .number { "Exchanges" }
                th scope="col" .number { "Errors" }
                th scope="col" .number { "Response time, p95" }
                th scope="col" .number { "Gates that hold, of those decided" }
            } }
            tbody { @for province in provinces { (row(province)) } }
        }
    }
}

fn row(province: &ProvinceLine) -> Markup {
    let response_time = province.response_time.map_or_else(|| MISSING.to_owned(), |time| text::duration(time.p95_ns));
    html! {
        tr .telling[!province.gates_broken.is_empty()] {
            th scope="row" {
                (said(&province.name))
                @for claim in &province.gates_broken { p .note { "broken for it alone: " (said(claim)) } }
            }
            td .number data-label="planned" { (count(province.planned)) }
            td .number data-label="submitted" { (count(province.submitted)) }
            td .number data-label="in time" { (count(province.in_time)) }
            td .number data-label="late" { (count(province.late)) }
            td .number data-label="exchanges" { (count(province.exchanges)) }
            td .number data-label="errors" { (count(province.errors)) }
            td .number data-label="response time, p95" { (response_time) }
            td .number data-label="gates" { (province.gates_text()) }
        }
    }
}
