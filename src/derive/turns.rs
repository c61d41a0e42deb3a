//! Turns of a session: a state machine over classified rows, in the order of the files.
//!
//! Never "role = user" (9.9 times too many), never a walk along `parentUuid`
//! (reaches 68 % of requests), never a sort by time (5,483 of 42,000 user rows
//! carry an earlier time than the row before).

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::lanes::Lanes;
use super::turn_clock::TurnClock;
use crate::store::{CallKind, MarkFact, MarkKind, Names, SessionFacts, TurnRow};

/// What began a turn. The codes are stored: never renumber one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TurnKind {
    /// A person's prompt.
    Prompt,
    /// A slash command that the model answered.
    Command,
    /// A plan carried over from another session.
    PlanHandoff,
    /// A background task woke the agent; no person.
    Background,
    /// A team mate's message.
    Teammate,
    /// A prompt that a hook refused.
    Blocked,
    /// The file begins in the middle of a turn.
    Continued,
}

impl TurnKind {
    const ALL: [TurnKind; 7] = [
        TurnKind::Prompt,
        TurnKind::Command,
        TurnKind::PlanHandoff,
        TurnKind::Background,
        TurnKind::Teammate,
        TurnKind::Blocked,
        TurnKind::Continued,
    ];

    /// Returns the stored number.
    pub fn code(self) -> i64 {
        TurnKind::ALL.iter().position(|kind| *kind == self).map_or(-1, |index| index as i64)
    }

    /// Returns the name used in reports.
    pub fn name_of(code: i64) -> &'static str {
        match usize::try_from(code).ok().and_then(|index| TurnKind::ALL.get(index)) {
            Some(TurnKind::Prompt) => "prompt",
            Some(TurnKind::Command) => "command",
            Some(TurnKind::PlanHandoff) => "plan",
            Some(TurnKind::Background) => "background",
            Some(TurnKind::Teammate) => "teammate",
            Some(TurnKind::Blocked) => "blocked",
            Some(TurnKind::Continued) => "continued",
            None => "unknown",
        }
    }

    fn of_mark(kind: MarkKind) -> Option<TurnKind> {
        match kind {
            MarkKind::Prompt => Some(TurnKind::Prompt),
            MarkKind::PlanHandoff => Some(TurnKind::PlanHandoff),
            MarkKind::BackgroundWake => Some(TurnKind::Background),
            MarkKind::Teammate => Some(TurnKind::Teammate),
            MarkKind::Blocked => Some(TurnKind::Blocked),
            _ => None,
        }
    }
}

/// What ended a turn. The codes are stored: never renumber one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TurnEnd {
    /// The file ends before the turn does.
    Open,
    /// The agent stopped.
    Stop,
    /// The user interrupted.
    Interrupted,
    /// The next turn began.
    Superseded,
    /// A hook refused the prompt.
    Blocked,
}

impl TurnEnd {
    /// Returns the stored number.
    pub fn code(self) -> i64 {
        self as i64
    }

    /// Returns the name used in reports.
    pub fn name_of(code: i64) -> &'static str {
        ["open", "stop", "interrupted", "superseded", "blocked"].get(code.max(0) as usize).copied().unwrap_or("unknown")
    }
}

/// The turns of a session, and to which of them each request belongs.
#[derive(Debug, Default)]
pub(super) struct Turns {
    pub(super) rows: Vec<TurnRow>,
    /// Index into `rows` by key of the request.
    pub(super) of_call: FxHashMap<i64, usize>,
}

/// What happens in the main lane, in order.
enum Step<'f> {
    Mark(&'f MarkFact),
    Call(usize),
}

/// Returns the turns of a session; `names` tells tools apart.
pub(super) fn turns(facts: &SessionFacts, lanes: &Lanes, names: &Names) -> Turns {
    let mut machine = Machine {
        facts,
        turns: Turns::default(),
        is_open: false,
        command: None,
        queue: VecDeque::new(),
        file: None,
        removed: 0,
        delivered: 0,
    };
    for step in steps(facts) {
        match step {
            Step::Mark(mark) => machine.mark(mark),
            Step::Call(index) => machine.call(index),
        }
    }
    let mut turns = machine.turns;
    lanes.place_subagents(facts, &mut turns);
    finish(facts, lanes, names, &mut turns);
    turns
}

fn steps(facts: &SessionFacts) -> Vec<Step<'_>> {
    let own = |index: &usize| facts.calls[*index].agent_run.is_none() && facts.calls[*index].kind == CallKind::Request;
    let calls = (0..facts.calls.len()).filter(own).map(|index| (facts.calls[index].place, Step::Call(index)));
    let marks = facts.marks.iter().map(|mark| (mark.place, Step::Mark(mark)));
    let mut steps: Vec<_> = calls.chain(marks).collect();
    steps.sort_by_key(|(place, step)| {
        let tie = match step {
            Step::Mark(mark) => (0, mark.key),
            Step::Call(index) => (1, facts.calls[*index].key),
        };
        (place.head_at, place.ordinal, tie)
    });
    steps.into_iter().map(|(_, step)| step).collect()
}

/// Time of a turn that its measure need not fill to be believed across a gap between files.
const MAX_UNMEASURED_MS: i64 = 10_000;

struct Machine<'f> {
    facts: &'f SessionFacts,
    turns: Turns,
    /// The last turn has neither ended nor been replaced.
    is_open: bool,
    /// A slash command that may turn out to be for the model.
    command: Option<&'f MarkFact>,
    /// What waits in the input queue: is it a person's text?
    queue: VecDeque<bool>,
    /// The file that holds the last request or beginning of a turn.
    file: Option<i64>,
    /// Texts that left the queue for the running turn, as the queue tells.
    removed: i64,
    /// The same, as attachments beside the turn tell.
    delivered: i64,
}

impl<'f> Machine<'f> {
    fn mark(&mut self, mark: &'f MarkFact) {
        if let Some(kind) = TurnKind::of_mark(mark.kind) {
            self.command = None;
            return self.begin(kind, mark.key, mark);
        }
        match mark.kind {
            MarkKind::Command => self.command = Some(mark),
            MarkKind::Interrupt => self.end(TurnEnd::Interrupted, mark.at, None),
            MarkKind::TurnEnd => self.end(TurnEnd::Stop, mark.at.filter(|_| self.is_seen(mark)), mark.value),
            MarkKind::Steer => self.steered(),
            MarkKind::QueuedText => self.queue.push_back(true),
            MarkKind::QueuedOther => self.queue.push_back(false),
            MarkKind::Dequeued => drop(self.queue.pop_front()),
            MarkKind::QueueRemoved if self.queue.pop_front() == Some(true) => self.left_the_queue(1, 0),
            MarkKind::QueueDelivered => self.left_the_queue(0, 1),
            MarkKind::QueueEmptied => self.queue.clear(),
            MarkKind::Rewound => self.take_back(mark.value),
            _ => {}
        }
    }

    fn call(&mut self, index: usize) {
        let call = &self.facts.calls[index];
        if let Some(command) = self.command.take() {
            self.begin(TurnKind::Command, command.key, command);
        } else if self.turns.rows.is_empty() {
            self.push(TurnKind::Continued, call.key, call.at, None);
        }
        let turn = self.turns.rows.len() - 1;
        self.turns.of_call.insert(call.key, turn);
        self.file = Some(call.place.head_at);
    }

    /// Tells whether what lies between the turn and its end is in the files.
    ///
    /// Of a sliced session the next file may begin with the end of a turn
    /// whose rest is lost; how long that turn took is then not known, unless
    /// the client's own measure fills the time.
    fn is_seen(&self, end: &MarkFact) -> bool {
        let started = self.turns.rows.last().and_then(|turn| turn.started_at);
        let is_filled = || Some(started? + end.value? + MAX_UNMEASURED_MS >= end.at?);
        self.file == Some(end.place.head_at) || is_filled() == Some(true)
    }

    fn begin(&mut self, kind: TurnKind, key: i64, mark: &MarkFact) {
        if self.is_open {
            self.end(TurnEnd::Superseded, None, None);
        }
        self.push(kind, key, mark.at, Some(mark));
        self.file = Some(mark.place.head_at);
        if kind == TurnKind::Blocked {
            self.end(TurnEnd::Blocked, mark.at, None);
        }
    }

    fn push(&mut self, kind: TurnKind, key: i64, at: Option<i64>, mark: Option<&MarkFact>) {
        let is_human = !matches!(kind, TurnKind::Background | TurnKind::Teammate | TurnKind::Continued);
        self.turns.rows.push(TurnRow {
            key,
            session: self.facts.key,
            number: self.turns.rows.len() as i64 + 1,
            kind: kind.code(),
            end: TurnEnd::Open.code(),
            started_at: at,
            ended_at: None,
            active_ms: None,
            active_is_clamped: false,
            tool_ms: 0,
            waiting_ms: None,
            waiting_is_inferred: false,
            inputs: i64::from(is_human),
            calls: 0,
            tools: 0,
            prompt_source: mark.and_then(|mark| mark.path),
            prompt_offset: mark.and_then(|mark| mark.offset),
        });
        (self.is_open, self.removed, self.delivered) = (true, 0, 0);
    }

    fn end(&mut self, end: TurnEnd, at: Option<i64>, active: Option<i64>) {
        let Some(turn) = self.turns.rows.last_mut() else { return };
        let is_better = turn.end == TurnEnd::Open.code() || turn.end == TurnEnd::Superseded.code();
        if is_better {
            turn.end = end.code();
        }
        turn.ended_at = turn.ended_at.max(at);
        turn.active_ms = turn.active_ms.max(active);
        self.is_open = false;
    }

    /// Prompts that were taken back before the model answered are no turns;
    /// what it answered was paid for and stays.
    fn take_back(&mut self, to: Option<i64>) {
        let first = self.turns.rows.iter().position(|turn| Some(turn.key) == to).unwrap_or(0);
        while self.turns.rows.len() > first {
            let last = self.turns.rows.len() - 1;
            if self.turns.of_call.values().any(|turn| *turn == last) {
                break;
            }
            self.turns.rows.pop();
        }
        if let Some(turn) = self.turns.rows.last_mut().filter(|turn| turn.end == TurnEnd::Superseded.code()) {
            turn.end = TurnEnd::Open.code();
            self.is_open = true;
        }
    }

    /// A client may write both: that the text left the queue, and the text.
    fn left_the_queue(&mut self, removed: i64, delivered: i64) {
        let before = self.removed.max(self.delivered);
        self.removed += removed;
        self.delivered += delivered;
        if self.removed.max(self.delivered) > before {
            self.steered();
        }
    }

    fn steered(&mut self) {
        if let Some(turn) = self.turns.rows.last_mut() {
            turn.inputs += 1;
        }
    }
}

/// Counts and clocks need every request's turn, subagents' included.
fn finish(facts: &SessionFacts, lanes: &Lanes, names: &Names, turns: &mut Turns) {
    let mut clocks: Vec<TurnClock> = turns.rows.iter().map(|turn| TurnClock::new(turn.started_at)).collect();
    for call in facts.calls.iter().filter(|call| lanes.is_counted(call)) {
        if let Some(turn) = turns.of_call.get(&call.key) {
            turns.rows[*turn].calls += 1;
            if call.agent_run.is_none() {
                clocks[*turn].seen(call.at);
            }
        }
    }
    for tool in &facts.tools {
        if let Some(turn) = tool.call.and_then(|call| turns.of_call.get(&call)) {
            turns.rows[*turn].tools += 1;
            if tool.agent_run.is_none() {
                let asked = facts.permissions.get(&tool.key).copied();
                clocks[*turn].tool(tool, tool.name.and_then(|name| names.get(name)), asked);
            }
        }
    }
    for (turn, clock) in turns.rows.iter_mut().zip(clocks) {
        clock.settle(turn);
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_story::{BASH, EDIT, QUESTION, Story, names};
    use super::*;

    fn turns_of(story: &Story) -> Turns {
        turns(&story.facts, &Lanes::new(&story.facts), &names())
    }

    /// Kind, end, inputs and requests of every turn.
    fn told(story: &Story) -> Vec<(&'static str, &'static str, i64, i64)> {
        let row = |turn: &TurnRow| (TurnKind::name_of(turn.kind), TurnEnd::name_of(turn.end), turn.inputs, turn.calls);
        turns_of(story).rows.iter().map(row).collect()
    }

    #[test]
    fn a_prompt_begins_a_turn_and_a_stop_ends_it() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).call(3).mark(MarkKind::TurnEnd, 4);
        story.mark(MarkKind::Prompt, 5).call(6);
        assert_eq!(told(&story), [("prompt", "stop", 1, 2), ("prompt", "open", 1, 1)]);
    }

    #[test]
    fn order_of_rows_decides_not_time() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).mark(MarkKind::Prompt, 3).call(4);
        story.facts.calls[1].at = Some(0);
        story.facts.marks.reverse();
        story.facts.calls.reverse();
        let turns = turns_of(&story);
        assert_eq!((turns.of_call[&2], turns.of_call[&4]), (0, 1));
    }

    #[test]
    fn a_prompt_into_a_running_turn_supersedes_it() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).mark(MarkKind::Prompt, 3).call(4).mark(MarkKind::Interrupt, 5);
        assert_eq!(told(&story), [("prompt", "superseded", 1, 1), ("prompt", "interrupted", 1, 1)]);
    }

    #[test]
    fn a_stop_after_an_interruption_does_not_change_what_ended_the_turn() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).mark(MarkKind::Interrupt, 3).mark(MarkKind::TurnEnd, 4);
        assert_eq!(told(&story), [("prompt", "interrupted", 1, 1)]);
    }

    #[test]
    fn a_command_is_a_turn_only_if_the_model_answers_it() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).mark(MarkKind::TurnEnd, 3);
        story.mark(MarkKind::Command, 4).mark(MarkKind::Command, 5).call(6).mark(MarkKind::TurnEnd, 7);
        story.mark(MarkKind::Command, 8).mark(MarkKind::Prompt, 9).call(10);
        let kinds: Vec<_> = told(&story).into_iter().map(|(kind, _, _, calls)| (kind, calls)).collect();
        assert_eq!(kinds, [("prompt", 1), ("command", 1), ("prompt", 1)]);
    }

    #[test]
    fn requests_before_any_prompt_go_on_with_a_turn_that_is_in_no_file() {
        let mut story = Story::new();
        story.mark(MarkKind::TurnEnd, 1).call(2).call(3).mark(MarkKind::Prompt, 4).call(5);
        assert_eq!(told(&story), [("continued", "superseded", 0, 2), ("prompt", "open", 1, 1)]);
    }

    #[test]
    fn a_blocked_prompt_is_a_turn_of_its_own_and_over_at_once() {
        let mut story = Story::new();
        story.mark(MarkKind::Blocked, 1).mark(MarkKind::Prompt, 2).call(3).mark(MarkKind::TurnEnd, 4);
        assert_eq!(told(&story), [("blocked", "blocked", 1, 0), ("prompt", "stop", 1, 1)]);
    }

    #[test]
    fn nobody_typed_what_a_task_or_a_team_mate_woke() {
        let mut story = Story::new();
        story.mark(MarkKind::BackgroundWake, 1).call(2).mark(MarkKind::TurnEnd, 3).mark(MarkKind::Teammate, 4).call(5);
        assert_eq!(told(&story), [("background", "stop", 0, 1), ("teammate", "open", 0, 1)]);
    }

    #[test]
    fn words_into_a_running_turn_are_inputs_of_it() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).mark(MarkKind::Steer, 3).call(4);
        assert_eq!(told(&story), [("prompt", "open", 2, 2)]);
    }

    #[test]
    fn only_a_persons_text_that_is_removed_from_the_queue_steers() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2);
        story.mark(MarkKind::QueuedOther, 3).mark(MarkKind::QueuedText, 4).mark(MarkKind::QueuedText, 5);
        story.mark(MarkKind::QueueRemoved, 6).mark(MarkKind::QueueRemoved, 7).mark(MarkKind::Dequeued, 8);
        story.mark(MarkKind::QueueRemoved, 9);
        assert_eq!(told(&story), [("prompt", "open", 2, 1)]);
    }

    #[test]
    fn a_text_that_the_queue_and_an_attachment_tell_is_one_input() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2);
        story.mark(MarkKind::QueuedText, 3).mark(MarkKind::QueueRemoved, 4).mark(MarkKind::QueueDelivered, 5);
        story.mark(MarkKind::QueueDelivered, 6);
        assert_eq!(told(&story), [("prompt", "open", 3, 1)]);
    }

    #[test]
    fn an_emptied_queue_steers_nothing() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).mark(MarkKind::QueuedText, 2).mark(MarkKind::QueueEmptied, 3);
        story.mark(MarkKind::QueueRemoved, 4).call(5);
        assert_eq!(told(&story), [("prompt", "open", 1, 1)]);
    }

    #[test]
    fn a_prompt_taken_back_is_a_turn_only_if_the_model_had_answered() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).mark(MarkKind::Prompt, 3).mark_with(MarkKind::Rewound, 4, Some(3));
        assert_eq!(told(&story), [("prompt", "open", 1, 1)]);
        story.mark_with(MarkKind::Rewound, 5, Some(1));
        assert_eq!(told(&story), [("prompt", "open", 1, 1)]);
        story.mark(MarkKind::Prompt, 6).call(7);
        assert_eq!(told(&story), [("prompt", "superseded", 1, 1), ("prompt", "open", 1, 1)]);
    }

    #[test]
    fn what_the_client_did_not_measure_as_work_was_waiting() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).tool(3, EDIT, 60_000).mark_with(MarkKind::TurnEnd, 4, Some(1_000));
        let turn = turns_of(&story).rows.remove(0);
        assert_eq!((turn.active_ms, turn.waiting_ms, turn.waiting_is_inferred), (Some(1_000), Some(2_000), false));
        assert_eq!((turn.tool_ms, turn.active_is_clamped), (60_000, false));
    }

    #[test]
    fn a_measure_longer_than_the_turn_is_cut_and_flagged() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).mark_with(MarkKind::TurnEnd, 3, Some(900_000));
        let turn = turns_of(&story).rows.remove(0);
        assert_eq!((turn.active_ms, turn.waiting_ms, turn.active_is_clamped), (Some(2_000), Some(0), true));
    }

    #[test]
    fn the_end_of_a_turn_whose_rows_are_lost_tells_no_time() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).next_file().mark_with(MarkKind::TurnEnd, 3, Some(500));
        story.facts.marks[1].at = Some(90_000_000);
        let turn = turns_of(&story).rows.remove(0);
        assert_eq!((turn.end, turn.ended_at, turn.waiting_ms), (TurnEnd::Stop.code(), Some(2_000), Some(500)));
    }

    #[test]
    fn the_end_of_a_turn_in_the_next_file_is_believed_if_its_measure_fills_the_gap() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).next_file().mark_with(MarkKind::TurnEnd, 3, Some(180_000));
        story.facts.marks[1].at = Some(185_000);
        let turn = turns_of(&story).rows.remove(0);
        assert_eq!((turn.ended_at, turn.waiting_ms, turn.active_is_clamped), (Some(185_000), Some(4_000), false));
    }

    #[test]
    fn without_a_measure_questions_and_slow_file_tools_tell_the_wait() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).tool(3, EDIT, 6_000).tool(4, EDIT, 6_000).tool(5, QUESTION, 20);
        story.call(6).tool(7, EDIT, 4_000).tool(8, BASH, 600_000);
        let turn = turns_of(&story).rows.remove(0);
        assert_eq!((turn.waiting_ms, turn.waiting_is_inferred, turn.active_ms), (Some(7_000), true, None));
    }

    #[test]
    fn a_wait_that_a_hook_saw_is_no_guess() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).tool(3, BASH, 60_000);
        let tool = story.facts.tools[0].clone();
        let asked = tool.asked_at.unwrap();
        story.facts.permissions.insert(tool.key, (asked + 1_000, asked + 46_000));
        let turn = turns_of(&story).rows.remove(0);
        assert_eq!((turn.waiting_ms, turn.waiting_is_inferred), (Some(45_000), false));
    }

    #[test]
    fn where_nothing_tells_the_wait_is_not_known() {
        let mut story = Story::new();
        story.mark(MarkKind::Prompt, 1).call(2).tool(3, BASH, 600_000);
        let turn = turns_of(&story).rows.remove(0);
        assert_eq!((turn.waiting_ms, turn.waiting_is_inferred, turn.tool_ms), (None, false, 600_000));
    }
}
