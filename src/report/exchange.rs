//! `agent-trace import` and `agent-trace export --write`: what went in and out.

use serde::Serialize;

/// What an import did. `agent-trace/import/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Files read.
    pub files: u64,
    /// Records in them.
    pub records: u64,
    /// Records that were not in the database.
    pub new: u64,
    /// Records that said something else before.
    pub changed: u64,
    /// Records that were in the database like this.
    pub unchanged: u64,
    /// Records kept for a commit that is not in this clone.
    pub of_unknown_commits: u64,
    /// Lines of the records that were kept.
    pub lines: u64,
    /// What could not be used, by file and kind.
    pub problems: Vec<ImportProblem>,
}

/// What could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportProblem {
    /// The file.
    pub file: String,
    /// What is wrong.
    pub kind: String,
    /// How often.
    pub count: u64,
    /// The line of the file where it was met first, from 1.
    pub first_line: u64,
}

/// What was written for others. `agent-trace/export/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExportReport {
    /// The reference the notes are in.
    pub reference: String,
    /// Commits that have a note now and had none.
    pub written: u64,
    /// Commits that had a note, which stays.
    pub existing: u64,
    /// Commits without lines of agents.
    pub without_lines: u64,
    /// Lines in the notes written.
    pub lines: u64,
    /// Files whose path the format cannot hold.
    pub left_out: u64,
}
