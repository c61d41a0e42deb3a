//! What could not be read: kept until the file says otherwise, never dropped silently.

use rusqlite::{Connection, params};

use super::error::StoreError;
use super::open::{Reader, Writer};
use super::sources::FileResult;

/// A piece of a file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemRow {
    /// The file.
    pub path: String,
    /// Byte offset in it.
    pub offset: i64,
    /// Name of a [`crate::transcript::ProblemKind`].
    pub kind: String,
    /// More about it; never text of the transcript.
    pub detail: String,
}

/// Rows of a type that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRow {
    /// The `type` as written.
    pub kind: String,
    /// How many.
    pub count: i64,
}

/// Replaces what was told of the part of a file that was read again.
pub(super) fn replace(sql: &Connection, file: &FileResult) -> rusqlite::Result<()> {
    let path = &file.name;
    let mut delete = sql.prepare_cached("DELETE FROM problem WHERE path = ?1 AND offset >= ?2")?;
    delete.execute(params![path, file.read_from])?;
    let mut insert =
        sql.prepare_cached("INSERT OR REPLACE INTO problem (path, offset, kind, detail) VALUES (?1, ?2, ?3, ?4)")?;
    for problem in &file.problems {
        insert.execute(params![problem.path, problem.offset, problem.kind, problem.detail])?;
    }
    if file.read_from == 0 {
        sql.prepare_cached("DELETE FROM unknown_row WHERE path = ?1")?.execute([path])?;
    }
    let mut count = sql.prepare_cached(
        "INSERT INTO unknown_row (path, kind, count) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET count = count + \
         excluded.count",
    )?;
    for row in &file.unknown {
        count.execute(params![path, row.kind, row.count])?;
    }
    Ok(())
}

impl Writer {
    /// Records the problems of places that are not transcripts: folders that cannot be listed, missing files.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn record_problems(&mut self, problems: Vec<ProblemRow>) -> Result<(), StoreError> {
        if problems.is_empty() {
            return Ok(());
        }
        self.transact(|sql| {
            let mut insert = sql.prepare_cached(
                "INSERT OR REPLACE INTO problem (path, offset, kind, detail) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for problem in &problems {
                insert.execute(params![problem.path, problem.offset, problem.kind, problem.detail])?;
            }
            Ok(())
        })
    }
}

impl Writer {
    /// Forgets problems of places that were never read and of which `is_over` says so.
    ///
    /// A transcript's own problems are replaced whenever it is read; nobody else would forget those of a folder.
    ///
    /// # Errors
    /// What SQLite reports; nothing is forgotten then.
    pub fn forget_places(&mut self, kind: &str, is_over: &dyn Fn(&str) -> bool) -> Result<(), StoreError> {
        let places = self.places_with(kind).map_err(|error| self.fail(error))?;
        let over: Vec<String> = places.into_iter().filter(|path| is_over(path)).collect();
        if over.is_empty() {
            return Ok(());
        }
        self.transact(|sql| {
            let mut delete = sql.prepare_cached("DELETE FROM problem WHERE path = ?1 AND kind = ?2")?;
            over.iter().try_for_each(|path| delete.execute(params![path, kind]).map(drop))
        })
    }

    fn places_with(&self, kind: &str) -> rusqlite::Result<Vec<String>> {
        let unread = "SELECT path FROM problem WHERE kind = ?1 AND path NOT IN (SELECT path FROM source)";
        self.connection.prepare(unread)?.query_map([kind], |row| row.get(0))?.collect()
    }
}

impl Reader {
    /// Returns every problem, by file and offset.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn problems(&self) -> Result<Vec<ProblemRow>, StoreError> {
        let look = || {
            let mut statement = self
                .connection
                .prepare("SELECT path, offset, kind, detail FROM problem ORDER BY path, offset, kind")?;
            let rows = statement.query_map([], |row| {
                Ok(ProblemRow { path: row.get(0)?, offset: row.get(1)?, kind: row.get(2)?, detail: row.get(3)? })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns the unknown row types over all files, most frequent first.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn unknown_rows(&self) -> Result<Vec<UnknownRow>, StoreError> {
        let look = || {
            let mut statement = self
                .connection
                .prepare("SELECT kind, sum(count) AS n FROM unknown_row GROUP BY kind ORDER BY n DESC, kind")?;
            let rows = statement.query_map([], |row| Ok(UnknownRow { kind: row.get(0)?, count: row.get(1)? }))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }
}
