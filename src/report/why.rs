//! `agent-trace why`: how one line came to be.

use serde::Serialize;

use super::blame::BlameLine;
use super::books::PriceTable;
use super::entry::Grade;
use super::imbalance::{self, Imbalance};
use super::missing::Missing;
use super::show_commit::Evidence;
use super::wire;
use crate::model::{LineReason, NanoUsd, Timestamp};

/// One line explained. `agent-trace/why/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyReport {
    /// IANA name of the zone in which times are shown.
    pub timezone: String,
    /// The file, as asked for.
    pub file: String,
    /// The revision asked for.
    pub revision: Option<String>,
    /// The line, as `blame` has it.
    pub line: BlameLine,
    /// What its class rests on, in words.
    pub because: String,
    /// The commit that added it; `null` while it is in none.
    pub commit: Option<WhyCommit>,
    /// The turn that wrote it.
    pub turn: Option<WhyTurn>,
    /// The request that asked for the tool call.
    pub call: Option<WhyCall>,
    /// The tool call that wrote it.
    pub tool_call: Option<WhyTool>,
    /// Tool calls of the turn before that one, in order.
    pub before: Vec<WhyTool>,
    /// What else of the request landed, and where; the line is in it.
    pub landed: Vec<WhyLanded>,
    /// The pull requests it may have come with.
    pub pull_requests: Vec<WhyPullRequest>,
    /// The prices used.
    pub prices: PriceTable,
}

/// The commit of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyCommit {
    /// The full id.
    pub commit: String,
    /// Its first ten digits.
    pub short: String,
    /// First line of the message.
    pub subject: Option<String>,
    /// The sessions it is linked with, and why.
    pub links: Vec<WhyLink>,
}

/// Why a commit is thought to be a session's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyLink {
    /// Full id of the session.
    pub session: String,
    /// As much of it as is unique.
    pub short: String,
    /// The best grade of the evidence.
    pub grade: Grade,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// The turn of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyTurn {
    /// What `show` takes.
    pub turn: String,
    /// Its number in the session, from 1.
    pub number: u64,
    /// What began it: `prompt`, `command`, …
    pub kind: String,
    /// When it began.
    #[serde(serialize_with = "wire::text_or_null")]
    pub started: Option<Timestamp>,
    /// When it ended.
    #[serde(serialize_with = "wire::text_or_null")]
    pub ended: Option<Timestamp>,
    /// Its requests.
    pub calls: u64,
    /// Requests whose output is a placeholder: the cost is a floor.
    pub incomplete_calls: u64,
    /// What they cost; `null` if none has a price.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is no cost.
    pub cost_missing: Option<Missing>,
    /// The prompt, read from the transcript; only when asked for.
    pub prompt: Option<String>,
    /// Why there is none.
    pub prompt_missing: Option<Missing>,
}

/// The request of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyCall {
    /// Its id.
    pub call: String,
    /// When it was answered.
    #[serde(serialize_with = "wire::text_or_null")]
    pub at: Option<Timestamp>,
    /// The model as recorded.
    pub model: Option<String>,
    /// The subagent it ran in; `null` for the main agent.
    pub subagent: Option<String>,
    /// Whether its output is more than a placeholder.
    pub is_complete: bool,
    /// What it cost.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is no cost.
    pub cost_missing: Option<Missing>,
    /// What of it commits took: the sum of `shares`.
    #[serde(rename = "landed_nano_usd", serialize_with = "wire::nano")]
    pub landed: NanoUsd,
    /// The commits that took it.
    pub shares: Vec<WhyShare>,
}

/// What a commit took of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyShare {
    /// The commit.
    pub commit: String,
    /// How much.
    #[serde(rename = "share_nano_usd", serialize_with = "wire::nano")]
    pub share: NanoUsd,
}

/// A tool call: its name, never its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyTool {
    /// Its id.
    pub tool_call: String,
    /// Name of the tool.
    pub tool: Option<String>,
    /// When it was asked for.
    #[serde(serialize_with = "wire::text_or_null")]
    pub at: Option<Timestamp>,
    /// The subagent it ran in; `null` for the main agent.
    pub subagent: Option<String>,
    /// Whether it failed; `null` without an answer.
    pub is_error: Option<bool>,
    /// The files it wrote; what others read is not stored.
    pub files: Vec<String>,
}

/// Lines of one file of one commit that one tool call of the request wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyLanded {
    /// The commit.
    pub commit: String,
    /// The path in it.
    pub path: String,
    /// The tool call.
    pub tool_call: String,
    /// How many lines.
    pub lines: u64,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyPullRequest {
    /// Its number.
    pub number: u64,
    /// Its repository, as the client wrote it.
    pub repository: Option<String>,
    /// Who says so: `commit` (its subject ends with the number) or `session` (it opened it).
    pub source: String,
}

/// Returns what the class of a line rests on, in words.
pub fn reason_words(reason: LineReason) -> &'static str {
    match reason {
        LineReason::State => "the states of the file are known without a gap, and a tool call put the line there",
        LineReason::OutsideStates => "the states of the file are known without a gap, and no tool call wrote the line",
        LineReason::Note => "a note of the commit says so",
        LineReason::Declared => "another tool's record of the commit says so",
        LineReason::Edit => "a tool call wrote this very line, and it landed in this commit",
        LineReason::EditOfCopy => "a tool call wrote this very line; it landed in a commit of which this one is a copy",
        LineReason::Between => "too short to prove anything, but the lines around it were added with it",
        LineReason::NoSession => "a hook saw the commit being made, and no session is in it",
        LineReason::NotInEdits => "a hook saw the commit being made, and its sessions wrote other lines only",
        LineReason::Command => "a session of the commit ran commands, which may have written it",
        LineReason::NotRead => "a session of the commit is known by name only: its transcript was not read",
        LineReason::OtherEdit => "a session wrote this very line into this file, but not for this commit",
        LineReason::Moved => "the commit took this very line out elsewhere, or changed its indent: it is whose it was",
        LineReason::Trivial => "too short to prove anything",
        LineReason::NoEvidence => "no edit wrote it, and no hook saw the commit being made",
        LineReason::Uncommitted => "it is in no commit yet",
        LineReason::Merge => "a merge claims no lines",
        LineReason::Ambiguous => "one of several equal lines beside each other, of which not all are of one writer",
        LineReason::NoContent => "the commit, or what it changed, is not known here",
    }
}

impl WhyReport {
    /// Checks that the shares of the request sum to what landed of it.
    ///
    /// # Errors
    /// [`Imbalance`] if they do not.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let Some(call) = &self.call else { return Ok(()) };
        imbalance::check(
            || "shares of the request".into(),
            call.shares.iter().map(|share| Some(share.share)),
            call.landed,
        )
    }
}
