//! Who wrote the lines of a commit, as it was decided when the commit was recorded.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::StoreError;
use super::names::Interner;
use super::open::{Reader, Writer};
use crate::model::{CommitId, LineClass, LineGrade, LineReason};

/// Key of the rules by which records were made; taken away when something they rest on changes.
const LINES_BASIS: &str = "lines_basis";

/// Keys of commits that no hook saw and in which agents wrote lines.
const UNSEEN: &str = "SELECT key FROM git_commit WHERE is_reachable = 1
  AND key IN (SELECT git_commit FROM line_record WHERE class = 1)
  AND id NOT IN (SELECT git_commit FROM captured_commit)";

/// Notes that the records may not be up to date any more.
pub(super) fn outdate(sql: &Connection) -> rusqlite::Result<()> {
    sql.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([LINES_BASIS]).map(drop)
}

/// Lines that follow each other in a file of a commit and are one writer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRecord {
    /// Name id of the path in the commit.
    pub path: i64,
    /// Number of the first line in the commit's file, from 1.
    pub first: u32,
    /// How many lines.
    pub count: u32,
    /// Whose they are.
    pub class: LineClass,
    /// How sure that is.
    pub grade: LineGrade,
    /// What it rests on.
    pub reason: LineReason,
    /// Key of the session, for lines of agents.
    pub session: Option<i64>,
    /// Key of the tool call, for lines of agents whose tool call is known.
    pub tool_call: Option<i64>,
    /// The part of the request's share that the first line has; the lines after it have the next ones. `None` where
    /// they have no part of the cost.
    pub part: Option<LinePart>,
}

/// One of equal parts of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinePart {
    /// Which, from 0.
    pub number: u32,
    /// Of how many: the lines that the request landed in the commit.
    pub parts: u32,
}

/// What is known of the lines of a commit as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineCommit {
    /// Key of the commit.
    pub git_commit: i64,
    /// A number over all that the records rest on.
    pub signature: i64,
    /// What holds for lines of it that stand in no record.
    pub rest: (LineClass, LineGrade, LineReason),
}

/// The records of one file of a commit, on their way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFileRows {
    /// The path in the commit.
    pub path: String,
    /// Name of the content the numbers hold for.
    pub blob: CommitId,
    /// The records; their own path is not looked at.
    pub records: Vec<LineRecord>,
}

/// The records of one commit, on their way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCommitRows {
    /// The commit as a whole.
    pub commit: LineCommit,
    /// Its files.
    pub files: Vec<LineFileRows>,
}

impl Writer {
    /// Writes the records of commits in place of those they had; commits in `gone` lose theirs.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn record_lines(&mut self, commits: &[LineCommitRows], gone: &[i64]) -> Result<(), StoreError> {
        let mut names = Interner::default();
        self.transact(|sql| {
            gone.iter().try_for_each(|commit| delete(sql, *commit))?;
            if !commits.is_empty() || !gone.is_empty() {
                sql.execute("DELETE FROM meta WHERE key = 'notes_basis'", [])?; // Notes follow.
            }
            for rows in commits {
                delete(sql, rows.commit.git_commit)?;
                write_commit(sql, &mut names, rows)?;
            }
            Ok(())
        })
    }

    /// Returns by which rules the records were made; `None` if something they rest on changed since.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn lines_basis(&self) -> Result<Option<String>, StoreError> {
        self.meta(LINES_BASIS)
    }

    /// Remembers that the records are up to date.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn set_lines_basis(&mut self, rules: &str) -> Result<(), StoreError> {
        self.set_meta(LINES_BASIS, rules)
    }

    /// Returns all commits with records.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn line_commits(&self) -> Result<Vec<LineCommit>, StoreError> {
        let look = || {
            let sql = "SELECT git_commit, signature, class, grade, reason FROM line_commit ORDER BY git_commit";
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_map([], line_commit)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }
}

impl Reader {
    /// Returns what is recorded of a commit as a whole; `None` if its lines are not recorded.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn line_commit(&self, git_commit: i64) -> Result<Option<LineCommit>, StoreError> {
        let look = || {
            let sql = "SELECT git_commit, signature, class, grade, reason FROM line_commit WHERE git_commit = ?1";
            self.connection.prepare_cached(sql)?.query_row([git_commit], line_commit).optional()
        };
        look().or_else(|error| if is_before_records(&error) { Ok(None) } else { Err(self.fail(error)) })
    }

    /// Returns the records of a commit, by path and line: every line it added to these files, once.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn line_records(&self, git_commit: i64) -> Result<Vec<LineRecord>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare_cached(
                "SELECT path, first, count, class, grade, reason, session, tool_call, number, parts FROM line_record
                 WHERE git_commit = ?1 ORDER BY path, first",
            )?;
            statement.query_map([git_commit], line_record)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns the records of one file of a commit, by line.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn line_records_of(&self, git_commit: i64, path: i64) -> Result<Vec<LineRecord>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare_cached(
                "SELECT path, first, count, class, grade, reason, session, tool_call, number, parts FROM line_record
                 WHERE git_commit = ?1 AND path = ?2 ORDER BY first",
            )?;
            statement.query_map([git_commit, path], line_record)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns the commits of sessions that can be reached, in order of history.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn commits_with_sessions(&self) -> Result<Vec<CommitId>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare(
                "SELECT id FROM git_commit WHERE is_reachable = 1 AND key IN (SELECT git_commit FROM link)
                 ORDER BY position, id",
            )?;
            let ids = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
            ids.map(|id| id.map(|id| CommitId::from_bytes(&id)))
                .filter_map(Result::transpose)
                .collect::<rusqlite::Result<_>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns how many commits that can be reached no hook saw, though agents wrote lines in them.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn unseen_commits(&self) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM ({UNSEEN})");
        let count = self.connection.query_row(&sql, [], |row| row.get::<_, i64>(0));
        count.map(|count| u64::try_from(count).unwrap_or(0)).map_err(|error| self.fail(error))
    }

    /// Returns how many lines these commits added, by class and grade.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn unseen_lines(&self) -> Result<Vec<(LineClass, LineGrade, u64)>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare(&format!(
                "SELECT class, grade, sum(count) FROM line_record WHERE git_commit IN ({UNSEEN})
                 GROUP BY class, grade ORDER BY class, grade"
            ))?;
            let rows = statement.query_map([], |row| {
                let count = u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
                Ok((LineClass::from_code(row.get(0)?), LineGrade::from_code(row.get(1)?), count))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns the content for which the records of a file of a commit hold.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn line_blob(&self, git_commit: i64, path: i64) -> Result<Option<CommitId>, StoreError> {
        let look = || {
            let sql = "SELECT blob FROM line_file WHERE git_commit = ?1 AND path = ?2";
            let mut statement = self.connection.prepare_cached(sql)?;
            let blob: Option<Vec<u8>> = statement.query_row([git_commit, path], |row| row.get(0)).optional()?;
            Ok(blob.and_then(|blob| CommitId::from_bytes(&blob)))
        };
        look().map_err(|error| self.fail(error))
    }
}

/// A database that an earlier version wrote, read before it was brought up to date, has no records yet.
fn is_before_records(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(_, Some(message)) if message.starts_with("no such table: line_"))
}

fn line_commit(row: &Row<'_>) -> rusqlite::Result<LineCommit> {
    Ok(LineCommit { git_commit: row.get(0)?, signature: row.get(1)?, rest: verdict(row, 2)? })
}

fn verdict(row: &Row<'_>, first: usize) -> rusqlite::Result<(LineClass, LineGrade, LineReason)> {
    let class = LineClass::from_code(row.get(first)?);
    Ok((class, LineGrade::from_code(row.get(first + 1)?), LineReason::from_code(row.get(first + 2)?)))
}

fn line_record(row: &Row<'_>) -> rusqlite::Result<LineRecord> {
    let (class, grade, reason) = verdict(row, 3)?;
    Ok(LineRecord {
        path: row.get(0)?,
        first: row.get(1)?,
        count: row.get(2)?,
        class,
        grade,
        reason,
        session: row.get(6)?,
        tool_call: row.get(7)?,
        part: row.get::<_, Option<u32>>(8)?.zip(row.get(9)?).map(|(number, parts)| LinePart { number, parts }),
    })
}

fn delete(sql: &Connection, git_commit: i64) -> rusqlite::Result<()> {
    ["line_commit", "line_file", "line_record"].iter().try_for_each(|table| {
        sql.prepare_cached(&format!("DELETE FROM {table} WHERE git_commit = ?1"))?.execute([git_commit]).map(drop)
    })
}

fn write_commit(sql: &Connection, names: &mut Interner, rows: &LineCommitRows) -> rusqlite::Result<()> {
    let LineCommit { git_commit, signature, rest: (class, grade, reason) } = rows.commit;
    sql.prepare_cached(
        "INSERT INTO line_commit (git_commit, signature, class, grade, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute([git_commit, signature, class.code(), grade.code(), reason.code()])?;
    for file in &rows.files {
        let path = names.id(sql, &file.path)?;
        sql.prepare_cached("INSERT INTO line_file (git_commit, path, blob) VALUES (?1, ?2, ?3)")?.execute(params![
            git_commit,
            path,
            file.blob.as_bytes()
        ])?;
        file.records.iter().try_for_each(|record| write_record(sql, git_commit, path, record))?;
    }
    Ok(())
}

fn write_record(sql: &Connection, git_commit: i64, path: i64, record: &LineRecord) -> rusqlite::Result<()> {
    sql.prepare_cached(
        "INSERT INTO line_record (git_commit, path, first, count, class, grade, reason, session, tool_call, number,
           parts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        git_commit,
        path,
        record.first,
        record.count,
        record.class.code(),
        record.grade.code(),
        record.reason.code(),
        record.session,
        record.tool_call,
        record.part.map(|part| part.number),
        record.part.map(|part| part.parts),
    ])
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_take_the_place_of_those_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace.db");
        let mut writer = Writer::open(&path).unwrap();
        let record = |first: u32, class: LineClass| LineRecord {
            path: 0,
            first,
            count: 2,
            class,
            grade: LineGrade::Exact,
            reason: LineReason::State,
            session: Some(1),
            tool_call: None,
            part: Some(LinePart { number: 0, parts: 4 }),
        };
        let rest = (LineClass::Human, LineGrade::Inferred, LineReason::NoSession);
        let rows = |signature: i64, records: Vec<LineRecord>| LineCommitRows {
            commit: LineCommit { git_commit: 9, signature, rest },
            files: vec![LineFileRows { path: "a".into(), blob: CommitId::Sha1([3; 20]), records }],
        };
        writer.record_lines(&[rows(1, vec![record(1, LineClass::Agent), record(5, LineClass::Human)])], &[]).unwrap();
        writer.record_lines(&[rows(2, vec![record(1, LineClass::Human)])], &[]).unwrap();
        let reader = Reader::open(&path).unwrap();
        let found = reader.line_records(9).unwrap();
        assert_eq!(found, [LineRecord { path: found[0].path, ..record(1, LineClass::Human) }]);
        assert_eq!(reader.line_records_of(9, found[0].path).unwrap(), found);
        assert_eq!(reader.line_blob(9, found[0].path).unwrap(), Some(CommitId::Sha1([3; 20])));
        assert_eq!(reader.line_commit(9).unwrap(), Some(LineCommit { git_commit: 9, signature: 2, rest }));
        drop(reader);
        writer.record_lines(&[], &[9]).unwrap();
        assert_eq!(writer.line_commits().unwrap(), []);
    }
}
