//! Questions that only git itself answers: which gits there are, where this one looks for hooks, what it ignores.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::error::GitError;

/// A git that a program of the user may start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitProgram {
    /// Where it is.
    pub path: PathBuf,
    /// What it says of itself, without `git version`; `None` if it does not run.
    pub version: Option<String>,
}

/// The first version that reads hooks from the configuration.
const CONFIG_HOOKS: (u32, u32) = (2, 54);

impl GitProgram {
    /// Tells whether it reads hooks from the configuration (git 2.54 and later).
    pub fn reads_config_hooks(&self) -> bool {
        self.version.as_deref().and_then(numbers).is_some_and(|version| version >= CONFIG_HOOKS)
    }
}

/// Returns every git on a search path, first found first, each once.
pub fn gits_on_path(search_path: &OsStr) -> Vec<GitProgram> {
    let name = format!("git{}", std::env::consts::EXE_SUFFIX);
    let mut seen = BTreeSet::new();
    let paths = std::env::split_paths(search_path).map(|folder| folder.join(&name));
    let found =
        paths.filter(|path| path.is_file() && seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    found.map(|path| GitProgram { version: version(&path), path }).collect()
}

fn version(git: &Path) -> Option<String> {
    let text = program_answer(git, &["--version"])?;
    Some(text.trim().strip_prefix("git version ")?.to_owned())
}

/// Returns what a program prints; `None` if it does not run or fails.
pub fn program_answer(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = command(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `2.55.GIT`, `2.39.5 (Apple Git-154)`.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split(['.', ' ']).map(str::parse::<u32>);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// Returns the folder in which git looks for hooks of the repository around `start`; absolute, may not exist.
///
/// # Errors
/// [`GitError::GitProgram`] if git does not run here.
pub fn hooks_dir(start: &Path) -> Result<PathBuf, GitError> {
    let text = answer(start, &["rev-parse", "--path-format=absolute", "--git-path", "hooks"])?;
    Ok(PathBuf::from(text.trim_end_matches(['\n', '\r'])))
}

/// Returns `core.hooksPath` and the file it stands in, as git prints them; `None` if it is not set.
pub fn hooks_path_setting(start: &Path) -> Option<String> {
    let text = answer(start, &["config", "--show-origin", "--get", "core.hooksPath"]).ok()?;
    let line = text.trim_end();
    let (origin, value) = line.split_once('\t')?;
    Some(format!("{value} ({})", origin.trim_start_matches("file:")))
}

/// Tells whether git ignores a path; `false` also if it cannot tell.
pub fn is_ignored(start: &Path, path: &Path) -> bool {
    run(start, &[OsStr::new("check-ignore"), OsStr::new("-q"), OsStr::new("--"), path.as_os_str()])
        .is_ok_and(|output| output.status.success())
}

/// Returns the object a reference points to; `None` if there is no such reference.
pub fn reference(start: &Path, name: &str) -> Option<String> {
    let text = answer(start, &["rev-parse", "--verify", "--quiet", name]).ok()?;
    Some(text.trim().to_owned())
}

fn answer(start: &Path, arguments: &[&str]) -> Result<String, GitError> {
    let failed = |message: String| GitError::GitProgram { arguments: arguments[0].to_owned(), message };
    let words: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    let output = run(start, &words).map_err(|error| failed(error.to_string()))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

fn run(start: &Path, arguments: &[&OsStr]) -> std::io::Result<Output> {
    command(Path::new("git")).arg("-C").arg(start).args(arguments).stdin(Stdio::null()).output()
}

#[expect(clippy::disallowed_methods, reason = "one of the places that start programs")]
pub(super) fn command(program: &Path) -> Command {
    Command::new(program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn versions_of_every_build_are_compared() {
        let reads =
            |version: &str| GitProgram { path: PathBuf::new(), version: Some(version.to_owned()) }.reads_config_hooks();
        assert!(reads("2.54.0") && reads("2.55.GIT") && reads("3.0.0.windows.1"));
        assert!(!reads("2.53.9") && !reads("2.39.5 (Apple Git-154)") && !reads("nonsense"));
        assert!(!GitProgram { path: PathBuf::new(), version: None }.reads_config_hooks());
    }

    #[test]
    fn every_git_on_the_path_is_found_once() {
        let path = std::env::var_os("PATH").unwrap();
        let twice = std::env::join_paths(std::env::split_paths(&path).chain(std::env::split_paths(&path))).unwrap();
        let found = gits_on_path(&twice);
        assert_eq!(found, gits_on_path(&path));
        assert!(found[0].version.as_deref().and_then(numbers).is_some());
    }

    #[test]
    fn hooks_are_where_git_says_in_every_work_tree() {
        let test = TestRepo::new();
        test.commit("one");
        test.git(&["worktree", "add", "-q", "../linked"]);
        let real = |path: PathBuf| path.canonicalize().unwrap_or(path);
        let common = real(test.path().join(".git/hooks"));
        assert_eq!(real(hooks_dir(test.path()).unwrap()), common);
        assert_eq!(real(hooks_dir(&test.sibling("linked")).unwrap()), common);
        assert_eq!(hooks_path_setting(test.path()), None);
        test.git(&["config", "core.hooksPath", ".husky/_"]);
        assert_eq!(hooks_dir(test.path()).unwrap().canonicalize().ok(), None);
        assert!(hooks_dir(test.path()).unwrap().ends_with(".husky/_"));
        assert!(hooks_path_setting(test.path()).unwrap().starts_with(".husky/_ ("));
    }

    #[test]
    fn outside_of_a_repository_git_says_why() {
        let folder = tempfile::tempdir().unwrap();
        assert!(hooks_dir(folder.path()).unwrap_err().to_string().contains("not a git repository"));
        assert!(!is_ignored(folder.path(), Path::new("x")));
    }
}
