//! The summary as JSON, for programs. Schema `vandan-summary/1`: fields may be added, never renamed or re-united.
//!
//! ```text
//! { schema, run: {facts}, verdict: {overall, headline, invalid[], unmet[], remarks[]}, areas[], rules: {counts, items[]}, gates[],
//!   figures[], targets[], traffic: {operations[], all, others[], phases[], faults[], refusals[], other_refusals, unsent[], resent, retried, slowest[]},
//!   errors: {exchanges, reasons[], others} (without a trustworthy answer, in all phases), dossiers,
//!   generator, wall: {width_s, points[]}, days[],
//!   adapter: {exchanges, of_exchanges, problems[], more} (what it did not understand, if any),
//!   provinces[] (of a run of several),
//!   visits (of visitors, if the run planned any; counted like dossiers) }
//! ```
//! An operation has `unanswered` and `dropped` where they are not 0, and lists in `response_time_at_least` which of its figures are
//! lower bounds, if any. Durations are milliseconds (`_ms`), shares 0..=1, instants of the run seconds since it began (`_s`). `null` is "not
//! recorded". Findings with their evidence are in `verdicts.json`, which the judge writes.

use model::Counted;
use model::words::Channel;
use serde_json::{Map, Value, json};
use verdict::{AreaExamined, GateVerdict, RuleVerdict};

use crate::adapter::Misunderstanding;
use crate::errors::{ErrorReason, Others};
use crate::fidelity::FigureLine;
use crate::latency::Latency;
use crate::provinces::ProvinceLine;
use crate::series::{Day, WallPoint};
use crate::summary::{Identities, Summary};
use crate::targets::TargetLine;
use crate::text::float;
use crate::traffic::{FaultCount, OperationTraffic, PhaseTraffic, SlowExchange};
use crate::words;

/// The summary of a run as pretty-printed JSON with a line end.
pub fn summary_json(summary: &Summary) -> String {
    let traffic = &summary.traffic;
    let mut document = json!({
        "schema": "vandan-summary/1",
        "run": summary.facts,
        "verdict": {
            "overall": summary.overall.as_str(),
            "headline": summary.headline(),
            "invalid": summary.invalid,
            "unmet": summary.unmet,
            "remarks": summary.remarks,
        },
        "areas": list(&summary.areas, area),
        "rules": { "counts": rule_counts(summary), "items": list(&summary.rules, rule) },
        "gates": list(&summary.gates, gate),
        "figures": list(&summary.figures, figure),
        "targets": list(&summary.targets, target),
        "traffic": {
            "operations": list(&traffic.operations, operation),
            "all": traffic.all.as_ref().map(operation),
            "others": list(&traffic.others, operation),
            "phases": list(&traffic.phases, phase),
            "faults": list(&traffic.faults, fault),
            "refusals": list(&traffic.refusals, fault),
            "other_refusals": others(traffic.other_refusals),
            "unsent": list(&traffic.unsent, fault),
            "resent": traffic.resent,
            "retried": traffic.retried,
            "slowest": list(&traffic.slowest, slow_exchange),
        },
        "errors": {
            "exchanges": summary.errors.count(),
            "reasons": list(&summary.errors.reasons, error_reason),
            "others": others(summary.errors.others),
        },
        "dossiers": identities(summary.identities()),
        "generator": generator(summary),
        "wall": { "width_s": summary.wall.width_s, "points": list(&summary.wall.points, wall_point) },
        "days": list(&summary.days, day),
    });
    if let (Some(visits), Some(fields)) = (summary.visits(), document.as_object_mut()) {
        fields.insert("visits".to_owned(), identities(visits));
    }
    if let (false, Some(fields)) = (summary.provinces.is_empty(), document.as_object_mut()) {
        fields.insert("provinces".to_owned(), list(&summary.provinces, province));
    }
    if let (false, Some(fields)) = (summary.adapter.is_empty(), document.as_object_mut()) {
        fields.insert("adapter".to_owned(), not_understood(summary));
    }
    format!("{document:#}\n")
}

fn list<T>(items: &[T], of: fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(of).collect())
}

fn rule_counts(summary: &Summary) -> Value {
    let counts = summary.rule_counts();
    json!({
        "pass": counts.pass,
        "fail": counts.fail,
        "warn": counts.warn,
        "inconclusive": counts.inconclusive,
        "error": counts.error,
        "not_applicable": counts.not_applicable,
    })
}

fn rule(rule: &RuleVerdict) -> Value {
    json!({
        "id": rule.id,
        "rev": rule.rev,
        "title": rule.title,
        "level": rule.level.as_str(),
        "verdict": rule.verdict.as_str(),
        "reason": rule.reason,
        "examined": rule.examined,
        "broken": rule.broken,
        "undecided": rule.undecided,
    })
}

fn province(province: &ProvinceLine) -> Value {
    json!({
        "name": province.name,
        "planned": province.planned,
        "submitted": province.submitted,
        "in_time": province.in_time,
        "late": province.late,
        "exchanges": province.exchanges,
        "errors": province.errors,
        "response_time_ms_p95": province.response_time.map(|time| milliseconds(time.p95_ns)),
        "gates_decided": province.gates_decided,
        "gates_held": province.gates_held,
        "gates_broken": province.gates_broken,
    })
}

fn area(area: &AreaExamined) -> Value {
    json!({ "area": area.area, "area_vi": area.area_vi, "decided": area.decided })
}

fn gate(gate: &GateVerdict) -> Value {
    json!({
        "claim": gate.claim,
        "verdict": words::gate_word(gate.verdict),
        "observed": gate.observed,
        "samples": gate.samples,
        "violations": gate.violations,
        "tainted": gate.tainted,
        "refused": gate.refused,
        "misread": gate.misread,
        "more_samples": gate.more_samples,
        "reason": gate.reason,
    })
}

fn figure(figure: &FigureLine) -> Value {
    json!({
        "id": figure.figure.id,
        "document": figure.figure.document,
        "name": figure.figure.name,
        "scope": figure.figure.scope,
        "unit": figure.figure.unit,
        "stated": figure.figure.stated.value(),
        "generated": figure.generated.map(Counted::value),
        "delta": figure.delta(),
        "precision": figure.figure.precision.as_str(),
        "agreement": figure.agreement.as_str().replace(' ', "_"),
        "reason": figure.agreement.reason(),
        "quote": figure.figure.quote,
    })
}

fn target(target: &TargetLine) -> Value {
    json!({
        "id": target.target.id,
        "title": target.target.title,
        "title_vi": target.target.title_vi,
        "document": target.target.document,
        "figure": target.target.figure,
        "denominator": target.target.denominator,
        "comparison": target.target.bound.as_str(),
        "value": target.target.value.value(),
        "part": target.counted.map(|counted| counted.part),
        "base": target.counted.map(|counted| counted.base),
        "standing": target.standing.as_str().replace(' ', "_"),
        "reason": target.standing.reason(),
    })
}

fn operation(row: &OperationTraffic) -> Value {
    let mut fields = Map::new();
    fields.insert("operation".to_owned(), json!(row.operation));
    fields.insert("class".to_owned(), json!(row.class.as_str()));
    for (name, value) in [("count", row.count), ("ok", row.ok), ("refused", row.refused), ("errors", row.errors)] {
        fields.insert(name.to_owned(), json!(value));
    }
    for (name, value) in [("unanswered", row.unanswered), ("dropped", row.dropped)].iter().filter(|(_, n)| *n > 0) {
        fields.insert((*name).to_owned(), json!(value));
    }
    fields.insert("rate_per_s".to_owned(), json!(row.rate_per_s));
    for (name, latency) in [("response_time", row.response_time), ("service_time", row.service_time)] {
        for (i, quantile) in Latency::QUANTILES.iter().enumerate() {
            let value = latency.and_then(|latency| latency.values().get(i).copied());
            fields.insert(format!("{name}_ms_{quantile}"), json!(value.map(milliseconds)));
        }
        let is_bound = latency.map_or([false; 4], |latency| latency.is_bound);
        let bounds: Vec<_> = Latency::QUANTILES.iter().zip(is_bound).filter(|(_, is_bound)| *is_bound).collect();
        if !bounds.is_empty() {
            let names: Vec<_> = bounds.into_iter().map(|(quantile, _)| quantile).collect();
            fields.insert(format!("{name}_at_least"), json!(names));
        }
    }
    Value::Object(fields)
}

fn phase(phase: &PhaseTraffic) -> Value {
    json!({
        "phase": phase.phase,
        "count": phase.count,
        "start_s": float(phase.start_ns) / 1e9,
        "end_s": float(phase.end_ns) / 1e9,
    })
}

fn fault(fault: &FaultCount) -> Value {
    json!({
        "kind": fault.kind,
        "count": fault.count,
        "operations": fault.operations,
        "first_exchange": fault.first_exchange,
        "first_traceparent": fault.first_traceparent,
    })
}

fn error_reason(error: &ErrorReason) -> Value {
    json!({
        "blame": error.blame.as_str(),
        "kind": error.kind,
        "reason": error.reason,
        "count": error.count,
        "operations": error.operations,
        "first_exchange": error.first_exchange,
        "first_traceparent": error.first_traceparent,
    })
}

/// What a list leaves out.
fn others(others: Others) -> Value {
    json!({ "reasons": others.reasons, "exchanges": others.exchanges })
}

fn not_understood(summary: &Summary) -> Value {
    let adapter = &summary.adapter;
    json!({
        "exchanges": adapter.exchanges,
        "of_exchanges": adapter.of_exchanges,
        "problems": list(&adapter.lines, misunderstanding),
        "more": adapter.more,
    })
}

fn misunderstanding(line: &Misunderstanding) -> Value {
    json!({
        "problem": line.problem,
        "field": line.field,
        "value": line.value,
        "exchanges": line.exchanges,
        "items": line.items,
        "first_exchange": line.first_exchange,
        "operation": line.operation,
        "remedy": line.remedy(),
    })
}

fn slow_exchange(exchange: &SlowExchange) -> Value {
    json!({
        "exchange_id": exchange.exchange_id,
        "case_id": exchange.case_id,
        "operation": exchange.operation,
        "actor": exchange.actor,
        "due_s": float(exchange.due_ns) / 1e9,
        "response_time_ms": milliseconds(exchange.response_time_ns),
        "service_time_ms": exchange.service_time_ns.map(milliseconds),
        "result": exchange.result,
    })
}

fn identities(identities: Identities) -> Value {
    json!({
        "planned": identities.planned,
        "started": identities.started,
        "dropped": identities.dropped,
        "completed": identities.completed,
        "failed": identities.failed,
        "unfinished": identities.unfinished,
        "plan_closes": identities.plan_closes(),
        "start_closes": identities.start_closes(),
    })
}

fn generator(summary: &Summary) -> Value {
    let generator = summary.generator();
    json!({
        "scheduling_delay_ms_p50": generator.scheduling_delay_p50_ns.map(milliseconds),
        "scheduling_delay_ms_p99": generator.scheduling_delay_p99_ns.map(milliseconds),
        "scheduling_delay_ms_max": generator.scheduling_delay_max_ns.map(milliseconds),
        "scheduling_delay_limit_ms": generator.scheduling_delay_limit_ns.map(milliseconds),
        "cpu_share": generator.cpu_share,
        "recorder_lost": generator.recorder_lost,
    })
}

fn wall_point(point: &WallPoint) -> Value {
    json!({
        "start_s": point.start_s,
        "due": point.due,
        "done": point.done,
        "in_flight": point.in_flight,
        "response_time_ms_p95": point.response_time_p95_ns.map(milliseconds),
    })
}

fn day(day: &Day) -> Value {
    let by_channel = |counts: [u64; 3]| -> Map<String, Value> {
        Channel::ALL.iter().zip(counts).map(|(channel, count)| (channel.to_string(), json!(count))).collect()
    };
    json!({ "day": day.day, "planned": by_channel(day.planned), "submitted": by_channel(day.submitted) })
}

/// Nanoseconds as milliseconds, to the microsecond.
fn milliseconds(nanoseconds: i64) -> f64 {
    (float(nanoseconds) / 1e3).round() / 1e3
}
