//! How a part of the registry is written to the store and read back.

use std::borrow::Cow;
use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::domain::catalogue::Index;
use crate::state::store::file::SCHEMA;

/// A part that has rows of its own. It marks what is changed, and reads the present state only when it is written: a row
/// that exists is replaced, one whose thing is gone is deleted. So a thing that changes often is written once.
pub(crate) trait Part {
    /// Starts to mark; what a portal starts with is marked at once.
    fn watch(&mut self);

    /// Whether something was changed since it was written.
    fn is_dirty(&self) -> bool;

    /// Writes what was changed.
    fn write(&mut self, batch: &mut Batch<'_>);

    /// Reads everything back, into a part that is new.
    ///
    /// # Errors
    /// When a row cannot be read or makes no sense.
    fn restore(&mut self, source: &Source<'_>) -> Result<(), ReadError>;
}

/// One statement and its values.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) values: Vec<Value>,
}

/// The counters as they were written last, so that only those that moved are written again.
#[derive(Debug, Default)]
pub(crate) struct Counters(HashMap<Cow<'static, str>, u64>);

/// What is written together.
pub(crate) struct Batch<'counters> {
    writes: Vec<Write>,
    counters: &'counters mut Counters,
}

impl<'counters> Batch<'counters> {
    pub(crate) fn new(counters: &'counters mut Counters) -> Self {
        Self { writes: Vec::new(), counters }
    }

    pub(crate) fn add(&mut self, sql: &'static str, values: Vec<Value>) {
        self.writes.push(Write { sql: Cow::Borrowed(sql), values });
    }

    /// Empties every table.
    pub(crate) fn clear(&mut self) {
        let tables = SCHEMA.lines().filter_map(|line| line.strip_prefix("create table ")?.split(' ').next());
        let emptied = |table| Write { sql: format!("delete from {table}").into(), values: Vec::new() };
        self.writes.extend(tables.map(emptied));
    }

    /// Writes a counter that has moved.
    pub(crate) fn count(&mut self, name: impl Into<Cow<'static, str>>, value: u64) {
        let name = name.into();
        if self.counters.0.get(&name) != Some(&value) {
            let values = vec![name.clone().into_owned().into(), whole(value)];
            self.add("insert or replace into counters values (?1, ?2)", values);
            self.counters.0.insert(name, value);
        }
    }

    pub(crate) fn into_writes(self) -> Vec<Write> {
        self.writes
    }
}

/// A number as SQLite has it. None of ours comes near the end of what it can hold.
pub(crate) fn whole(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The place of something in a list.
pub(crate) fn place(place: usize) -> Value {
    Value::Integer(i64::try_from(place).unwrap_or(i64::MAX))
}

/// A thing as JSON.
pub(crate) fn body(thing: &impl Serialize) -> Value {
    let text = serde_json::to_string(thing);
    Value::Text(text.unwrap_or_else(|_| unreachable!("what is kept has string keys and integers only")))
}

/// Why a store cannot be read back.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// SQLite cannot.
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    /// The JSON of a row is not what this portal writes.
    #[error("the row {row} of {table} is not one that this program writes: {source}")]
    Body { table: &'static str, row: String, source: serde_json::Error },
    /// A text or a number of a row is not what this portal writes.
    #[error("the row {row} of {table} is not one that this program writes")]
    Row { table: &'static str, row: String },
    /// The portal was started with another catalogue.
    #[error("the dossier {dossier} is one of {thing}, which is not in the catalogue (start it with the same --run)")]
    Catalogue { dossier: String, thing: String },
}

/// Where everything is read back from.
pub(crate) struct Source<'connection> {
    pub(crate) connection: &'connection Connection,
    pub(crate) catalogue: &'connection Index,
    counters: HashMap<String, u64>,
}

impl<'connection> Source<'connection> {
    /// # Errors
    /// When the counters cannot be read.
    pub(crate) fn new(connection: &'connection Connection, catalogue: &'connection Index) -> Result<Self, ReadError> {
        let mut source = Self { connection, catalogue, counters: HashMap::new() };
        let counters: Vec<(String, u64)> = source.rows("select name, value from counters")?;
        source.counters.extend(counters);
        Ok(source)
    }

    /// What a counter stood at; 0 if it never moved.
    pub(crate) fn counter(&self, name: &str) -> u64 {
        self.counters.get(name).copied().unwrap_or_default()
    }

    /// The counters whose names start so, with the rest of their names.
    pub(crate) fn counters_of(&self, prefix: &str) -> impl Iterator<Item = (&str, u64)> {
        self.counters.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, *value)))
    }

    /// All rows of a query, as tuples.
    pub(crate) fn rows<T>(&self, sql: &str) -> Result<Vec<T>, ReadError>
    where
        T: for<'row> TryFrom<&'row Row<'row>, Error = rusqlite::Error>,
    {
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| T::try_from(row))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Reads the bodies of a table whose keys are numbers, in their order.
    pub(crate) fn bodies<T: DeserializeOwned>(&self, table: &'static str) -> Result<Vec<(u64, T)>, ReadError> {
        let mut statement = self.connection.prepare(&format!("select rowid, body from {table} order by rowid"))?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let key: u64 = row.get(0)?;
            let text = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            all.push((key, read_body(table, &key, text)?));
        }
        Ok(all)
    }
}

/// Reads the body of a row.
pub(crate) fn read_body<T: DeserializeOwned>(
    table: &'static str,
    row: &impl ToString,
    text: &str,
) -> Result<T, ReadError> {
    serde_json::from_str(text).map_err(|source| ReadError::Body { table, row: row.to_string(), source })
}

/// Refuses a row that makes no sense.
pub(crate) fn no_sense(table: &'static str, row: &impl ToString) -> ReadError {
    ReadError::Row { table, row: row.to_string() }
}
