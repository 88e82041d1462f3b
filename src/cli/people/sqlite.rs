//! People as a table of an SQLite file.

use std::path::Path;

use rusqlite::{Connection, params_from_iter};

use super::rows::{Block, Column};

/// The table `people` of a new file.
pub(crate) struct Table {
    connection: Connection,
    insert: String,
}

impl Table {
    /// Makes the file anew.
    pub(crate) fn create(path: &Path, columns: &[Column]) -> rusqlite::Result<Self> {
        // Left over from an attempt that was ended; not finding it is fine.
        let _absent: std::io::Result<()> = std::fs::remove_file(path);
        let connection = Connection::open(path)?;
        // The file gets its name only when it is whole: it needs no journal until then.
        connection.execute_batch("pragma journal_mode = off; pragma synchronous = off; begin")?;
        let declared = columns.iter().map(|column| {
            let kind = if column.is_number { "integer" } else { "text" };
            format!("\"{}\" {kind} not null", column.name)
        });
        connection.execute_batch(&format!("create table people ({})", declared.collect::<Vec<_>>().join(", ")))?;
        let insert = format!("insert into people values ({})", vec!["?"; columns.len()].join(", "));
        Ok(Self { connection, insert })
    }

    /// Adds the rows of a block. Columns of numbers turn their texts into numbers.
    pub(crate) fn take(&mut self, block: &Block) -> rusqlite::Result<()> {
        let mut insert = self.connection.prepare_cached(&self.insert)?;
        for row in block.each() {
            insert.execute(params_from_iter(row))?;
        }
        Ok(())
    }

    /// Ends the file.
    pub(crate) fn finish(self) -> rusqlite::Result<()> {
        self.connection.execute_batch("commit")?;
        self.connection.close().map_err(|(_, error)| error)
    }
}
