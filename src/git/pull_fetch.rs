//! The history of a pull request from a remote, where a clone has too little of it: commits as far back as needed,
//! their folders, and the contents they changed; nothing else.

use std::path::Path;

use super::aside::{Aside, Visit};
use super::blob::Side;
use super::error::GitError;
use super::object_id::to_object_id;
use super::repo::Repo;
use super::tree_changes::tree_changes;
use crate::model::CommitId;

/// How many commits back, one step after another; the last step has no end.
const DEPTHS: [u32; 3] = [60, 600, 6_000];

/// A pull request whose commits are not here, or not all.
#[derive(Debug, Clone)]
pub struct PullEnds {
    /// The commit it would be merged into.
    pub base: CommitId,
    /// Its last commit.
    pub head: CommitId,
    /// An earlier last commit; it may be gone.
    pub before: Option<CommitId>,
}

impl Repo {
    /// Fetches the history of a pull request into `folder`, which must be empty, and returns the repository in it.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] if the remote does not have it, or git fails or takes longer than the limit.
    pub fn fetch_pull(&self, visit: &Visit<'_>, ends: &PullEnds, folder: &Path) -> Result<Repo, GitError> {
        let aside = Aside::new(self, folder, visit)?;
        let mut found = aside.fetch_commits(ends, Some(DEPTHS[0]))?;
        for depth in DEPTHS.into_iter().skip(1).map(Some).chain([None]) {
            if found.pull_range(&ends.base, &ends.head)?.is_complete || !found.is_shallow() {
                break;
            }
            found = aside.fetch_commits(ends, depth)?;
        }
        let missing = found.missing_contents(&found.between(&ends.base, &ends.head)?);
        if missing.is_empty() {
            return Ok(found);
        }
        aside.fetch_objects(&missing)?;
        aside.open()
    }

    /// Returns names of contents that commits changed and that are not here.
    fn missing_contents(&self, commits: &[CommitId]) -> Vec<String> {
        let local = self.local();
        let tree = |id: gix::ObjectId| Some(local.find_commit(id).ok()?.tree_id().ok()?.detach());
        let mut missing = std::collections::BTreeSet::new();
        for commit in commits.iter().filter_map(|id| local.find_commit(to_object_id(id)).ok()) {
            let parents: Vec<gix::ObjectId> = commit.parent_ids().map(gix::Id::detach).collect();
            let before = parents.first().and_then(|parent| tree(*parent));
            // A merge has no lines of its own, and without its parent a commit's are not known.
            if parents.len() > 1 || before.is_some() != (parents.len() == 1) {
                continue;
            }
            let pairs = tree(commit.id).and_then(|new| tree_changes(&local, before, new).ok()).unwrap_or_default();
            let sides = pairs.into_iter().flat_map(|pair| [pair.old, pair.new]).flatten();
            missing.extend(sides.filter(Side::is_file).map(|side| side.id).filter(|id| !local.has_object(*id)));
        }
        missing.into_iter().map(|id| id.to_string()).collect()
    }
}

impl Aside<'_> {
    fn fetch_commits(&self, ends: &PullEnds, depth: Option<u32>) -> Result<Repo, GitError> {
        let depth = depth.map_or_else(|| "--unshallow".to_owned(), |depth| format!("--depth={depth}"));
        let name = |id: &CommitId, name: &str| format!("+{id}:refs/heads/{name}");
        let known = [name(&ends.base, "base"), name(&ends.head, "head")];
        let before = ends.before.as_ref().map(|id| name(id, "before"));
        let fetch = |more: Option<&String>| {
            let mut arguments =
                vec!["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", &depth, "--filter=blob:none", "there"];
            arguments.extend(known.iter().chain(more).map(String::as_str));
            self.run(&arguments, &[])
        };
        // A server may have forgotten the earlier one.
        let has_all = before.is_some() && fetch(before.as_ref()).is_ok();
        if !has_all {
            fetch(None)?;
        }
        self.open()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;
    use std::time::Duration;

    fn visit(remote: &str) -> Visit<'_> {
        Visit { remote, header: None, limit: Duration::from_secs(60) }
    }

    /// A server whose `side` left `main` 80 commits ago, and an empty repository that knows its address.
    fn story() -> (TestRepo, Repo) {
        let test = TestRepo::new();
        test.write("big", "x\n".repeat(1_000));
        test.commit("start");
        test.git(&["checkout", "-q", "-b", "side"]);
        for number in 0..3 {
            test.write("part", format!("one\n{number}\n"));
            test.commit(&format!("side {number}"));
        }
        test.git(&["checkout", "-q", "-"]);
        for number in 0..80 {
            test.commit(&format!("main {number}"));
        }
        test.git(&["config", "uploadpack.allowFilter", "true"]);
        test.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        test.git(&["init", "-q", "../empty"]);
        test.git(&["-C", "../empty", "remote", "add", "origin", &format!("file://{}", test.path().display())]);
        let empty = Repo::discover(&test.sibling("empty")).unwrap();
        (test, empty)
    }

    #[test]
    fn a_range_is_the_same_as_in_a_whole_clone_and_nothing_more_is_fetched() {
        let (test, empty) = story();
        let ends = PullEnds { base: test.id("HEAD"), head: test.id("side"), before: Some(test.id("side~1")) };
        let folder = tempfile::tempdir().unwrap();
        let fetched = empty.fetch_pull(&visit("origin"), &ends, folder.path()).unwrap();
        let range = fetched.pull_range(&ends.base, &ends.head).unwrap();
        assert_eq!(range, test.repo().pull_range(&ends.base, &ends.head).unwrap());
        assert!(range.is_complete && range.commits.len() == 3);
        assert!(fetched.between(&ends.base, &test.id("side~1")).is_ok_and(|ids| ids.len() == 2));
        let big = test.git(&["rev-parse", "HEAD:big"]);
        assert!(!fetched.local().has_object(gix::ObjectId::from_hex(big.trim().as_bytes()).unwrap()));
        assert!(test.git(&["-C", "../empty", "count-objects"]).starts_with("0 objects"));
    }

    #[test]
    fn an_earlier_head_that_is_gone_is_no_failure_and_a_head_that_is_gone_is_one() {
        let (test, empty) = story();
        let gone = CommitId::Sha1([7; 20]);
        let mut ends = PullEnds { base: test.id("HEAD"), head: test.id("side"), before: Some(gone) };
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        assert!(empty.fetch_pull(&visit("origin"), &ends, folders[0].path()).is_ok());
        ends.head = gone;
        assert!(matches!(
            empty.fetch_pull(&visit("origin"), &ends, folders[1].path()),
            Err(GitError::GitProgram { .. })
        ));
    }
}
