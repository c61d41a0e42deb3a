//! `agent-trace ingest`: what was read.

use serde::Serialize;

/// What one ingest did. `agent-trace/ingest/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IngestReport {
    /// Transcripts looked at.
    pub files: FileCounts,
    /// Bytes read.
    pub bytes: u64,
    /// Rows read.
    pub rows: u64,
    /// New problems by kind.
    pub problems: Vec<KindCount>,
    /// New rows of unknown types, by type.
    pub unknown_rows: Vec<KindCount>,
    /// Commits.
    pub commits: CommitCounts,
    /// Sessions in the database now.
    pub sessions: u64,
    /// Turns in the database now.
    pub turns: u64,
    /// Billed calls in the database now.
    pub calls: u64,
    /// Notes that were written; `null` where notes are not switched on.
    pub notes: Option<u64>,
    /// How long it took; the only field that differs between equal runs.
    pub elapsed_ms: u64,
    /// Path of the database.
    pub database: String,
}

/// What became of the transcripts found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FileCounts {
    /// Read, whole or from where the last ingest stopped.
    pub read: u64,
    /// Not changed since the last ingest.
    pub unchanged: u64,
    /// Of another repository.
    pub foreign: u64,
    /// Of no known format, or not readable.
    pub skipped: u64,
}

/// What became of the commits found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CommitCounts {
    /// Seen for the first time.
    pub new: u64,
    /// Whose lines were compared.
    pub scanned: u64,
    /// Whose content is not in this clone.
    pub without_content: u64,
    /// In the database now.
    pub total: u64,
}

/// How often something was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// What.
    pub kind: String,
    /// How often.
    pub count: u64,
}
