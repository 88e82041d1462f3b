//! `vandan rules` and `vandan explain`.

use model::one_of;
use report::Ink;
use verdict::Rule;

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
    let mut page = console::page();
    for rule in rules.rules() {
        page.paragraph(&format!("{:<12} {:<6} ", rule.id, rule.level.as_str()), Ink::Plain, &rule.title);
    }
    for source in rules.sources().iter().filter(|source| source.replaces_shipped) {
        page.gap();
        page.paragraph("", Ink::Plain, &format!("{} is replaced by {}.", source.subject(), source.file));
    }
    page.gap();
    page.paragraph("", Ink::Plain, &format!("{} rules. `vandan explain ID` shows one in full.", rules.rules().len()));
    console::print(&page.into_text());
    Ok(Exit::Conforms)
}

/// Explains one rule.
pub(crate) fn explain(id: &str, args: &ScenarioArgs, form: Form) -> Result<Exit, Failure> {
    let rules = problems::read(args, load::rules)?;
    match rules.get(id) {
        Some(rule) => {
            console::print(&match form {
                Form::Text => explained(rule),
                Form::Json => format!("{:#}", verdict::rule_json(rule)),
            });
            Ok(Exit::Conforms)
        }
        None => {
            let known: Vec<_> = rules.rules().iter().map(|rule| rule.id.as_str()).collect();
            let message = format!("there is no rule `{id}`\n{}", one_of(id, &known));
            Err(Failure::new(Exit::InvalidConfiguration, message))
        }
    }
}

fn explained(rule: &Rule) -> String {
    let mut page = console::page();
    page.paragraph("", Ink::Strong, &format!("{} rev {}: {}", rule.id, rule.rev, rule.title));
    page.paragraph("", Ink::Plain, &rule.title_vi);
    page.gap();
    for (label, text) in verdict::explain(rule) {
        page.paragraph(&format!("{label:<12}"), Ink::Plain, &text);
    }
    format!("{}\n{}", page.into_text(), rule.query)
}
