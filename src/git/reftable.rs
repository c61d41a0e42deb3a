//! References in the reftable format, which gix cannot read: git lists them for us.
//!
//! Everything else of such a repository (objects, configuration) is read as usual.

use std::process::Command;

use gix::ObjectId;

use super::error::GitError;
use super::refs::{Tip, Tips};
use super::repo::Repo;
use crate::model::CommitId;

const FORMAT: &str = "--format=%(refname)%00%(symref)%00%(objectname)%00%(*objectname)";

/// Returns the tips as `git for-each-ref` and `git rev-parse` name them.
pub(super) fn tips(repo: &Repo) -> Result<Tips, GitError> {
    let listing = git(repo, &["for-each-ref", FORMAT, "refs/heads/", "refs/remotes/", "refs/tags/"])?;
    let mut found = Tips::default();
    for line in listing.lines() {
        found.add_line(line);
    }
    for (name, _) in repo.head_files() {
        // A head without commits makes git fail, which is no error here.
        let answer = git(repo, &["rev-parse", "--verify", "--quiet", &name]).unwrap_or_default();
        found.tips.extend(CommitId::parse(answer.trim()).ok().map(|id| Tip { name, id }));
    }
    Ok(found)
}

/// Returns the references below some prefixes that point to commits.
pub(super) fn listed(repo: &Repo, prefixes: &[&str]) -> Result<Vec<(String, CommitId)>, GitError> {
    let arguments: Vec<&str> =
        ["for-each-ref", "--format=%(objectname) %(refname)"].iter().chain(prefixes).copied().collect();
    let listing = git(repo, &arguments)?;
    let line = |line: &str| {
        let (id, name) = line.split_once(' ')?;
        Some((name.to_owned(), CommitId::parse(id).ok()?))
    };
    Ok(listing.lines().filter_map(line).collect())
}

/// Returns what a reference points to.
pub(super) fn target(repo: &Repo, reference: &str) -> Result<Option<CommitId>, GitError> {
    let listing = git(repo, &["for-each-ref", "--format=%(objectname)", reference])?;
    Ok(listing.lines().next().and_then(|id| CommitId::parse(id).ok()))
}

/// Sets a reference if it still is what it was.
pub(super) fn swap(repo: &Repo, reference: &str, before: Option<ObjectId>, after: ObjectId) -> bool {
    let before = before.unwrap_or_else(|| after.kind().null());
    git(repo, &["update-ref", reference, &after.to_string(), &before.to_string()]).is_ok()
}

impl Tips {
    fn add_line(&mut self, line: &str) {
        let fields: Vec<&str> = line.split('\0').collect();
        let [name, target, id, peeled] = fields.as_slice() else {
            self.unreadable += 1;
            return;
        };
        if name.starts_with("refs/remotes/") && !target.is_empty() {
            self.remote_heads.push((*target).to_owned());
            return;
        }
        match CommitId::parse(if peeled.is_empty() { id } else { peeled }) {
            Ok(id) => self.tips.push(Tip { name: (*name).to_owned(), id }),
            Err(_) => self.unreadable += 1,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "git is the only reader of its reftables")]
fn git(repo: &Repo, arguments: &[&str]) -> Result<String, GitError> {
    let failed = |message: String| GitError::GitProgram { arguments: arguments[0].to_owned(), message };
    let output = Command::new("git").arg("--git-dir").arg(repo.common_dir()).args(arguments).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use crate::git::test_repo::TestRepo;

    #[test]
    fn reftable_and_files_give_the_same_tips() {
        let Some(test) = TestRepo::with(&["--ref-format=reftable"]) else {
            return; // git before 2.45.
        };
        assert!(test.repo().tips().unwrap().tips.is_empty());
        let one = test.commit("one");
        test.git(&["tag", "-a", "heavy", "-m", "text"]);
        test.git(&["worktree", "add", "-q", "--detach", "../linked"]);
        let tips = test.repo().tips().unwrap();
        let names: Vec<_> = tips.tips.iter().map(|tip| tip.name.as_str()).collect();
        assert_eq!(names, ["HEAD", "refs/heads/main", "refs/tags/heavy", "worktrees/linked/HEAD"]);
        assert!(tips.tips.iter().all(|tip| tip.id == one));
        assert_eq!(test.repo().commits(&tips, &|_| false).unwrap().commits.len(), 1);
    }
}
