//! How long a turn took, how much of it tools took, and how much a person.

use super::tool_wait::tool_wait;
use crate::store::{ToolFact, TurnRow};

/// Collects the instants of a turn's main lane.
#[derive(Debug)]
pub(super) struct TurnClock {
    started_at: Option<i64>,
    last_seen: Option<i64>,
    tools: Vec<(i64, i64)>,
    waits: Vec<(i64, i64)>,
    /// Some wait is told by the length of a tool call alone.
    is_inferred: bool,
}

impl TurnClock {
    pub(super) fn new(started_at: Option<i64>) -> TurnClock {
        TurnClock { started_at, last_seen: None, tools: Vec::new(), waits: Vec::new(), is_inferred: false }
    }

    /// Something of the turn happened.
    pub(super) fn seen(&mut self, at: Option<i64>) {
        self.last_seen = self.last_seen.max(at);
    }

    /// A tool of the turn ran; `asked` is when a hook saw a person being asked for it.
    pub(super) fn tool(&mut self, tool: &ToolFact, name: Option<&str>, asked: Option<(i64, i64)>) {
        self.waits.extend(asked);
        self.seen(tool.answered_at.or(tool.asked_at));
        let Some((began, answered)) = tool.asked_at.zip(tool.answered_at) else { return };
        let interval = (began, answered.max(began));
        self.tools.push(interval);
        if asked.is_none() && name.is_some_and(|name| tool_wait(name, interval.1 - interval.0).is_some()) {
            self.waits.push(interval);
            self.is_inferred = true;
        }
    }

    /// Writes the times into the turn.
    ///
    /// The client's own measure of working time is believed where it fits into
    /// the turn (2 of 97 were longer: clamped); what is left of the wall time
    /// was waiting for a person. Without it the wait is what its tools tell, a
    /// lower bound; where they tell nothing, it is not known.
    pub(super) fn settle(self, turn: &mut TurnRow) {
        turn.tool_ms = union(self.tools);
        turn.ended_at = turn.ended_at.or(self.last_seen).or(self.started_at);
        let wall = turn.started_at.zip(turn.ended_at).map(|(start, end)| (end - start).max(0));
        if let (Some(wall), Some(active)) = (wall, turn.active_ms) {
            turn.active_is_clamped = active > wall;
            turn.active_ms = Some(active.min(wall));
            turn.waiting_ms = Some((wall - active).max(0));
        } else if !self.waits.is_empty() {
            turn.waiting_ms = Some(union(self.waits));
            turn.waiting_is_inferred = self.is_inferred;
        }
    }
}

/// Length of the union of intervals: tools that run side by side count once.
fn union(mut intervals: Vec<(i64, i64)>) -> i64 {
    intervals.sort_unstable();
    let (mut total, mut covered_to) = (0, i64::MIN);
    for (start, end) in intervals {
        let from = start.max(covered_to);
        total += (end - from).max(0);
        covered_to = covered_to.max(end);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_side_by_side_count_once() {
        assert_eq!(union(vec![(0, 10), (5, 8), (9, 12), (20, 21)]), 13);
        assert_eq!(union(vec![]), 0);
    }
}
