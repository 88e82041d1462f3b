//! Whether a history has the form that vandan gives it: somebody else may have made it.

use model::{LONGEST_CODE, cut};
use rusqlite::{Connection, OptionalExtension as _};

use crate::sandbox::Budget;

/// Tables that are read into memory as a whole.
const READ_WHOLE: [&str; 6] = ["run", "capabilities", "gates", "figures", "targets", "calendar"];
/// The most rows of such a table.
const MOST_ROWS: i64 = 100_000;
/// The most bytes of all its values together.
const MOST_BYTES: i64 = 32 << 20;

/// What is wrong with the form of a history, in words; `None` if nothing is.
///
/// Every table must be a table, or the very view with which the recorder unpacks it: any other view would be a program of its
/// maker's, run whenever we look. Every instant must be a whole number.
pub(crate) fn fault(connection: &Connection) -> Result<Option<String>, rusqlite::Error> {
    let expected = Connection::open_in_memory()?;
    expected.execute_batch(history::SCHEMA)?;
    for name in tables(&expected)? {
        let foreign = match kind(connection, &name)?.as_deref() {
            Some("table") => None,
            Some("view") => foreign_view(connection, &name)?,
            None => Some(format!("it has no table {name}")),
            Some(other) => Some(format!("{name} is a {other}, where a table is expected")),
        };
        if foreign.is_some() {
            return Ok(foreign);
        }
        let fault = match crooked_instant(&expected, connection, &name)? {
            None if READ_WHOLE.contains(&name.as_str()) => too_large(&expected, connection, &name)?,
            fault => fault,
        };
        if fault.is_some() {
            return Ok(fault);
        }
    }
    Ok(None)
}

/// What is wrong with a view in place of a table; nothing if it is the recorder's, and tables are behind it.
fn foreign_view(connection: &Connection, name: &str) -> Result<Option<String>, rusqlite::Error> {
    let packed = Connection::open_in_memory()?;
    packed.execute_batch(history::SCHEMA)?;
    packed.execute_batch(&history::packed_schema())?;
    let text = |of: &Connection| {
        let query = "select sql from main.sqlite_master where type = 'view' and name = ?1";
        of.query_row(query, [name], |row| row.get::<_, String>(0)).optional()
    };
    let own = text(&packed)?;
    if own.is_none() || own != text(connection)? {
        return Ok(Some(format!("{name} is a view, where a table is expected")));
    }
    for table in tables(&packed)? {
        if kind(connection, &table)?.as_deref() != Some("table") {
            return Ok(Some(format!("it has no table {table}")));
        }
    }
    Ok(None)
}

/// The tables, by name.
fn tables(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut names = connection.prepare("select name from main.sqlite_master where type = 'table' order by name")?;
    names.query_map([], |row| row.get(0))?.collect()
}

/// Whether a table is too large to be read as a whole. It is measured without being read.
fn too_large(expected: &Connection, connection: &Connection, table: &str) -> Result<Option<String>, rusqlite::Error> {
    let mut columns =
        expected.prepare("select 'coalesce(octet_length(' || name || '), 0)' from pragma_table_info(?1)")?;
    let lengths =
        columns.query_map([table], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?.join(" + ");
    let (rows, bytes): (i64, i64) = connection.query_row(
        &format!(
            "select count(*), coalesce(sum(length), 0) from (select {lengths} as length from main.{table} limit ?1)"
        ),
        [MOST_ROWS + 1],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(match (rows > MOST_ROWS, bytes > MOST_BYTES) {
        (true, _) => Some(format!("{table} has more than {MOST_ROWS} rows")),
        (false, true) => Some(format!("the values of {table} take {bytes} bytes, {MOST_BYTES} may be")),
        (false, false) => None,
    })
}

/// The first value, or else the first row, that is longer than may be read, in words. It is measured without being read.
pub(crate) fn too_long(connection: &Connection) -> Result<Option<String>, rusqlite::Error> {
    let longest = Budget::DEFAULT.longest;
    let most = longest >> 10;
    // The names are the history's: quoted, they are nothing but names.
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let first = |table: &str, length: &str| {
        let query = format!("select {length} from main.{} where {length} > ?1 limit 1", quoted(table));
        connection.query_row(&query, [longest], |row| row.get::<_, i64>(0)).optional()
    };
    let mut rows = None;
    for table in tables(connection)? {
        let mut columns = connection.prepare("select name from pragma_table_info(?1, 'main')")?;
        let columns = columns.query_map([&table], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        let lengths: Vec<_> =
            columns.iter().map(|column| format!("coalesce(octet_length({}), 0)", quoted(column))).collect();
        let Some(length) = first(&table, &lengths.join(" + "))? else { continue };
        let name = cut(&table, LONGEST_CODE);
        for (column, of_column) in columns.iter().zip(&lengths) {
            if let Some(length) = first(&table, of_column)? {
                let column = cut(column, LONGEST_CODE);
                return Ok(Some(format!("in a row of {name}, {column} is {length} bytes long, {most} KiB may be")));
            }
        }
        rows = rows.or_else(|| Some(format!("a row of {name} is {length} bytes long, {most} KiB may be")));
    }
    Ok(rows)
}

/// `table`, `view`, `virtual table`.
fn kind(connection: &Connection, name: &str) -> Result<Option<String>, rusqlite::Error> {
    let mut statement = connection.prepare(
        "select iif(type = 'table' and sql like 'create virtual%', 'virtual table', type)
         from main.sqlite_master where name = ?1 collate nocase and type in ('table', 'view')",
    )?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(|row| row.get(0)).transpose()
}

fn crooked_instant(
    expected: &Connection,
    connection: &Connection,
    table: &str,
) -> Result<Option<String>, rusqlite::Error> {
    let mut statement =
        expected.prepare("select name from pragma_table_info(?1) where name like '%\\_ns' escape '\\'")?;
    let columns = statement.query_map([table], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    if columns.is_empty() {
        return Ok(None);
    }
    // Names of our own schema, never of the history's.
    let crooked = |column: &String| format!("typeof({column}) not in ('integer', 'null')");
    let any = columns.iter().map(crooked).collect::<Vec<_>>().join(" or ");
    let cases = columns
        .iter()
        .map(|column| format!("when {} then '{column} is of type ' || typeof({column})", crooked(column)));
    let which = cases.collect::<Vec<_>>().join(" ");
    let mut statement =
        connection.prepare(&format!("select case {which} end from main.{table} where {any} limit 1"))?;
    let mut rows = statement.query([])?;
    let found: Option<String> = rows.next()?.map(|row| row.get(0)).transpose()?;
    Ok(found.map(|found| format!("in a row of {table}, {found}, where a whole number of nanoseconds is expected")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_after(changes: &str) -> Option<String> {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        connection.execute_batch(changes).unwrap();
        fault(&connection).unwrap()
    }

    #[test]
    fn a_table_that_is_read_as_a_whole_must_not_be_too_large() {
        let many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100001)
                    insert into run select 'fact ' || i, 'x' from n";
        assert_eq!(fault_after(many), Some("run has more than 100000 rows".to_owned()));
        let long = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 40)
                    insert into run select 'fact ' || i, printf('%.*c', 1000000, 'x') from n";
        assert!(fault_after(long).is_some_and(|fault| fault.starts_with("the values of run take 40000")));
    }

    #[test]
    fn a_history_of_vandans_own_is_well_formed() {
        assert_eq!(fault_after("insert into stalls values ('lane-0', 1, 2)"), None);
    }

    #[test]
    fn a_view_is_taken_for_a_table_if_it_is_the_recorders_and_nothing_else_stands_behind_it() {
        let packed = history::packed_schema();
        assert_eq!(fault_after(&packed), None);
        let broken = |changes: &str| fault_after(&format!("{packed}; {changes}")).unwrap();
        let own = "drop view progress; create view progress as select * from packed_progress";
        assert_eq!(broken(own), "progress is a view, where a table is expected");
        let endless = "drop table events; create view events as with recursive n(i) as (select 1 union all select i from n) select * from n";
        assert_eq!(broken(endless), "it has no table events");
        let crooked = "insert into packed_exchanges values (1, 1, 0, 1, 'noon', 0, 0, 0, 0, 0, 0, null, 0, null)";
        assert!(broken(crooked).starts_with("in a row of exchanges, due_ns is of type text"));
    }

    #[test]
    fn a_view_in_place_of_a_table_is_refused() {
        let endless = "drop table signals; create view signals as with recursive n(i) as (select 1 union all select i from n) select * from n";
        assert_eq!(fault_after(endless).as_deref(), Some("signals is a view, where a table is expected"));
        assert_eq!(fault_after("drop table signals").as_deref(), Some("it has no table signals"));
    }

    #[test]
    fn an_instant_is_a_whole_number() {
        assert_eq!(
            fault_after("insert into stalls values ('lane-0', 1.5, 2)").as_deref(),
            Some("in a row of stalls, from_ns is of type real, where a whole number of nanoseconds is expected")
        );
        assert!(
            fault_after("insert into stalls values ('lane-0', 1, x'00')").unwrap().contains("until_ns is of type blob")
        );
    }

    #[test]
    fn what_is_too_long_is_found_without_being_read() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        assert_eq!(too_long(&connection).unwrap(), None);
        let row =
            "insert into figures (figure_id, position, document, name, scope, value, unit, precision, tolerance, quote)
            values ('x', 1, printf('%.*c', 40000, 'x'), printf('%.*c', 40000, 'x'), '', '1', '', '', '0', '')";
        connection.execute_batch(row).unwrap();
        let text = too_long(&connection).unwrap().unwrap();
        assert!(text.starts_with("a row of figures is 80") && text.ends_with(" bytes long, 64 KiB may be"), "{text}");
        connection.execute_batch("insert into run values ('seed', zeroblob(70000))").unwrap();
        let text = "in a row of run, value is 70000 bytes long, 64 KiB may be";
        assert_eq!(too_long(&connection).unwrap().as_deref(), Some(text));
    }
}
