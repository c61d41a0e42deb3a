//! The child processes of hooks: never more than one a hook, never with a terminal.

#![expect(clippy::disallowed_methods, reason = "the one child process a hook may start")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::place::Place;

/// Switches every hook off, ours in a child above all.
pub const SWITCH: &str = "AGENT_TRACE";

/// Lets git itself put the trailer where it belongs.
pub(super) fn interpret_trailers(file: &Path, line: &str) -> Option<()> {
    let mut git = quiet("git");
    git.args(["interpret-trailers", "--in-place", "--no-divider", "--if-exists", "addIfDifferent", "--trailer", line]);
    git.arg(file).status().ok().map(|_| ())
}

/// Asks git for the commit that is checked out: refs may be kept in other ways than as files.
pub(super) fn head_by_git(place: &Place) -> Option<String> {
    let mut git = quiet("git");
    git.arg("--git-dir").arg(&place.git_dir).args(["rev-parse", "--verify", "--quiet", "HEAD"]);
    let output = git.stdout(Stdio::piped()).output().ok()?;
    let id = String::from_utf8(output.stdout).ok()?;
    crate::model::CommitId::parse(id.trim_end()).ok().map(|id| id.to_string())
}

/// Tells whether some configuration of git may name a template: without a child process, so what others include counts.
pub(super) fn may_have_template(place: &Place) -> bool {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = variable("HOME");
    let of_home = |file: &str| home.as_ref().map(|home| home.join(file));
    let of_user = variable("XDG_CONFIG_HOME").map(|folder| folder.join("git/config"));
    let files = [
        Some(place.common_dir.join("config")),
        Some(place.git_dir.join("config.worktree")),
        variable("GIT_CONFIG_GLOBAL"),
        of_home(".gitconfig"),
        of_user.or_else(|| of_home(".config/git/config")),
        Some(PathBuf::from("/etc/gitconfig")),
    ];
    let names = |text: Vec<u8>| {
        let text = text.to_ascii_lowercase();
        [b"template".as_slice(), b"include"].iter().any(|word| memchr::memmem::find(&text, word).is_some())
    };
    variable("GIT_CONFIG_COUNT").is_some()
        || variable("GIT_CONFIG_PARAMETERS").is_some()
        || files.into_iter().flatten().filter_map(|file| std::fs::read(file).ok()).any(names)
}

/// Asks git for the file that messages begin with.
pub(super) fn template(place: &Place) -> Option<PathBuf> {
    let mut git = quiet("git");
    git.arg("--git-dir").arg(&place.git_dir).args(["config", "--type=path", "--get", "commit.template"]);
    let output = git.stdout(Stdio::piped()).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(path.trim_end_matches('\n'))).filter(|path| !path.as_os_str().is_empty())
}

/// Pushes the notes and waits for it: a push that goes on behind the user's back could not ask for nothing.
pub(super) fn push_notes(remote: &str, url: &str) -> Option<()> {
    let mut push = quiet(program()?);
    push.args(["notes", "push", "--for-hook", "--", remote, url]).env(SWITCH, "0").status().ok().map(|_| ())
}

/// Reads what is new, after the hook has returned.
pub(super) fn ingest(folder: &Path) -> Option<()> {
    let mut ingest = quiet(program()?);
    ingest.args(["ingest", "--background"]).current_dir(folder);
    detach(&mut ingest);
    ingest.spawn().ok().map(|_| ())
}

/// Lets the work tree be looked at while the command runs, or after the hook has returned.
pub(super) fn scan(top: &Path, job: &[u8]) -> Option<()> {
    let own = std::env::current_exe().ok()?;
    let mut scan = quiet(&own);
    if own.file_stem().is_some_and(|name| name == "agent-trace") {
        scan.arg("hook");
    }
    scan.arg("scan").current_dir(top).stdin(Stdio::piped());
    detach(&mut scan);
    let mut pipe = scan.spawn().ok()?.stdin.take()?;
    let written = pipe.write_all(job).ok(); // Shorter than a pipe holds: nobody waits.
    std::mem::forget(pipe); // The end of this process ends the job: only then the scan begins.
    written
}

fn quiet(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The full program, beside this one.
fn program() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let name = if cfg!(windows) { "agent-trace.exe" } else { "agent-trace" };
    let beside = own.with_file_name(name);
    if beside.is_file() { Some(beside) } else { Some(PathBuf::from(name)) }
}

/// A group of its own: what ends the agent's terminal does not end it.
#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

/// No console of its own either.
#[cfg(windows)]
fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    const DETACHED_PROCESS: u32 = 8;
    command.creation_flags(DETACHED_PROCESS);
}

/// Elsewhere it ends with whoever started it, and the next run completes it.
#[cfg(not(any(unix, windows)))]
fn detach(_: &mut Command) {}
