//! Which of its procedures people ask a unit for: documents tell how few of them that are.
//!
//! ```yaml
//!   in_use:
//!     - { level: commune, full: 24, partial: 6 }       # the most popular ones of each reach
//!     - { units: [H53.21], full: 30, partial: 4 }      # later lines win
//! ```
//!
//! A unit that no line speaks of is asked for everything it decides. What is in use at a unit gets at least one dossier; if it
//! can be submitted on the portal, at least one that is.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::Node;
use model::words::Level;

use super::offer::Reach;
use super::procedure::Procedure;
use super::unit::Unit;
use super::vocabulary::Vocabulary;
use super::word::{Dimension, Word};

/// For each unit that is spoken of, its procedures in use, ascending.
#[derive(Default)]
pub(crate) struct InUse<'a>(pub(crate) BTreeMap<u16, (Node<'a>, Vec<u16>)>);

impl<'a> InUse<'a> {
    /// Reads the list of a section `catalogue`; what is popular where is decided on the last day.
    pub(crate) fn read(section: &Node<'a>, vocabulary: Vocabulary<'_>, last: Date) -> Option<Self> {
        let Some((_, node)) = section.entries()?.into_iter().find(|(name, _)| *name == "in_use") else {
            return Some(Self::default());
        };
        let mut in_use = BTreeMap::new();
        let mut complete = true;
        for line in node.items()? {
            match read(&line, vocabulary, last) {
                Some(units) => in_use.extend(units.into_iter().map(|(unit, used)| (unit, (line.clone(), used)))),
                None => complete = false,
            }
        }
        complete.then_some(Self(in_use))
    }
}

fn read(line: &Node<'_>, vocabulary: Vocabulary<'_>, last: Date) -> Option<Vec<(u16, Vec<u16>)>> {
    line.fields(|fields| {
        let level = fields.get("level").map_or_else(|| Some(None), |node| node.word(Level::ALL).map(Some));
        let named = fields.list("units", |node| vocabulary.read(Dimension::Unit, node.text()?, node));
        let mut counts = Vec::new();
        for reach in Reach::ALL {
            if let Some(node) = fields.get(reach.as_str()) {
                counts.push((*reach, node.bounded::<usize>(0, 60_000)?));
            }
        }
        let (level, named) = (level?, named?);
        if level.is_none() && named.is_empty() {
            return line.refuse("nobody knows whom this line speaks of", "give `level` or `units`");
        }
        let is_meant = |(position, unit): &(u16, &Unit)| {
            named.contains(&Word::Unit(*position)) || (named.is_empty() && level == Some(unit.level))
        };
        let units = (0_u16..).zip(vocabulary.units).filter(is_meant);
        units.map(|(position, unit)| Some((position, most_popular(line, vocabulary, unit, (&counts, last))?))).collect()
    })
}

/// The most popular procedures of a unit, so many of each reach.
fn most_popular(
    line: &Node<'_>,
    vocabulary: Vocabulary<'_>,
    unit: &Unit,
    (counts, last): (&[(Reach, usize)], Date),
) -> Option<Vec<u16>> {
    let mut used = Vec::new();
    for (reach, count) in counts {
        let offered = |(position, _): &(u16, &Procedure)| {
            vocabulary.catalogue.offer_on(*position, last).is_some_and(|offer| offer.reach == *reach)
        };
        let mut found: Vec<_> = decided(vocabulary, unit).filter(offered).collect();
        if found.len() < *count {
            let message = format!(
                "unit {} decides {} procedures that are {reach}, {count} are to be in use",
                unit.code,
                found.len()
            );
            return line.refuse(message, "lower the number, or give the unit more `fields`");
        }
        found.sort_by_key(|(position, procedure)| (std::cmp::Reverse(procedure.weight), *position));
        used.extend(found.into_iter().take(*count).map(|(position, _)| position));
    }
    used.sort_unstable();
    Some(used)
}

/// The procedures that a unit decides: those of its fields and level, with their positions.
pub(crate) fn decided<'v>(vocabulary: Vocabulary<'v>, unit: &'v Unit) -> impl Iterator<Item = (u16, &'v Procedure)> {
    let decides =
        |procedure: &Procedure| procedure.levels.contains(&unit.level) && unit.fields.contains(&procedure.field);
    (0_u16..).zip(vocabulary.catalogue.procedures()).filter(move |(_, procedure)| decides(procedure))
}
