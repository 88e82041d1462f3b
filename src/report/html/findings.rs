//! Rules and gates: what was claimed, what was seen, and the evidence.

use maud::{Markup, html};
use verdict::{ExchangeLine, GateAnswer, RuleVerdict, Verdict, Witness};

use super::frame::said;
use super::{scroll, section};
use crate::summary::{CaseLine, Citation, Summary};
use crate::text::{MISSING, count, float, milliseconds};
use crate::words;

pub(super) fn rules(summary: &Summary) -> Markup {
    let content = html! {
        p { (words::rule_score(&summary.rule_counts())) "." }
        (scroll("Rules", &html! {
            table .rules.stack {
                caption { "Every rule, those that need attention first. Open a title to see its basis." }
                thead { tr {
                    th scope="col" { "Verdict" }
                    th scope="col" { "Rule" }
                    th scope="col" { "Title" }
                    th scope="col" .wide { "Level" }
                    th scope="col" .number { "Examined" }
                    th scope="col" .number { "Undecided" }
                    th scope="col" .number { "Broken" }
                } }
                @for rule in &summary.rules { (rule_rows(summary, rule)) }
            }
        }))
        (areas(summary))
        (sources(summary))
    };
    section("rules", "Rules", "Quy tắc", &content)
}

/// What the catalogue could have examined and what it did.
fn areas(summary: &Summary) -> Markup {
    let unexamined = words::not_examined(&summary.areas, usize::MAX);
    html! {
        @if !unexamined.is_empty() { p .note { (unexamined) "." } }
        details {
            summary { "What was examined, by area" }
            (scroll("Areas", &html! {
                table .small {
                    caption { "Areas of the catalogue, with the rules (and gates) that were decided" }
                    thead { tr {
                        th scope="col" { "Area" }
                        th scope="col" { "Vietnamese" }
                        th scope="col" .number { "Decided" }
                    } }
                    tbody { @for area in &summary.areas { tr {
                        th scope="row" { (area.area) }
                        td lang="vi" { (area.area_vi) }
                        td .number { @if area.decided == 0 { "not examined" } @else { (count(area.decided)) } }
                    } } }
                }
            }))
        }
    }
}

/// The files it was judged by, so that anybody can tell whether they are those that were shipped.
fn sources(summary: &Summary) -> Markup {
    html! {
        @if !summary.sources.is_empty() {
            details {
                summary { "The files it was judged by" }
                (scroll("Files", &html! {
                    table .small {
                        caption { "Rule files with the SHA-256 of each" }
                        thead { tr {
                            th scope="col" { "File" }
                            th scope="col" { "SHA-256" }
                            th scope="col" { "Shipped" }
                        } }
                        tbody { @for source in &summary.sources { tr {
                            th scope="row" { (said(&source.file)) }
                            td { code { (source.sha256) } }
                            td { @if source.replaces_shipped { "replaced" } }
                        } } }
                    }
                }))
            }
        }
    }
}

fn rule_rows(summary: &Summary, rule: &RuleVerdict) -> Markup {
    let citation = summary.citations.get(&rule.id);
    let is_open = !rule.witnesses.is_empty();
    html! {
        tbody id=(rule.id) {
            tr {
                td { (badge(rule_tone(rule.verdict), words::mark(rule.verdict), &words::rule_word(rule.verdict))) }
                th scope="row" .id { (rule.id) }
                td {
                    @if is_open { (said(&rule.title)) (title_vi(citation)) } @else {
                        details {
                            summary { (said(&rule.title)) }
                            (title_vi(citation))
                            (grounds(citation))
                        }
                    }
                    @if !rule.reason.is_empty() && !is_open && (rule.verdict != Verdict::Pass || rule.undecided > 0) { p .note { (said(&rule.reason)) } }
                }
                td .wide { (rule.level.as_str()) }
                td .number data-label="examined" { (count(rule.examined)) }
                td .number data-label="undecided" { (count(rule.undecided)) }
                td .number data-label="broken" { (count(rule.broken)) }
            }
            @if is_open {
                tr class=(format!("evidence {}", rule_tone(rule.verdict))) { td colspan="7" {
                    details open[rule.verdict == Verdict::Fail] {
                        summary { "Evidence" }
                        @if let Some(citation) = citation { p { (said(&citation.why)) } }
                        @if let Some((first, others)) = rule.witnesses.split_first() {
                            (witness(summary, first))
                            @for other in others {
                                details { summary { (said(&words::place(other))) } (witness(summary, other)) }
                            }
                        }
                        (basis(citation))
                    }
                } }
            }
        }
    }
}

fn title_vi(citation: Option<&Citation>) -> Markup {
    let title = citation.map(|citation| citation.title_vi.as_str()).filter(|title| !title.is_empty());
    html! { @if let Some(title) = title { p .gloss lang="vi" { (said(title)) } } }
}

/// Why the rule is there and which text it follows from.
fn grounds(citation: Option<&Citation>) -> Markup {
    html! {
        @if let Some(citation) = citation { p { (said(&citation.why)) } }
        (basis(citation))
    }
}

/// The texts a rule follows from.
fn basis(citation: Option<&Citation>) -> Markup {
    html! {
        @if let Some(citation) = citation {
            ul .basis {
                @for basis in &citation.basis {
                    li {
                        b { (said(&basis.source)) } ": " (said(&basis.text)) " "
                        span .tag { @if basis.verified { "verified" } @else { "not verified" } }
                    }
                }
            }
        }
    }
}

fn witness(summary: &Summary, witness: &Witness) -> Markup {
    let case = witness.case_id.and_then(|case| summary.cases.get(&case));
    html! {
        div .witness {
            p .place {
                (said(&words::place(witness)))
                @if let Some(case) = case { br; span .note { (said(&case_text(case))) } }
                @if let Some(id) = words::telling_trace_id(witness) { br; span .note { "trace-id " code { (said(id)) } } }
            }
            dl .contrast {
                div { dt { "expected" } dd { (said(&witness.expected)) } }
                div .seen { dt { "observed" } dd { (said(&witness.observed)) } }
            }
            @if !witness.evidence.is_empty() {
                dl .facts.small {
                    @for (name, value) in &witness.evidence { div { dt { (said(&name.replace('_', " "))) } dd { (said(value)) } } }
                }
            }
            @if !witness.exchanges.is_empty() { (exchanges(witness)) }
        }
    }
}

/// What was planned for a dossier, in one line.
fn case_text(case: &CaseLine) -> String {
    let CaseLine { reference, unit, procedure, channel, payment_method, return_method } = case;
    format!(
        "planned: procedure {procedure} at {unit}, channel {channel}, payment {payment_method}, return {return_method}, reference {reference}"
    )
}

fn exchanges(witness: &Witness) -> Markup {
    scroll(
        "Exchanges of the case",
        &html! {
            table .small.exchanges {
                caption { "Exchanges of this dossier around the decisive one" }
                thead { tr {
                    th scope="col" .number { "Exchange" }
                    th scope="col" .number.wide { "Intended, s" }
                    th scope="col" { "Who" }
                    th scope="col" { "Operation" }
                    th scope="col" { "Answer" }
                    th scope="col" { "The portal said" }
                    th scope="col" .number { "Waited, ms" }
                } }
                tbody { @for line in &witness.exchanges { (exchange_row(line, witness.exchange_id)) } }
            }
        },
    )
}

fn exchange_row(line: &ExchangeLine, telling: Option<i64>) -> Markup {
    let is_telling = telling == Some(line.exchange_id);
    let answer = match (&line.fault, line.status) {
        (Some(fault), _) => format!("{}, {fault}", line.outcome),
        (None, Some(status)) => format!("{}, HTTP {status}", line.outcome),
        (None, None) => line.outcome.clone(),
    };
    html! {
        tr .telling[is_telling] {
            th scope="row" .number { @if is_telling { span title="the telling exchange" { "▸ " } } (line.exchange_id) }
            td .number.wide { (format!("{:.3}", float(line.due_ns) / 1e9)) }
            td { (said(&line.actor)) }
            td { (said(&line.operation.replace('_', " ")))  }
            td { (said(&answer)) }
            td { (said(&line.said)) }
            td .number { (milliseconds(line.done_ns - line.due_ns)) }
        }
    }
}

pub(super) fn gates(summary: &Summary) -> Markup {
    let content = html! {
        @if summary.gates.is_empty() { p { "The run file claims nothing about latency or errors." } } @else {
            (scroll("Gates", &html! {
                table .stack {
                    caption { "Every claim of the run file, decided by counting with the confidence it states (99 % where it states none)" }
                    thead { tr {
                        th scope="col" { "Verdict" }
                        th scope="col" { "Claim" }
                        th scope="col" .number { "Observed" }
                        th scope="col" .number { "Samples" }
                        th scope="col" .number { "Over the limit" }
                        th scope="col" { "Why" }
                    } }
                    tbody { @for gate in &summary.gates { tr {
                        td { (badge(gate_tone(gate.verdict), words::gate_mark(gate.verdict), words::gate_word(gate.verdict))) }
                        th scope="row" { code { (said(&gate.claim)) } }
                        td .number data-label="observed" { (said(if gate.observed.is_empty() { MISSING } else { &gate.observed })) }
                        td .number data-label="samples" { (count(gate.samples)) }
                        td .number data-label="over the limit" { (count(gate.violations)) }
                        td { (said(&gate.reason)) }
                    } } }
                }
            }))
        }
    };
    section("gates", "Gates", "Ngưỡng cam kết", &content)
}

/// A verdict as mark and word; colour only repeats it.
pub(super) fn badge(tone: &str, mark: &str, word: &str) -> Markup {
    html! { span class=(format!("badge {tone}")) { span aria-hidden="true" { (mark) } " " (word) } }
}

fn rule_tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "good",
        Verdict::Fail | Verdict::Error => "bad",
        Verdict::Warn | Verdict::Inconclusive => "doubtful",
        Verdict::NotApplicable => "faint",
    }
}

fn gate_tone(answer: GateAnswer) -> &'static str {
    match answer {
        GateAnswer::Pass => "good",
        GateAnswer::Fail => "bad",
        GateAnswer::Undecided => "doubtful",
    }
}
