//! Plain types shared by every layer: identifiers, amounts, instants, facts.
//!
//! Must not know: files, databases, terminals, clocks or any other module of this crate.

mod agent;
mod home;
mod hunk;
mod id;
mod line_class;
mod line_hash;
mod line_mark;
mod merge_method;
mod money;
mod reverted_pull;
mod timestamp;
mod usage;

pub use agent::Agent;
pub use home::without_home;
pub use hunk::Hunk;
pub use id::{AgentId, CommitId, IdError, MessageId, RowId, SessionId, ToolUseId};
pub(crate) use id::{bytes_key, derived_key, text_key};
pub use line_class::{LineClass, LineGrade, LineReason};
pub use line_hash::LineHash;
pub use line_mark::LineMark;
pub use merge_method::MergeMethod;
pub use money::NanoUsd;
pub use reverted_pull::reverted_pull;
pub use timestamp::Timestamp;
pub use usage::{InferenceGeo, ServiceTier, Speed, Usage};
