//! `agent-trace sessions`: the list of sessions.

use serde::Serialize;

use super::books::Books;
use super::entry::SessionEntry;
use super::imbalance::{self, Imbalance};
use super::scope::{NotListed, Scope};

/// Sessions, newest first. `agent-trace/sessions/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionsReport {
    /// The filters.
    pub scope: Scope,
    /// The sessions.
    pub rows: Vec<SessionEntry>,
    /// Sessions beyond the limit.
    pub not_listed: NotListed,
    /// The bottom of the list.
    #[serde(flatten)]
    pub books: Books,
}

impl SessionsReport {
    /// Checks that the sessions sum to the total.
    ///
    /// # Errors
    /// [`Imbalance`] if they do not.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let rows = self.rows.iter().map(|row| row.cost).chain([Some(self.not_listed.cost)]);
        imbalance::check(|| "sessions".into(), rows, self.books.total)
    }
}
