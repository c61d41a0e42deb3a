//! How a merged pull request came in: from its merge commit and the times of its own commits.

use super::commits::decoded;
use super::object_id::{to_commit_id, to_object_id};
use super::repo::Repo;
use crate::model::{CommitId, MergeMethod};

/// A merged pull request as its forge tells of it.
#[derive(Debug, Clone)]
pub struct MergedPull<'p> {
    /// The commit it came in with: the last one of a rebase.
    pub merge: CommitId,
    /// Its own last commit.
    pub head: Option<CommitId>,
    /// Where its branch was to go, before.
    pub base: Option<CommitId>,
    /// Its own commits with the seconds at which they were written, oldest first.
    pub commits: &'p [(CommitId, i64)],
}

impl Repo {
    /// Returns the method and the commits that a merged pull request came in with; `None` if they are not here.
    ///
    /// A rebase is as many commits in a row as the pull request has, none of them in its base, each written at the
    /// same second as its original or, where the original is here, with the same patch.
    pub fn merge_method(&self, pull: &MergedPull<'_>) -> Option<(MergeMethod, Vec<CommitId>)> {
        let merge = self.written(&pull.merge)?;
        if merge.parents.len() > 1 {
            return Some((MergeMethod::Merge, vec![pull.merge]));
        }
        if pull.head == Some(pull.merge) {
            let own = pull.commits.iter().map(|(id, _)| *id).collect();
            return Some((MergeMethod::FastForward, own));
        }
        match self.rebased(pull, merge) {
            Some(landed) if landed.len() > 1 => Some((MergeMethod::Rebase, landed)),
            _ => Some((MergeMethod::Squash, vec![pull.merge])),
        }
    }

    fn rebased(&self, pull: &MergedPull<'_>, merge: Written) -> Option<Vec<CommitId>> {
        let (mut landed, mut at) = (Vec::new(), (pull.merge, merge));
        for (own, written) in pull.commits.iter().rev() {
            let (id, commit) = at;
            let is_same = commit.seconds == *written || self.has_patch_of(&id, own);
            if !is_same || pull.base == Some(id) || commit.parents.len() != 1 {
                return None;
            }
            landed.push(id);
            let before = *commit.parents.first()?;
            at = (before, self.written(&before).unwrap_or(Written { seconds: i64::MIN, parents: Vec::new() }));
        }
        landed.reverse();
        Some(landed)
    }

    fn has_patch_of(&self, id: &CommitId, own: &CommitId) -> bool {
        let key = |id: &CommitId| self.has_commit(id).then(|| self.changes(id).ok()?.patch_key)?;
        key(own).is_some_and(|patch| key(id) == Some(patch))
    }

    fn written(&self, id: &CommitId) -> Option<Written> {
        let local = self.local();
        let object = local.try_find_object(to_object_id(id)).ok()??;
        let commit = decoded(&object)?;
        let seconds = commit.author().ok()?.time().ok()?.seconds;
        Some(Written { seconds, parents: commit.parents().filter_map(|parent| to_commit_id(&parent)).collect() })
    }
}

/// When a commit was written, and on what.
struct Written {
    seconds: i64,
    parents: Vec<CommitId>,
}

#[cfg(test)]
mod tests {
    use super::super::test_repo::TestRepo;
    use super::*;

    /// A branch of two commits that touch different files, at different times; `main` has gone on meanwhile.
    fn story() -> TestRepo {
        let test = TestRepo::new();
        test.write("a", "one\n");
        test.commit("start");
        test.git(&["checkout", "-q", "-b", "topic"]);
        for (file, when) in [("b", "@1700000000 +0000"), ("c", "@1700000600 +0000")] {
            test.write(file, "text\n");
            test.git(&["add", "-A"]);
            test.git(&["commit", "-q", "--date", when, "-m", file]);
        }
        test.git(&["checkout", "-q", "main"]);
        test.write("d", "main\n");
        test.commit("main goes on");
        test
    }

    fn own(test: &TestRepo) -> Vec<(CommitId, i64)> {
        vec![(test.id("topic~1"), 1_700_000_000), (test.id("topic"), 1_700_000_600)]
    }

    fn method(test: &TestRepo, commits: &[(CommitId, i64)]) -> (MergeMethod, Vec<CommitId>) {
        let merge = test.id("main");
        let (head, base) = (Some(test.id("topic")), Some(test.id("topic~2")));
        test.repo().merge_method(&MergedPull { merge, head, base, commits }).unwrap()
    }

    #[test]
    fn every_button_is_recognised() {
        let test = story();
        test.git(&["merge", "-q", "--no-ff", "-m", "merged", "topic"]);
        assert_eq!(method(&test, &own(&test)), (MergeMethod::Merge, vec![test.id("main")]));
        test.git(&["reset", "-q", "--hard", "HEAD^1"]);
        test.git(&["merge", "-q", "--squash", "topic"]);
        test.git(&["commit", "-q", "-m", "squashed"]);
        assert_eq!(method(&test, &own(&test)), (MergeMethod::Squash, vec![test.id("main")]));
        test.git(&["reset", "-q", "--hard", "HEAD^1"]);
        test.git(&["cherry-pick", "topic~2..topic"]);
        assert_eq!(method(&test, &own(&test)), (MergeMethod::Rebase, vec![test.id("main~1"), test.id("main")]));
        test.git(&["reset", "-q", "--hard", "topic"]);
        assert_eq!(method(&test, &own(&test)), (MergeMethod::FastForward, vec![test.id("main~1"), test.id("main")]));
    }

    #[test]
    fn patches_tell_where_times_do_not() {
        let test = story();
        test.git(&["cherry-pick", "topic~2..topic"]);
        let times: Vec<_> = own(&test).into_iter().map(|(id, seconds)| (id, seconds + 1)).collect();
        assert_eq!(method(&test, &times).0, MergeMethod::Rebase);
        let strange = [(CommitId::Sha1([1; 20]), 1), (CommitId::Sha1([2; 20]), 2)];
        assert_eq!(method(&test, &strange).0, MergeMethod::Squash);
    }

    #[test]
    fn what_is_not_here_is_not_guessed() {
        let test = story();
        let gone = CommitId::Sha1([9; 20]);
        assert_eq!(test.repo().merge_method(&MergedPull { merge: gone, head: None, base: None, commits: &[] }), None);
    }
}
