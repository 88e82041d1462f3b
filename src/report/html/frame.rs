//! What stands around the findings: heading, verdict, facts, how to repeat, foot.

use maud::{Markup, html};
use model::Fact;
use verdict::{GateAnswer, Overall};

use super::section;
use crate::summary::Summary;
use crate::text::{self, MISSING};
use crate::words;

/// A stranger's words; markup is escaped by maud, signs that would disturb the page here.
pub(super) fn said(text: &str) -> String {
    text::printable(text)
}

pub(super) fn opening(summary: &Summary) -> Markup {
    let links = [
        ("rules", "Rules"),
        ("gates", "Gates"),
        ("fidelity", "Fidelity"),
        ("latency", "Latency"),
        ("load", "Load"),
        ("generator", "Generator"),
        ("repeat", "Repeat"),
    ];
    html! {
        header {
            p .brand { "vandan" }
            h1 { (said(summary.title())) }
            nav aria-label="Sections" {
                @for (id, name) in links { a href=(format!("#{id}")) { (name) } }
            }
        }
    }
}

pub(super) fn banner(summary: &Summary) -> Markup {
    html! {
        section class=(format!("banner {}", tone(summary.overall))) aria-labelledby="verdict" {
            p .sign aria-hidden="true" { (words::overall_mark(summary.overall)) }
            div {
                h2 #verdict { (said(&summary.headline())) }
                p .gloss lang="vi" { (words::overall_word_vi(summary.overall)) }
                @if !summary.objections().is_empty() {
                    ul { @for reason in summary.objections() { li { (said(reason)) } } }
                }
                @for remark in &summary.remarks { p .note { (said(remark)) } }
            }
        }
        (tiles(summary))
    }
}

/// The class that colours a verdict.
fn tone(overall: Overall) -> &'static str {
    match overall {
        Overall::Conforms => "good",
        Overall::RuleFailed | Overall::GateBreached => "bad",
        Overall::Invalid | Overall::Undecided | Overall::Aborted => "doubtful",
    }
}

/// The four answers most readers come for.
fn tiles(summary: &Summary) -> Markup {
    let rules = summary.rule_counts();
    let figures = summary.figure_counts();
    let hold = summary.gates.iter().filter(|gate| gate.verdict == GateAnswer::Pass).count();
    let all = summary.traffic.all.as_ref();
    let response_time = all
        .and_then(|all| all.response_time)
        .map_or_else(|| MISSING.to_owned(), |response_time| text::duration(response_time.p95_ns));
    let traffic = summary.traffic.in_words();
    let (exchanges, of_which) = traffic.split_once(' ').unwrap_or((&traffic, ""));
    html! {
        ul .tiles {
            li { a href="#rules" { b { (rules.pass) " of " (summary.rules.len() as u64 - rules.not_applicable) } " rules hold" } }
            li { a href="#gates" { b { (hold) " of " (summary.gates.len()) } " gates hold" } }
            li { a href="#fidelity" { b { (figures.exact + figures.within_precision) " of " (summary.figures.len()) } " published figures met" } }
            li { a href="#latency" { b { (response_time) } " response time, p95 of what people did" } }
            li { a href="#load" { b { (exchanges) } " " (of_which) } }
        }
    }
}

pub(super) fn facts(summary: &Summary) -> Markup {
    let rows = [
        ("Run", Fact::RunId),
        ("Run file", Fact::RunFile),
        ("Province", Fact::Province),
        ("Portal", Fact::Target),
        ("Adapter", Fact::Adapter),
        ("Seed", Fact::Seed),
        ("Started", Fact::StartedAt),
    ];
    let told = rows.map(|(_, fact)| fact.name());
    let days = summary.days.first().zip(summary.days.last());
    let others: Vec<_> = summary.facts.iter().filter(|(name, _)| !told.contains(name)).collect();
    let content = html! {
        dl .facts {
            @for (label, fact) in rows {
                div { dt { (label) } dd { (said(summary.fact(fact).unwrap_or(MISSING))) } }
            }
            div {
                dt { "Simulated period" }
                dd { @match days { Some((first, last)) => { (first.day) " to " (last.day) }, None => (MISSING) } }
            }
            div { dt { "Wall time" } dd { (wall_time(summary)) } }
        }
        @if !others.is_empty() {
            details {
                summary { "Everything the run recorded about itself" }
                dl .facts.small { @for (name, value) in others { div { dt { (said(name)) } dd { (said(value)) } } } }
            }
        }
    };
    section("facts", "What was run", "Đã chạy gì", &content)
}

fn wall_time(summary: &Summary) -> String {
    let end = summary.traffic.phases.iter().map(|phase| phase.end_ns).max();
    end.map_or_else(|| MISSING.to_owned(), text::duration)
}

pub(super) fn repeat(summary: &Summary) -> Markup {
    let content = html! {
        p { "The same seed plays the same people again; the recording can be judged again at any time." }
        pre tabindex="0" { code {
            (said(&summary.command())) "\n"
            "vandan judge " (said(&summary.folder)) "\n"
            "sqlite3 " (said(&summary.folder)) "/history.sqlite \"select * from README\""
        } }
    };
    section("repeat", "How to repeat", "Chạy lại", &content)
}

pub(super) fn closing(summary: &Summary) -> Markup {
    html! {
        footer {
            p {
                "vandan " (env!("CARGO_PKG_VERSION"))
                @if let Some(run) = summary.fact(Fact::RunId) { " · run " (said(run)) }
            }
            p { "All citizens, organisations and dossiers in this report are synthetic." }
        }
    }
}
