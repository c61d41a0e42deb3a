//! What a report is made of.

use std::collections::BTreeMap;

use crate::model::{CommitId, NanoUsd};
use crate::notes::Note;

/// A pull request and the notes around it.
#[derive(Debug, Clone)]
pub struct Input {
    /// The commit it would be merged into.
    pub base: CommitId,
    /// Its last commit.
    pub head: CommitId,
    /// Where the two part, if that is here.
    pub merge_base: Option<CommitId>,
    /// Whether all its commits are here.
    pub is_complete: bool,
    /// Its commits, oldest first.
    pub commits: Vec<Commit>,
    /// An earlier head, and its commits if they are here.
    pub since: Option<(String, Option<Vec<CommitId>>)>,
    /// What landed on the base before, newest first: the commits of each.
    pub landings: Vec<Vec<CommitId>>,
    /// Notes by commit.
    pub notes: BTreeMap<CommitId, Note>,
    /// Commits that have a note whose text is not here.
    pub unread: Vec<CommitId>,
    /// What it may cost.
    pub budget: Option<NanoUsd>,
}

/// A commit of a pull request.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The commit.
    pub id: CommitId,
    /// First line of its message.
    pub subject: String,
    /// It is a merge.
    pub is_merge: bool,
    /// Lines it added, if that is known.
    pub added: Option<u64>,
}
