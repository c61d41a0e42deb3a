//! Where history begins: branches, tags and the heads of all work trees.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::refs::TargetRef;

use super::error::GitError;
use super::object_id::to_commit_id;
use super::path_text::path_text;
use super::reftable;
use super::repo::Repo;
use crate::model::CommitId;

/// A name that keeps history alive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tip {
    /// The full name (`refs/heads/main`), `HEAD`, or `worktrees/<id>/HEAD`.
    pub name: String,
    /// What it points to, tags peeled. Rarely (a tag of a file) not a commit; the walk passes over that.
    pub id: CommitId,
}

/// All tips, sorted by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tips {
    /// What history is walked from. Stashes and notes are no history.
    pub tips: Vec<Tip>,
    /// References that are damaged or point to nothing; git warns about them too.
    pub unreadable: usize,
    /// What `refs/remotes/<remote>/HEAD` points to.
    pub(super) remote_heads: Vec<String>,
}

impl Repo {
    /// Returns every branch, remote-tracking branch, tag and work tree head.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if references cannot be listed at all;
    /// [`GitError::GitProgram`] if they are in the reftable format and git, which reads it for us, fails.
    pub fn tips(&self) -> Result<Tips, GitError> {
        let mut found = match self.is_reftable() {
            true => reftable::tips(self)?,
            false => self.tips_of_files().map_err(|error| self.unreadable(error))?,
        };
        found.tips.sort();
        Ok(found)
    }

    /// Returns what branches and remote-tracking branches point to.
    ///
    /// # Errors
    /// As [`Repo::tips`].
    pub fn ends_of_branches(&self) -> Result<Vec<CommitId>, GitError> {
        let tips = self.tips()?.tips.into_iter().filter(|tip| !tip.name.starts_with("refs/tags/"));
        Ok(tips.map(|tip| tip.id).collect())
    }

    /// Returns a number that changes whenever the walkable history may have.
    ///
    /// A digest of all tips and of the shallow boundary, so that fetching more
    /// of the past is noticed as well.
    pub fn tips_digest(&self, tips: &Tips) -> i64 {
        let mut hasher = blake3::Hasher::new();
        for tip in &tips.tips {
            hasher.update(tip.name.as_bytes()).update(&[0]).update(tip.id.as_bytes());
        }
        hasher.update(&fs::read(self.common_dir().join("shallow")).unwrap_or_default());
        first_63_bits(&hasher)
    }

    /// Returns the short name of the branch everything ends up in, or `None` if no branch stands out.
    ///
    /// `origin/HEAD`, else another remote's, else `main`, `master` or `init.defaultBranch`, else the only branch.
    pub fn default_branch(&self, tips: &Tips) -> Option<String> {
        if let Some(head) = tips.remote_heads.first() {
            return Some(self.branch_name(head)?.name);
        }
        let configured = self.local().config_snapshot().string("init.defaultBranch").map(|name| name.to_string());
        let branches: Vec<_> = tips.tips.iter().filter_map(|tip| self.branch_name(&tip.name)).collect();
        let exists = |name: &String| branches.iter().any(|branch| branch.name == *name);
        let usual = ["main".to_owned(), "master".to_owned()].into_iter().chain(configured).find(exists);
        usual.or_else(|| match branches.as_slice() {
            [only] => Some(only.name.clone()),
            _ => None,
        })
    }

    /// Returns the branch a full reference name stands for, its remote's name taken off.
    pub(super) fn branch_name(&self, reference: &str) -> Option<Branch> {
        if let Some(name) = reference.strip_prefix("refs/heads/") {
            return Some(Branch { name: name.to_owned(), is_local: true });
        }
        let rest = reference.strip_prefix("refs/remotes/")?;
        let remotes = self.local().remote_names();
        let of_remote = |remote: &str| rest.strip_prefix(remote)?.strip_prefix('/');
        let known = remotes.iter().filter_map(|remote| of_remote(remote.to_str().ok()?)).min_by_key(|name| name.len());
        let name = known.or_else(|| rest.split_once('/').map(|(_, name)| name))?;
        (name != "HEAD").then(|| Branch { name: name.to_owned(), is_local: false })
    }

    pub(super) fn is_reftable(&self) -> bool {
        let storage = self.local().config_snapshot().string("extensions.refStorage");
        storage.is_some_and(|name| name.eq_ignore_ascii_case(b"reftable"))
    }

    fn tips_of_files(&self) -> Result<Tips, gix::Error> {
        let local = self.local();
        let mut found = Tips::default();
        for prefix in ["refs/heads/", "refs/remotes/", "refs/tags/"] {
            let platform = local.references()?;
            // Peeling needs the packed file the iterator holds, so the list comes first.
            let references: Vec<_> = platform.prefixed(prefix.as_bytes())?.collect();
            for reference in references {
                match reference {
                    Ok(reference) => found.add_reference(reference),
                    Err(_) => found.unreadable += 1,
                }
            }
        }
        self.add_worktree_heads(&mut found);
        Ok(found)
    }

    fn add_worktree_heads(&self, found: &mut Tips) {
        let by_name: HashMap<String, CommitId> = found.tips.iter().map(|tip| (tip.name.clone(), tip.id)).collect();
        let heads = self.head_files().into_iter().filter_map(|(name, file)| Some((name, head_id(&file, &by_name)?)));
        found.tips.extend(heads.map(|(name, id)| Tip { name, id }));
    }

    /// Returns name and file of every work tree's `HEAD`.
    pub(super) fn head_files(&self) -> Vec<(String, std::path::PathBuf)> {
        let name = |dir: &Path| path_text(dir.file_name().unwrap_or_default().as_encoded_bytes());
        let linked = self.worktree_dirs().into_iter();
        let linked = linked.map(|dir| (format!("worktrees/{}/HEAD", name(&dir)), dir.join("HEAD")));
        std::iter::once(("HEAD".to_owned(), self.common_dir().join("HEAD"))).chain(linked).collect()
    }
}

/// A branch without the place it was seen in.
pub(super) struct Branch {
    pub(super) name: String,
    pub(super) is_local: bool,
}

impl Tips {
    fn add_reference(&mut self, reference: gix::Reference<'_>) {
        let name = path_text(reference.name().as_bstr());
        let is_remote = name.starts_with("refs/remotes/");
        let target = match reference.target() {
            // A remote's HEAD is no branch of its own, and often points to one that is gone.
            TargetRef::Symbolic(target) if is_remote => return self.remote_heads.push(path_text(target.as_bstr())),
            TargetRef::Symbolic(_) => reference.clone().into_fully_peeled_id().ok().map(|id| id.detach()),
            TargetRef::Object(id) if name.starts_with("refs/tags/") => peeled_tag(&reference, id.to_owned()),
            TargetRef::Object(id) => Some(id.to_owned()),
        };
        match target.and_then(|id| to_commit_id(&id)) {
            Some(id) => self.tips.push(Tip { name, id }),
            None => self.unreadable += 1,
        }
    }
}

fn peeled_tag(reference: &gix::Reference<'_>, id: ObjectId) -> Option<ObjectId> {
    match reference.inner.peeled {
        Some(peeled) => Some(peeled),
        None => reference.repo.find_object(id).ok()?.peel_tags_to_end().ok().map(|object| object.id),
    }
}

/// Reads a `HEAD` file. `None` on a branch without commits.
fn head_id(file: &Path, by_name: &HashMap<String, CommitId>) -> Option<CommitId> {
    let content = fs::read(file).ok()?;
    match content.strip_prefix(b"ref:") {
        Some(name) => by_name.get(&path_text(name.trim_ascii())).copied(),
        None => CommitId::parse(std::str::from_utf8(content.trim_ascii()).ok()?).ok(),
    }
}

/// Returns the first 63 bits of a digest: what a column of SQLite holds.
pub(super) fn first_63_bits(hasher: &blake3::Hasher) -> i64 {
    let mut first = [0u8; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    i64::from_le_bytes(first) & i64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    fn names(tips: &Tips) -> Vec<&str> {
        tips.tips.iter().map(|tip| tip.name.as_str()).collect()
    }

    #[test]
    fn tips_are_what_git_lists_and_the_heads() {
        let test = TestRepo::new();
        let one = test.commit("one");
        test.git(&["tag", "light"]);
        test.git(&["tag", "-a", "heavy", "-m", "text"]);
        test.git(&["tag", "-a", "packed", "-m", "text"]);
        test.git(&["pack-refs", "--all"]);
        test.git(&["tag", "-a", "loose", "-m", "text", "heavy"]);
        test.write("a", "changed\n");
        test.git(&["add", "."]);
        test.git(&["stash", "-q"]);
        test.git(&["notes", "add", "-m", "note"]);
        test.git(&["worktree", "add", "-q", "--detach", "../linked"]);
        let tips = test.repo().tips().unwrap();
        let expected = [
            "HEAD",
            "refs/heads/main",
            "refs/tags/heavy",
            "refs/tags/light",
            "refs/tags/loose",
            "refs/tags/packed",
            "worktrees/linked/HEAD",
        ];
        assert_eq!(names(&tips), expected);
        assert!(tips.tips.iter().all(|tip| tip.id == one));
        assert_eq!(tips.unreadable, 0);
    }

    #[test]
    fn the_digest_follows_every_tip() {
        let test = TestRepo::new();
        test.commit("one");
        let digest = || {
            let repo = test.repo();
            repo.tips_digest(&repo.tips().unwrap())
        };
        let before = digest();
        assert_eq!(digest(), before);
        test.git(&["branch", "other"]);
        let with_branch = digest();
        assert_ne!(with_branch, before);
        test.git(&["branch", "-D", "other"]);
        assert_eq!(digest(), before);
        test.commit("two");
        assert_ne!(digest(), before);
    }

    #[test]
    fn broken_references_are_counted_and_harm_nobody() {
        let test = TestRepo::new();
        test.commit("one");
        std::fs::write(test.path().join(".git/refs/heads/broken"), "nonsense\n").unwrap();
        let tips = test.repo().tips().unwrap();
        assert_eq!((names(&tips), tips.unreadable), (vec!["HEAD", "refs/heads/main"], 1));
    }

    #[test]
    fn the_default_branch_is_the_remotes_choice_then_the_usual_names() {
        let test = TestRepo::new();
        test.commit("one");
        test.git(&["branch", "trunk"]);
        let repo = test.repo();
        assert_eq!(repo.default_branch(&repo.tips().unwrap()).as_deref(), Some("main"));
        test.git(&["clone", "-q", "-b", "trunk", ".", "../clone"]);
        let clone = Repo::discover(&test.sibling("clone")).unwrap();
        assert_eq!(clone.default_branch(&clone.tips().unwrap()).as_deref(), Some("main"));
        test.git(&["-C", "../clone", "remote", "set-head", "origin", "trunk"]);
        assert_eq!(clone.default_branch(&clone.tips().unwrap()).as_deref(), Some("trunk"));
        test.git(&["branch", "-m", "main", "work"]);
        assert_eq!(repo.default_branch(&repo.tips().unwrap()), None);
        test.git(&["branch", "-D", "trunk"]);
        assert_eq!(repo.default_branch(&repo.tips().unwrap()).as_deref(), Some("work"));
    }

    #[test]
    fn remotes_with_a_slash_in_their_name_are_taken_off_whole() {
        let test = TestRepo::new();
        test.git(&["remote", "add", "team/fork", "https://example.invalid/"]);
        let name = |reference: &str| test.repo().branch_name(reference).map(|branch| branch.name);
        assert_eq!(name("refs/remotes/team/fork/fix/a").as_deref(), Some("fix/a"));
        assert_eq!(name("refs/remotes/unknown/fix/a").as_deref(), Some("fix/a"));
        assert_eq!(name("refs/remotes/team/fork/HEAD"), None);
        assert_eq!(name("refs/tags/v1"), None);
    }
}
