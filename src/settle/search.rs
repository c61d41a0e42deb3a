//! Which commits of the branch were made from which commits of pull requests.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::likeness::{Likeness, is_incomplete};
use super::units::{Unit, named_pull};
use crate::git::{CommitChanges, GitError, PatchKey, Repo, Sketch, pull_title};
use crate::model::{CommitId, Timestamp};
use crate::report::{LandingEvidence, LandingKind, OpenReason};

/// A commit that took the place of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The commit on the branch.
    pub landed: CommitId,
    /// First line of its message.
    pub subject: String,
    /// How it was made.
    pub kind: LandingKind,
    /// How that is known.
    pub evidence: LandingEvidence,
    /// The pull request, if a message names one.
    pub pull: Option<u64>,
    /// The commits it was made from, oldest first.
    pub from: Vec<CommitId>,
}

/// A commit that names a pull request and could not be tied to its commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The commit on the branch.
    pub landed: CommitId,
    /// First line of its message.
    pub subject: String,
    /// The pull request.
    pub pull: u64,
    /// Why nothing was found.
    pub reason: OpenReason,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Commits that took the place of others, in the order of the units.
    pub landings: Vec<Landing>,
    /// Commits that name a pull request and could not be tied to its commits.
    pub open: Vec<Open>,
}

/// Where to search.
pub struct Search<'s> {
    repo: &'s Repo,
    branch: &'s HashSet<CommitId>,
    /// Commits with something to carry.
    sources: &'s BTreeSet<CommitId>,
    /// Last commits of pull requests.
    pulls: &'s BTreeMap<u64, CommitId>,
    /// Which commit of the branch was made from which, by the first digits of the latter.
    claimed: BTreeMap<String, BTreeSet<CommitId>>,
    index: Index,
}

/// Digits by which a note names a commit.
pub(super) const DIGITS: usize = 12;

pub(super) fn digits(id: &CommitId) -> String {
    id.to_string().chars().take(DIGITS).collect()
}

/// Who made a change, and when.
type Authored = (Option<i64>, Timestamp);

/// What is not on the branch, by what it would look like there.
#[derive(Default)]
struct Index {
    /// Single commits with something to carry, by their patches.
    by_patch: HashMap<PatchKey, Vec<Sketch>>,
    /// The same, by author and time.
    by_author: HashMap<Authored, Vec<(Sketch, Likeness)>>,
    /// All commits up to one together, by their patch.
    by_range: HashMap<PatchKey, Vec<Head>>,
    /// The same, by their lines.
    by_lines: BTreeMap<Likeness, Vec<Head>>,
    /// The same, by the content they end in.
    by_tree: HashMap<CommitId, Vec<Head>>,
}

/// A commit that a pull request may end in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    made: Timestamp,
    id: CommitId,
}

impl<'s> Search<'s> {
    /// Prepares a search.
    ///
    /// `branch` is what the branch reaches, `sources` the commits with something to carry, `ends` commits that a pull
    /// request may end in beside those and the last commits of `pulls`; `claimed` is what earlier searches found.
    pub fn new(
        repo: &'s Repo,
        tip: &CommitId,
        branch: &'s HashSet<CommitId>,
        sources: &'s BTreeSet<CommitId>,
        ends: &[CommitId],
        pulls: &'s BTreeMap<u64, CommitId>,
        claimed: BTreeMap<String, BTreeSet<CommitId>>,
    ) -> Search<'s> {
        let mut index = Index::default();
        for sketch in sources.iter().filter_map(|id| repo.sketch(id)) {
            index.add_commit(repo, sketch);
        }
        let heads: BTreeSet<&CommitId> = sources.iter().chain(ends).chain(pulls.values()).collect();
        for sketch in heads.into_iter().filter(|id| !branch.contains(id)).filter_map(|id| repo.sketch(id)) {
            index.add_head(repo, tip, &sketch);
        }
        Search { repo, branch, sources, pulls, claimed, index }
    }

    /// Looks at every unit, which are in the order of history.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if history cannot be walked.
    pub fn run(mut self, units: &[Unit]) -> Result<Found, GitError> {
        let mut found = Found::default();
        for unit in units {
            match self.look_at(unit)? {
                Some(Ok(landing)) => {
                    for from in &landing.from {
                        self.claimed.entry(digits(from)).or_default().insert(landing.landed);
                    }
                    found.landings.push(landing);
                }
                Some(Err(open)) => found.open.push(open),
                None => {}
            }
        }
        Ok(found)
    }

    fn look_at(&self, unit: &Unit) -> Result<Option<Result<Landing, Open>>, GitError> {
        let Ok(changes) = self.repo.changes(&unit.sketch.id) else {
            return Ok(self.open(unit, OpenReason::NoContent));
        };
        let likeness = Likeness::of(&changes);
        if let Some(landing) = self.same_patch(unit, &changes) {
            return Ok(Some(Ok(landing)));
        }
        if let Some(landing) = self.same_range(unit, &changes, &likeness)? {
            return Ok(Some(Ok(landing)));
        }
        if let Some(landing) = self.same_author(unit, &likeness) {
            return Ok(Some(Ok(landing)));
        }
        self.named(unit, &changes, &likeness)
    }

    fn same_patch(&self, unit: &Unit, changes: &CommitChanges) -> Option<Landing> {
        let same = self.index.by_patch.get(&changes.patch_key?)?;
        let free: Vec<&Sketch> = same.iter().filter(|sketch| self.is_free(&sketch.id, unit)).collect();
        let kind = kind_of_one(unit, free.first()?);
        let mut from: Vec<&Sketch> = free;
        from.sort_by_key(|sketch| (sketch.commit_time, sketch.id));
        let from = from.into_iter().map(|sketch| sketch.id).collect();
        Some(landing(unit, kind, LandingEvidence::Patch, from))
    }

    fn same_author(&self, unit: &Unit, likeness: &Likeness) -> Option<Landing> {
        let Sketch { author, author_time, .. } = &unit.sketch;
        let same = self.index.by_author.get(&(*author, *author_time))?;
        let (subject, title) = (unit.sketch.subject(), pull_title(&unit.sketch.message));
        let is_same = |(sketch, other): &&(Sketch, Likeness)| {
            let is_named_so = [&subject, &title].contains(&&sketch.subject());
            self.is_free(&sketch.id, unit) && is_named_so && likeness.meets(other)
        };
        let found: Vec<&Sketch> = same.iter().filter(is_same).map(|(sketch, _)| sketch).collect();
        let [only] = found.as_slice() else { return None };
        Some(landing(unit, kind_of_one(unit, only), LandingEvidence::Author, vec![only.id]))
    }

    /// All commits up to one as one: the head that the pull request has, else the last one made.
    fn same_range(
        &self,
        unit: &Unit,
        changes: &CommitChanges,
        likeness: &Likeness,
    ) -> Result<Option<Landing>, GitError> {
        let by_range = || changes.patch_key.and_then(|key| self.index.by_range.get(&key));
        let by_lines = || self.index.by_lines.get(likeness).filter(|_| likeness.is_telling());
        let by_tree = || self.index.by_tree.get(&unit.sketch.tree).filter(|_| changes.patch_key.is_some());
        let named = unit.pull.and_then(|pull| self.pulls.get(&pull.number));
        for (evidence, heads) in [
            (LandingEvidence::Patch, by_range()),
            (LandingEvidence::Tree, by_tree()),
            (LandingEvidence::Lines, by_lines()),
        ] {
            let mut heads: Vec<Head> = heads.cloned().unwrap_or_default();
            heads.sort_by_key(|head| (Some(&head.id) != named, std::cmp::Reverse(*head)));
            for head in heads {
                let from = self.commits_of(unit, &head.id)?;
                let is_whole = evidence != LandingEvidence::Tree || self.begins_at_parent(unit, &head.id);
                if is_whole && self.has_source(&from) {
                    return Ok(Some(landing(unit, self.kind_of(unit, &from), evidence, from)));
                }
            }
        }
        Ok(None)
    }

    /// The message names the pull request: most of what landed has to be its.
    fn named(
        &self,
        unit: &Unit,
        changes: &CommitChanges,
        likeness: &Likeness,
    ) -> Result<Option<Result<Landing, Open>>, GitError> {
        let Some(pull) = unit.pull else { return Ok(None) };
        let Some(head) = self.pulls.get(&pull.number) else { return Ok(self.open(unit, OpenReason::HeadMissing)) };
        if self.branch.contains(head) {
            return Ok(None); // It was merged as it is.
        }
        let Some(parent) = unit.sketch.parents.first() else { return Ok(None) };
        let Some(base) = self.repo.common_ancestor(parent, head) else {
            return Ok(self.open(unit, OpenReason::HistoryCut));
        };
        let from = self.commits_of(unit, head)?;
        if !self.has_source(&from) {
            return Ok(None);
        }
        let Ok(range) = self.repo.changes_between(&base, head) else {
            return Ok(self.open(unit, OpenReason::NoContent));
        };
        if Likeness::of(&range).is_mostly(likeness) {
            return Ok(Some(Ok(landing(unit, self.kind_of(unit, &from), LandingEvidence::Number, from))));
        }
        let is_missing = is_incomplete(&range) || is_incomplete(changes);
        let reason = if is_missing { OpenReason::NoContent } else { OpenReason::DifferentContent };
        Ok(self.open(unit, reason))
    }

    fn open(&self, unit: &Unit, reason: OpenReason) -> Option<Result<Landing, Open>> {
        let (landed, subject) = (unit.sketch.id, unit.sketch.subject());
        Some(Err(Open { landed, subject, pull: unit.pull?.number, reason }))
    }

    /// The commits of a pull request that ends in `head` and landed as this unit, oldest first: not merges, and not what
    /// another commit of the branch was made from.
    fn commits_of(&self, unit: &Unit, head: &CommitId) -> Result<Vec<CommitId>, GitError> {
        let Some(parent) = unit.sketch.parents.first() else { return Ok(Vec::new()) };
        let mut ids = self.repo.between(parent, head)?;
        ids.reverse();
        let is_single = |id: &CommitId| self.repo.sketch(id).is_some_and(|sketch| sketch.parents.len() <= 1);
        ids.retain(|id| self.is_free(id, unit) && is_single(id));
        Ok(ids)
    }

    fn kind_of(&self, unit: &Unit, from: &[CommitId]) -> LandingKind {
        let only = if let [only] = from { self.repo.sketch(only) } else { None };
        only.map_or_else(|| kind_of_many(unit), |only| kind_of_one(unit, &only))
    }

    fn begins_at_parent(&self, unit: &Unit, head: &CommitId) -> bool {
        let parent = unit.sketch.parents.first();
        parent.is_some_and(|parent| self.repo.common_ancestor(parent, head).as_ref() == Some(parent))
    }

    fn has_source(&self, from: &[CommitId]) -> bool {
        from.iter().any(|id| self.sources.contains(id))
    }

    /// Tells whether no other commit of the branch was made from it.
    fn is_free(&self, id: &CommitId, unit: &Unit) -> bool {
        let claims = self.claimed.get(&digits(id));
        *id != unit.sketch.id && claims.is_none_or(|claims| claims.iter().all(|landed| *landed == unit.sketch.id))
    }
}

impl Index {
    fn add_commit(&mut self, repo: &Repo, sketch: Sketch) {
        let Ok(changes) = repo.changes(&sketch.id) else { return };
        let by_author = self.by_author.entry((sketch.author, sketch.author_time)).or_default();
        by_author.push((sketch.clone(), Likeness::of(&changes)));
        if let Some(key) = changes.patch_key {
            self.by_patch.entry(key).or_default().push(sketch);
        }
    }

    fn add_head(&mut self, repo: &Repo, tip: &CommitId, sketch: &Sketch) {
        let head = Head { made: sketch.commit_time, id: sketch.id };
        self.by_tree.entry(sketch.tree).or_default().push(head);
        let Some(base) = repo.common_ancestor(tip, &sketch.id) else { return };
        let Ok(range) = repo.changes_between(&base, &sketch.id) else { return };
        if let Some(key) = range.patch_key {
            self.by_range.entry(key).or_default().push(head);
        }
        let likeness = Likeness::of(&range);
        if likeness.is_telling() {
            self.by_lines.entry(likeness).or_default().push(head);
        }
    }
}

fn landing(unit: &Unit, kind: LandingKind, evidence: LandingEvidence, from: Vec<CommitId>) -> Landing {
    let (landed, subject) = (unit.sketch.id, unit.sketch.subject());
    Landing { landed, subject, kind, evidence, pull: unit.pull.map(|pull| pull.number), from }
}

/// A pull request of one commit that was squashed and one that was rebased look the same, but for the number that a
/// forge puts at the end of the subject.
fn kind_of_one(unit: &Unit, from: &Sketch) -> LandingKind {
    let has_new_number = unit.is_named && named_pull(&from.message).is_none();
    match unit.pull {
        Some(pull) if pull.is_import => LandingKind::Import,
        _ if has_new_number => LandingKind::Squash,
        _ => LandingKind::Rebase,
    }
}

fn kind_of_many(unit: &Unit) -> LandingKind {
    match unit.pull {
        Some(pull) if pull.is_import => LandingKind::Import,
        _ => LandingKind::Squash,
    }
}
