//! Versions of the file: additive migrations, one compatibility number, derived tables apart.
//!
//! `user_version` is a compatibility number, not a counter: it changes only
//! when an older program must not touch the file any more. Additive migrations
//! keep it, and migrations of a later program that this one does not know are
//! no reason to stop.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::commits::FIRST_CALL;
use super::error::StoreError;

/// The compatibility number this program reads and writes.
pub(super) const COMPATIBILITY: i64 = 1;

/// `agtr`, so that `file` and this program know whose database it is.
const APPLICATION_ID: i64 = 0x6167_7472;

/// Version of the rules behind the derived tables; another number rebuilds them.
pub(super) const DERIVED_VERSION: i64 = 4;

/// Released migrations are never edited; `tests/it/schema.rs` holds their hashes.
const MIGRATIONS: [(i64, &str); 7] = [
    (1, include_str!("schema/0001_facts.sql")),
    (2, include_str!("schema/0002_capture.sql")),
    (3, include_str!("schema/0003_notes.sql")),
    (4, include_str!("schema/0004_lines.sql")),
    (5, include_str!("schema/0005_live.sql")),
    (6, include_str!("schema/0006_imported.sql")),
    (7, include_str!("schema/0007_pulls.sql")),
];

const DERIVED: &str = include_str!("schema/derived.sql");
const VIEWS: &str = include_str!("schema/views.sql");

const DERIVED_TABLES: [&str; 12] = [
    "turn",
    "ledger",
    "share",
    "link",
    "landed",
    "session_state",
    "evidence",
    "spend",
    "written_path",
    "line_commit",
    "line_file",
    "line_record",
];

/// Refuses a file that a later program has closed to this one, or that is not ours.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let fail = |error| StoreError::from_sqlite(path, error);
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(fail);
    let (found, application) = (number("PRAGMA user_version")?, number("PRAGMA application_id")?);
    if application != APPLICATION_ID && (application != 0 || number("SELECT count(*) FROM sqlite_schema")? != 0) {
        return Err(StoreError::Damaged { path: path.into(), detail: "another program's database".into() });
    }
    let known = known_compatibility();
    if found <= known {
        return Ok(());
    }
    let newest = "SELECT by_version FROM migration ORDER BY id DESC LIMIT 1";
    let by = connection.query_row(newest, [], |row| row.get(0)).optional().ok().flatten();
    Err(StoreError::Newer { path: path.into(), found, known, by: by.unwrap_or_else(|| "of a later version".into()) })
}

/// `AGENT_TRACE_FORCE_FORMAT` makes the refusal testable without a second program.
fn known_compatibility() -> i64 {
    let forced = std::env::var("AGENT_TRACE_FORCE_FORMAT").ok();
    forced.and_then(|number| number.parse().ok()).unwrap_or(COMPATIBILITY)
}

/// Applies what is missing, all or nothing.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    if is_current(connection) {
        return Ok(());
    }
    let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    sql.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (
           id INTEGER PRIMARY KEY, by_version TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT (datetime('now')),
           by_exe TEXT
         ) STRICT;",
    )?;
    for (id, text) in MIGRATIONS {
        let known = sql.query_row("SELECT 1 FROM migration WHERE id = ?1", [id], |_| Ok(())).optional()?;
        if known.is_none() {
            sql.execute_batch(text)?;
            sql.execute(
                "INSERT INTO migration (id, by_version, by_exe) VALUES (?1, ?2, ?3)",
                params![id, env!("CARGO_PKG_VERSION"), this_program()],
            )?;
        }
    }
    rebuild_derived(&sql)?;
    sql.pragma_update(None, "application_id", APPLICATION_ID)?;
    sql.pragma_update(None, "user_version", COMPATIBILITY)?;
    sql.commit()
}

/// Which copy it was, for the day on which two are on PATH.
fn this_program() -> Option<String> {
    Some(std::env::current_exe().ok()?.to_string_lossy().into_owned())
}

/// Tells whether anything was ever committed to the file.
pub(super) fn is_begun(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0))
}

fn is_current(connection: &Connection) -> bool {
    let known = MIGRATIONS.last().map_or(0, |(id, _)| *id);
    let applied =
        connection.query_row("SELECT count(*) FROM migration WHERE id <= ?1", [known], |row| row.get::<_, i64>(0));
    let derived =
        connection.query_row("SELECT value FROM meta WHERE key = 'derived_version'", [], |row| row.get::<_, String>(0));
    // Numbers are given before their migrations are merged: one below the newest may still be missing.
    applied.is_ok_and(|count| count == MIGRATIONS.len() as i64)
        && derived.is_ok_and(|version| version == DERIVED_VERSION.to_string())
}

/// Drops every opinion; the next derivation makes them anew from the facts.
fn rebuild_derived(sql: &Connection) -> rusqlite::Result<()> {
    let views: Vec<String> = sql
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'view'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for view in views {
        sql.execute_batch(&format!("DROP VIEW \"{}\"", view.replace('"', "\"\"")))?;
    }
    for table in DERIVED_TABLES {
        sql.execute_batch(&format!("DROP TABLE IF EXISTS {table}"))?;
    }
    sql.execute_batch(DERIVED)?;
    sql.execute_batch(VIEWS)?;
    let set = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value";
    sql.execute(set, params!["derived_version", DERIVED_VERSION.to_string()])?;
    sql.execute("DELETE FROM meta WHERE key IN ('derived_state', ?1)", [FIRST_CALL])?;
    super::line_records::outdate(sql)?;
    Ok(())
}
