//! Every folder that is, or was, a work tree of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use super::repo::Repo;

impl Repo {
    /// Returns the roots of the main and all linked work trees, also of those
    /// whose folder is gone but that git has not pruned.
    ///
    /// Each as git wrote it and with symbolic links resolved, where these
    /// differ: transcripts hold either form.
    pub fn worktrees(&self) -> Vec<PathBuf> {
        let main = self.main_work_dir();
        let linked = self.worktree_dirs().into_iter().filter_map(|dir| linked_root(&dir));
        let mut roots = Vec::new();
        for root in main.into_iter().chain(linked).chain(self.work_dir().map(Path::to_owned)) {
            let real = gix::path::realpath(&root).ok();
            for form in std::iter::once(root).chain(real) {
                if !roots.contains(&form) {
                    roots.push(form);
                }
            }
        }
        roots
    }

    fn main_work_dir(&self) -> Option<PathBuf> {
        self.local().main_repo().ok()?.workdir().map(Path::to_owned)
    }

    /// Returns the private folders of the linked work trees (`worktrees/*`), sorted.
    pub(super) fn worktree_dirs(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.common_dir().join("worktrees"));
        let mut dirs: Vec<_> = entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        dirs.sort();
        dirs
    }
}

/// Reads `gitdir`: the path of the `.git` file, relative to the folder since git 2.48's `--relative-paths`.
fn linked_root(dir: &Path) -> Option<PathBuf> {
    let bytes = fs::read(dir.join("gitdir")).ok()?;
    let dot_git = gix::path::from_bstring(bytes.trim_ascii_end().to_vec()).ok()?;
    let root = dot_git.parent()?.to_owned();
    match root.is_absolute() {
        true => Some(root),
        false => gix::path::normalize(dir.join(root).into(), Path::new("")).map(|path| path.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn work_trees_whose_folder_is_gone_are_still_listed() {
        let test = TestRepo::new();
        test.commit("one");
        test.git(&["worktree", "add", "-q", "../here"]);
        test.git(&["worktree", "add", "-q", "../gone"]);
        fs::remove_dir_all(test.sibling("gone")).unwrap();
        let expected = [test.path().to_owned(), test.sibling("gone"), test.sibling("here")];
        assert_eq!(test.repo().worktrees(), expected);
        let from_linked = Repo::discover(&test.sibling("here")).unwrap();
        assert_eq!(from_linked.worktrees(), expected);
        test.git(&["worktree", "prune"]);
        assert_eq!(test.repo().worktrees(), [test.path().to_owned(), test.sibling("here")]);
    }

    #[test]
    fn relative_work_trees_are_resolved() {
        let test = TestRepo::new();
        test.commit("one");
        test.git(&["worktree", "add", "-q", "../near"]);
        fs::write(test.path().join(".git/worktrees/near/gitdir"), "../../../../near/.git\n").unwrap();
        assert_eq!(test.repo().worktrees(), [test.path().to_owned(), test.sibling("near")]);
    }

    #[cfg(unix)]
    #[test]
    fn both_forms_of_a_linked_path_are_given() {
        let test = TestRepo::new();
        test.commit("one");
        std::os::unix::fs::symlink(test.sibling("."), test.sibling("alias")).unwrap();
        let dot_git = test.sibling("alias").join("linked/.git");
        test.git(&["worktree", "add", "-q", "../linked"]);
        fs::write(test.path().join(".git/worktrees/linked/gitdir"), format!("{}\n", dot_git.display())).unwrap();
        let roots = test.repo().worktrees();
        assert_eq!(roots[1..], [test.sibling("alias").join("linked"), test.sibling("linked")]);
    }

    #[test]
    fn a_bare_repository_has_none() {
        let test = TestRepo::new();
        test.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
        assert_eq!(Repo::discover(&test.sibling("bare.git")).unwrap().worktrees(), Vec::<PathBuf>::new());
    }
}
