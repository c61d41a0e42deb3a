//! The facts a transcript can state, as plain borrowed data.

use std::borrow::Cow;

use super::edit::Edit;
use crate::model::{Agent, InferenceGeo, NanoUsd, ServiceTier, Speed, Timestamp, Usage};

/// Where and when a fact was written.
#[derive(Debug, Clone, Default)]
pub struct Envelope<'a> {
    /// The session's id as written; validated by the caller.
    pub session: Option<Cow<'a, str>>,
    /// The row's natural id: its `uuid`, or its origin's if it is a copy.
    pub row: Option<Cow<'a, str>>,
    /// When the row was written.
    pub at: Option<Timestamp>,
    /// The working folder of the client.
    pub cwd: Option<Cow<'a, str>>,
    /// The branch checked out at that moment (`HEAD` when detached).
    pub branch: Option<Cow<'a, str>>,
    /// The client's version.
    pub version: Option<Cow<'a, str>>,
    /// The subagent the row belongs to, if any.
    pub agent_run: Option<Cow<'a, str>>,
    /// The row says of itself that it was copied from another session.
    pub is_copy: bool,
    /// Position of the object in its file, counted from 0.
    pub ordinal: u64,
    /// Byte offset of the line in its file.
    pub offset: u64,
}

/// One fact with its envelope.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// Whose transcript it is from.
    pub agent: Agent,
    /// Where and when.
    pub envelope: Envelope<'a>,
    /// What.
    pub fact: Fact<'a>,
}

/// What a row of a transcript states.
#[derive(Debug, Clone)]
pub enum Fact<'a> {
    /// A (partial) record of one model response, with the tools it asked for.
    Response {
        /// The billed request; `None` if the client made the row up (`<synthetic>`, API errors).
        call: Option<Call<'a>>,
        /// Tool calls in this row.
        tools: Vec<ToolUse<'a>>,
        /// The row reports an API error.
        is_api_error: bool,
    },
    /// A line with `type: user`.
    UserLine {
        /// What the line really is.
        class: LineClass,
        /// Results of tools it carries.
        results: Vec<ToolResult<'a>>,
    },
    /// The agent ended a turn.
    TurnEnd {
        /// Time the agent worked, where the client measured it, in milliseconds.
        active_ms: Option<u64>,
    },
    /// The context was compacted.
    Compaction {
        /// Only old tool results were dropped.
        is_micro: bool,
    },
    /// A change of the queue of typed-ahead input.
    Queue(QueueOp),
    /// The user took back a row and all after it.
    Rewind {
        /// Id of that row.
        to: Cow<'a, str>,
    },
    /// The client retried after an API error.
    ApiRetry,
    /// A pull request was opened from this session.
    PullRequest {
        /// Its number.
        number: u64,
        /// `owner/name` as written.
        repository: Option<Cow<'a, str>>,
    },
    /// The client's own running total of the session for one model.
    ReportedUsage(ReportedUsage<'a>),
    /// Something about a subagent run.
    AgentRun(AgentRun<'a>),
    /// A row of a known type that carries nothing this program uses.
    Known,
    /// A row of a type this version does not know; kept as a count by name.
    Unknown {
        /// The `type` as written.
        kind: Cow<'a, str>,
    },
}

/// Which kind of file a response was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallSource {
    /// A row of the session's main file.
    Main,
    /// An `agent_progress` row: the only trace of a subagent's reply in old clients.
    Progress,
    /// A subagent's own file.
    AgentFile,
    /// The usage of a subagent's last reply, from the result of the tool that started it.
    FinalReply,
}

/// A request to a model, as far as one row tells.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// `message.id`; else the request id; else the row's uuid.
    pub id: Cow<'a, str>,
    /// The provider's request id.
    pub request_id: Option<Cow<'a, str>>,
    /// The model as written; `None` if the row names none.
    pub model: Option<Cow<'a, str>>,
    /// Tokens; `None` if a number is missing, negative or absurd.
    pub usage: Option<Usage>,
    /// The record is final: it has a `stop_reason`.
    pub is_complete: bool,
    /// `usage.speed`.
    pub speed: Speed,
    /// `usage.inference_geo`.
    pub geo: InferenceGeo,
    /// `usage.service_tier`.
    pub tier: ServiceTier,
    /// What the client of an old version thought it cost.
    pub recorded_cost: Option<NanoUsd>,
    /// Kind of file.
    pub source: CallSource,
    /// Billed sub-requests that are not in the numbers above (rule 10), with their own model.
    pub iterations: Vec<(Option<Cow<'a, str>>, Usage)>,
}

/// A tool the model asked for.
#[derive(Debug, Clone)]
pub struct ToolUse<'a> {
    /// `tool_use.id`.
    pub id: Cow<'a, str>,
    /// The tool's name.
    pub name: Cow<'a, str>,
    /// The lines it meant to write, if it edits a file.
    pub edit: Option<Edit<'a>>,
    /// It is a shell command that makes commits (`git commit`, `cherry-pick`, …).
    pub makes_commits: bool,
    /// The kind of subagent it starts.
    pub agent_type: Option<Cow<'a, str>>,
}

/// What came back from a tool.
#[derive(Debug, Clone)]
pub struct ToolResult<'a> {
    /// `tool_use_id`.
    pub id: Cow<'a, str>,
    /// The tool failed or was refused.
    pub is_error: bool,
    /// The lines it really wrote.
    pub edits: Vec<Edit<'a>>,
    /// Commits named in its output.
    pub sightings: Vec<Sighting>,
    /// The subagent it ran.
    pub agent_run: Option<AgentRun<'a>>,
}

/// How a commit was made, as far as the client tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitKind {
    /// `gitOperation.commit` of the client: it looked at command and output.
    Operation,
    /// A `[branch sha] subject` line in a tool's output.
    Printed,
}

/// A commit id that a tool printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Abbreviated hexadecimal id, 4 to 64 digits.
    pub prefix: String,
    /// How it is known.
    pub kind: CommitKind,
}

/// A subagent run, as far as one row tells.
#[derive(Debug, Clone, Default)]
pub struct AgentRun<'a> {
    /// The run's id.
    pub id: Option<Cow<'a, str>>,
    /// The tool call that started it.
    pub tool_use: Option<Cow<'a, str>>,
    /// Its type (`Explore`, `Plan`, …).
    pub agent_type: Option<Cow<'a, str>>,
    /// The run that started it, when runs nest.
    pub parent: Option<Cow<'a, str>>,
    /// Started in the background.
    pub is_async: bool,
    /// The final reply's request, from the tool's result.
    pub final_reply: Option<Box<Call<'a>>>,
}

/// The client's running total of a session for one model (`cost-state`).
#[derive(Debug, Clone)]
pub struct ReportedUsage<'a> {
    /// The model.
    pub model: Cow<'a, str>,
    /// Tokens since the session began, auxiliary requests included.
    pub usage: Usage,
}

/// What a `type: user` line really is; the table in the order it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineClass {
    /// Written by or to a subagent.
    Subagent,
    /// The summary after a compaction.
    CompactSummary,
    /// Nothing but results of tools.
    ToolResult,
    /// A person's words inside a tool result (comment of an approval).
    Steer,
    /// `[Request interrupted by user…]`.
    Interrupt,
    /// Written by the client: caveats, skill bodies, hook feedback.
    Meta,
    /// Output of a local command.
    LocalOutput,
    /// `!command` typed by the user.
    BashInput,
    /// A background task woke the agent.
    BackgroundWake,
    /// A message of another agent of a team.
    Teammate,
    /// A slash command; a turn only if the model answers it.
    Command,
    /// A prompt that a hook refused.
    Blocked,
    /// Nothing but the editor's context.
    ContextOnly,
    /// A plan carried over from another session.
    PlanHandoff,
    /// A person's prompt.
    Prompt,
}

/// A change of the queue of input typed while the agent works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueOp {
    /// Something was queued.
    Enqueue {
        /// A person typed it (not a notification, not a command).
        is_human: bool,
    },
    /// The head of the queue became a prompt line of its own.
    Dequeue,
    /// The head of the queue was given to the running turn: its text stands nowhere else.
    Remove,
    /// The whole queue went back into the input box.
    PopAll,
    /// A person's text from the queue was given to the running turn and is kept beside it.
    Deliver,
}

/// Why a piece of a file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// A line that is not JSON.
    BadJson,
    /// An unfinished last line; it is read again when the file grows.
    TornTail,
    /// A line over [`super::MAX_LINE`] bytes.
    LineTooLong,
    /// A token count that is negative, fractional or absurd.
    BadNumber,
    /// An id with characters that no agent writes.
    BadId,
    /// A row that must have a session and has none.
    NoSession,
    /// A time before 2020 or in the future of the reader's clock.
    OddTime,
    /// The file's format is not known.
    UnknownFormat,
    /// The file could not be opened or read.
    Unreadable,
    /// An archive that cannot be unpacked, or an entry of it.
    BadArchive,
}

impl ProblemKind {
    /// Every kind, in the order of its stored code.
    const ALL: [ProblemKind; 10] = [
        ProblemKind::BadJson,
        ProblemKind::TornTail,
        ProblemKind::LineTooLong,
        ProblemKind::BadNumber,
        ProblemKind::BadId,
        ProblemKind::NoSession,
        ProblemKind::OddTime,
        ProblemKind::UnknownFormat,
        ProblemKind::Unreadable,
        ProblemKind::BadArchive,
    ];

    /// Returns the name used in reports and in the store.
    pub fn name(self) -> &'static str {
        match self {
            ProblemKind::BadJson => "bad-json",
            ProblemKind::TornTail => "torn-tail",
            ProblemKind::LineTooLong => "line-too-long",
            ProblemKind::BadNumber => "bad-number",
            ProblemKind::BadId => "bad-id",
            ProblemKind::NoSession => "no-session",
            ProblemKind::OddTime => "odd-time",
            ProblemKind::UnknownFormat => "unknown-format",
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::BadArchive => "bad-archive",
        }
    }

    /// Returns the kind of a stored name.
    pub fn from_name(name: &str) -> Option<ProblemKind> {
        ProblemKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A piece of a file that could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Byte offset in the file.
    pub offset: u64,
    /// What is wrong.
    pub kind: ProblemKind,
    /// More about it; never text of the transcript.
    pub detail: String,
}
