//! One test's own machine: folders, environment and clock.

use super::agent::Agent;
use super::claude::Claude;
use super::gemini::Gemini;
use super::git;
use super::output::Output;
use chrono::{DateTime, SecondsFormat, Utc};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use tempfile::TempDir;

/// 2026-03-02T09:00:00Z, a Monday.
const MORNING: i64 = 1_772_442_000;
/// Seconds that pass with every command.
pub(super) const COMMAND_STEP: i64 = 60;

/// A repository with its own home, configuration and clock; gone when dropped.
#[derive(Debug)]
pub(crate) struct World {
    _folder: TempDir,
    root: PathBuf,
    git: PathBuf,
    clock: Cell<i64>,
}

impl World {
    /// Returns a world with an empty repository on branch `main`.
    pub(crate) fn new() -> World {
        let world = World::without_repository();
        let _ = world.git(["init", "--quiet", "--initial-branch=main"]).success();
        world
    }

    /// Returns a world whose `repo` is an ordinary folder.
    pub(crate) fn without_repository() -> World {
        let folder = tempfile::Builder::new().prefix("agent-trace-").tempdir().unwrap();
        let root = without_verbatim_prefix(fs::canonicalize(folder.path()).unwrap());
        for name in ["repo", "home", "tmp", "claude"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        fs::write(root.join("gitconfig"), "").unwrap();
        World { _folder: folder, root, git: git::find_git(), clock: Cell::new(MORNING) }
    }

    /// Runs git in the repository.
    pub(crate) fn git<const N: usize>(&self, args: [&str; N]) -> Output {
        self.git_in(&self.path(""), args)
    }

    /// Runs git in a folder.
    pub(crate) fn git_in<const N: usize>(&self, folder: &Path, args: [&str; N]) -> Output {
        self.run_program(&self.git, folder, &args)
    }

    /// Runs git in a folder with environment variables of its own.
    pub(crate) fn git_with<const N: usize>(&self, folder: &Path, args: [&str; N], more: &[(&str, &str)]) -> Output {
        self.git_list(folder, &args, more)
    }

    /// Runs git in a folder with a list of arguments and environment variables of its own.
    pub(crate) fn git_list(&self, folder: &Path, args: &[&str], more: &[(&str, &str)]) -> Output {
        let output = self.command(&self.git, folder).args(args).envs(more.iter().copied()).output().unwrap();
        Output::of(&output, self.root.to_str().expect("temporary folders have UTF-8 names"))
    }

    /// Runs a program of the system in a folder with a list of arguments.
    #[cfg(unix)]
    pub(crate) fn program_list(&self, program: &str, folder: &Path, args: &[&str]) -> Output {
        self.run_program(Path::new(program), folder, args)
    }

    /// Runs agent-trace in a folder with a list of arguments.
    pub(crate) fn run_list(&self, folder: &Path, args: &[&str]) -> Output {
        self.run_program(Path::new(env!("CARGO_BIN_EXE_agent-trace")), folder, args)
    }

    /// Runs agent-trace in a folder with a list of arguments and environment variables of its own.
    pub(crate) fn run_list_with(&self, folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_agent-trace")), folder);
        let output = command.args(args).envs(variables.iter().copied()).output().unwrap();
        Output::of(&output, self.root.to_str().expect("temporary folders have UTF-8 names"))
    }

    /// Runs agent-trace in the repository.
    pub(crate) fn run<const N: usize>(&self, args: [&str; N]) -> Output {
        self.run_in(&self.path(""), args)
    }

    /// Runs agent-trace in a folder.
    pub(crate) fn run_in<const N: usize>(&self, folder: &Path, args: [&str; N]) -> Output {
        self.run_program(Path::new(env!("CARGO_BIN_EXE_agent-trace")), folder, &args)
    }

    /// Runs agent-trace in the repository with a list of arguments.
    pub(crate) fn run_args(&self, args: &[&str]) -> Output {
        self.run_with(args, &[])
    }

    /// Runs agent-trace in the repository with environment variables of its own.
    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Output {
        self.run_list_with(&self.path(""), args, variables)
    }

    /// Returns a command in this world's environment, for tests that need pipes or signals; the clock ticks.
    #[expect(clippy::disallowed_methods, reason = "the harness is the one that starts programs")]
    pub(crate) fn command(&self, program: &Path, folder: &Path) -> Command {
        self.advance(COMMAND_STEP);
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear().envs(self.environment());
        command
    }

    fn run_program(&self, program: &Path, folder: &Path, args: &[&str]) -> Output {
        let output = self.command(program, folder).args(args).output();
        let output = output.unwrap_or_else(|error| panic!("cannot run {}: {error}", program.display()));
        Output::of(&output, self.root.to_str().expect("temporary folders have UTF-8 names"))
    }

    /// Returns whether the git under test is at least `major.minor`, to guard a test of something newer.
    pub(crate) fn git_at_least(&self, major: u32, minor: u32) -> bool {
        let version = self.git(["version"]).success().stdout;
        git::parse_version(&version).is_some_and(|found| found >= (major, minor))
    }

    /// Returns a path inside the repository; the empty path is its root.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        let repo = self.root.join("repo");
        if inside.is_empty() { repo } else { repo.join(inside) }
    }

    /// Returns the text of a file of the repository.
    pub(crate) fn read(&self, inside: &str) -> String {
        fs::read_to_string(self.path(inside)).unwrap_or_else(|error| panic!("cannot read `{inside}`: {error}"))
    }

    /// Writes a file of the repository, with the folders above it.
    pub(crate) fn write(&self, inside: &str, text: &str) {
        write_with_folders(&self.path(inside), text.as_bytes());
    }

    /// Commits everything in the repository and returns the commit's full id.
    pub(crate) fn commit(&self, message: &str) -> String {
        let _ = self.git(["add", "--all"]).success();
        let _ = self.git(["commit", "--quiet", "--allow-empty", "--message", message]).success();
        self.git(["rev-parse", "HEAD"]).success().stdout.trim().to_owned()
    }

    /// Starts a Claude Code session in the repository.
    pub(crate) fn claude(&self, name: &str) -> Claude<'_> {
        Claude::new(self, name)
    }

    /// Starts a session of Claude Code as its hooks see it.
    pub(crate) fn agent(&self, session: &str) -> Agent<'_> {
        Agent::new(self, session)
    }

    /// Starts a Gemini CLI session in the repository.
    pub(crate) fn gemini(&self, name: &str) -> Gemini<'_> {
        Gemini::new(self, name)
    }

    /// Returns `$CLAUDE_CONFIG_DIR/projects`, where Claude Code keeps its transcripts.
    pub(crate) fn transcripts_dir(&self) -> PathBuf {
        self.root.join("claude").join("projects")
    }

    /// Returns the home of this world's user.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// Returns this world's time in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.clock.get()
    }

    /// Lets seconds pass (negative: the clock is set back).
    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.set(self.clock.get() + seconds);
    }

    /// Every variable a program of this world sees; what is not here does not exist for it.
    fn environment(&self) -> Vec<(&'static str, String)> {
        let text = |path: PathBuf| path.to_str().expect("temporary folders have UTF-8 names").to_owned();
        let home = |name: &str| text(self.root.join("home").join(name));
        let now = rfc3339(self.now(), SecondsFormat::Secs);
        let mut environment = vec![
            ("AGENT_TRACE_NOW", now.clone()),
            ("CLAUDE_CONFIG_DIR", text(self.root.join("claude"))),
            ("COLUMNS", "100".into()),
            ("GIT_AUTHOR_DATE", now.clone()),
            ("GIT_AUTHOR_EMAIL", "ada@example.com".into()),
            ("GIT_AUTHOR_NAME", "Ada Author".into()),
            ("GIT_COMMITTER_DATE", now),
            ("GIT_COMMITTER_EMAIL", "carl@example.com".into()),
            ("GIT_COMMITTER_NAME", "Carl Committer".into()),
            ("GIT_CONFIG_GLOBAL", text(self.root.join("gitconfig"))),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_EDITOR", ":".into()),
            ("GIT_TERMINAL_PROMPT", "0".into()),
            ("HOME", text(self.home())),
            ("LC_ALL", "C".into()),
            ("NO_COLOR", "1".into()),
            ("PATH", self.search_path()),
            ("TMPDIR", text(self.root.join("tmp"))),
            ("TZ", "UTC".into()),
            ("XDG_CACHE_HOME", home(".cache")),
            ("XDG_CONFIG_HOME", home(".config")),
            ("XDG_DATA_HOME", home(".local/share")),
            ("XDG_RUNTIME_DIR", home(".run")),
            ("XDG_STATE_HOME", home(".local/state")),
        ];
        if cfg!(windows) {
            // Without SystemRoot no Windows program can open a socket or find its libraries.
            let system = env::var("SystemRoot").unwrap_or_else(|_| r"C:\Windows".into());
            environment.extend([
                ("APPDATA", home("AppData/Roaming")),
                ("LOCALAPPDATA", home("AppData/Local")),
                ("SystemRoot", system),
                ("TEMP", text(self.root.join("tmp"))),
                ("TMP", text(self.root.join("tmp"))),
                ("USERPROFILE", text(self.home())),
            ]);
        }
        environment
    }

    /// The folder of our binary, that of git, and the system's own.
    fn search_path(&self) -> String {
        let ours = Path::new(env!("CARGO_BIN_EXE_agent-trace")).parent().map(Path::to_path_buf);
        let git = self.git.parent().map(Path::to_path_buf);
        let system = match env::var("SystemRoot") {
            Ok(root) if cfg!(windows) => vec![PathBuf::from(root).join("System32")],
            _ => vec![PathBuf::from("/usr/bin"), PathBuf::from("/bin")],
        };
        let folders = ours.into_iter().chain(git).chain(system);
        env::join_paths(folders).unwrap().into_string().expect("PATH is UTF-8")
    }
}

/// Returns an instant as programs write it, in UTC with a `Z`.
pub(crate) fn rfc3339(seconds: i64, precision: SecondsFormat) -> String {
    let instant: DateTime<Utc> = DateTime::from_timestamp(seconds, 0).expect("a year that has four digits");
    instant.to_rfc3339_opts(precision, true)
}

/// Writes a file and the folders above it.
pub(crate) fn write_with_folders(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

/// Canonical paths of Windows begin with `\\?\`, which git does not understand.
fn without_verbatim_prefix(path: PathBuf) -> PathBuf {
    let plain = path.to_str().and_then(|text| text.strip_prefix(r"\\?\")).map(PathBuf::from);
    plain.unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commit_ids_are_literal() {
        let world = World::new();
        world.write("src/lib.rs", "pub fn answer() -> u8 {\n    42\n}\n");
        assert_eq!(world.commit("answer"), "162261a0dabda3647ad23b63a00a1f7fb40c6664");
        assert_eq!(world.read("src/lib.rs").lines().count(), 3);
    }

    #[test]
    fn every_command_takes_a_minute() {
        let world = World::new();
        let start = world.now();
        let _ = world.git(["status"]).success();
        let _ = world.git(["status"]).success();
        assert_eq!(world.now() - start, 2 * COMMAND_STEP);
        assert_eq!(rfc3339(MORNING, SecondsFormat::Secs), "2026-03-02T09:00:00Z");
    }

    #[test]
    fn the_users_own_configuration_is_out_of_reach() {
        let world = World::new();
        let settings = world.git(["config", "--list", "--show-origin"]).success().stdout;
        let foreign: Vec<_> = settings.lines().filter(|line| !line.starts_with("file:.git/config\t")).collect();
        assert_eq!(foreign, Vec::<&str>::new());
        assert_eq!(world.git(["rev-parse", "--show-toplevel"]).success().stdout, "$WORLD/repo\n");
    }

    #[test]
    fn the_git_under_test_is_new_enough_for_the_harness() {
        let world = World::without_repository();
        assert!(world.git_at_least(2, 28));
        assert!(!world.git_at_least(99, 0));
        let _ = world.git(["status"]).failure(128);
    }

    #[test]
    fn our_binary_starts_in_this_world() {
        let world = World::new();
        assert!(world.run(["--version"]).code.is_some());
        assert!(world.home().is_dir());
    }
}
