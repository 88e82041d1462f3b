//! The administrative procedures: what one can apply for, how long it may take, what it costs.

use model::words::Level;
use model::{Document, Node, Problems, Vnd};

/// One administrative procedure (thủ tục hành chính).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// Its national code, such as `1.001193`.
    pub code: String,
    /// Its name, in Vietnamese.
    pub name: String,
    /// The field it belongs to (lĩnh vực); units take the procedures of their fields.
    pub field: String,
    /// The levels of government that decide it.
    pub levels: Vec<Level>,
    /// Legal time, in working days; at least 1.
    pub legal_days: u16,
    /// Tariff; zero if it is free.
    pub fee: Vnd,
    /// How often it is asked for, relative to the others.
    pub weight: u32,
}

/// The procedures that provinces draw on.
#[derive(Clone, Debug)]
pub struct Catalogue {
    procedures: Vec<Procedure>,
}

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// Everything wrong with the file: missing and unknown fields, codes that are malformed or stand twice, a legal time or
    /// weight of nothing, a negative fee.
    pub fn load(file: &str, text: &str) -> Result<Self, Problems> {
        Document::parse(file, text)?.read(|fields| {
            fields.text("source");
            let mut codes = Vec::new();
            let procedures = fields.list("procedures", |node| procedure(node, &mut codes))?;
            if procedures.is_empty() {
                return fields.node().refuse("a catalogue without procedures", "list them under `procedures`");
            }
            Some(Self { procedures })
        })
    }

    /// Every procedure, in file order.
    pub fn procedures(&self) -> &[Procedure] {
        &self.procedures
    }
}

fn procedure(node: &Node<'_>, codes: &mut Vec<String>) -> Option<Procedure> {
    node.fields(|fields| {
        let code = fields.need("code").and_then(|node| code(&node, codes));
        let name = fields.text("name");
        let field = fields.text("field");
        let levels = fields.list("levels", |node| node.word(Level::ALL));
        let legal_days = fields.need("legal_days").and_then(|node| bounded(&node, 1, 250));
        let fee = fields.need("fee").and_then(|node| bounded(&node, 0, 1_000_000_000_i64));
        let weight = fields.need("weight").and_then(|node| bounded(&node, 1, 1_000_000));
        let levels = levels?;
        if levels.is_empty() {
            return fields.node().refuse("nobody decides this procedure", "name its `levels`");
        }
        Some(Procedure {
            code: code?,
            name: name?,
            field: field?,
            levels,
            legal_days: legal_days?,
            fee: Vnd(fee?),
            weight: weight?,
        })
    })
}

/// Reads a code of the form `d.dddddd` that was not seen before.
fn code(node: &Node<'_>, codes: &mut Vec<String>) -> Option<String> {
    let code = node.text()?.to_owned();
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if !code.split_once('.').is_some_and(|(group, number)| digits(group, 1) && digits(number, 6)) {
        return node.refuse(format!("`{code}` is not the code of a procedure"), "write it in quotes, as \"1.001193\"");
    }
    if codes.contains(&code) {
        return node.refuse(format!("the procedure {code} stands twice"), "keep one of them");
    }
    codes.push(code.clone());
    Some(code)
}

/// Reads a whole number within bounds, both included.
pub(crate) fn bounded<T: TryFrom<i64>>(node: &Node<'_>, least: i64, most: i64) -> Option<T> {
    let number = node.integer()?;
    let within = Some(number).filter(|number| (least..=most).contains(number));
    within
        .and_then(|number| T::try_from(number).ok())
        .or_else(|| node.refuse(format!("{number} is out of bounds"), format!("give a number from {least} to {most}")))
}

#[cfg(test)]
mod tests {
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
  - { code: 1.00119, name: a, field: b, levels: [commune], legal_days: 0, fee: -1, weight: 1 }
  - { code: \"1.001193\", name: a, field: b, levels: [], legal_days: 1, fee: 0, weight: 1 }
  - { code: \"1.001193\", name: a, field: b, levels: [village], legal_days: 1, fee: 0, weight: 1 }
";
        let problems = Catalogue::load("x.yaml", text).unwrap_err().to_string();
        assert_eq!(
            problems,
            "x.yaml:3:13: procedures[0].code: `1.00119` is not the code of a procedure (write it in quotes, as \"1.001193\")\n\
             x.yaml:3:72: procedures[0].legal_days: 0 is out of bounds (give a number from 1 to 250)\n\
             x.yaml:3:80: procedures[0].fee: -1 is out of bounds (give a number from 0 to 1000000000)\n\
             x.yaml:4:5: procedures[1]: nobody decides this procedure (name its `levels`)\n\
             x.yaml:5:13: procedures[2].code: the procedure 1.001193 stands twice (keep one of them)\n\
             x.yaml:5:53: procedures[2].levels[0]: `village` is not known here (one of: department, district, commune)"
        );
    }
}
