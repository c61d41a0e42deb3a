//! Facts as the derivation reads them: numbers, with texts as ids of names.

use std::collections::HashMap;

use rusqlite::{Connection, Row};

use super::error::StoreError;
use super::evidence;
use super::names::{self, Names};
use super::open::Writer;
use super::rows::{CallKind, MarkKind, Place, SOURCE_FINAL_REPLY};
use crate::model::{Agent, LineHash, Usage};

/// A counted request.
#[derive(Debug, Clone)]
pub struct CallFact {
    /// Key.
    pub key: i64,
    /// What it is.
    pub kind: CallKind,
    /// Who owns it.
    pub place: Place,
    /// Key of the subagent run.
    pub agent_run: Option<i64>,
    /// When, UTC milliseconds.
    pub at: Option<i64>,
    /// Name id of the model.
    pub model: Option<i64>,
    /// Name id of the branch.
    pub branch: Option<i64>,
    /// Tokens.
    pub usage: Option<Usage>,
    /// The output is final.
    pub is_complete: bool,
    /// See [`super::modifiers_of`].
    pub modifiers: i64,
    /// What the client thought, nano-USD.
    pub recorded_cost: Option<i64>,
    /// Kinds of files it was seen in.
    pub sources: i64,
    /// The response an iteration belongs to; the tool call of a final reply.
    pub parent: Option<i64>,
}

/// A tool call.
#[derive(Debug, Clone)]
pub struct ToolFact {
    /// Key.
    pub key: i64,
    /// Who owns it.
    pub place: Place,
    /// Key of the subagent run it was made in.
    pub agent_run: Option<i64>,
    /// Name id of the tool.
    pub name: Option<i64>,
    /// Key of the response that asked for it.
    pub call: Option<i64>,
    /// When it was asked for.
    pub asked_at: Option<i64>,
    /// When it was answered.
    pub answered_at: Option<i64>,
    /// Whether it failed.
    pub is_error: Option<bool>,
    /// It can make commits.
    pub makes_commits: bool,
}

/// A row that begins, steers or ends a turn.
#[derive(Debug, Clone)]
pub struct MarkFact {
    /// Key.
    pub key: i64,
    /// Who owns it.
    pub place: Place,
    /// When.
    pub at: Option<i64>,
    /// What.
    pub kind: MarkKind,
    /// Active milliseconds of a turn's end; key of the row that was rewound to.
    pub value: Option<i64>,
    /// Name id of the file's path.
    pub path: Option<i64>,
    /// Offset in the file.
    pub offset: Option<i64>,
}

/// A subagent run and the calls that started it.
#[derive(Debug, Clone, Default)]
pub struct RunFact {
    /// Key.
    pub key: i64,
    /// Run that started it.
    pub parent: Option<i64>,
    /// Keys of tool calls that started or resumed it.
    pub spawns: Vec<i64>,
}

/// A session's own total for one model.
#[derive(Debug, Clone)]
pub struct ReportedFact {
    /// Name id of the model.
    pub model: i64,
    /// When.
    pub at: Option<i64>,
    /// Tokens.
    pub usage: Usage,
}

/// Everything known of one session.
#[derive(Debug, Clone)]
pub struct SessionFacts {
    /// Key.
    pub key: i64,
    /// Who wrote it.
    pub agent: Agent,
    /// Requests.
    pub calls: Vec<CallFact>,
    /// Tool calls.
    pub tools: Vec<ToolFact>,
    /// Marks.
    pub marks: Vec<MarkFact>,
    /// Subagent runs.
    pub runs: Vec<RunFact>,
    /// Reported totals.
    pub reported: Vec<ReportedFact>,
    /// By tool call: from when to when a person was asked for permission, as hooks saw it.
    pub permissions: HashMap<i64, (i64, i64)>,
}

/// Lines a tool call added to a file.
#[derive(Debug, Clone)]
pub struct EditFact {
    /// Key of the tool call.
    pub tool_call: i64,
    /// Key of its session.
    pub session: i64,
    /// Key of the response that asked for it.
    pub call: Option<i64>,
    /// When it was made, UTC milliseconds.
    pub at: Option<i64>,
    /// Name id of the path as written.
    pub path: i64,
    /// Added lines.
    pub added: Vec<LineHash>,
}

/// A commit id that a tool printed.
#[derive(Debug, Clone)]
pub struct SightingFact {
    /// Key of the session.
    pub session: i64,
    /// Abbreviated commit id.
    pub prefix: String,
    /// From the client's own `gitOperation`.
    pub is_operation: bool,
    /// When the command began.
    pub asked_at: Option<i64>,
    /// When its output came.
    pub answered_at: Option<i64>,
}

/// A commit.
#[derive(Debug, Clone)]
pub struct CommitFact {
    /// Key.
    pub key: i64,
    /// Raw id.
    pub id: Vec<u8>,
    /// Place in history.
    pub position: i64,
    /// Author's time.
    pub author_time: i64,
    /// Committer's time.
    pub commit_time: i64,
    /// How many parents it has.
    pub parents: i64,
    /// Identity of its change.
    pub patch_key: Option<i64>,
    /// Some tip reaches it now.
    pub is_reachable: bool,
}

/// One file of a commit.
#[derive(Debug, Clone)]
pub struct CommitFileFact {
    /// Key of the commit.
    pub git_commit: i64,
    /// Name id of the path.
    pub path: i64,
    /// Name id of the path before a rename.
    pub old_path: Option<i64>,
    /// Lines added, where the file has lines.
    pub added_lines: Option<i64>,
    /// Hashes of added lines.
    pub added: Vec<LineHash>,
}

/// A session that a hook saw making a commit, or whose file is in it.
#[derive(Debug, Clone)]
pub struct CapturedFact {
    /// Raw id of the commit.
    pub id: Vec<u8>,
    /// Key of the session.
    pub session: i64,
    /// A file of the commit is what the session left; otherwise the session made the commit.
    pub is_content: bool,
    /// The commit repeated or undid another: whoever made it did not write it.
    pub is_replay: bool,
}

/// Everything that links commits and sessions.
#[derive(Debug, Default)]
pub struct Facts {
    /// What hooks recorded of commits.
    pub captured: Vec<CapturedFact>,
    /// Old and new raw ids of commits that took the place of others, seen being made by a hook.
    pub rewrites: Vec<(Vec<u8>, Vec<u8>)>,
    /// Commits that landed as others, old and new.
    pub landings: Vec<(Vec<u8>, Vec<u8>)>,
    /// All edits.
    pub edits: Vec<EditFact>,
    /// Commit ids that tools printed.
    pub sightings: Vec<SightingFact>,
    /// All commits in order of position.
    pub commits: Vec<CommitFact>,
    /// Files of all commits that were looked into.
    pub files: Vec<CommitFileFact>,
    /// Commit, kind, key and value of what messages say.
    pub claims: Vec<(i64, i64, String, String)>,
    /// Key by id of every session.
    pub session_ids: HashMap<String, i64>,
    /// Folders each session worked in, as name ids.
    pub folders: HashMap<i64, Vec<i64>>,
    /// Key of a session and number of its pull requests.
    pub pull_requests: Vec<(i64, i64)>,
    /// Texts of ids.
    pub names: Names,
}

fn place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place { is_copy: row.get(2)?, head_at: row.get(3)?, ordinal: row.get(4)?, session: row.get(1)? })
}

/// Notes which sessions are read next.
fn want(sql: &Connection, sessions: &[i64]) -> rusqlite::Result<()> {
    sql.execute_batch("CREATE TEMP TABLE IF NOT EXISTS wanted (session INTEGER PRIMARY KEY); DELETE FROM wanted;")?;
    let mut insert = sql.prepare_cached("INSERT OR IGNORE INTO wanted VALUES (?1)")?;
    sessions.iter().try_for_each(|session| insert.execute([session]).map(drop))
}

/// Sessions to read: those wanted, or all of them.
fn filter(only_wanted: bool) -> &'static str {
    if only_wanted { " WHERE session IN (SELECT session FROM temp.wanted)" } else { "" }
}

impl Writer {
    /// Returns the facts of some sessions, by key.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn session_facts_of(&self, sessions: &[i64]) -> Result<Vec<SessionFacts>, StoreError> {
        self.at_one_moment(|sql| session_facts(sql, Some(sessions)))
    }

    /// Reads in one transaction: else each of thousands of small questions takes and gives back a lock of the file.
    fn at_one_moment<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let all = || {
            let moment = self.connection.unchecked_transaction()?;
            let found = read(&moment)?;
            moment.commit()?;
            Ok(found)
        };
        all().map_err(|error| self.fail(error))
    }

    /// Returns everything that links commits and sessions.
    ///
    /// `fresh` are the sessions that changed since the last derivation, if there was one: the others are read as it
    /// packed them.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn link_facts(&self, fresh: Option<&[SessionFacts]>) -> Result<Facts, StoreError> {
        self.at_one_moment(|sql| link_facts(sql, fresh))
    }

    /// Returns the texts of name ids.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn names(&self) -> Result<Names, StoreError> {
        names::read(&self.connection).map_err(|error| self.fail(error))
    }

    /// Returns how many sessions changed since the last derivation.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn dirty_sessions(&self) -> Result<Vec<i64>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare("SELECT session FROM dirty_session ORDER BY session")?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()
        };
        look().map_err(|error| self.fail(error))
    }
}

/// Reads the facts of sessions, by key: all of them, or those named.
pub(super) fn session_facts(sql: &Connection, sessions: Option<&[i64]>) -> rusqlite::Result<Vec<SessionFacts>> {
    if let Some(sessions) = sessions {
        want(sql, sessions)?;
    }
    let only_wanted = sessions.is_some();
    let keyed = if only_wanted { " WHERE key IN (SELECT session FROM temp.wanted)" } else { "" };
    let mut statement = sql.prepare_cached(&format!("SELECT key, agent FROM session{keyed} ORDER BY key"))?;
    let empty = |row: &Row<'_>| {
        let (key, agent) = (row.get(0)?, Agent::from_code(row.get(1)?));
        let (calls, tools, marks, runs, reported, permissions) = Default::default();
        Ok(SessionFacts { key, agent, calls, tools, marks, runs, reported, permissions })
    };
    let mut sessions = statement.query_map([], empty)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut index: HashMap<i64, usize> = HashMap::new();
    index.extend(sessions.iter().enumerate().map(|(at, session)| (session.key, at)));
    let filter = filter(only_wanted);
    each(sql, &format!("{CALLS}{filter}"), |row| {
        let call = call(row)?;
        push(&mut sessions, &index, call.place.session, |session| session.calls.push(call));
        Ok(())
    })?;
    each(sql, &format!("{TOOLS}{filter}"), |row| {
        let tool = tool(row)?;
        push(&mut sessions, &index, tool.place.session, |session| session.tools.push(tool));
        Ok(())
    })?;
    each(sql, &format!("{MARKS}{filter}"), |row| {
        if let Some(mark) = mark(row)? {
            push(&mut sessions, &index, mark.place.session, |session| session.marks.push(mark));
        }
        Ok(())
    })?;
    read_runs(sql, filter, &mut sessions, &index)?;
    each(sql, &format!("SELECT session, model, at, {USAGE} FROM reported_usage{filter}"), |row| {
        let reported = ReportedFact { model: row.get(1)?, at: row.get(2)?, usage: usage(row, 3)? };
        push(&mut sessions, &index, row.get(0)?, |session| session.reported.push(reported));
        Ok(())
    })?;
    each(sql, &format!("SELECT session, tool_call, from_at, to_at FROM permission_wait{filter}"), |row| {
        let (call, wait) = (row.get(1)?, (row.get(2)?, row.get(3)?));
        push(&mut sessions, &index, row.get(0)?, |session| session.permissions.extend([(call, wait)]));
        Ok(())
    })?;
    Ok(sessions)
}

const USAGE: &str = "input, output, cache_read, cache_write_5m, cache_write_1h, web_searches";
const CALLS: &str = "SELECT key, session, is_copy, head_at, ordinal, agent_run, at, model, branch, has_usage,
  is_complete, modifiers, recorded_cost, sources, parent,
  input, output, cache_read, cache_write_5m, cache_write_1h, web_searches FROM call";
const TOOLS: &str = "SELECT key, session, is_copy, head_at, ordinal, agent_run, name, call, asked_at, answered_at,
  is_error, makes_commits FROM tool_call";
const MARKS: &str = "SELECT key, session, is_copy, head_at, ordinal, at, kind, value, source, offset FROM mark";

pub(super) fn each(
    sql: &Connection,
    text: &str,
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = sql.prepare_cached(text)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}

fn push(sessions: &mut [SessionFacts], index: &HashMap<i64, usize>, key: i64, add: impl FnOnce(&mut SessionFacts)) {
    if let Some(session) = index.get(&key).and_then(|at| sessions.get_mut(*at)) {
        add(session);
    }
}

fn usage(row: &Row<'_>, first: usize) -> rusqlite::Result<Usage> {
    let count = |at: usize| row.get::<_, i64>(first + at).map(|value| value.max(0) as u64);
    Ok(Usage {
        input: count(0)?,
        output: count(1)?,
        cache_read: count(2)?,
        cache_write_5m: count(3)?,
        cache_write_1h: count(4)?,
        web_searches: count(5)?,
    })
}

fn call(row: &Row<'_>) -> rusqlite::Result<CallFact> {
    let (sources, parent): (i64, Option<i64>) = (row.get(13)?, row.get(14)?);
    let kind = match (sources & SOURCE_FINAL_REPLY != 0, parent) {
        (true, _) => CallKind::FinalReply,
        (false, Some(_)) => CallKind::Iteration,
        (false, None) => CallKind::Request,
    };
    Ok(CallFact {
        key: row.get(0)?,
        kind,
        place: place(row)?,
        agent_run: row.get(5)?,
        at: row.get(6)?,
        model: row.get(7)?,
        branch: row.get(8)?,
        usage: if row.get::<_, bool>(9)? { Some(usage(row, 15)?) } else { None },
        is_complete: row.get(10)?,
        modifiers: row.get(11)?,
        recorded_cost: row.get(12)?,
        sources,
        parent,
    })
}

fn tool(row: &Row<'_>) -> rusqlite::Result<ToolFact> {
    Ok(ToolFact {
        key: row.get(0)?,
        place: place(row)?,
        agent_run: row.get(5)?,
        name: row.get(6)?,
        call: row.get(7)?,
        asked_at: row.get(8)?,
        answered_at: row.get(9)?,
        is_error: row.get(10)?,
        makes_commits: row.get(11)?,
    })
}

/// `None` for a mark that a later version wrote.
fn mark(row: &Row<'_>) -> rusqlite::Result<Option<MarkFact>> {
    let Some(kind) = MarkKind::from_code(row.get(6)?) else { return Ok(None) };
    let (value, path, offset) = (row.get(7)?, row.get(8)?, row.get(9)?);
    Ok(Some(MarkFact { key: row.get(0)?, place: place(row)?, at: row.get(5)?, kind, value, path, offset }))
}

fn read_runs(
    sql: &Connection,
    filter: &str,
    sessions: &mut [SessionFacts],
    index: &HashMap<i64, usize>,
) -> rusqlite::Result<()> {
    let mut spawns: HashMap<i64, Vec<i64>> = HashMap::new();
    let wanted = if filter.is_empty() {
        String::new()
    } else {
        format!(" WHERE agent_run IN (SELECT key FROM agent_run{filter})")
    };
    each(sql, &format!("SELECT agent_run, tool_call FROM agent_spawn{wanted}"), |row| {
        spawns.entry(row.get(0)?).or_default().push(row.get(1)?);
        Ok(())
    })?;
    each(sql, &format!("SELECT key, session, parent FROM agent_run{filter}"), |row| {
        let key = row.get(0)?;
        let run = RunFact { key, parent: row.get(2)?, spawns: spawns.remove(&key).unwrap_or_default() };
        push(sessions, index, row.get(1)?, |session| session.runs.push(run));
        Ok(())
    })
}

/// Who made a commit, and what git was doing; content is found without any hook of git.
const CAPTURED: &str = "SELECT captured_by.git_commit, session, evidence, coalesce(state, 0)
  FROM captured_by LEFT JOIN captured_commit USING (git_commit) ORDER BY captured_by.git_commit, session";

/// Rewrites whose result was seen being made: git also names a commit of somebody else where a rebase dropped one.
const REWRITES: &str = "SELECT rewrite.old, rewrite.new FROM rewrite
  JOIN captured_commit ON captured_commit.git_commit = rewrite.new WHERE rewrite.kind < 3
  ORDER BY rewrite.old, rewrite.new";

fn link_facts(sql: &Connection, fresh: Option<&[SessionFacts]>) -> rusqlite::Result<Facts> {
    let mut facts = Facts { names: names::read(sql)?, ..Facts::default() };
    match fresh {
        None => evidence::read_all(sql, &mut facts)?,
        Some(fresh) => evidence::read_after(sql, fresh, &mut facts)?,
    }
    // One order, whichever way they came.
    facts.edits.sort_unstable_by_key(|edit| (edit.tool_call, edit.path));
    each(
        sql,
        "SELECT key, id, position, author_time, commit_time, parents, patch_key, is_reachable FROM git_commit ORDER BY position, id",
        |row| {
            facts.commits.push(CommitFact {
                key: row.get(0)?,
                id: row.get(1)?,
                position: row.get(2)?,
                author_time: row.get(3)?,
                commit_time: row.get(4)?,
                parents: row.get(5)?,
                patch_key: row.get(6)?,
                is_reachable: row.get(7)?,
            });
            Ok(())
        },
    )?;
    each(sql, "SELECT git_commit, path, old_path, added_lines, added FROM commit_file", |row| {
        let added = LineHash::unpack(row.get_ref(4)?.as_blob()?);
        let (git_commit, path, old_path, added_lines) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        facts.files.push(CommitFileFact { git_commit, path, old_path, added_lines, added });
        Ok(())
    })?;
    each(sql, "SELECT git_commit, kind, key_text, value FROM claim", |row| {
        facts.claims.push((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        Ok(())
    })?;
    each(sql, "SELECT key, id FROM session", |row| {
        facts.session_ids.insert(row.get(1)?, row.get(0)?);
        Ok(())
    })?;
    each(sql, "SELECT session, folder FROM session_place", |row| {
        facts.folders.entry(row.get(0)?).or_default().push(row.get(1)?);
        Ok(())
    })?;
    each(sql, CAPTURED, |row| {
        let (id, session, evidence, state): (_, _, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        facts.captured.push(CapturedFact {
            id,
            session,
            is_content: evidence == 4,
            is_replay: (1..=3).contains(&state),
        });
        Ok(())
    })?;
    each(sql, REWRITES, |row| {
        facts.rewrites.push((row.get(0)?, row.get(1)?));
        Ok(())
    })?;
    each(sql, "SELECT old, new FROM rewrite WHERE kind = 3 ORDER BY old, new", |row| {
        facts.landings.push((row.get(0)?, row.get(1)?));
        Ok(())
    })?;
    each(sql, "SELECT session, number FROM pull_request", |row| {
        facts.pull_requests.push((row.get(0)?, row.get(1)?));
        Ok(())
    })?;
    Ok(facts)
}
