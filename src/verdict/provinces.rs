//! Which province a dossier is of, where a run plays several at once.

use rusqlite::Connection;

/// The provinces of a run of several, in the order of their cases; empty where there is one.
#[derive(Debug, Default)]
pub(crate) struct Provinces {
    /// Each with its first and its last case: those of a province are numbered in a row.
    all: Vec<(String, i64, i64)>,
}

impl Provinces {
    pub(crate) fn read(connection: &Connection) -> Result<Self, rusqlite::Error> {
        let mut statement = connection.prepare(
            "select province, min(case_id), max(case_id) from dossiers group by province order by min(case_id)",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let all: Vec<_> = rows.collect::<Result<_, _>>()?;
        Ok(if all.len() > 1 { Self { all } } else { Self::default() })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(name, ..)| name.as_str())
    }

    /// The place of the province of a case; `None` if no case is meant, or it is of no province.
    pub(crate) fn of(&self, case: Option<i64>) -> Option<usize> {
        let case = case?;
        let at = self.all.partition_point(|(_, _, last)| *last < case);
        self.all.get(at).filter(|(_, first, _)| *first <= case).map(|_| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_of_the_province_in_whose_row_it_stands() {
        let all = vec![("a".to_owned(), 0, 9), ("b".to_owned(), 10, 10), ("c".to_owned(), 12, 20)];
        let provinces = Provinces { all };
        let of = [Some(0), Some(9), Some(10), Some(11), Some(12), Some(21), None].map(|case| provinces.of(case));
        assert_eq!(of, [Some(0), Some(0), Some(1), None, Some(2), None, None]);
        assert_eq!(Provinces::default().of(Some(0)), None);
    }
}
