//! The administrative procedures of a province, and how they are offered.
//!
//! A file of `scenarios/procedures/` names real procedures and holds the tables of the [generated tail](SyntheticProcedures); a province's
//! `catalogue` section fills the two up to its own size and says in which [`Edition`] each procedure is offered how. Without a
//! section the named ones are all there is, and nothing restricts them.

use jiff::civil::Date;
use model::{Document, Problems};

use super::cell::Cell;
use super::offer::{Change, Edition, Offer};
use super::procedure::{Procedure, procedure};
use super::synthetic::SyntheticProcedures;

/// The procedures that a province draws on.
#[derive(Clone, Debug)]
pub struct Catalogue {
    procedures: Vec<Procedure>,
    tail: Option<SyntheticProcedures>,
    /// In order of their days; empty if nothing is said of how procedures are offered.
    editions: Vec<Edition>,
    /// The last day that is spoken of, if anything is said of how procedures are offered.
    last: Option<Date>,
}

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// Everything wrong with the file: missing and unknown fields, codes that are malformed, stand twice or are kept for
    /// generated procedures, a legal time or weight of nothing, a negative fee, tables of the tail without entries.
    pub fn load(file: &str, text: &str) -> Result<Self, Problems> {
        Document::parse(file, text)?.read(|fields| {
            fields.text("source");
            let mut codes = Vec::new();
            let procedures = fields.list("procedures", |node| procedure(node, &mut codes));
            let tail = fields.get("tail").map_or_else(|| Some(None), |node| SyntheticProcedures::read(&node).map(Some));
            let procedures = procedures?;
            if procedures.is_empty() {
                return fields.node().refuse("a catalogue without procedures", "list them under `procedures`");
            }
            Some(Self { procedures, tail: tail?, editions: Vec::new(), last: None })
        })
    }

    /// Every procedure, in file order, the generated ones last.
    pub fn procedures(&self) -> &[Procedure] {
        &self.procedures
    }

    /// How procedures are offered, in order of days; empty if nothing is said of it.
    pub fn editions(&self) -> &[Edition] {
        &self.editions
    }

    /// The tables that more procedures are made from.
    pub(crate) fn tail(&self) -> Option<&SyntheticProcedures> {
        self.tail.as_ref()
    }

    /// The catalogue of a province: these procedures, offered so until the last day of its period.
    pub(crate) fn of_province(&self, procedures: Vec<Procedure>, editions: Vec<Edition>, last: Date) -> Self {
        Self { procedures, tail: self.tail.clone(), editions, last: Some(last) }
    }

    /// The last day of the province's period, if anything is said of how procedures are offered.
    pub(crate) fn last_day(&self) -> Option<Date> {
        self.last
    }

    /// The edition that a day lies in; before the first edition there is none.
    pub(crate) fn edition_on(&self, day: Date) -> Option<&Edition> {
        self.editions.iter().rev().find(|edition| edition.from <= day)
    }

    /// How a procedure, by its position, is offered on a day; `None` if nothing is said of it.
    pub(crate) fn offer_on(&self, procedure: u16, day: Date) -> Option<Offer> {
        self.edition_on(day)?.offers.get(usize::from(procedure)).copied()
    }

    /// The first day from `day` on at which dossiers of this kind can be about the procedure; `None` if there is none.
    pub(crate) fn opens(&self, procedure: u16, kind: &Cell, day: Date) -> Option<Date> {
        if self.editions.is_empty() {
            return Some(day);
        }
        let days =
            std::iter::once(day).chain(self.editions.iter().map(|edition| edition.from).filter(|from| *from > day));
        days.into_iter().find(|day| self.offer_on(procedure, *day).is_some_and(|offer| offer.allows(kind)))
    }

    /// Every procedure that is offered otherwise in a later edition than in the one before, in order of days.
    pub fn changes(&self) -> Vec<Change> {
        let pairs = self.editions.iter().zip(self.editions.iter().skip(1));
        let changes = pairs.flat_map(|(before, after)| {
            let offers = (0_u16..).zip(before.offers.iter().zip(&after.offers));
            let changed = offers.filter(|(_, (old, new))| old != new);
            changed.map(|(procedure, (_, offer))| Change { on: after.from, procedure, offer: *offer })
        });
        changes.collect()
    }
}

#[cfg(test)]
mod tests {
    use model::Vnd;
    use model::words::Level;

    use super::*;

    #[test]
    fn the_shipped_catalogue_has_free_and_payable_procedures_at_every_level() {
        let text = include_str!("../../../scenarios/procedures/common.yaml");
        let catalogue = Catalogue::load("common.yaml", text).unwrap();
        for level in Level::ALL {
            let fees: Vec<_> = catalogue
                .procedures()
                .iter()
                .filter(|procedure| procedure.levels.contains(level))
                .map(|procedure| procedure.fee)
                .collect();
            assert!(fees.contains(&Vnd::ZERO) && fees.iter().any(|fee| *fee > Vnd::ZERO), "{level}");
        }
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let text = "\
source: x
procedures:
  - { code: 1.00119, name: a, field: b, levels: [commune], legal_days: -1, fee: -1, weight: 1 }
  - { code: \"1.001193\", name: a, field: b, levels: [], legal_days: 1, fee: 0, weight: 1 }
  - { code: \"1.001193\", name: a, field: b, levels: [village], legal_days: 1, fee: 0, weight: 1 }
";
        let problems = Catalogue::load("x.yaml", text).unwrap_err().to_string();
        assert_eq!(
            problems,
            "x.yaml:3:13: procedures[0].code: `1.00119` is not the code of a procedure (write it in quotes, as \"1.001193\")\n\
             x.yaml:3:72: procedures[0].legal_days: -1 is out of bounds (give a number from 0 to 250)\n\
             x.yaml:3:81: procedures[0].fee: -1 is out of bounds (give a number from 0 to 1000000000)\n\
             x.yaml:4:5: procedures[1]: nobody decides this procedure (name its `levels`)\n\
             x.yaml:5:13: procedures[2].code: the procedure 1.001193 stands twice (keep one of them)\n\
             x.yaml:5:53: procedures[2].levels[0]: `village` is not known here (one of: department, district, commune)"
        );
    }
}
