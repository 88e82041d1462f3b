//! `vandan provinces`: which documents are retold, and what each of them says, sentence by sentence.

use model::Placed;
use report::{Ink, Page, text};
use serde_json::{Value, json};
use world::{Contradiction, Figure, Planned, Province, Realised};

use crate::args::ScenarioArgs;
use crate::exit::{Exit, Failure};
use crate::load::Played;
use crate::{console, problems};

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Form {
    pub(crate) fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

pub(crate) fn list(form: Form, scenarios: &ScenarioArgs) -> Result<Exit, Failure> {
    let played = problems::read(scenarios, Played::load_all)?;
    let provinces: Vec<_> = played.into_iter().map(|played| played.province).collect();
    match form {
        Form::Json => say_json(&Value::Array(provinces.iter().map(|province| head(province)).collect())),
        Form::Text => {
            let mut page = console::page();
            for province in &provinces {
                page.paragraph("", Ink::Strong, province.name());
                page.paragraph("  ", Ink::Plain, province.title());
                page.paragraph("  ", Ink::Plain, &facts(province));
                page.paragraph("  ", Ink::Faint, &paper(province));
                page.gap();
            }
            page.command(&["vandan", "provinces", "NAME"]);
            page.command(&["vandan", "fidelity", "NAME"]);
            console::print(&page.into_text());
        }
    }
    Ok(Exit::Conforms)
}

pub(crate) fn show(name: &str, form: Form, scenarios: &ScenarioArgs) -> Result<Exit, Failure> {
    let name = Placed::option("NAME", name);
    let province = problems::read(scenarios, |scenarios| Played::load(scenarios, &name))?.province;
    match form {
        Form::Json => say_json(&whole(&province)),
        Form::Text => console::print(&sheet(&province)),
    }
    Ok(Exit::Conforms)
}

pub(crate) fn say_json(value: &Value) {
    console::print(&format!("{value:#}"));
}

/// `3,082 dossiers · 33 figures · 2019-09-18 - 2019-10-09`.
pub(crate) fn facts(province: &Province) -> String {
    format!(
        "{} · {} · {}",
        text::counted(province.count().into(), "dossier", "dossiers"),
        text::counted(province.figures().len() as u64, "figure", "figures"),
        province.period(),
    )
}

/// The document of a province, in one line.
pub(crate) fn paper(province: &Province) -> String {
    format!("source: {}", province.document().citation())
}

/// Everything the document of a province says, and what had to be added.
fn sheet(province: &Province) -> String {
    let mut page = console::page();
    page.paragraph("", Ink::Strong, province.title());
    page.paragraph("", Ink::Plain, &format!("{} · {}", province.name(), facts(province)));
    page.paragraph("", Ink::Faint, &paper(province));
    page.heading("FIGURES", "");
    let width = province.figures().iter().map(|figure| figure.id.len()).max().unwrap_or(0);
    for figure in province.figures() {
        let lead = format!("  {:<width$}  ", figure.id);
        page.paragraph(&lead, Ink::Strong, &format!("{} {}, {}", value(figure), figure.unit, precision(figure)));
        let below = " ".repeat(width + 4);
        page.paragraph(&below, Ink::Plain, &named(figure));
        page.paragraph(&below, Ink::Plain, &format!("“{}”, {}", figure.stated.source.quote, period(figure)));
        match (&figure.realised, &figure.planned) {
            (Realised::Not(reason), _) => page.paragraph(&below, Ink::Faint, &format!("not reproducible: {reason}")),
            (Realised::MeasuredBy(_), Planned::Nothing) => {
                page.paragraph(&below, Ink::Faint, "shown by a recorded run only");
            }
            (Realised::MeasuredBy(_), _) => {}
        }
    }
    contradictions(&mut page, province);
    page.heading("ASSUMPTIONS", if province.assumptions().is_empty() { "none written down" } else { "" });
    for assumption in province.assumptions() {
        page.paragraph("  ", Ink::Strong, &assumption.of);
        page.paragraph("    ", Ink::Plain, &assumption.says);
        page.paragraph("    ", Ink::Faint, &format!("would change: {}", assumption.changes));
    }
    page.into_text()
}

/// Where the document of a province contradicts itself.
pub(crate) fn contradictions(page: &mut Page, province: &Province) {
    page.heading("CONTRADICTIONS", if province.contradictions().is_empty() { "none written down" } else { "" });
    for contradiction in province.contradictions() {
        let ids = ids(province, contradiction);
        page.paragraph("  ", Ink::Strong, &if ids.is_empty() { "no figure".to_owned() } else { ids.join(", ") });
        page.paragraph("    ", Ink::Plain, &contradiction.says);
        page.paragraph("    ", Ink::Faint, &format!("resolved: {}", contradiction.resolved));
    }
}

fn ids<'p>(province: &'p Province, contradiction: &Contradiction) -> Vec<&'p str> {
    contradiction.figures.iter().filter_map(|at| province.figures().get(*at)).map(|figure| figure.id.as_str()).collect()
}

/// `dossiers received, portal`.
fn named(figure: &Figure) -> String {
    format!("{}, {}", figure.name.replace('_', " "), figure.scope)
}

/// The time it speaks of: a day, or from one to another.
fn period(figure: &Figure) -> String {
    let period = figure.period;
    if period.from == period.until { period.from.to_string() } else { period.to_string() }
}

/// The number for people: shares as percent.
fn value(figure: &Figure) -> String {
    let value = figure.stated.value.value();
    if figure.unit.starts_with("share") { text::percent(value) } else { text::trimmed(value, 4) }
}

fn precision(figure: &Figure) -> String {
    figure.stated.source.precision.as_str().replace('_', " ")
}

fn head(province: &Province) -> Value {
    let paper = province.document();
    json!({
        "name": province.name(),
        "title": province.title(),
        "province": province.territory(),
        "from": province.period().from.to_string(),
        "until": province.period().until.to_string(),
        "dossiers": province.count(),
        "document": { "file": paper.file, "title": paper.title, "published": paper.published },
        "figures": province.figures().len(),
    })
}

fn whole(province: &Province) -> Value {
    let figure = |figure: &Figure| {
        let (measured_by, not_reproducible) = match &figure.realised {
            Realised::MeasuredBy(query) => (Some(&query.text), None),
            Realised::Not(reason) => (None, Some(reason)),
        };
        json!({
            "id": figure.id,
            "name": figure.name,
            "value": figure.stated.value.whole().map_or_else(|| json!(figure.stated.value.value()), |whole| json!(whole)),
            "unit": figure.unit,
            "from": figure.period.from.to_string(),
            "until": figure.period.until.to_string(),
            "scope": figure.scope,
            "precision": figure.stated.source.precision.as_str(),
            "quote": figure.stated.source.quote,
            "measured_by": measured_by,
            "not_reproducible": not_reproducible,
        })
    };
    let mut value = head(province);
    let figures: Vec<_> = province.figures().iter().map(figure).collect();
    let contradictions: Vec<_> = province
        .contradictions()
        .iter()
        .map(|one| json!({ "figures": ids(province, one), "says": one.says, "resolved": one.resolved }))
        .collect();
    let assumptions: Vec<_> = province
        .assumptions()
        .iter()
        .map(|one| json!({ "of": one.of, "says": one.says, "changes": one.changes }))
        .collect();
    for (name, list) in [("figures", figures), ("contradictions", contradictions), ("assumptions", assumptions)] {
        if let Some(fields) = value.as_object_mut() {
            fields.insert(name.to_owned(), Value::Array(list));
        }
    }
    value
}
