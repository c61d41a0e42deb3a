//! What a report does not know.

use serde::Serialize;

/// A gap, as a count; renderers make a sentence of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// What is missing.
    pub kind: CoverageKind,
    /// How many. Gaps of 0 are left out of reports.
    pub count: u64,
    /// Out of how many, where there is such a number.
    pub of: Option<u64>,
    /// The names, the command that helps, or for [`CoverageKind::Other`] the whole sentence.
    pub detail: Option<String>,
}

/// The kinds of gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageKind {
    /// Commits that no session is linked with.
    CommitsWithoutSession,
    /// Commits whose content is not in this clone (shallow or partial).
    CommitsWithoutContent,
    /// Commits not compared with the sessions yet.
    CommitsNotScanned,
    /// Sessions that started subagents whose files are not there.
    SessionsWithoutSubagentFiles,
    /// Sessions whose transcripts are gone; their facts are kept.
    SessionsWithoutTranscript,
    /// Subagents of which only the final reply is known.
    SubagentFinalRepliesOnly,
    /// Pieces of transcripts that could not be read.
    Problems,
    /// Rows of types this version does not know.
    UnknownRows,
    /// Calls without a time: no filter by time can see them.
    CallsWithoutTime,
    /// Calls that have tokens and no model.
    CallsWithoutModel,
    /// Transcripts changed since they were last read.
    StaleTranscripts,
    /// Anything else; `detail` is the sentence.
    Other,
}
