//! Fields that the adapter reads and no answer ever showed: a path that leads nowhere proves nothing.

use rusqlite::Connection;

/// A sentence for each field of the table `unseen` of `derived.sql`; none if it makes no such table.
pub(crate) fn remarks(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let is_there = "select exists (select 1 from temp.sqlite_master where name = 'unseen' and type = 'table')";
    if !connection.query_row(is_there, [], |row| row.get::<_, bool>(0))? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare("select because from temp.unseen order by because")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    let remedy = "correct the path, or leave the field out if the portal does not show it";
    rows.map(|because| Ok(format!("{}: {remedy}", because?))).collect()
}
