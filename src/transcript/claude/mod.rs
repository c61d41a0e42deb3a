//! Claude Code transcripts, 2.0.64 and later: JSON objects, one a line, mostly.
//!
//! Facts about the format are measured ones; see `fixtures/README.md` for one
//! file a fact.

mod assistant;
mod classify;
mod meta;
mod other;
mod patch;
mod reader;
mod row;
mod tool_result;
mod usage;
mod user;

pub(super) use classify::prompt_text;
pub(super) use meta::agent_meta;
pub(super) use reader::Reader;
pub(super) use row::Row;
