//! The published figures: what a document says, and how a run shows the same number.

use std::cmp::Ordering;

use model::{Fields, Node, Precision, Source, Sourced};

use super::selector::Selector;
use super::services::ServiceCount;
use super::word::Vocabulary;
use crate::Period;

/// A number as a document writes it: `units / 10^digits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The number without its point.
    pub units: i64,
    /// How many digits stand after the point.
    pub digits: u8,
}

impl Decimal {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.replace('_', "");
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let digits = u8::try_from(part.len()).ok().filter(|digits| *digits <= 9)?;
        Some(Self { units: format!("{whole}{part}").parse().ok()?, digits })
    }

    /// The number, if it is a whole one.
    pub fn whole(self) -> Option<i64> {
        let scale = self.scale();
        (self.units % scale == 0).then_some(self.units / scale)
    }

    /// The number as the history stores it.
    #[expect(clippy::cast_precision_loss, reason = "published numbers stay far below 2^53")]
    pub fn value(self) -> f64 {
        self.units as f64 / self.scale() as f64
    }

    /// How `part / base` compares with this number, once rounded to the digits given.
    pub(crate) fn rounds(self, part: u32, base: u32) -> Ordering {
        let exact = 2 * i128::from(part) * i128::from(self.scale());
        let stated = 2 * i128::from(self.units) * i128::from(base);
        if (exact - stated).abs() <= i128::from(base) { Ordering::Equal } else { exact.cmp(&stated) }
    }

    /// The number in millionths; `None` if it is negative or has more than six digits after the point.
    pub(crate) fn millionths(self) -> Option<u64> {
        let missing = 6_u32.checked_sub(u32::from(self.digits))?;
        u64::try_from(self.units).ok()?.checked_mul(10_u64.pow(missing))
    }

    fn scale(self) -> i64 {
        10_i64.pow(u32::from(self.digits))
    }
}

/// One published figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its id, such as `DB19-01`.
    pub id: String,
    /// Its name, such as `dossiers_received`.
    pub name: String,
    /// The number and the sentence that states it.
    pub stated: Sourced<Decimal>,
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
    MeasuredBy(String),
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
    /// The sum collected on delivery.
    CollectedSum,
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
            let quote = fields.text("quote");
            let realised = realised(fields);
            let planned = planned(fields, vocabulary);
            let source = Source { document: document.to_owned(), quote: quote?, precision: precision? };
            Some(Self {
                id: id?,
                name: name?,
                stated: Sourced { value: value?, source },
                unit: unit?,
                period: period?,
                scope: scope?,
                realised: realised?,
                planned: planned?,
            })
        })
    }

    /// Whether something planned must count what this figure counts, so that the plan can be checked.
    pub(crate) fn needs_a_plan(&self) -> bool {
        matches!(self.realised, Realised::MeasuredBy(_))
            && matches!(self.unit.as_str(), "dossiers" | "VND" | "counters")
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

fn decimal(node: &Node<'_>) -> Option<Decimal> {
    let text = node.text()?;
    Decimal::parse(text).or_else(|| node.refuse(format!("`{text}` is not a number"), "write it as 59_457 or 0.8182"))
}

fn precision(node: &Node<'_>) -> Option<Precision> {
    let text = node.text()?;
    Precision::ALL.iter().find(|(spelling, _)| *spelling == text).map(|(_, precision)| *precision).or_else(|| {
        let known: Vec<_> = Precision::ALL.iter().map(|(spelling, _)| *spelling).collect();
        node.refuse(format!("`{text}` is not known here"), format!("one of: {}", known.join(", ")))
    })
}

fn realised(fields: &Fields<'_>) -> Option<Realised> {
    match (fields.get("measured_by"), fields.get("not_realised")) {
        (Some(query), None) => query.text().map(|text| Realised::MeasuredBy(text.to_owned())),
        (None, Some(reason)) => reason.text().map(|text| Realised::Not(text.to_owned())),
        (Some(_), Some(_)) => {
            fields.node().refuse("both `measured_by` and `not_realised` are given", "keep one of them")
        }
        (None, None) => fields.node().refuse(
            "nobody knows how a run shows this figure",
            "give `measured_by` (SQL over `results`), or `not_realised` (why not)",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_digits() {
        assert_eq!(Decimal::parse("5_592_145_403"), Some(Decimal { units: 5_592_145_403, digits: 0 }));
        assert_eq!(Decimal::parse("0.8182"), Some(Decimal { units: 8_182, digits: 4 }));
        assert_eq!(Decimal::parse("1.00").and_then(Decimal::whole), Some(1));
        assert_eq!(Decimal::parse("76,5"), None);
    }

    #[test]
    fn the_shares_of_dien_bien_round_as_published() {
        let share = |text: &str| Decimal::parse(text).unwrap();
        assert_eq!(share("0.765").rounds(313, 409), Ordering::Equal);
        assert_eq!(share("0.66").rounds(717, 1_081), Ordering::Equal);
        // With the stopped ones in the base the first share would be another.
        assert_eq!(share("0.765").rounds(313, 414), Ordering::Less);
    }
}
