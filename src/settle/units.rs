//! Commits of the branch that something may have landed as.

use std::collections::{BTreeMap, HashSet};

use super::candidates::first_work;
use crate::git::{GitError, MentionForm, Repo, Sketch, pull_mention};
use crate::model::{CommitId, Timestamp};
use crate::notes::Note;

/// A pull request named in the message of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedPull {
    /// Its number.
    pub number: u64,
    /// An importer says so: the pull request itself was closed, not merged.
    pub is_import: bool,
}

pub(super) fn named_pull(message: &str) -> Option<NamedPull> {
    let mention = pull_mention(message)?;
    let is_import = matches!(mention.form, MentionForm::Resolved | MentionForm::Closes);
    Some(NamedPull { number: mention.number, is_import })
}

/// A commit of the branch that is no merge and has a parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The commit.
    pub sketch: Sketch,
    /// The pull request that its message names, or that of the merge which brought it.
    pub pull: Option<NamedPull>,
    /// Its own message names it.
    pub is_named: bool,
}

impl Unit {
    /// Tells whether work that a note tells of may have landed here or later.
    pub fn may_be_of(&self, note: &Note) -> bool {
        first_work(note).is_none_or(|first| first.0 >= self.sketch.commit_time.0 - MAX_AGE_MS)
    }
}

/// Which commits of the branch are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Those that came after this one.
    After(CommitId),
    /// Those that were committed since.
    Since(Timestamp),
}

const DAY_MS: i64 = 86_400_000;
/// Older work than this is looked for only if somebody says so.
const MAX_AGE_MS: i64 = 90 * DAY_MS;
/// No more than this many commits of the branch, the newest ones, are looked at.
const MAX_UNITS: usize = 5_000;

impl Span {
    /// Returns how far back work that is not on the branch yet makes it worth to look; at most 90 days.
    ///
    /// `open` are the commits with such work and their notes.
    pub fn of_work<'n>(repo: &Repo, tip: &CommitId, open: impl Iterator<Item = (&'n CommitId, &'n Note)>) -> Span {
        let when = |(commit, note): (&CommitId, &Note)| {
            let made = repo.sketch(commit).map(|sketch| sketch.commit_time);
            made.into_iter().chain(first_work(note)).min()
        };
        let newest = repo.sketch(tip).map_or(0, |sketch| sketch.commit_time.0);
        let oldest = open.filter_map(when).min().map_or(newest, |oldest| oldest.0 - DAY_MS);
        Span::Since(Timestamp(oldest.max(newest - MAX_AGE_MS)))
    }
}

/// Returns the commits of the branch in a span, oldest first.
///
/// # Errors
/// [`GitError::Unreadable`] if history cannot be walked.
pub fn units(repo: &Repo, tip: &CommitId, span: Span) -> Result<Vec<Unit>, GitError> {
    let ids = match span {
        Span::After(before) => repo.between(&before, tip)?,
        Span::Since(since) => repo.recent(tip, since)?,
    };
    let sketches: Vec<Sketch> = ids.iter().take(MAX_UNITS).filter_map(|id| repo.sketch(id)).collect();
    let brought = brought(repo, &sketches)?;
    let single = sketches.into_iter().rev().filter(|sketch| sketch.parents.len() == 1);
    let unit = |sketch: Sketch| {
        let own = named_pull(&sketch.message);
        let pull = own.or_else(|| brought.get(&sketch.id).copied());
        Unit { pull, is_named: own.is_some(), sketch }
    };
    Ok(single.map(unit).collect())
}

/// The pull requests of commits that a merge brought which names one.
fn brought(repo: &Repo, sketches: &[Sketch]) -> Result<BTreeMap<CommitId, NamedPull>, GitError> {
    let known: HashSet<CommitId> = sketches.iter().map(|sketch| sketch.id).collect();
    let mut brought = BTreeMap::new();
    for merge in sketches.iter().filter(|sketch| sketch.parents.len() > 1) {
        let (Some(pull), Some(first)) = (named_pull(&merge.message), merge.parents.first()) else { continue };
        for id in repo.between(first, &merge.id)?.into_iter().filter(|id| known.contains(id)) {
            brought.insert(id, pull);
        }
    }
    Ok(brought)
}
