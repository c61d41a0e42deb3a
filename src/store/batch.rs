//! Facts on their way into the store: merged in memory first, then with what is there.
//!
//! Rows repeat (2.1 rows a response, the same session in several files), so
//! merging before writing halves the work; a row that says nothing new is not
//! written again and makes no session dirty.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

use rusqlite::{Connection, OptionalExtension, Row, params};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::commits::note_call;
use super::file_changes::FileChangeRow;
use super::merge::Merge;
use super::names::Interner;
use super::rows::{
    AgentRunRow, CallRow, EditRow, MarkKind, MarkRow, Place, PullRequestRow, ReportedRow, SessionRow, SightingRow,
    SpawnRow, ToolRow,
};
use crate::model::{LineHash, Usage};

/// Facts of some rows of some files.
#[derive(Debug, Default)]
pub struct Batch {
    sessions: FxHashMap<i64, SessionRow>,
    folders: FxHashSet<(i64, String)>,
    calls: FxHashMap<i64, CallRow>,
    tools: FxHashMap<i64, ToolRow>,
    edits: FxHashMap<(i64, String), EditRow>,
    changes: FxHashMap<(i64, String), FileChangeRow>,
    sightings: FxHashMap<(i64, String), SightingRow>,
    marks: FxHashMap<i64, MarkRow>,
    agent_runs: FxHashMap<i64, AgentRunRow>,
    spawns: FxHashSet<SpawnRow>,
    reported: FxHashMap<(i64, String), ReportedRow>,
    pull_requests: FxHashMap<(i64, i64), PullRequestRow>,
}

fn put<K: std::hash::Hash + Eq, T: Merge, S: std::hash::BuildHasher>(rows: &mut HashMap<K, T, S>, key: K, row: T) {
    match rows.entry(key) {
        std::collections::hash_map::Entry::Occupied(mut entry) => entry.get_mut().merge(row),
        std::collections::hash_map::Entry::Vacant(entry) => {
            entry.insert(row);
        }
    }
}

impl Batch {
    /// Returns how many rows wait here.
    pub fn len(&self) -> usize {
        self.calls.len() + self.tools.len() + self.edits.len() + self.marks.len()
    }

    /// Tells whether nothing waits here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0 && self.sessions.is_empty()
    }

    /// Tells whether the session is known here.
    pub fn has_session(&self, key: i64) -> bool {
        self.sessions.contains_key(&key)
    }

    /// Adds a session.
    pub fn session(&mut self, row: SessionRow) {
        self.sessions.entry(row.key).or_insert(row);
    }

    /// Adds a folder a session worked in.
    pub fn folder(&mut self, session: i64, folder: &str) {
        let entry = (session, folder.to_owned());
        self.folders.insert(entry);
    }

    /// Adds a request.
    pub fn call(&mut self, row: CallRow) {
        put(&mut self.calls, row.key, row);
    }

    /// Adds a tool call, or its result.
    pub fn tool(&mut self, row: ToolRow) {
        put(&mut self.tools, row.key, row);
    }

    /// Adds an edit.
    pub fn edit(&mut self, row: EditRow) {
        put(&mut self.edits, (row.tool_call, row.path.clone()), row);
    }

    /// Adds what a tool call did to a file.
    pub fn file_change(&mut self, row: FileChangeRow) {
        put(&mut self.changes, (row.tool_call, row.path.clone()), row);
    }

    /// Adds a commit id a tool printed.
    pub fn sighting(&mut self, row: SightingRow) {
        let entry = self.sightings.entry((row.tool_call, row.prefix.clone())).or_insert_with(|| row.clone());
        entry.is_operation |= row.is_operation;
    }

    /// Adds a mark.
    pub fn mark(&mut self, row: MarkRow) {
        put(&mut self.marks, row.key, row);
    }

    /// Adds a subagent run.
    pub fn agent_run(&mut self, row: AgentRunRow) {
        put(&mut self.agent_runs, row.key, row);
    }

    /// Adds the start of a subagent run.
    pub fn spawn(&mut self, row: SpawnRow) {
        self.spawns.insert(row);
    }

    /// Adds a reported total.
    pub fn reported(&mut self, row: ReportedRow) {
        put(&mut self.reported, (row.session, row.model.clone()), row);
    }

    /// Adds a pull request.
    pub fn pull_request(&mut self, row: PullRequestRow) {
        self.pull_requests.entry((row.session, row.number)).or_insert(row);
    }

    /// Takes everything of another batch.
    pub fn append(&mut self, other: Batch) {
        other.sessions.into_values().for_each(|row| self.session(row));
        self.folders.extend(other.folders);
        other.calls.into_values().for_each(|row| self.call(row));
        other.tools.into_values().for_each(|row| self.tool(row));
        other.edits.into_values().for_each(|row| self.edit(row));
        other.changes.into_values().for_each(|row| self.file_change(row));
        other.sightings.into_values().for_each(|row| self.sighting(row));
        other.marks.into_values().for_each(|row| self.mark(row));
        other.agent_runs.into_values().for_each(|row| self.agent_run(row));
        self.spawns.extend(other.spawns);
        other.reported.into_values().for_each(|row| self.reported(row));
        other.pull_requests.into_values().for_each(|row| self.pull_request(row));
    }

    /// Writes everything and empties the batch; returns how many rows were new or changed.
    pub(super) fn flush(
        &mut self,
        sql: &Connection,
        names: &mut Interner,
        written: &mut Written,
    ) -> rusqlite::Result<usize> {
        let mut dirty = FxHashSet::default();
        let first = self.calls.values().filter_map(|call| call.at).min();
        let mut flush = Flush { sql, names, written, dirty: &mut dirty, changed: 0 };
        flush.sessions(self.sessions.drain().map(|(_, row)| row))?;
        flush.table(&mut self.calls)?;
        flush.table(&mut self.tools)?;
        flush.table(&mut self.edits)?;
        flush.table(&mut self.changes)?;
        flush.table(&mut self.marks)?;
        flush.table(&mut self.agent_runs)?;
        flush.table(&mut self.reported)?;
        flush.rest(self)?;
        let changed = flush.changed;
        if let Some(first) = first {
            note_call(sql, first)?;
        }
        let mut statement = sql.prepare_cached("INSERT OR IGNORE INTO dirty_session (session) VALUES (?1)")?;
        for session in dirty {
            statement.execute([session])?;
        }
        Ok(changed)
    }
}

/// Rows written since the database was empty: others need not be looked up, and a copy that says the same need not
/// be merged (a session stands in 1.8 files of a backup).
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Hash of each row by table and key; `None` if the database held rows when it was opened.
    rows: Option<FxHashMap<(u8, i64), u64>>,
}

/// What is known of a stored row without looking.
enum Stored {
    /// There is none.
    No,
    /// It is this very row.
    Same,
    /// It must be looked up.
    Maybe,
}

impl Written {
    pub(super) fn since_empty(is_empty: bool) -> Written {
        Written { rows: is_empty.then(FxHashMap::default) }
    }

    fn look<T: Table>(&self, row: &T) -> Stored {
        let Some(rows) = &self.rows else { return Stored::Maybe };
        match rows.get(&(T::NUMBER, row.key())) {
            None => Stored::No,
            Some(hash) if *hash == FxBuildHasher.hash_one(row) => Stored::Same,
            Some(_) => Stored::Maybe,
        }
    }

    fn remember<T: Table>(&mut self, row: &T) {
        if let Some(rows) = &mut self.rows {
            rows.insert((T::NUMBER, row.key()), FxBuildHasher.hash_one(row));
        }
    }
}

/// A row that knows its table.
///
/// The texts of a stored row are sub-selects, not joins: SQLite prepares a statement with a join again for every value
/// it is asked with.
pub(super) trait Table: Merge + Clone + PartialEq + Hash + Sized {
    /// Tells tables apart.
    const NUMBER: u8;
    /// A number that rows of one key share; two keys may share it too.
    fn key(&self) -> i64;
    /// Reads the stored row of the same key.
    fn stored(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<Option<Self>>;
    /// Writes the row over the stored one.
    fn save(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<()>;
    /// The session that changes with it; `None` where only its tool call knows.
    fn session(&self) -> Option<i64>;
}

struct Flush<'f> {
    sql: &'f Connection,
    names: &'f mut Interner,
    written: &'f mut Written,
    dirty: &'f mut FxHashSet<i64>,
    changed: usize,
}

impl Flush<'_> {
    fn table<K: Ord, T: Table, S>(&mut self, rows: &mut HashMap<K, T, S>) -> rusqlite::Result<()> {
        let mut rows: Vec<(K, T)> = rows.drain().collect();
        rows.sort_unstable_by(|one, other| one.0.cmp(&other.0)); // Neighbours on disk are written together.
        for (_, row) in rows {
            let stored = match self.written.look(&row) {
                Stored::No => None,
                Stored::Same => continue,
                Stored::Maybe => row.stored(self.sql, self.names)?,
            };
            let row = match stored {
                None => row,
                Some(stored) => {
                    let mut merged = stored.clone();
                    merged.merge(row);
                    if merged == stored {
                        continue;
                    }
                    self.dirty.extend(stored.session());
                    merged
                }
            };
            row.save(self.sql, self.names)?;
            self.written.remember(&row);
            match row.session() {
                Some(session) => _ = self.dirty.insert(session),
                None => self.touch("SELECT session FROM tool_call WHERE key = ?1", row.key())?,
            }
            self.changed += 1;
        }
        Ok(())
    }

    /// Notes that the session changed to which a row leads that was written before.
    fn touch(&mut self, session_of: &str, key: i64) -> rusqlite::Result<()> {
        if self.written.rows.is_some() {
            return Ok(()); // All rows are new, also the one that knows.
        }
        let session: Option<i64> =
            self.sql.prepare_cached(session_of)?.query_row([key], |row| row.get(0)).optional()?;
        self.dirty.extend(session);
        Ok(())
    }

    fn sessions(&mut self, rows: impl Iterator<Item = SessionRow>) -> rusqlite::Result<()> {
        let mut statement =
            self.sql.prepare_cached("INSERT OR IGNORE INTO session (key, id, agent) VALUES (?1, ?2, ?3)")?;
        for row in rows {
            self.changed += statement.execute(params![row.key, row.id, row.agent.code()])?;
        }
        Ok(())
    }

    fn rest(&mut self, batch: &mut Batch) -> rusqlite::Result<()> {
        let sql = self.sql;
        let mut statement =
            sql.prepare_cached("INSERT OR IGNORE INTO session_place (session, folder) VALUES (?1, ?2)")?;
        for (session, folder) in batch.folders.drain() {
            if statement.execute(params![session, self.names.id(sql, &folder)?])? > 0 {
                self.changed += 1;
                self.dirty.insert(session);
            }
        }
        let mut statement = sql.prepare_cached(
            "INSERT INTO sighting (tool_call, prefix, is_operation) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET \
             is_operation = 1
             WHERE excluded.is_operation > is_operation",
        )?;
        for (_, row) in batch.sightings.drain() {
            if statement.execute(params![row.tool_call, row.prefix, row.is_operation])? > 0 {
                self.changed += 1;
                self.touch("SELECT session FROM tool_call WHERE key = ?1", row.tool_call)?;
            }
        }
        let mut statement =
            sql.prepare_cached("INSERT OR IGNORE INTO agent_spawn (agent_run, tool_call) VALUES (?1, ?2)")?;
        for row in batch.spawns.drain() {
            if statement.execute(params![row.agent_run, row.tool_call])? > 0 {
                self.changed += 1;
                self.touch("SELECT session FROM agent_run WHERE key = ?1", row.agent_run)?;
            }
        }
        let mut statement = sql.prepare_cached(
            "INSERT OR IGNORE INTO pull_request (session, number, repository, at) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (_, row) in batch.pull_requests.drain() {
            let repository = self.names.maybe(sql, row.repository.as_deref())?;
            if statement.execute(params![row.session, row.number, repository, row.at])? > 0 {
                self.changed += 1;
                self.dirty.insert(row.session);
            }
        }
        Ok(())
    }
}

fn text(row: &Row<'_>, index: &str) -> rusqlite::Result<Option<String>> {
    row.get(index)
}

fn place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place {
        is_copy: row.get("is_copy")?,
        head_at: row.get("head_at")?,
        ordinal: row.get("ordinal")?,
        session: row.get("session")?,
    })
}

fn count(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|value| value.max(0) as u64)
}

fn usage(row: &Row<'_>) -> rusqlite::Result<Usage> {
    Ok(Usage {
        input: count(row, "input")?,
        output: count(row, "output")?,
        cache_read: count(row, "cache_read")?,
        cache_write_5m: count(row, "cache_write_5m")?,
        cache_write_1h: count(row, "cache_write_1h")?,
        web_searches: count(row, "web_searches")?,
    })
}

impl Table for CallRow {
    const NUMBER: u8 = 0;

    fn key(&self) -> i64 {
        self.key
    }

    fn stored(&self, sql: &Connection, _: &mut Interner) -> rusqlite::Result<Option<CallRow>> {
        let mut statement = sql.prepare_cached(
            "SELECT *, (SELECT text FROM name WHERE name.id = call.model) AS model_text,
                    (SELECT text FROM name WHERE name.id = call.branch) AS branch_text FROM call WHERE key = ?1",
        )?;
        let read = |row: &Row<'_>| {
            Ok(CallRow {
                key: row.get("key")?,
                id: row.get("id")?,
                place: place(row)?,
                agent_run: row.get("agent_run")?,
                at: row.get("at")?,
                model: text(row, "model_text")?.map(Into::into),
                branch: text(row, "branch_text")?.map(Into::into),
                usage: row.get::<_, bool>("has_usage")?.then_some(usage(row)?),
                is_complete: row.get("is_complete")?,
                has_stop_reason: row.get("has_stop_reason")?,
                modifiers: row.get("modifiers")?,
                recorded_cost: row.get("recorded_cost")?,
                sources: row.get("sources")?,
                parent: row.get("parent")?,
            })
        };
        statement.query_row([self.key], read).optional()
    }

    fn save(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<()> {
        let (model, branch) = (names.maybe(sql, self.model.as_deref())?, names.maybe(sql, self.branch.as_deref())?);
        let usage = self.usage.unwrap_or_default();
        let mut statement = sql.prepare_cached(
            "INSERT OR REPLACE INTO call (key, id, session, agent_run, is_copy, head_at, ordinal, at, model, \
             branch, has_usage, input, output, cache_read, cache_write_5m, cache_write_1h, web_searches, \
             is_complete, has_stop_reason, modifiers, recorded_cost, sources, parent) VALUES (?1, ?2, ?3, ?4, ?5, \
             ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
        )?;
        statement.execute(params![
            self.key,
            self.id,
            self.place.session,
            self.agent_run,
            self.place.is_copy,
            self.place.head_at,
            self.place.ordinal,
            self.at,
            model,
            branch,
            self.usage.is_some(),
            usage.input as i64,
            usage.output as i64,
            usage.cache_read as i64,
            usage.cache_write_5m as i64,
            usage.cache_write_1h as i64,
            usage.web_searches as i64,
            self.is_complete,
            self.has_stop_reason,
            self.modifiers,
            self.recorded_cost,
            self.sources,
            self.parent,
        ])?;
        Ok(())
    }

    fn session(&self) -> Option<i64> {
        Some(self.place.session)
    }
}

impl Table for ToolRow {
    const NUMBER: u8 = 1;

    fn key(&self) -> i64 {
        self.key
    }

    fn stored(&self, sql: &Connection, _: &mut Interner) -> rusqlite::Result<Option<ToolRow>> {
        let mut statement = sql.prepare_cached(
            "SELECT *, (SELECT text FROM name WHERE name.id = tool_call.name) AS name_text,
                    (SELECT text FROM name WHERE name.id = agent_type) AS type_text FROM tool_call WHERE key = ?1",
        )?;
        let read = |row: &Row<'_>| {
            Ok(ToolRow {
                key: row.get("key")?,
                id: row.get("id")?,
                place: place(row)?,
                agent_run: row.get("agent_run")?,
                name: text(row, "name_text")?.map(Into::into),
                call: row.get("call")?,
                asked_at: row.get("asked_at")?,
                answered_at: row.get("answered_at")?,
                answered_ordinal: row.get("answered_ordinal")?,
                is_error: row.get("is_error")?,
                makes_commits: row.get("makes_commits")?,
                agent_type: text(row, "type_text")?,
            })
        };
        statement.query_row([self.key], read).optional()
    }

    fn save(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<()> {
        let (name, agent_type) =
            (names.maybe(sql, self.name.as_deref())?, names.maybe(sql, self.agent_type.as_deref())?);
        let mut statement = sql.prepare_cached(
            "INSERT OR REPLACE INTO tool_call (key, id, session, agent_run, is_copy, head_at, ordinal, name, call, \
             asked_at, answered_at, answered_ordinal, is_error, makes_commits, agent_type) VALUES (?1, ?2, ?3, ?4, \
             ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?;
        statement.execute(params![
            self.key,
            self.id,
            self.place.session,
            self.agent_run,
            self.place.is_copy,
            self.place.head_at,
            self.place.ordinal,
            name,
            self.call,
            self.asked_at,
            self.answered_at,
            self.answered_ordinal,
            self.is_error,
            self.makes_commits,
            agent_type,
        ])?;
        Ok(())
    }

    fn session(&self) -> Option<i64> {
        Some(self.place.session)
    }
}

impl Table for EditRow {
    const NUMBER: u8 = 2;

    fn key(&self) -> i64 {
        self.tool_call
    }

    fn stored(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<Option<EditRow>> {
        let path = names.id(sql, &self.path)?;
        let mut statement = sql.prepare_cached("SELECT source, added FROM edit WHERE tool_call = ?1 AND path = ?2")?;
        let read = |row: &Row<'_>| {
            let added = LineHash::unpack(row.get_ref("added")?.as_blob()?);
            Ok(EditRow { tool_call: self.tool_call, path: self.path.clone(), source: row.get("source")?, added })
        };
        statement.query_row([self.tool_call, path], read).optional()
    }

    fn save(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<()> {
        let path = names.id(sql, &self.path)?;
        let mut statement =
            sql.prepare_cached("INSERT OR REPLACE INTO edit (tool_call, path, source, added) VALUES (?1, ?2, ?3, ?4)")?;
        statement.execute(params![self.tool_call, path, self.source, LineHash::pack(&self.added)])?;
        Ok(())
    }

    fn session(&self) -> Option<i64> {
        None
    }
}

impl Table for MarkRow {
    const NUMBER: u8 = 3;

    fn key(&self) -> i64 {
        self.key
    }

    fn stored(&self, sql: &Connection, _: &mut Interner) -> rusqlite::Result<Option<MarkRow>> {
        let mut statement = sql.prepare_cached(
            "SELECT *, (SELECT text FROM name WHERE name.id = mark.source) AS path FROM mark WHERE key = ?1",
        )?;
        let read = |row: &Row<'_>| {
            Ok(MarkRow {
                key: row.get("key")?,
                place: place(row)?,
                at: row.get("at")?,
                kind: MarkKind::from_code(row.get("kind")?).unwrap_or(self.kind),
                value: row.get("value")?,
                path: text(row, "path")?,
                offset: row.get("offset")?,
            })
        };
        statement.query_row([self.key], read).optional()
    }

    fn save(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<()> {
        let path = names.maybe(sql, self.path.as_deref())?;
        let mut statement = sql.prepare_cached(
            "INSERT OR REPLACE INTO mark (key, session, is_copy, head_at, ordinal, at, kind, value, source, offset) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        let place = self.place;
        statement.execute(params![
            self.key,
            place.session,
            place.is_copy,
            place.head_at,
            place.ordinal,
            self.at,
            self.kind.code(),
            self.value,
            path,
            self.offset,
        ])?;
        Ok(())
    }

    fn session(&self) -> Option<i64> {
        Some(self.place.session)
    }
}

impl Table for AgentRunRow {
    const NUMBER: u8 = 4;

    fn key(&self) -> i64 {
        self.key
    }

    fn stored(&self, sql: &Connection, _: &mut Interner) -> rusqlite::Result<Option<AgentRunRow>> {
        let mut statement = sql.prepare_cached(
            "SELECT *, (SELECT text FROM name WHERE name.id = agent_type) AS type_text FROM agent_run WHERE key = ?1",
        )?;
        let read = |row: &Row<'_>| {
            Ok(AgentRunRow {
                key: row.get("key")?,
                id: row.get("id")?,
                session: row.get("session")?,
                agent_type: text(row, "type_text")?,
                parent: row.get("parent")?,
                is_async: row.get("is_async")?,
            })
        };
        statement.query_row([self.key], read).optional()
    }

    fn save(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<()> {
        let agent_type = names.maybe(sql, self.agent_type.as_deref())?;
        let mut statement = sql.prepare_cached(
            "INSERT OR REPLACE INTO agent_run (key, id, session, agent_type, parent, is_async) VALUES (?1, ?2, ?3, \
             ?4, ?5, ?6)",
        )?;
        statement.execute(params![self.key, self.id, self.session, agent_type, self.parent, self.is_async])?;
        Ok(())
    }

    fn session(&self) -> Option<i64> {
        Some(self.session)
    }
}

impl Table for ReportedRow {
    const NUMBER: u8 = 5;

    fn key(&self) -> i64 {
        self.session
    }

    fn stored(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<Option<ReportedRow>> {
        let model = names.id(sql, &self.model)?;
        let mut statement = sql.prepare_cached("SELECT * FROM reported_usage WHERE session = ?1 AND model = ?2")?;
        let read = |row: &Row<'_>| {
            let (model, at) = (self.model.clone(), row.get("at")?);
            Ok(ReportedRow { session: self.session, model, at, usage: usage(row)? })
        };
        statement.query_row([self.session, model], read).optional()
    }

    fn save(&self, sql: &Connection, names: &mut Interner) -> rusqlite::Result<()> {
        let (model, usage) = (names.id(sql, &self.model)?, self.usage);
        let mut statement = sql.prepare_cached(
            "INSERT OR REPLACE INTO reported_usage (session, model, at, input, output, cache_read, cache_write_5m, \
             cache_write_1h, web_searches) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        statement.execute(params![
            self.session,
            model,
            self.at,
            usage.input as i64,
            usage.output as i64,
            usage.cache_read as i64,
            usage.cache_write_5m as i64,
            usage.cache_write_1h as i64,
            usage.web_searches as i64,
        ])?;
        Ok(())
    }

    fn session(&self) -> Option<i64> {
        Some(self.session)
    }
}
