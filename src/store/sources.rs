//! Transcript files and how far each was read.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::batch::Batch;
use super::error::StoreError;
use super::open::Writer;
use super::problems::{self, ProblemRow, UnknownRow};

/// What tells that a file is the same and unchanged, without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileStamp {
    /// The file system's own identity (inode, file index); 0 where there is none.
    pub file_key: i64,
    /// Size in bytes.
    pub size: i64,
    /// Modification time in nanoseconds.
    pub modified: i64,
}

/// One file and how far it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// The path; an entry of an archive is `archive!entry`.
    pub path: String,
    /// It holds nothing of this repository; looked at, so that it is not read again.
    pub is_foreign: bool,
    /// Name of the format, if known.
    pub format: Option<String>,
    /// The subagent whose own file it is.
    pub agent_run: Option<String>,
    /// The file as it was.
    pub stamp: FileStamp,
    /// First byte not read.
    pub offset: i64,
    /// Objects read.
    pub ordinal: i64,
    /// Session of the last row that named one.
    pub session: Option<String>,
    /// First time in the file.
    pub head_at: i64,
    /// Hash over the bytes that were read, at both ends; tells a rewritten file.
    pub prefix_hash: i64,
}

/// By position: names would be looked up for each of a million rows.
const COLUMNS: &str = "path, verdict, format, agent_run, file_key, size, modified, offset, ordinal, session, head_at, \
  prefix_hash";

fn read(row: &Row<'_>) -> rusqlite::Result<SourceRow> {
    Ok(SourceRow {
        path: row.get(0)?,
        is_foreign: row.get::<_, i64>(1)? == 1,
        format: row.get(2)?,
        agent_run: row.get(3)?,
        stamp: FileStamp { file_key: row.get(4)?, size: row.get(5)?, modified: row.get(6)? },
        offset: row.get(7)?,
        ordinal: row.get(8)?,
        session: row.get(9)?,
        head_at: row.get(10)?,
        prefix_hash: row.get(11)?,
    })
}

/// What one file brings: everything that must be written together.
#[derive(Debug, Default)]
pub struct FileResult {
    /// Name of the file, as in [`SourceRow::path`].
    pub name: String,
    /// The state of the file; `None` for a place that is no file.
    pub source: Option<SourceRow>,
    /// What could not be read.
    pub problems: Vec<ProblemRow>,
    /// Row types nobody knows.
    pub unknown: Vec<UnknownRow>,
    /// Problems of the file up to here are final; those at or after this offset are told anew.
    pub read_from: i64,
}

impl Writer {
    /// Returns what is known of a file.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn source(&self, path: &str) -> Result<Option<SourceRow>, StoreError> {
        let look = || {
            let mut statement =
                self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM source WHERE path = ?1"))?;
            statement.query_row([path], read).optional()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns every known file.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn sources(&self) -> Result<Vec<SourceRow>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare(&format!("SELECT {COLUMNS} FROM source"))?;
            statement.query_map([], read)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Writes a batch and the state of the files it came from, all or nothing, or as part of what
    /// [`Writer::begin`] began.
    ///
    /// Returns how many rows were new or changed.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn record(&mut self, batch: &mut Batch, files: &[FileResult]) -> Result<usize, StoreError> {
        let mut names = std::mem::take(&mut self.interner);
        let mut written = std::mem::take(&mut self.written);
        let mut write = |sql: &Connection| {
            let changed = batch.flush(sql, &mut names, &mut written)?;
            for file in files {
                if let Some(source) = &file.source {
                    save(sql, source)?;
                }
                problems::replace(sql, file)?;
            }
            Ok(changed)
        };
        let changed = match self.connection.is_autocommit() {
            true => self.transact(|sql| write(sql))?,
            false => write(&self.connection).map_err(|error| self.fail(error))?,
        };
        // Only what was written: what a failed write knew is nobody's.
        (self.interner, self.written) = (names, written);
        Ok(changed)
    }
}

fn save(sql: &Connection, row: &SourceRow) -> rusqlite::Result<()> {
    let mut statement = sql.prepare_cached(
        "INSERT INTO source (path, verdict, format, agent_run, file_key, size, modified, offset, ordinal, session, head_at, prefix_hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (path) DO UPDATE SET verdict = excluded.verdict, format = excluded.format, agent_run = excluded.agent_run,
           file_key = excluded.file_key, size = excluded.size, modified = excluded.modified, offset = excluded.offset,
           ordinal = excluded.ordinal, session = excluded.session, head_at = excluded.head_at, prefix_hash = excluded.prefix_hash",
    )?;
    let stamp = row.stamp;
    statement.execute(params![
        row.path,
        i64::from(row.is_foreign),
        row.format,
        row.agent_run,
        stamp.file_key,
        stamp.size,
        stamp.modified,
        row.offset,
        row.ordinal,
        row.session,
        row.head_at,
        row.prefix_hash,
    ])?;
    Ok(())
}
