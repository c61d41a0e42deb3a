//! `agent-trace settle`: which commits of pull requests landed as which, and what their notes took along.

use serde::Serialize;

use super::imbalance::{self, Imbalance};
use super::missing::Missing;
use super::wire;
use crate::model::NanoUsd;

/// What was settled. `agent-trace/settle/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettleReport {
    /// Nothing was written.
    pub is_dry_run: bool,
    /// The last commit that was looked at; `null` if there is nothing to look at.
    pub after: Option<String>,
    /// The commit before the first one; `null` if it was chosen by the notes' ages.
    pub before: Option<String>,
    /// Commits of the branch that were compared.
    pub looked_at: u64,
    /// Commits with a note that is not on the branch yet.
    pub candidates: u64,
    /// Commits that took the place of others, oldest first.
    pub landings: Vec<SettleLanding>,
    /// Commits that name a pull request and could not be tied to its commits.
    pub open: Vec<SettleOpen>,
    /// Notes that changed, or would.
    pub notes_changed: u64,
    /// Usage of all landings, every slice once, to a micro-dollar; `null` if nothing of it has a price.
    #[serde(rename = "total_nano_usd", serialize_with = "wire::nano_or_null")]
    pub total: Option<NanoUsd>,
    /// Why there is none.
    pub total_missing: Option<Missing>,
    /// What became of the push; `null` if none was asked for.
    pub push: Option<SettlePush>,
}

impl SettleReport {
    /// Checks that the landings sum to the total.
    ///
    /// # Errors
    /// [`Imbalance`] if they do not.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let parts = self.landings.iter().map(|landing| landing.cost);
        imbalance::check(|| "settle".into(), parts, self.total.unwrap_or_default())
    }
}

/// A commit that took the place of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettleLanding {
    /// The commit on the branch.
    pub commit: String,
    /// First line of its message.
    pub subject: String,
    /// How it was made.
    pub kind: LandingKind,
    /// How that is known.
    pub evidence: LandingEvidence,
    /// The pull request, if the message names one.
    pub pull: Option<u64>,
    /// The commits it was made from, oldest first.
    pub from: Vec<String>,
    /// Of these with a note.
    pub with_note: u64,
    /// Its note changed, or would.
    pub is_new: bool,
    /// Files whose lines are listed for the content that landed.
    pub files: u64,
    /// Files whose lines could not be followed into the content that landed.
    pub files_lost: u64,
    /// What its sources used that no earlier landing has, to a micro-dollar; `null` if nothing of it has a price.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub cost_missing: Option<Missing>,
}

/// How commits landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LandingKind {
    /// All of them as one.
    Squash,
    /// Each as one of its own.
    Rebase,
    /// By an importer, which says which pull request it took.
    Import,
}

impl LandingKind {
    /// Returns the word in a note.
    pub fn name(self) -> &'static str {
        match self {
            LandingKind::Squash => "squash",
            LandingKind::Rebase => "rebase",
            LandingKind::Import => "import",
        }
    }
}

/// How it is known that a commit was made from others; the best one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LandingEvidence {
    /// The same patch.
    Patch,
    /// The same content of every file.
    Tree,
    /// The same lines came and went, whatever stands around them.
    Lines,
    /// The same author, time and subject, and a file in common.
    Author,
    /// Its message names the pull request, and most of its lines are the pull request's.
    Number,
}

/// A commit that names a pull request and could not be tied to its commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettleOpen {
    /// The commit on the branch.
    pub commit: String,
    /// First line of its message.
    pub subject: String,
    /// The pull request it names.
    pub pull: u64,
    /// Why nothing was carried.
    pub reason: OpenReason,
}

/// Why nothing was carried to a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenReason {
    /// The commits of the pull request are not in this clone.
    HeadMissing,
    /// History ends before the pull request and the branch part.
    HistoryCut,
    /// Content is not in this clone.
    NoContent,
    /// What landed is something else.
    DifferentContent,
}

/// What became of a push. Values are those of `notes push`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettlePush {
    /// The remote.
    pub remote: String,
    /// How it ended.
    pub result: super::notes::NotesSyncResult,
    /// How often it was tried; `null` if there was nothing to push.
    pub tries: Option<u64>,
}
