//! What tool calls did to files, as marks of lines.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::batch::Table;
use super::error::StoreError;
use super::facts::each;
use super::merge::Merge;
use super::names::Interner;
use super::open::{Reader, Writer};
use crate::model::Hunk;

/// Where a change of a file is known from. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeSource {
    /// The transcript.
    Transcript = 1,
    /// States of the file that hooks recorded.
    Live = 2,
}

/// What one tool call did to one file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileChangeRow {
    /// Key of the tool call.
    pub tool_call: i64,
    /// Transcript: the path as written, home folder removed. Live: from the top of the work tree.
    pub path: String,
    /// Where this is known from.
    pub source: ChangeSource,
    /// Top of the work tree.
    pub tree: Option<String>,
    /// Key of the session; `None` if only the tool call knows.
    pub session: Option<i64>,
    /// When, UTC milliseconds; `None` if only the tool call knows.
    pub at: Option<i64>,
    /// [`crate::model::LineMark::sum`] of the whole file before.
    pub before_sum: Option<i64>,
    /// [`crate::model::LineMark::sum`] of the whole file after.
    pub after_sum: Option<i64>,
    /// What changed, ascending.
    pub hunks: Vec<Hunk>,
}

impl FileChangeRow {
    /// Tells whether the file was written as a whole, so that the state after is known whatever was before.
    pub fn is_whole(&self) -> bool {
        is_whole(&self.hunks, self.after_sum)
    }
}

pub(super) fn is_whole(hunks: &[Hunk], after_sum: Option<i64>) -> bool {
    let [hunk] = hunks else { return false };
    let begins = hunk.old.is_empty() && hunk.new_start == 1;
    begins && after_sum.is_some_and(|sum| sum == crate::model::LineMark::sum(&hunk.new))
}

/// A change of a file that happened, by whatever source knows most of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChangeFact {
    /// Key of the tool call.
    pub tool_call: i64,
    /// Name id of the path.
    pub path: i64,
    /// Where this is known from; says what the path means.
    pub source: ChangeSource,
    /// Name id of the top of the work tree.
    pub tree: Option<i64>,
    /// Key of the session.
    pub session: i64,
    /// When it was done, UTC milliseconds.
    pub at: i64,
    /// Sum of the whole file before.
    pub before_sum: Option<i64>,
    /// Sum of the whole file after.
    pub after_sum: Option<i64>,
    /// What changed.
    pub hunks: Vec<Hunk>,
}

impl FileChangeFact {
    /// Tells whether the file was written as a whole.
    pub fn is_whole(&self) -> bool {
        is_whole(&self.hunks, self.after_sum)
    }
}

/// Changes that happened: not those that failed, nor those whose time or session nobody knows.
const CHANGES: &str =
    "SELECT file_change.tool_call, path, source, tree, coalesce(file_change.session, tool_call.session),
    coalesce(at, tool_call.answered_at, tool_call.asked_at) AS done_at, before_sum, after_sum, hunks
  FROM file_change LEFT JOIN tool_call ON tool_call.key = file_change.tool_call
  WHERE tool_call.is_error IS NOT 1 AND coalesce(file_change.session, tool_call.session) IS NOT NULL
    AND done_at IS NOT NULL ORDER BY done_at, file_change.tool_call, path, source";

fn read(sql: &Connection, text: &str) -> rusqlite::Result<Vec<FileChangeFact>> {
    let mut found = Vec::new();
    each(sql, text, |row| {
        let source = if row.get::<_, i64>(2)? == 1 { ChangeSource::Transcript } else { ChangeSource::Live };
        found.push(FileChangeFact {
            tool_call: row.get(0)?,
            path: row.get(1)?,
            source,
            tree: row.get(3)?,
            session: row.get(4)?,
            at: row.get(5)?,
            before_sum: row.get(6)?,
            after_sum: row.get(7)?,
            hunks: Hunk::unpack(row.get_ref(8)?.as_blob()?),
        });
        Ok(())
    })?;
    Ok(found)
}

impl Reader {
    /// Returns every change of a file that happened, in order of time; a tool call may stand there by both sources.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn file_changes(&self) -> Result<Vec<FileChangeFact>, StoreError> {
        read(&self.connection, CHANGES).map_err(|error| self.fail(error))
    }
}

impl Writer {
    /// Returns every change of a file that happened, in order of time; a tool call may stand there by both sources.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn file_changes(&self) -> Result<Vec<FileChangeFact>, StoreError> {
        read(&self.connection, CHANGES).map_err(|error| self.fail(error))
    }
}

impl Merge for FileChangeRow {
    /// The row that knows more wins; the rest only makes the choice the same in every order.
    fn merge(&mut self, other: FileChangeRow) {
        fn rank(row: &FileChangeRow) -> impl Ord + '_ {
            let sums = (row.after_sum, row.before_sum);
            (sums.0.is_some(), sums.1.is_some(), &row.hunks, sums, &row.tree, row.session, row.at)
        }
        if rank(&other) > rank(self) {
            *self = other;
        }
    }
}

impl Table for FileChangeRow {
    const NUMBER: u8 = 6;

    fn key(&self) -> i64 {
        self.tool_call
    }

    fn stored(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<Option<FileChangeRow>> {
        let path = names.id(sql, &self.path)?;
        let mut statement = sql.prepare_cached(
            "SELECT (SELECT text FROM name WHERE name.id = tree), session, at, before_sum, after_sum, hunks
             FROM file_change WHERE tool_call = ?1 AND path = ?2 AND source = ?3",
        )?;
        let read = |row: &Row<'_>| {
            Ok(FileChangeRow {
                tool_call: self.tool_call,
                path: self.path.clone(),
                source: self.source,
                tree: row.get(0)?,
                session: row.get(1)?,
                at: row.get(2)?,
                before_sum: row.get(3)?,
                after_sum: row.get(4)?,
                hunks: Hunk::unpack(row.get_ref(5)?.as_blob()?),
            })
        };
        statement.query_row(params![self.tool_call, path, self.source as i64], read).optional()
    }

    fn save(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<()> {
        let (path, tree) = (names.id(sql, &self.path)?, names.maybe(sql, self.tree.as_deref())?);
        sql.prepare_cached(
            "INSERT OR REPLACE INTO file_change (tool_call, path, source, tree, session, at, before_sum, after_sum, \
             hunks) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            self.tool_call,
            path,
            self.source as i64,
            tree,
            self.session,
            self.at,
            self.before_sum,
            self.after_sum,
            Hunk::pack(&self.hunks),
        ])
        .map(drop)
    }

    fn session(&self) -> Option<i64> {
        self.session
    }
}

/// Writes changes that are known whole already; one that says less than the stored row changes nothing.
pub(super) fn write(sql: &Connection, names: &mut Interner, rows: &[FileChangeRow]) -> rusqlite::Result<()> {
    for row in rows {
        let mut merged = row.clone();
        if let Some(stored) = row.stored(sql, names)? {
            merged.merge(stored);
        }
        merged.save(sql, names)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LineMark, SessionId};
    use crate::store::{CaptureBatch, SpoolState};

    fn row(at: i64, hunks: Vec<Hunk>) -> FileChangeRow {
        FileChangeRow {
            tool_call: 7,
            path: "src/lib.rs".into(),
            source: ChangeSource::Live,
            tree: Some("/work".into()),
            session: Some(SessionId::parse("s").unwrap().key()),
            at: Some(at),
            before_sum: Some(1),
            after_sum: Some(LineMark::sum(&[])),
            hunks,
        }
    }

    #[test]
    fn a_change_is_written_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace.db");
        let mut writer = Writer::open(&path).unwrap();
        let state = SpoolState { name: "a".into(), offset: 1, prefix_hash: 1 };
        let hunk = Hunk::whole(LineMark::of_text(b"one\ntwo\n"));
        let batch = CaptureBatch { changes: vec![row(5, vec![hunk.clone()])], ..CaptureBatch::default() };
        writer.record_capture(&batch, &state).unwrap();
        writer.record_capture(&batch, &state).unwrap();
        let found = Reader::open(&path).unwrap().file_changes().unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].at, &found[0].hunks, found[0].before_sum), (5, &vec![hunk], Some(1)));
        assert_eq!(writer.file_changes().unwrap(), found);
    }

    #[test]
    fn the_whole_file_is_known_where_the_sum_says_so() {
        let lines = LineMark::of_text(b"one\ntwo\n");
        let sum = LineMark::sum(&lines);
        assert!(is_whole(&[Hunk::whole(lines.clone())], Some(sum)));
        assert!(!is_whole(&[Hunk::whole(lines.clone())], Some(sum + 1)) && !is_whole(&[], Some(sum)));
        assert!(!is_whole(&[Hunk { new_start: 2, ..Hunk::whole(lines) }], Some(sum)));
    }
}
