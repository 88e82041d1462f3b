//! The SQLite file: created, filled with the plan, written in batches, opened for reading.

use std::path::{Path, PathBuf};

use model::{Fact, saturating};
use rusqlite::{Connection, OpenFlags, Transaction, params};

use crate::rows::{Numbered, Rows};
use crate::{Batch, packing};

/// The tables of a history, as SQL: what everybody may read. A recorded history holds the three that grow with every request
/// packed, behind views of the same names and columns; one that was written by hand holds them as they stand here.
pub const SCHEMA: &str = concat!(
    include_str!("schema.sql"),
    "\ncreate view errors_by_reason as\n",
    include_str!("errors_by_reason.sql"),
    ";\n"
);

/// Exchanges without a trustworthy answer, counted by whose fault it is, kind and reason; most frequent first. It is the view
/// `errors_by_reason` of a history, for readers who do not trust a history's own views.
///
/// Columns: `blame` ([`Blame`](model::words::Blame)), `kind` (a [`Fault`](model::words::Fault), or `status`), `reason`,
/// `exchanges`, `operations` (comma-separated, in no order), `first_exchange`.
pub const ERRORS_BY_REASON: &str = include_str!("errors_by_reason.sql");

/// Version of the form of a history, kept in `pragma user_version`.
pub const SCHEMA_VERSION: i64 = 6;

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
    numbered: Numbered,
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
            connection.execute_batch(&packing::schema())?;
            Ok(connection)
        };
        match create() {
            Ok(connection) => Ok(Self { connection, next_exchange: 1, numbered: Numbered::default() }),
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
            (Fact::RecordedExchanges, "coalesce(max(exchange_id), 0) from packed_exchanges"),
            (Fact::RecordedObservations, "count(*) from packed_observations"),
            (Fact::RecordedProgress, "count(*) from packed_progress"),
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
        let written = self.write_all(batches);
        if written.is_err() {
            // The contents of these numbers may not have been written either.
            self.numbered.forget();
        }
        written
    }

    fn write_all(&mut self, batches: &[Batch]) -> Result<(), HistoryError> {
        let mut next = self.next_exchange;
        let transaction = self.connection.transaction()?;
        {
            let mut rows = Rows::prepare(&transaction, &mut self.numbered)?;
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
    use model::words::{Fault, Field, Operation, Outcome, Phase, TrafficClass};
    use rusqlite::types::Value;

    use super::*;
    use crate::{Exchange, Observed, ProgressLine, Recorder};

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

    fn rows(connection: &Connection, query: &str) -> Vec<Vec<Value>> {
        let mut statement = connection.prepare(query).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn views_have_the_columns_of_the_tables_whose_place_they_take() {
        let (plain, packed) = (Connection::open_in_memory().unwrap(), Connection::open_in_memory().unwrap());
        plain.execute_batch(SCHEMA).unwrap();
        packed.execute_batch(SCHEMA).unwrap();
        packed.execute_batch(&packing::schema()).unwrap();
        let views = rows(
            &packed,
            "select name from sqlite_schema where type = 'view' and name not in ('README', 'errors_by_reason') order by 1",
        );
        assert_eq!(views.len(), 3);
        for view in views.concat() {
            let Value::Text(view) = view else { panic!("{view:?}") };
            let columns = format!("select name from pragma_table_info('{view}') order by cid");
            assert_eq!(rows(&packed, &columns), rows(&plain, &columns), "{view}");
        }
    }

    #[test]
    fn what_is_packed_reads_back_value_by_value() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("history.sqlite")).unwrap();
        store.set_facts(&[(Fact::TraceIdPrefix, "9c1185a5c5e9fc54".to_owned())]).unwrap();
        let mut batch = Batch::default();
        let whole = exchange(&mut batch, 7);
        let odd = Exchange {
            case: None,
            actor: batch.text("clerk:H53/1"),
            session: 3,
            attempt: 2,
            phase: Phase::Drain,
            lane: 1,
            due: 100,
            sent: None,
            first_byte: None,
            done: 90, // before it was due: nothing may get lost
            answer: Outcome::Error,
            status: None,
            fault: Some(Fault::Connect),
            bytes_decoded: Some(0),
            reused: true,
            class: TrafficClass::Poll,
            delay: 5,
            held: 4,
            reason: Some(batch.text("refused")),
            ..whole
        };
        let class = TrafficClass::Control;
        let unheard = Exchange { sent: Some(0x0102_0304), done: 0x0102_0305, status: Some(500), class, ..odd };
        batch.exchange(whole, None);
        let mut values = [None; Field::COLUMNS];
        for (place, value) in values.iter_mut().enumerate() {
            *value = Some(batch.text(&format!("value {place}")));
        }
        values[Field::DueAt as usize] = Some(batch.text("2021-07-23T17:00:00.000+07:00"));
        values[Field::Fee as usize] = Some(batch.text("50000"));
        batch.observed(Observed { position: 0, case: Some(7), values });
        values = [None; Field::COLUMNS];
        batch.observed(Observed { position: 2, case: None, values });
        values[Field::State as usize] = Some(batch.text("returned"));
        values[Field::PaymentState as usize] = Some(batch.text("none"));
        values[Field::ParcelState as usize] = Some(batch.text("delivered"));
        values[Field::Reference as usize] = Some(batch.text("7"));
        batch.observed(Observed { position: 1, case: None, values });
        values = [None; Field::COLUMNS];
        let happened_at = Some(batch.text("2021-07-20T08:00:00.001+07:00"));
        let event = Some(batch.text("accepted"));
        batch.progress(ProgressLine { position: 0, case: Some(7), happened_at, event, state: None, state_word: event });
        batch.exchange(odd, None);
        batch.exchange(unheard, None);
        batch.exchange(whole, Some(whole.actor));
        batch.observed(Observed { position: 0, case: Some(7), values });
        store.write(&[batch]).unwrap();

        let plain = Connection::open_in_memory().unwrap();
        plain.execute_batch(SCHEMA).unwrap();
        plain
            .execute_batch(
                "insert into exchanges values
                     (1, 7, 'citizen', 0, 'citizen-online', 'submit', 1, 'load', 0, 5, 6, 7, 8, 'ok', 201, null, 900, 200, null, 0,
                      'user', 0, 0, null, '00-9c1185a5c5e9fc540600000000000000-0600000000000000-01'),
                     (2, null, 'clerk:H53/1', 3, 'citizen-online', 'submit', 2, 'drain', 1, 100, null, null, 90, 'error', null,
                      'connect', 900, 200, 0, 1, 'poll', 5, 4, 'refused', null),
                     (3, null, 'clerk:H53/1', 3, 'citizen-online', 'submit', 2, 'drain', 1, 100, 16909060, null, 16909061, 'error', 500,
                      'connect', 900, 200, 0, 1, 'control', 5, 4, 'refused',
                      '00-9c1185a5c5e9fc5404030201000000ff-04030201000000ff-01'),
                     (4, 7, 'citizen', 0, 'citizen-online', 'submit', 1, 'load', 0, 5, 6, 7, 8, 'ok', 201, null, 900, 200, null, 0,
                      'user', 0, 0, null, '00-9c1185a5c5e9fc540600000000000000-0600000000000000-01');
                 insert into observations values
                     (1, 0, 7, 'value 0', 'value 1', 'value 2', 'value 3', 'value 4', 'value 5', '2021-07-23T17:00:00.000+07:00',
                      'value 7', 'value 8', 50000, 'value 10', 'value 11', 'value 12', 'value 13', 'value 14', 'value 15', 'value 16',
                      'value 17', 'value 18', 'value 19', 'value 20', 'value 21', null);
                 insert into observations (exchange_id, position, state, payment_state, parcel_state, reference) values
                     (1, 1, 'returned', 'none', 'delivered', '7');
                 insert into observations (exchange_id, position) values (1, 2);
                 insert into observations (exchange_id, position, case_id, error_code) values (4, 0, 7, 'citizen');
                 insert into progress values (1, 0, 7, '2021-07-20T08:00:00.001+07:00', 'accepted', null, 'accepted');",
            )
            .unwrap();
        for table in ["exchanges", "observations", "progress"] {
            let position = if table == "exchanges" { "1" } else { "position" };
            let all = format!("select * from {table} order by exchange_id, {position}");
            assert_eq!(rows(&store.connection, &all), rows(&plain, &all), "{table}");
        }
    }

    #[test]
    fn errors_are_counted_by_what_is_the_same_of_equal_causes_and_blamed_as_the_words_say() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let add = |fault: Option<&str>, status: Option<u16>, reason: Option<&str>| {
            let insert = "insert into exchanges (actor, session, journey, operation, attempt, phase, lane, due_ns, done_ns, outcome, \
                          status, fault, bytes_sent, bytes_received, reused, reason)
                          values ('', 0, '', 'submit', 1, 'load', 0, 0, 0, 'error', ?1, ?2, 0, 0, 0, ?3)";
            connection.execute(insert, params![status, fault, reason]).unwrap();
        };
        for (fault, said) in [
            (Fault::Connect, "ECONNREFUSED: connection refused"),
            (Fault::Connect, "resent: the kept connection was closed; ECONNREFUSED: connection refused"),
            (Fault::Tls, "alert received: handshake failure"),
            (Fault::Tls, "name mismatch: the certificate is for a, not for b"),
            (Fault::Unreadable, "no JSON at byte 3: <x: y>"),
            (Fault::Unreadable, "no JSON at byte 7: a"),
            (Fault::Unreadable, "missing field: due_at"),
            (Fault::Unreadable, "12000 rows, at most 10000 are read: ask for fewer"),
            (Fault::Unreadable, "content coding dcb: not known (gzip, deflate, br and zstd are)"),
            (Fault::Unwritable, "dossier.code does not fit: 7777"),
            (Fault::Forbidden, "http://10.0.0.7:99"),
            (Fault::LocalLimit, "EMFILE: too many open files"),
            (Fault::Dns, "failed to lookup address information: Name or service not known"),
        ] {
            add(Some(fault.as_str()), None, Some(said));
        }
        add(None, Some(503), None);
        let counted = "select format('%s %s %s', kind, reason, exchanges) from errors_by_reason order by 1";
        let counted: Vec<_> = rows(&connection, counted).concat();
        let expected = [
            "connect ECONNREFUSED 2",
            "dns Name or service not known 1",
            "forbidden address not allowed 1",
            "local_limit EMFILE 1",
            "status HTTP 503 1",
            "tls alert received: handshake failure 1",
            "tls name mismatch 1",
            "unreadable content coding not known 1",
            "unreadable missing field: due_at 1",
            "unreadable no JSON 2",
            "unreadable too many rows 1",
            "unwritable dossier.code does not fit 1",
        ];
        assert_eq!(counted, expected.map(|row| Value::Text(row.to_owned())));
        for fault in Fault::ALL {
            connection.execute("delete from exchanges", []).unwrap();
            add(Some(fault.as_str()), None, None);
            let blame = Value::Text(fault.blame().to_string());
            assert_eq!(rows(&connection, "select blame from errors_by_reason"), [[blame]], "{fault}");
        }
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
