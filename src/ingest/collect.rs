//! Turns the events of one file into rows of a batch.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::model::{Agent, IdError, LineHash, MessageId, RowId, SessionId, Timestamp, ToolUseId, without_home};
use crate::store::{
    AgentRunRow, Batch, CallRow, ChangeSource, EditRow, FileChangeRow, MarkKind, MarkRow, Place, ProblemRow,
    PullRequestRow, ReportedRow, SOURCE_AGENT_FILE, SOURCE_FINAL_REPLY, SOURCE_MAIN, SOURCE_PROGRESS, SessionRow,
    SightingRow, SpawnRow, ToolRow, UnknownRow, modifiers,
};
use crate::transcript::{
    AgentRun, Call, CallSource, Change, CommitKind, Edit, EditSource, Envelope, Event, Fact, Item, LineClass, Problem,
    ProblemKind, QueueOp, ToolResult, ToolUse,
};

/// Times outside of these are counted as problems and not believed.
#[derive(Debug, Clone, Copy)]
pub(super) struct BelievableTimes {
    earliest: Timestamp,
    latest: Timestamp,
}

impl BelievableTimes {
    /// From 2020, before any coding agent, to two days after `now`.
    pub(super) fn until(now: Timestamp) -> BelievableTimes {
        let two_days = 2 * 86_400_000;
        BelievableTimes { earliest: Timestamp(1_577_836_800_000), latest: Timestamp(now.0.saturating_add(two_days)) }
    }

    fn contains(self, at: Timestamp) -> bool {
        (self.earliest..=self.latest).contains(&at)
    }
}

/// Collects what one file says.
#[derive(Debug)]
pub(super) struct Collector {
    /// Rows so far; taken away when there are many.
    pub(super) batch: Batch,
    /// Problems so far.
    pub(super) problems: Vec<ProblemRow>,
    /// First time in the file; orders files that hold the same session.
    pub(super) head_at: Option<i64>,
    unknown: HashMap<String, i64>,
    name: String,
    times: BelievableTimes,
    last_folder: (i64, String),
    sessions: HashMap<String, Option<i64>>,
    last_session: (String, Option<i64>),
    /// Models, branches and tools met so far: a handful of texts on thousands of rows.
    texts: FxHashSet<Arc<str>>,
}

/// More problems of one file are counted, not listed.
const MAX_PROBLEMS: usize = 1000;

impl Collector {
    pub(super) fn new(name: &str, head_at: Option<i64>, times: BelievableTimes) -> Collector {
        Collector {
            batch: Batch::default(),
            problems: Vec::new(),
            head_at,
            unknown: HashMap::new(),
            name: name.to_owned(),
            times,
            last_folder: (0, String::new()),
            sessions: HashMap::new(),
            last_session: (String::new(), None),
            texts: FxHashSet::default(),
        }
    }

    /// Takes one item of the file.
    pub(super) fn item(&mut self, item: Item<'_>) {
        match item {
            Item::Event(event) => self.event(event),
            Item::Problem(Problem { offset, kind, detail }) => self.problem(offset, kind, detail),
        }
    }

    /// Returns the row types nobody knows, with their counts.
    pub(super) fn unknown(&mut self) -> Vec<UnknownRow> {
        self.unknown.drain().map(|(kind, count)| UnknownRow { kind, count }).collect()
    }

    /// Takes what a subagent's sidecar says; its session is the one of its file.
    pub(super) fn sidecar(&mut self, session: &str, run: AgentRun<'_>) {
        if let Ok(session) = SessionId::parse(session) {
            let place = Place { is_copy: false, head_at: i64::MAX, ordinal: 0, session: session.key() };
            self.agent_run(place, None, run);
        }
    }

    pub(super) fn problem(&mut self, offset: u64, kind: ProblemKind, detail: String) {
        if self.problems.len() < MAX_PROBLEMS {
            let (path, kind) = (self.name.clone(), kind.name().to_owned());
            self.problems.push(ProblemRow { path, offset: offset as i64, kind, detail });
        }
    }

    fn event(&mut self, event: Event<'_>) {
        let Event { agent, mut envelope, fact } = event;
        self.check_time(&mut envelope);
        match fact {
            Fact::Known => return,
            Fact::Unknown { kind } => {
                let kind = if kind.len() <= 100 { kind.into_owned() } else { "(a very long name)".to_owned() };
                return *self.unknown.entry(kind).or_default() += 1;
            }
            _ => {}
        }
        let Some(session) = self.session(agent, &envelope) else { return };
        let head_at = self.head_at.unwrap_or(i64::MAX);
        let place = Place { is_copy: envelope.is_copy, head_at, ordinal: envelope.ordinal as i64, session };
        self.folder(session, envelope.cwd.as_deref());
        self.fact(place, &envelope, fact);
    }

    fn check_time(&mut self, envelope: &mut Envelope<'_>) {
        if let Some(at) = envelope.at {
            if !self.times.contains(at) {
                self.problem(envelope.offset, ProblemKind::OddTime, format!("{at} is not believed"));
                envelope.at = None;
            } else if self.head_at.is_none() {
                self.head_at = Some(at.0);
            }
        }
    }

    /// Returns the session's key; an id that no agent writes is told once a file.
    fn session(&mut self, agent: Agent, envelope: &Envelope<'_>) -> Option<i64> {
        let Some(id) = envelope.session.as_deref() else {
            self.problem(envelope.offset, ProblemKind::NoSession, "a row of no session".to_owned());
            return None;
        };
        if self.last_session.0 == id {
            return self.last_session.1;
        }
        if let Some(key) = self.sessions.get(id) {
            self.last_session = (id.to_owned(), *key);
            return *key;
        }
        let key = match SessionId::parse(id) {
            Ok(session) => {
                let key = session.key();
                self.batch.session(SessionRow { key, id: id.to_owned(), agent });
                Some(key)
            }
            Err(error) => {
                // Its money still counts, under a name that can be shown.
                self.problem(envelope.offset, ProblemKind::BadId, format!("session: {error}"));
                let key = crate::model::text_key("BadId", id);
                self.batch.session(SessionRow { key, id: format!("bad-id-{key:x}"), agent });
                Some(key)
            }
        };
        self.sessions.insert(id.to_owned(), key);
        key
    }

    /// The batch was taken away: sessions must be told again.
    pub(super) fn forget_sessions(&mut self) {
        self.sessions.clear();
        self.last_session = (String::new(), None);
        self.last_folder = (0, String::new());
    }

    fn folder(&mut self, session: i64, cwd: Option<&str>) {
        let Some(cwd) = cwd.filter(|cwd| self.last_folder.0 != session || self.last_folder.1 != *cwd) else { return };
        self.batch.folder(session, cwd);
        self.last_folder = (session, cwd.to_owned());
    }

    fn fact(&mut self, place: Place, envelope: &Envelope<'_>, fact: Fact<'_>) {
        let run = envelope.agent_run.as_deref().map(|id| run_key(place.session, id));
        match fact {
            Fact::Response { call, tools, is_api_error } => {
                let call = call.map(|call| self.call(place, envelope, run, None, call));
                tools.into_iter().for_each(|tool| self.tool_use(place, envelope, run, call, tool));
                if is_api_error && run.is_none() {
                    self.mark(place, envelope, MarkKind::ApiError, None);
                }
            }
            Fact::UserLine { class, results } => {
                results.into_iter().for_each(|result| self.tool_result(place, envelope, run, result));
                if let Some(kind) = mark_of(class) {
                    self.mark(place, envelope, kind, None);
                }
            }
            Fact::TurnEnd { active_ms } => {
                let active = active_ms.and_then(|active| i64::try_from(active).ok());
                self.mark(place, envelope, MarkKind::TurnEnd, active);
            }
            Fact::Compaction { is_micro: true } => self.mark(place, envelope, MarkKind::Microcompaction, None),
            Fact::Compaction { is_micro: false } => self.mark(place, envelope, MarkKind::Compaction, None),
            Fact::Queue(op) => self.mark(place, envelope, mark_of_queue(op), None),
            Fact::Rewind { to } => {
                let to = RowId::parse(&to).ok().map(|row| row.key());
                self.mark(place, envelope, MarkKind::Rewound, to);
            }
            Fact::ApiRetry => self.mark(place, envelope, MarkKind::ApiError, None),
            Fact::PullRequest { number, repository } => self.pull_request(place, envelope, number, repository),
            Fact::ReportedUsage(reported) => {
                let (session, model, at) = (place.session, reported.model.into_owned(), envelope.at.map(|at| at.0));
                self.batch.reported(ReportedRow { session, model, at, usage: reported.usage });
            }
            Fact::AgentRun(run) => self.agent_run(place, Some(envelope), run),
            Fact::Known | Fact::Unknown { .. } => {}
        }
    }

    fn pull_request(&mut self, place: Place, envelope: &Envelope<'_>, number: u64, repository: Option<Cow<'_, str>>) {
        let Ok(number) = i64::try_from(number) else { return };
        let (session, at) = (place.session, envelope.at.map(|at| at.0));
        let repository = repository.map(Cow::into_owned).filter(|name| name.len() <= 200);
        self.batch.pull_request(PullRequestRow { session, number, repository, at });
    }

    fn call(
        &mut self,
        place: Place,
        envelope: &Envelope<'_>,
        run: Option<i64>,
        parent: Option<i64>,
        call: Call<'_>,
    ) -> i64 {
        let (key, id) = self.id(envelope, &call.id, |id| MessageId::parse(id).map(|id| id.key()));
        let row = CallRow {
            key,
            id,
            place,
            agent_run: run,
            at: envelope.at.map(|at| at.0),
            model: call.model.as_deref().map(|model| self.text(model)),
            branch: envelope.branch.as_deref().map(|branch| self.text(branch)),
            usage: call.usage,
            is_complete: call.is_complete,
            has_stop_reason: call.is_complete,
            modifiers: modifiers(call.speed, call.geo, call.tier),
            recorded_cost: call.recorded_cost.map(|cost| cost.0),
            sources: source_bit(call.source),
            parent,
        };
        for (number, (model, usage)) in call.iterations.into_iter().enumerate() {
            let id = format!("{}#{number}", row.id);
            let key = crate::model::derived_key("Iteration", key, number as i64);
            let model = model.map(|model| self.text(&model)).or_else(|| row.model.clone());
            self.batch.call(CallRow { key, id, model, usage: Some(usage), parent: Some(row.key), ..row.clone() });
        }
        self.batch.call(row);
        key
    }

    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        self.texts.insert(new.clone());
        new
    }

    /// Returns key and shown text of an id; one that cannot be shown is still
    /// counted, under a name made of its key.
    fn id(&mut self, envelope: &Envelope<'_>, id: &str, parse: impl Fn(&str) -> Result<i64, IdError>) -> (i64, String) {
        match parse(id) {
            Ok(key) => (key, id.to_owned()),
            Err(error) => {
                self.problem(envelope.offset, ProblemKind::BadId, error.to_string());
                let key = crate::model::text_key("BadId", id);
                (key, format!("bad-id-{key:x}"))
            }
        }
    }

    fn tool_row(&mut self, place: Place, envelope: &Envelope<'_>, run: Option<i64>, id: &str) -> ToolRow {
        let (key, id) = self.id(envelope, id, |id| ToolUseId::parse(id).map(|id| id.key()));
        ToolRow {
            key,
            id,
            place,
            agent_run: run,
            name: None,
            call: None,
            asked_at: None,
            answered_at: None,
            answered_ordinal: None,
            is_error: None,
            makes_commits: false,
            agent_type: None,
        }
    }

    fn tool_use(
        &mut self,
        place: Place,
        envelope: &Envelope<'_>,
        run: Option<i64>,
        call: Option<i64>,
        tool: ToolUse<'_>,
    ) {
        let row = self.tool_row(place, envelope, run, &tool.id);
        if let Some(edit) = tool.edit {
            self.edit(row.key, edit);
        }
        let name = Some(self.text(&tool.name));
        self.batch.tool(ToolRow {
            name,
            call,
            asked_at: envelope.at.map(|at| at.0),
            makes_commits: tool.makes_commits,
            agent_type: tool.agent_type.map(Cow::into_owned),
            ..row
        });
    }

    fn tool_result(&mut self, place: Place, envelope: &Envelope<'_>, run: Option<i64>, result: ToolResult<'_>) {
        let row = self.tool_row(place, envelope, run, &result.id);
        let tool_call = row.key;
        result.edits.into_iter().for_each(|edit| self.edit(tool_call, edit));
        for sighting in result.sightings {
            let is_operation = sighting.kind == CommitKind::Operation;
            self.batch.sighting(SightingRow { tool_call, prefix: sighting.prefix, is_operation });
        }
        if let Some(run) = result.agent_run {
            self.agent_run(place, Some(envelope), run);
        }
        self.batch.tool(ToolRow {
            answered_at: envelope.at.map(|at| at.0),
            answered_ordinal: Some(place.ordinal),
            is_error: Some(result.is_error),
            ..row
        });
    }

    fn edit(&mut self, tool_call: i64, edit: Edit<'_>) {
        let (path, added): (String, Vec<LineHash>) = (without_home(&edit.path), edit.added);
        if let Some(Change { before_sum, after_sum, hunks }) = edit.change {
            let (source, path) = (ChangeSource::Transcript, path.clone());
            let (tree, session, at) = (None, None, None); // The tool call knows.
            let row = FileChangeRow { tool_call, path, source, tree, session, at, before_sum, after_sum, hunks };
            self.batch.file_change(row);
        }
        self.batch.edit(EditRow { tool_call, path, source: code_of(edit.source), added });
    }

    fn mark(&mut self, place: Place, envelope: &Envelope<'_>, kind: MarkKind, value: Option<i64>) {
        let at = envelope.at.map(|at| at.0);
        let by_row = envelope.row.as_deref().and_then(|row| RowId::parse(row).ok()).map(|row| row.key());
        let by_time = || {
            let text = format!("{}/{}/{}", place.session, kind.code(), at.unwrap_or(place.ordinal));
            crate::model::text_key("Mark", &text)
        };
        let key = by_row.unwrap_or_else(by_time);
        let path = Some(self.name.clone()).filter(|_| matches!(kind, MarkKind::Prompt | MarkKind::PlanHandoff));
        let offset = path.is_some().then_some(envelope.offset as i64);
        self.batch.mark(MarkRow { key, place, at, kind, value, path, offset });
    }

    fn agent_run(&mut self, place: Place, envelope: Option<&Envelope<'_>>, run: AgentRun<'_>) {
        let tool_call = run.tool_use.as_deref().and_then(|id| ToolUseId::parse(id).ok()).map(|id| id.key());
        let id = run.id.as_deref().and_then(|id| crate::model::AgentId::parse(id).ok());
        let key = id.as_ref().map(|id| run_key(place.session, id.as_str()));
        if let (Some(key), Some(id)) = (key, &id) {
            self.batch.agent_run(AgentRunRow {
                key,
                id: id.to_string(),
                session: place.session,
                agent_type: run.agent_type.as_deref().map(str::to_owned),
                parent: run.parent.as_deref().map(|parent| run_key(place.session, parent)),
                is_async: run.is_async,
            });
            if let Some(tool_call) = tool_call {
                self.batch.spawn(SpawnRow { agent_run: key, tool_call });
            }
        }
        if let (Some(call), Some(envelope)) = (run.final_reply, envelope) {
            self.call(place, envelope, key, tool_call, *call); // The tool call says which turn pays.
        }
    }
}

/// Returns the key of a subagent run of a session.
pub(super) fn run_key(session: i64, id: &str) -> i64 {
    crate::model::text_key("AgentRun", &format!("{session}/{id}"))
}

fn source_bit(source: CallSource) -> i64 {
    match source {
        CallSource::Main => SOURCE_MAIN,
        CallSource::Progress => SOURCE_PROGRESS,
        CallSource::AgentFile => SOURCE_AGENT_FILE,
        CallSource::FinalReply => SOURCE_FINAL_REPLY,
    }
}

fn code_of(source: EditSource) -> i64 {
    match source {
        EditSource::Request => 0,
        EditSource::Shell => 1,
        EditSource::Patch => 2,
    }
}

fn mark_of(class: LineClass) -> Option<MarkKind> {
    match class {
        LineClass::Prompt => Some(MarkKind::Prompt),
        LineClass::PlanHandoff => Some(MarkKind::PlanHandoff),
        LineClass::Command => Some(MarkKind::Command),
        LineClass::BackgroundWake => Some(MarkKind::BackgroundWake),
        LineClass::Teammate => Some(MarkKind::Teammate),
        LineClass::Blocked => Some(MarkKind::Blocked),
        LineClass::Interrupt => Some(MarkKind::Interrupt),
        LineClass::Steer => Some(MarkKind::Steer),
        LineClass::Subagent
        | LineClass::CompactSummary
        | LineClass::ToolResult
        | LineClass::Meta
        | LineClass::LocalOutput
        | LineClass::BashInput
        | LineClass::ContextOnly => None,
    }
}

fn mark_of_queue(op: QueueOp) -> MarkKind {
    match op {
        QueueOp::Enqueue { is_human: true } => MarkKind::QueuedText,
        QueueOp::Enqueue { is_human: false } => MarkKind::QueuedOther,
        QueueOp::Dequeue => MarkKind::Dequeued,
        QueueOp::Remove => MarkKind::QueueRemoved,
        QueueOp::PopAll => MarkKind::QueueEmptied,
        QueueOp::Deliver => MarkKind::QueueDelivered,
    }
}
