//! Latency, load and the health of the instrument.

use maud::{Markup, html};

use super::frame::said;
use super::{scroll, section};
use crate::charts;
use crate::summary::{Identities, Summary};
use crate::text::{MISSING, count, counted, duration, float, float_count, milliseconds, percent, rate};
use crate::traffic::OperationTraffic;
use crate::words::{open_ended, others, trace_id};

pub(super) fn latency(summary: &Summary) -> Markup {
    let traffic = &summary.traffic;
    let content = html! {
        p {
            b { "Waited" } " counts from the instant at which a person meant to act, so it includes every delay before "
            "the request could leave; " b { "served" } " counts from sending. An exchange without an answer counts as long as was waited for it: a figure that it could move is a lower bound (≥)."
            @if let Some(all) = traffic.all.as_ref().filter(|all| all.unanswered + all.dropped > 0) { " " (open_ended(all)) "." }
        }
        @if let Some(closed) = summary.closed_model() { p .note { (said(&closed)) } }
        @if let Some(all) = &traffic.all {
            figure {
                figcaption { "Latency per operation under load" }
                (scroll("Chart of latency per operation", &charts::latency(&traffic.operations)))
            }
            (scroll("Latency per operation", &operations("What people did under load; times in milliseconds, exact order statistics", &traffic.operations, Some(all))))
        }
        @if !traffic.others.is_empty() {
            (scroll("Polls and the run itself", &operations("Polls, and exchanges of the run itself, under load: in no claim about all", &traffic.others, None)))
        }
        @if traffic.exchanges() == 0 { p { "Nothing was sent under load." } } @else { (slowest(summary)) }
        (errors(summary))
        @if !summary.traffic.refusals.is_empty() { (refusals(summary)) }
        @if summary.traffic.resent > 0 {
            p {
                "Sent once more because the kept connection was closed: "
                (counted(summary.traffic.resent, "request", "requests")) "."
            }
        }
        @if summary.traffic.retried > 0 {
            p { "Tried again when " code { "Retry-After" } " had said: " (counted(summary.traffic.retried, "request", "requests")) "." }
        }
    };
    section("latency", "Latency by operation", "Độ trễ theo thao tác", &content)
}

fn operations(caption: &str, rows: &[OperationTraffic], all: Option<&OperationTraffic>) -> Markup {
    html! {
        table .sortable.small {
            caption { (caption) }
            thead {
                tr {
                    th rowspan="2" scope="col" { "Operation" }
                    th rowspan="2" scope="col" .number { "Count" }
                    th rowspan="2" scope="col" .number { "Refused" }
                    th rowspan="2" scope="col" .number { "Errors" }
                    th rowspan="2" scope="col" .number { "Per second" }
                    th colspan="4" scope="colgroup" .group { "Waited, ms" }
                    th colspan="4" scope="colgroup" .group { "Served, ms" }
                }
                tr { @for side in ["first", ""] {
                    th scope="col" class=(format!("number {side}")) { "p50" }
                    th scope="col" .number { "p95" }
                    th scope="col" .number { "p99" }
                    th scope="col" .number { "max" }
                } }
            }
            tbody { @for row in rows { (operation(row)) } }
            @if let Some(all) = all { tfoot { (operation(all)) } }
        }
    }
}

fn operation(row: &OperationTraffic) -> Markup {
    html! {
        tr {
            th scope="row" { (said(&row.operation.replace('_', " "))) }
            @for value in [row.count, row.refused, row.errors] { td .number data-value=(value) { (count(value)) } }
            td .number data-value=[row.rate_per_s] { (row.rate_per_s.map_or_else(|| MISSING.to_owned(), rate)) }
            @for latency in [row.response_time, row.service_time] {
                @let is_bound = latency.map_or([false; 4], |latency| latency.is_bound);
                @for (value, is_bound) in latency.map_or([None; 4], |latency| latency.values().map(Some)).into_iter().zip(is_bound) {
                    td .number data-value=[value] { @if is_bound { "≥" } (value.map_or_else(|| MISSING.to_owned(), milliseconds)) }
                }
            }
        }
    }
}

fn slowest(summary: &Summary) -> Markup {
    html! {
        details {
            summary { "The slowest exchanges" }
            (scroll("The slowest exchanges", &html! {
                table .small {
                    caption { "The exchanges that people waited longest for" }
                    thead { tr {
                        th scope="col" .number { "Exchange" }
                        th scope="col" .number { "Case" }
                        th scope="col" { "Operation" }
                        th scope="col" { "Who" }
                        th scope="col" .number { "Intended, s" }
                        th scope="col" .number { "Waited, ms" }
                        th scope="col" .number { "Served, ms" }
                        th scope="col" { "Answer" }
                    } }
                    tbody { @for exchange in &summary.traffic.slowest { tr {
                        th scope="row" .number { (exchange.exchange_id) }
                        td .number { (exchange.case_id.map_or_else(|| MISSING.to_owned(), |case| case.to_string())) }
                        td { (said(&exchange.operation.replace('_', " "))) }
                        td { (said(&exchange.actor)) }
                        td .number { (format!("{:.3}", float(exchange.due_ns) / 1e9)) }
                        td .number { (milliseconds(exchange.response_time_ns)) }
                        td .number { (exchange.service_time_ns.map_or_else(|| MISSING.to_owned(), milliseconds)) }
                        td { (said(&exchange.result.replace('_', " "))) }
                    } } }
                }
            }))
        }
    }
}

fn errors(summary: &Summary) -> Markup {
    let errors = &summary.errors;
    if errors.count() == 0 {
        return html! { p { "Every exchange got an answer that could be read." } };
    }
    let all = float_count(summary.traffic.in_all().max(1));
    let table = html! {
        table .sortable {
            caption {
                (count(errors.count())) " exchanges (" (percent(float_count(errors.count()) / all)) ") without a trustworthy answer, all phases"
            }
            thead { tr {
                th scope="col" { "Fault of" }
                th scope="col" { "Kind" }
                th scope="col" { "Reason" }
                th scope="col" .number { "Count" }
                th scope="col" .number { "Share" }
                th scope="col" { "Operations" }
                th scope="col" .number { "First exchange" }
            } }
            tbody { @for error in &errors.reasons { tr {
                td { (error.blame.as_str()) }
                td { (said(&error.kind.replace('_', " "))) }
                th scope="row" { (said(&error.reason)) }
                td .number { (count(error.count)) }
                td .number { (percent(float_count(error.count) / all)) }
                td { (said(&error.operations.join(", ").replace('_', " "))) }
                (first_exchange(error.first_exchange, error.first_traceparent.as_deref()))
            } } }
        }
    };
    html! {
        (scroll("Errors by reason", &table))
        @if errors.others.reasons > 0 { p .note { (others(errors.others)) "." } }
    }
}

fn first_exchange(exchange_id: i64, traceparent: Option<&str>) -> Markup {
    html! {
        td .number {
            (exchange_id)
            @if let Some(id) = trace_id(traceparent) { br; code .note { (said(id)) } }
        }
    }
}

fn refusals(summary: &Summary) -> Markup {
    let table = scroll(
        "Refusals",
        &html! {
            table {
                caption { "What the portal declined, all phases" }
                thead { tr {
                    th scope="col" { "Kind" }
                    th scope="col" .number { "Count" }
                    th scope="col" { "Operations" }
                    th scope="col" .number { "First exchange" }
                } }
                tbody { @for refusal in &summary.traffic.refusals { tr {
                    th scope="row" { (said(&refusal.kind.replace('_', " "))) }
                    td .number { (count(refusal.count)) }
                    td { (said(&refusal.operations.join(", ").replace('_', " "))) }
                    (first_exchange(refusal.first_exchange, refusal.first_traceparent.as_deref()))
                } } }
            }
        },
    );
    html! {
        (table)
        @if summary.traffic.other_refusals.reasons > 0 { p .note { (others(summary.traffic.other_refusals)) "." } }
    }
}

pub(super) fn load(summary: &Summary) -> Markup {
    let content = html! {
        @if summary.days.is_empty() { p { "No dossier was planned." } } @else {
            figure {
                figcaption { "Dossiers submitted, over the calendar of the people" }
                (scroll("Chart of dossiers per simulated day", &charts::days(&summary.days)))
            }
        }
        @if summary.wall.points.is_empty() { p { "Nothing was sent." } } @else {
            figure {
                figcaption { "Exchanges, over the clock of the machine" }
                (scroll("Chart of load over wall time", &charts::load(&summary.wall, &summary.traffic.phases)))
            }
            (scroll("Phases", &html! {
                table .small {
                    caption { "Phases of the run" }
                    thead { tr {
                        th scope="col" { "Phase" }
                        th scope="col" .number { "Exchanges" }
                        th scope="col" .number { "From, s" }
                        th scope="col" .number { "To, s" }
                    } }
                    tbody { @for phase in &summary.traffic.phases { tr {
                        th scope="row" { (said(&phase.phase.replace('_', " "))) }
                        td .number { (count(phase.count)) }
                        td .number { (format!("{:.1}", float(phase.start_ns) / 1e9)) }
                        td .number { (format!("{:.1}", float(phase.end_ns) / 1e9)) }
                    } } }
                }
            }))
        }
    };
    section("load", "Load", "Tải theo thời gian", &content)
}

pub(super) fn generator(summary: &Summary) -> Markup {
    let generator = summary.generator();
    let known = |value: Option<u64>| value.map_or_else(|| MISSING.to_owned(), count);
    let time = |value: Option<i64>| value.map_or_else(|| MISSING.to_owned(), duration);
    let content = html! {
        p { "A run whose generator was late, dropped arrivals or lost records is INVALID: it never shows that the portal conforms." }
        dl .facts {
            div { dt { "Scheduling delay, p50" } dd { (time(generator.scheduling_delay_p50_ns)) } }
            div { dt { "Scheduling delay, p99" } dd { (time(generator.scheduling_delay_p99_ns)) " (limit " (time(generator.scheduling_delay_limit_ns)) ")" } }
            div { dt { "Scheduling delay, maximum" } dd { (time(generator.scheduling_delay_max_ns)) } }
            div { dt { "CPU of the generator" } dd { (generator.cpu_share.map_or_else(|| MISSING.to_owned(), percent)) } }
            div { dt { "Records lost" } dd { (known(generator.recorder_lost)) } }
        }
        (equations(summary.identities()))
        @if let Some(visits) = summary.visits() {
            p { "Visits (sign in, look, leave; no dossier):" }
            (equations(visits))
        }
    };
    section("generator", "The generator", "Bộ tạo tải", &content)
}

/// Whether the counts close.
fn equations(identities: Identities) -> Markup {
    let known = |value: Option<u64>| value.map_or_else(|| MISSING.to_owned(), count);
    html! {
        ul .equations {
            li {
                (closing_mark(identities.plan_closes())) " planned " b { (known(identities.planned)) } " = started " b { (known(identities.started)) }
                " + dropped " b { (known(identities.dropped)) }
            }
            li {
                (closing_mark(identities.start_closes())) " started " b { (known(identities.started)) } " = completed " b { (known(identities.completed)) }
                " + failed " b { (known(identities.failed)) } " + unfinished " b { (known(identities.unfinished)) }
            }
        }
    }
}

fn closing_mark(closes: Option<bool>) -> &'static str {
    match closes {
        Some(true) => "✓",
        Some(false) => "✗ does not close:",
        None => "?",
    }
}
