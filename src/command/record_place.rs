//! Which commit the lines of an imported record stand in.
//!
//! A record names a revision. Its lines are those of that commit; the reference code of the format means the parent of
//! the commit to come, and writers that copied it do too. So the lines are looked for: in what the commit added, or in
//! what its only fitting child added. Lines that fit nowhere are nobody's.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::git::{CommitLines, GitError, Repo};
use crate::interop::{LineSet, TraceFile, TraceRecord};
use crate::model::CommitId;

/// Where records belong.
pub(super) struct Places<'r> {
    repo: &'r Repo,
    children: HashMap<CommitId, Vec<CommitId>>,
    /// Lines that commits added, by path.
    added: RefCell<HashMap<CommitId, HashMap<String, LineSet>>>,
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
        Ok(Places { repo, children, added: RefCell::default() })
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
        let mut all = self.added.borrow_mut();
        let files = all.entry(*commit).or_insert_with(|| {
            let files = self.repo.commit_lines(commit).unwrap_or_default();
            files.files.into_iter().map(|file| (file.path.clone(), added(&file))).collect()
        });
        files.get(path).cloned().unwrap_or_default()
    }
}

fn added(file: &CommitLines) -> LineSet {
    let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    LineSet::new(file.added.iter().map(|range| (number(range.start).saturating_add(1), number(range.end))).collect())
}

/// Returns the commit of a record's revision; an abbreviated one must be in this clone.
fn commit(repo: &Repo, record: &TraceRecord) -> Option<CommitId> {
    let revision = record.revision.as_str();
    CommitId::parse(revision).ok().or_else(|| repo.resolve_prefix(revision))
}
