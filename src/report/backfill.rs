//! `agent-trace backfill`: what transcripts alone say of commits that no hook saw.

use serde::Serialize;

/// Commits made before hooks were installed. `agent-trace/backfill/1`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct BackfillReport {
    /// Nothing was read or written.
    pub is_dry_run: bool,
    /// Commits that no hook saw and in which sessions wrote lines.
    pub commits: u64,
    /// Lines of agents in these, by how sure that is.
    pub lines: BackfillLines,
    /// Notes that were written, or would be; `null` where that was not asked for.
    pub notes: Option<u64>,
}

/// Lines that these commits added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct BackfillLines {
    /// Of agents: what tool calls did to the file leads from the commit's parent to the commit.
    pub exact: u64,
    /// Of agents: an edit wrote this very line.
    pub matched: u64,
    /// Of agents: what was added around them is.
    pub inferred: u64,
    /// Of which nothing is known.
    pub unknown: u64,
}
