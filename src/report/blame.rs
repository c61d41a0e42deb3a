//! `agent-trace blame`: every line of a file with who wrote it.

use serde::Serialize;

use super::books::PriceTable;
use super::imbalance::{self, Imbalance};
use super::missing::Missing;
use super::wire;
use crate::model::{CommitId, LineClass, LineGrade, LineReason, NanoUsd, Timestamp};

/// A file, line by line. `agent-trace/blame/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlameReport {
    /// IANA name of the zone in which dates are shown.
    pub timezone: String,
    /// The file, as asked for.
    pub file: String,
    /// The revision asked for.
    pub revision: Option<String>,
    /// The lines, in order.
    pub lines: Vec<BlameLine>,
    /// How many lines are whose.
    pub totals: BlameTotals,
    /// The prompts of the turns that wrote the lines, each once; empty unless asked for.
    pub prompts: Vec<BlamePrompt>,
    /// What other tools and commit messages say of the lines, by source.
    pub declared: Vec<DeclaredSource>,
    /// The prices used.
    pub prices: PriceTable,
    /// What people are shown.
    #[serde(skip)]
    pub columns: BlameColumns,
}

/// The prompt of a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlamePrompt {
    /// Full id of the session.
    pub session: String,
    /// Number of the turn.
    pub turn: u64,
    /// The prompt, read from the transcript.
    pub prompt: Option<String>,
    /// Why there is none.
    pub prompt_missing: Option<Missing>,
}

/// What one source says of the lines of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeclaredSource {
    /// Another tool's record, or a line of commit messages.
    pub source: String,
    /// Lines whose class rests on its word.
    pub lines: u64,
    /// Lines that stay unknown, of a commit for which it names somebody.
    pub named: u64,
    /// Lines of which it says what is known without it.
    pub agreed: u64,
    /// Lines of which it says something else.
    pub contradicted: u64,
}

/// What people are shown of each line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BlameColumns {
    /// Digits of a commit's id; `None` for the usual number.
    pub digits: Option<usize>,
    /// The line's cost.
    pub cost: bool,
    /// The path in the commit.
    pub path: bool,
    /// The number of the line in the commit.
    pub number: bool,
    /// Neither author nor date.
    pub short: bool,
    /// The address of the author in place of the name.
    pub address: bool,
    /// How dates are written.
    pub date: BlameDate,
}

/// How dates are written; all but the first as git does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BlameDate {
    /// To the minute.
    #[default]
    Minute,
    /// The day.
    Short,
    /// `2026-01-23 04:54:13 +0100`.
    Iso,
    /// `2026-01-23T04:54:13+01:00`.
    IsoStrict,
    /// `Fri, 23 Jan 2026 04:54:13 +0100`.
    Rfc,
    /// `Fri Jan 23 04:54:13 2026 +0100`.
    Default,
    /// Seconds since 1970.
    Unix,
    /// Seconds since 1970, and the zone.
    Raw,
    /// `3 days ago`, seen from this instant.
    Relative(Timestamp),
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlameLine {
    /// Its number in the file, from 1.
    pub line: u32,
    /// Whose it is.
    pub class: LineClass,
    /// How sure that is.
    pub grade: LineGrade,
    /// What that rests on.
    pub reason: LineReason,
    /// The commit that git blames; `null` while the line is in none.
    #[serde(serialize_with = "wire::text_or_null")]
    pub commit: Option<CommitId>,
    /// The path in that commit.
    pub path: String,
    /// The number of the line in that commit.
    pub original_line: u32,
    /// Who wrote the commit.
    pub author: String,
    /// The address of the author; only for people who ask.
    #[serde(skip)]
    pub address: String,
    /// When.
    #[serde(serialize_with = "wire::text")]
    pub at: Timestamp,
    /// Full id of the session; `null` unless one is known.
    pub session: Option<String>,
    /// As much of the id as is unique.
    pub session_short: Option<String>,
    /// The agent.
    pub agent: Option<String>,
    /// Number of the turn.
    pub turn: Option<u64>,
    /// Id of the request.
    pub call: Option<String>,
    /// Id of the tool call.
    pub tool_call: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// Who says so, if it is not the evidence of this clone: another tool's record, or the commit's message.
    pub source: Option<String>,
    /// The line's part of what its request cost this commit.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is no cost.
    pub cost_missing: Option<Missing>,
    /// The text; bytes that are not UTF-8 are replaced.
    pub text: String,
}

/// How many lines are whose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct BlameTotals {
    /// Lines of agents.
    pub agent: u64,
    /// Lines of people.
    pub human: u64,
    /// Lines of which nothing is known.
    pub unknown: u64,
    /// The sum of the lines' costs.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano")]
    pub cost: NanoUsd,
}

impl BlameTotals {
    /// Counts lines.
    pub fn of(lines: &[BlameLine]) -> BlameTotals {
        let count = |class: LineClass| lines.iter().filter(|line| line.class == class).count() as u64;
        BlameTotals {
            agent: count(LineClass::Agent),
            human: count(LineClass::Human),
            unknown: count(LineClass::Unknown),
            cost: lines.iter().filter_map(|line| line.cost).sum(),
        }
    }
}

impl BlameReport {
    /// Checks that the lines sum to the totals.
    ///
    /// # Errors
    /// [`Imbalance`] if they do not.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        imbalance::check(|| "blame".into(), self.lines.iter().map(|line| line.cost), self.totals.cost)
    }
}
