//! `agent-trace show <commit>`: every cent of a commit.

use serde::Serialize;

use super::books::{Incomplete, Payment, PriceTable};
use super::bucket::Bucket;
use super::coverage::Coverage;
use super::entry::{CommitEntry, Grade};
use super::imbalance::{self, Imbalance};
use super::line_counts::LineCounts;
use super::missing::Missing;
use super::wire;
use crate::model::{NanoUsd, Timestamp};

/// One commit explained. `agent-trace/show-commit/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShowCommitReport {
    /// IANA name of the zone in which times are shown.
    pub timezone: String,
    /// The commit, as in the list.
    pub commit: CommitEntry,
    /// Its files.
    pub files: Vec<FileLines>,
    /// The linked sessions with their calls.
    pub sessions: Vec<CommitSession>,
    /// What other tools and the message say of the commit beyond `sessions`.
    pub declared: Vec<DeclaredParty>,
    /// Calls whose output is a placeholder, among those with a share.
    pub incomplete: Incomplete,
    /// The price table the amounts come from.
    pub prices: PriceTable,
    /// What the report does not know.
    pub coverage: Vec<Coverage>,
    /// What the amounts mean.
    pub payment: Payment,
}

/// One file of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileLines {
    /// Path in the repository.
    pub path: String,
    /// Lines added; `null` for binary files and missing content.
    pub added: Option<u64>,
    /// Lines deleted.
    pub deleted: Option<u64>,
    /// Lines added that a session wrote.
    pub agent_lines: Option<u64>,
    /// Why a count is missing.
    pub lines_missing: Option<Missing>,
    /// Lines added, by who wrote them.
    pub added_by: Option<LineCounts>,
}

/// What one session has to do with a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitSession {
    /// The full id.
    pub session: String,
    /// As much of it as is unique.
    pub short: String,
    /// Name of the coding agent.
    pub agent: String,
    /// First fact of it.
    #[serde(serialize_with = "wire::text_or_null")]
    pub started: Option<Timestamp>,
    /// The best grade of the evidence.
    pub grade: Grade,
    /// What the link rests on.
    pub evidence: Vec<Evidence>,
    /// Its lines that stand in the commit.
    pub landed_lines: u64,
    /// What of its money the commit takes: the sum of `calls`.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano")]
    pub cost: NanoUsd,
    /// Every call with a share.
    pub calls: Vec<CallShare>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// What: `printed id`, `git operation`, `trailer`, `lines`, `pr-link`.
    pub kind: String,
    /// How sure it makes the link.
    pub grade: Grade,
    /// More: the trailer's key, the number of lines, the tool call.
    pub detail: Option<String>,
    /// When it was seen.
    #[serde(serialize_with = "wire::text_or_null")]
    pub at: Option<Timestamp>,
}

/// Somebody who is said to have had a part in a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DeclaredParty {
    /// Who says so: another tool's record, or a line of the message.
    pub source: String,
    /// A person's lines, not an agent's.
    pub is_person: bool,
    /// The agent.
    pub agent: Option<String>,
    /// The session.
    pub session: Option<String>,
    /// The id that stands there, if it is not the session's.
    pub id: Option<String>,
    /// How many lines are said to be theirs; `null` where nothing is said of lines.
    pub lines: Option<u64>,
}

/// One call's share in a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallShare {
    /// Id of the response.
    pub call: String,
    /// When it came.
    #[serde(serialize_with = "wire::text_or_null")]
    pub at: Option<Timestamp>,
    /// Number of its turn in the session, from 1; `null` outside turns.
    pub turn: Option<u64>,
    /// The model as recorded.
    pub model: Option<String>,
    /// The subagent it ran in; `null` for the main agent.
    pub subagent: Option<String>,
    /// Why it has a share: direct, same turn or exploration.
    pub bucket: Bucket,
    /// Its lines that stand in this commit.
    pub landed_lines: u64,
    /// The share.
    #[serde(rename = "share_nano_usd", serialize_with = "wire::nano")]
    pub share: NanoUsd,
    /// The whole call.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano")]
    pub cost: NanoUsd,
}

impl ShowCommitReport {
    /// Checks that calls sum to sessions, sessions to the commit, and buckets to the parts.
    ///
    /// # Errors
    /// [`Imbalance`] with the first sum that fails.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        self.commit.balanced()?;
        for file in &self.files {
            let by = file.added_by.map(|counts| counts.lines());
            imbalance::check_lines(|| format!("lines of `{}`", file.path), by, file.added.unwrap_or(0))?;
        }
        for session in &self.sessions {
            let shares = session.calls.iter().map(|call| Some(call.share));
            imbalance::check(|| format!("session `{}`", session.short), shares, session.cost)?;
        }
        let sessions = self.sessions.iter().map(|session| Some(session.cost));
        imbalance::check(|| "sessions of the commit".into(), sessions, self.commit.cost.unwrap_or_default())?;
        let Some(parts) = &self.commit.parts else { return Ok(()) };
        let named = [
            (Bucket::Direct, parts.direct),
            (Bucket::SameTurn, parts.same_turn),
            (Bucket::Exploration, parts.exploration),
        ];
        named.into_iter().try_for_each(|(bucket, whole)| {
            let calls = self.sessions.iter().flat_map(|session| &session.calls);
            let shares = calls.filter(|call| call.bucket == bucket).map(|call| Some(call.share));
            imbalance::check(|| format!("{bucket:?} shares of the commit"), shares, whole)
        })
    }
}
