//! Subagents: which tool call started a run, and whose turn pays for it.
//!
//! Links are explicit ones only (result, progress rows, sidecar, notification);
//! a run nobody claims stays unlinked, never "the last Task" (wrong for 22 of 30).

use rustc_hash::{FxHashMap, FxHashSet};

use super::turns::Turns;
use crate::store::{CallFact, CallKind, SOURCE_AGENT_FILE, SessionFacts};

/// Subagent runs of one session.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    /// Time and key of the tool calls that started a run, by key of the run, in order.
    spawns: FxHashMap<i64, Vec<(i64, i64)>>,
    parents: FxHashMap<i64, i64>,
    /// Key of the response that asked for a tool call.
    call_of_tool: FxHashMap<i64, i64>,
    /// Run of the requests that subagents made.
    run_of_call: FxHashMap<i64, i64>,
    /// Runs that have a file of their own.
    with_file: FxHashSet<i64>,
    /// The model of a run, if it used only one.
    models: FxHashMap<i64, Option<i64>>,
}

/// Runs nest at most this deep; more is a loop.
const MAX_DEPTH: usize = 16;

impl Lanes {
    pub(super) fn new(facts: &SessionFacts) -> Lanes {
        let mut lanes = Lanes::default();
        let asked: FxHashMap<i64, i64> =
            facts.tools.iter().map(|tool| (tool.key, tool.asked_at.unwrap_or(0))).collect();
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

#[cfg(test)]
mod tests {
    use super::super::test_story::{BASH, Story, names};
    use super::super::turns::turns;
    use super::*;
    use crate::store::MarkKind;

    /// The number of the turn that pays for a request.
    fn turn_of(story: &Story, call: i64) -> Option<i64> {
        let turns = turns(&story.facts, &Lanes::new(&story.facts), &names());
        turns.of_call.get(&call).map(|turn| turns.rows[*turn].number)
    }

    /// Two turns; the first starts run 100 by tool 20, the second run 200 by tool 40.
    fn two_runs() -> Story {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(10).tool(20, BASH, 50).mark(MarkKind::TurnEnd, 2);
        story.mark(MarkKind::Prompt, 3).call(30).tool(40, BASH, 50).mark(MarkKind::TurnEnd, 4);
        story.run(100, None, &[20]).run(200, None, &[40]);
        story
    }

    #[test]
    fn runs_that_finish_out_of_order_are_paid_by_the_turn_that_started_them() {
        let mut story = two_runs();
        story.call_of(200, 50).call_of(100, 51).call_of(200, 52).call_of(100, 53);
        assert_eq!([50, 51, 52, 53].map(|call| turn_of(&story, call)), [Some(2), Some(1), Some(2), Some(1)]);
    }

    #[test]
    fn a_resumed_run_is_paid_by_the_task_that_resumed_it() {
        let mut story = Story::new();
        story.run(100, None, &[40, 20]);
        story.mark(MarkKind::Prompt, 1).call(10).tool(20, BASH, 50).call_of(100, 11).mark(MarkKind::TurnEnd, 2);
        story.mark(MarkKind::Prompt, 3).call(30).tool(40, BASH, 50).call_of(100, 31);
        assert_eq!((turn_of(&story, 11), turn_of(&story, 31)), (Some(1), Some(2)));
    }

    #[test]
    fn a_run_inside_a_run_is_paid_by_the_outermost_task() {
        let mut story = two_runs();
        story.call_of(200, 50).tool(60, BASH, 50).run(300, Some(200), &[60]).call_of(300, 70);
        assert_eq!(turn_of(&story, 70), Some(2));
    }

    #[test]
    fn a_run_without_a_task_is_paid_by_its_parents() {
        let mut story = two_runs();
        story.run(300, Some(100), &[]).call_of(300, 70);
        assert_eq!(turn_of(&story, 70), Some(1));
    }

    #[test]
    fn a_run_that_nobody_claims_belongs_to_no_turn() {
        let mut story = two_runs();
        story.run(300, None, &[]).call_of(300, 70).run(400, None, &[999]).call_of(400, 71);
        assert_eq!((turn_of(&story, 70), turn_of(&story, 71)), (None, None));
    }

    #[test]
    fn runs_that_claim_each_other_end_nowhere() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(10).run(100, Some(200), &[]).run(200, Some(100), &[]);
        story.call_of(100, 11).tool(12, BASH, 1).run(300, None, &[12]).call_of(300, 13);
        assert_eq!((turn_of(&story, 11), turn_of(&story, 13)), (None, None));
    }

    #[test]
    fn a_final_reply_counts_only_where_the_run_has_no_file_of_its_own() {
        let mut story = two_runs();
        story.call_of(100, 50).final_reply(100, 20, 51).final_reply(200, 40, 52);
        let lanes = Lanes::new(&story.facts);
        let counted: Vec<i64> =
            story.facts.calls.iter().filter(|call| lanes.is_counted(call)).map(|call| call.key).collect();
        assert_eq!(counted, [10, 30, 50, 52]);
        let calls: Vec<i64> = turns(&story.facts, &lanes, &names()).rows.iter().map(|turn| turn.calls).collect();
        assert_eq!(calls, [2, 2]);
        assert_eq!((turn_of(&story, 51), turn_of(&story, 52)), (Some(1), Some(2)));
    }

    #[test]
    fn a_final_reply_has_the_model_of_its_run_if_that_is_one() {
        let mut story = two_runs();
        story.call_of(100, 50).call_of(200, 51).call_of(200, 52).final_reply(100, 20, 53).final_reply(200, 40, 54);
        story.facts.calls.iter_mut().filter(|call| call.key == 52).for_each(|call| call.model = Some(8));
        let lanes = Lanes::new(&story.facts);
        let model = |key: i64| story.facts.calls.iter().find(|call| call.key == key).and_then(|call| lanes.model(call));
        assert_eq!((model(53), model(54)), (Some(9), None));
    }
}
