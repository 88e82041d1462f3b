//! One administrative procedure: what one can apply for, how long it may take, what it costs.

use model::words::Level;
use model::{Node, Vnd};

/// One administrative procedure (thủ tục hành chính).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// Its national code, such as `1.001193`; those of generated procedures begin with 9.
    pub code: String,
    /// Its name, in Vietnamese.
    pub name: String,
    /// The field it belongs to (lĩnh vực); units take the procedures of their fields.
    pub field: String,
    /// The levels of government that decide it; where a procedure is counted by level, it counts at the first.
    pub levels: Vec<Level>,
    /// Legal time, in working days; 0 is the day of receipt itself (see [`crate::LegalTime::SameDay`]).
    pub legal_days: u16,
    /// Tariff; zero if it is free.
    pub fee: Vnd,
    /// How often it is asked for, relative to the others of its field, in thousandths of the weight in the file.
    pub weight: u32,
    /// What an applicant hands in (thành phần hồ sơ), by name.
    pub documents: Vec<String>,
}

impl Procedure {
    /// Whether it was made up to fill a catalogue; no real procedure has such a code.
    pub fn is_generated(&self) -> bool {
        self.code.starts_with(GENERATED)
    }
}

/// What the codes of generated procedures begin with: the national ones begin with 1, 2 or 3.
pub(crate) const GENERATED: char = '9';

/// A weight of 1 in a file, so that the tail can be asked for less often.
pub(crate) const WEIGHT: u32 = 1_000;

/// Reads one procedure; `codes` are those seen before.
pub(crate) fn procedure(node: &Node<'_>, codes: &mut Vec<String>) -> Option<Procedure> {
    node.fields(|fields| {
        let code = fields.need("code").and_then(|node| code(&node, codes));
        let name = fields.text("name");
        let field = fields.text("field");
        let levels = fields.list("levels", |node| node.word(Level::ALL));
        let legal_days = fields.need("legal_days").and_then(|node| node.bounded(0, 250));
        let fee = fields.need("fee").and_then(|node| node.bounded(0, 1_000_000_000_i64));
        let weight = fields.need("weight").and_then(|node| node.bounded::<u32>(1, 1_000_000));
        let documents = fields.list("documents", |node| node.text().map(str::to_owned));
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
            weight: weight? * WEIGHT,
            documents: documents?,
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
    if code.starts_with(GENERATED) {
        return node
            .refuse(format!("codes that begin with {GENERATED} are those of generated procedures"), "take another");
    }
    if codes.contains(&code) {
        return node.refuse(format!("the procedure {code} stands twice"), "keep one of them");
    }
    codes.push(code.clone());
    Some(code)
}
