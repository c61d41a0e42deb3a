//! Repositories for tests, made by git itself in a folder of their own.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::repo::Repo;
use crate::model::CommitId;

/// A repository `main/` inside a temporary folder; siblings (clones, work trees) go beside it.
pub(super) struct TestRepo {
    root: tempfile::TempDir,
    path: PathBuf,
    seconds: Cell<i64>,
}

impl TestRepo {
    pub(super) fn new() -> TestRepo {
        TestRepo::with(&[]).unwrap()
    }

    /// Returns a repository made with extra arguments of `git init`, or `None` if this git does not know them.
    pub(super) fn with(init: &[&str]) -> Option<TestRepo> {
        let root = tempfile::tempdir().unwrap();
        let path = gix::path::realpath(root.path()).unwrap().join("main");
        fs::create_dir(&path).unwrap();
        fs::write(root.path().join("gitconfig"), "").unwrap();
        let test = TestRepo { root, path, seconds: Cell::new(1_700_000_000) };
        let made = test.try_git(&[&["init", "-q", "-b", "main"], init].concat());
        made.ok().map(|_| test)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path of something beside the repository.
    pub(super) fn sibling(&self, name: &str) -> PathBuf {
        gix::path::realpath(self.root.path()).unwrap().join(name).components().collect()
    }

    /// Returns a URL that makes clones use the real transport.
    pub(super) fn url(&self) -> String {
        format!("file://{}", self.path.display().to_string().replace('\\', "/"))
    }

    pub(super) fn repo(&self) -> Repo {
        Repo::discover(&self.path).unwrap()
    }

    pub(super) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Commits everything there is (or nothing) and returns the commit.
    pub(super) fn commit(&self, message: &str) -> CommitId {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message]);
        self.id("HEAD")
    }

    pub(super) fn id(&self, revision: &str) -> CommitId {
        CommitId::parse(self.git(&["rev-parse", revision]).trim()).unwrap()
    }

    /// Runs git and returns what it printed.
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        self.try_git(arguments).unwrap_or_else(|message| panic!("git {arguments:?} failed: {message}"))
    }

    fn try_git(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.command().args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Returns a git whose configuration, people and dates are fixed; every run is a minute later.
    #[expect(clippy::disallowed_methods, reason = "git is the oracle of these tests")]
    pub(super) fn command(&self) -> Command {
        self.seconds.set(self.seconds.get() + 60);
        let date = format!("{} +0100", self.seconds.get());
        let mut git = Command::new("git");
        git.current_dir(&self.path);
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"] {
            git.env_remove(name);
        }
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", self.root.path().join("gitconfig"));
        git.env("GIT_AUTHOR_NAME", "Ada").env("GIT_AUTHOR_EMAIL", "ada@example.com").env("GIT_AUTHOR_DATE", &date);
        git.env("GIT_COMMITTER_NAME", "Bob").env("GIT_COMMITTER_EMAIL", "bob@example.com");
        git.env("GIT_COMMITTER_DATE", &date).env("LC_ALL", "C").env("TZ", "UTC");
        git.args(["-c", "protocol.file.allow=always", "-c", "core.autocrlf=false", "-c", "advice.detachedHead=false"]);
        git
    }
}

/// Returns this test program, about to run one test alone.
#[expect(clippy::disallowed_methods, reason = "a child is the only safe way to set its environment")]
pub(super) fn this_test(name: &str) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([name, "--exact", "--test-threads=1"]);
    child
}
