//! What the changes of a file, repeated, say of the lines a commit added to it.

use std::collections::HashMap;

use super::changes::Change;
use super::decide::Case;
use crate::git::CommitLines;
use crate::lines::{Fit, Owner, Replayed, Step, came, replay, wrote_any};
use crate::model::{LineHash, LineMark};

/// A file whose changes were repeated.
pub(super) struct Told<'g> {
    changes: Vec<&'g Change>,
    replayed: Replayed,
    /// Every change that can matter is among these and fitted.
    pub(super) is_complete: bool,
}

impl Case<'_> {
    /// Repeats the changes that can have led to a file; `None` if there are none.
    pub(super) fn told(&self, file: &CommitLines) -> Option<Told<'_>> {
        let path = self.ground.path_id(&file.path)?;
        let old_path = file.old_path.as_ref().and_then(|path| self.ground.path_id(path));
        let past = self.ground.past(self.commit, path, old_path);
        if past.changes.is_empty() {
            return None;
        }
        let steps: Vec<Step<'_>> = past.changes.iter().map(|change| change.step()).collect();
        let replayed = replay(&file.old, &steps, &file.new);
        let others = past.others.iter().flat_map(|change| &change.fact.hunks);
        let is_complete = replayed.is_complete && !wrote_any(others, &file.new, &replayed.owners);
        Some(Told { changes: past.changes, replayed, is_complete })
    }
}

impl Told<'_> {
    /// Returns the owner of a line of the commit's file, and for lines of tool calls the change.
    pub(super) fn owner(&self, line: usize) -> (Owner, Option<&Change>) {
        let owner = self.replayed.owners[line];
        let change = match owner {
            Owner::Step(step) => self.changes.get(step).copied(),
            _ => None,
        };
        (owner, change)
    }

    /// Tells whether a line without an owner may be one that a tool call wrote elsewhere in the file. Of lines that
    /// are no evidence only those count that were there in the end.
    pub(super) fn may_have_moved(&self, mark: LineMark) -> bool {
        let is_left = || self.replayed.left.iter().flatten().any(|left| *left == mark);
        let hunks = || self.changes.iter().flat_map(|change| &change.fact.hunks);
        if mark.is_trivial() { is_left() } else { hunks().any(|hunk| came(hunk).contains(&mark)) }
    }

    /// Returns the lines that a tool call may have written elsewhere in the file than it is known to have; `None` if
    /// nothing is known of its changes here.
    pub(super) fn left_of(&self, tool_call: i64) -> Option<Vec<LineHash>> {
        let of_tool = |(change, _): &(&&Change, &Fit)| change.fact.tool_call == tool_call;
        let mut own = self.changes.iter().zip(&self.replayed.fits).filter(of_tool).peekable();
        let _ = own.peek()?;
        let is_whole = own.all(|(_, fit)| matches!(fit, Fit::Whole | Fit::Outside));
        let steps =
            self.changes.iter().zip(&self.replayed.left).filter(|(change, _)| change.fact.tool_call == tool_call);
        let hashes = |marks: &Vec<LineMark>| marks.iter().filter_map(|mark| mark.hash()).collect::<Vec<_>>();
        is_whole.then(|| steps.flat_map(|(_, left)| hashes(left)).collect())
    }
}

/// How often each line is in a list.
pub(super) fn counted(lines: impl Iterator<Item = LineHash>) -> HashMap<LineHash, usize> {
    let mut counts = HashMap::new();
    lines.for_each(|line| *counts.entry(line).or_default() += 1);
    counts
}
