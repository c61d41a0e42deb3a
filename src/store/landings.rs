//! Commits that landed as others on the default branch: found by comparing, not seen by a hook.
//!
//! They are rows of `rewrite` of kind 3; earlier versions of this program pass over them.

use rusqlite::params;

use super::error::StoreError;
use super::open::Writer;
use crate::model::{CommitId, Timestamp};

/// So many commits that nothing reaches any more, the latest ones, may be the end of a branch that landed.
const MAX_GONE: i64 = 300;

impl Writer {
    /// Returns the commits that sessions belong to.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn linked_commits(&self) -> Result<Vec<CommitId>, StoreError> {
        self.commit_ids(
            "SELECT DISTINCT git_commit.id FROM link JOIN git_commit ON git_commit.key = link.git_commit",
            0,
        )
    }

    /// Returns commits that nothing reaches any more, the latest first, at most 300.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn gone_commits(&self) -> Result<Vec<CommitId>, StoreError> {
        let gone = "SELECT id FROM git_commit WHERE is_reachable = 0 AND parents <= 1 ORDER BY position DESC LIMIT ?1";
        self.commit_ids(gone, MAX_GONE)
    }

    /// Returns the commits that landed, and as what.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn landings(&self) -> Result<Vec<(CommitId, CommitId)>, StoreError> {
        let read = || {
            let mut statement =
                self.connection.prepare_cached("SELECT old, new FROM rewrite WHERE kind = 3 ORDER BY old, new")?;
            let rows = statement.query_map([], |row| {
                let (old, new): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
                Ok(CommitId::from_bytes(&old).zip(CommitId::from_bytes(&new)))
            })?;
            rows.filter_map(Result::transpose).collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.fail(error))
    }

    /// Tells whether a hook saw a commit being made in this repository.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn was_made_here(&self, id: &CommitId) -> Result<bool, StoreError> {
        let look = "SELECT EXISTS (SELECT 1 FROM captured_commit WHERE git_commit = ?1)";
        self.connection.query_row(look, [id.as_bytes()], |row| row.get(0)).map_err(|error| self.fail(error))
    }

    /// Remembers that commits landed as others; tells how many of these pairs are new.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn add_landings(&mut self, pairs: &[(CommitId, CommitId)], at: Timestamp) -> Result<usize, StoreError> {
        self.transact(|sql| {
            let mut insert =
                sql.prepare_cached("INSERT OR IGNORE INTO rewrite (old, new, kind, at) VALUES (?1, ?2, 3, ?3)")?;
            pairs.iter().try_fold(0, |new, (old, landed)| {
                Ok(new + insert.execute(params![old.as_bytes(), landed.as_bytes(), at.0])?)
            })
        })
    }

    fn commit_ids(&self, statement: &str, limit: i64) -> Result<Vec<CommitId>, StoreError> {
        let read = || {
            let mut statement = self.connection.prepare_cached(statement)?;
            let mut rows =
                if statement.parameter_count() > 0 { statement.query([limit])? } else { statement.query([])? };
            let mut ids = Vec::new();
            while let Some(row) = rows.next()? {
                ids.extend(CommitId::from_bytes(&row.get::<_, Vec<u8>>(0)?));
            }
            Ok(ids)
        };
        read().map_err(|error| self.fail(error))
    }
}
