//! What git is in the middle of while a hook runs.

use super::place::Place;

/// The operation that a commit is part of. The numbers are stored: never renumber one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GitState {
    /// Nothing else: a commit somebody makes.
    Plain = 0,
    /// Old commits are made again on another base.
    Rebase = 1,
    /// A copy of a commit is made.
    CherryPick = 2,
    /// A commit is undone.
    Revert = 3,
    /// A merge is finished.
    Merge = 4,
    /// The commits of a branch become one.
    Squash = 5,
}

/// Files below the git directory and what they mean; the first that exists decides.
///
/// `CHERRY_PICK_HEAD` also stands during a rebase, and `sequencer` during ranges of either kind.
const SIGNS: [(&str, GitState); 7] = [
    ("rebase-merge", GitState::Rebase),
    ("rebase-apply", GitState::Rebase),
    ("CHERRY_PICK_HEAD", GitState::CherryPick),
    ("REVERT_HEAD", GitState::Revert),
    ("sequencer", GitState::CherryPick),
    ("MERGE_HEAD", GitState::Merge),
    ("SQUASH_MSG", GitState::Squash),
];

impl GitState {
    /// Returns what git is doing in this work tree now.
    pub fn of(place: &Place) -> GitState {
        let sign = SIGNS.iter().find(|(file, _)| place.git_dir.join(file).exists());
        sign.map_or(GitState::Plain, |(_, state)| *state)
    }

    /// Tells whether the commit repeats or undoes one that somebody made before: whoever runs this did not write it.
    pub fn is_replay(self) -> bool {
        matches!(self, GitState::Rebase | GitState::CherryPick | GitState::Revert)
    }

    /// Returns the name in the spool.
    pub fn name(self) -> &'static str {
        match self {
            GitState::Plain => "plain",
            GitState::Rebase => "rebase",
            GitState::CherryPick => "cherry-pick",
            GitState::Revert => "revert",
            GitState::Merge => "merge",
            GitState::Squash => "squash",
        }
    }

    /// Returns the state of a name in the spool; unknown names are [`GitState::Plain`].
    pub fn from_name(name: &str) -> GitState {
        let all = [GitState::Rebase, GitState::CherryPick, GitState::Revert, GitState::Merge, GitState::Squash];
        all.into_iter().find(|state| state.name() == name).unwrap_or(GitState::Plain)
    }
}
