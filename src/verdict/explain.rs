//! A rule in words, for people: `vandan explain RULE`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::rule::{Basis, Quiescence, Rule};

/// The rule in words, as labels and texts: level, grounds, why it matters, what it needs, what breaks it, and an example
/// of a violation.
pub fn explain(rule: &Rule) -> Vec<(&'static str, String)> {
    let minimum = match rule.minimum {
        Some(minimum) => format!("{minimum} decided"),
        None => format!("{} decided, or all there are if they are fewer", crate::examine::MINIMUM),
    };
    let reasons: Vec<_> = rule.reasons.iter().map(|reason| reason.as_str()).collect();
    let mut lines = vec![
        ("level", format!("{} ({}, oracle {})", rule.level, rule.maturity, rule.oracle)),
        ("why", rule.why.clone()),
    ];
    lines.extend(rule.basis.iter().map(|basis| ("basis", ground(basis))));
    lines.extend([
        ("needs", needs(rule)),
        ("minimum", format!("{minimum}; at most 5 % undecided")),
        ("undecided", format!("may be inconclusive: {}", reasons.join(", "))),
        ("broken by", rule.kills.join(", ")),
        ("file", rule.file.clone()),
        ("expected", example(&rule.expected)),
        ("observed", example(&rule.observed)),
    ]);
    lines
}

/// The rule as JSON: its front matter, file and query.
pub fn rule_json(rule: &Rule) -> Value {
    let basis = |basis: &Basis| json!({ "source": basis.source, "text": basis.text, "verified": basis.verified });
    json!({
        "id": rule.id,
        "rev": rule.rev,
        "title": rule.title,
        "title_vi": rule.title_vi,
        "level": rule.level.as_str(),
        "maturity": rule.maturity.as_str(),
        "oracle": rule.oracle.as_str(),
        "needs": rule.needs,
        "unless": rule.unless,
        "basis": rule.basis.iter().map(basis).collect::<Vec<_>>(),
        "why": rule.why,
        "minimum": rule.minimum.unwrap_or(crate::examine::MINIMUM),
        "reasons": rule.reasons.iter().map(|reason| reason.as_str()).collect::<Vec<_>>(),
        "kills": rule.kills,
        "expected": rule.expected,
        "observed": rule.observed,
        "file": rule.file,
        "query": rule.query,
    })
}

fn ground(basis: &Basis) -> String {
    let read = if basis.verified { "" } else { " (unverified: the text itself was not read)" };
    format!("{}: {}{read}", basis.source, basis.text)
}

fn needs(rule: &Rule) -> String {
    let mut needs = if rule.needs.is_empty() { "nothing".to_owned() } else { rule.needs.join(", ") };
    if rule.quiescence == Quiescence::Required {
        needs += "; final reads made when everything had settled";
    }
    if !rule.unless.is_empty() {
        write!(needs, "; does not apply to a portal with {}", rule.unless.join(", ")).unwrap_or_default();
    }
    needs
}

/// A sentence with its columns shown as blanks to be filled.
fn example(sentence: &str) -> String {
    sentence.replace('{', "<").replace('}', ">")
}
