//! A commit as far as it decides what was made from it, and which commits a branch has.

use std::collections::HashSet;

use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;

use super::changes::{CommitChanges, changes_of_trees, tree_and_parents};
use super::commits::email_hash;
use super::error::{ChangeError, GitError};
use super::object_id::{to_commit_id, to_object_id};
use super::repo::Repo;
use crate::model::{CommitId, Timestamp};

/// What of a commit stays or goes when it is made again. The message is somebody else's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// The commit.
    pub id: CommitId,
    /// Its parents, first parent first.
    pub parents: Vec<CommitId>,
    /// Name of its whole content.
    pub tree: CommitId,
    /// When the change was made.
    pub author_time: Timestamp,
    /// 63 bits of a hash of the author's e-mail as it stands there; `None` if there is none.
    pub author: Option<i64>,
    /// When the commit was made.
    pub commit_time: Timestamp,
    /// The whole message.
    pub message: String,
}

impl Sketch {
    /// Returns the first paragraph of the message on one line.
    pub fn subject(&self) -> String {
        super::lookup::subject_of(&self.message)
    }
}

impl Repo {
    /// Returns a commit, or `None` if it is not here or damaged.
    pub fn sketch(&self, id: &CommitId) -> Option<Sketch> {
        let local = self.newest();
        let commit = local.try_find_object(to_object_id(id)).ok()??.try_into_commit().ok()?;
        let decoded = commit.decode().ok()?;
        let author = decoded.author().ok()?;
        let seconds = |time: gix::date::Time| Timestamp::from_seconds(time.seconds);
        Some(Sketch {
            id: *id,
            parents: decoded.parents().filter_map(|parent| to_commit_id(&parent)).collect(),
            tree: to_commit_id(&decoded.tree())?,
            author_time: author.time().map_or(Timestamp(0), seconds),
            author: email_hash(author.email),
            commit_time: decoded.committer().ok()?.time().map_or(Timestamp(0), seconds),
            message: String::from_utf8_lossy(decoded.message).into_owned(),
        })
    }

    /// Returns everything reachable from `tip` that is here, as a set.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if history cannot be walked.
    pub fn history_of(&self, tip: &CommitId) -> Result<HashSet<CommitId>, GitError> {
        let local = self.newest();
        let walk = local.rev_walk([to_object_id(tip)]).all().map_err(|error| self.unreadable(error))?;
        Ok(walk.map_while(Result::ok).filter_map(|info| to_commit_id(&info.id)).collect())
    }

    /// Returns the commits reachable from `tip` that were made since, newest first.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if history cannot be walked.
    pub fn recent(&self, tip: &CommitId, since: Timestamp) -> Result<Vec<CommitId>, GitError> {
        let local = self.newest();
        let order = CommitTimeOrder::NewestFirst;
        let sorting = Sorting::ByCommitTimeCutoff { order, seconds: since.0.div_euclid(1000) };
        let walk = local.rev_walk([to_object_id(tip)]).sorting(sorting);
        let walk = walk.all().map_err(|error| self.unreadable(error))?;
        Ok(walk.map_while(Result::ok).filter_map(|info| to_commit_id(&info.id)).collect())
    }

    /// Returns where two histories part; `None` if that is not here (shallow clone) or nowhere.
    pub fn common_ancestor(&self, one: &CommitId, other: &CommitId) -> Option<CommitId> {
        let found = self.newest().merge_base(to_object_id(one), to_object_id(other)).ok().flatten()?.detach();
        to_commit_id(&found)
    }

    /// Returns what all commits between two changed together, as [`Repo::changes`] does for one.
    ///
    /// # Errors
    /// [`ChangeError`]; single contents that are missing are no error.
    pub fn changes_between(&self, base: &CommitId, head: &CommitId) -> Result<CommitChanges, ChangeError> {
        let local = self.newest();
        let tree = |id: &CommitId| {
            let found = tree_and_parents(&local, id)?;
            found.map(|commit| commit.tree).ok_or(ChangeError::NotFound { commit: *id })
        };
        changes_of_trees(&local, head, Some(tree(base)?), tree(head)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::git::test_repo::TestRepo;

    #[test]
    fn all_commits_of_a_branch_together_have_the_key_of_their_squash() {
        let test = TestRepo::new();
        test.write("a", "one\ntwo\n");
        let start = test.commit("start");
        test.write("a", "one\nmiddle of it\ntwo\n");
        test.write("b", "a file that comes\n");
        test.commit("first");
        test.write("a", "one\nmiddle of all\ntwo\n");
        let head = test.commit("second");
        test.git(&["reset", "-q", "--soft", &start.to_string()]);
        let squash = test.commit("both (#1)");
        let repo = test.repo();
        let (range, one) = (repo.changes_between(&start, &head).unwrap(), repo.changes(&squash).unwrap());
        assert!(range.patch_key.is_some());
        assert_eq!((range.patch_key, range.files), (one.patch_key, one.files));
        assert_eq!(repo.common_ancestor(&head, &squash), Some(start));
        assert_eq!(repo.sketch(&squash).unwrap().tree, repo.sketch(&head).unwrap().tree);
    }

    #[test]
    fn a_commit_is_what_git_says_of_it() {
        let test = TestRepo::new();
        let (one, two) = (test.commit("one"), test.commit("subject\n\nbody\n"));
        let repo = test.repo();
        let sketch = repo.sketch(&two).unwrap();
        assert_eq!((sketch.parents.clone(), sketch.subject().as_str()), (vec![one], "subject"));
        let seconds = test.git(&["log", "-1", "--format=%at %ct"]);
        assert_eq!(format!("{} {}", sketch.author_time.0 / 1000, sketch.commit_time.0 / 1000), seconds.trim());
        assert!(sketch.author.is_some() && sketch.author == repo.sketch(&one).unwrap().author);
        assert_eq!(repo.history_of(&two).unwrap().len(), 2);
        assert_eq!(repo.recent(&two, sketch.commit_time).unwrap(), [two]);
        assert_eq!(repo.recent(&two, crate::model::Timestamp(0)).unwrap(), [two, one]);
        assert!(repo.sketch(&crate::model::CommitId::Sha1([7; 20])).is_none());
    }
}
