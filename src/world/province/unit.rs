//! The units that decide.

use model::words::Level;
use model::{Node, one_of};

use super::catalogue::Catalogue;
use super::office::Office;

/// An agency that decides dossiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its code, which begins the numbers of its dossiers, such as `H18.05`.
    pub code: String,
    /// Its name, in Vietnamese.
    pub name: String,
    /// Its level of government.
    pub level: Level,
    /// The fields of the procedures it decides.
    pub fields: Vec<String>,
    /// How many clerks sit at its desks; at least one.
    pub clerks: u16,
    /// How much of its level's dossiers it gets where a split says `weights: units`, relative to the other units; 1 if not said.
    pub weight: u64,
    /// When it is open, if not at the hours of its province: nobody comes to its counter at another time. (In a run its clerks
    /// work while any office of the province is open: the run has one clock for all.)
    pub office: Option<Office>,
}

impl Unit {
    /// Reads one unit; `codes` are those seen before.
    pub(crate) fn read(node: &Node<'_>, catalogue: &Catalogue, codes: &mut Vec<String>) -> Option<Self> {
        node.fields(|fields| {
            let code = fields.need("code").and_then(|node| code(&node, codes));
            let name = fields.text("name");
            let level = fields.word("level", Level::ALL);
            let fields_of_work = fields.list("fields", |node| field(node, catalogue));
            let clerks = fields.need("clerks").and_then(|node| node.bounded(1, 1_000));
            let weight = fields.get("weight").map_or(Some(1), |node| node.bounded(1, 1_000_000));
            let office = fields.get("office").map(|node| Office::read(&node));
            fields.text_or_empty("note")?;
            let office = office.map_or(Some(None), |office| office.map(Some));
            Some(Self {
                code: code?,
                name: name?,
                level: level?,
                fields: fields_of_work?,
                clerks: clerks?,
                weight: weight?,
                office: office?,
            })
        })
    }
}

fn code(node: &Node<'_>, codes: &mut Vec<String>) -> Option<String> {
    new_code(node, node.text()?, codes)
}

/// Checks the code of a unit against those seen before; `node` stands where it is written, or made from.
pub(crate) fn new_code(node: &Node<'_>, code: &str, codes: &mut Vec<String>) -> Option<String> {
    let code = code.to_owned();
    if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.') {
        return node.refuse(format!("`{code}` is not the code of a unit"), "letters, digits and dots, as H18.05");
    }
    if codes.contains(&code) {
        return node.refuse(format!("the unit {code} stands twice"), "keep one of them");
    }
    codes.push(code.clone());
    Some(code)
}

/// Reads a field of work that the catalogue knows.
pub(crate) fn field(node: &Node<'_>, catalogue: &Catalogue) -> Option<String> {
    let text = node.text()?;
    if catalogue.procedures().iter().any(|procedure| procedure.field == text) {
        return Some(text.to_owned());
    }
    let mut known: Vec<_> = catalogue.procedures().iter().map(|procedure| procedure.field.as_str()).collect();
    known.dedup();
    node.refuse(format!("no procedure is of the field `{text}`"), one_of(text, &known))
}
