//! Pull requests as a forge told of them, how far it was read, and what it answered before.

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::open::{Reader, Writer};
use crate::model::CommitId;

/// One pull request; times are UTC milliseconds, numbers those of the schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullRow {
    /// Its number.
    pub number: i64,
    /// 1 open, 2 closed, 3 merged.
    pub state: i64,
    /// Not yet ready.
    pub is_draft: bool,
    /// Its title.
    pub title: String,
    /// Login of who opened it.
    pub author: Option<String>,
    /// Whether that is a program.
    pub author_is_bot: Option<bool>,
    /// When it was opened.
    pub created: i64,
    /// When it last changed.
    pub updated: i64,
    /// When it was merged or closed.
    pub ended: Option<i64>,
    /// The branch it is for.
    pub base_branch: Option<String>,
    /// That branch's last commit.
    pub base: Option<CommitId>,
    /// Its last commit.
    pub head: Option<CommitId>,
    /// The commit it came in with.
    pub merge: Option<CommitId>,
    /// Lines added.
    pub added: Option<i64>,
    /// Lines deleted.
    pub deleted: Option<i64>,
    /// How many commits it has.
    pub commit_count: Option<i64>,
    /// 0 none, 1 passed, 2 failed, 3 running.
    pub checks: Option<i64>,
    /// The pull request it takes back.
    pub reverts: Option<i64>,
    /// Labels, one a line.
    pub labels: String,
    /// A list of it is not whole.
    pub is_cut: bool,
    /// Its commits with author's and committer's time.
    pub commits: Vec<(CommitId, i64, i64)>,
    /// Time and kind.
    pub events: Vec<(i64, i64)>,
}

/// How far a forge was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullSync {
    /// Where: scheme, host and path of its API.
    pub forge: String,
    /// The repository there.
    pub repository: String,
    /// What changed before is known.
    pub watermark: Option<i64>,
    /// What changed before was never asked for.
    pub since: Option<i64>,
    /// Where a reading stopped.
    pub cursor: Option<String>,
    /// The newest change it met.
    pub high: Option<i64>,
    /// How far down it goes.
    pub floor: Option<i64>,
    /// When the last reading ended.
    pub synced_at: Option<i64>,
}

impl Writer {
    /// Returns how far the forge was read.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn pull_sync(&self) -> Result<Option<PullSync>, StoreError> {
        let statement =
            "SELECT forge, repository, watermark, since, cursor, high, floor, synced_at FROM pull_sync WHERE id = 1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(PullSync {
                forge: row.get(0)?,
                repository: row.get(1)?,
                watermark: row.get(2)?,
                since: row.get(3)?,
                cursor: row.get(4)?,
                high: row.get(5)?,
                floor: row.get(6)?,
                synced_at: row.get(7)?,
            })
        };
        self.connection.query_row(statement, [], read).optional().map_err(|error| self.fail(error))
    }

    /// Forgets every pull request that a forge told of: they are those of another repository.
    ///
    /// # Errors
    /// What SQLite reports; nothing is forgotten then.
    pub fn forget_pulls(&mut self) -> Result<(), StoreError> {
        self.transact(|sql| {
            sql.execute_batch(
                "DELETE FROM pull; DELETE FROM pull_commit; DELETE FROM pull_event; DELETE FROM pull_sync;",
            )
        })
    }

    /// Puts pull requests in place of those of the same number, together with how far the forge was read.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn keep_pulls(&mut self, pulls: &[PullRow], sync: &PullSync, now: i64) -> Result<(), StoreError> {
        self.transact(|sql| {
            pulls.iter().try_for_each(|pull| keep(sql, pull, now))?;
            sql.execute(
                "INSERT OR REPLACE INTO pull_sync (id, forge, repository, watermark, since, cursor, high, floor, \
                 synced_at) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    sync.forge,
                    sync.repository,
                    sync.watermark,
                    sync.since,
                    sync.cursor,
                    sync.high,
                    sync.floor,
                    sync.synced_at
                ],
            )
            .map(drop)
        })
    }

    /// Returns the numbers of pull requests of which something may have changed without their saying so: open ones, and
    /// those merged at `since` or later, if they were not fetched at `now` already.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn restless_pulls(&self, since: i64, now: i64) -> Result<Vec<u64>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare(
                "SELECT number FROM pull WHERE fetched_at < ?2 AND (state = 1 OR state = 3 AND ended_at >= ?1) \
                 ORDER BY number",
            )?;
            let numbers = statement.query_map([since, now], |row| row.get::<_, i64>(0))?;
            numbers.map(|number| Ok(number?.unsigned_abs())).collect::<rusqlite::Result<Vec<u64>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns how many pull requests a forge told of.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn count_pulls(&self) -> Result<u64, StoreError> {
        let count = self.connection.query_row("SELECT count(*) FROM pull", [], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(|error| self.fail(error))
    }

    /// Returns tag and value of an earlier answer.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn cached(&self, key: &str) -> Result<Option<(String, String)>, StoreError> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let found = self.connection.query_row("SELECT tag, value FROM http_cache WHERE key = ?1", [key], read);
        found.optional().map_err(|error| self.fail(error))
    }

    /// Keeps tag and value of an answer; forgets those that were not asked for since `oldest`.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn cache(&mut self, rows: &[(String, String, String)], now: i64, oldest: i64) -> Result<(), StoreError> {
        self.transact(|sql| {
            let mut insert =
                sql.prepare("INSERT OR REPLACE INTO http_cache (key, tag, value, at) VALUES (?1, ?2, ?3, ?4)")?;
            rows.iter().try_for_each(|(key, tag, value)| insert.execute(params![key, tag, value, now]).map(drop))?;
            sql.execute("DELETE FROM http_cache WHERE at < ?1", [oldest]).map(drop)
        })
    }
}

impl Reader {
    /// Tells whether there are tables of pull requests: a reader does not migrate what an older program wrote.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn knows_pulls(&self) -> Result<bool, StoreError> {
        let statement = "SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'landed_pull'";
        self.connection.query_row(statement, [], |row| row.get(0)).map_err(|error| self.fail(error))
    }
}

fn keep(sql: &Connection, pull: &PullRow, now: i64) -> rusqlite::Result<()> {
    let bytes = |id: &Option<CommitId>| id.as_ref().map(|id| id.as_bytes().to_vec());
    let insert = "INSERT OR REPLACE INTO pull (number, state, is_draft, title, author, author_is_bot, created_at, updated_at, \
        ended_at, base_branch, base_id, head_id, merge_id, added_lines, deleted_lines, commits, checks, reverts, labels, \
        is_cut, fetched_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)";
    sql.prepare_cached(insert)?.execute(params![
        pull.number,
        pull.state,
        pull.is_draft,
        pull.title,
        pull.author,
        pull.author_is_bot,
        pull.created,
        pull.updated,
        pull.ended,
        pull.base_branch,
        bytes(&pull.base),
        bytes(&pull.head),
        bytes(&pull.merge),
        pull.added,
        pull.deleted,
        pull.commit_count,
        pull.checks,
        pull.reverts,
        pull.labels,
        pull.is_cut,
        now
    ])?;
    sql.prepare_cached("DELETE FROM pull_commit WHERE pull = ?1")?.execute([pull.number])?;
    sql.prepare_cached("DELETE FROM pull_event WHERE pull = ?1")?.execute([pull.number])?;
    let mut insert = sql.prepare_cached("INSERT INTO pull_commit VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (place, (id, author_time, commit_time)) in pull.commits.iter().enumerate() {
        insert.execute(params![pull.number, place as i64, id.as_bytes(), author_time, commit_time])?;
    }
    let mut insert = sql.prepare_cached("INSERT INTO pull_event VALUES (?1, ?2, ?3, ?4)")?;
    for (place, (at, kind)) in pull.events.iter().enumerate() {
        insert.execute([pull.number, place as i64, *at, *kind])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(folder: &tempfile::TempDir) -> Writer {
        Writer::open(&folder.path().join("trace.db")).unwrap()
    }

    #[test]
    fn a_pull_request_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(&folder);
        let id = CommitId::Sha1([7; 20]);
        let commits = vec![(id, 1, 2), (CommitId::Sha1([8; 20]), 3, 4)];
        let first = PullRow { number: 5, state: 1, commits, events: vec![(1, 3), (2, 5)], ..PullRow::default() };
        let second =
            PullRow { commits: vec![(id, 1, 2)], events: vec![(2, 5)], state: 3, ended: Some(50), ..first.clone() };
        let sync = PullSync { watermark: Some(9), cursor: Some("x".into()), ..PullSync::default() };
        writer.keep_pulls(&[first], &sync, 10).unwrap();
        assert_eq!(writer.restless_pulls(0, 11).unwrap(), [5]);
        assert_eq!(writer.restless_pulls(0, 10).unwrap(), [] as [u64; 0], "fetched in this very run");
        writer.keep_pulls(&[second], &sync, 12).unwrap();
        let count = |table: &str| -> i64 {
            writer.connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
        };
        assert_eq!(["pull", "pull_commit", "pull_event", "pull_sync"].map(count), [1, 1, 1, 1]);
        assert_eq!(
            (writer.restless_pulls(51, 20).unwrap().len(), writer.restless_pulls(50, 20).unwrap().len()),
            (0, 1)
        );
        assert_eq!(writer.pull_sync().unwrap(), Some(sync));
        writer.forget_pulls().unwrap();
        assert_eq!((writer.count_pulls().unwrap(), writer.pull_sync().unwrap()), (0, None));
    }

    #[test]
    fn answers_are_kept_while_they_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(&folder);
        let row = |key: &str| (key.to_owned(), "\"tag\"".to_owned(), "[1]".to_owned());
        writer.cache(&[row("a"), row("b")], 10, 0).unwrap();
        writer.cache(&[row("b")], 20, 15).unwrap();
        assert_eq!(writer.cached("a").unwrap(), None);
        assert_eq!(writer.cached("b").unwrap(), Some(("\"tag\"".into(), "[1]".into())));
    }
}
