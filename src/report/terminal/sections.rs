//! The sections of the terminal report, in the order in which they stand.

use std::collections::BTreeMap;

use model::words::TrafficClass;
use verdict::{GateAnswer, Overall, RuleVerdict, Verdict};

use super::page::{Column, Ink, Page};
use crate::fidelity::FigureLine;
use crate::latency::Latency;
use crate::provinces::ProvinceLine;
use crate::summary::{Identities, Summary};
use crate::targets::{TargetLine, target_score};
use crate::text::{MISSING, count, duration, milliseconds, percent, rate};
use crate::traffic::OperationTraffic;
use crate::words;

/// From this many on, rules that are inconclusive for the same reason are said together.
const TOGETHER: usize = 3;
/// More mismatching figures than this are left to the page.
const FIGURES: usize = 6;
/// So many provinces are shown; the others are in the page.
const PROVINCES: usize = 12;

pub(super) fn rules(page: &mut Page, summary: &Summary) {
    page.heading("RULES", &words::rule_score(&summary.rule_counts()));
    for rule in &summary.rules {
        match rule.verdict {
            Verdict::Fail | Verdict::Warn => broken_rule(page, rule),
            Verdict::Error => open_rule(page, rule),
            Verdict::Inconclusive | Verdict::Pass | Verdict::NotApplicable => {}
        }
    }
    inconclusive_rules(page, &standing(summary, Verdict::Inconclusive));
    let passed = standing(summary, Verdict::Pass);
    let column = |of: fn(&RuleVerdict) -> String| passed.iter().map(|rule| of(rule)).collect::<Vec<_>>();
    if !passed.is_empty() {
        page.table(vec![
            Column::left("  rule", column(|rule| format!("✓ {}", rule.id))),
            Column::right("examined", 0, column(|rule| count(rule.examined))),
            Column::right("undecided", 0, column(|rule| count(rule.undecided))),
            Column::right("broken", 0, column(|rule| count(rule.broken))),
            Column::left("", column(|rule| rule.title.clone())),
        ]);
    }
    let idle: Vec<&str> = standing(summary, Verdict::NotApplicable).iter().map(|rule| rule.id.as_str()).collect();
    if !idle.is_empty() {
        page.paragraph("  – ", Ink::Faint, &format!("not applicable here: {}", idle.join(", ")));
    }
    let unexamined = words::not_examined(&summary.areas, usize::MAX);
    if !unexamined.is_empty() {
        page.paragraph("  – ", Ink::Faint, &unexamined);
    }
}

fn standing(summary: &Summary, verdict: Verdict) -> Vec<&RuleVerdict> {
    summary.rules.iter().filter(|rule| rule.verdict == verdict).collect()
}

fn broken_rule(page: &mut Page, rule: &RuleVerdict) {
    let ink = if rule.verdict == Verdict::Fail { Ink::Bad } else { Ink::Doubtful };
    page.paragraph(&format!("  {} {}  ", words::mark(rule.verdict), rule.id), ink, &rule.title);
    page.paragraph(
        "    ",
        Ink::Faint,
        &format!(
            "{}, broken in {} of {} examined, {} undecided",
            rule.level.as_str(),
            count(rule.broken),
            count(rule.examined),
            count(rule.undecided)
        ),
    );
    if let Some(witness) = rule.witnesses.first() {
        page.paragraph("    ", Ink::Plain, &words::place(witness));
        page.paragraph("    expected  ", Ink::Plain, &witness.expected);
        page.paragraph("    observed  ", Ink::Strong, &witness.observed);
        if let Some(trace_id) = words::telling_trace_id(witness) {
            page.paragraph("    trace-id  ", Ink::Plain, trace_id);
        }
    }
    page.gap();
}

fn open_rule(page: &mut Page, rule: &RuleVerdict) {
    page.paragraph(&format!("  {} {}  ", words::mark(rule.verdict), rule.id), Ink::Doubtful, &rule.title);
    page.paragraph("    ", Ink::Plain, &format!("{}: {}", words::rule_word(rule.verdict), rule.reason));
    if rule.examined > 0 {
        page.paragraph("    ", Ink::Faint, &format!("{}, {}", rule.level.as_str(), words::examined(rule)));
    }
}

/// Rules that stay open for the same reason are said together: a killed run has many.
fn inconclusive_rules(page: &mut Page, rules: &[&RuleVerdict]) {
    let mut reasons: BTreeMap<&str, Vec<&RuleVerdict>> = BTreeMap::new();
    for rule in rules {
        reasons.entry(&rule.reason).or_default().push(rule);
    }
    for (reason, rules) in reasons {
        if rules.len() < TOGETHER {
            for rule in rules {
                open_rule(page, rule);
            }
        } else {
            let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
            let count = rules.len();
            page.paragraph("  ? ", Ink::Doubtful, &format!("{count} inconclusive: {}", ids.join(", ")));
            page.paragraph("    ", Ink::Plain, reason);
        }
    }
}

pub(super) fn gates(page: &mut Page, summary: &Summary) {
    if summary.gates.is_empty() {
        return page.heading("GATES", "none claimed");
    }
    page.heading("GATES", "");
    let column = |of: fn(&verdict::GateVerdict) -> String| summary.gates.iter().map(of).collect::<Vec<_>>();
    page.table(vec![
        Column::left("  claim", column(|gate| format!("{} {}", words::gate_mark(gate.verdict), gate.claim))),
        Column::right("observed", 0, column(|gate| gate.observed.clone())),
        Column::right("samples", 1, column(|gate| count(gate.samples))),
        Column::right("over", 2, column(|gate| count(gate.violations))),
        Column::left("verdict", column(|gate| words::gate_word(gate.verdict).to_owned())),
    ]);
    for gate in summary.gates.iter().filter(|gate| gate.verdict != GateAnswer::Pass) {
        let ink = if gate.verdict == GateAnswer::Fail { Ink::Bad } else { Ink::Doubtful };
        let lead = format!("  {} ", words::gate_mark(gate.verdict));
        page.paragraph(&lead, ink, &format!("{}: {}", gate.claim, gate.reason));
    }
}

pub(super) fn fidelity(page: &mut Page, summary: &Summary) {
    page.heading("FIDELITY", &words::figure_score(&summary.figure_counts()));
    let mismatches: Vec<&FigureLine> = summary.figures.iter().filter(|figure| figure.agreement.is_mismatch()).collect();
    if mismatches.is_empty() {
        return;
    }
    let shown = || mismatches.iter().take(FIGURES);
    page.table(vec![
        Column::left("  id", shown().map(|figure| format!("✗ {}", figure.figure.id)).collect()),
        Column { expendable: 1, ..Column::left("figure", shown().map(|figure| figure.about()).collect()) },
        Column::right("document says", 0, shown().map(|figure| figure.stated_text()).collect()),
        Column::right("generated", 0, shown().map(|figure| figure.generated_text()).collect()),
        Column::right("delta", 0, shown().map(|figure| figure.delta_text()).collect()),
    ]);
    for figure in shown().filter(|figure| !figure.agreement.reason().is_empty()) {
        page.paragraph("  ✗ ", Ink::Doubtful, &format!("{}: {}", figure.figure.id, figure.agreement.reason()));
    }
    if mismatches.len() > FIGURES {
        page.paragraph("  ", Ink::Faint, &format!("and {} more in report.html", mismatches.len() - FIGURES));
    }
}

/// Each province beside the others; nothing where one is played. Of many those with trouble are shown, then the largest.
pub(super) fn provinces(page: &mut Page, summary: &Summary) {
    if summary.provinces.is_empty() {
        return;
    }
    let mut rows: Vec<_> = summary.provinces.iter().collect();
    if rows.len() > PROVINCES {
        rows.sort_by_key(|row| (row.gates_broken.is_empty(), row.errors == 0, std::cmp::Reverse(row.planned)));
        rows.truncate(PROVINCES);
    }
    page.heading("PROVINCES", "each alone: people's exchanges under load, ms; gates that hold, of those decided");
    let column = |of: fn(&ProvinceLine) -> String| rows.iter().map(|row| of(row)).collect::<Vec<_>>();
    page.table(vec![
        Column::left("province", column(|row| row.name.clone())),
        Column::right("planned", 0, column(|row| count(row.planned))),
        Column::right("submitted", 0, column(|row| count(row.submitted))),
        Column::right("in time", 2, column(|row| count(row.in_time))),
        Column::right("late", 3, column(|row| count(row.late))),
        Column::right("exchanges", 4, column(|row| count(row.exchanges))),
        Column::right("error", 0, column(|row| count(row.errors))),
        Column::right("p95", 1, column(|row| ms(row.response_time, 1))).under("response time"),
        Column::right("gates", 0, column(ProvinceLine::gates_text)),
    ]);
    for row in rows.iter().filter(|row| !row.gates_broken.is_empty()).take(TOGETHER) {
        page.paragraph("  ! ", Ink::Doubtful, &format!("{} alone: {}", row.name, row.gates_broken.join(", ")));
    }
    if summary.provinces.len() > rows.len() {
        page.paragraph("  ", Ink::Faint, &format!("and {} more in report.html", summary.provinces.len() - rows.len()));
    }
}

/// What the dossiers of this run can tell about the targets of provinces; nothing where they tell nothing.
pub(super) fn targets(page: &mut Page, summary: &Summary) {
    let shown = || summary.targets.iter().filter(|target| target.is_shown());
    if shown().next().is_none() {
        return;
    }
    page.heading(
        "TARGETS",
        &format!("{} (targets describe the province; they never affect the verdict)", target_score(&summary.targets)),
    );
    page.table(vec![
        Column::left(
            "  target",
            shown().map(|target| format!("{} {}", target.standing.mark(), target.target.id)).collect(),
        ),
        Column::left("asked", shown().map(TargetLine::asked).collect()),
        Column::right("found", 0, shown().map(TargetLine::found).collect()),
        Column::right("dossiers", 1, shown().map(TargetLine::counts).collect()),
        Column::left("standing", shown().map(|target| target.standing.as_str().to_owned()).collect()),
    ]);
}

pub(super) fn traffic(page: &mut Page, summary: &Summary) {
    let traffic = &summary.traffic;
    if traffic.exchanges() == 0 {
        page.heading("TRAFFIC", "no exchange under load");
        return not_sent(page, summary);
    }
    page.heading("TRAFFIC", "load phase, ms; response time from the intended start, service time from sending");
    if let Some(closed) = summary.closed_model() {
        page.paragraph("  · ", Ink::Plain, &closed);
    }
    let rows: Vec<&OperationTraffic> = traffic.operations.iter().chain(&traffic.all).chain(&traffic.others).collect();
    let column = |of: fn(&OperationTraffic) -> String| rows.iter().map(|row| of(row)).collect::<Vec<_>>();
    page.table(vec![
        Column::left("operation", column(operation_name)),
        Column::right("count", 0, column(|row| count(row.count))),
        Column::right("ok", 9, column(|row| count(row.ok))),
        Column::right("refused", 5, column(|row| count(row.refused))),
        Column::right("error", 0, column(|row| count(row.errors))),
        Column::right("per s", 8, column(|row| row.rate_per_s.map_or_else(missing, rate))),
        Column::right("p50", 4, column(|row| ms(row.response_time, 0))).under("response time"),
        Column::right("p95", 0, column(|row| ms(row.response_time, 1))).under("response time"),
        Column::right("p99", 0, column(|row| ms(row.response_time, 2))).under("response time"),
        Column::right("max", 7, column(|row| ms(row.response_time, 3))).under("response time"),
        Column::right("p95", 6, column(|row| ms(row.service_time, 1))).under("service"),
    ]);
    let is_bound = |row: &&OperationTraffic| {
        [row.response_time, row.service_time].iter().flatten().any(|latency| latency.is_bound.contains(&true))
    };
    if let Some(all) = traffic.all.as_ref().filter(is_bound) {
        page.paragraph("  ≥ ", Ink::Plain, &format!("at least: {}", words::open_ended(all)));
    }
    let mut refusals: Vec<String> = traffic
        .refusals
        .iter()
        .map(|refusal| {
            let operations = refusal.operations.join(", ").replace('_', " ");
            format!(
                "{} {} ({operations}; first: exchange {})",
                count(refusal.count),
                refusal.kind,
                refusal.first_exchange
            )
        })
        .collect();
    if traffic.other_refusals.reasons > 0 {
        refusals.push(words::others(traffic.other_refusals));
    }
    if !refusals.is_empty() {
        page.paragraph("  · ", Ink::Plain, &format!("refused: {}", refusals.join(", ")));
    }
    if traffic.resent > 0 {
        let resent = format!("{} sent once more: the kept connection was closed", count(traffic.resent));
        page.paragraph("  · ", Ink::Plain, &resent);
    }
    if traffic.retried > 0 {
        let retried = format!("{} tried again when Retry-After had said", count(traffic.retried));
        page.paragraph("  · ", Ink::Plain, &retried);
    }
    not_sent(page, summary);
}

/// Polls and the run's own exchanges say what they are: they are in no claim about all.
fn operation_name(row: &OperationTraffic) -> String {
    let name = row.operation.replace('_', " ");
    match row.class {
        TrafficClass::User => name,
        TrafficClass::Poll => format!("{name}, polls"),
        TrafficClass::Control => format!("{name}, run"),
    }
}

fn not_sent(page: &mut Page, summary: &Summary) {
    let unsent: Vec<String> = summary
        .traffic
        .unsent
        .iter()
        .map(|fault| {
            format!(
                "{} {} (first: exchange {})",
                count(fault.count),
                fault.kind.replace('_', " "),
                fault.first_exchange
            )
        })
        .collect();
    if !unsent.is_empty() {
        page.paragraph("  ? ", Ink::Doubtful, &format!("never sent, so no traffic: {}", unsent.join(", ")));
    }
}

/// What the adapter did not understand, and what to do about it; nothing if it understood everything.
pub(super) fn not_understood(page: &mut Page, summary: &Summary) {
    if summary.adapter.is_empty() {
        return;
    }
    page.heading("NOT UNDERSTOOD", &summary.adapter.note());
    for line in &summary.adapter.lines {
        page.paragraph("  ? ", Ink::Doubtful, &format!("{}: {}", line.what(), line.place()));
        page.paragraph("    ", Ink::Plain, &line.remedy());
    }
    if let Some(rest) = summary.adapter.rest() {
        page.paragraph("  ", Ink::Faint, &rest);
    }
}

fn missing() -> String {
    MISSING.to_owned()
}

/// A figure of a latency, by its place; with a sign where it is a lower bound.
fn ms(latency: Option<Latency>, quantile: usize) -> String {
    let figure = |latency: Latency| {
        let (value, is_bound) = (latency.values().get(quantile).copied()?, latency.is_bound.get(quantile)?);
        Some(format!("{}{}", if *is_bound { "≥" } else { "" }, milliseconds(value)))
    };
    latency.and_then(figure).unwrap_or_else(missing)
}

pub(super) fn people(page: &mut Page, summary: &Summary) {
    page.heading("DOSSIERS", "");
    identities(page, summary.identities());
    if let Some(visits) = summary.visits() {
        page.heading("VISITS", "by visitors: sign in, look, leave");
        identities(page, visits);
    }
    generator(page, summary);
}

/// Whether the counts close.
fn identities(page: &mut Page, identities: Identities) {
    let known = |value: Option<u64>| value.map_or_else(missing, count);
    page.paragraph(
        &format!("  {} ", closing_mark(identities.plan_closes())),
        closing_ink(identities.plan_closes()),
        &format!(
            "planned {} = started {} + dropped {}",
            known(identities.planned),
            known(identities.started),
            known(identities.dropped)
        ),
    );
    page.paragraph(
        &format!("  {} ", closing_mark(identities.start_closes())),
        closing_ink(identities.start_closes()),
        &format!(
            "started {} = completed {} + failed {} + unfinished {}",
            known(identities.started),
            known(identities.completed),
            known(identities.failed),
            known(identities.unfinished)
        ),
    );
}

fn generator(page: &mut Page, summary: &Summary) {
    page.heading("GENERATOR", "");
    let generator = summary.generator();
    let known = |value: Option<u64>| value.map_or_else(missing, count);
    let time = |value: Option<i64>| value.map_or_else(missing, duration);
    let within =
        generator.scheduling_delay_p99_ns.zip(generator.scheduling_delay_limit_ns).map(|(delay, limit)| delay <= limit);
    page.paragraph(
        &format!("  {} ", closing_mark(within)),
        closing_ink(within),
        &format!(
            "scheduling delay p50 {}, p99 {}, max {} (p99 limit {})",
            time(generator.scheduling_delay_p50_ns),
            time(generator.scheduling_delay_p99_ns),
            time(generator.scheduling_delay_max_ns),
            time(generator.scheduling_delay_limit_ns)
        ),
    );
    let complete = generator.recorder_lost.map(|lost| lost == 0);
    page.paragraph(
        &format!("  {} ", closing_mark(complete)),
        closing_ink(complete),
        &format!(
            "records lost {}; CPU {}",
            known(generator.recorder_lost),
            generator.cpu_share.map_or_else(missing, percent)
        ),
    );
}

fn closing_mark(closes: Option<bool>) -> &'static str {
    match closes {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "?",
    }
}

fn closing_ink(closes: Option<bool>) -> Ink {
    match closes {
        Some(true) => Ink::Plain,
        Some(false) => Ink::Bad,
        None => Ink::Doubtful,
    }
}

pub(super) fn files(page: &mut Page, summary: &Summary) {
    page.heading("FILES", &summary.folder);
    page.table(vec![
        Column::left("", vec!["report.html".to_owned(), "history.sqlite".to_owned()]),
        Column::left(
            "",
            vec![
                "everything above with charts and evidence".to_owned(),
                "every exchange, for any SQLite tool".to_owned(),
            ],
        ),
    ]);
    page.heading("NEXT", "");
    let telling = summary.rules.iter().find(|rule| !matches!(rule.verdict, Verdict::NotApplicable | Verdict::Pass));
    if let Some(rule) = telling {
        page.command(&["vandan", "explain", &rule.id]);
    }
    let case = telling.and_then(|rule| rule.witnesses.first()).and_then(|witness| witness.case_id);
    let query = match (summary.overall, case) {
        (Overall::RuleFailed, Some(case)) => format!("select * from exchanges where case_id = {case}"),
        (Overall::GateBreached, _) => {
            "select * from exchanges where phase = 'load' order by done_ns - due_ns desc limit 20".to_owned()
        }
        _ => "select * from README".to_owned(),
    };
    page.command(&["sqlite3", &format!("{}/history.sqlite", summary.folder), &format!("\"{query}\"")]);
}
