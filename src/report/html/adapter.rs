//! What the adapter did not understand, and what to do about it.

use maud::{Markup, html};

use super::frame::said;
use super::{scroll, section};
use crate::summary::Summary;
use crate::text::count;

/// The section; nothing if everything was understood.
pub(super) fn not_understood(summary: &Summary) -> Markup {
    let adapter = &summary.adapter;
    if adapter.is_empty() {
        return html! {};
    }
    let content = html! {
        p { (adapter.note()) "." }
        (scroll("Not understood", &html! {
            table {
                caption { "What could not be read of answers, or written into requests, all phases" }
                thead { tr {
                    th scope="col" { "What" }
                    th scope="col" .number { "Exchanges" }
                    th scope="col" .number { "Rows" }
                    th scope="col" .number { "First exchange" }
                    th scope="col" { "Operation" }
                    th scope="col" { "Remedy" }
                } }
                tbody { @for line in &adapter.lines { tr {
                    th scope="row" { (said(&line.what())) }
                    td .number { (count(line.exchanges)) }
                    td .number { (count(line.items)) }
                    td .number { (line.first_exchange) }
                    td { (said(&line.operation.replace('_', " "))) }
                    td { (said(&line.remedy())) }
                } } }
            }
        }))
        @if let Some(rest) = adapter.rest() { p { (rest) } }
    };
    section("not-understood", "Not understood", "Chưa đọc được", &content)
}
