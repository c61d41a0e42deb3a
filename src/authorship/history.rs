//! Which changes can have led from a commit's parent to the commit.

use std::collections::HashMap;

use super::changes::Change;
use super::ground::{CLOCK_SLACK_MS, Ground};
use crate::store::{LineCandidate, Names, Reader, StoreError};

/// As long before a commit as an edit can land in it, milliseconds.
const MAX_AGE_MS: i64 = 14 * 86_400_000;

/// Files of the commits that are decided, and the order of these.
#[derive(Debug, Default)]
pub(super) struct History {
    /// By commit, as name ids: the path and the path before a rename.
    files: HashMap<i64, Vec<(i64, Option<i64>)>>,
    /// Place in history by commit.
    order: HashMap<i64, usize>,
}

/// Changes of one file that can have led to a commit, in order of time.
#[derive(Default)]
pub(super) struct Past<'g> {
    pub(super) changes: Vec<&'g Change>,
    /// Those made in other work trees.
    pub(super) others: Vec<&'g Change>,
}

impl History {
    pub(super) fn read(reader: &Reader, candidates: &[LineCandidate]) -> Result<History, StoreError> {
        let mut history = History::default();
        for (order, commit) in candidates.iter().enumerate() {
            history.files.insert(commit.key, reader.files_of_commit(commit.key)?);
            history.order.insert(commit.key, order);
        }
        Ok(history)
    }

    /// Returns the name ids of all paths.
    pub(super) fn path_ids(&self, names: &Names) -> HashMap<String, i64> {
        let ids = self.files.values().flatten().flat_map(|(path, old)| std::iter::once(*path).chain(*old));
        ids.filter_map(|id| Some((names.get(id)?.to_owned(), id))).collect()
    }

    /// Returns the files a commit touched.
    pub(super) fn files(&self, commit: &LineCandidate) -> &[(i64, Option<i64>)] {
        self.files.get(&commit.key).map(Vec::as_slice).unwrap_or_default()
    }

    fn is_before(&self, one: i64, commit: &LineCandidate) -> bool {
        self.order.get(&one) < self.order.get(&commit.key)
    }
}

impl Ground {
    /// Returns the changes that can have led to a file of a commit.
    ///
    /// What landed in earlier commits and not in this one is in its parent already. A work tree has its own files: if
    /// sessions of the commit changed the file, only work trees they were in count.
    pub(super) fn past(&self, commit: &LineCandidate, path: i64, old_path: Option<i64>) -> Past<'_> {
        let (since, until) = (commit.since.saturating_sub(MAX_AGE_MS), commit.at.saturating_add(CLOCK_SLACK_MS));
        let mut changes: Vec<&Change> = std::iter::once(path)
            .chain(old_path)
            .flat_map(|path| self.changes.of(path))
            .filter(|change| (since..=until).contains(&change.fact.at) && !self.has_landed(change, commit, path))
            .collect();
        changes.sort_by_key(|change| (change.fact.at, change.fact.tool_call));
        let linked: Vec<&Change> = changes.iter().copied().filter(|change| self.is_linked(commit, change)).collect();
        if linked.is_empty() {
            return Past { changes, others: Vec::new() };
        }
        let (changes, others) =
            changes.into_iter().partition(|change| linked.iter().any(|other| change.is_beside(other)));
        Past { changes, others }
    }

    fn is_linked(&self, commit: &LineCandidate, change: &Change) -> bool {
        self.links.get(&commit.key).is_some_and(|sessions| sessions.contains(&change.fact.session))
    }

    /// Tells whether the lines of a change were committed earlier, and not again.
    fn has_landed(&self, change: &Change, commit: &LineCandidate, path: i64) -> bool {
        let Some(rows) = self.by_tool_call.get(&change.fact.tool_call) else { return false };
        let (own, _) = self.rows(commit);
        let is_here = |row: &&usize| self.landed[**row].path == path;
        let is_earlier = |row: &usize| self.history.is_before(self.landed[*row].git_commit, commit);
        rows.iter().filter(is_here).any(is_earlier) && !rows.iter().any(|row| own.contains(row))
    }
}
