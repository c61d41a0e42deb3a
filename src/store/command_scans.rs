//! What is known of the files that shell commands changed.

use rusqlite::{Transaction, params};

use super::error::StoreError;
use super::facts::each;
use super::names::Interner;
use super::open::Reader;

/// What a scan after a shell command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandScan {
    /// Key of the tool call.
    pub tool_call: i64,
    /// Key of the session.
    pub session: i64,
    /// When the command ended, UTC milliseconds.
    pub at: i64,
    /// How many files it changed for sure.
    pub files: i64,
    /// No other file can have been changed by it than these and those in doubt.
    pub is_complete: bool,
    /// Paths that it or somebody else may have changed, from the top of the work tree, and why that is not certain
    /// (see the schema).
    pub doubts: Vec<(String, i64)>,
}

/// A scan that is read again says the same; what was complete once stays so.
pub(super) fn write(sql: &Transaction<'_>, names: &mut Interner, scans: &[CommandScan]) -> rusqlite::Result<()> {
    for scan in scans {
        sql.prepare_cached(
            "INSERT INTO command_scan (tool_call, session, at, files, is_complete, is_ambiguous)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (tool_call) DO UPDATE SET files = max(files, excluded.files),
               is_complete = max(is_complete, excluded.is_complete),
               is_ambiguous = max(is_ambiguous, excluded.is_ambiguous)",
        )?
        .execute(params![
            scan.tool_call,
            scan.session,
            scan.at,
            scan.files,
            scan.is_complete,
            !scan.doubts.is_empty()
        ])?;
        for (path, reason) in &scan.doubts {
            let path = names.id(sql, path)?;
            sql.prepare_cached("INSERT OR IGNORE INTO doubtful_file (tool_call, path, reason) VALUES (?1, ?2, ?3)")?
                .execute(params![scan.tool_call, path, reason])?;
        }
    }
    Ok(())
}

/// A file that a command changed, or somebody else while it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtfulFile {
    /// Path from the top of the work tree.
    pub path: String,
    /// When the command ended, UTC milliseconds.
    pub at: i64,
}

impl Reader {
    /// Returns the files of which it is not certain who changed them, in order of path and time.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn doubtful_files(&self) -> Result<Vec<DoubtfulFile>, StoreError> {
        let mut found = Vec::new();
        let sql = "SELECT name.text, command_scan.at FROM doubtful_file JOIN name ON name.id = doubtful_file.path
            JOIN command_scan ON command_scan.tool_call = doubtful_file.tool_call ORDER BY 1, 2";
        each(&self.connection, sql, |row| {
            found.push(DoubtfulFile { path: row.get(0)?, at: row.get(1)? });
            Ok(())
        })
        .map_err(|error| self.fail(error))?;
        Ok(found)
    }
}
