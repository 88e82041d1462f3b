//! The table of clerks.

use world::People;

use super::rows::{Block, Column, number, text};

/// The columns of clerks.
pub(crate) const COLUMNS: &[Column] = &[
    text("account"),
    text("full_name"),
    text("role"),
    text("title"),
    text("unit"),
    text("unit_name"),
    number("dossiers_per_day"),
];

/// All clerks.
pub(crate) fn block(people: &People) -> Block {
    let units: Vec<_> = people.units().collect();
    let mut block = Block::new(COLUMNS);
    for clerk in people.clerks() {
        let unit = clerk.unit.and_then(|unit| units.get(usize::from(unit)));
        for field in [
            clerk.account.as_str(),
            clerk.full_name.as_str(),
            clerk.role.as_str(),
            clerk.role.title(),
            clerk.unit_code.as_str(),
            unit.map_or("Bưu điện", |unit| unit.name.as_str()),
            &clerk.role.dossiers_per_day().to_string(),
        ] {
            block.push(field);
        }
    }
    block
}
