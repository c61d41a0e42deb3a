//! Facts of one session told by hand, for the tests of this module.

use crate::model::{Agent, Usage};
use crate::store::{
    CallFact, CallKind, MarkFact, MarkKind, Names, Place, RunFact, SOURCE_AGENT_FILE, SOURCE_MAIN, SessionFacts,
    ToolFact,
};

/// A session whose rows come a second apart.
pub(super) struct Story {
    pub(super) facts: SessionFacts,
    ordinal: i64,
    head_at: i64,
}

/// Name ids of the tools that stories use.
pub(super) const BASH: i64 = 1;
pub(super) const EDIT: i64 = 2;
pub(super) const QUESTION: i64 = 3;

pub(super) fn names() -> Names {
    [(BASH, "Bash"), (EDIT, "Edit"), (QUESTION, "AskUserQuestion")]
        .into_iter()
        .map(|(id, name)| (id, name.to_owned()))
        .collect()
}

impl Story {
    pub(super) fn new() -> Story {
        let (calls, tools, marks, runs, reported, permissions) = Default::default();
        let facts = SessionFacts { key: 7, agent: Agent::ClaudeCode, calls, tools, marks, runs, reported, permissions };
        Story { facts, ordinal: 0, head_at: 0 }
    }

    fn place(&mut self) -> Place {
        self.ordinal += 1;
        Place { is_copy: false, head_at: self.head_at, ordinal: self.ordinal, session: 7 }
    }

    /// A row of this kind; `key` tells it from others.
    pub(super) fn mark(&mut self, kind: MarkKind, key: i64) -> &mut Story {
        self.mark_with(kind, key, None)
    }

    /// A row of this kind with a number (active time, row that was rewound to).
    pub(super) fn mark_with(&mut self, kind: MarkKind, key: i64, value: Option<i64>) -> &mut Story {
        let place = self.place();
        let at = Some(place.ordinal * 1_000);
        self.facts.marks.push(MarkFact { key, place, at, kind, value, path: None, offset: None });
        self
    }

    /// A response in the session's own lane.
    pub(super) fn call(&mut self, key: i64) -> &mut Story {
        self.request(key, None, SOURCE_MAIN)
    }

    /// A response of a subagent, in a file of its own.
    pub(super) fn call_of(&mut self, run: i64, key: i64) -> &mut Story {
        self.request(key, Some(run), SOURCE_AGENT_FILE)
    }

    fn request(&mut self, key: i64, agent_run: Option<i64>, sources: i64) -> &mut Story {
        let place = self.place();
        self.facts.calls.push(CallFact {
            key,
            kind: CallKind::Request,
            place,
            agent_run,
            at: Some(place.ordinal * 1_000),
            model: Some(9),
            branch: None,
            usage: Some(Usage { output: 1, ..Usage::default() }),
            is_complete: true,
            modifiers: 0,
            recorded_cost: None,
            sources,
            parent: None,
        });
        self
    }

    /// A subagent's last reply, known from the result of `tool` only.
    pub(super) fn final_reply(&mut self, run: i64, tool: i64, key: i64) -> &mut Story {
        self.request(key, Some(run), crate::store::SOURCE_FINAL_REPLY);
        if let Some(call) = self.facts.calls.last_mut() {
            (call.kind, call.parent, call.model) = (CallKind::FinalReply, Some(tool), None);
        }
        self
    }

    /// A tool asked for by the last response, answered `wall` milliseconds later.
    pub(super) fn tool(&mut self, key: i64, name: i64, wall: i64) -> &mut Story {
        let place = self.place();
        let asked = place.ordinal * 1_000;
        let last = self.facts.calls.last();
        let (call, agent_run) = (last.map(|call| call.key), last.and_then(|call| call.agent_run));
        self.facts.tools.push(ToolFact {
            key,
            place,
            agent_run,
            name: Some(name),
            call,
            asked_at: Some(asked),
            answered_at: Some(asked + wall),
            is_error: Some(false),
            makes_commits: false,
        });
        self
    }

    /// A subagent run and the tool calls that are known to have started it.
    pub(super) fn run(&mut self, key: i64, parent: Option<i64>, spawns: &[i64]) -> &mut Story {
        self.facts.runs.push(RunFact { key, parent, spawns: spawns.to_vec() });
        self
    }

    /// The rows from here on stand in another file.
    pub(super) fn next_file(&mut self) -> &mut Story {
        self.head_at += 1;
        self
    }
}
