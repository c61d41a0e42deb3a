//! `agent-trace pr report`: what the agent sessions of a pull request cost, from notes alone.

use serde::{Deserialize, Serialize};

use super::imbalance::{self, Imbalance};
use super::missing::Missing;
use super::tokens::TokenCounts;
use super::wire;
use crate::model::{NanoUsd, Timestamp};

/// What a pull request cost. `agent-trace/pull/1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PullReport {
    /// The commit it would be merged into.
    pub base: String,
    /// Its last commit.
    pub head: String,
    /// Where the two part; `null` if that is not in this clone.
    pub merge_base: Option<String>,
    /// Everything.
    pub total: PullUsage,
    /// Its lines.
    pub lines: PullLines,
    /// What changed since an earlier head, if one was named.
    pub since: Option<PullSince>,
    /// What landings on the base cost in the middle; `null` if none of them has a note.
    pub median: Option<PullMedian>,
    /// How much of it is known.
    pub coverage: PullCoverage,
    /// The budget, if one was set.
    pub budget: Option<PullBudget>,
    /// By model, the dearest first.
    pub models: Vec<PullModel>,
    /// By commit, oldest first. Usage that stands in several notes counts at the first of them.
    pub commits: Vec<PullCommitRow>,
    /// By session, the dearest first.
    pub sessions: Vec<PullSession>,
    /// Days of the price tables.
    pub prices: Vec<String>,
    /// Who pays, where somebody said so: `api`, `plan`.
    pub billing: Vec<String>,
}

/// What was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullUsage {
    /// The priced money, to a micro-dollar; `null` if nothing of it has a price.
    #[serde(
        rename = "cost_nano_usd",
        serialize_with = "wire::nano_or_null",
        deserialize_with = "wire::read_nano_or_null"
    )]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub cost_missing: Option<Missing>,
    /// Billed requests.
    pub requests: u64,
    /// Of these without a price: the money is a lower bound.
    pub unpriced_requests: u64,
    /// Tokens.
    pub tokens: TokenCounts,
}

/// Lines of a pull request or of a commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullLines {
    /// Lines added, merges left out; `null` if content is not in this clone.
    pub added: Option<u64>,
    /// Of these by agents; `null` if no note says.
    pub agent: Option<u64>,
    /// Why one of them is not known.
    pub missing: Option<Missing>,
}

impl PullLines {
    /// Returns the agents' part of the added lines, in percent; `None` if it is not known or nothing was added.
    pub fn agent_percent(&self) -> Option<f64> {
        let (added, agent) = (self.added.filter(|added| *added > 0)?, self.agent?);
        Some(agent as f64 * 100.0 / added as f64)
    }
}

/// The difference to an earlier head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullSince {
    /// That head.
    pub head: String,
    /// Money now less money then; negative if commits were dropped. `null` if that head is not in this clone.
    #[serde(
        rename = "cost_nano_usd",
        serialize_with = "wire::nano_or_null",
        deserialize_with = "wire::read_nano_or_null"
    )]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub missing: Option<Missing>,
    /// Tokens now less tokens then.
    pub tokens: Option<i64>,
}

/// The middle of what landed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullMedian {
    /// Landings with a note it was taken over.
    pub landings: u64,
    /// The median.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano", deserialize_with = "wire::read_nano")]
    pub cost: NanoUsd,
}

/// How much is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullCoverage {
    /// Commits, merges without a note left out.
    pub commits: u64,
    /// Of these with a note that names a session.
    pub traced: u64,
    /// Those without.
    pub untraced: Vec<String>,
    /// Whether the whole range is in this clone.
    pub is_complete: bool,
    /// Notes whose text could not be had.
    pub missing_notes: Vec<String>,
    /// Damaged lines in notes.
    pub bad_lines: u64,
    /// Sessions that were redacted.
    pub redacted: Vec<String>,
}

impl PullCoverage {
    /// Returns the traced part of the commits, in percent; 100 if there are none.
    pub fn percent(&self) -> f64 {
        if self.commits == 0 { 100.0 } else { self.traced as f64 * 100.0 / self.commits as f64 }
    }
}

/// A budget and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullBudget {
    /// What a pull request may cost.
    #[serde(rename = "limit_nano_usd", serialize_with = "wire::nano", deserialize_with = "wire::read_nano")]
    pub limit: NanoUsd,
    /// Whether it does.
    pub verdict: BudgetVerdict,
}

/// What came of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetVerdict {
    /// It costs less, or exactly as much.
    Ok,
    /// It costs more.
    Over,
    /// It costs less as far as is known, and not all is known.
    Unknown,
}

/// What one model used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullModel {
    /// The model; `null` if it was not recorded.
    pub model: Option<String>,
    /// What it used.
    #[serde(flatten)]
    pub usage: PullUsage,
}

/// What one commit used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullCommitRow {
    /// The commit.
    pub commit: String,
    /// First line of its message.
    pub subject: String,
    /// It is a merge.
    pub is_merge: bool,
    /// Its note names a session.
    pub is_traced: bool,
    /// Sessions of its note.
    pub sessions: u64,
    /// Its lines.
    pub lines: PullLines,
    /// What was used for it; no cost and `no_session` if it has no trace.
    #[serde(flatten)]
    pub usage: PullUsage,
}

/// What one session used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullSession {
    /// Its name in notes, `s_…`.
    pub session: String,
    /// The agent.
    pub agent: String,
    /// Commits of the pull request whose notes name it.
    pub commits: u64,
    /// Its lines in them; `null` if no note says.
    pub lines: Option<u64>,
    /// From its first request to its last one.
    #[serde(serialize_with = "wire::text_or_null", deserialize_with = "wire::read_time_or_null")]
    pub first: Option<Timestamp>,
    /// The last one.
    #[serde(serialize_with = "wire::text_or_null", deserialize_with = "wire::read_time_or_null")]
    pub last: Option<Timestamp>,
    /// What it used.
    #[serde(flatten)]
    pub usage: PullUsage,
}

impl PullReport {
    /// Checks that models, commits and sessions each sum to the total.
    ///
    /// # Errors
    /// [`Imbalance`] with the first that does not.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let total = self.total.cost.unwrap_or_default();
        imbalance::check(|| "models".into(), self.models.iter().map(|row| row.usage.cost), total)?;
        imbalance::check(|| "commits".into(), self.commits.iter().map(|row| row.usage.cost), total)?;
        imbalance::check(|| "sessions".into(), self.sessions.iter().map(|row| row.usage.cost), total)
    }
}
