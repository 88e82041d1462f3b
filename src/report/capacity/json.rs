//! A search as JSON, for programs. Schema `vandan-capacity/1`: fields may be added, never renamed or re-united.
//!
//! ```text
//! { schema, title, target, command, folder, answer: {is, rate_per_s, above_per_s, because}, headline, grounds[],
//!   per_day: {evenly, as_documented, office_hours, peak_factor}, precision, gates[], recovery: {before_ms, after_ms, complete},
//!   steps: [{purpose, rate_per_s, seconds, standing, reasons[], dossiers, exchanges, errors_share, response_time: {p50_ms, ...},
//!            broken_rules[], folder}] }
//! ```

use serde_json::{Value, json};

use super::{Answer, Capacity, CapacityStep};
use crate::latency::Latency;
use crate::text::float;

/// A search as pretty-printed JSON with a line end.
pub fn capacity_json(capacity: &Capacity) -> String {
    let (is, above, because) = match &capacity.answer {
        Answer::Confirmed { above, .. } => ("confirmed", Some(*above), None),
        Answer::AtLeast { because, .. } => ("at_least", None, Some(because)),
        Answer::Nothing { because } => ("nothing", None, Some(because)),
    };
    let day = capacity.day;
    let recovery = capacity.recovery().map(|recovery| {
        json!({
            "before_ms": milliseconds(recovery.before_ns),
            "after_ms": milliseconds(recovery.after_ns),
            "complete": recovery.is_complete,
        })
    });
    let document = json!({
        "schema": "vandan-capacity/1",
        "title": capacity.title,
        "target": capacity.target,
        "command": capacity.command,
        "folder": capacity.folder,
        "answer": { "is": is, "rate_per_s": capacity.rate(), "above_per_s": above, "because": because },
        "headline": capacity.headline(),
        "grounds": capacity.grounds(),
        "per_day": {
            "evenly": capacity.rate().map(|rate| day.evenly(rate)),
            "as_documented": capacity.rate().map(|rate| day.as_documented(rate)),
            "office_hours": day.hours,
            "peak_factor": day.peak,
        },
        "precision": capacity.precision,
        "gates": capacity.gates,
        "recovery": recovery,
        "steps": capacity.steps.iter().map(step).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn step(step: &CapacityStep) -> Value {
    let time = |time: Latency| {
        let values = Latency::QUANTILES.into_iter().zip(time.values());
        values
            .map(|(name, value)| (format!("{name}_ms"), json!(milliseconds(value))))
            .collect::<serde_json::Map<_, _>>()
    };
    json!({
        "purpose": step.purpose.as_str(),
        "rate_per_s": step.rate,
        "seconds": step.seconds,
        "standing": step.standing.as_str(),
        "reasons": step.reasons,
        "dossiers": step.dossiers,
        "exchanges": step.exchanges,
        "errors_share": step.errors,
        "response_time": step.response_time.map(time),
        "broken_rules": step.broken_rules,
        "folder": step.folder,
    })
}

fn milliseconds(nanoseconds: i64) -> f64 {
    float(nanoseconds) / 1e6
}
