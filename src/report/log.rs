//! `agent-trace log`: commits with what they cost.

use serde::Serialize;

use super::books::Books;
use super::entry::CommitEntry;
use super::imbalance::{self, Imbalance};
use super::scope::{NotListed, Scope};

/// Commits, newest first, with cost and agent share. `agent-trace/log/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogReport {
    /// The filters.
    pub scope: Scope,
    /// The commits.
    pub rows: Vec<CommitEntry>,
    /// Commits with money that are not in the list.
    pub not_listed: NotListed,
    /// The bottom of the list.
    #[serde(flatten)]
    pub books: Books,
}

impl LogReport {
    /// Checks that commits and leftovers sum to the total, and parts to their commits.
    ///
    /// # Errors
    /// [`Imbalance`] with the first sum that fails.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let rows = self.rows.iter().map(|row| row.cost).chain([Some(self.not_listed.cost)]);
        imbalance::check(|| "log".into(), rows.chain(self.books.leftovers()), self.books.total)?;
        self.rows.iter().try_for_each(CommitEntry::balanced)
    }
}
