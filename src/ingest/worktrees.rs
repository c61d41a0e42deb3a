//! Whether a folder lies inside this repository.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::path_form::{is_inside, is_network, path_form};
use super::slug::may_be_inside;
use crate::git::sha256_hex;

/// A file can name any number of folders; more answers than this are not kept.
const MAX_ANSWERS: usize = 10_000;

/// The work trees of one repository, also those that are gone. Shared between threads.
#[derive(Debug)]
pub struct Worktrees {
    roots: Vec<Root>,
    /// Answers for folders, by their text; asking the file system is slow.
    answers: Mutex<HashMap<Box<str>, Option<usize>>>,
}

#[derive(Debug)]
struct Root {
    path: PathBuf,
    text: String,
    form: String,
}

impl Worktrees {
    /// Knows `paths` as they are and with symbolic links resolved.
    ///
    /// Give what [`crate::git::Repo::worktrees`] finds and what was found earlier: git forgets a work
    /// tree that is removed, transcripts do not. Relative paths are ignored.
    pub fn new(paths: &[PathBuf]) -> Worktrees {
        let mut roots: Vec<Root> = Vec::new();
        for path in paths.iter().flat_map(|path| [Some(path.clone()), real(path)]).flatten() {
            let text = path.to_string_lossy().into_owned();
            let Some(form) = path_form(&text) else { continue };
            if !roots.iter().any(|root| root.form == form) {
                roots.push(Root { path, text, form });
            }
        }
        // Work trees often lie inside the main one: the longest match is the right one.
        roots.sort_by_key(|root| std::cmp::Reverse(root.form.len()));
        Worktrees { roots, answers: Mutex::default() }
    }

    /// Tells whether the folder `cwd` is a work tree or lies inside one.
    pub fn contains(&self, cwd: &str) -> bool {
        self.root_of(cwd).is_some()
    }

    /// Returns the innermost work tree that holds the folder `cwd`.
    ///
    /// Folders are compared name by name and, if they exist here, with
    /// symbolic links resolved. What lies inside another repository that lies
    /// inside ours (a second clone) is not ours.
    pub fn root_of(&self, cwd: &str) -> Option<&Path> {
        let known = self.answers().get(cwd).copied();
        let found = known.unwrap_or_else(|| {
            let found = self.search(cwd);
            let mut answers = self.answers();
            if answers.len() < MAX_ANSWERS {
                answers.insert(cwd.into(), found);
            }
            found
        });
        found.and_then(|index| self.roots.get(index)).map(|root| root.path.as_path())
    }

    /// Tells whether the folder `name` below `projects/` may hold sessions of this repository: where to look
    /// first, never an answer (see [`slug()`](super::slug())).
    pub fn is_candidate(&self, name: &str) -> bool {
        self.roots.iter().any(|root| may_be_inside(name, &root.text))
    }

    /// Tells whether `hash` is the SHA-256 of a work tree's path, as Gemini CLI writes it.
    pub(super) fn has_hash(&self, hash: &str) -> bool {
        let spellings = self.roots.iter().flat_map(|root| [root.text.clone(), root.text.replace('/', "\\")]);
        spellings.into_iter().any(|text| sha256_hex(text.as_bytes()).eq_ignore_ascii_case(hash))
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, HashMap<Box<str>, Option<usize>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn search(&self, cwd: &str) -> Option<usize> {
        let form = path_form(cwd)?;
        let native = (!is_network(cwd) && Path::new(cwd).is_absolute()).then(|| PathBuf::from(cwd));
        let real_form = || path_form(&real(native.as_deref()?)?.to_string_lossy());
        let index = self.position(&form).or_else(|| self.position(&real_form()?))?;
        let is_of_another = native.is_some_and(|native| self.is_in_another_repository(&native));
        (!is_of_another).then_some(index)
    }

    fn position(&self, form: &str) -> Option<usize> {
        self.roots.iter().position(|root| is_inside(form, &root.form))
    }

    /// Looks for a repository between the folder and the first of our roots above it.
    fn is_in_another_repository(&self, folder: &Path) -> bool {
        let is_root = |folder: &Path| {
            let form = path_form(&folder.to_string_lossy());
            form.is_some_and(|form| self.roots.iter().any(|root| root.form == form))
        };
        let folder = real(folder).unwrap_or_else(|| folder.to_owned());
        let between = folder.ancestors().take_while(|folder| !is_root(folder));
        between.into_iter().any(is_other_repository)
    }
}

/// Tells whether a folder inside our work tree has a repository of its own: a second clone or a submodule.
///
/// A linked work tree's `.git` is a file too, and leads below `worktrees/`; those we have are among the roots.
fn is_other_repository(folder: &Path) -> bool {
    let dot_git = folder.join(".git");
    if dot_git.join("HEAD").is_file() {
        return true;
    }
    let Ok(text) = std::fs::read_to_string(&dot_git) else { return false };
    let Some(target) = text.strip_prefix("gitdir:").map(|rest| folder.join(rest.trim())) else { return false };
    let is_linked = target.parent().is_some_and(|parent| parent.ends_with("worktrees"));
    !is_linked && target.join("HEAD").is_file()
}

/// Returns the path with symbolic links resolved as far as it exists.
fn real(path: &Path) -> Option<PathBuf> {
    let exists = path.ancestors().find_map(|folder| Some((folder, folder.canonicalize().ok()?)));
    let (folder, resolved) = exists?;
    let rest = path.strip_prefix(folder).ok()?;
    // Joining an empty rest would add a separator.
    Some(if rest.as_os_str().is_empty() { resolved } else { resolved.join(rest) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn worktrees(paths: &[&str]) -> Worktrees {
        Worktrees::new(&paths.iter().map(PathBuf::from).collect::<Vec<_>>())
    }

    fn text(path: &Path) -> &str {
        path.to_str().unwrap()
    }

    #[test]
    fn folders_inside_are_ours_and_neighbours_are_not() {
        let trees = worktrees(&["/gone/repo", r"D:\Gone\Repo"]);
        for ours in ["/gone/repo", "/gone/repo/", "/gone/repo/src/x", r"d:\gone\repo\src", "D:/Gone/Repo/"] {
            assert!(trees.contains(ours), "{ours}");
        }
        for other in ["/gone/repo-2", "/gone", "/", "/gone/repo/../other", "gone/repo", "", r"d:\gone\repo2"] {
            assert!(!trees.contains(other), "{other}");
        }
    }

    #[test]
    fn the_innermost_work_tree_is_the_root() {
        let trees = worktrees(&["/gone/repo", "/gone/repo/.worktrees/3"]);
        assert_eq!(trees.root_of("/gone/repo/.worktrees/3/src"), Some(Path::new("/gone/repo/.worktrees/3")));
        assert_eq!(trees.root_of("/gone/repo/.worktrees/4"), Some(Path::new("/gone/repo")));
    }

    #[test]
    fn a_second_clone_inside_is_another_repository() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("repo");
        fs::create_dir_all(root.join("tmp/clone/.git")).unwrap();
        fs::create_dir_all(root.join(".git")).unwrap();
        fs::create_dir_all(root.join("src")).unwrap();
        fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(root.join("tmp/clone/.git/HEAD"), "ref: refs/heads/main\n").unwrap();
        let trees = Worktrees::new(std::slice::from_ref(&root));
        assert!(trees.contains(text(&root)) && trees.contains(text(&root.join("src"))));
        assert!(trees.contains(text(&root.join("tmp"))));
        assert!(!trees.contains(text(&root.join("tmp/clone"))));
        assert!(!trees.contains(text(&root.join("tmp/clone/not/there"))));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_repository_is_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let [repo, alias] = ["repo", "alias"].map(|name| folder.path().join(name));
        fs::create_dir(&repo).unwrap();
        std::os::unix::fs::symlink(&repo, &alias).unwrap();
        for (known, other) in [(&repo, &alias), (&alias, &repo)] {
            let trees = Worktrees::new(std::slice::from_ref(known));
            assert!(trees.contains(text(other)), "{}", other.display());
            assert!(trees.contains(text(&other.join("removed/folder"))));
            assert!(!trees.contains(text(&folder.path().join("alias-2"))));
        }
    }

    #[test]
    fn hashes_of_either_separator_are_known() {
        let trees = worktrees(&["/gone/repo", "C:/Users/dev/r"]);
        assert!(trees.has_hash(&sha256_hex(b"/gone/repo")));
        assert!(trees.has_hash(&sha256_hex(br"C:\Users\dev\r").to_uppercase()));
        assert!(!trees.has_hash(&sha256_hex(b"/gone/repo/")));
    }

    #[test]
    fn candidates_are_the_folders_that_may_be_inside() {
        let trees = worktrees(&["/gone/repo"]);
        assert!(trees.is_candidate("-gone-repo") && trees.is_candidate("-gone-repo-src"));
        assert!(!trees.is_candidate("-gone-repository") && !trees.is_candidate("-home"));
    }

    #[test]
    fn no_work_tree_holds_nothing() {
        assert!(!worktrees(&[]).contains("/") && !worktrees(&["relative"]).contains("relative"));
    }
}
