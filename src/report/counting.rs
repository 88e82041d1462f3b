//! Counting what figures and targets speak of, with the queries that stand beside them in a history.

use model::Counted;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use verdict::{Meter, complaint};

/// The session in which queries of a history run, and what they may use.
#[derive(Clone, Copy)]
pub(crate) struct Counter<'a> {
    pub(crate) session: &'a Connection,
    pub(crate) meter: &'a Meter,
}

/// What one column holds.
enum Cell {
    Whole(i64),
    Nothing,
    Other(String),
}

impl Counter<'_> {
    /// What a query counts: one whole number, or part and base. The error is a sentence for the reader of the table.
    pub(crate) fn count(self, query: &str) -> Result<Counted, String> {
        counted(&self.cells(query)?)
    }

    /// The same of a query that must answer with part and base.
    pub(crate) fn share(self, query: &str) -> Result<Counted, String> {
        match self.cells(query)?.as_slice() {
            [_] => Err("the query answers with one number: select part and base".to_owned()),
            cells => counted(cells),
        }
    }

    /// The first two columns of the first row.
    fn cells(self, query: &str) -> Result<Vec<Cell>, String> {
        let run = || {
            let mut statement = self.session.prepare(query)?;
            if !statement.readonly() {
                return Ok(Err("the query would change the history; write a select".to_owned()));
            }
            let columns = statement.column_count().min(2);
            statement.query_row([], |row| (0..columns).map(|at| Ok(cell(row.get_ref(at)?))).collect()).map(Ok)
        };
        self.meter.read(run).map_err(|error| complaint(&error))?
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only whole numbers within i64's exact range are cast")]
fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Integer(number) => Cell::Whole(number),
        ValueRef::Real(number) if number.fract() == 0.0 && number.abs() < 9e15 => Cell::Whole(number as i64),
        ValueRef::Real(number) => Cell::Other(number.to_string()),
        ValueRef::Null => Cell::Nothing,
        ValueRef::Text(_) | ValueRef::Blob(_) => Cell::Other("a text".to_owned()),
    }
}

fn counted(cells: &[Cell]) -> Result<Counted, String> {
    match cells {
        [Cell::Whole(number)] => Ok(Counted::whole(*number)),
        // The sum of no rows is null.
        [Cell::Whole(_) | Cell::Nothing, Cell::Whole(0)] => Err("no such dossiers were recorded".to_owned()),
        [Cell::Nothing, Cell::Whole(base)] => Ok(Counted { part: 0, base: *base }),
        [Cell::Whole(part), Cell::Whole(base @ 1..)] => Ok(Counted { part: *part, base: *base }),
        [Cell::Other(value), ..] | [_, Cell::Other(value), ..] => {
            Err(format!("the query answers with {value}: select one whole number, or part and base of a share"))
        }
        _ => Err("the query answers with no number".to_owned()),
    }
}
