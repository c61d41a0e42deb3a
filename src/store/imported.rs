//! What files of other tools say of lines, as it was imported.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::error::StoreError;
use super::names::Interner;
use super::open::{Reader, Writer};
use crate::model::CommitId;

/// Lines of a file of a commit, and whose somebody says they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// The commit the lines stand in.
    pub commit: CommitId,
    /// The path in it.
    pub path: String,
    /// What kind of file said so: 1 a record of the "Agent Trace" format.
    pub source: i64,
    /// Id of the record.
    pub record: String,
    /// Number of the claim in the record.
    pub part: i64,
    /// 1 an agent, 2 a person, 3 several or not said.
    pub class: i64,
    /// The agent.
    pub agent: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The session.
    pub session: Option<String>,
    /// Ranges: first and last line of each in four bytes.
    pub lines: Vec<u8>,
}

/// What an import changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Records that were not there.
    pub new: u64,
    /// Records that said something else before.
    pub changed: u64,
    /// Records that were there like this.
    pub unchanged: u64,
}

impl Writer {
    /// Puts records in place of those of the same source and id.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn import_lines(&mut self, records: &[(i64, String, Vec<ImportedRow>)]) -> Result<Imported, StoreError> {
        let mut names = Interner::default();
        self.transact(|sql| {
            let mut result = Imported::default();
            for (source, record, rows) in records {
                let before = read(sql, BY_RECORD, params![source, record])?;
                if before.is_empty() {
                    result.new += 1;
                } else if same(&before, rows) {
                    result.unchanged += 1;
                    continue;
                } else {
                    result.changed += 1;
                }
                sql.execute("DELETE FROM imported_lines WHERE source = ?1 AND record = ?2", params![source, record])?;
                rows.iter().try_for_each(|row| insert(sql, &mut names, row))?;
            }
            Ok(result)
        })
    }
}

fn same(one: &[ImportedRow], other: &[ImportedRow]) -> bool {
    let key = |row: &ImportedRow| (row.commit, row.path.clone(), row.part);
    let sorted = |rows: &[ImportedRow]| {
        let mut rows = rows.to_vec();
        rows.sort_by_key(key);
        rows
    };
    sorted(one) == sorted(other)
}

fn insert(sql: &Connection, names: &mut Interner, row: &ImportedRow) -> rusqlite::Result<()> {
    let path = names.id(sql, &row.path)?;
    let (agent, model) = (names.maybe(sql, row.agent.as_deref())?, names.maybe(sql, row.model.as_deref())?);
    let insert =
        "INSERT INTO imported_lines (git_commit, path, source, record, part, class, agent, model, session, lines)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    sql.prepare_cached(insert)?
        .execute(params![
            row.commit.as_bytes(),
            path,
            row.source,
            row.record,
            row.part,
            row.class,
            agent,
            model,
            row.session,
            row.lines
        ])
        .map(drop)
}

const BY_COMMIT: &str =
    "SELECT git_commit, path.text, source, record, part, class, agent.text, model.text, session, lines
  FROM imported_lines JOIN name AS path ON path.id = imported_lines.path
  LEFT JOIN name AS agent ON agent.id = imported_lines.agent LEFT JOIN name AS model ON model.id = imported_lines.model
  WHERE git_commit = ?1 ORDER BY source, record, part";
const BY_RECORD: &str =
    "SELECT git_commit, path.text, source, record, part, class, agent.text, model.text, session, lines
  FROM imported_lines JOIN name AS path ON path.id = imported_lines.path
  LEFT JOIN name AS agent ON agent.id = imported_lines.agent LEFT JOIN name AS model ON model.id = imported_lines.model
  WHERE source = ?1 AND record = ?2 ORDER BY part";

fn read(sql: &Connection, select: &str, of: impl rusqlite::Params) -> rusqlite::Result<Vec<ImportedRow>> {
    let mut statement = sql.prepare_cached(select)?;
    let mut rows = statement.query(of)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(commit) = CommitId::from_bytes(row.get_ref(0)?.as_blob()?) else { continue };
        found.push(ImportedRow {
            commit,
            path: row.get(1)?,
            source: row.get(2)?,
            record: row.get(3)?,
            part: row.get(4)?,
            class: row.get(5)?,
            agent: row.get(6)?,
            model: row.get(7)?,
            session: row.get(8)?,
            lines: row.get(9)?,
        });
    }
    Ok(found)
}

impl Reader {
    /// Returns what was imported about a commit, by source, record and part.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn imported_of(&self, commit: &CommitId) -> Result<Vec<ImportedRow>, StoreError> {
        read(&self.connection, BY_COMMIT, [commit.as_bytes()]).map_err(|error| self.fail(error))
    }

    /// Returns what the message of a commit says of sessions: kind, key and value, as in [`super::CommitRow::claims`].
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn claims_of(&self, commit: &CommitId) -> Result<Vec<(i64, String, String)>, StoreError> {
        let look = || {
            let sql = "SELECT kind, key_text, value FROM claim JOIN git_commit ON git_commit.key = claim.git_commit
                WHERE git_commit.id = ?1 ORDER BY kind, key_text, value";
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map([commit.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Tells whether sessions of these ids are known.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn known_sessions(&self, ids: &HashSet<&str>) -> Result<HashSet<String>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare_cached("SELECT count(*) FROM session WHERE id = ?1")?;
            let mut known = HashSet::new();
            for id in ids {
                if statement.query_row([id], |row| row.get::<_, i64>(0))? > 0 {
                    known.insert((*id).to_owned());
                }
            }
            Ok(known)
        };
        look().map_err(|error: rusqlite::Error| self.fail(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(commit: u8, path: &str, part: i64, lines: &[u8]) -> ImportedRow {
        ImportedRow {
            commit: CommitId::Sha1([commit; 20]),
            path: path.to_owned(),
            source: 1,
            record: "r".to_owned(),
            part,
            class: 1,
            agent: Some("cursor".to_owned()),
            model: None,
            session: Some("5f1c".to_owned()),
            lines: lines.to_vec(),
        }
    }

    #[test]
    fn a_record_is_there_once_and_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace.db");
        let mut writer = Writer::open(&path).unwrap();
        let first = vec![(1, "r".to_owned(), vec![row(1, "a", 0, &[1; 8]), row(2, "b", 1, &[2; 8])])];
        assert_eq!(writer.import_lines(&first).unwrap(), Imported { new: 1, ..Imported::default() });
        assert_eq!(writer.import_lines(&first).unwrap(), Imported { unchanged: 1, ..Imported::default() });
        let second = vec![(1, "r".to_owned(), vec![row(1, "a", 0, &[3; 8])])];
        assert_eq!(writer.import_lines(&second).unwrap(), Imported { changed: 1, ..Imported::default() });
        let reader = Reader::open(&path).unwrap();
        assert_eq!(reader.imported_of(&CommitId::Sha1([1; 20])).unwrap(), [row(1, "a", 0, &[3; 8])]);
        assert_eq!(reader.imported_of(&CommitId::Sha1([2; 20])).unwrap(), []);
        assert_eq!(reader.claims_of(&CommitId::Sha1([1; 20])).unwrap(), []);
    }
}
