//! Rows of the fact tables as plain values; texts are not interned yet.

use std::sync::Arc;

use crate::model::{Agent, InferenceGeo, LineHash, ServiceTier, Speed, Usage};

/// Where a row stands: the earliest original that holds it owns it.
///
/// Compared in this order, so any order of reading files gives the same owner:
/// originals before copies, then the file that began first, then the row's
/// position, then the session (for a tie between a fork and its origin).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The row says it was copied from another session.
    pub is_copy: bool,
    /// First time in the file, UTC milliseconds.
    pub head_at: i64,
    /// Position of the row in the file.
    pub ordinal: i64,
    /// Key of the session.
    pub session: i64,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionRow {
    /// Key of its id.
    pub key: i64,
    /// Its id.
    pub id: String,
    /// Who wrote it.
    pub agent: Agent,
}

/// What a counted request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallKind {
    /// A response of its own.
    Request,
    /// A sub-request billed beside a response (compaction, advisor).
    Iteration,
    /// A subagent's last reply, known from its tool result only.
    FinalReply,
    /// Requests that stand in no row: titles, summaries, warm-up.
    Auxiliary,
}

impl CallKind {
    /// Returns the stored number.
    pub fn code(self) -> i64 {
        match self {
            CallKind::Request => 0,
            CallKind::Iteration => 1,
            CallKind::FinalReply => 2,
            CallKind::Auxiliary => 3,
        }
    }

    /// Returns the kind of a stored number.
    pub fn from_code(code: i64) -> CallKind {
        match code {
            1 => CallKind::Iteration,
            2 => CallKind::FinalReply,
            3 => CallKind::Auxiliary,
            _ => CallKind::Request,
        }
    }
}

/// Packs what changes a request's price into one number.
pub fn modifiers(speed: Speed, geo: InferenceGeo, tier: ServiceTier) -> i64 {
    let speed = i64::from(speed == Speed::Fast);
    let geo = match geo {
        InferenceGeo::Global => 0,
        InferenceGeo::Us => 1,
        InferenceGeo::Regional => 2,
    };
    let tier = match tier {
        ServiceTier::Standard => 0,
        ServiceTier::Batch => 1,
        ServiceTier::Priority => 2,
        ServiceTier::Flex => 3,
    };
    speed | geo << 1 | tier << 3
}

/// Unpacks what [`modifiers`] packed.
pub fn modifiers_of(packed: i64) -> (Speed, InferenceGeo, ServiceTier) {
    let speed = if packed & 1 == 1 { Speed::Fast } else { Speed::Standard };
    let geo = match packed >> 1 & 3 {
        1 => InferenceGeo::Us,
        2 => InferenceGeo::Regional,
        _ => InferenceGeo::Global,
    };
    let tier = match packed >> 3 & 3 {
        1 => ServiceTier::Batch,
        2 => ServiceTier::Priority,
        3 => ServiceTier::Flex,
        _ => ServiceTier::Standard,
    };
    (speed, geo, tier)
}

/// One billed request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallRow {
    /// Key of its id.
    pub key: i64,
    /// Its id.
    pub id: String,
    /// Who owns it.
    pub place: Place,
    /// Key of the subagent run.
    pub agent_run: Option<i64>,
    /// First time seen, UTC milliseconds.
    pub at: Option<i64>,
    /// Model as written.
    pub model: Option<Arc<str>>,
    /// Branch checked out.
    pub branch: Option<Arc<str>>,
    /// Tokens; `None` if not known.
    pub usage: Option<Usage>,
    /// Some row of it has a `stop_reason`.
    pub is_complete: bool,
    /// The row whose numbers are kept has one.
    pub has_stop_reason: bool,
    /// See [`modifiers`].
    pub modifiers: i64,
    /// What the client thought it cost, nano-USD.
    pub recorded_cost: Option<i64>,
    /// Bit set of the kinds of files it was seen in.
    pub sources: i64,
    /// The response an iteration belongs to.
    pub parent: Option<i64>,
}

/// `sources` bit of a request seen in a session's main file.
pub const SOURCE_MAIN: i64 = 1;
/// `sources` bit of a request seen in an `agent_progress` row.
pub const SOURCE_PROGRESS: i64 = 2;
/// `sources` bit of a request seen in a subagent's own file.
pub const SOURCE_AGENT_FILE: i64 = 4;
/// `sources` bit of a request known from the result of the tool that started a subagent.
pub const SOURCE_FINAL_REPLY: i64 = 8;

/// One tool call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ToolRow {
    /// Key of its id.
    pub key: i64,
    /// Its id.
    pub id: String,
    /// Who owns it.
    pub place: Place,
    /// Key of the subagent run it was made in.
    pub agent_run: Option<i64>,
    /// The tool.
    pub name: Option<Arc<str>>,
    /// Key of the response that asked for it.
    pub call: Option<i64>,
    /// When it was asked for.
    pub asked_at: Option<i64>,
    /// When its result came.
    pub answered_at: Option<i64>,
    /// Position of the result in the file.
    pub answered_ordinal: Option<i64>,
    /// Whether it failed; `None` while there is no result.
    pub is_error: Option<bool>,
    /// It is a shell command that can make commits.
    pub makes_commits: bool,
    /// Kind of subagent it starts.
    pub agent_type: Option<String>,
}

/// Lines a tool call wrote into one file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EditRow {
    /// Key of the tool call.
    pub tool_call: i64,
    /// Path as written, home folder removed.
    pub path: String,
    /// How the lines are known; the larger number wins.
    pub source: i64,
    /// Hashes of added lines.
    pub added: Vec<LineHash>,
}

/// A commit id named by a tool's output.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SightingRow {
    /// Key of the tool call.
    pub tool_call: i64,
    /// Abbreviated id.
    pub prefix: String,
    /// From the client's own `gitOperation`.
    pub is_operation: bool,
}

/// A row that begins, steers or ends a turn.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MarkRow {
    /// Key of the row.
    pub key: i64,
    /// Who owns it.
    pub place: Place,
    /// When, UTC milliseconds.
    pub at: Option<i64>,
    /// What.
    pub kind: MarkKind,
    /// Active milliseconds of a turn's end; key of the row that was rewound to.
    pub value: Option<i64>,
    /// Path of the file, so that a prompt can be read back.
    pub path: Option<String>,
    /// Offset in that file.
    pub offset: Option<i64>,
}

/// What a [`MarkRow`] marks. The codes are stored: never renumber one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarkKind {
    /// A person's prompt.
    Prompt,
    /// A plan carried over.
    PlanHandoff,
    /// A slash command.
    Command,
    /// A background task woke the agent.
    BackgroundWake,
    /// A team mate's message.
    Teammate,
    /// A prompt that a hook refused.
    Blocked,
    /// The user interrupted.
    Interrupt,
    /// The user spoke into a running turn.
    Steer,
    /// The agent stopped.
    TurnEnd,
    /// The context was compacted.
    Compaction,
    /// Old tool results were dropped.
    Microcompaction,
    /// A person's text was queued.
    QueuedText,
    /// Something else was queued.
    QueuedOther,
    /// The queue's head became a prompt.
    Dequeued,
    /// The queue's head went into the running turn.
    QueueRemoved,
    /// The queue was emptied into the input box.
    QueueEmptied,
    /// The provider failed.
    ApiError,
    /// The user took back a row and all after it.
    Rewound,
    /// A person's text from the queue went into the running turn.
    QueueDelivered,
}

impl MarkKind {
    const ALL: [MarkKind; 19] = [
        MarkKind::Prompt,
        MarkKind::PlanHandoff,
        MarkKind::Command,
        MarkKind::BackgroundWake,
        MarkKind::Teammate,
        MarkKind::Blocked,
        MarkKind::Interrupt,
        MarkKind::Steer,
        MarkKind::TurnEnd,
        MarkKind::Compaction,
        MarkKind::Microcompaction,
        MarkKind::QueuedText,
        MarkKind::QueuedOther,
        MarkKind::Dequeued,
        MarkKind::QueueRemoved,
        MarkKind::QueueEmptied,
        MarkKind::ApiError,
        MarkKind::Rewound,
        MarkKind::QueueDelivered,
    ];

    /// Returns the stored number.
    pub fn code(self) -> i64 {
        MarkKind::ALL.iter().position(|kind| *kind == self).map_or(-1, |index| index as i64)
    }

    /// Returns the kind of a stored number, or `None` if a later version wrote it.
    pub fn from_code(code: i64) -> Option<MarkKind> {
        usize::try_from(code).ok().and_then(|index| MarkKind::ALL.get(index).copied())
    }
}

/// A subagent run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AgentRunRow {
    /// Key of session and id.
    pub key: i64,
    /// Its id.
    pub id: String,
    /// Key of its session.
    pub session: i64,
    /// Its type.
    pub agent_type: Option<String>,
    /// Key of the run that started it.
    pub parent: Option<i64>,
    /// Started in the background.
    pub is_async: bool,
}

/// A tool call that started (or resumed) a subagent run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpawnRow {
    /// Key of the run.
    pub agent_run: i64,
    /// Key of the tool call.
    pub tool_call: i64,
}

/// The client's running total of a session for one model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReportedRow {
    /// Key of the session.
    pub session: i64,
    /// The model.
    pub model: String,
    /// When, UTC milliseconds.
    pub at: Option<i64>,
    /// Tokens since the session began.
    pub usage: Usage,
}

/// A pull request opened from a session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PullRequestRow {
    /// Key of the session.
    pub session: i64,
    /// Its number.
    pub number: i64,
    /// `owner/name`.
    pub repository: Option<String>,
    /// When, UTC milliseconds.
    pub at: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_round_trip() {
        for speed in [Speed::Standard, Speed::Fast] {
            for geo in [InferenceGeo::Global, InferenceGeo::Us, InferenceGeo::Regional] {
                for tier in [ServiceTier::Standard, ServiceTier::Batch, ServiceTier::Priority, ServiceTier::Flex] {
                    assert_eq!(modifiers_of(modifiers(speed, geo, tier)), (speed, geo, tier));
                }
            }
        }
    }

    #[test]
    fn mark_codes_round_trip_and_unknown_ones_are_none() {
        assert!(MarkKind::ALL.iter().all(|kind| MarkKind::from_code(kind.code()) == Some(*kind)));
        assert_eq!(MarkKind::from_code(99), None);
        assert_eq!(MarkKind::from_code(-1), None);
    }
}
