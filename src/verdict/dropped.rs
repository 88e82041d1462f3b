//! Dossiers whose applicants were not admitted, because more people were under way than the run allows: nobody knows how long
//! they would have waited.

use model::Fact;
use rusqlite::Connection;

/// For how long each of them had been due when the load ended, in nanoseconds: so long they would have waited at least. Those
/// whose time had not come by then are none of them.
///
/// # Errors
/// What SQLite says.
pub fn dropped_waits(connection: &Connection) -> Result<Vec<i64>, rusqlite::Error> {
    let stated = "select coalesce(max(cast(value as integer)), 0) from run where name = ?1";
    let dropped: i64 = connection.query_row(stated, [Fact::Dropped.name()], |row| row.get(0))?;
    if dropped <= 0 {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(
        "with load as (select min(due_ns) as start_ns, max(done_ns) as end_ns from exchanges where phase = 'load')
         select load.end_ns - dossiers.due_ns from dossiers, load
         where dossiers.due_ns >= load.start_ns and dossiers.due_ns < load.end_ns
           and dossiers.case_id not in (select case_id from exchanges where case_id is not null)
         limit ?1",
    )?;
    let waits = statement.query_map([dropped], |row| row.get(0))?;
    waits.collect()
}
