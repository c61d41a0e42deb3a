//! What is known of single lines: who landed them, who saw the commit being made, who might have written them.

use std::collections::{HashMap, HashSet};

use rusqlite::OptionalExtension;

use super::error::StoreError;
use super::evidence;
use super::facts::{EditFact, Facts, each};
use super::open::Reader;
use crate::model::{CommitId, LineHash};

/// Tools that leave files alone, or whose lines are known.
const HARMLESS: [&str; 24] = [
    "Read",
    "Grep",
    "Glob",
    "LS",
    "NotebookRead",
    "Edit",
    "Write",
    "MultiEdit",
    "NotebookEdit",
    "TodoWrite",
    "TodoRead",
    "WebFetch",
    "WebSearch",
    "Task",
    "Agent",
    "AskUserQuestion",
    "EnterPlanMode",
    "ExitPlanMode",
    "BashOutput",
    "read_file",
    "read_many_files",
    "write_file",
    "replace",
    "glob",
];

/// Lines of one file of one commit that one tool call wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LandedFact {
    /// Key of the commit.
    pub git_commit: i64,
    /// Name id of the path in the commit.
    pub path: i64,
    /// Key of the tool call.
    pub tool_call: i64,
    /// Key of its session.
    pub session: i64,
    /// When it was answered, UTC milliseconds.
    pub at: Option<i64>,
    /// How many lines.
    pub lines: i64,
    /// Key of the request that asked for it.
    pub call: Option<i64>,
}

/// What is known of a tool call that wrote lines of a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriterFact {
    /// Id of the tool call.
    pub tool_call: String,
    /// Key of the request that asked for it.
    pub call: Option<i64>,
    /// Its id.
    pub call_id: Option<String>,
    /// Number of the turn.
    pub turn: Option<i64>,
    /// Name id of the model.
    pub model: Option<i64>,
    /// What of the request's cost is the commit's, nano-USD.
    pub share: Option<i64>,
}

/// A commit whose lines are worth recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineCandidate {
    /// Its key.
    pub key: i64,
    /// Its id.
    pub id: CommitId,
    /// The identity of its change.
    pub patch_key: Option<i64>,
    /// The later of its times, UTC milliseconds.
    pub at: i64,
    /// The earlier of its times, UTC milliseconds.
    pub since: i64,
    /// How many parents it has.
    pub parents: i64,
    /// How far it was looked into.
    pub scanned: i64,
}

/// A commit that hooks saw being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighted {
    /// It was made by replaying another: rebase, cherry-pick, revert, merge or squash.
    pub is_replay: bool,
    /// Keys of the sessions in it.
    pub sessions: Vec<i64>,
}

/// A commit of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitKey {
    /// Its key.
    pub key: i64,
    /// The identity of its change.
    pub patch_key: Option<i64>,
    /// The later of its times, UTC milliseconds.
    pub at: i64,
    /// How many parents it has.
    pub parents: i64,
}

/// Commits that are somebody's, that hooks saw, or that repeat one in which lines landed.
const CANDIDATES: &str =
    "SELECT key, id, patch_key, max(author_time, commit_time), min(author_time, commit_time), parents,
    scanned FROM git_commit
  WHERE key IN (SELECT git_commit FROM link UNION SELECT seen.key FROM captured_commit
      JOIN git_commit AS seen ON seen.id = captured_commit.git_commit)
    OR patch_key IN (SELECT patch_key FROM git_commit WHERE key IN (SELECT git_commit FROM landed WHERE lines > 0))
  ORDER BY position, id";

const LANDED: &str = "SELECT landed.git_commit, landed.path, landed.tool_call, tool_call.session,
    coalesce(tool_call.answered_at, tool_call.asked_at), landed.lines, tool_call.call
  FROM landed JOIN tool_call ON tool_call.key = landed.tool_call WHERE landed.lines > 0
  ORDER BY landed.git_commit, landed.path, landed.tool_call";

const WRITER: &str = "SELECT tool_call.id, tool_call.call, call.id, turn.number, ledger.model, share.nano
  FROM tool_call LEFT JOIN call ON call.key = tool_call.call
  LEFT JOIN ledger ON ledger.session = tool_call.session AND ledger.call = tool_call.call
  LEFT JOIN turn ON turn.session = ledger.session AND turn.key = ledger.turn
  LEFT JOIN share ON share.session = ledger.session AND share.call = ledger.call AND share.git_commit = ?2
  WHERE tool_call.key = ?1";

impl Reader {
    /// Returns the key under which a commit is stored, if it is.
    pub fn key_of_commit(id: &CommitId) -> i64 {
        super::commits::commit_key(id)
    }

    /// Returns the text of an id.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn name_text(&self, id: i64) -> Result<Option<String>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare_cached("SELECT text FROM name WHERE id = ?1")?;
            statement.query_row([id], |row| row.get(0)).optional()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns the id of a text, if it is known.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn name_id(&self, text: &str) -> Result<Option<i64>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare_cached("SELECT id FROM name WHERE text = ?1")?;
            statement.query_row([text], |row| row.get(0)).optional()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns the name ids of the paths a commit touched, ascending, each with the path before a rename.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn files_of_commit(&self, git_commit: i64) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
        let look = || {
            let sql = "SELECT path, old_path FROM commit_file WHERE git_commit = ?1 ORDER BY path";
            let mut statement = self.connection.prepare_cached(sql)?;
            let files = statement.query_map([git_commit], |row| Ok((row.get(0)?, row.get(1)?)))?;
            files.collect::<rusqlite::Result<Vec<_>>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns which paths of the repository paths of edits mean, as name ids by name ids.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn written_paths(&self) -> Result<HashMap<i64, i64>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare("SELECT written, path FROM written_path")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns a commit.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn commit_key(&self, id: &CommitId) -> Result<Option<CommitKey>, StoreError> {
        let sql = "SELECT key, patch_key, max(author_time, commit_time), parents FROM git_commit WHERE id = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(CommitKey { key: row.get(0)?, patch_key: row.get(1)?, at: row.get(2)?, parents: row.get(3)? })
        };
        let found = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row([id.as_bytes()], read).optional());
        found.map_err(|error| self.fail(error))
    }

    /// Returns the commits whose lines are worth recording, in order of history.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn line_candidates(&self) -> Result<Vec<LineCandidate>, StoreError> {
        let mut found = Vec::new();
        each(&self.connection, CANDIDATES, |row| {
            let Some(id) = CommitId::from_bytes(row.get_ref(1)?.as_blob()?) else { return Ok(()) };
            let (key, patch_key, at) = (row.get(0)?, row.get(2)?, row.get(3)?);
            let (since, parents, scanned) = (row.get(4)?, row.get(5)?, row.get(6)?);
            found.push(LineCandidate { key, id, patch_key, at, since, parents, scanned });
            Ok(())
        })
        .map_err(|error| self.fail(error))?;
        Ok(found)
    }

    /// Returns the lines that landed, by commit, path and tool call.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn landed(&self) -> Result<Vec<LandedFact>, StoreError> {
        let mut found = Vec::new();
        each(&self.connection, LANDED, |row| {
            found.push(LandedFact {
                git_commit: row.get(0)?,
                path: row.get(1)?,
                tool_call: row.get(2)?,
                session: row.get(3)?,
                at: row.get(4)?,
                lines: row.get(5)?,
                call: row.get(6)?,
            });
            Ok(())
        })
        .map_err(|error| self.fail(error))?;
        Ok(found)
    }

    /// Returns the sessions of every commit that has some, by its key.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn linked_sessions(&self) -> Result<HashMap<i64, Vec<i64>>, StoreError> {
        let mut found: HashMap<i64, Vec<i64>> = HashMap::new();
        each(&self.connection, "SELECT git_commit, session FROM link ORDER BY git_commit, session", |row| {
            found.entry(row.get(0)?).or_default().push(row.get(1)?);
            Ok(())
        })
        .map_err(|error| self.fail(error))?;
        Ok(found)
    }

    /// Returns the edits that happened, as the last derivation packed them, by tool call and path.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn edits(&self) -> Result<Vec<EditFact>, StoreError> {
        let mut facts = Facts::default();
        evidence::read_after(&self.connection, &[], &mut facts).map_err(|error| self.fail(error))?;
        facts.edits.sort_unstable_by_key(|edit| (edit.tool_call, edit.path));
        Ok(facts.edits)
    }

    /// Returns what is known of a tool call that wrote lines of a commit.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn writer_of(&self, tool_call: i64, git_commit: i64) -> Result<Option<WriterFact>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare_cached(WRITER)?;
            let fact = |row: &rusqlite::Row<'_>| {
                Ok(WriterFact {
                    tool_call: row.get(0)?,
                    call: row.get(1)?,
                    call_id: row.get(2)?,
                    turn: row.get(3)?,
                    model: row.get(4)?,
                    share: row.get(5)?,
                })
            };
            statement.query_row([tool_call, git_commit], fact).optional()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns every line that any tool call wrote into a file of this path, in whatever copy of the repository.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn lines_written_to(&self, path: &str) -> Result<HashSet<LineHash>, StoreError> {
        let mut found = HashSet::new();
        let sql = "SELECT name.text, edit.added FROM edit JOIN name ON name.id = edit.path";
        each(&self.connection, sql, |row| {
            let written = row.get_ref(0)?.as_str()?;
            let rest = written.replace('\\', "/");
            let rest = rest.strip_suffix(path);
            if rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/')) {
                found.extend(LineHash::unpack(row.get_ref(1)?.as_blob()?));
            }
            Ok(())
        })
        .map_err(|error| self.fail(error))?;
        Ok(found)
    }

    /// Returns when each session ran something that can change files without saying which lines, UTC milliseconds;
    /// not commands that were not allowed to run, nor those of which hooks saw every file they may have changed.
    ///
    /// A session that is not there has no tool call in the store: nothing is known of what it did.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn commands(&self) -> Result<HashMap<i64, Vec<i64>>, StoreError> {
        let mut found: HashMap<i64, Vec<i64>> = HashMap::new();
        let sql = "SELECT tool_call.session, name.text, coalesce(tool_call.asked_at, tool_call.answered_at),
              command_scan.is_complete = 1 OR tool_moment.is_denied = 1
            FROM tool_call LEFT JOIN name ON name.id = tool_call.name
            LEFT JOIN command_scan ON command_scan.tool_call = tool_call.key
            LEFT JOIN tool_moment ON tool_moment.tool_call = tool_call.key";
        each(&self.connection, sql, |row| {
            let times = found.entry(row.get(0)?).or_default();
            let name: Option<String> = row.get(1)?;
            let is_known = row.get::<_, Option<bool>>(3)? == Some(true);
            if !is_known && !name.is_some_and(|name| HARMLESS.contains(&name.as_str())) {
                times.push(row.get::<_, Option<i64>>(2)?.unwrap_or(0));
            }
            Ok(())
        })
        .map_err(|error| self.fail(error))?;
        Ok(found)
    }

    /// Returns what hooks saw of a commit being made.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn sighted(&self, id: &CommitId) -> Result<Option<Sighted>, StoreError> {
        let read = || {
            let sql = "SELECT state FROM captured_commit WHERE git_commit = ?1";
            let mut statement = self.connection.prepare_cached(sql)?;
            let state: Option<i64> = statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
            let Some(state) = state else { return Ok(None) };
            let sql = "SELECT session FROM captured_by WHERE git_commit = ?1 ORDER BY session";
            let mut statement = self.connection.prepare_cached(sql)?;
            let sessions = statement.query_map([id.as_bytes()], |row| row.get(0))?;
            Ok(Some(Sighted { is_replay: state != 0, sessions: sessions.collect::<rusqlite::Result<_>>()? }))
        };
        read().map_err(|error| self.fail(error))
    }

    /// Returns the commits that a commit took the place of.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn rewritten_from(&self, id: &CommitId) -> Result<Vec<CommitId>, StoreError> {
        let read = || {
            let mut statement =
                self.connection.prepare_cached("SELECT old FROM rewrite WHERE new = ?1 AND kind < 3 ORDER BY old")?;
            let rows = statement.query_map([id.as_bytes()], |row| row.get::<_, Vec<u8>>(0))?;
            rows.map(|row| row.map(|bytes| CommitId::from_bytes(&bytes)))
                .filter_map(Result::transpose)
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.fail(error))
    }
}
