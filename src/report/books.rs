//! The bottom of every list of money.

use serde::Serialize;

use super::bucket::Leftover;
use super::coverage::Coverage;
use super::missing::Missing;
use super::tokens::TokenCounts;
use super::wire;
use crate::model::NanoUsd;

/// The total, what of it is at no commit, what is not in it, and what is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Books {
    /// Money at no commit, by reason; reasons without money are left out.
    pub unattributed: Vec<Leftover>,
    /// Σ cost of every priced call in scope.
    #[serde(rename = "total_nano_usd", serialize_with = "wire::nano")]
    pub total: NanoUsd,
    /// Requests known only as sums: beside the total, never in it.
    pub auxiliary: Vec<Auxiliary>,
    /// Calls whose output is a placeholder: they make the total a floor.
    pub incomplete: Incomplete,
    /// Calls without a price, by model; they add nothing to the total.
    pub unpriced: Vec<UnpricedModel>,
    /// The price table the amounts come from.
    pub prices: PriceTable,
    /// What the report does not know.
    pub coverage: Vec<Coverage>,
    /// What the amounts mean.
    pub payment: Payment,
}

impl Books {
    /// Returns the money at no commit.
    pub fn unattributed_total(&self) -> NanoUsd {
        self.unattributed.iter().map(|leftover| leftover.cost).sum()
    }

    /// Returns the number of calls without a price.
    pub fn unpriced_calls(&self) -> u64 {
        self.unpriced.iter().fold(0, |sum, model| sum.saturating_add(model.calls))
    }

    pub(super) fn leftovers(&self) -> impl Iterator<Item = Option<NanoUsd>> {
        self.unattributed.iter().map(|leftover| Some(leftover.cost))
    }
}

/// Requests that stand in no row of a transcript, as a sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Auxiliary {
    /// How they are known.
    pub kind: AuxiliaryKind,
    /// How many; `null` if only tokens are known.
    pub calls: Option<u64>,
    /// Their tokens.
    pub tokens: TokenCounts,
    /// Their price.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub cost_missing: Option<Missing>,
}

/// How auxiliary requests are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuxiliaryKind {
    /// The client's running total of a session, less the calls in its rows.
    SessionTotals,
    /// Telemetry of the client.
    Telemetry,
    /// A subagent's last reply, known from its tool result only.
    SubagentFinalReplies,
}

/// How many calls have a placeholder for their output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Incomplete {
    /// Calls none of whose rows has a stop reason.
    pub calls: u64,
    /// All calls.
    pub of_calls: u64,
}

/// Calls of one model that have no price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnpricedModel {
    /// The model as recorded; `null` if none was.
    pub model: Option<String>,
    /// Why, as `agent-trace prices` names it: `unknown-model`, `no-price-for-day`, …
    pub reason: String,
    /// How many calls.
    pub calls: u64,
    /// Their tokens.
    pub tokens: TokenCounts,
}

/// Which prices were used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PriceTable {
    /// Version of the table.
    pub version: String,
    /// Day the table was made.
    pub date: String,
    /// The files laid over each other, lowest first.
    pub sources: Vec<String>,
}

/// What an amount means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
pub enum Payment {
    /// What the provider's API would have billed; a subscription costs something else.
    #[default]
    #[serde(rename = "API-equivalent")]
    ApiEquivalent,
}
