//! Records of the "Agent Trace" format (Cursor's proposal, 0.1): files, conversations, ranges of lines.
//!
//! The format shares its name with this program and nothing else. It says nothing of where records are kept: files with
//! one record, a list of them, or one a line are read; the folder `.agent-trace/` of its reference code is not ours.

mod read;
mod write;

pub use read::{RecordProblem, RecordProblemKind, Revision, TraceFile, TraceRecord, TraceRecords};
pub use write::{RecordStamp, write_trace_record};

/// Where our own words stand in a record's metadata: who the agent of a session is.
const OWN_KEY: &str = "io.github.agent-trace";
