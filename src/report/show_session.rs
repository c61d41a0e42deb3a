//! `agent-trace show <session>`: a session as a tree.

use serde::Serialize;

use super::books::Books;
use super::bucket::BucketCost;
use super::entry::{Grade, SessionEntry};
use super::imbalance::{self, Imbalance};
use super::node::Node;
use super::wire;
use crate::model::NanoUsd;

/// One session explained. `agent-trace/show-session/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShowSessionReport {
    /// IANA name of the zone in which times are shown.
    pub timezone: String,
    /// The session, as in the list.
    pub session: SessionEntry,
    /// Version of the agent's client.
    pub agent_version: Option<String>,
    /// Models it used, most expensive first.
    pub models: Vec<String>,
    /// Where its money went; sums to the total.
    pub buckets: Vec<BucketCost>,
    /// Commits its money went to.
    pub commits: Vec<LandedCommit>,
    /// Turns and what is outside of them, in order; their costs sum to the total.
    pub tree: Vec<Node>,
    /// The bottom.
    #[serde(flatten)]
    pub books: Books,
}

/// A commit that took money of a session or a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LandedCommit {
    /// The full id.
    pub commit: String,
    /// Its first ten digits.
    pub short: String,
    /// First line of the message.
    pub subject: String,
    /// The best grade of the link.
    pub grade: Grade,
    /// Lines of the session in it.
    pub landed_lines: u64,
    /// What of the money it took.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano")]
    pub cost: NanoUsd,
}

/// Checks what session and turn have in common.
pub(super) fn check(
    buckets: &[BucketCost],
    commits: &[LandedCommit],
    tree: &[Node],
    books: &Books,
) -> Result<(), Imbalance> {
    let total = books.total;
    imbalance::check(|| "buckets".into(), buckets.iter().map(|bucket| Some(bucket.cost)), total)?;
    let landed = commits.iter().map(|commit| Some(commit.cost));
    imbalance::check(|| "commits and unattributed".into(), landed.chain(books.leftovers()), total)?;
    imbalance::check(|| "tree".into(), tree.iter().map(|node| node.cost), total)?;
    tree.iter().try_for_each(Node::balanced)
}

impl ShowSessionReport {
    /// Checks that buckets, commits with leftovers, and the tree each sum to the total.
    ///
    /// # Errors
    /// [`Imbalance`] with the first sum that fails.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        imbalance::check(|| "session".into(), [self.session.cost], self.books.total)?;
        check(&self.buckets, &self.commits, &self.tree, &self.books)
    }
}
