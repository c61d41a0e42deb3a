//! Transcripts of coding agents, read as facts: bytes in, [`Event`]s and counted [`Problem`]s out.
//!
//! Total: any bytes are accepted, a bad line never hides a good one. Memory is
//! bounded by the longest line, not by the file. Another agent is one new file
//! beside `claude` and `gemini` and one arm in [`read()`].
//!
//! Must not know: prices, the store, git, or what a fact will be used for.

mod claude;
mod edit;
mod event;
mod format;
mod gemini;
mod json;
mod lines;
mod prompt;
mod read;
mod sighting;

pub use edit::{Change, Edit, EditSource};
pub use event::{
    AgentRun, Call, CallSource, CommitKind, Envelope, Event, Fact, LineClass, Problem, ProblemKind, QueueOp,
    ReportedUsage, Sighting, ToolResult, ToolUse,
};
pub use format::Format;
pub use lines::MAX_LINE;
pub use prompt::read_prompt;
pub use read::{Item, Outcome, Resume, read, read_agent_meta};
pub use sighting::makes_commits;
