//! What other tools say of who wrote which lines: their records read, and written where their form is published.
//!
//! - [`GitAiNote`]: notes of git-ai in `refs/notes/ai`, of every version.
//! - [`TraceRecords`]: records of the "Agent Trace" format, which only shares its name with this program.
//! - [`Checkpoint`]: what the Entire CLI keeps of a commit's sessions.
//!
//! Bytes in, records out; any bytes are read, what is not understood is counted. All of it is hearsay: anybody can
//! write such a record, and none says how it knows.
//!
//! Must not know: git, the store, where records are kept, whether they are believed.

mod checkpoint;
mod contributor;
mod file_claims;
mod git_ai;
mod line_set;
#[cfg(test)]
mod strategies;
mod tool;
mod trace_record;
mod word;

pub use checkpoint::{Checkpoint, CheckpointSession, checkpoint_places};
pub use contributor::{AgentClaim, Contributor};
pub use file_claims::{FileClaims, LineClaim};
pub use git_ai::{GIT_AI_REF, GitAiNote, GitAiText, write_git_ai};
pub use line_set::LineSet;
pub use tool::{agent_of_tool, tool_of_agent};
pub use trace_record::{
    RecordProblem, RecordProblemKind, RecordStamp, Revision, TraceFile, TraceRecord, TraceRecords, write_trace_record,
};

/// Lines that one session wrote into one file of one commit, to be told to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthoredLines {
    /// The path in the commit.
    pub path: String,
    /// The lines in the commit's file.
    pub lines: LineSet,
    /// The session's id.
    pub session: crate::model::SessionId,
    /// The session's name in git-ai's notes: `s_` and fourteen digits.
    pub mark: String,
    /// The agent, as this program names it.
    pub agent: String,
    /// The model as recorded.
    pub model: Option<String>,
    /// Who makes the model, as models.dev names it.
    pub provider: Option<String>,
}
