//! The throw-away commit.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::spool_end;
use super::{broken, good, warning};
use crate::git::{Repo, Trial, TrialHooks};
use crate::install::{FILE_NAME, RUN_BY_MANAGERS};
use crate::report::{Finding, GitStatus, HookForm, HookStanding, HookStatus, StatusReport};

const CHECK: &str = "trial commit";
/// No client makes this id.
const SESSION: &str = "00000000-0000-4000-8000-00000d0c7042";

/// Commits in repositories of their own through the hooks that are installed here, once with every git on `PATH`.
pub(super) fn trials(repo: &Repo, status: &StatusReport) -> Vec<Finding> {
    if status.form == Some(HookForm::Manual) {
        let message = "hooks are lines in files of others, which cannot be tried apart from them";
        return vec![warning(CHECK, message, "make a commit in an agent's session and look at: agent-trace status")];
    }
    let Some(hooks) = hooks(repo, status) else {
        let message = "no hook is installed that a commit could go through";
        return vec![broken(CHECK, message, "agent-trace install-hooks")];
    };
    if status.switched_off {
        return vec![broken(CHECK, "AGENT_TRACE=0 switches every hook off", "unset AGENT_TRACE")];
    }
    // That a git is too old for hooks in the configuration is said elsewhere.
    let is_able =
        |git: &&GitStatus| git.version.is_some() && (git.reads_config_hooks || matches!(hooks, TrialHooks::Files(_)));
    let trials: Vec<Finding> = status.gits.iter().filter(is_able).map(|git| trial(git, &hooks, status)).collect();
    if trials.is_empty() {
        let message = "no git on PATH runs the hooks that are installed";
        return vec![broken(CHECK, message, "agent-trace install-hooks")];
    }
    trials
}

fn trial(git: &GitStatus, hooks: &TrialHooks, status: &StatusReport) -> Finding {
    let Ok(folder) = Folder::new() else {
        return broken(CHECK, "no temporary folder could be made", "set TMPDIR to a folder that can be written");
    };
    let mut finding = match Trial::run(Path::new(&git.path), &folder.0, hooks, SESSION) {
        Ok(trial) => verdict(&trial, status),
        Err(problem) => broken(CHECK, problem, "see whether `git commit` works in a new repository"),
    };
    if status.gits.len() > 1 {
        finding.message = format!("git {}: {}", git.version.as_deref().unwrap_or_default(), finding.message);
    }
    finding
}

/// The hooks as they are here; those of others are left out.
fn hooks(repo: &Repo, status: &StatusReport) -> Option<TrialHooks> {
    match status.form? {
        HookForm::Files => Some(TrialHooks::Files(files(status))),
        HookForm::Config => Some(TrialHooks::Config(repo.common_dir().join("agent-trace").join(FILE_NAME))),
        HookForm::GlobalConfig => Some(TrialHooks::OfUser),
        HookForm::Manual => None,
    }
}

fn files(status: &StatusReport) -> Vec<PathBuf> {
    let name = |hook: &HookStatus| match hook.state {
        HookStanding::Installed | HookStanding::Outdated | HookStanding::Changed => Some(hook.hook.clone()),
        HookStanding::Chained => Some(format!("{}{RUN_BY_MANAGERS}", hook.hook)),
        _ => None,
    };
    status.hooks.iter().filter_map(name).map(|name| Path::new(&status.hooks_dir).join(name)).collect()
}

fn verdict(trial: &Trial, status: &StatusReport) -> Finding {
    let has_record = spool_end::files(&trial.git_dir).iter().any(|file| contains(file, &trial.commit));
    let has_trailer = trial.message.lines().any(|line| line == format!("Agent-Session: claude-code/{SESSION}"));
    let is_trailer_wanted =
        status.hooks.iter().any(|hook| hook.hook == "prepare-commit-msg" && hook.state != HookStanding::Absent);
    let remedy =
        "agent-trace install-hooks; if that changes nothing, see which agent-trace-hook runs: agent-trace status";
    match (has_record, has_trailer) {
        (false, _) => broken(CHECK, "a commit went through the hooks and was not recorded", remedy),
        (true, false) if is_trailer_wanted => broken(CHECK, "a commit was recorded but got no trailer", remedy),
        (true, false) => good(CHECK, "a commit was recorded; trailers are not installed"),
        (true, true) => good(CHECK, "a commit was recorded and got its trailer"),
    }
}

fn contains(file: &Path, commit: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|text| text.contains(commit))
}

/// A folder of our own that goes with its value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Folder> {
        let path = std::env::temp_dir().join(format!("agent-trace-doctor-{}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What the system cannot remove it cleans up itself: it is its folder for such things.
        let _ = fs::remove_dir_all(&self.0);
    }
}
