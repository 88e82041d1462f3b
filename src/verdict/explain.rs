//! A rule in words, for people: `vandan explain RULE`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::rule::{Basis, Quiescence, Rule};

/// The rule as text: both titles, level, grounds, why it matters, what it needs, what breaks it, an example of a
/// violation, and the query.
pub fn explain(rule: &Rule) -> String {
    let mut text = format!("{} rev {}: {}\n{}\n\n", rule.id, rule.rev, rule.title, rule.title_vi);
    let mut line = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        writeln!(text, "{name:<12}{value}").unwrap_or_default();
    };
    line("level", &format!("{} ({}, oracle {})", rule.level, rule.maturity, rule.oracle));
    line("why", &rule.why);
    for basis in &rule.basis {
        line("basis", &ground(basis));
    }
    line("needs", &needs(rule));
    let minimum = match rule.minimum {
        Some(minimum) => format!("{minimum} decided"),
        None => format!("{} decided, or all there are if they are fewer", crate::examine::MINIMUM),
    };
    line("minimum", &format!("{minimum}; at most 5 % undecided"));
    let reasons: Vec<_> = rule.reasons.iter().map(|reason| reason.as_str()).collect();
    line("undecided", &format!("may be inconclusive: {}", reasons.join(", ")));
    line("broken by", &rule.kills.join(", "));
    line("file", &rule.file);
    line("expected", &example(&rule.expected));
    line("observed", &example(&rule.observed));
    text + "\n" + &rule.query + "\n"
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
