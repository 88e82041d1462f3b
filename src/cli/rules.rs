//! `vandan rules` and `vandan explain`.

use std::fmt::Write;

use crate::args::ScenarioArgs;
use crate::exit::{Exit, Failure};
use crate::provinces::Form;
use crate::{console, load, problems};

/// Lists the rules.
pub(crate) fn list(args: &ScenarioArgs, form: Form) -> Result<Exit, Failure> {
    let rules = problems::read(args, load::rules)?;
    if let Form::Json = form {
        let all: serde_json::Value = rules.rules().iter().map(verdict::rule_json).collect();
        console::print(&format!("{all:#}"));
        return Ok(Exit::Conforms);
    }
    let mut text = String::new();
    for rule in rules.rules() {
        // Writing into a String cannot fail.
        let _infallible: std::fmt::Result = writeln!(text, "{:<12} {:<6} {}", rule.id, rule.level.as_str(), rule.title);
    }
    for source in rules.sources().iter().filter(|source| source.replaces_shipped) {
        let (subject, file) = (source.subject(), &source.file);
        let _infallible: std::fmt::Result = writeln!(text, "\n{subject} is replaced by {file}.");
    }
    let count = rules.rules().len();
    console::print(&format!("{text}\n{count} rules. `vandan explain ID` shows one in full."));
    Ok(Exit::Conforms)
}

/// Explains one rule.
pub(crate) fn explain(id: &str, args: &ScenarioArgs, form: Form) -> Result<Exit, Failure> {
    let rules = problems::read(args, load::rules)?;
    match rules.get(id) {
        Some(rule) => {
            console::print(&match form {
                Form::Text => verdict::explain(rule),
                Form::Json => format!("{:#}", verdict::rule_json(rule)),
            });
            Ok(Exit::Conforms)
        }
        None => {
            let known: Vec<_> = rules.rules().iter().map(|rule| rule.id.as_str()).collect();
            let message = format!("there is no rule `{id}`\nknown: {}", known.join(", "));
            Err(Failure::new(Exit::InvalidConfiguration, message))
        }
    }
}
