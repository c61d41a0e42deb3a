//! The commits of a pull request, and the landings it can be compared with.

use super::changes::{FileChange, FileContent, OpaqueReason};
use super::error::GitError;
use super::object_id::{to_commit_id, to_object_id};
use super::repo::Repo;
use crate::model::{CommitId, Timestamp};

/// What a pull request would add to its base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRange {
    /// Where the two histories part; `None` if that is not here (shallow clone) or nowhere.
    pub merge_base: Option<CommitId>,
    /// Whether all its commits are here: the two histories meet, and none of its commits is where a history is cut off.
    pub is_complete: bool,
    /// The commits, oldest first.
    pub commits: Vec<PullCommit>,
}

/// One commit of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullCommit {
    /// The commit.
    pub id: CommitId,
    /// First line of its message.
    pub subject: String,
    /// When it was committed.
    pub at: Timestamp,
    /// A merge adds nothing of its own.
    pub is_merge: bool,
    /// Lines it added, as `git diff --numstat` counts; `None` if content is not here.
    pub added: Option<u64>,
}

/// What one step of a branch brought: the commits of a merge, or the commit itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The commit on the branch.
    pub commit: CommitId,
    /// The commits it brought, itself among them.
    pub parts: Vec<CommitId>,
}

impl Repo {
    /// Returns the commits reachable from `head` and not from `base`.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if history cannot be walked.
    pub fn pull_range(&self, base: &CommitId, head: &CommitId) -> Result<PullRange, GitError> {
        let local = self.local();
        let merge_base = local.merge_base(to_object_id(base), to_object_id(head)).ok().flatten();
        let ids = self.between(base, head)?;
        let cut = local.shallow_commits().ok().flatten();
        let is_cut = |id: &CommitId| cut.as_ref().is_some_and(|cut| cut.contains(&to_object_id(id)));
        let commits = ids.iter().rev().filter_map(|id| self.pull_commit(id)).collect();
        let merge_base = merge_base.and_then(|id| to_commit_id(&id.detach()));
        Ok(PullRange { merge_base, is_complete: merge_base.is_some() && !ids.iter().any(is_cut), commits })
    }

    /// Returns the ids reachable from `head` and not from `base`, children before parents.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if history cannot be walked.
    pub fn between(&self, base: &CommitId, head: &CommitId) -> Result<Vec<CommitId>, GitError> {
        let local = self.local();
        let walk = local.rev_walk([to_object_id(head)]).with_hidden([to_object_id(base)]);
        let walk = walk.all().map_err(|error| self.unreadable(error))?;
        Ok(walk.map_while(Result::ok).filter_map(|info| to_commit_id(&info.id)).collect())
    }

    fn pull_commit(&self, id: &CommitId) -> Option<PullCommit> {
        let listed = self.listed(id)?;
        let changes = self.changes(id).ok();
        let is_merge = self.parents(id).len() > 1;
        let added =
            changes.and_then(|changes| changes.files.iter().try_fold(0, |sum, file| Some(sum + added_lines(file)?)));
        Some(PullCommit { id: *id, subject: listed.subject, at: listed.at, is_merge, added })
    }

    fn parents(&self, id: &CommitId) -> Vec<CommitId> {
        let local = self.local();
        let Ok(commit) = local.find_commit(to_object_id(id)) else { return Vec::new() };
        commit.parent_ids().filter_map(|parent| to_commit_id(&parent)).collect()
    }

    /// Returns the last landings on a branch, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if history cannot be walked.
    pub fn landings(&self, tip: &CommitId, limit: usize) -> Result<Vec<Landing>, GitError> {
        let (mut landings, mut at) = (Vec::new(), Some(*tip));
        while let Some(id) = at.filter(|_| landings.len() < limit) {
            let parents = self.parents(&id);
            at = parents.first().copied();
            let parts = match parents.as_slice() {
                [first, _, ..] => self.between(first, &id)?,
                _ => vec![id],
            };
            landings.push(Landing { commit: id, parts });
        }
        Ok(landings)
    }

    /// Tells whether `old` is an ancestor of `new`, or the same.
    pub fn is_ancestor(&self, old: &CommitId, new: &CommitId) -> bool {
        let local = self.local();
        let base = local.merge_base(to_object_id(old), to_object_id(new)).ok().flatten();
        base.and_then(|id| to_commit_id(&id.detach())) == Some(*old)
    }
}

/// A binary file has no lines; one that is not here has some that nobody knows.
fn added_lines(file: &FileChange) -> Option<u64> {
    match file.content {
        FileContent::Opaque(OpaqueReason::Binary) => Some(0),
        _ => file.line_counts().map(|(added, _)| u64::from(added)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_repo::TestRepo;
    use crate::model::CommitId;

    /// Two commits on main, two on a side branch, main goes on and is merged.
    fn story() -> TestRepo {
        let test = TestRepo::new();
        test.write("a", "one\n");
        test.commit("start");
        test.git(&["checkout", "-q", "-b", "side"]);
        test.write("b", "one\ntwo\n");
        test.commit("side one");
        test.write("b", "one\nthree\n");
        test.commit("side two");
        test.git(&["checkout", "-q", "-"]);
        test.write("c", "x\n");
        test.commit("main goes on");
        test.git(&["merge", "-q", "--no-ff", "-m", "merged", "side"]);
        test
    }

    #[test]
    fn a_range_is_what_git_log_shows_with_two_dots() {
        let test = story();
        let (repo, base, head) = (test.repo(), test.id("HEAD^1"), test.id("side"));
        let range = repo.pull_range(&base, &head).unwrap();
        let subjects: Vec<&str> = range.commits.iter().map(|commit| commit.subject.as_str()).collect();
        let git = test.git(&["log", "--reverse", "--format=%s", "HEAD^1..side"]);
        assert_eq!(subjects, git.lines().collect::<Vec<_>>());
        assert_eq!(range.commits.iter().map(|commit| commit.added).collect::<Vec<_>>(), [Some(2), Some(1)]);
        assert_eq!(range.merge_base, Some(test.id("side~2")));
        let merged = repo.pull_range(&test.id("HEAD^1"), &test.id("HEAD")).unwrap();
        assert_eq!(merged.commits.iter().filter(|commit| commit.is_merge).count(), 1);
    }

    #[test]
    fn a_landing_is_a_commit_or_what_a_merge_brought() {
        let test = story();
        let landings = test.repo().landings(&test.id("HEAD"), 10).unwrap();
        assert_eq!(landings.iter().map(|landing| landing.parts.len()).collect::<Vec<_>>(), [3, 1, 1]);
        assert_eq!(test.repo().landings(&test.id("HEAD"), 1).unwrap().len(), 1);
    }

    #[test]
    fn an_ancestor_is_what_git_says() {
        let test = story();
        let repo = test.repo();
        let is = |old: &str, new: &str| repo.is_ancestor(&test.id(old), &test.id(new));
        assert!(is("side", "HEAD") && is("side", "side") && !is("HEAD", "side") && !is("HEAD^1", "side"));
        assert!(!repo.is_ancestor(&CommitId::Sha1([7; 20]), &test.id("HEAD")));
    }

    #[test]
    fn a_cut_history_has_no_base_and_is_read_as_far_as_it_is_here() {
        let test = story();
        let url = format!("file://{}", test.path().display());
        test.git(&["clone", "-q", "--depth=1", "--branch=side", &url, "../shallow"]);
        test.git(&["-C", "../shallow", "fetch", "-q", "--depth=1", "origin", &test.id("HEAD^1").to_string()]);
        let repo = crate::git::Repo::discover(&test.sibling("shallow")).unwrap();
        let range = repo.pull_range(&test.id("HEAD^1"), &test.id("side")).unwrap();
        assert_eq!((range.merge_base, range.commits.len()), (None, 1));
    }
}
