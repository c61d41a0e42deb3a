//! `agent-trace` alone: one screen.

use serde::Serialize;

use super::books::Books;
use super::entry::{CommitEntry, SessionEntry};
use super::imbalance::{self, Imbalance};
use super::missing::Missing;
use super::scope::Scope;
use super::wire;
use crate::model::{NanoUsd, Timestamp};

/// The whole repository on one screen. `agent-trace/overview/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverviewReport {
    /// Name of the repository's folder.
    pub repository: String,
    /// The filters.
    pub scope: Scope,
    /// First fact in scope.
    #[serde(serialize_with = "wire::text_or_null")]
    pub first: Option<Timestamp>,
    /// Last fact in scope.
    #[serde(serialize_with = "wire::text_or_null")]
    pub last: Option<Timestamp>,
    /// Sessions.
    pub sessions: u64,
    /// Turns.
    pub turns: u64,
    /// Billed calls.
    pub calls: u64,
    /// Commits.
    pub commits: u64,
    /// Commits linked with a session.
    pub commits_with_session: u64,
    /// Time agents worked; `null` if no session tells.
    pub active_ms: Option<u64>,
    /// Time they waited for a person.
    pub wait_ms: Option<u64>,
    /// Why a time is missing.
    pub time_missing: Option<Missing>,
    /// Σ cost of commits; with the unattributed money it is the total.
    #[serde(rename = "attributed_nano_usd", serialize_with = "wire::nano")]
    pub attributed: NanoUsd,
    /// Every model, most expensive first; they sum to the total.
    pub models: Vec<ModelCost>,
    /// Every day from the first to the last, days without cost included, at most the last 60.
    pub days: Vec<DayCost>,
    /// The newest commits that have a cost.
    pub recent_commits: Vec<CommitEntry>,
    /// The most expensive sessions.
    pub top_sessions: Vec<SessionEntry>,
    /// What to try next.
    pub hints: Vec<Hint>,
    /// The bottom.
    #[serde(flatten)]
    pub books: Books,
}

/// What one model cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelCost {
    /// The model as recorded; `null` if none was.
    pub model: Option<String>,
    /// Its calls.
    pub calls: u64,
    /// The priced money.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub cost_missing: Option<Missing>,
}

/// What one day cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayCost {
    /// The day in the report's zone, `2026-01-23`.
    pub day: String,
    /// What was spent; 0 on a day without calls.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano")]
    pub cost: NanoUsd,
}

/// A command worth trying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// The command, ready to paste.
    pub command: String,
    /// What it shows.
    pub purpose: String,
}

impl OverviewReport {
    /// Checks that commits and leftovers, and models, each sum to the total.
    ///
    /// # Errors
    /// [`Imbalance`] with the first sum that fails.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let total = self.books.total;
        imbalance::check(|| "models".into(), self.models.iter().map(|model| model.cost), total)?;
        let attributed = [Some(self.attributed)].into_iter();
        imbalance::check(|| "commits and unattributed".into(), attributed.chain(self.books.leftovers()), total)?;
        self.recent_commits.iter().try_for_each(CommitEntry::balanced)
    }
}
