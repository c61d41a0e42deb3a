//! Which commit the lines of an imported record stand in.
//!
//! A record names a revision. Its lines are those of that commit; the reference code of the format means the parent of
//! the commit to come, and writers that copied it do too. So the lines are looked for: in what the commit added, or in
//! what its only fitting child added. Lines that fit nowhere are nobody's.

use std::collections::{HashMap, HashSet};

use crate::git::{AddedRun, GitError, Repo};
use crate::interop::{LineSet, TraceFile, TraceRecord};
use crate::model::CommitId;

/// Where records belong.
pub(super) struct Places<'r> {
    repo: &'r Repo,
    children: HashMap<CommitId, Vec<CommitId>>,
}

/// Where the lines of one file of a record stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In this commit.
    In(CommitId),
    /// In this commit, which is not in this clone.
    Elsewhere(CommitId),
    /// The revision is no commit.
    NoCommit,
    /// No commit that the revision can mean added such lines.
    Nowhere,
}

impl<'r> Places<'r> {
    /// Prepares for records: history is walked once.
    pub(super) fn new(repo: &'r Repo, records: &[TraceRecord]) -> Result<Places<'r>, GitError> {
        let revisions: HashSet<CommitId> = records.iter().filter_map(|record| commit(repo, record)).collect();
        let children = repo.children_of(&revisions)?;
        Ok(Places { repo, children })
    }

    /// Returns where the lines of a file of a record stand.
    pub(super) fn of(&self, record: &TraceRecord, file: &TraceFile) -> Place {
        let Some(commit) = commit(self.repo, record) else { return Place::NoCommit };
        if !self.repo.has_commit(&commit) {
            return Place::Elsewhere(commit);
        }
        let claimed = LineSet::new(file.claims.iter().flat_map(|claim| claim.lines.ranges().iter().copied()).collect());
        if !record.means_parent && self.added(&commit, &file.path).meets(&claimed) {
            return Place::In(commit);
        }
        let children = self.children.get(&commit).into_iter().flatten();
        let mut fitting = children.filter(|child| claimed.is_within(&self.added(child, &file.path)));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Place::In(*only),
            _ => Place::Nowhere,
        }
    }

    fn added(&self, commit: &CommitId, path: &str) -> LineSet {
        let files = self.repo.added_lines(commit, &[path]).unwrap_or_default();
        let range = |run: &AddedRun| (run.first, run.first.saturating_add(run.lines.len() as u32).saturating_sub(1));
        LineSet::new(files.iter().flatten().map(range).collect())
    }
}

/// Returns the commit of a record's revision; an abbreviated one must be in this clone.
fn commit(repo: &Repo, record: &TraceRecord) -> Option<CommitId> {
    let revision = record.revision.as_str();
    CommitId::parse(revision).ok().or_else(|| repo.resolve_prefix(revision))
}
