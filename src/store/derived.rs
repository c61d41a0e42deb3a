//! Opinions on their way into the store; the law of the books is checked on every write.

use std::collections::HashSet;

use rusqlite::{Connection, params, params_from_iter};
use rustc_hash::FxHashSet;

use super::commits::meta;
use super::error::StoreError;
use super::facts::{Facts, SessionFacts, each, session_facts};
use super::open::{Reader, Writer};
use super::rows::CallKind;
use super::{evidence, line_records, spend};
use crate::model::Usage;

/// A turn of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRow {
    /// Key of the row that began it.
    pub key: i64,
    /// Key of its session.
    pub session: i64,
    /// From 1, in order.
    pub number: i64,
    /// Code of `derive::TurnKind`.
    pub kind: i64,
    /// Code of `derive::TurnEnd`.
    pub end: i64,
    /// UTC milliseconds.
    pub started_at: Option<i64>,
    /// UTC milliseconds.
    pub ended_at: Option<i64>,
    /// What the client measured.
    pub active_ms: Option<i64>,
    /// The measure was longer than what is seen of the turn, and was cut to that.
    pub active_is_clamped: bool,
    /// Time covered by its tools.
    pub tool_ms: i64,
    /// Time it waited for a person, as far as known.
    pub waiting_ms: Option<i64>,
    /// It was not measured by the client but inferred from its tools: a lower bound.
    pub waiting_is_inferred: bool,
    /// Human inputs, the first included.
    pub inputs: i64,
    /// Requests.
    pub calls: i64,
    /// Tool calls.
    pub tools: i64,
    /// Name id of the prompt's file.
    pub prompt_source: Option<i64>,
    /// Offset in it.
    pub prompt_offset: Option<i64>,
}

/// One counted request in the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Key of the request.
    pub call: i64,
    /// Key of the session.
    pub session: i64,
    /// Key of the turn.
    pub turn: Option<i64>,
    /// What it is.
    pub kind: CallKind,
    /// UTC milliseconds.
    pub at: Option<i64>,
    /// Code of the agent.
    pub agent: i64,
    /// Name id of the model.
    pub model: Option<i64>,
    /// Name id of the branch.
    pub branch: Option<i64>,
    /// Tokens.
    pub usage: Usage,
    /// The output is final.
    pub is_complete: bool,
    /// Nano-USD, or the reason why there is no price.
    pub cost: Result<i64, &'static str>,
    /// Code of `derive::Bucket`.
    pub bucket: i64,
    /// Nano-USD that no commit got.
    pub unattributed: i64,
}

/// What of a request's cost a commit got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareRow {
    /// Key of the request.
    pub call: i64,
    /// Key of the commit.
    pub git_commit: i64,
    /// Key of the session.
    pub session: i64,
    /// Nano-USD.
    pub nano: i64,
    /// Lines that decided it.
    pub lines: i64,
}

/// A commit and a session that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkRow {
    /// Key of the commit.
    pub git_commit: i64,
    /// Key of the session.
    pub session: i64,
    /// 1 produced, 2 declared, 3 landed.
    pub grade: i64,
    /// Bit set of evidence.
    pub evidence: i64,
    /// Lines of the commit the session wrote.
    pub lines: i64,
}

/// Lines of a commit that a tool call wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LandedRow {
    /// Key of the tool call.
    pub tool_call: i64,
    /// Key of the commit.
    pub git_commit: i64,
    /// Name id of the path in the repository.
    pub path: i64,
    /// How many.
    pub lines: i64,
}

/// What a derivation says of one session.
#[derive(Debug, Default)]
pub struct SessionRows {
    /// Turns.
    pub turns: Vec<TurnRow>,
    /// The books.
    pub ledger: Vec<LedgerRow>,
    /// Shares.
    pub shares: Vec<ShareRow>,
    /// A hash of what the shares rest on.
    pub signature: i64,
}

/// What one derivation says, but for the rows of single sessions: these are made one session at a time.
#[derive(Debug)]
pub struct Derived<'f> {
    /// The sessions it speaks of; their old rows go. `None` means all.
    pub sessions: Option<Vec<i64>>,
    /// Facts of some of these sessions that were read already.
    pub fresh: Vec<SessionFacts>,
    /// What it was made from.
    pub facts: &'f Facts,
    /// All links.
    pub links: Vec<LinkRow>,
    /// All landed lines.
    pub landed: Vec<LandedRow>,
    /// Which paths of the repository paths of edits mean: name ids as written and in the repository.
    pub paths: Vec<(i64, i64)>,
}

/// On what a derivation rests; another value means it must be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedState(pub String);

impl Writer {
    /// Writes a derivation, and that it rests on `state`; `derive` makes the rows of one session.
    ///
    /// Sessions are read, derived and written a few at a time, so that memory does not grow with their number.
    /// Returns how many they were.
    ///
    /// # Errors
    /// [`StoreError::Unbalanced`] if a request's shares and leftovers are not its cost; nothing is kept then.
    pub fn record_derived(
        &mut self,
        derived: &Derived<'_>,
        state: &DerivedState,
        derive: &mut dyn FnMut(&SessionFacts) -> SessionRows,
    ) -> Result<usize, StoreError> {
        let (mut unbalanced, mut count) = (None, 0);
        (self.written, self.interner) = Default::default(); // The memory is needed now.
        let result = self.transact(|sql| {
            clear(sql, derived.sessions.as_deref())?;
            for_each_session(sql, derived, &mut |facts| {
                let mut rows = derive(facts);
                unbalanced = rows.sort_and_check();
                if unbalanced.is_some() {
                    return Err(rusqlite::Error::ExecuteReturnedResults); // Rolls back; never seen outside.
                }
                count += 1;
                insert(sql, facts.key, &rows)
            })?;
            insert_links(sql, derived)?;
            let set = "INSERT INTO meta (key, value) \
             VALUES ('derived_state', ?1) ON CONFLICT DO UPDATE SET value = excluded.value";
            sql.execute(set, [&state.0])?;
            sql.execute("DELETE FROM meta WHERE key = 'notes_basis'", [])?; // Notes follow.
            line_records::outdate(sql)?;
            sql.execute("DELETE FROM dirty_session", []).map(drop)
        });
        match unbalanced {
            Some(text) => Err(StoreError::Unbalanced(text)),
            None => result.map(|()| count),
        }
    }

    /// Returns what the stored shares of sessions rest on.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn signatures(&self) -> Result<std::collections::HashMap<i64, i64>, StoreError> {
        let look = || {
            let mut statement = self.connection.prepare("SELECT session, signature FROM session_state")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<_>>()
        };
        look().map_err(|error| self.fail(error))
    }

    /// Returns on what the stored derivation rests.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn derived_state(&self) -> Result<Option<DerivedState>, StoreError> {
        meta(&self.connection, "derived_state").map(|state| state.map(DerivedState)).map_err(|error| self.fail(error))
    }
}

impl Reader {
    /// Returns on what the stored derivation rests.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn derived_state(&self) -> Result<Option<DerivedState>, StoreError> {
        meta(&self.connection, "derived_state").map(|state| state.map(DerivedState)).map_err(|error| self.fail(error))
    }

    /// Checks the law of the books: every request's cost is its shares plus what is left.
    ///
    /// # Errors
    /// [`StoreError::Unbalanced`] naming the first request for which it is not.
    pub fn check_books(&self) -> Result<(), StoreError> {
        match first_unbalanced(&self.connection).map_err(|error| self.fail(error))? {
            Some(text) => Err(StoreError::Unbalanced(text)),
            None => Ok(()),
        }
    }
}

/// Both tables are in order of the session and the request, so their sums are merged, not looked up.
fn first_unbalanced(sql: &Connection) -> rusqlite::Result<Option<String>> {
    let mut statement = sql.prepare_cached(
        "SELECT ledger.call, coalesce(cost, 0), unattributed, coalesce(shared.nano, 0)
         FROM ledger LEFT JOIN (SELECT session, call, sum(nano) AS nano FROM share GROUP BY session, call) AS shared
           USING (session, call)
         WHERE coalesce(cost, 0) <> unattributed + coalesce(shared.nano, 0)
         UNION ALL
         SELECT call, NULL, 0, nano FROM share WHERE NOT EXISTS
           (SELECT 1 FROM ledger WHERE ledger.session = share.session AND ledger.call = share.call)
         LIMIT 1",
    )?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (call, cost): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
    let (left, shared): (i64, i64) = (row.get(2)?, row.get(3)?);
    Ok(Some(told(call, cost, shared, left)))
}

fn told(call: i64, cost: Option<i64>, shared: i64, left: i64) -> String {
    let cost = cost.map_or("no".to_owned(), |cost| cost.to_string());
    format!("request {call:x} has {cost} nano-USD of cost, {shared} in shares and {left} left over")
}

impl SessionRows {
    /// Brings the rows into the order of their tables; names the first request whose shares and leftover are not its
    /// cost.
    fn sort_and_check(&mut self) -> Option<String> {
        self.ledger.sort_unstable_by_key(|row| row.call);
        self.shares.sort_unstable_by_key(|row| (row.call, row.git_commit));
        let mut shares = self.shares.iter().peekable();
        for row in &self.ledger {
            let (mut shared, cost) = (0, row.cost.unwrap_or(0));
            while let Some(share) = shares.next_if(|share| share.call <= row.call) {
                if share.call < row.call {
                    return Some(told(share.call, None, share.nano, 0));
                }
                shared += share.nano;
            }
            if cost != row.unattributed + shared {
                return Some(told(row.call, Some(cost), shared, row.unattributed));
            }
        }
        shares.next().map(|stray| told(stray.call, None, stray.nano, 0))
    }
}

/// Indexes that a full derivation makes after the rows, which is a third cheaper than keeping them up to date. Those
/// of facts let the next derivations read one session.
const INDEXES: [(&str, &str); 4] = [
    ("share_of_commit", "share (git_commit)"),
    ("call_of_session", "call (session)"),
    ("tool_call_of_session", "tool_call (session)"),
    ("mark_of_session", "mark (session)"),
];

fn make_indexes(sql: &Connection) -> rusqlite::Result<()> {
    let make = |(name, on): &(&str, &str)| sql.execute_batch(&format!("CREATE INDEX IF NOT EXISTS {name} ON {on}"));
    INDEXES.iter().try_for_each(make)
}

/// Removes what is written anew.
fn clear(sql: &Connection, sessions: Option<&[i64]>) -> rusqlite::Result<()> {
    const TABLES: [&str; 5] = ["turn", "ledger", "share", "session_state", "spend"];
    let Some(sessions) = sessions else {
        sql.execute_batch("DROP INDEX IF EXISTS share_of_commit; DELETE FROM evidence;")?;
        return TABLES.iter().try_for_each(|table| sql.execute(&format!("DELETE FROM {table}"), []).map(drop));
    };
    for table in TABLES {
        let mut delete = sql.prepare_cached(&format!("DELETE FROM {table} WHERE session = ?1"))?;
        sessions.iter().try_for_each(|session| delete.execute([session]).map(drop))?;
    }
    Ok(())
}

/// Requests that are read at once where everything is derived; more are read session by session.
const AT_ONCE: i64 = 40_000;

/// Requests of the sessions that are read at a time otherwise; bounds memory.
const CHUNK: i64 = 8_000;

/// Gives the facts of every session that is derived to `each`.
fn for_each_session(
    sql: &Connection,
    derived: &Derived<'_>,
    each: &mut dyn FnMut(&SessionFacts) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let Some(sessions) = &derived.sessions else {
        if sql.query_row("SELECT count(*) FROM call", [], |row| row.get::<_, i64>(0))? <= AT_ONCE {
            return session_facts(sql, None)?.iter().try_for_each(each);
        }
        make_indexes(sql)?;
        let mut all = sql.prepare("SELECT key FROM session ORDER BY key")?;
        let all = all.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        return in_chunks(sql, &all, each);
    };
    let known: HashSet<i64> = derived.fresh.iter().map(|session| session.key).collect();
    let rest: Vec<i64> = sessions.iter().copied().filter(|session| !known.contains(session)).collect();
    derived.fresh.iter().try_for_each(&mut *each)?;
    in_chunks(sql, &rest, each)
}

/// Reads a list of sessions in pieces of [`CHUNK`] requests.
fn in_chunks(
    sql: &Connection,
    sessions: &[i64],
    each: &mut dyn FnMut(&SessionFacts) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut count = sql.prepare_cached("SELECT count(*) FROM call WHERE session = ?1")?;
    let (mut start, mut calls) = (0, 0);
    for (at, session) in sessions.iter().enumerate() {
        calls += count.query_row([session], |row| row.get::<_, i64>(0))?;
        if calls >= CHUNK || at + 1 == sessions.len() {
            session_facts(sql, Some(&sessions[start..=at]))?.iter().try_for_each(&mut *each)?;
            (start, calls) = (at + 1, 0);
        }
    }
    Ok(())
}

fn insert(sql: &Connection, session: i64, rows: &SessionRows) -> rusqlite::Result<()> {
    insert_turns(sql, &rows.turns)?;
    insert_ledger(sql, &rows.ledger)?;
    spend::insert(sql, session, &rows.ledger)?;
    let mut statement =
        sql.prepare_cached("INSERT INTO share (session, call, git_commit, nano, lines) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for row in &rows.shares {
        statement.execute([row.session, row.call, row.git_commit, row.nano, row.lines])?;
    }
    let mut statement = sql.prepare_cached("INSERT INTO session_state (session, signature) VALUES (?1, ?2)")?;
    statement.execute([session, rows.signature]).map(drop)
}

/// Writes what binds sessions and commits together.
fn insert_links(sql: &Connection, derived: &Derived<'_>) -> rusqlite::Result<()> {
    let fresh = derived.fresh.iter().map(|session| session.key).collect();
    evidence::write(sql, derived.facts, derived.sessions.as_ref().map(|_| &fresh))?;
    let links = derived.links.iter().map(|row| [row.git_commit, row.session, row.grade, row.evidence, row.lines]);
    replace(sql, ("link", "git_commit = ?1 AND session = ?2"), links)?;
    let landed = derived.landed.iter().map(|row| [row.tool_call, row.git_commit, row.path, row.lines]);
    replace(sql, ("landed", "tool_call = ?1 AND git_commit = ?2 AND path = ?3"), landed)?;
    let paths = derived.paths.iter().map(|(written, path)| [*written, *path]);
    replace(sql, ("written_path", "written = ?1"), paths)?;
    if derived.sessions.is_none() { make_indexes(sql) } else { Ok(()) }
}

/// Makes the rows of a small table those given; rows that stay are not written again.
fn replace<const N: usize>(
    sql: &Connection,
    (table, is_key): (&str, &str),
    rows: impl Iterator<Item = [i64; N]>,
) -> rusqlite::Result<()> {
    let mut gone: FxHashSet<[i64; N]> = FxHashSet::default();
    each(sql, &format!("SELECT * FROM {table}"), |row| {
        let mut values = [0; N];
        (0..N).try_for_each(|at| row.get(at).map(|value| values[at] = value))?;
        gone.insert(values);
        Ok(())
    })?;
    let new: Vec<[i64; N]> = rows.filter(|row| !gone.remove(row)).collect();
    let mut delete = sql.prepare_cached(&format!("DELETE FROM {table} WHERE {is_key}"))?;
    let keys = delete.parameter_count();
    gone.iter().try_for_each(|row| delete.execute(params_from_iter(&row[..keys])).map(drop))?;
    let places = (1..=N).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
    let mut insert = sql.prepare_cached(&format!("INSERT OR REPLACE INTO {table} VALUES ({places})"))?;
    new.iter().try_for_each(|row| insert.execute(params_from_iter(row)).map(drop))
}

fn insert_turns(sql: &Connection, turns: &[TurnRow]) -> rusqlite::Result<()> {
    let mut statement = sql.prepare_cached(
        "INSERT OR REPLACE INTO turn (session, key, number, kind, end, started_at, ended_at, active_ms, \
         active_is_clamped, tool_ms, waiting_ms, waiting_is_inferred, inputs, calls, tools, prompt_source, \
         prompt_offset) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?;
    for row in turns {
        statement.execute(params![
            row.session,
            row.key,
            row.number,
            row.kind,
            row.end,
            row.started_at,
            row.ended_at,
            row.active_ms,
            row.active_is_clamped,
            row.tool_ms,
            row.waiting_ms,
            row.waiting_is_inferred,
            row.inputs,
            row.calls,
            row.tools,
            row.prompt_source,
            row.prompt_offset,
        ])?;
    }
    Ok(())
}

fn insert_ledger(sql: &Connection, ledger: &[LedgerRow]) -> rusqlite::Result<()> {
    let mut statement = sql.prepare_cached(
        "INSERT INTO ledger (session, call, turn, kind, at, agent, model, branch, input, output, cache_read, \
         cache_write_5m, cache_write_1h, web_searches, is_complete, cost, unpriced, bucket, unattributed) VALUES \
         (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?;
    for row in ledger {
        let usage = row.usage;
        statement.execute(params![
            row.session,
            row.call,
            row.turn,
            row.kind.code(),
            row.at,
            row.agent,
            row.model,
            row.branch,
            usage.input as i64,
            usage.output as i64,
            usage.cache_read as i64,
            usage.cache_write_5m as i64,
            usage.cache_write_1h as i64,
            usage.web_searches as i64,
            row.is_complete,
            row.cost.ok(),
            row.cost.err(),
            row.bucket,
            row.unattributed,
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(call: i64, cost: i64, unattributed: i64) -> LedgerRow {
        LedgerRow {
            call,
            session: 1,
            turn: None,
            kind: CallKind::Request,
            at: None,
            agent: 1,
            model: None,
            branch: None,
            usage: Usage::default(),
            is_complete: true,
            cost: Ok(cost),
            bucket: 1,
            unattributed,
        }
    }

    fn share(call: i64, git_commit: i64, nano: i64) -> ShareRow {
        ShareRow { call, git_commit, session: 1, nano, lines: 1 }
    }

    fn rows(ledger: Vec<LedgerRow>, shares: Vec<ShareRow>) -> SessionRows {
        SessionRows { ledger, shares, ..SessionRows::default() }
    }

    #[test]
    fn books_that_do_not_balance_are_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace.db");
        let mut writer = Writer::open(&path).unwrap();
        let add = "INSERT INTO session (key, id, agent) VALUES (1, 'a', 1)";
        writer.transact(|sql| sql.execute(add, [])).unwrap();
        let state = DerivedState("x".into());
        let facts = Facts::default();
        let all = Derived {
            sessions: None,
            fresh: Vec::new(),
            facts: &facts,
            links: Vec::new(),
            landed: Vec::new(),
            paths: Vec::new(),
        };
        let good = vec![share(1, 8, 1), share(1, 7, 5)];
        let written = writer.record_derived(&all, &state, &mut |_| rows(vec![row(1, 10, 4)], good.clone()));
        assert_eq!(written.unwrap(), 1);
        let bad = [vec![share(1, 7, 7)], vec![share(1, 7, 6), share(2, 7, 1)], vec![share(0, 7, 1), share(1, 7, 6)]];
        for shares in bad {
            let result = writer.record_derived(&all, &state, &mut |_| rows(vec![row(1, 10, 4)], shares.clone()));
            assert!(matches!(result, Err(StoreError::Unbalanced(_))));
        }
        Reader::open(&path).unwrap().check_books().unwrap();
        let left: i64 = writer.connection.query_row("SELECT sum(nano) FROM share", [], |row| row.get(0)).unwrap();
        assert_eq!(left, 6);
        writer.transact(|sql| sql.execute("UPDATE share SET nano = 7 WHERE git_commit = 7", [])).unwrap();
        assert!(Reader::open(&path).unwrap().check_books().is_err());
    }

    #[test]
    fn only_rows_that_changed_are_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Writer::open(&folder.path().join("trace.db")).unwrap();
        let sql = &writer.connection;
        let table = ("link", "git_commit = ?1 AND session = ?2");
        replace(sql, table, [[1, 1, 3, 8, 5], [2, 1, 3, 8, 5], [3, 1, 3, 8, 5]].into_iter()).unwrap();
        let before = sql.total_changes();
        replace(sql, table, [[1, 1, 3, 8, 5], [2, 1, 1, 9, 5]].into_iter()).unwrap();
        let mut found = Vec::new();
        each(sql, "SELECT git_commit, grade FROM link ORDER BY 1", |row| {
            found.push((row.get(0)?, row.get(1)?));
            Ok(())
        })
        .unwrap();
        assert_eq!(found, [(1, 3), (2, 1)]);
        assert_eq!(sql.total_changes() - before, 3, "two rows go, one comes");
    }
}
