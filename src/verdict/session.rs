//! The SQL session in which a history is judged and measured.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::facts::{RunFacts, Validity};
use crate::judgement::Judgement;
use crate::merge::Overall;
use crate::rule_set::{RuleSet, Script};
use crate::{claims, examine, functions, refused, witness};

/// Columns that every row of a rule's query must have.
pub(crate) const SUBJECT_COLUMNS: [&str; 4] = ["subject", "ok", "case_id", "exchange_id"];

/// Why a history could not be judged. A rule that fails is no such reason: it gets the verdict `error`.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// There is no history, or it is of an unknown version.
    #[error(transparent)]
    History(#[from] history::HistoryError),
    /// The tables that rules read could not be built from it.
    #[error(
        "could not derive the tables of {script} from the history {path}: {source} (is the disk full, the history damaged?)"
    )]
    Derive {
        /// The history.
        path: PathBuf,
        /// The file with the tables.
        script: String,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// It could not be read to its end.
    #[error("could not read the history {path}: {source} (is it damaged?)")]
    Read {
        /// The history.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

/// A history opened read-only, with the tables of `derived.sql` beside it in memory.
///
/// Rules, published figures and charts are queries in this session. Beside SQLite's own, it knows the functions
/// `instant_ms(text)`, `vietnam_day(text)` and the operator `regexp`.
pub struct Session {
    connection: Connection,
    /// For messages.
    path: PathBuf,
}

impl Session {
    /// Opens a history and builds the derived tables.
    ///
    /// # Errors
    /// [`JudgeError::History`] and [`JudgeError::Derive`].
    pub fn open(history: &Path, rules: &RuleSet) -> Result<Self, JudgeError> {
        let connection = history::open(history)?;
        let script = rules.derived();
        match prepare_store(&connection, script) {
            Ok(()) => Ok(Self { connection, path: history.to_owned() }),
            Err(source) => Err(JudgeError::Derive { path: history.to_owned(), script: script.file.clone(), source }),
        }
    }

    /// The connection, for queries of one's own.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Judges every rule and every claim. A rule that cannot be evaluated gets the verdict `error`; the others are judged.
    ///
    /// # Errors
    /// [`JudgeError::Read`] if the history itself cannot be read.
    pub fn judge(&self, rules: &RuleSet) -> Result<Judgement, JudgeError> {
        self.read(rules).map_err(|source| JudgeError::Read { path: self.path.clone(), source })
    }

    fn read(&self, rules: &RuleSet) -> Result<Judgement, rusqlite::Error> {
        let run = RunFacts::read(&self.connection)?;
        let capabilities = capabilities(&self.connection)?;
        let mut verdicts: Vec<_> =
            rules.rules().iter().map(|rule| examine::examine(&self.connection, rule, &run, &capabilities)).collect();
        witness::attach_exchanges(&self.connection, &mut verdicts)?;
        let gates = claims::decide_all(&self.connection)?;
        let validity = Validity::of(&run).besides(refused::sentences(&self.connection)?);
        let overall = Overall::of(&run, &validity, &verdicts, &gates);
        Ok(Judgement { run, validity, rules: verdicts, gates, overall })
    }
}

/// Makes functions and derived tables known to a connection.
pub(crate) fn prepare_store(connection: &Connection, derived: &Script) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "temp_store", "memory")?;
    // Rules scan forwards: 32 MiB hold the inner pages of the largest tables. Mapping the file instead was measured to save
    // no time and to cost its size in memory.
    connection.pragma_update(None, "cache_size", -32 * 1024)?;
    functions::register(connection)?;
    connection.execute_batch(&derived.text)
}

fn capabilities(connection: &Connection) -> Result<BTreeSet<String>, rusqlite::Error> {
    let mut statement = connection.prepare("select name from capabilities")?;
    statement.query_map([], |row| row.get(0))?.collect()
}
