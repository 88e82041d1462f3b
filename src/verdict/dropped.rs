//! Dossiers whose applicants were not admitted, because more people were under way than the run allows: nobody knows how long
//! they would have waited.

use model::Fact;
use rusqlite::{Connection, OptionalExtension as _};

use crate::outages::Outages;

/// A dossier that was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Its case.
    pub case_id: i64,
    /// For how long it had been due when the load ended, in nanoseconds: so long its applicant would have waited at least.
    pub wait_ns: i64,
}

/// The dossiers that were dropped, but for those whose time had not come when the load ended, and those who were not let in
/// while the portal was away: how long it would have kept them is not known, and its errors are counted.
///
/// # Errors
/// What SQLite says.
pub fn dropped(connection: &Connection) -> Result<Vec<Dropped>, rusqlite::Error> {
    let stated = "select coalesce(max(cast(value as integer)), 0) from run where name = ?1";
    let dropped: i64 = connection.query_row(stated, [Fact::Dropped.name()], |row| row.get(0))?;
    if dropped <= 0 {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(
        "with load as (select min(due_ns) as start_ns, max(done_ns) as end_ns from exchanges where phase = 'load')
         select dossiers.case_id, load.end_ns - dossiers.due_ns, dossiers.due_ns from dossiers, load
         where dossiers.due_ns >= load.start_ns and dossiers.due_ns < load.end_ns
           and dossiers.case_id not in (select case_id from exchanges where case_id is not null)
         limit ?1",
    )?;
    let stated = "select value from run where name = ?1";
    let outages: Option<String> =
        connection.query_row(stated, [Fact::Outages.name()], |row| row.get(0)).optional()?.flatten();
    let outages = Outages::parse(&outages.unwrap_or_default());
    let mut rows = statement.query([dropped])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if !outages.contain(row.get(2)?) {
            found.push(Dropped { case_id: row.get(0)?, wait_ns: row.get(1)? });
        }
    }
    Ok(found)
}
