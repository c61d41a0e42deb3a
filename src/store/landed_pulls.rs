//! Which pull request brought a commit, as git tells it.

use std::collections::HashMap;

use rusqlite::params;

use super::commits::commit_key;
use super::error::StoreError;
use super::open::Writer;
use crate::model::CommitId;

/// A commit and the only pull request it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LandedPullRow {
    /// The commit.
    pub commit: CommitId,
    /// The pull request.
    pub number: u64,
    /// How it is named: the numbers of the schema.
    pub form: i64,
    /// The commit whose message names it.
    pub landing: Option<CommitId>,
    /// The pull request that this commit's own message takes back.
    pub reverts: Option<u64>,
}

/// A row without its key.
type Rest = (i64, i64, Option<i64>, Option<i64>);

impl Writer {
    /// Makes `rows` all there is; writes only what differs.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn set_landed_pulls(&mut self, rows: &[LandedPullRow]) -> Result<(), StoreError> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let rest = |row: &LandedPullRow| -> Rest {
            (number(row.number), row.form, row.landing.as_ref().map(commit_key), row.reverts.map(number))
        };
        let wanted: HashMap<i64, Rest> = rows.iter().map(|row| (commit_key(&row.commit), rest(row))).collect();
        self.transact(|sql| {
            let mut select = sql.prepare("SELECT git_commit, number, form, landing, reverts FROM landed_pull")?;
            let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(i64, Rest)> {
                Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
            };
            let known: HashMap<i64, Rest> = select.query_map([], row)?.collect::<rusqlite::Result<_>>()?;
            let mut delete = sql.prepare("DELETE FROM landed_pull WHERE git_commit = ?1")?;
            for key in known.keys().filter(|key| !wanted.contains_key(key)) {
                delete.execute([key])?;
            }
            let mut insert = sql.prepare("INSERT OR REPLACE INTO landed_pull VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (key, (number, form, landing, reverts)) in
                wanted.iter().filter(|(key, rest)| known.get(key) != Some(rest))
            {
                insert.execute(params![key, number, form, landing, reverts])?;
            }
            Ok(())
        })
    }

    /// Makes these heads of pull requests all there are.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn set_pull_heads(&mut self, heads: &[(u64, CommitId)]) -> Result<(), StoreError> {
        self.transact(|sql| {
            sql.execute("DELETE FROM pull_head", [])?;
            let mut insert = sql.prepare("INSERT OR REPLACE INTO pull_head VALUES (?1, ?2)")?;
            heads.iter().try_for_each(|(number, head)| {
                insert.execute(params![i64::try_from(*number).unwrap_or(i64::MAX), head.as_bytes()]).map(drop)
            })
        })
    }
}
