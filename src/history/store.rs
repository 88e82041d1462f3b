//! The SQLite file: created, filled with the plan, written in batches, opened for reading.

use std::path::{Path, PathBuf};

use model::words::Field;
use model::{Fact, saturating};
use rusqlite::{Connection, OpenFlags, Statement, Transaction, params};

use crate::batch::Row;
use crate::{Batch, Observed, ProgressLine, catalogue};

/// The tables of a history, as SQL.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Version of [`SCHEMA`], kept in `pragma user_version`.
pub const SCHEMA_VERSION: i64 = 4;

/// What went wrong with a history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The file could not be created.
    #[error("could not create the history {path}: {source} (is the folder writable, the disk full?)")]
    Create {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file could not be opened for reading.
    #[error("could not open the history {path}: {source} (name a results folder of a run)")]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file is of a version this program does not know.
    #[error(
        "could not read the history {path}: its schema has version {found}, this program reads version {SCHEMA_VERSION} (judge it with the version of vandan that recorded it)"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// Writing failed; what was committed before stays.
    #[error("could not write the history: {0} (is the disk full?)")]
    Write(#[from] rusqlite::Error),
    /// The writer thread could not be started.
    #[error("could not start the recorder: {0}")]
    Thread(std::io::Error),
    /// The writer thread panicked: a bug of ours.
    #[error("could not finish the recorder: it panicked")]
    WriterPanicked,
}

/// A history being written.
pub struct Store {
    connection: Connection,
    next_exchange: i64,
}

impl Store {
    /// Creates the file; it must not exist.
    ///
    /// # Errors
    /// [`HistoryError::Create`].
    pub fn create(path: &Path) -> Result<Self, HistoryError> {
        let create = || -> Result<Connection, rusqlite::Error> {
            let connection = Connection::open(path)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            connection.pragma_update(None, "synchronous", "normal")?;
            connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            connection.execute_batch(SCHEMA)?;
            Ok(connection)
        };
        match create() {
            Ok(connection) => Ok(Self { connection, next_exchange: 1 }),
            Err(source) => Err(HistoryError::Create { path: path.to_owned(), source }),
        }
    }

    /// Sets facts of the run; a fact set again is replaced.
    ///
    /// # Errors
    /// [`HistoryError::Write`].
    pub fn set_facts<'a>(&mut self, facts: impl IntoIterator<Item = &'a (Fact, String)>) -> Result<(), HistoryError> {
        let mut insert = self.connection.prepare_cached("insert or replace into run values (?1, ?2)")?;
        for (fact, value) in facts {
            insert.execute(params![fact.name(), value])?;
        }
        Ok(())
    }

    /// Writes how much was recorded, as facts of the run. What a later reader misses of it was taken away.
    ///
    /// # Errors
    /// [`HistoryError::Write`].
    pub fn state_extent(&mut self) -> Result<(), HistoryError> {
        for (fact, extent) in [
            (Fact::RecordedExchanges, "coalesce(max(exchange_id), 0) from exchanges"),
            (Fact::RecordedObservations, "count(*) from observations"),
            (Fact::RecordedProgress, "count(*) from progress"),
        ] {
            let insert = format!("insert or replace into run select ?1, {extent}");
            self.connection.execute(&insert, [fact.name()])?;
        }
        Ok(())
    }

    /// All or nothing, for writing plans.
    pub(crate) fn transaction(&mut self) -> Result<Transaction<'_>, HistoryError> {
        Ok(self.connection.transaction()?)
    }

    /// Writes batches and commits them together.
    ///
    /// # Errors
    /// [`HistoryError::Write`]; then none of these batches is written.
    pub fn write(&mut self, batches: &[Batch]) -> Result<(), HistoryError> {
        if batches.iter().all(Batch::is_empty) {
            return Ok(());
        }
        let mut next = self.next_exchange;
        let transaction = self.connection.transaction()?;
        {
            let mut rows = Rows::prepare(&transaction)?;
            for batch in batches {
                rows.write(batch, &mut next)?;
            }
        }
        transaction.commit()?;
        self.next_exchange = next;
        Ok(())
    }

    /// Brings the file into its resting form: all in one file, statistics for the query planner.
    ///
    /// # Errors
    /// [`HistoryError::Write`].
    pub fn close(self) -> Result<(), HistoryError> {
        self.connection.pragma_update(None, "journal_mode", "delete")?;
        self.connection.close().map_err(|(_, error)| HistoryError::Write(error))
    }
}

/// The prepared inserts of one transaction.
struct Rows<'a> {
    exchange: Statement<'a>,
    observed: Statement<'a>,
    progress: Statement<'a>,
    service: Statement<'a>,
    misread: Statement<'a>,
    redirect: Statement<'a>,
    stall: Statement<'a>,
    signal: Statement<'a>,
    fact: Statement<'a>,
}

impl<'a> Rows<'a> {
    fn prepare(connection: &'a Connection) -> Result<Self, rusqlite::Error> {
        let observed = format!(
            "insert into observations (exchange_id, position, case_id, {}, error_code) values ({}?)",
            columns().collect::<Vec<_>>().join(", "),
            "?,".repeat(Field::COLUMNS + 3),
        );
        Ok(Self {
            exchange: connection.prepare(
                "insert into exchanges values (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24)",
            )?,
            observed: connection.prepare(&observed)?,
            progress: connection.prepare("insert into progress values (?1,?2,?3,?4,?5,?6,?7)")?,
            service: catalogue::prepare(connection)?,
            misread: connection.prepare("insert into adapter_problems values (?1,?2,?3,?4,?5,?6)")?,
            redirect: connection.prepare("insert into redirects values (?1,?2,?3,?4,?5,?6,?7,?8)")?,
            stall: connection.prepare("insert or ignore into stalls values (?1,?2,?3)")?,
            signal: connection
                .prepare("insert or ignore into signals values (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)")?,
            fact: connection.prepare("insert or replace into run values (?1,?2)")?,
        })
    }

    fn write(&mut self, batch: &Batch, next: &mut i64) -> Result<(), rusqlite::Error> {
        let mut observed = batch.observed.iter();
        let mut progress = batch.progress.iter();
        let mut services = batch.services.iter();
        let mut misread = batch.misread.iter();
        for row in &batch.rows {
            let exchange_id = *next;
            *next += 1;
            self.write_exchange(batch, row, exchange_id)?;
            for observed in observed.by_ref().take(row.observed as usize) {
                self.write_observed(batch, row, observed, exchange_id)?;
            }
            for line in progress.by_ref().take(row.progress as usize) {
                self.write_progress(batch, line, exchange_id)?;
            }
            for service in services.by_ref().take(row.services as usize) {
                catalogue::write(&mut self.service, batch, service, exchange_id)?;
            }
            for (position, misread) in (0_u32..).zip(misread.by_ref().take(row.misread as usize)) {
                let (field, value) =
                    (misread.field.map(|text| batch.read(text)), misread.value.map(|text| batch.read(text)));
                let problem = misread.problem.as_str();
                self.misread.execute(params![exchange_id, position, problem, field, value, misread.items])?;
            }
        }
        self.write_redirects(batch, *next)?;
        for stall in &batch.stalls {
            self.stall.execute(params![stall.thread, signed(stall.from), signed(stall.until)])?;
        }
        for signal in &batch.signals {
            self.signal.execute(params![
                signal.peer,
                signal.epoch,
                signed(signal.sequence),
                signal.at,
                signal.direction,
                signal.kind,
                signal.reference,
                signal.dossier_code,
                signal.amount,
                signal.state,
                signal.fault,
                signal.status,
                signal.detail,
            ])?;
        }
        for (fact, value) in &batch.facts {
            self.fact.execute(params![fact.name(), value])?;
        }
        Ok(())
    }

    /// Writes what led to exchanges of a batch that were written, where this is the next number.
    fn write_redirects(&mut self, batch: &Batch, next: i64) -> Result<(), rusqlite::Error> {
        let mut hop = 0;
        let mut last = None;
        for (place, redirect) in &batch.redirects {
            hop = if last.replace(*place) == Some(*place) { hop + 1 } else { 1 };
            let exchange_id = next - signed((batch.rows.len() - place) as u64);
            self.redirect.execute(params![
                exchange_id,
                hop,
                batch.read(redirect.url),
                redirect.status,
                redirect.sent.map(signed),
                redirect.first_byte.map(signed),
                signed(redirect.done),
                redirect.bytes_received,
            ])?;
        }
        Ok(())
    }

    fn write_exchange(&mut self, batch: &Batch, row: &Row, exchange_id: i64) -> Result<(), rusqlite::Error> {
        let exchange = &row.exchange;
        self.exchange.execute(params![
            exchange_id,
            exchange.case,
            batch.read(exchange.actor),
            exchange.session,
            batch.read(exchange.journey),
            exchange.operation.as_str(),
            exchange.attempt,
            exchange.phase.as_str(),
            exchange.lane,
            signed(exchange.due),
            exchange.sent.map(signed),
            exchange.first_byte.map(signed),
            signed(exchange.done),
            exchange.answer.as_str(),
            exchange.status,
            exchange.fault.map(model::words::Fault::as_str),
            exchange.bytes_sent,
            exchange.bytes_received,
            exchange.bytes_decoded,
            exchange.reused,
            exchange.class.as_str(),
            signed(exchange.delay),
            signed(exchange.held),
            exchange.reason.map(|reason| batch.read(reason)),
        ])?;
        Ok(())
    }

    fn write_observed(
        &mut self,
        batch: &Batch,
        row: &Row,
        observed: &Observed,
        exchange_id: i64,
    ) -> Result<(), rusqlite::Error> {
        let statement = &mut self.observed;
        statement.raw_bind_parameter(1, exchange_id)?;
        statement.raw_bind_parameter(2, observed.position)?;
        statement.raw_bind_parameter(3, observed.case)?;
        for (i, value) in observed.values.iter().enumerate() {
            statement.raw_bind_parameter(4 + i, value.map(|text| batch.read(text)))?;
        }
        let last = 4 + Field::COLUMNS;
        statement.raw_bind_parameter(last, row.error_code.map(|text| batch.read(text)))?;
        statement.raw_execute()?;
        Ok(())
    }

    fn write_progress(&mut self, batch: &Batch, line: &ProgressLine, exchange_id: i64) -> Result<(), rusqlite::Error> {
        self.progress.execute(params![
            exchange_id,
            line.position,
            line.case,
            line.happened_at.map(|text| batch.read(text)),
            line.event.map(|text| batch.read(text)),
            line.state.map(|text| batch.read(text)),
            line.state_word.map(|text| batch.read(text)),
        ])?;
        Ok(())
    }
}

/// The columns of `observations` that hold fields, in table order.
fn columns() -> impl Iterator<Item = &'static str> {
    Field::ALL.iter().take(Field::COLUMNS).map(|field| field.as_str())
}

/// SQLite's integers are signed; only what a peer says may be beyond their limit.
pub(crate) fn signed(number: u64) -> i64 {
    saturating(number)
}

/// Opens a history for reading; nothing can be written through it.
///
/// # Errors
/// [`HistoryError::Open`] if there is no such history, [`HistoryError::Version`] if it is of an unknown version.
pub fn open(path: &Path) -> Result<Connection, HistoryError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        Ok((connection.pragma_query_value(None, "user_version", |row| row.get(0))?, connection))
    });
    match opened {
        Ok((SCHEMA_VERSION, connection)) => Ok(connection),
        Ok((found, _)) => Err(HistoryError::Version { path: path.to_owned(), found }),
        Err(source) => Err(HistoryError::Open { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use model::words::{Operation, Outcome, Phase, TrafficClass};

    use super::*;
    use crate::{Exchange, Recorder};

    fn exchange(batch: &mut Batch, case: u32) -> Exchange {
        Exchange {
            case: Some(case),
            actor: batch.text("citizen"),
            session: 0,
            journey: batch.text("citizen-online"),
            operation: Operation::Submit,
            attempt: 1,
            phase: Phase::Load,
            lane: 0,
            due: 5,
            sent: Some(6),
            first_byte: Some(7),
            done: 8,
            answer: Outcome::Ok,
            status: Some(201),
            fault: None,
            bytes_sent: 900,
            bytes_received: 200,
            bytes_decoded: None,
            reused: false,
            class: TrafficClass::User,
            delay: 0,
            held: 0,
            reason: None,
        }
    }

    #[test]
    fn what_is_recorded_reads_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.sqlite");
        let recorder = Recorder::start(Store::create(&path).unwrap()).unwrap();
        let mut inlet = recorder.inlet();
        for case in 0..1_000 {
            let batch = inlet.batch();
            let row = exchange(batch, case);
            let error_code = (case == 7).then(|| batch.text("validation"));
            batch.exchange(row, error_code);
            let code = batch.text(&format!("H18-{case}"));
            let mut values = [None; Field::COLUMNS];
            values[0] = Some(code);
            batch.observed(Observed { position: 0, case: Some(case), values });
            if case % 100 == 0 {
                inlet.flush();
            }
        }
        inlet.close();
        drop(inlet);
        let (store, loss) = recorder.finish().unwrap();
        assert_eq!(loss.0, 0);
        store.close().unwrap();

        let connection = open(&path).unwrap();
        let (rows, last): (u32, String) = connection
            .query_row(
                "select count(*), max(dossier_code) from observations where dossier_code = 'H18-' || case_id",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!((rows, last.as_str()), (1_000, "H18-999"));
        let refused: i64 = connection
            .query_row("select case_id from observations where error_code = 'validation'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(refused, 7);
    }

    #[test]
    fn a_history_cannot_be_made_where_no_folder_is() {
        let error = Store::create(Path::new("/nowhere/at/all/history.sqlite")).err().unwrap();
        assert!(error.to_string().contains("/nowhere/at/all/history.sqlite"), "{error}");
    }

    #[test]
    fn a_foreign_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "these are notes, many notes, and no history of anything at all").unwrap();
        assert!(matches!(open(&path), Err(HistoryError::Open { .. })));
        assert!(matches!(open(&folder.path().join("none")), Err(HistoryError::Open { .. })));
    }

    #[test]
    fn the_readme_view_lists_every_table() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let missing: i64 = connection
            .query_row(
                "select count(*) from sqlite_schema where type = 'table' and name not in (select \"table\" from README)",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(missing, 0);
    }
}
