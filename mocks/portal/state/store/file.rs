//! The file: created, recognised, refused, locked.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use thiserror::Error;

use crate::domain::catalogue::Index;
use crate::state::store::part::{ReadError, Source};

/// The tables, as SQL.
pub(crate) const SCHEMA: &str = include_str!("schema.sql");
/// The version of the tables and of what is in them, kept in `pragma user_version`.
const VERSION: i64 = 2;
/// What distinguishes a store from any other SQLite file, kept in `pragma application_id`: `vdan` in ASCII.
const APPLICATION: i64 = 0x7664_616e;
/// How long a commit waits for another writer of the file, which there should not be.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// How many bytes the log of changes beside the file may keep once it was worked off.
const LONGEST_LOG: i64 = 64 * 1024 * 1024;

/// Why a file cannot be the store.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    /// The file is something else.
    #[error("{path} is not the store of a reference portal (name another file, or one that does not exist yet)")]
    Foreign { path: PathBuf },
    /// The file is of another version.
    #[error(
        "{path} is a store of version {found}, this program keeps version {VERSION} (name another file, or use the \
         program that has written it)"
    )]
    Version { path: PathBuf, found: i64 },
    /// Another portal uses the file.
    #[error("{path} is the store of another portal that runs (end that one, or name another file)")]
    InUse { path: PathBuf },
    /// The file by which portals keep apart cannot be locked.
    #[error("could not lock {path}: {source} (is the folder there and writable?)")]
    Lock { path: PathBuf, source: io::Error },
    /// SQLite cannot open or begin the file.
    #[error("could not open the store {path}: {source} (is it a file, the folder writable, the disk full?)")]
    Open { path: PathBuf, source: rusqlite::Error },
    /// The rows cannot be read back.
    #[error("could not read the store {path}: {source}")]
    Read { path: PathBuf, source: ReadError },
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        io::Error::new(io::ErrorKind::InvalidInput, error)
    }
}

/// An open store that is this portal's alone.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) path: PathBuf,
    pub(crate) connection: Connection,
    /// Locked until the portal ends, however it ends. It is a file of its own, beside the store: closing the
    /// store itself would release what SQLite has locked in it, and others may read it meanwhile.
    _lock: File,
}

impl Store {
    /// Opens a store, or begins one where there is no file.
    ///
    /// # Errors
    /// Each [`StoreError`] but [`StoreError::Read`].
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        // A link and what it leads to are one store, and a name that means something to SQLite is only a name.
        let whole = path.canonicalize().or_else(|_new| std::path::absolute(path));
        let path = whole.map_err(|source| StoreError::Lock { path: path.to_owned(), source })?;
        let open = |source| StoreError::Open { path: path.clone(), source };
        let is_empty = || std::fs::metadata(&path).map_or(true, |found| found.len() == 0);
        // First, so that nothing is laid beside a file that is not ours.
        if !is_empty() {
            recognise(&path)?;
        }
        let lock = lock(&path)?;
        let is_new = is_empty();
        let mut connection = Connection::open(&path).map_err(open)?;
        if is_new {
            begin(&mut connection).map_err(open)?;
        }
        settle(&connection).map_err(open)?;
        Ok(Self { path, connection, _lock: lock })
    }

    /// Reads everything back.
    ///
    /// # Errors
    /// [`StoreError::Read`].
    pub(crate) fn read_back(
        &self,
        catalogue: &Index,
        read: impl FnOnce(&Source<'_>) -> Result<(), ReadError>,
    ) -> Result<(), StoreError> {
        let read = Source::new(&self.connection, catalogue).and_then(|source| read(&source));
        read.map_err(|source| StoreError::Read { path: self.path.clone(), source })
    }
}

/// Refuses a file that is no store, or none of this version.
fn recognise(path: &Path) -> Result<(), StoreError> {
    let here = || path.to_owned();
    let look = || -> rusqlite::Result<(i64, i64)> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
        Ok((pragma("application_id")?, pragma("user_version")?))
    };
    match look() {
        Ok((APPLICATION, VERSION)) => Ok(()),
        Ok((APPLICATION, found)) => Err(StoreError::Version { path: here(), found }),
        Ok((_, _)) => Err(StoreError::Foreign { path: here() }),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            Err(StoreError::Foreign { path: here() })
        }
        Err(source) => Err(StoreError::Open { path: here(), source }),
    }
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let file = File::options().create(true).truncate(false).write(true).open(&beside);
    match file.and_then(|file| file.try_lock().map(|()| file).map_err(io::Error::from)) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(StoreError::InUse { path: path.to_owned() }),
        Err(source) => Err(StoreError::Lock { path: beside, source }),
    }
}

/// Makes the tables, all at once or not at all.
fn begin(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "journal_size_limit", LONGEST_LOG)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}
