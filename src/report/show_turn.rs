//! `agent-trace show <turn>`: one turn.

use serde::Serialize;

use super::books::Books;
use super::bucket::BucketCost;
use super::imbalance::Imbalance;
use super::missing::Missing;
use super::node::Node;
use super::show_session::{self, LandedCommit};
use super::wire;
use crate::model::Timestamp;

/// One turn explained. `agent-trace/show-turn/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShowTurnReport {
    /// IANA name of the zone in which times are shown.
    pub timezone: String,
    /// Id of the turn: what `show` takes.
    pub turn: String,
    /// Its session.
    pub session: String,
    /// Its number in the session, from 1.
    pub number: u64,
    /// Name of the coding agent.
    pub agent: String,
    /// What began it: `prompt`, `command`, `background`, `plan_handoff`, `teammate`, `partial`.
    pub kind: String,
    /// What ended it: `stop`, `interrupt`, `next_input`, `end_of_file`, `blocked`, `error`.
    pub end: String,
    /// When it began.
    #[serde(serialize_with = "wire::text_or_null")]
    pub started: Option<Timestamp>,
    /// When it ended.
    #[serde(serialize_with = "wire::text_or_null")]
    pub ended: Option<Timestamp>,
    /// From begin to end.
    pub wall_ms: Option<u64>,
    /// Time the agent worked; `null` if its version does not tell.
    pub active_ms: Option<u64>,
    /// Time it waited for a person.
    pub wait_ms: Option<u64>,
    /// Time tools ran.
    pub tool_ms: Option<u64>,
    /// Why a time is missing.
    pub time_missing: Option<Missing>,
    /// The prompt, read from the transcript; only when asked for.
    pub prompt: Option<String>,
    /// Why there is none.
    pub prompt_missing: Option<Missing>,
    /// Where its money went; sums to the total.
    pub buckets: Vec<BucketCost>,
    /// Commits its money went to.
    pub commits: Vec<LandedCommit>,
    /// Calls, tools, subagents and waits in order; their costs sum to the total.
    pub tree: Vec<Node>,
    /// The bottom.
    #[serde(flatten)]
    pub books: Books,
}

impl ShowTurnReport {
    /// Checks that buckets, commits with leftovers, and the tree each sum to the total.
    ///
    /// # Errors
    /// [`Imbalance`] with the first sum that fails.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        show_session::check(&self.buckets, &self.commits, &self.tree, &self.books)
    }
}
