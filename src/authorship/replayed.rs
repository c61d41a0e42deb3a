//! What the changes of a file, repeated, say of the lines a commit added to it.

use std::collections::HashMap;

use super::changes::Change;
use super::decide::Case;
use crate::git::CommitLines;
use crate::lines::{Fit, Owner, Replayed, Step, replay};
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
        let steps: Vec<Step<'_>> = past.changes.iter().map(|(change, is_old)| change.step(*is_old)).collect();
        let replayed = replay(&file.old, &steps, &file.new);
        // Changes that are all older than what was committed before say nothing of what was done since.
        let has_fresh = past.changes.iter().any(|(_, is_old)| !is_old);
        let is_complete = replayed.is_complete && has_fresh && !past.has_others;
        Some(Told { changes: past.changes.into_iter().map(|(change, _)| change).collect(), replayed, is_complete })
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

    /// Returns the lines that a tool call may have written elsewhere in the file than it is known to have; `None` if
    /// nothing is known of its changes here.
    pub(super) fn left_of(&self, tool_call: i64) -> Option<Vec<LineHash>> {
        let of_tool = |(change, _): &(&&Change, &Fit)| change.fact.tool_call == tool_call;
        let mut own = self.changes.iter().zip(&self.replayed.fits).filter(of_tool).peekable();
        let _ = own.peek()?;
        let is_whole = own.all(|(_, fit)| *fit == Fit::Whole);
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
