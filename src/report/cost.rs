//! `agent-trace cost`: money by one dimension.

use std::fmt;

use serde::Serialize;

use super::books::Books;
use super::bucket::Parts;
use super::cost_key::CostKey;
use super::imbalance::{self, Imbalance};
use super::missing::Missing;
use super::scope::{NotListed, Scope};
use super::tokens::TokenCounts;
use super::wire;
use crate::model::NanoUsd;

/// What the rows of a cost report are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CostBy {
    /// A commit; the rest is unattributed.
    Commit,
    /// A session.
    Session,
    /// A turn.
    Turn,
    /// A model.
    Model,
    /// A calendar day in the report's zone.
    Day,
    /// An ISO week in the report's zone.
    Week,
    /// A calendar month in the report's zone.
    Month,
    /// The branch checked out.
    Branch,
    /// The author of the commit.
    Author,
    /// The coding agent.
    Agent,
    /// The tool; allocated, not measured.
    Tool,
    /// The file.
    File,
    /// The pull request that brought the commit; the rest is unattributed.
    #[serde(rename = "pr")]
    Pull,
    /// Everything in one row.
    None,
}

impl CostBy {
    /// Every dimension, in the order help texts show them.
    pub const ALL: [CostBy; 14] = [
        CostBy::Commit,
        CostBy::Session,
        CostBy::Turn,
        CostBy::Model,
        CostBy::Day,
        CostBy::Week,
        CostBy::Month,
        CostBy::Branch,
        CostBy::Author,
        CostBy::Agent,
        CostBy::Tool,
        CostBy::File,
        CostBy::Pull,
        CostBy::None,
    ];

    /// Returns the name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            CostBy::Commit => "commit",
            CostBy::Session => "session",
            CostBy::Turn => "turn",
            CostBy::Model => "model",
            CostBy::Day => "day",
            CostBy::Week => "week",
            CostBy::Month => "month",
            CostBy::Branch => "branch",
            CostBy::Author => "author",
            CostBy::Agent => "agent",
            CostBy::Tool => "tool",
            CostBy::File => "file",
            CostBy::Pull => "pr",
            CostBy::None => "none",
        }
    }

    /// Tells whether the rows and the unattributed money together are the total; else the rows alone are.
    pub fn leaves_unattributed(self) -> bool {
        matches!(self, CostBy::Commit | CostBy::Pull)
    }

    /// Tells whether rows hold shares of calls rather than whole ones.
    pub fn shares_calls(self) -> bool {
        matches!(self, CostBy::Commit | CostBy::Author | CostBy::File | CostBy::Pull | CostBy::Tool)
    }

    /// Returns the fields that rows of this dimension never have, with the reason.
    pub fn absent(self) -> Vec<Absent> {
        let mut absent = Vec::new();
        if self != CostBy::Commit {
            absent.push(Absent { field: "parts", reason: "only commits have them" });
        }
        if self != CostBy::Tool {
            absent.push(Absent { field: "carry_nano_usd", reason: "only tools have it" });
        }
        if self.shares_calls() {
            absent.push(Absent { field: "tokens", reason: "rows hold shares of calls" });
            absent.push(Absent { field: "web_searches", reason: "rows hold shares of calls" });
        }
        if self == CostBy::File {
            for field in ["calls", "incomplete_calls", "unpriced_calls", "sessions"] {
                absent.push(Absent { field, reason: "a commit's money is spread over its files by lines" });
            }
        }
        if !matches!(self, CostBy::Commit | CostBy::Author | CostBy::File | CostBy::Pull) {
            absent.push(Absent { field: "lines", reason: "only commits, authors, files and pull requests have them" });
        }
        absent
    }
}

impl fmt::Display for CostBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A field that is `null` in every row of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Absent {
    /// The field.
    pub field: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// Money by one dimension. `agent-trace/cost/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CostReport {
    /// The dimension.
    pub by: CostBy,
    /// The filters.
    pub scope: Scope,
    /// The rows, in the order they are shown.
    pub rows: Vec<CostRow>,
    /// Rows beyond the limit.
    pub not_listed: NotListed,
    /// Fields no row has: [`CostBy::absent`].
    pub absent: Vec<Absent>,
    /// The bottom of the list.
    #[serde(flatten)]
    pub books: Books,
}

/// One row of a cost report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CostRow {
    /// What the row is.
    pub key: CostKey,
    /// The priced money; `null` if all of it is unpriced.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub cost_missing: Option<Missing>,
    /// Calls that add nothing to `cost` because they have no price.
    pub unpriced_calls: Option<u64>,
    /// All calls. By commit: those with a share in it.
    pub calls: Option<u64>,
    /// Calls whose output is a placeholder.
    pub incomplete_calls: Option<u64>,
    /// Sessions with a call in the row.
    pub sessions: Option<u64>,
    /// Tokens of `calls`; `null` where rows hold shares of calls, which have no tokens of their own.
    pub tokens: Option<TokenCounts>,
    /// Web searches of `calls`.
    pub web_searches: Option<u64>,
    /// By commit: how the money reached it; they sum to `cost`.
    pub parts: Option<Parts>,
    /// By tool: the part of `cost` that is cache reads of what the tool left in the context; the rest is the tool's
    /// own.
    #[serde(rename = "carry_nano_usd", serialize_with = "wire::nano_or_null")]
    pub carry: Option<NanoUsd>,
    /// Lines of the agent among the lines added.
    pub lines: Option<LineShare>,
    /// A remark: `reverted`, `merge`, `2 calls unpriced`, …
    pub note: Option<String>,
}

/// How many lines came from an agent. A lower bound: rewritten lines are not recognised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LineShare {
    /// Lines that a session wrote and the commit added.
    pub landed: u64,
    /// All lines added.
    pub added: u64,
}

impl CostReport {
    /// Checks that rows and leftovers sum to the total, and parts to their rows.
    ///
    /// # Errors
    /// [`Imbalance`] with the first sum that fails.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let rows = self.rows.iter().map(|row| row.cost).chain([Some(self.not_listed.cost)]);
        let leftovers = self.books.leftovers().filter(|_| self.by.leaves_unattributed());
        imbalance::check(|| format!("cost by {}", self.by), rows.chain(leftovers), self.books.total)?;
        self.rows.iter().try_for_each(CostRow::balanced)
    }
}

impl CostRow {
    fn balanced(&self) -> Result<(), Imbalance> {
        match &self.parts {
            Some(parts) => {
                let whole = self.cost.unwrap_or_default();
                imbalance::check(|| format!("parts of `{}`", self.key.label), parts.amounts(), whole)
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Leftover, LeftoverKind};
    use proptest::prelude::*;

    fn row(cost: i64) -> CostRow {
        let parts = NanoUsd(cost).split(&[1, 2, 3]);
        CostRow {
            cost: Some(NanoUsd(cost)),
            parts: Some(Parts { direct: parts[0], same_turn: parts[1], exploration: parts[2] }),
            ..CostRow::default()
        }
    }

    fn report(by: CostBy, costs: &[i64], left: i64) -> CostReport {
        let rows: i64 = costs.iter().sum();
        let total = if by.leaves_unattributed() { rows + left } else { rows };
        CostReport {
            by,
            scope: Scope::default(),
            rows: costs.iter().copied().map(row).collect(),
            not_listed: NotListed::default(),
            absent: by.absent(),
            books: Books {
                unattributed: vec![Leftover { kind: LeftoverKind::Pending, cost: NanoUsd(left) }],
                total: NanoUsd(total),
                ..Books::default()
            },
        }
    }

    proptest! {
        #[test]
        fn one_nano_dollar_anywhere_is_noticed(
            costs in prop::collection::vec(0i64..1_000_000_000_000, 1..20),
            left in 0i64..1_000_000_000_000,
            by in prop::sample::select(CostBy::ALL.to_vec()),
            place in 0usize..4,
        ) {
            let mut report = report(by, &costs, left);
            prop_assert_eq!(report.balanced(), Ok(()));
            match place {
                0 => report.books.total += NanoUsd(1),
                1 => report.not_listed.cost += NanoUsd(1),
                2 => report.rows[0].cost = report.rows[0].cost.map(|cost| cost + NanoUsd(1)),
                _ => if let Some(parts) = &mut report.rows[0].parts { parts.direct += NanoUsd(1) },
            }
            prop_assert!(report.balanced().is_err());
        }
    }

    #[test]
    fn leftovers_count_by_commit_only() {
        let mut by_commit = report(CostBy::Commit, &[5], 7);
        by_commit.books.unattributed[0].cost = NanoUsd(8);
        let error = by_commit.balanced().unwrap_err();
        assert_eq!((error.parts, error.whole), (13, 12));
        let mut by_model = report(CostBy::Model, &[5], 7);
        by_model.books.unattributed[0].cost = NanoUsd(8);
        assert_eq!(by_model.balanced(), Ok(()));
    }

    #[test]
    fn amounts_that_overflow_an_i64_are_no_balance() {
        let mut report = report(CostBy::Model, &[1], 0);
        report.rows = vec![row(i64::MAX), row(i64::MAX)];
        report.books.total = NanoUsd(i64::MAX);
        assert!(report.balanced().is_err(), "saturation hid the error");
    }

    #[test]
    fn unpriced_rows_add_nothing() {
        let mut report = report(CostBy::Model, &[5], 0);
        report.rows.push(CostRow {
            cost_missing: Some(Missing::Unpriced),
            unpriced_calls: Some(3),
            ..CostRow::default()
        });
        assert_eq!(report.balanced(), Ok(()));
    }
}
