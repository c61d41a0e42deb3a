//! History as `git log` walks it, and names of commits as people type them.

use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;

use super::error::GitError;
use super::object_id::{to_commit_id, to_object_id};
use super::repo::Repo;
use crate::model::{CommitId, Timestamp};

/// A commit as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCommit {
    /// Its id.
    pub id: CommitId,
    /// Author's name, after mailmap.
    pub author: String,
    /// When it was committed.
    pub at: Timestamp,
    /// First line of its message.
    pub subject: String,
}

impl Repo {
    /// Returns the commit a revision names (`HEAD~2`, a branch, a tag, an id), or `None`.
    pub fn resolve(&self, revision: &str) -> Option<CommitId> {
        let local = self.local();
        let object = local.rev_parse_single(revision).ok()?.object().ok()?;
        to_commit_id(&object.peel_to_commit().ok()?.id)
    }

    /// Returns the commits reachable from `tip`, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if history cannot be walked.
    pub fn list(&self, tip: &CommitId, limit: Option<usize>) -> Result<Vec<ListedCommit>, GitError> {
        let local = self.local();
        let walk = local.rev_walk([to_object_id(tip)]).sorting(Sorting::ByCommitTime(CommitTimeOrder::NewestFirst));
        let walk = walk.all().map_err(|error| self.unreadable(error))?;
        let ids = walk.map_while(Result::ok).filter_map(|info| to_commit_id(&info.id));
        let mailmap = local.open_mailmap();
        let listed = ids.take(limit.unwrap_or(usize::MAX)).filter_map(|id| listed(&local, &mailmap, id));
        Ok(listed.collect())
    }

    /// Returns one commit as a list shows it, or `None` if it is not here.
    pub fn listed(&self, id: &CommitId) -> Option<ListedCommit> {
        let local = self.local();
        listed(&local, &local.open_mailmap(), *id)
    }
}

fn listed(local: &gix::Repository, mailmap: &gix::mailmap::Snapshot, id: CommitId) -> Option<ListedCommit> {
    let commit = local.find_commit(to_object_id(&id)).ok()?;
    let author = commit.author().ok()?;
    let message = String::from_utf8_lossy(commit.message_raw().ok()?).into_owned();
    Some(ListedCommit {
        id,
        author: mailmap.resolve_cow(author.trim()).name.to_string(),
        at: Timestamp::from_seconds(commit.time().map_or(0, |time| time.seconds)),
        subject: super::lookup::subject_of(&message),
    })
}

#[cfg(test)]
mod tests {
    use super::super::test_repo::TestRepo;

    #[test]
    fn the_list_is_git_s_own() {
        let test = TestRepo::new();
        for number in 0..4 {
            test.write("a", format!("line {number}\n"));
            test.commit(&format!("change {number}"));
        }
        let repo = test.repo();
        let head = repo.resolve("HEAD").unwrap();
        let subjects: Vec<String> =
            repo.list(&head, Some(3)).unwrap().into_iter().map(|commit| commit.subject).collect();
        let git = test.git(&["log", "-3", "--format=%s"]);
        assert_eq!(subjects, git.lines().collect::<Vec<_>>());
        assert_eq!(
            repo.resolve("HEAD~1").map(|id| id.to_string()),
            Some(test.git(&["rev-parse", "HEAD~1"]).trim().to_owned())
        );
        assert_eq!(repo.resolve("nonsense"), None);
        assert_eq!(repo.listed(&head).map(|commit| commit.subject), Some("change 3".to_owned()));
    }
}
