//! Commits as the linking needs them.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::error::StoreError;
use super::names::Interner;
use super::open::{Reader, Writer};
use crate::model::{CommitId, LineHash};

/// A commit.
#[derive(Debug, Clone)]
pub struct CommitRow {
    /// Its id.
    pub id: CommitId,
    /// Its place in history: its committer's time in milliseconds, but always after its parents'.
    pub position: i64,
    /// Author's time, UTC milliseconds.
    pub author_time: i64,
    /// Committer's time, UTC milliseconds.
    pub commit_time: i64,
    /// Author's name.
    pub author: String,
    /// Hash of the author's e-mail; the address itself is not stored.
    pub author_hash: i64,
    /// How many parents it has.
    pub parents: i64,
    /// What its message says of sessions: kind, key, value.
    pub claims: Vec<(i64, String, String)>,
}

/// One file of a commit.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Path in the repository.
    pub path: String,
    /// Path before a rename.
    pub old_path: Option<String>,
    /// Lines added, as `git log --numstat` counts them; `None` for what has no lines.
    pub added_lines: Option<i64>,
    /// Lines deleted.
    pub deleted_lines: Option<i64>,
    /// Hashes of added lines that can be evidence.
    pub added: Vec<LineHash>,
}

/// How far a commit was looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitScan {
    /// Not yet.
    Waiting,
    /// Its files are known.
    Done,
    /// Some of its blobs are not here (partial clone).
    Incomplete,
    /// Nothing to look for: a merge, or older than every session.
    Skipped,
}

impl CommitScan {
    /// Returns the stored number.
    pub fn code(self) -> i64 {
        match self {
            CommitScan::Waiting => 0,
            CommitScan::Done => 1,
            CommitScan::Incomplete => 2,
            CommitScan::Skipped => 3,
        }
    }
}

/// Returns the key under which a commit is stored.
pub(crate) fn commit_key(id: &CommitId) -> i64 {
    let bytes = id.as_bytes();
    let mut first = [0u8; 8];
    first.copy_from_slice(&bytes[..8]);
    i64::from_be_bytes(first) & i64::MAX
}

impl Writer {
    /// Returns the ids of all known commits with their position.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn commit_positions(&self) -> Result<Vec<(CommitId, i64)>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare("SELECT id, position FROM git_commit")?;
            let rows = statement.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
            let known = |row: rusqlite::Result<(Vec<u8>, i64)>| {
                row.map(|(id, position)| CommitId::from_bytes(&id).map(|id| (id, position))).transpose()
            };
            rows.filter_map(known).collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Adds commits that are new.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn add_commits(&mut self, commits: &[CommitRow]) -> Result<(), StoreError> {
        let mut names = Interner::default();
        self.transact(|sql| {
            let mut insert = sql.prepare_cached(
                "INSERT OR IGNORE INTO git_commit (key, id, position, author_time, commit_time, author, \
                 author_hash, parents, patch_key, scanned, is_reachable) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
                 NULL, ?9, 1)",
            )?;
            let mut claim = sql.prepare_cached(
                "INSERT OR IGNORE INTO claim (git_commit, kind, key_text, value) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for row in commits {
                let key = commit_key(&row.id);
                let author = names.id(sql, &row.author)?;
                let scan = if row.parents > 1 { CommitScan::Skipped } else { CommitScan::Waiting };
                insert.execute(params![
                    key,
                    row.id.as_bytes(),
                    row.position,
                    row.author_time,
                    row.commit_time,
                    author,
                    row.author_hash,
                    row.parents,
                    scan.code(),
                ])?;
                for (kind, key_text, value) in &row.claims {
                    claim.execute(params![key, kind, key_text, value])?;
                }
            }
            Ok(())
        })
    }

    /// Marks which commits some tip reaches; the others stay known.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn set_reachable(&mut self, reachable: &HashSet<CommitId>) -> Result<(), StoreError> {
        let all = self.commit_positions()?;
        self.transact(|sql| {
            let mut set =
                sql.prepare_cached("UPDATE git_commit SET is_reachable = ?2 WHERE key = ?1 AND is_reachable <> ?2")?;
            for (id, _) in &all {
                set.execute(params![commit_key(id), reachable.contains(id)])?;
            }
            Ok(())
        })
    }

    /// Returns commits that wait to be looked into, made at `since` or later, oldest first.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn commits_to_scan(&self, since: i64) -> Result<Vec<CommitId>, StoreError> {
        let look = || {
            let mut statement = self
                .connection
                .prepare("SELECT id FROM git_commit WHERE scanned IN (0, 2) AND commit_time >= ?1 ORDER BY position")?;
            let rows = statement.query_map([since], |row| row.get::<_, Vec<u8>>(0))?;
            rows.filter_map(|row| row.map(|id| CommitId::from_bytes(&id)).transpose())
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Writes what was found inside commits.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn add_scans(&mut self, scans: &[(CommitId, CommitScan, Option<i64>, Vec<FileRow>)]) -> Result<(), StoreError> {
        let mut names = Interner::default();
        self.transact(|sql| {
            let mut state = sql.prepare_cached("UPDATE git_commit SET scanned = ?2, patch_key = ?3 WHERE key = ?1")?;
            let mut insert = sql.prepare_cached(
                "INSERT OR REPLACE INTO commit_file (git_commit, path, old_path, added_lines, deleted_lines, added) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            for (id, scan, patch_key, files) in scans {
                let key = commit_key(id);
                state.execute(params![key, scan.code(), patch_key])?;
                for file in files {
                    let path = names.id(sql, &file.path)?;
                    let old_path = names.maybe(sql, file.old_path.as_deref())?;
                    let added = LineHash::pack(&file.added);
                    insert.execute(params![key, path, old_path, file.added_lines, file.deleted_lines, added])?;
                }
            }
            Ok(())
        })
    }

    /// Returns the first time of any request, UTC milliseconds.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn first_call(&self) -> Result<Option<i64>, StoreError> {
        first_call(&self.connection).map_err(|error| self.fail(error))
    }

    /// Returns a small fact about the store.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        meta(&self.connection, key).map_err(|error| self.fail(error))
    }

    /// Sets a small fact about the store.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.transact(|sql| {
            let set = "INSERT INTO meta (key, value) \
             VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value";
            sql.execute(set, params![key, value]).map(drop)
        })
    }
}

/// Where the first time of any request is kept; [`super::migrate`] forgets it where another version may have written.
pub(super) const FIRST_CALL: &str = "first_call";

/// Reads it, or looks through all requests once.
fn first_call(sql: &Connection) -> rusqlite::Result<Option<i64>> {
    if let Some(known) = meta(sql, FIRST_CALL)? {
        return Ok(known.parse().ok());
    }
    sql.query_row("SELECT min(at) FROM call", [], |row| row.get(0))
}

/// Notes that there is a request of this time.
pub(super) fn note_call(sql: &Connection, at: i64) -> rusqlite::Result<()> {
    if first_call(sql)?.is_none_or(|first| at <= first) {
        let set = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value";
        sql.execute(set, params![FIRST_CALL, at.to_string()])?;
    }
    Ok(())
}

pub(super) fn meta(sql: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    use rusqlite::OptionalExtension;
    sql.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()
}

impl Reader {
    /// Returns a small fact about the store.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        meta(&self.connection, key).map_err(|error| self.fail(error))
    }

    /// Returns the folders sessions worked in: candidates for worktrees that are gone.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn folders(&self) -> Result<HashSet<String>, StoreError> {
        let look = || {
            let mut statement = self
                .connection
                .prepare("SELECT DISTINCT name.text FROM session_place JOIN name ON name.id = session_place.folder")?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<HashSet<String>>>()
        };
        look().map_err(|error| self.fail(error))
    }
}
