//! The published figures: what a document says, and how a run shows the same number.

use model::{Comparison, Counted, Decimal, Fields, Node, Placed, Precision, Source, Sourced, one_of, tolerance};

use super::selector::Selector;
use super::services::ServiceCount;
use super::vocabulary::Vocabulary;
use crate::period::Period;

/// One published figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its id, such as `DB19-01`.
    pub id: String,
    /// Its name, such as `dossiers_received`.
    pub name: String,
    /// The number and the sentence that states it.
    pub stated: Sourced<Decimal>,
    /// How far a counted number may be off, as far as the precision allows it to be off at all.
    pub tolerance: Decimal,
    /// What is counted.
    pub unit: String,
    /// The time it speaks of.
    pub period: Period,
    /// Whom it speaks of.
    pub scope: String,
    /// How a run shows it.
    pub realised: Realised,
    /// What is planned so that it comes true.
    pub planned: Planned,
}

/// How a run shows a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Realised {
    /// This SQL counts the same thing in a recorded history, over its tables `results` and `exchanges`.
    MeasuredBy(Placed),
    /// A run cannot show it, for this reason.
    Not(String),
}

/// What is planned so that a figure comes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Planned {
    /// Nothing that can be counted before the run.
    Nothing,
    /// So many dossiers.
    Dossiers(Selector),
    /// The first as a share of the second.
    Share(Selector, Selector),
    /// The sum of a charge, by its position in the province.
    Sum(usize),
    /// The number of post counters.
    PostCounters,
    /// So many services, or units that offer them.
    Services(ServiceCount),
}

impl Figure {
    /// Reads one figure; `document` is where it is stated, `ids` are those seen before.
    pub(crate) fn read(
        node: &Node<'_>,
        document: &str,
        vocabulary: Vocabulary<'_>,
        ids: &mut Vec<String>,
    ) -> Option<Self> {
        node.fields(|fields| {
            let id = fields.need("id").and_then(|node| id(&node, ids));
            let name = fields.text("name");
            let value = fields.need("value").and_then(|node| decimal(&node));
            let unit = fields.text("unit");
            let period = fields.need("period").and_then(|node| Period::read(&node));
            let scope = fields.text("scope");
            let precision = fields.need("precision").and_then(|node| precision(&node));
            let room = room(fields, value, precision);
            let quote = fields.text("quote");
            let realised = realised(fields);
            let planned = planned(fields, vocabulary);
            let source = Source { document: document.to_owned(), quote: quote?, precision: precision? };
            Some(Self {
                id: id?,
                name: name?,
                stated: Sourced { value: value?, source },
                tolerance: room?,
                unit: unit?,
                period: period?,
                scope: scope?,
                realised: realised?,
                planned: planned?,
            })
        })
    }

    /// How a counted number compares with what the document says.
    pub fn compare(&self, counted: Counted) -> Comparison {
        counted.compare(self.stated.value, self.stated.source.precision, self.tolerance)
    }

    /// The number in words: `more than 4500000000`.
    pub(crate) fn said(&self) -> String {
        let value =
            self.stated.value.whole().map_or_else(|| self.stated.value.value().to_string(), |whole| whole.to_string());
        match self.stated.source.precision {
            Precision::Exact | Precision::Inconsistent => value,
            Precision::Rounded => format!("{value}, rounded"),
            Precision::Truncated => format!("{value}, truncated"),
            Precision::About => format!("about {value}"),
            Precision::AtLeast => format!("at least {value}"),
            Precision::MoreThan => format!("more than {value}"),
            Precision::LessThan => format!("less than {value}"),
        }
    }

    /// Whether something planned must count what this figure counts, so that the plan can be checked.
    pub(crate) fn needs_a_plan(&self) -> bool {
        matches!(self.realised, Realised::MeasuredBy(_))
            && matches!(self.unit.as_str(), "dossiers" | "payments" | "VND" | "counters")
    }
}

fn id(node: &Node<'_>, ids: &mut Vec<String>) -> Option<String> {
    let id = node.text()?.to_owned();
    if ids.contains(&id) {
        return node.refuse(format!("the figure {id} stands twice"), "keep one of them");
    }
    ids.push(id.clone());
    Some(id)
}

/// Reads a number as a document writes it.
pub(crate) fn decimal(node: &Node<'_>) -> Option<Decimal> {
    let text = node.text()?;
    Decimal::parse(text).or_else(|| node.refuse(format!("`{text}` is not a number"), "write it as 59_457 or 0.8182"))
}

fn precision(node: &Node<'_>) -> Option<Precision> {
    let text = node.text()?;
    Precision::ALL.iter().find(|(spelling, _)| *spelling == text).map(|(_, precision)| *precision).or_else(|| {
        let known: Vec<_> = Precision::ALL.iter().map(|(spelling, _)| *spelling).collect();
        node.refuse(format!("`{text}` is not known here"), one_of(text, &known))
    })
}

/// How far off is allowed: what `tolerance` says, for what is about right; else what the digits say.
fn room(fields: &Fields<'_>, value: Option<Decimal>, precision: Option<Precision>) -> Option<Decimal> {
    let Some(node) = fields.get("tolerance") else { return Some(tolerance(value?, precision?)) };
    let said = decimal(&node)?;
    if precision? != Precision::About {
        return node.refuse("only a figure that is `about` right has a tolerance", "leave it out: the digits say it");
    }
    if said.units > 0 { Some(said) } else { node.refuse("a tolerance of nothing", "say `precision: exact`") }
}

fn realised(fields: &Fields<'_>) -> Option<Realised> {
    match (fields.get("measured_by"), fields.get("not_reproducible")) {
        (Some(query), None) => query.placed().map(Realised::MeasuredBy),
        (None, Some(reason)) => reason.text().map(|text| Realised::Not(text.to_owned())),
        (Some(_), Some(_)) => {
            fields.node().refuse("both `measured_by` and `not_reproducible` are given", "keep one of them")
        }
        (None, None) => fields.node().refuse(
            "nobody knows how a run shows this figure",
            "give `measured_by` (SQL over `results`), or `not_reproducible` (why not)",
        ),
    }
}

fn planned(fields: &Fields<'_>, vocabulary: Vocabulary<'_>) -> Option<Planned> {
    let base = fields.get("base");
    let Some(part) = fields.get("planned") else {
        return match base {
            None => Some(Planned::Nothing),
            Some(node) => node.refuse("a `base` without `planned`", "say what is a share of it"),
        };
    };
    if ServiceCount::is_meant(&part) {
        return ServiceCount::read(&part, base.as_ref(), vocabulary).map(Planned::Services);
    }
    let part = Selector::read(&part, vocabulary);
    match base {
        None => part.map(Planned::Dossiers),
        Some(base) => {
            let base = Selector::read(&base, vocabulary);
            Some(Planned::Share(part?, base?))
        }
    }
}
