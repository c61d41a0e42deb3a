//! One repository: where it is and what kind it is.

use std::path::{Path, PathBuf};

use gix::sec::Trust;
use gix::sec::trust::{DefaultForLevel, Mapping};

use super::error::GitError;

/// Decoded trees and blobs are shared by neighbouring commits; more memory than this gained nothing.
const OBJECT_CACHE_BYTES: usize = 16 << 20;

/// The hash a repository names its objects with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFormat {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
}

/// An open repository. Cheap to share between threads.
///
/// All paths are absolute with symbolic links resolved.
#[derive(Debug)]
pub struct Repo {
    pub(super) shared: gix::ThreadSafeRepository,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
    is_partial: bool,
}

impl Repo {
    /// Opens the repository that `start` is inside of: a work tree, a linked
    /// one, a submodule, a bare repository or any folder below.
    ///
    /// `GIT_DIR` and its companions win over `start`, as in git.
    ///
    /// # Errors
    /// [`GitError::NotARepository`], [`GitError::NotOwned`] (git's own
    /// `safe.directory` rule) or [`GitError::Unreadable`].
    pub fn discover(start: &Path) -> Result<Repo, GitError> {
        let options = |level| gix::open::Options::default_for_level(level).bail_if_untrusted(true);
        let by_trust = Mapping { full: options(Trust::Full), reduced: options(Trust::Reduced) };
        let search = gix::discover::upwards::Options { match_ceiling_dir_or_error: false, ..Default::default() };
        let opened = gix::ThreadSafeRepository::discover_with_environment_overrides_opts(start, search, by_trust);
        let shared = opened.map_err(|error| refusal(start, error))?;
        Ok(Repo::of(shared))
    }

    fn of(shared: gix::ThreadSafeRepository) -> Repo {
        let local = shared.to_thread_local();
        let real = |path: &Path| gix::path::realpath(path).unwrap_or_else(|_| path.to_owned());
        Repo {
            git_dir: real(local.git_dir()),
            common_dir: real(local.common_dir()),
            work_dir: local.workdir().map(real),
            is_partial: is_partial(&local),
            shared,
        }
    }

    /// Returns the folder of this work tree's `HEAD` and index.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Returns the folder all work trees share; ours is `agent-trace/` in it.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Returns the root of the work tree `discover` found, or `None` in a bare repository.
    pub fn work_dir(&self) -> Option<&Path> {
        self.work_dir.as_deref()
    }

    /// Tells whether history ends at a shallow boundary.
    pub fn is_shallow(&self) -> bool {
        self.local().is_shallow().unwrap_or(false)
    }

    /// Tells whether a promisor remote may still hold objects that are not here.
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Returns the hash objects are named with.
    pub fn object_format(&self) -> ObjectFormat {
        match self.local().object_hash() {
            gix::hash::Kind::Sha256 => ObjectFormat::Sha256,
            _ => ObjectFormat::Sha1,
        }
    }

    /// Returns a handle for this thread.
    pub(super) fn local(&self) -> gix::Repository {
        let mut local = self.shared.to_thread_local();
        local.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
        if self.is_partial {
            // Each missing blob would otherwise read the pack folder again.
            local.objects.refresh_never();
        }
        local
    }

    /// Wraps an error about the whole repository.
    pub(super) fn unreadable(&self, source: gix::Error) -> GitError {
        GitError::Unreadable { path: self.git_dir.clone(), source: source.into() }
    }
}

fn refusal(start: &Path, error: gix::Error) -> GitError {
    let path = start.to_owned();
    // An unreadable file is a matter of permissions too, but not of ownership.
    let is_of_a_file = error.downcast_any_ref::<std::io::Error>().is_some();
    if error.is_permission_denied() && !is_of_a_file {
        GitError::NotOwned { path, source: error.into() }
    } else if error.is_not_found() {
        GitError::NotARepository { path }
    } else {
        GitError::Unreadable { path, source: error.into() }
    }
}

fn is_partial(local: &gix::Repository) -> bool {
    let config = local.config_snapshot();
    let has_promisor =
        |name: &gix::bstr::BStr| config.boolean(format!("remote.{name}.promisor").as_str()) == Some(true);
    config.string("extensions.partialClone").is_some()
        || local.remote_names().iter().any(|name| has_promisor(name.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn every_place_of_a_repository_finds_it() {
        let test = TestRepo::new();
        test.write("sub/folder/a", "a\n");
        test.commit("one");
        let repo = test.repo();
        assert_eq!(repo.work_dir(), Some(test.path()));
        assert_eq!(repo.common_dir(), test.path().join(".git"));
        let below = Repo::discover(&test.path().join("sub/folder")).unwrap();
        assert_eq!((below.git_dir(), below.work_dir()), (repo.git_dir(), repo.work_dir()));
        assert_eq!(repo.object_format(), ObjectFormat::Sha1);
        assert!(!repo.is_shallow() && !repo.is_partial());
    }

    #[test]
    fn a_linked_worktree_shares_the_common_dir() {
        let test = TestRepo::new();
        test.commit("one");
        test.git(&["worktree", "add", "-q", "../linked"]);
        let linked = Repo::discover(&test.path().join("../linked")).unwrap();
        assert_eq!(linked.common_dir(), test.repo().common_dir());
        assert_eq!(linked.git_dir(), test.path().join(".git/worktrees/linked"));
        assert_eq!(linked.work_dir(), Some(test.sibling("linked").as_path()));
    }

    #[test]
    fn bare_and_empty_repositories_open() {
        let test = TestRepo::new();
        assert!(test.repo().tips().unwrap().tips.is_empty());
        test.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
        let bare = Repo::discover(&test.sibling("bare.git")).unwrap();
        assert_eq!((bare.work_dir(), bare.common_dir()), (None, test.sibling("bare.git").as_path()));
    }

    #[test]
    fn a_submodule_is_a_repository_of_its_own() {
        let test = TestRepo::new();
        test.commit("one");
        test.git(&["clone", "-q", ".", "../outer"]);
        test.git(&["-C", "../outer", "submodule", "--quiet", "add", &test.url(), "inner"]);
        let inner = Repo::discover(&test.sibling("outer/inner")).unwrap();
        assert_eq!(inner.common_dir(), test.sibling("outer/.git/modules/inner"));
        assert_eq!(inner.work_dir(), Some(test.sibling("outer/inner").as_path()));
    }

    #[test]
    fn outside_of_any_repository_says_so() {
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path().to_owned(), dir.path().join("not-there")] {
            assert!(matches!(Repo::discover(&path), Err(GitError::NotARepository { .. })), "{}", path.display());
        }
    }

    #[test]
    fn a_broken_configuration_is_not_called_a_missing_repository() {
        let test = TestRepo::new();
        std::fs::write(test.path().join(".git/config"), "[core\nnonsense").unwrap();
        assert!(matches!(Repo::discover(test.path()), Err(GitError::Unreadable { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_repository_of_somebody_else_is_refused() {
        let test = TestRepo::new();
        let chown = |path: &Path| std::os::unix::fs::chown(path, Some(54_321), Some(54_321));
        if chown(&test.path().join(".git")).and_then(|()| chown(test.path())).is_err() {
            return; // Only root can give files away.
        }
        assert!(matches!(Repo::discover(test.path()), Err(GitError::NotOwned { .. })));
    }

    /// The environment belongs to the whole process, so a child of ours carries it.
    #[test]
    fn git_dir_of_the_environment_wins() {
        if let Ok(expected) = std::env::var("AGENT_TRACE_TEST_GIT_DIR") {
            let repo = Repo::discover(&std::env::temp_dir()).unwrap();
            assert_eq!(repo.common_dir(), Path::new(&expected));
            return;
        }
        let test = TestRepo::new();
        let git_dir = test.path().join(".git");
        let mut child = crate::git::test_repo::this_test("git::repo::tests::git_dir_of_the_environment_wins");
        let output = child.env("GIT_DIR", &git_dir).env("AGENT_TRACE_TEST_GIT_DIR", &git_dir).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    }

    #[test]
    fn shallow_and_partial_clones_are_recognised() {
        let test = TestRepo::new();
        test.commit("one");
        test.commit("two");
        test.git(&["config", "uploadpack.allowFilter", "true"]);
        let url = test.url();
        test.git(&["clone", "-q", "--depth=1", &url, "../shallow"]);
        test.git(&["clone", "-q", "--filter=blob:none", "--no-checkout", &url, "../partial"]);
        assert!(Repo::discover(&test.sibling("shallow")).unwrap().is_shallow());
        assert!(Repo::discover(&test.sibling("partial")).unwrap().is_partial());
    }
}
