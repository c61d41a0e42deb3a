//! What hooks recorded: commits as they were made, moments of tools and sessions, states of files.
//!
//! Every row has a natural key, so a line of the spool that is read twice is one fact.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::command_scans::{self, CommandScan};
use super::error::StoreError;
use super::file_changes::{self, FileChangeRow};
use super::line_records;
use super::names::Interner;
use super::open::Writer;
use super::rows::SessionRow;
use crate::model::CommitId;

/// Older states of a file are somebody's copy of what landed before.
const MAX_AGE_MS: i64 = 14 * 86_400_000;

/// A commit's time has whole seconds.
const CLOCK_SLACK_MS: i64 = 120_000;

/// How far a file of the spool was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolState {
    /// Name of the file.
    pub name: String,
    /// First byte not read.
    pub offset: i64,
    /// Hash over the beginning and the end of what was read.
    pub prefix_hash: i64,
}

/// A commit that a hook saw being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CapturedCommit {
    /// The commit.
    pub id: CommitId,
    /// What git was doing; see the schema.
    pub state: i64,
    /// When, UTC milliseconds.
    pub at: i64,
}

/// How the session of a captured commit is known. The numbers are stored, the smaller is the better evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaptureEvidence {
    /// The environment of the commit names it.
    Environment = 1,
    /// The agent's process is an ancestor of the commit's.
    Ancestry = 2,
    /// No other session was at work in the work tree.
    OnlyOpen = 3,
    /// A file of the commit is, byte for byte, what the session left.
    Content = 4,
}

/// A session that made a commit, or wrote what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CapturedBy {
    /// The commit.
    pub id: CommitId,
    /// Key of the session.
    pub session: i64,
    /// How that is known.
    pub evidence: CaptureEvidence,
    /// Key of the tool call.
    pub tool_call: Option<i64>,
    /// Key of the subagent run.
    pub agent_run: Option<i64>,
}

/// A commit that took the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewrite {
    /// The commit before.
    pub old: CommitId,
    /// The commit after.
    pub new: CommitId,
    /// It was rebased, not amended.
    pub is_rebase: bool,
    /// When, UTC milliseconds.
    pub at: i64,
}

/// When a tool call was about to run and when it was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolMoment {
    /// Key of the tool call.
    pub tool_call: i64,
    /// Key of its session.
    pub session: i64,
    /// Name of the tool.
    pub tool: Option<String>,
    /// Key of the subagent run.
    pub agent_run: Option<i64>,
    /// When it was about to run, UTC milliseconds.
    pub before_at: Option<i64>,
    /// When it was done, UTC milliseconds.
    pub after_at: Option<i64>,
    /// How long it ran, without waiting for a person, milliseconds.
    pub run_ms: Option<i64>,
    /// It was not allowed to run.
    pub is_denied: bool,
}

/// A file after a tool call wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// Key of the tool call.
    pub tool_call: i64,
    /// Path from the top of the work tree.
    pub path: String,
    /// Key of the session.
    pub session: i64,
    /// Name git gives the bytes.
    pub blob: CommitId,
    /// When, UTC milliseconds.
    pub at: i64,
}

/// A step in the life of a session. The numbers are stored: never renumber one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// It began, was resumed, cleared or forked.
    Start = 1,
    /// It ended.
    End = 2,
    /// A person sent a prompt.
    Prompt = 3,
    /// The agent stopped.
    Stop = 4,
    /// The provider failed.
    Failure = 5,
    /// A person is asked whether a tool may run; the detail is the tool.
    Permission = 6,
    /// A subagent began.
    SubagentStart = 7,
    /// A subagent stopped.
    SubagentStop = 8,
    /// The context was about to be compacted.
    CompactStart = 9,
    /// The context was compacted.
    CompactEnd = 10,
    /// It went to another folder.
    Folder = 11,
}

/// One moment of a session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionMoment {
    /// Key of the session.
    pub session: i64,
    /// When, UTC milliseconds.
    pub at: i64,
    /// What.
    pub kind: Moment,
    /// What the client says of it in one word.
    pub detail: String,
    /// Key of the subagent run.
    pub agent_run: Option<i64>,
}

/// What some lines of the spool say.
#[derive(Debug, Default)]
pub struct CaptureBatch {
    /// Sessions, by key.
    pub sessions: HashMap<i64, SessionRow>,
    /// Commits.
    pub commits: Vec<CapturedCommit>,
    /// Who made them.
    pub by: Vec<CapturedBy>,
    /// Commits that took the place of others.
    pub rewrites: Vec<Rewrite>,
    /// Moments of tools.
    pub tools: Vec<ToolMoment>,
    /// States of files.
    pub files: Vec<FileState>,
    /// What tool calls did to files, from states that hooks recorded.
    pub changes: Vec<FileChangeRow>,
    /// What is known of files that shell commands changed.
    pub scans: Vec<CommandScan>,
    /// Moments of sessions.
    pub moments: Vec<SessionMoment>,
    /// Commits that the client says a tool call made: key of the call, abbreviated id.
    pub operations: Vec<(i64, String)>,
}

impl Writer {
    /// Returns how far a file of the spool was read.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn spool_state(&self, name: &str) -> Result<Option<SpoolState>, StoreError> {
        let look = || {
            let sql = "SELECT name, offset, prefix_hash FROM spool_file WHERE name = ?1";
            let mut statement = self.connection.prepare_cached(sql)?;
            let state = |row: &rusqlite::Row<'_>| {
                Ok(SpoolState { name: row.get(0)?, offset: row.get(1)?, prefix_hash: row.get(2)? })
            };
            statement.query_row([name], state).optional()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Writes what lines of a file of the spool say together with how far it was read, all or nothing.
    ///
    /// # Errors
    /// What SQLite reports; nothing is kept then.
    pub fn record_capture(&mut self, batch: &CaptureBatch, state: &SpoolState) -> Result<(), StoreError> {
        let mut names = Interner::default();
        self.transact(|sql| {
            write_commits(sql, batch)?;
            line_records::outdate(sql)?;
            write_tools(sql, batch, &mut names)?;
            file_changes::write(sql, &mut names, &batch.changes)?;
            command_scans::write(sql, &mut names, &batch.scans)?;
            write_sessions(sql, batch)?;
            sql.prepare_cached(
                "INSERT INTO spool_file (name, offset, prefix_hash) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET offset = excluded.offset, prefix_hash = excluded.prefix_hash",
            )?
            .execute(params![state.name, state.offset, state.prefix_hash])
            .map(drop)
        })
    }

    /// Records sessions whose files are, byte for byte, in a commit.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn record_content(&mut self, found: &[CapturedBy]) -> Result<(), StoreError> {
        if found.is_empty() {
            return Ok(());
        }
        self.transact(|sql| {
            found.iter().try_for_each(|by| {
                write_by(sql, by)?;
                mark_dirty(sql, by.session)
            })
        })
    }

    /// Returns the sessions that left a file in exactly this state within the two weeks before the commit was made.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn sessions_that_left(&self, path: &str, blob: &[u8], commit: &CommitId) -> Result<Vec<i64>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare_cached(
                "SELECT DISTINCT file_state.session FROM file_state JOIN name ON name.id = file_state.path
                 JOIN git_commit ON git_commit.id = ?3
                 WHERE file_state.blob = ?1 AND name.text = ?2
                   AND file_state.at BETWEEN git_commit.author_time - ?4 AND git_commit.commit_time + ?5",
            )?;
            let values = params![blob, path, commit.as_bytes(), MAX_AGE_MS, CLOCK_SLACK_MS];
            statement.query_map(values, |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns when a hook first recorded the state of a file, UTC milliseconds.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn first_file_state(&self) -> Result<Option<i64>, StoreError> {
        let look = "SELECT min(at) FROM file_state";
        self.connection.query_row(look, [], |row| row.get(0)).map_err(|error| self.fail(error))
    }

    /// Returns every commit that took the place of another.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn rewrites(&self) -> Result<Vec<Rewrite>, StoreError> {
        read_rewrites(&self.connection).map_err(|error| self.fail(error))
    }
}

pub(super) fn read_rewrites(sql: &Connection) -> rusqlite::Result<Vec<Rewrite>> {
    let mut statement =
        sql.prepare_cached("SELECT old, new, kind, at FROM rewrite WHERE kind < 3 ORDER BY at, old, new")?;
    let rows = statement.query_map([], |row| {
        let (old, new): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let (kind, at): (i64, i64) = (row.get(2)?, row.get(3)?);
        let ids = CommitId::from_bytes(&old).zip(CommitId::from_bytes(&new));
        Ok(ids.map(|(old, new)| Rewrite { old, new, is_rebase: kind == 2, at }))
    })?;
    rows.filter_map(Result::transpose).collect()
}

fn write_commits(sql: &Transaction<'_>, batch: &CaptureBatch) -> rusqlite::Result<()> {
    for commit in &batch.commits {
        sql.prepare_cached("INSERT OR IGNORE INTO captured_commit (git_commit, state, at) VALUES (?1, ?2, ?3)")?
            .execute(params![commit.id.as_bytes(), commit.state, commit.at])?;
    }
    batch.by.iter().try_for_each(|by| write_by(sql, by))?;
    for rewrite in &batch.rewrites {
        let kind = if rewrite.is_rebase { 2 } else { 1 };
        sql.prepare_cached("INSERT OR IGNORE INTO rewrite (old, new, kind, at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![rewrite.old.as_bytes(), rewrite.new.as_bytes(), kind, rewrite.at])?;
    }
    Ok(())
}

/// The better evidence wins, whichever came first.
fn write_by(sql: &Transaction<'_>, by: &CapturedBy) -> rusqlite::Result<()> {
    sql.prepare_cached(
        "INSERT INTO captured_by (git_commit, session, evidence, tool_call, agent_run) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (git_commit, session) DO UPDATE SET evidence = min(evidence, excluded.evidence),
           tool_call = coalesce(tool_call, excluded.tool_call), agent_run = coalesce(agent_run, excluded.agent_run)",
    )?
    .execute(params![by.id.as_bytes(), by.session, by.evidence as i64, by.tool_call, by.agent_run])
    .map(drop)
}

fn write_tools(sql: &Transaction<'_>, batch: &CaptureBatch, names: &mut Interner) -> rusqlite::Result<()> {
    for tool in &batch.tools {
        let name = names.maybe(sql, tool.tool.as_deref())?;
        sql.prepare_cached(
            "INSERT INTO tool_moment (tool_call, session, tool, agent_run, before_at, after_at, run_ms, is_denied)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (tool_call) DO UPDATE SET tool = coalesce(tool, excluded.tool),
               agent_run = coalesce(agent_run, excluded.agent_run),
               before_at = coalesce(min(before_at, excluded.before_at), before_at, excluded.before_at),
               after_at = coalesce(max(after_at, excluded.after_at), after_at, excluded.after_at),
               run_ms = coalesce(max(run_ms, excluded.run_ms), run_ms, excluded.run_ms),
               is_denied = max(is_denied, excluded.is_denied)",
        )?
        .execute(params![
            tool.tool_call,
            tool.session,
            name,
            tool.agent_run,
            tool.before_at,
            tool.after_at,
            tool.run_ms,
            tool.is_denied
        ])?;
    }
    for file in &batch.files {
        let path = names.id(sql, &file.path)?;
        sql.prepare_cached(
            "INSERT OR REPLACE INTO file_state (tool_call, path, session, blob, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![file.tool_call, path, file.session, file.blob.as_bytes(), file.at])?;
    }
    for (tool_call, prefix) in &batch.operations {
        sql.prepare_cached(
            "INSERT INTO sighting (tool_call, prefix, is_operation) VALUES (?1, ?2, 1)
             ON CONFLICT (tool_call, prefix) DO UPDATE SET is_operation = 1",
        )?
        .execute(params![tool_call, prefix])?;
    }
    Ok(())
}

fn write_sessions(sql: &Transaction<'_>, batch: &CaptureBatch) -> rusqlite::Result<()> {
    for session in batch.sessions.values() {
        sql.prepare_cached(
            "INSERT INTO session (key, id, agent) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET agent = excluded.agent WHERE agent = 0",
        )?
        .execute(params![session.key, session.id, session.agent.code()])?;
        mark_dirty(sql, session.key)?;
    }
    for moment in &batch.moments {
        sql.prepare_cached(
            "INSERT OR IGNORE INTO session_moment (session, at, kind, detail, agent_run) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![moment.session, moment.at, moment.kind as i64, moment.detail, moment.agent_run])?;
    }
    Ok(())
}

fn mark_dirty(sql: &Transaction<'_>, session: i64) -> rusqlite::Result<()> {
    sql.prepare_cached("INSERT OR IGNORE INTO dirty_session (session) VALUES (?1)")?.execute([session]).map(drop)
}
