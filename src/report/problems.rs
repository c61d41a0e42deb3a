//! `agent-trace problems`: what could not be read.

use serde::Serialize;

use super::ingest::KindCount;

/// Pieces of transcripts that could not be read. `agent-trace/problems/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProblemsReport {
    /// The problems, by file and offset.
    pub rows: Vec<ProblemEntry>,
    /// Problems beyond the limit.
    pub not_listed: u64,
    /// All problems by kind.
    pub kinds: Vec<KindCount>,
    /// Rows of types this version does not know, by type.
    pub unknown_rows: Vec<KindCount>,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProblemEntry {
    /// The file.
    pub file: String,
    /// Byte offset in it.
    pub offset: u64,
    /// What is wrong: `bad-json`, `torn-tail`, …
    pub kind: String,
    /// More about it; never text of the transcript.
    pub detail: String,
}
