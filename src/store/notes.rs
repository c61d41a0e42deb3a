//! What notes are made of, and what was last written into them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::StoreError;
use super::open::Writer;
use crate::model::{Agent, CommitId, Usage};

/// A part of a request that a commit got.
#[derive(Debug, Clone)]
pub struct NoteShareRow {
    /// Key of the request.
    pub call: i64,
    /// The commit.
    pub commit: CommitId,
    /// Id of the session.
    pub session: String,
    /// Who wrote it.
    pub agent: Agent,
    /// The model, if known.
    pub model: Option<String>,
    /// When the request was made, UTC milliseconds.
    pub at: Option<i64>,
    /// Lines that decide how large the part is.
    pub lines: u64,
    /// Nano-USD of the part.
    pub nano: i64,
    /// Tokens of the whole request.
    pub usage: Usage,
    /// The request has a price.
    pub is_priced: bool,
}

/// A commit and a session that belong together.
#[derive(Debug, Clone)]
pub struct NoteLinkRow {
    /// The commit.
    pub commit: CommitId,
    /// Id of the session.
    pub session: String,
    /// Who wrote it.
    pub agent: Agent,
    /// 1 produced, 2 declared, 3 landed.
    pub grade: i64,
    /// Bit set of `derive::Evidence`.
    pub evidence: i64,
}

/// Lines that follow each other in a file of a commit and that a session wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteLinesRow {
    /// The commit.
    pub commit: CommitId,
    /// Id of the session.
    pub session: String,
    /// Who wrote it.
    pub agent: Agent,
    /// The path in the commit.
    pub path: String,
    /// Name of the content the numbers hold for.
    pub blob: CommitId,
    /// Number of the first line, from 1.
    pub first: u64,
    /// How many lines.
    pub count: u64,
}

const LINES: &str = "SELECT git_commit.id, session.id, session.agent, name.text, line_file.blob, line_record.first,
    line_record.count
  FROM line_record JOIN git_commit ON git_commit.key = line_record.git_commit
  JOIN session ON session.key = line_record.session
  JOIN line_file ON line_file.git_commit = line_record.git_commit AND line_file.path = line_record.path
  JOIN name ON name.id = line_record.path
  WHERE line_record.class = 1 AND git_commit.is_reachable = 1
  ORDER BY git_commit.key, name.text, session.key, line_record.first";

/// A commit as far as notes need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteCommitRow {
    /// The commit.
    pub commit: CommitId,
    /// Its place in history.
    pub position: i64,
    /// Some tip reaches it now.
    pub is_reachable: bool,
    /// Identity of its change.
    pub patch_key: Option<i64>,
}

/// A request's part that was at one commit and is at another now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteMoveRow {
    /// Where it was; not reachable any more.
    pub from: CommitId,
    /// Where it is.
    pub to: CommitId,
    /// Id of the session.
    pub session: String,
    /// Who wrote it.
    pub agent: Agent,
}

/// A commit that took the place of another, and was seen being made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteRewriteRow {
    /// The one that is gone.
    pub old: CommitId,
    /// The one in its place.
    pub new: CommitId,
    /// By a rebase; else by an amend.
    pub is_rebase: bool,
}

/// Git also names commits that were there before, where a rebase dropped one: no hook saw a rebase making these.
const REWRITES: &str = "SELECT rewrite.old, rewrite.new, rewrite.kind FROM rewrite
  JOIN captured_commit ON captured_commit.git_commit = rewrite.new
  WHERE rewrite.old <> rewrite.new AND rewrite.kind < 3 AND (rewrite.kind = 1 OR captured_commit.state = 1) ORDER BY rewrite.at, rewrite.old, rewrite.new";

const SHARES: &str = "SELECT share.call, git_commit.id, session.id, session.agent, name.text, ledger.at, share.lines,
    share.nano, ledger.cost IS NOT NULL, ledger.input, ledger.output, ledger.cache_read, ledger.cache_write_5m,
    ledger.cache_write_1h, ledger.web_searches
  FROM share JOIN ledger ON ledger.call = share.call JOIN git_commit ON git_commit.key = share.git_commit
  JOIN session ON session.key = share.session LEFT JOIN name ON name.id = ledger.model
  ORDER BY share.call, git_commit.position, git_commit.key";

const LINKS: &str = "SELECT git_commit.id, session.id, session.agent, link.grade, link.evidence
  FROM link JOIN git_commit ON git_commit.key = link.git_commit JOIN session ON session.key = link.session
  WHERE git_commit.is_reachable = 1";

const MOVES: &str = "SELECT DISTINCT gone.id, came.id, session.id, session.agent
  FROM note_share AS before
  JOIN git_commit AS gone ON gone.key = before.git_commit AND gone.is_reachable = 0
  JOIN share ON share.call = before.call
  JOIN git_commit AS came ON came.key = share.git_commit
  JOIN session ON session.key = share.session
  WHERE NOT EXISTS (SELECT 1 FROM note_share AS same
                    WHERE same.call = share.call AND same.git_commit = share.git_commit)";

impl Writer {
    /// Returns all shares; those of one request together, in order of history.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn note_shares(&self) -> Result<Vec<NoteShareRow>, StoreError> {
        self.note_rows(SHARES, |row| {
            let Some(commit) = commit(row, 1)? else { return Ok(None) };
            let count = |index: usize| row.get::<_, i64>(index).map(|count| count.max(0) as u64);
            let usage = Usage {
                input: count(9)?,
                output: count(10)?,
                cache_read: count(11)?,
                cache_write_5m: count(12)?,
                cache_write_1h: count(13)?,
                web_searches: count(14)?,
            };
            Ok(Some(NoteShareRow {
                call: row.get(0)?,
                commit,
                session: row.get(2)?,
                agent: Agent::from_code(row.get(3)?),
                model: row.get(4)?,
                at: row.get(5)?,
                lines: count(6)?,
                nano: row.get(7)?,
                usage,
                is_priced: row.get(8)?,
            }))
        })
    }

    /// Returns the links of commits that can be reached.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn note_links(&self) -> Result<Vec<NoteLinkRow>, StoreError> {
        self.note_rows(LINKS, |row| {
            let Some(commit) = commit(row, 0)? else { return Ok(None) };
            let agent = Agent::from_code(row.get(2)?);
            Ok(Some(NoteLinkRow { commit, session: row.get(1)?, agent, grade: row.get(3)?, evidence: row.get(4)? }))
        })
    }

    /// Returns all commits, in order of history.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn note_commits(&self) -> Result<Vec<NoteCommitRow>, StoreError> {
        let all = "SELECT id, position, is_reachable, patch_key FROM git_commit ORDER BY position, key";
        self.note_rows(all, |row| {
            let Some(commit) = commit(row, 0)? else { return Ok(None) };
            let row =
                NoteCommitRow { commit, position: row.get(1)?, is_reachable: row.get(2)?, patch_key: row.get(3)? };
            Ok(Some(row))
        })
    }

    /// Returns the lines that sessions wrote into commits that can be reached, by commit, path, session and number.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn note_lines(&self) -> Result<Vec<NoteLinesRow>, StoreError> {
        self.note_rows(LINES, |row| {
            let (Some(commit), Some(blob)) = (commit(row, 0)?, commit(row, 4)?) else { return Ok(None) };
            let (session, path, agent) = (row.get(1)?, row.get(3)?, Agent::from_code(row.get(2)?));
            let (first, count): (i64, i64) = (row.get(5)?, row.get(6)?);
            let number = |number: i64| u64::try_from(number).unwrap_or(0);
            let (first, count) = (number(first), number(count));
            Ok(Some(NoteLinesRow { commit, session, agent, path, blob, first, count }))
        })
    }

    /// Returns what moved away from commits that are gone since [`Writer::record_notes`].
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn note_moves(&self) -> Result<Vec<NoteMoveRow>, StoreError> {
        self.note_rows(MOVES, |row| {
            let (Some(from), Some(to)) = (commit(row, 0)?, commit(row, 1)?) else { return Ok(None) };
            Ok(Some(NoteMoveRow { from, to, session: row.get(2)?, agent: Agent::from_code(row.get(3)?) }))
        })
    }

    /// Returns the commits that took the place of others.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn note_rewrites(&self) -> Result<Vec<NoteRewriteRow>, StoreError> {
        self.note_rows(REWRITES, |row| {
            let (Some(old), Some(new)) = (commit(row, 0)?, commit(row, 1)?) else { return Ok(None) };
            Ok(Some(NoteRewriteRow { old, new, is_rebase: row.get::<_, i64>(2)? == 2 }))
        })
    }

    /// Returns what was last written, by commit.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn note_states(&self) -> Result<Vec<(CommitId, Vec<u8>)>, StoreError> {
        self.note_rows("SELECT git_commit, written FROM note_state", |row| {
            let Some(commit) = commit(row, 0)? else { return Ok(None) };
            Ok(Some((commit, row.get(1)?)))
        })
    }

    /// Returns on what the notes rest that were last written; `None` if something was derived since.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn notes_basis(&self) -> Result<Option<String>, StoreError> {
        let look = "SELECT value FROM meta WHERE key = 'notes_basis'";
        self.connection.query_row(look, [], |row| row.get(0)).optional().map_err(|error| self.fail(error))
    }

    /// Remembers what was written, by commit, where the shares are, and on what all of it rests.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn record_notes(&mut self, written: &[(CommitId, Vec<u8>)], basis: &str) -> Result<(), StoreError> {
        self.transact(|sql| {
            let mut insert = sql.prepare_cached("INSERT OR REPLACE INTO note_state VALUES (?1, ?2)")?;
            for (commit, lines) in written {
                insert.execute(params![commit.as_bytes(), lines])?;
            }
            sql.execute_batch(
                "DELETE FROM note_share WHERE NOT EXISTS (SELECT 1 FROM share
                   WHERE share.call = note_share.call AND share.git_commit = note_share.git_commit)
                   AND git_commit IN (SELECT key FROM git_commit WHERE is_reachable = 1);
                 INSERT OR IGNORE INTO note_share SELECT call, git_commit FROM share;",
            )?;
            let set = "INSERT INTO meta (key, value) VALUES ('notes_basis', ?1)
                       ON CONFLICT DO UPDATE SET value = excluded.value";
            sql.execute(set, [basis]).map(drop)
        })
    }

    fn note_rows<T>(
        &self,
        statement: &str,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<Option<T>>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = |sql: &Connection| {
            let mut statement = sql.prepare(statement)?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.extend(read(row)?);
            }
            Ok(found)
        };
        all(&self.connection).map_err(|error| self.fail(error))
    }
}

fn commit(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<CommitId>> {
    Ok(CommitId::from_bytes(&row.get::<_, Vec<u8>>(index)?))
}
