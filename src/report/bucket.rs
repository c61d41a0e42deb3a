//! Where the money of a call went, by the rules `lines-v1`.

use serde::Serialize;

use super::wire;
use crate::model::NanoUsd;

/// One place money can be. Every call's cost is split over them exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// The call's own lines landed in the commit.
    Direct,
    /// The call stands in the turn of lines that landed.
    SameTurn,
    /// A turn without edits, at most four hours before the turn whose lines landed.
    Exploration,
    /// Lines that have not landed yet.
    Pending,
    /// Lines that never landed.
    Discarded,
    /// No edits, and nothing landed later.
    Tail,
    /// The session has no commit.
    NoCommit,
    /// Outside every turn: warm-up, titles, compaction.
    Overhead,
}

/// One bucket's sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BucketCost {
    /// Which.
    pub bucket: Bucket,
    /// How much.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano")]
    pub cost: NanoUsd,
}

/// The three ways money reaches a commit; they sum to the commit's cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// See [`Bucket::Direct`].
    #[serde(rename = "direct_nano_usd", serialize_with = "wire::nano")]
    pub direct: NanoUsd,
    /// See [`Bucket::SameTurn`].
    #[serde(rename = "same_turn_nano_usd", serialize_with = "wire::nano")]
    pub same_turn: NanoUsd,
    /// See [`Bucket::Exploration`].
    #[serde(rename = "exploration_nano_usd", serialize_with = "wire::nano")]
    pub exploration: NanoUsd,
}

impl Parts {
    pub(super) fn amounts(&self) -> [Option<NanoUsd>; 3] {
        [Some(self.direct), Some(self.same_turn), Some(self.exploration)]
    }
}

/// Why money is at no commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftoverKind {
    /// See [`Bucket::Pending`].
    Pending,
    /// See [`Bucket::Discarded`].
    Discarded,
    /// See [`Bucket::Tail`].
    Tail,
    /// See [`Bucket::NoCommit`].
    NoCommit,
    /// See [`Bucket::Overhead`].
    Overhead,
}

/// Money at no commit, by reason. Never spread over commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Leftover {
    /// Why.
    pub kind: LeftoverKind,
    /// How much.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano")]
    pub cost: NanoUsd,
}
