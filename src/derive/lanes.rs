//! Subagents: which tool call started a run, and whose turn pays for it.
//!
//! Links are explicit ones only (result, progress rows, sidecar, notification);
//! a run nobody claims stays unlinked, never "the last Task" (wrong for 22 of 30).

use std::collections::HashMap;

use super::turns::Turns;
use crate::store::{CallFact, CallKind, SOURCE_AGENT_FILE, SessionFacts};

/// Subagent runs of one session.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    /// Time and key of the tool calls that started a run, by key of the run, in order.
    spawns: HashMap<i64, Vec<(i64, i64)>>,
    parents: HashMap<i64, i64>,
    /// Key of the response that asked for a tool call.
    call_of_tool: HashMap<i64, i64>,
    /// Run of the requests that subagents made.
    run_of_call: HashMap<i64, i64>,
    /// Runs that have a file of their own.
    with_file: std::collections::HashSet<i64>,
    /// The model of a run, if it used only one.
    models: HashMap<i64, Option<i64>>,
}

/// Runs nest at most this deep; more is a loop.
const MAX_DEPTH: usize = 16;

impl Lanes {
    pub(super) fn new(facts: &SessionFacts) -> Lanes {
        let mut lanes = Lanes::default();
        let asked: HashMap<i64, i64> = facts.tools.iter().map(|tool| (tool.key, tool.asked_at.unwrap_or(0))).collect();
        lanes.call_of_tool = facts.tools.iter().filter_map(|tool| Some((tool.key, tool.call?))).collect();
        for run in &facts.runs {
            let mut spawns: Vec<_> = run.spawns.iter().filter_map(|tool| Some((*asked.get(tool)?, *tool))).collect();
            spawns.sort_unstable();
            lanes.spawns.insert(run.key, spawns);
            lanes.parents.extend(run.parent.map(|parent| (run.key, parent)));
        }
        for call in facts.calls.iter().filter(|call| call.kind == CallKind::Request) {
            let Some(run) = call.agent_run else { continue };
            lanes.run_of_call.insert(call.key, run);
            if call.sources & SOURCE_AGENT_FILE != 0 {
                lanes.with_file.insert(run);
            }
            let model = lanes.models.entry(run).or_insert(call.model);
            if *model != call.model {
                *model = None;
            }
        }
        lanes
    }

    /// Tells whether a request is counted: a final reply only where the run has no file of its own (rule 1).
    pub(super) fn is_counted(&self, call: &CallFact) -> bool {
        call.kind != CallKind::FinalReply || !call.agent_run.is_some_and(|run| self.with_file.contains(&run))
    }

    /// Returns the model of a request; a final reply that names none has its run's, if that is one.
    pub(super) fn model(&self, call: &CallFact) -> Option<i64> {
        let of_run = || self.models.get(&call.agent_run?).copied().flatten();
        call.model.or_else(|| if call.kind == CallKind::FinalReply { of_run() } else { None })
    }

    /// Gives requests outside the main lane the turn of what started them.
    pub(super) fn place_subagents(&self, facts: &SessionFacts, turns: &mut Turns) {
        let rest = facts.calls.iter().filter(|call| !turns.of_call.contains_key(&call.key));
        let placed: Vec<(i64, usize)> = rest.filter_map(|call| Some((call.key, self.turn_of(turns, call)?))).collect();
        turns.of_call.extend(placed);
    }

    fn turn_of(&self, turns: &Turns, call: &CallFact) -> Option<usize> {
        let root = match (call.kind, call.parent, call.agent_run) {
            (CallKind::FinalReply, Some(tool), _) => self.root_of_tool(tool, call.at, 0),
            (CallKind::Iteration, Some(parent), None) => Some(parent),
            (_, _, Some(run)) => self.root_of_run(run, call.at, 0),
            _ => None,
        };
        turns.of_call.get(&root?).copied()
    }

    /// Returns the request of the main lane that a run hangs on.
    fn root_of_run(&self, run: i64, at: Option<i64>, depth: usize) -> Option<i64> {
        if depth > MAX_DEPTH {
            return None;
        }
        let spawns = self.spawns.get(&run).map(Vec::as_slice).unwrap_or_default();
        let before = spawns.iter().rev().find(|(asked, _)| at.is_none_or(|at| *asked <= at)).or(spawns.first());
        match before {
            Some((_, tool)) => self.root_of_tool(*tool, at, depth),
            None => self.root_of_run(*self.parents.get(&run)?, at, depth + 1),
        }
    }

    fn root_of_tool(&self, tool: i64, at: Option<i64>, depth: usize) -> Option<i64> {
        let call = *self.call_of_tool.get(&tool)?;
        match self.run_of_call.get(&call) {
            None => Some(call),
            Some(run) => self.root_of_run(*run, at, depth + 1),
        }
    }
}
