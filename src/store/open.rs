//! Opens the database: one writer that migrates, readers that never write.

use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::batch::Written;
use super::error::StoreError;
use super::migrate;
use super::names::Interner;

/// How long a lock is waited for before [`StoreError::Locked`].
const BUSY: Duration = Duration::from_secs(5);

/// Keys are hashes, so a small reading asks for pages all over the file; one of this many bytes is mapped, which saves a
/// call of the system a page. What is mapped counts as memory of the process, so neither a new file nor a large one is.
const MAPPED: RangeInclusive<u64> = 64 << 10..=32 << 20;

/// A connection that may write.
#[derive(Debug)]
pub struct Writer {
    pub(super) connection: Connection,
    /// Ids of texts met so far; only of committed transactions.
    pub(super) interner: Interner,
    pub(super) written: Written,
    path: PathBuf,
}

/// A connection that can only read; it never creates, migrates or repairs.
///
/// What it sees is the database at the moment it was opened, whatever is written meanwhile.
#[derive(Debug)]
pub struct Reader {
    pub(super) connection: Connection,
    path: PathBuf,
}

impl Writer {
    /// Opens the database at `path`, creating and migrating it as needed.
    ///
    /// # Errors
    /// [`StoreError::Newer`] if a later version changed the format, and whatever the system refuses.
    #[expect(clippy::disallowed_methods, reason = "this is the place that opens the database")]
    pub fn open(path: &Path) -> Result<Writer, StoreError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| StoreError::from_io(path, &error))?;
        }
        let fail = |error| StoreError::from_sqlite(path, error);
        let mut connection = Connection::open(path).map_err(fail)?;
        connection.busy_timeout(busy_timeout()).map_err(fail)?;
        migrate::check(&connection, path)?;
        set_up(&connection).map_err(fail)?;
        if fs::metadata(path).is_ok_and(|file| MAPPED.contains(&file.len())) {
            connection.pragma_update(None, "mmap_size", *MAPPED.end() as i64).map_err(fail)?;
        }
        migrate::migrate(&mut connection).map_err(fail)?;
        let is_empty =
            connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM source)", [], |row| row.get(0)).map_err(fail)?;
        let written = Written::since_empty(is_empty);
        Ok(Writer { connection, interner: Interner::default(), written, path: path.into() })
    }

    /// Runs `work` in one transaction that holds the write lock from its start.
    ///
    /// A deferred transaction that turns into a write fails at once when
    /// another writer was faster, whatever the busy timeout says.
    ///
    /// # Errors
    /// What SQLite reports; nothing of `work` is kept then.
    pub fn transact<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let path = &self.path;
        let fail = |error| StoreError::from_sqlite(path, error);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        let result = work(&transaction).map_err(fail)?;
        transaction.commit().map_err(fail)?;
        Ok(result)
    }

    /// Begins a transaction that outlives a call; what [`Writer::record`] writes is kept by [`Writer::commit`].
    ///
    /// Keys are hashes, so every batch touches most pages of its tables: a
    /// commit a batch wrote 228 MB for a database of 18 MB.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn begin(&mut self) -> Result<(), StoreError> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| self.fail(error))
    }

    /// Keeps what was written since [`Writer::begin`].
    ///
    /// # Errors
    /// What SQLite reports; nothing since `begin` is kept then.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.connection.execute_batch("COMMIT").map_err(|error| self.fail(error))
    }

    /// Returns where the database is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn fail(&self, error: rusqlite::Error) -> StoreError {
        StoreError::from_sqlite(&self.path, error)
    }
}

/// WAL lets readers work beside the writer; where it cannot be had (network
/// file systems without shared memory) SQLite answers with another mode and
/// everything still works, one process at a time.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
    if !matches!(mode.as_deref(), Ok("wal")) {
        connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    }
    connection.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -24000; PRAGMA wal_autocheckpoint = 8000;",
    )
}

impl Reader {
    /// Opens an existing database for reading.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none or nothing in it yet, [`StoreError::Newer`] if a later version changed the format.
    #[expect(clippy::disallowed_methods, reason = "this is the place that opens the database")]
    pub fn open(path: &Path) -> Result<Reader, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing { path: path.into() });
        }
        let fail = |error| StoreError::from_sqlite(path, error);
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fail)?;
        let connection = if is_readable(&connection) { connection } else { open_immutable(path).map_err(fail)? };
        connection.busy_timeout(busy_timeout()).map_err(fail)?;
        // A report asks many questions; with a writer at work they must all be about the same moment.
        connection.execute_batch("BEGIN").map_err(fail)?;
        migrate::check(&connection, path)?;
        // A writer that was stopped before its first commit leaves a file without a table.
        if !migrate::is_begun(&connection).map_err(fail)? {
            return Err(StoreError::Missing { path: path.into() });
        }
        Ok(Reader { connection, path: path.into() })
    }

    /// Returns where the database is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn fail(&self, error: rusqlite::Error) -> StoreError {
        StoreError::from_sqlite(&self.path, error)
    }
}

/// `AGENT_TRACE_BUSY_MS` lets a test, or a script in a hurry, wait shorter.
fn busy_timeout() -> Duration {
    let forced = std::env::var("AGENT_TRACE_BUSY_MS").ok().and_then(|text| text.parse().ok());
    forced.map_or(BUSY, Duration::from_millis)
}

fn is_readable(connection: &Connection) -> bool {
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).is_ok()
}

/// A WAL database in a folder that cannot be written has no shared memory to
/// read through; nobody else can write it either, so it may be read as it lies.
#[expect(clippy::disallowed_methods, reason = "this is the place that opens the database")]
fn open_immutable(path: &Path) -> rusqlite::Result<Connection> {
    let mut uri = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'?' | b'#' | b'%' => uri.push_str(&format!("%{byte:02x}")),
            b'\\' => uri.push('/'),
            _ => uri.push(byte as char),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(uri, flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_reader_creates_nothing() {
        let folder = folder();
        let path = folder.path().join("sub/trace.db");
        assert!(matches!(Reader::open(&path), Err(StoreError::Missing { .. })));
        assert!(!folder.path().join("sub").exists());
    }

    #[test]
    fn what_was_written_is_read_and_opening_twice_changes_nothing() {
        let folder = folder();
        let path = folder.path().join("trace.db");
        let mut writer = Writer::open(&path).unwrap();
        writer.transact(|sql| sql.execute("INSERT INTO name VALUES (1, 'x')", [])).unwrap();
        drop(writer);
        drop(Writer::open(&path).unwrap());
        let reader = Reader::open(&path).unwrap();
        let text: String = reader.connection.query_row("SELECT text FROM name", [], |row| row.get(0)).unwrap();
        assert_eq!(text, "x");
        assert!(reader.connection.execute("DELETE FROM name", []).is_err());
    }

    #[test]
    fn a_failed_transaction_keeps_nothing() {
        let folder = folder();
        let mut writer = Writer::open(&folder.path().join("trace.db")).unwrap();
        let failed = writer.transact(|sql| {
            sql.execute("INSERT INTO name VALUES (1, 'x')", [])?;
            sql.execute("INSERT INTO nonsense VALUES (1)", [])
        });
        assert!(failed.is_err());
        let count: i64 = writer.connection.query_row("SELECT count(*) FROM name", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0);
    }

    #[test]
    fn junk_in_place_of_a_database_is_named_as_such() {
        let folder = folder();
        let path = folder.path().join("trace.db");
        fs::write(&path, b"this is not a database, only some text that is long enough to look at").unwrap();
        assert!(matches!(Reader::open(&path), Err(StoreError::Damaged { .. })));
        assert!(matches!(Writer::open(&path), Err(StoreError::Damaged { .. })));
    }
}
