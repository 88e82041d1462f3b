//! The table of people: which columns it has, and blocks of its rows.

use model::{CaseId, SimTime};
use world::{Identity, Part, People, Rendered};

use crate::exit::{Exit, Failure};

/// A column: its name, and whether it holds numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) is_number: bool,
}

pub(crate) const fn text(name: &'static str) -> Column {
    Column { name, is_number: false }
}

pub(crate) const fn number(name: &'static str) -> Column {
    Column { name, is_number: true }
}

/// The columns of people and their dossiers.
pub(crate) const COLUMNS: &[Column] = &[
    number("person"),
    number("case_id"),
    text("kind"),
    text("full_name"),
    text("sex"),
    text("birth_date"),
    text("citizen_number"),
    text("organisation"),
    text("tax_code"),
    text("phone"),
    text("email"),
    text("network_address"),
    text("address"),
    text("province"),
    text("level"),
    text("unit"),
    text("unit_name"),
    text("procedure"),
    text("procedure_name"),
    number("legal_days"),
    text("channel"),
    number("fee"),
    text("payment"),
    text("return_method"),
    text("outcome"),
    text("tag"),
    text("arrival"),
    text("reference"),
];

/// Rows of a table as texts, one after another.
#[derive(Debug, Default)]
pub(crate) struct Block {
    text: String,
    ends: Vec<usize>,
    columns: usize,
}

impl Block {
    pub(crate) fn new(columns: &[Column]) -> Self {
        Self { columns: columns.len(), ..Self::default() }
    }

    /// The rows of these cases. A person who could be a real one is refused.
    pub(crate) fn of(people: &People, cases: impl Iterator<Item = CaseId>) -> Result<Self, Failure> {
        let mut block = Self::new(COLUMNS);
        let mut texts = Rendered::default();
        for case in cases {
            let part = people.part_of(case);
            let identity = part.population.identity(part.own(case));
            part.population.render(&identity, &mut texts);
            if let Some(exposed) = world::exposed(&texts).first() {
                let message = format!("refused: person {}: {exposed}", identity.person);
                return Err(Failure::new(Exit::Refused, message));
            }
            block.push_person(part, case, &identity, &texts);
        }
        Ok(block)
    }

    pub(crate) fn push(&mut self, field: &str) {
        self.text.push_str(field);
        self.ends.push(self.text.len());
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> u64 {
        (self.ends.len() / self.columns.max(1)) as u64
    }

    /// The fields of each row.
    pub(crate) fn each(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        let mut start = 0;
        self.ends.chunks(self.columns.max(1)).map(move |ends| {
            let from = std::mem::replace(&mut start, ends.last().copied().unwrap_or(0));
            let starts = std::iter::once(from).chain(ends.iter().copied());
            starts.zip(ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default())
        })
    }

    fn push_person(&mut self, part: &Part, case: CaseId, identity: &Identity, texts: &Rendered) {
        let province = part.province();
        let cell = part.population.cell(identity.case);
        let unit = province.units().get(usize::from(cell.unit));
        let procedure = province.catalogue().get(usize::from(cell.procedure));
        let tag = usize::from(cell.tag).checked_sub(1).and_then(|tag| province.tags().get(tag));
        self.push(&identity.person.to_string());
        self.push(&case.to_string());
        for field in [
            identity.kind.as_str(),
            texts.full_name(),
            identity.sex.as_str(),
            texts.birth_date(),
            texts.citizen_number(),
            texts.organisation(),
            texts.tax_code(),
            texts.phone(),
            texts.email(),
            texts.network_address(),
            texts.address(),
            province.name(),
            cell.level.as_str(),
            unit.map_or("", |unit| unit.code.as_str()),
            unit.map_or("", |unit| unit.name.as_str()),
            &procedure.map_or_else(String::new, |procedure| part.procedure(&procedure.code)),
            procedure.map_or("", |procedure| procedure.name.as_str()),
        ] {
            self.push(field);
        }
        self.push(&procedure.map_or(0, |procedure| procedure.legal_days).to_string());
        self.push(cell.channel.as_str());
        self.push(&identity.fee.0.to_string());
        for field in [cell.payment.as_str(), cell.returns.as_str(), cell.outcome.as_str()] {
            self.push(field);
        }
        self.push(tag.map_or("", String::as_str));
        self.push(&instant(part.moved().on_clock(identity.arrival)));
        self.push(texts.reference());
    }
}

/// An instant to the second, with its offset.
fn instant(instant: SimTime) -> String {
    instant.civil().strftime("%Y-%m-%dT%H:%M:%S+07:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_field_by_field() {
        let mut block = Block::new(&[text("a"), number("b")]);
        for field in ["Đỗ", "1", "", "23"] {
            block.push(field);
        }
        let rows: Vec<Vec<_>> = block.each().map(Iterator::collect).collect();
        assert_eq!((block.rows(), rows), (2, vec![vec!["Đỗ", "1"], vec!["", "23"]]));
    }
}
