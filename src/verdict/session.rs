//! The SQL session in which a history is judged and measured.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::facts::RunFacts;
use crate::judgement::Judgement;
use crate::merge::Overall;
use crate::rule_set::{RuleSet, Script};
use crate::sandbox::{Budget, Meter, complaint};
use crate::stalls::Stalls;
use crate::transport;
use crate::validity::Validity;
use crate::{areas, claims, examine, form, functions, misreadings, peers, required, unseen, witness};

/// Columns that every row of a rule's query must have.
pub(crate) const SUBJECT_COLUMNS: [&str; 4] = ["subject", "ok", "case_id", "exchange_id"];

/// Why a history could not be judged. A rule that fails is no such reason: it gets the verdict `error`.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// There is no history, or it is of an unknown version.
    #[error(transparent)]
    History(#[from] history::HistoryError),
    /// What lies there is a folder, a pipe or a device.
    #[error("could not read the history {path}: it is not a file")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// It is not of the form that vandan gives a history.
    #[error("could not read the history {path}: {what} (was it made, or changed, by something else than vandan?)")]
    Form {
        /// The history.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The tables that rules read could not be built from it.
    #[error(
        "could not derive the tables of {script} from the history {path}: {}{}",
        complaint(source),
        if complaint(source).starts_with("budget: ") { "" } else { " (is the disk full, the history damaged?)" }
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
    meter: Meter,
    /// For messages.
    path: PathBuf,
}

impl Session {
    /// Opens a history and builds the derived tables, within the default budget.
    ///
    /// # Errors
    /// All of [`JudgeError`] but [`JudgeError::Read`].
    pub fn open(history: &Path, rules: &RuleSet) -> Result<Self, JudgeError> {
        Self::open_within(history, rules, Budget::DEFAULT)
    }

    /// The same within a budget.
    ///
    /// # Errors
    /// Those of [`Session::open`].
    pub fn open_within(history: &Path, rules: &RuleSet, budget: Budget) -> Result<Self, JudgeError> {
        let path = history.to_owned();
        // To open a pipe would be to wait for its other end.
        if std::fs::metadata(history).is_ok_and(|facts| !facts.is_file()) {
            return Err(JudgeError::NotAFile { path });
        }
        let mut connection = history::open(history)?;
        match form::fault(&connection) {
            Ok(None) => {}
            Ok(Some(what)) => return Err(JudgeError::Form { path, what }),
            Err(source) => return Err(JudgeError::Read { path, source }),
        }
        let script = rules.derived();
        match prepare_store(&mut connection, script, budget) {
            Ok(meter) => Ok(Self { connection, meter, path }),
            Err(source) if is_too_big(&source) => Err(unreadable(&connection, path, source)),
            Err(source) => Err(JudgeError::Derive { path, script: script.file.clone(), source }),
        }
    }

    /// The connection, for queries of one's own.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Under which queries of others run that the history carries: those of figures and targets.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Judges every rule and every claim. A rule that cannot be evaluated gets the verdict `error`; the others are judged.
    ///
    /// # Errors
    /// [`JudgeError::Read`] if the history itself cannot be read.
    pub fn judge(&self, rules: &RuleSet) -> Result<Judgement, JudgeError> {
        self.read(rules).map_err(|source| unreadable(&self.connection, self.path.clone(), source))
    }

    fn read(&self, rules: &RuleSet) -> Result<Judgement, rusqlite::Error> {
        let run = RunFacts::read(&self.connection)?;
        let capabilities = capabilities(&self.connection)?;
        let mut verdicts: Vec<_> =
            rules.rules().iter().map(|rule| examine::examine(self, rule, &run, &capabilities)).collect();
        witness::attach_exchanges(&self.connection, &mut verdicts)?;
        let stalls = Stalls::read(&self.connection)?;
        let (gates, provinces) = claims::decide_all(&self.connection, &stalls)?;
        let validity = Validity::read(&self.connection, &run, &stalls)?;
        let areas = areas::examined(&verdicts, &gates);
        let unmet = required::unmet(&run, &verdicts, &areas);
        let overall = Overall::of(&run, &validity, &verdicts, &gates, &unmet);
        let mut remarks = transport::remarks(&run);
        remarks.extend(unseen::remarks(&self.connection)?);
        remarks.extend(peers::remarks(&self.connection)?);
        remarks.extend(misreadings::remark(&self.connection)?);
        let sources = rules.sources().to_vec();
        Ok(Judgement { run, validity, overall, unmet, remarks, areas, rules: verdicts, gates, provinces, sources })
    }
}

fn is_too_big(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::TooBig)
}

/// What could not be read, with the value that is too long where one is.
fn unreadable(connection: &Connection, path: PathBuf, source: rusqlite::Error) -> JudgeError {
    let too_long = if is_too_big(&source) { form::too_long(connection).unwrap_or_default() } else { None };
    match too_long {
        Some(what) => JudgeError::Form { path, what },
        None => JudgeError::Read { path, source },
    }
}

/// Makes functions and derived tables known to a connection, which is under the budget from then on.
pub(crate) fn prepare_store(
    connection: &mut Connection,
    derived: &Script,
    budget: Budget,
) -> Result<Meter, rusqlite::Error> {
    connection.pragma_update(None, "temp_store", "memory")?;
    // Rules scan forwards: 32 MiB hold the inner pages of the largest tables. Mapping the file instead was measured to save
    // no time and to cost its size in memory.
    connection.pragma_update(None, "cache_size", -32 * 1024)?;
    let meter = Meter::install(connection, budget)?;
    functions::register(connection, &meter)?;
    meter.derive(|| connection.execute_batch(&derived.text))?;
    Ok(meter)
}

/// What the adapter and the plan make it possible to examine, and what the portal gave occasion for.
fn capabilities(connection: &Connection) -> Result<BTreeSet<String>, rusqlite::Error> {
    let mut statement = connection.prepare(
        "select name from capabilities
         union all
         select 'seen:refusal' where exists (select 1 from exchanges where outcome = 'refused')
             or exists (select 1 from observations where position = 0 and error_code is not null)",
    )?;
    statement.query_map([], |row| row.get(0))?.collect()
}
