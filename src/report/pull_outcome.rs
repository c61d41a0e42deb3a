//! What became of many pull requests: counts, rates with their uncertainty, money.

use serde::Serialize;

use super::imbalance::{Imbalance, check_lines};
use super::missing::Missing;
use super::wire;
use crate::model::NanoUsd;

/// Sums and rates over pull requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PullOutcome {
    /// How many.
    pub pulls: u64,
    /// By state: [`super::PullState`].
    pub open: u64,
    /// Drafts.
    pub draft: u64,
    /// Merged by the forge.
    pub merged: u64,
    /// Imported.
    pub landed: u64,
    /// Rejected or withdrawn.
    pub closed: u64,
    /// Of which only the number is known.
    pub unknown: u64,
    /// Merged or landed, and taken back since.
    pub reverted: u64,
    /// Of the merged and landed ones, those whose agent cost is known.
    pub accepted_with_cost: u64,
    /// How many of those that ended were accepted, among those the forge told of.
    pub acceptance: PullRate,
    /// How many of the accepted ones came in without a commit after the first review, or after they were ready.
    pub as_is: PullRate,
    /// From ready for review to the first review by a person other than the author.
    pub first_review: PullTime,
    /// From ready for review to the merge.
    pub merge: PullTime,
    /// Agent cost of all; `null` if it is known of none.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Agent cost of the merged and landed ones, divided by how many of them have one, rounded down.
    #[serde(rename = "per_accepted_nano_usd", serialize_with = "wire::nano_or_null")]
    pub per_accepted: Option<NanoUsd>,
    /// Agent cost of those that were closed or taken back; `null` if the forge was not asked, which alone knows the
    /// closed ones.
    #[serde(rename = "wasted_nano_usd", serialize_with = "wire::nano_or_null")]
    pub wasted: Option<NanoUsd>,
    /// Why `wasted` is not known.
    pub wasted_missing: Option<Missing>,
}

/// A part of a whole with its uncertainty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PullRate {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// One by the other; `null` if there are none.
    pub rate: Option<f64>,
    /// Lower end of the 95 % Wilson interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Why there is none.
    pub missing: Option<Missing>,
}

/// How long something took, over those of which it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PullTime {
    /// Of how many it is known.
    pub of: u64,
    /// The one in the middle.
    pub median_ms: Option<u64>,
    /// The one that nine of ten do not exceed.
    pub p90_ms: Option<u64>,
}

impl PullOutcome {
    /// Returns the counts by state, and of those without one.
    pub fn by_state(&self) -> [u64; 6] {
        [self.open, self.draft, self.merged, self.landed, self.closed, self.unknown]
    }

    /// Checks that the states sum to the whole and no part is larger than its whole.
    pub(super) fn balanced(&self) -> Result<(), Imbalance> {
        check_lines(|| "pull requests by state".into(), self.by_state(), self.pulls)?;
        let rest = self.acceptance.of.saturating_sub(self.acceptance.count);
        check_lines(|| "accepted and others".into(), [self.acceptance.count, rest], self.acceptance.of)
    }
}
