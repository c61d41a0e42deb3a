//! Rows that several reports share.

use serde::Serialize;

use super::bucket::Parts;
use super::imbalance::{self, Imbalance};
use super::line_counts::LineCounts;
use super::missing::Missing;
use super::tokens::TokenCounts;
use super::wire;
use crate::model::{NanoUsd, Timestamp};

/// How sure a link between commit and session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The session made the commit: its tool printed the id, or a hook saw it.
    Produced,
    /// The commit's message or note names the session.
    Declared,
    /// Lines the session wrote stand in the commit.
    Landed,
}

/// One commit of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitEntry {
    /// The full id.
    pub commit: String,
    /// Its first ten digits.
    pub short: String,
    /// Name of the author, after mailmap.
    pub author: String,
    /// When it was committed.
    #[serde(serialize_with = "wire::text")]
    pub at: Timestamp,
    /// First line of the message.
    pub subject: String,
    /// What agents cost for it; `null` if no session is linked or nothing has a price.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub cost_missing: Option<Missing>,
    /// How the money reached it; they sum to `cost`.
    pub parts: Option<Parts>,
    /// Ids of the linked sessions.
    pub sessions: Vec<String>,
    /// Lines added that a session wrote; a lower bound.
    pub agent_lines: Option<u64>,
    /// Lines added.
    pub added_lines: Option<u64>,
    /// Why there are no line counts.
    pub lines_missing: Option<Missing>,
    /// Lines added, by who wrote them; `agent` may be more than `agent_lines`: lines that follow from their neighbours.
    pub added_by: Option<LineCounts>,
    /// Why they are not known.
    pub added_by_missing: Option<Missing>,
    /// The pull request that brought it; `null` if none is known.
    pub pull: Option<u64>,
    /// The best grade of its links.
    pub grade: Option<Grade>,
    /// What the links rest on, in words: `printed id`, `trailer`, `61 lines`, …
    pub evidence: Vec<String>,
}

impl CommitEntry {
    pub(super) fn balanced(&self) -> Result<(), Imbalance> {
        if let (Some(added), Some(by)) = (self.added_lines, self.added_by) {
            imbalance::check_lines(|| format!("lines of `{}`", self.short), [by.lines()], added)?;
        }
        let Some(parts) = &self.parts else { return Ok(()) };
        imbalance::check(|| format!("parts of `{}`", self.short), parts.amounts(), self.cost.unwrap_or_default())
    }
}

/// One session of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionEntry {
    /// The full id.
    pub session: String,
    /// As much of it as is unique, for people.
    pub short: String,
    /// Name of the coding agent.
    pub agent: String,
    /// First fact of it.
    #[serde(serialize_with = "wire::text_or_null")]
    pub started: Option<Timestamp>,
    /// Last fact of it.
    #[serde(serialize_with = "wire::text_or_null")]
    pub ended: Option<Timestamp>,
    /// Branch checked out most of the time.
    pub branch: Option<String>,
    /// Turns.
    pub turns: u64,
    /// Billed calls.
    pub calls: u64,
    /// Calls whose output is a placeholder.
    pub incomplete_calls: u64,
    /// Calls without a price.
    pub unpriced_calls: u64,
    /// Time the agent worked; `null` if its version does not tell.
    pub active_ms: Option<u64>,
    /// Time it waited for a person.
    pub wait_ms: Option<u64>,
    /// Time tools ran.
    pub tool_ms: Option<u64>,
    /// Why a time is missing.
    pub time_missing: Option<Missing>,
    /// Tokens of `calls`.
    pub tokens: TokenCounts,
    /// The priced money.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub cost_missing: Option<Missing>,
    /// Commits linked with it.
    pub landed_commits: u64,
    /// Its lines that stand in commits.
    pub landed_lines: u64,
}
