//! A search in a terminal: the answer, what it rests on, and the curve.

use super::{Capacity, CapacityStep, StepStanding};
use crate::terminal::Style;
use crate::terminal::page::{Column, Ink, Page};
use crate::text::{MISSING, count, duration, float, percent, trimmed};

/// The longest bar of the curve, in columns.
const LONGEST: f64 = 24.0;

/// A search for a terminal.
pub fn capacity_terminal(capacity: &Capacity, style: Style) -> String {
    let mut page = Page::new(style);
    page.paragraph("", Ink::Strong, &capacity.title);
    page.gap();
    let ink = match capacity.end() {
        StepStanding::Holds => Ink::Good,
        StepStanding::Exceeded => Ink::Bad,
        StepStanding::Undecided | StepStanding::GeneratorLimit => Ink::Doubtful,
    };
    page.paragraph(&format!("{} ", capacity.end().mark()), ink, &capacity.headline());
    for ground in capacity.grounds() {
        page.paragraph("  · ", Ink::Plain, &ground);
    }
    page.heading("CURVE", "response time and errors of people over the rate; bars: p95, logarithmic");
    curve(&mut page, capacity);
    page.heading("GATES", "");
    for gate in &capacity.gates {
        page.paragraph("    ", Ink::Plain, gate);
    }
    page.heading("FILES", "");
    page.line("report", &format!("{}/capacity.html, with a link to the report of each step", capacity.folder));
    page.line("data", &format!("{}/capacity.json", capacity.folder));
    page.into_text()
}

/// A step in a line, as it is told while the search goes on.
pub fn capacity_step(step: &CapacityStep) -> String {
    let reasons = step.reasons.first().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!(
        "{} {}/s for {} s ({}): p95 {}, errors {}; {}{reasons}",
        step.standing.mark(),
        trimmed(step.rate, 3),
        trimmed(step.seconds, 0),
        step.purpose.as_str(),
        step.response_time.map_or_else(|| MISSING.to_owned(), |time| duration(time.p95_ns)),
        percent(step.errors),
        step.standing.as_str().replace('_', " "),
    )
}

fn curve(page: &mut Page, capacity: &Capacity) {
    let steps = capacity.by_rate();
    let cells = |of: &dyn Fn(&CapacityStep) -> String| steps.iter().map(|step| of(step)).collect::<Vec<_>>();
    let time = |of: fn(crate::Latency) -> i64| {
        move |step: &CapacityStep| step.response_time.map_or_else(|| MISSING.to_owned(), |time| duration(of(time)))
    };
    let p95s: Vec<_> = steps.iter().filter_map(|step| Some(float(step.response_time?.p95_ns.max(1)))).collect();
    let (low, high) = (p95s.iter().copied().fold(f64::INFINITY, f64::min), p95s.iter().copied().fold(1.0, f64::max));
    let bar = |step: &CapacityStep| {
        let share = step
            .response_time
            .map(|time| (float(time.p95_ns.max(1)) / low).ln() / (high / low).ln().max(f64::MIN_POSITIVE));
        "█".repeat(
            share
                .map_or(0, |share| super::whole(1.0 + share.clamp(0.0, 1.0) * (LONGEST - 1.0)).try_into().unwrap_or(0)),
        )
    };
    page.table(vec![
        Column::left("", cells(&|step| step.standing.mark().to_owned())),
        Column::right("rate/s", 0, cells(&|step| trimmed(step.rate, 3))),
        Column::right("exchanges", 3, cells(&|step| count(step.exchanges))),
        Column::right("p50", 1, cells(&time(|time| time.p50_ns))),
        Column::right("p95", 0, cells(&time(|time| time.p95_ns))),
        Column::right("p99", 2, cells(&time(|time| time.p99_ns))),
        Column::right("errors", 0, cells(&|step| percent(step.errors))),
        Column::left("step", cells(&|step| step.purpose.as_str().to_owned())),
        Column::left("", cells(&bar)),
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_comes_first_and_the_curve_rises_with_the_rate() {
        let capacity = super::super::tests::searched();
        let text = capacity_terminal(&capacity, Style { color: false, width: 100 });
        let answer = text.lines().nth(2).unwrap_or_default();
        assert!(answer.starts_with("✓ This portal takes 28.3 dossiers a second: 815,040"), "{text}");
        let bars: Vec<_> = text.lines().map(|line| line.matches('█').count()).filter(|bars| *bars > 0).collect();
        assert_eq!(bars.len(), capacity.steps.len());
        assert!(bars.first() < bars.last() && bars.is_sorted(), "{text}");
        assert!(text.contains("EG-SUB-001") && text.contains("accumulated"), "{text}");
        let step = capacity_step(&capacity.steps[1]);
        assert!(step.starts_with("✗ 40/s for 30 s (ramp): p95 4.10 s, errors 12 %; exceeded: `submit"), "{step}");
    }
}
