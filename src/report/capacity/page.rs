//! A search as one HTML page: the answer, the curve, and every step with a link to its report.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Capacity, CapacityStep, Purpose, StepStanding};
use crate::charts;
use crate::html::{POLICY, STYLE, scroll, section};
use crate::text::{MISSING, count, milliseconds, percent, printable, trimmed};

/// A search as one HTML page, which stands in the folder of the search.
pub fn capacity_html(capacity: &Capacity) -> String {
    let tone = match capacity.end() {
        StepStanding::Holds => "good",
        StepStanding::Exceeded => "bad",
        StepStanding::Undecided | StepStanding::GeneratorLimit => "doubtful",
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                title { "Capacity – " (printable(&capacity.title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { p .brand { "vandan" } h1 { (printable(&capacity.title)) } }
                main #main {
                    section class=(format!("banner {tone}")) aria-labelledby="answer" {
                        div {
                            h2 #answer { (printable(&capacity.headline())) }
                            ul { @for ground in capacity.grounds() { li { (printable(&ground)) } } }
                        }
                    }
                    (section("curve", "Response time and errors over the rate", "Thời gian đáp ứng và lỗi theo tải", &curve(capacity)))
                    (section("steps", "Steps", "Các bước", &steps(capacity)))
                    (section("gates", "Gates that must hold", "Ngưỡng phải đạt", &html! {
                        ul { @for gate in &capacity.gates { li { code { (printable(gate)) } } } }
                    }))
                    (section("repeat", "How to repeat", "Chạy lại", &html! { pre tabindex="0" { code { (printable(&capacity.command)) } } }))
                }
                footer {
                    p { "vandan " (env!("CARGO_PKG_VERSION")) }
                    p { "All citizens, organisations and dossiers in this report are synthetic." }
                }
            }
        }
    };
    page.into_string()
}

fn curve(capacity: &Capacity) -> Markup {
    let steps: Vec<_> = capacity.by_rate().into_iter().filter(|step| step.purpose != Purpose::Recovery).collect();
    html! { figure { (scroll("Chart of response time and errors over the rate", &charts::capacity(&steps, capacity.rate()))) } }
}

fn steps(capacity: &Capacity) -> Markup {
    let table = html! {
        table .small {
            caption { "In the order in which they were played; times in milliseconds, from the intended start" }
            thead { tr {
                th scope="col" { "" }
                th scope="col" { "For" }
                @for title in ["Dossiers/s", "Seconds", "Dossiers", "Exchanges", "p50", "p95", "p99", "Errors"] { th scope="col" .number { (title) } }
                th scope="col" { "Why not" }
                th scope="col" { "Rules broken" }
                th scope="col" { "Report" }
            } }
            tbody { @for step in &capacity.steps { (row(step)) } }
        }
    };
    scroll("Steps of the search", &table)
}

fn row(step: &CapacityStep) -> Markup {
    let time = |of: fn(crate::Latency) -> i64| {
        step.response_time.map_or_else(|| MISSING.to_owned(), |time| milliseconds(of(time)))
    };
    html! {
        tr {
            td title=(step.standing.as_str()) { (step.standing.mark()) }
            td { (step.purpose.as_str()) }
            td .number { (trimmed(step.rate, 3)) }
            td .number { (trimmed(step.seconds, 0)) }
            td .number { (count(step.dossiers)) }
            td .number { (count(step.exchanges)) }
            td .number { (time(|time| time.p50_ns)) }
            td .number { (time(|time| time.p95_ns)) }
            td .number { (time(|time| time.p99_ns)) }
            td .number { (percent(step.errors)) }
            td { (printable(&step.reasons.join("; "))) }
            td { (step.broken_rules.join(", ")) }
            td { a href=(format!("{}/report.html", step.folder)) { (step.folder) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_answers_draws_and_links_to_every_step() {
        let capacity = super::super::tests::searched();
        let page = capacity_html(&capacity);
        assert!(page.contains("815,040 a working day") && page.contains("<svg"), "{page}");
        assert!(capacity.steps.iter().all(|step| page.contains(&format!("href=\"{}/report.html\"", step.folder))));
    }
}
