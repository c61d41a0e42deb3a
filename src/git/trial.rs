//! A throw-away commit through installed hooks, in a repository of its own: does a commit of an agent arrive?
//!
//! Hooks of others do not run in it: they may do anything.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::program::command;

/// Beginnings of variables that say where git works or who commits.
const FOREIGN: [&str; 12] = [
    "GIT_", "CLAUDE", "CODEX_", "COPILOT_", "AMP_", "AGENT_", "AI_AGENT", "GEMINI_", "CURSOR_", "OPENCODE", "QWEN_",
    "CLINE_",
];

/// Which hooks the commit goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrialHooks {
    /// Copies of these files.
    Files(Vec<PathBuf>),
    /// What this configuration file names.
    Config(PathBuf),
    /// What the user's own configuration names.
    OfUser,
}

/// What became of the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Its id.
    pub commit: String,
    /// Its message, as git kept it.
    pub message: String,
    /// The git directory it is in.
    pub git_dir: PathBuf,
}

impl Trial {
    /// Makes a commit with the program `git` in the empty folder `folder`, as a session of Claude Code.
    ///
    /// # Errors
    /// What git said.
    pub fn run(git: &Path, folder: &Path, hooks: &TrialHooks, session: &str) -> Result<Trial, String> {
        let git = |arguments: &[&str]| answer(git, folder, session, arguments);
        git(&["init", "--quiet", "--template="])?;
        let git_dir = folder.join(".git");
        install(&git_dir, hooks, &git)?;
        let commit = ["commit", "--quiet", "--allow-empty", "--message", "agent-trace: a trial of its hooks"];
        git(&commit)?;
        let id = git(&["rev-parse", "HEAD"])?;
        let message = git(&["log", "-1", "--format=%B"])?;
        Ok(Trial { commit: id.trim().to_owned(), message, git_dir })
    }
}

fn install(git_dir: &Path, hooks: &TrialHooks, git: &dyn Fn(&[&str]) -> Result<String, String>) -> Result<(), String> {
    let set = |name: &str, value: &Path| git(&["config", name, &value.display().to_string()]).map(|_| ());
    match hooks {
        TrialHooks::OfUser => Ok(()),
        TrialHooks::Config(file) => set("include.path", file),
        TrialHooks::Files(files) => {
            let dir = git_dir.join("hooks");
            copy(files, &dir).map_err(|error| error.to_string())?;
            set("core.hooksPath", &dir)
        }
    }
}

fn copy(files: &[PathBuf], dir: &Path) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    // What a manager put aside under another name is tried under its own.
    let copy = |file: &PathBuf| fs::copy(file, dir.join(file.file_stem().unwrap_or_default())).map(|_| ());
    files.iter().try_for_each(copy)
}

fn answer(git: &Path, folder: &Path, session: &str, arguments: &[&str]) -> Result<String, String> {
    let mut git = command(git);
    git.current_dir(folder).args(["-c", "user.name=agent-trace", "-c", "user.email=agent-trace@localhost"]);
    git.args(["-c", "commit.gpgSign=false"]).args(arguments).stdin(Stdio::null());
    forget_surroundings(&mut git);
    git.env("CLAUDECODE", "1").env("CLAUDE_CODE_SESSION_ID", session).env("GIT_TERMINAL_PROMPT", "0");
    let output = git.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("git {}: {}", arguments[0], String::from_utf8_lossy(&output.stderr).trim())),
    }
}

/// Takes away what would lead the commit elsewhere or to somebody else. Where git finds its configuration stays.
fn forget_surroundings(git: &mut Command) {
    let is_kept = |name: &str| name.starts_with("GIT_CONFIG") || name == "AGENT_TRACE_NOW" || name == "GIT_EXEC_PATH";
    let is_foreign = |name: &OsStr| {
        let name = name.to_string_lossy();
        FOREIGN.iter().any(|begin| name.starts_with(begin)) && !is_kept(&name)
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_foreign(name)) {
        git.env_remove(name);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_commit_goes_through_the_hooks_it_is_given() {
        let folder = tempfile::tempdir().unwrap();
        let hook = folder.path().join("commit-msg");
        fs::write(&hook, "#!/bin/sh\necho \"by $CLAUDE_CODE_SESSION_ID\" >> \"$1\"\n").unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
        let work = folder.path().join("work");
        fs::create_dir(&work).unwrap();
        let trial = Trial::run(Path::new("git"), &work, &TrialHooks::Files(vec![hook]), "some-session").unwrap();
        assert!(trial.message.contains("by some-session"), "{trial:?}");
        assert_eq!(trial.commit.len(), 40);
    }

    #[test]
    fn what_git_says_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let missing = TrialHooks::Files(vec![folder.path().join("missing")]);
        assert!(Trial::run(Path::new("git"), folder.path(), &missing, "s").is_err());
    }
}
