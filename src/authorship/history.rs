//! Which changes can have led from a commit's parent to the commit.

use std::collections::{HashMap, HashSet};

use super::changes::Change;
use super::ground::{CLOCK_SLACK_MS, Ground};
use crate::store::{LineCandidate, Names, Reader, StoreError};

/// As long before a commit as an edit can land in it, milliseconds.
const MAX_AGE_MS: i64 = 14 * 86_400_000;

/// Files of the commits that are decided, by name ids, and when each file was committed.
#[derive(Debug, Default)]
pub(super) struct History {
    /// By commit: the path and the path before a rename.
    files: HashMap<i64, Vec<(i64, Option<i64>)>>,
    /// By path: place in history and time of the commits that touched it, ascending.
    touched: HashMap<i64, Vec<(usize, i64)>>,
    /// Place in history by commit.
    order: HashMap<i64, usize>,
}

/// Changes of one file that can have led to a commit, in order of time.
pub(super) struct Past<'g> {
    /// Each with whether later states were committed before this commit.
    pub(super) changes: Vec<(&'g Change, bool)>,
    /// Some were made in other work trees, and left out.
    pub(super) has_others: bool,
}

impl History {
    pub(super) fn read(reader: &Reader, candidates: &[LineCandidate]) -> Result<History, StoreError> {
        let mut history = History::default();
        for (order, commit) in candidates.iter().enumerate() {
            let files = reader.files_of_commit(commit.key)?;
            let paths: HashSet<i64> = files.iter().flat_map(|(path, old)| std::iter::once(*path).chain(*old)).collect();
            paths.into_iter().for_each(|path| history.touched.entry(path).or_default().push((order, commit.at)));
            history.files.insert(commit.key, files);
            history.order.insert(commit.key, order);
        }
        Ok(history)
    }

    /// Returns the name ids of all paths.
    pub(super) fn path_ids(&self, names: &Names) -> HashMap<String, i64> {
        self.touched.keys().filter_map(|id| Some((names.get(*id)?.to_owned(), *id))).collect()
    }

    /// Returns the files a commit touched.
    pub(super) fn files(&self, commit: &LineCandidate) -> &[(i64, Option<i64>)] {
        self.files.get(&commit.key).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns when the file was committed before.
    fn before(&self, commit: &LineCandidate, path: i64) -> Option<i64> {
        let order = *self.order.get(&commit.key)?;
        let touched = self.touched.get(&path)?;
        let before = touched.partition_point(|(other, _)| *other < order);
        touched[..before].last().map(|(_, at)| *at)
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
        let paths = std::iter::once(path).chain(old_path);
        let mut changes: Vec<&Change> = paths
            .flat_map(|path| self.changes.of(path))
            .filter(|change| (since..=until).contains(&change.fact.at) && !self.has_landed(change, commit, path))
            .collect();
        changes.sort_by_key(|change| (change.fact.at, change.fact.tool_call));
        let linked: Vec<&Change> = changes.iter().copied().filter(|change| self.is_linked(commit, change)).collect();
        let count = changes.len();
        if !linked.is_empty() {
            changes.retain(|change| linked.iter().any(|other| change.is_beside(other)));
        }
        let before = self.history.before(commit, path).max(old_path.and_then(|old| self.history.before(commit, old)));
        let is_old = |change: &Change| before.is_some_and(|before| change.fact.at <= before.saturating_add(999));
        let has_others = changes.len() < count;
        Past { changes: changes.into_iter().map(|change| (change, is_old(change))).collect(), has_others }
    }

    fn is_linked(&self, commit: &LineCandidate, change: &Change) -> bool {
        self.links.get(&commit.key).is_some_and(|sessions| sessions.contains(&change.fact.session))
    }

    /// Tells whether the lines of a change were committed earlier, and not again.
    fn has_landed(&self, change: &Change, commit: &LineCandidate, path: i64) -> bool {
        let Some(rows) = self.by_tool_call.get(&change.fact.tool_call) else { return false };
        let (own, _) = self.rows(commit);
        let rows = || rows.iter().filter(|row| self.landed[**row].path == path);
        rows().any(|row| self.history.is_before(self.landed[*row].git_commit, commit))
            && !rows().any(|row| own.contains(row))
    }
}
