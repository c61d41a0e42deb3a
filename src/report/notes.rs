//! `agent-trace notes`: what notes say, where they went, whether they are sound.

use serde::Serialize;

use super::entry::Grade;
use super::imbalance::{self, Imbalance};
use super::missing::Missing;
use super::tokens::TokenCounts;
use super::wire;
use crate::model::{NanoUsd, Timestamp};

/// The note of one commit. `agent-trace/notes-show/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotesShowReport {
    /// The commit.
    pub commit: String,
    /// Sessions that made it or wrote in it.
    pub claims: Vec<NoteClaim>,
    /// What they used, by slice and model.
    pub usage: Vec<NoteUsage>,
    /// Lines they wrote, by file.
    pub files: Vec<NoteFile>,
    /// Commits this one was made from.
    pub lineage: Vec<NoteLineage>,
    /// Sessions of which nothing counts any more.
    pub redacted: Vec<String>,
    /// Lines of types this version does not know.
    pub unknown_lines: u64,
    /// Lines that are damaged.
    pub bad_lines: u64,
    /// What `usage` sums to, to a micro-dollar; `null` if nothing of it has a price.
    #[serde(rename = "total_nano_usd", serialize_with = "wire::nano_or_null")]
    pub total: Option<NanoUsd>,
    /// Why there is none.
    pub total_missing: Option<Missing>,
}

impl NotesShowReport {
    /// Checks that usage sums to the total.
    ///
    /// # Errors
    /// [`Imbalance`] if it does not.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let parts = self.usage.iter().map(|usage| usage.cost);
        imbalance::check(|| "note".into(), parts, self.total.unwrap_or_default())
    }
}

/// A session and a commit that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoteClaim {
    /// The session's name in notes, `s_…`.
    pub session: String,
    /// The agent.
    pub agent: String,
    /// How sure it is.
    pub grade: Grade,
    /// What it rests on: `printed-id`, `lines`, …
    pub evidence: Vec<String>,
}

/// What a slice of a session used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoteUsage {
    /// The slice; it is the same in every copy of the record.
    pub slice: String,
    /// The session's name in notes, `s_…`.
    pub session: String,
    /// The agent.
    pub agent: String,
    /// The model, if recorded.
    pub model: Option<String>,
    /// How often its counters were corrected downwards.
    pub generation: u64,
    /// Tokens.
    pub tokens: TokenCounts,
    /// Billed requests.
    pub requests: u64,
    /// Of these without a price.
    pub unpriced_requests: u64,
    /// Web searches.
    pub web_searches: u64,
    /// The priced money, to a micro-dollar.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub cost_missing: Option<Missing>,
    /// Day of the price table.
    pub prices: Option<String>,
    /// `api` or `plan`, if somebody said so.
    pub billing: Option<String>,
    /// The first request.
    #[serde(serialize_with = "wire::text_or_null")]
    pub first: Option<Timestamp>,
    /// The last one.
    #[serde(serialize_with = "wire::text_or_null")]
    pub last: Option<Timestamp>,
}

/// Lines of a file that a session wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoteFile {
    /// The session's name in notes, `s_…`.
    pub session: String,
    /// The path.
    pub path: String,
    /// How many.
    pub lines: u64,
    /// For which blob the lines are listed; `null` where they are only counted.
    pub blob: Option<String>,
}

/// Where a commit came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoteLineage {
    /// `amend`, `rebase`, `squash`, …
    pub kind: String,
    /// The commits, abbreviated.
    pub commits: Vec<String>,
}

/// Notes on the way. `agent-trace/notes-sync/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotesSyncReport {
    /// `push`, `fetch` or `merge`.
    pub action: String,
    /// The remote, or the reference that was merged.
    pub with: String,
    /// How it ended.
    pub result: NotesSyncResult,
    /// Notes of ours that changed by a merge of both sides.
    pub notes_changed: Option<u64>,
    /// How often a push was tried.
    pub tries: Option<u64>,
    /// Where our notes are now.
    pub tip: Option<String>,
}

/// How notes fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotesSyncResult {
    /// Neither side had any.
    NoNotes,
    /// Both sides are the same already.
    UpToDate,
    /// The other side has ours now.
    Pushed,
    /// We have the other side's; there was nothing of ours that it lacks.
    FastForward,
    /// Both sides' notes are joined.
    Merged,
}

/// Whether notes are sound. `agent-trace/notes-verify/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotesVerifyReport {
    /// Notes are written in this repository.
    pub is_on: bool,
    /// Where they are.
    pub tip: Option<String>,
    /// Notes.
    pub notes: u64,
    /// Records in them.
    pub records: u64,
    /// Records of types this version does not know; kept.
    pub unknown_records: u64,
    /// Notes of commits that no branch or tag reaches.
    pub notes_unreachable: u64,
    /// Notes of commits that are not in this clone; kept.
    pub notes_of_unknown_commits: u64,
    /// Sessions with usage.
    pub sessions: u64,
    /// Tokens of all notes, every slice once.
    pub tokens: TokenCounts,
    /// Money of all notes, every slice once, to a micro-dollar.
    #[serde(rename = "total_nano_usd", serialize_with = "wire::nano")]
    pub total: NanoUsd,
    /// The same over the commits that can be reached.
    #[serde(rename = "reachable_nano_usd", serialize_with = "wire::nano")]
    pub reachable: NanoUsd,
    /// Requests without a price in `total`.
    pub unpriced_requests: u64,
    /// What was found, by commit.
    pub findings: Vec<NoteFinding>,
}

impl NotesVerifyReport {
    /// Tells whether anything is wrong; a commit that is not here is no fault.
    pub fn has_faults(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind != NoteFindingKind::UnknownCommit)
    }
}

/// Something to know of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoteFinding {
    /// The commit.
    pub commit: String,
    /// What.
    pub kind: NoteFindingKind,
    /// How many lines, or bytes.
    pub count: u64,
}

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteFindingKind {
    /// Lines that are no records.
    BadLines,
    /// Larger than a note may be.
    TooLarge,
    /// Its content is not in this clone.
    Unreadable,
    /// The commit is not in this clone.
    UnknownCommit,
}

/// Notes that went. `agent-trace/notes-prune/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotesPruneReport {
    /// Nothing was changed.
    pub is_dry_run: bool,
    /// Commits whose notes went, or would go.
    pub pruned: Vec<String>,
    /// Notes of commits that no branch or tag reaches, and that say something no other note says.
    pub kept_needed: u64,
    /// Notes of commits that are not in this clone.
    pub kept_unknown: u64,
}

/// Whether notes are written. `agent-trace/notes-switch/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotesSwitchReport {
    /// Notes are written in this repository from now on.
    pub is_on: bool,
    /// It was different before.
    pub has_changed: bool,
    /// The remote whose notes `git fetch` brings along.
    pub remote: Option<String>,
    /// What was added to, or taken from, its configuration.
    pub refspec: Option<String>,
}
