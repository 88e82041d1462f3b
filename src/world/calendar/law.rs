//! The law of deadlines, version by version: a dossier keeps the version that holds on the day of its receipt.
//!
//! The numbers are data of the calendar file, each with its source and with whether it was found or is only remembered. A version
//! says what it changes; the rest goes on.

use jiff::civil::{Date, Time};
use model::{Fields, Node};

use crate::period::date;

/// One version of the law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Law {
    /// The first day of receipt on which it holds; until the next version begins.
    pub from: Date,
    /// What it is called, in Vietnamese.
    pub title: String,
    /// Where this version and its first day are stated.
    pub basis: Basis,
    /// A procedure to be done on the day of receipt is, if the dossier is received before this time of day.
    pub same_day: Ruled<Time>,
    /// Working hours within which a submitted dossier is accepted or refused.
    pub intake_hours: Ruled<u16>,
    /// What is owed for a result that will be late.
    pub apology: Ruled<Apology>,
}

/// What an office that will be late owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apology {
    /// Days before the deadline by which the applicant must be told.
    pub days: u16,
    /// How often a new day may be set.
    pub extensions: u16,
}

/// A number of the law and where it is stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled<T> {
    /// The number.
    pub value: T,
    /// Where it is stated.
    pub basis: Basis,
}

/// Where something is stated, and whether that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Text and article.
    pub source: String,
    /// Whether it was found there.
    pub evidence: Evidence,
}

/// How well something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Read in a source.
    Found,
    /// Remembered, unverified: never to be taken for law.
    Memory,
}

/// Reads the versions under `law`, the earliest first.
pub(super) fn read(fields: &Fields<'_>) -> Option<Vec<Law>> {
    let mut versions: Vec<Law> = Vec::new();
    let mut complete = true;
    let Some(node) = fields.get("law") else { return Some(versions) };
    for node in node.items()? {
        match version(&node, versions.last()) {
            Some(version) => versions.push(version),
            None => complete = false,
        }
    }
    complete.then_some(versions)
}

fn version(node: &Node<'_>, before: Option<&Law>) -> Option<Law> {
    node.fields(|fields| {
        let from = fields.need("from").and_then(|node| date(&node));
        let title = fields.text("title");
        let basis = basis(fields);
        let same_day =
            ruled(fields, "same_day", before.map(|law| &law.same_day), |fields| time(&fields.need("before")?));
        let intake_hours = ruled(fields, "intake", before.map(|law| &law.intake_hours), |fields| {
            fields.need("hours")?.bounded(1, 1_000)
        });
        let apology = ruled(fields, "apology", before.map(|law| &law.apology), apology);
        let from = from?;
        if let Some(before) = before.filter(|before| from <= before.from) {
            return node.refuse(
                format!("{from} is not after {}, where the version before begins", before.from),
                "put them in order",
            );
        }
        Some(Law {
            from,
            title: title?,
            basis: basis?,
            same_day: same_day?,
            intake_hours: intake_hours?,
            apology: apology?,
        })
    })
}

/// Reads one number, or takes that of the version before.
fn ruled<T: Clone>(
    fields: &Fields<'_>,
    name: &'static str,
    before: Option<&Ruled<T>>,
    read: impl FnOnce(&Fields<'_>) -> Option<T>,
) -> Option<Ruled<T>> {
    match (fields.get(name), before) {
        (None, Some(before)) => Some(before.clone()),
        (None, None) => {
            fields.node().refuse(format!("the field `{name}` is missing"), "the first version says everything")
        }
        (Some(node), _) => node.fields(|fields| {
            let value = read(fields);
            let basis = basis(fields);
            Some(Ruled { value: value?, basis: basis? })
        }),
    }
}

fn basis(fields: &Fields<'_>) -> Option<Basis> {
    let source = fields.text("source");
    let evidence = match fields.word("evidence", &["found", "memory"])? {
        "found" => Evidence::Found,
        _ => Evidence::Memory,
    };
    Some(Basis { source: source?, evidence })
}

fn apology(fields: &Fields<'_>) -> Option<Apology> {
    let days = fields.need("days").and_then(|node| node.bounded(0, 30));
    let extensions = fields.need("extensions").and_then(|node| node.bounded(0, 10));
    Some(Apology { days: days?, extensions: extensions? })
}

fn time(node: &Node<'_>) -> Option<Time> {
    let text = node.text()?;
    text.parse().ok().or_else(|| node.refuse(format!("`{text}` is no time of day"), "write it as 15:00"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::calendar::{Calendar, vietnam};

    #[test]
    fn a_dossier_keeps_the_version_of_its_receipt() {
        let title = |day| vietnam().law(day).map(|law| law.title.as_str());
        assert_eq!(title(date(2018, 6, 20)), None);
        assert_eq!(title(date(2019, 9, 18)), Some("Nghị định 61/2018/NĐ-CP"));
        assert_eq!(title(date(2025, 6, 30)), Some("Nghị định 61/2018/NĐ-CP, sửa đổi bởi Nghị định 107/2021/NĐ-CP"));
        assert_eq!(title(date(2025, 7, 1)), Some("Nghị định 118/2025/NĐ-CP"));
    }

    #[test]
    fn what_is_only_remembered_says_so() {
        let law = vietnam().law(date(2021, 3, 1)).unwrap();
        assert_eq!((law.same_day.value, law.same_day.basis.evidence), (time(15, 0, 0, 0), Evidence::Found));
        assert_eq!((law.intake_hours.value, law.intake_hours.basis.evidence), (8, Evidence::Memory));
        assert_eq!(law.apology.value, Apology { days: 1, extensions: 1 });
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let text = "\
name: x
title: x
source: x
weekend: [sunday]
law:
  - { from: 2020-01-01, title: a, source: b, evidence: found, same_day: { before: 15h, source: c, evidence: heard } }
years: { 2021: {} }
";
        let problems = Calendar::load("x.yaml", text).unwrap_err().to_string();
        assert_eq!(
            problems,
            "x.yaml:6:5: law[0]: the field `intake` is missing (the first version says everything)\n\
             x.yaml:6:5: law[0]: the field `apology` is missing (the first version says everything)\n\
             x.yaml:6:83: law[0].same_day.before: `15h` is no time of day (write it as 15:00)\n\
             x.yaml:6:109: law[0].same_day.evidence: `heard` is not known here (one of: found, memory)"
        );
    }

    #[test]
    fn versions_follow_each_other_and_go_on() {
        let whole = "same_day: { before: 14:00, source: c, evidence: found }, intake: { hours: 4, source: c, evidence: found }, \
                     apology: { days: 2, extensions: 0, source: c, evidence: memory }";
        let text = |second: &str| {
            format!(
                "name: x\ntitle: x\nsource: x\nweekend: [sunday]\nlaw:\n  - {{ from: 2020-01-01, title: a, source: b, evidence: found, {whole} }}\n  \
                 - {{ from: {second}, title: a2, source: b, evidence: found, intake: {{ hours: 6, source: d, evidence: found }} }}\nyears: {{ 2021: {{}} }}\n"
            )
        };
        let calendar = Calendar::load("x.yaml", &text("2021-06-01")).unwrap();
        let (first, second) = (calendar.law(date(2021, 5, 31)).unwrap(), calendar.law(date(2021, 6, 1)).unwrap());
        assert_eq!((first.intake_hours.value, second.intake_hours.value), (4, 6));
        assert_eq!(first.same_day, second.same_day);
        let problems = Calendar::load("x.yaml", &text("2020-01-01")).unwrap_err().to_string();
        assert_eq!(
            problems,
            "x.yaml:7:5: law[1]: 2020-01-01 is not after 2020-01-01, where the version before begins (put them in order)"
        );
    }
}
