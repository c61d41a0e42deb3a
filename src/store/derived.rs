//! Opinions on their way into the store; the law of the books is checked on every write.

use rusqlite::{Connection, params};

use super::commits::meta;
use super::error::StoreError;
use super::open::{Reader, Writer};
use super::rows::CallKind;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Everything one derivation says.
#[derive(Debug, Default)]
pub struct Derived {
    /// The sessions it speaks of; their old rows go. `None` means all.
    pub sessions: Option<Vec<i64>>,
    /// Turns.
    pub turns: Vec<TurnRow>,
    /// The books.
    pub ledger: Vec<LedgerRow>,
    /// Shares.
    pub shares: Vec<ShareRow>,
    /// Links; always all of them, `None` if they did not change.
    pub links: Option<Vec<LinkRow>>,
    /// Landed lines; always all of them, `None` if they did not change.
    pub landed: Option<Vec<LandedRow>>,
    /// What the shares of sessions rest on: key of the session and a hash.
    pub signatures: Vec<(i64, i64)>,
}

/// On what a derivation rests; another value means it must be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedState(pub String);

impl Writer {
    /// Writes a derivation, and that it rests on `state`.
    ///
    /// # Errors
    /// [`StoreError::Unbalanced`] if a request's shares and leftovers are not its cost; nothing is kept then.
    pub fn record_derived(&mut self, derived: &Derived, state: &DerivedState) -> Result<(), StoreError> {
        let mut unbalanced = None;
        let result = self.transact(|sql| {
            let is_full = derived.sessions.is_none();
            if is_full {
                drop_indexes(sql)?;
            }
            clear(sql, derived)?;
            insert(sql, derived)?;
            if is_full {
                make_indexes(sql)?;
            }
            unbalanced = first_unbalanced(sql)?;
            if unbalanced.is_some() {
                return Err(rusqlite::Error::ExecuteReturnedResults); // Rolls back; never seen outside.
            }
            let set = "INSERT INTO meta (key, value) \
             VALUES ('derived_state', ?1) ON CONFLICT DO UPDATE SET value = excluded.value";
            sql.execute(set, [&state.0])?;
            sql.execute("DELETE FROM meta WHERE key = 'notes_basis'", [])?; // Notes follow.
            sql.execute("DELETE FROM dirty_session", []).map(drop)
        });
        match unbalanced {
            Some(text) => Err(StoreError::Unbalanced(text)),
            None => result,
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

/// Two aggregates instead of a look-up a row: the sums of shares by request
/// are merged with the books, which both are in order of the request's key.
fn first_unbalanced(sql: &Connection) -> rusqlite::Result<Option<String>> {
    let mut statement = sql.prepare_cached(
        "SELECT ledger.call, coalesce(cost, 0), unattributed, coalesce(shared.nano, 0)
         FROM ledger LEFT JOIN (SELECT call, sum(nano) AS nano FROM share GROUP BY call) AS shared USING (call)
         WHERE coalesce(cost, 0) <> unattributed + coalesce(shared.nano, 0)
         UNION ALL
         SELECT call, NULL, 0, nano FROM share WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE ledger.call = share.call)
         LIMIT 1",
    )?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (call, cost): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
    let (left, shared): (i64, i64) = (row.get(2)?, row.get(3)?);
    let cost = cost.map_or("no".to_owned(), |cost| cost.to_string());
    Ok(Some(format!("request {call:x} has {cost} nano-USD of cost, {shared} in shares and {left} left over")))
}

/// Indexes of the tables that a full derivation writes anew: made after the rows, which is a third cheaper.
const INDEXES: [(&str, &str); 4] = [
    ("turn_of_session", "turn (session)"),
    ("ledger_of_session", "ledger (session)"),
    ("share_of_commit", "share (git_commit)"),
    ("spend_of_session", "spend (session)"),
];

fn drop_indexes(sql: &Connection) -> rusqlite::Result<()> {
    INDEXES.iter().try_for_each(|(name, _)| sql.execute_batch(&format!("DROP INDEX IF EXISTS {name}")))
}

fn make_indexes(sql: &Connection) -> rusqlite::Result<()> {
    INDEXES.iter().try_for_each(|(name, on)| sql.execute_batch(&format!("CREATE INDEX {name} ON {on}")))
}

fn clear(sql: &Connection, derived: &Derived) -> rusqlite::Result<()> {
    match &derived.sessions {
        None => sql.execute_batch(
            "DELETE FROM turn; DELETE FROM ledger; DELETE FROM share; DELETE FROM session_state; DELETE FROM spend;",
        )?,
        Some(sessions) => {
            let mut share = sql.prepare_cached(
                "DELETE FROM share WHERE call IN (SELECT call FROM ledger WHERE session = ?1) AND session = ?1",
            )?;
            let mut ledger = sql.prepare_cached("DELETE FROM ledger WHERE session = ?1")?;
            let mut turn = sql.prepare_cached("DELETE FROM turn WHERE session = ?1")?;
            let mut spend = sql.prepare_cached("DELETE FROM spend WHERE session = ?1")?;
            for session in sessions {
                share.execute([session])?;
                ledger.execute([session])?;
                turn.execute([session])?;
                spend.execute([session])?;
            }
        }
    }
    if derived.links.is_some() {
        sql.execute("DELETE FROM link", [])?;
    }
    if derived.landed.is_some() {
        sql.execute("DELETE FROM landed", [])?;
    }
    Ok(())
}

fn insert(sql: &Connection, derived: &Derived) -> rusqlite::Result<()> {
    insert_turns(sql, &derived.turns)?;
    insert_ledger(sql, &derived.ledger)?;
    insert_spend(sql, derived)?;
    let mut statement = sql.prepare_cached("INSERT INTO share VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for row in &derived.shares {
        statement.execute(params![row.call, row.git_commit, row.session, row.nano, row.lines])?;
    }
    let mut statement = sql.prepare_cached("INSERT OR REPLACE INTO session_state VALUES (?1, ?2)")?;
    for (session, signature) in &derived.signatures {
        statement.execute([session, signature])?;
    }
    let mut statement = sql.prepare_cached("INSERT OR REPLACE INTO link VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for row in derived.links.iter().flatten() {
        statement.execute(params![row.git_commit, row.session, row.grade, row.evidence, row.lines])?;
    }
    let mut statement = sql.prepare_cached("INSERT OR REPLACE INTO landed VALUES (?1, ?2, ?3, ?4)")?;
    for row in derived.landed.iter().flatten() {
        statement.execute(params![row.tool_call, row.git_commit, row.path, row.lines])?;
    }
    Ok(())
}

fn insert_turns(sql: &Connection, turns: &[TurnRow]) -> rusqlite::Result<()> {
    let mut statement = sql.prepare_cached(
        "INSERT OR REPLACE INTO turn VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?;
    for row in turns {
        statement.execute(params![
            row.key,
            row.session,
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
        "INSERT INTO ledger VALUES
         (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?;
    for row in ledger {
        let usage = row.usage;
        statement.execute(params![
            row.call,
            row.session,
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

/// The books in quarters of an hour, for the sessions that were written.
fn insert_spend(sql: &Connection, derived: &Derived) -> rusqlite::Result<()> {
    let sums = "INSERT INTO spend
        SELECT session, at / 900000, agent, kind, model, branch, bucket, unpriced, count(*), sum(NOT is_complete),
               sum(input), sum(output), sum(cache_read), sum(cache_write_5m), sum(cache_write_1h), sum(web_searches),
               sum(cost), sum(unattributed)
        FROM ledger";
    let groups = "GROUP BY session, at / 900000, agent, kind, model, branch, bucket, unpriced";
    match &derived.sessions {
        None => sql.execute(&format!("{sums} {groups}"), []).map(drop),
        Some(sessions) => {
            let mut statement = sql.prepare_cached(&format!("{sums} WHERE session = ?1 {groups}"))?;
            sessions.iter().try_for_each(|session| statement.execute([session]).map(drop))
        }
    }
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

    #[test]
    fn books_that_do_not_balance_are_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace.db");
        let mut writer = Writer::open(&path).unwrap();
        let state = DerivedState("x".into());
        let good =
            Derived { ledger: vec![row(1, 10, 4)], shares: vec![share(1, 7, 5), share(1, 8, 1)], ..Derived::default() };
        writer.record_derived(&good, &state).unwrap();
        for shares in [vec![share(1, 7, 7)], vec![share(1, 7, 6), share(2, 7, 1)]] {
            let bad = Derived { ledger: vec![row(1, 10, 4)], shares, ..Derived::default() };
            assert!(matches!(writer.record_derived(&bad, &state), Err(StoreError::Unbalanced(_))));
        }
        Reader::open(&path).unwrap().check_books().unwrap();
        let left: i64 = writer.connection.query_row("SELECT sum(nano) FROM share", [], |row| row.get(0)).unwrap();
        assert_eq!(left, 6);
    }
}
