//! Everything that can be seen without a commit.

use std::path::Path;

use super::super::context::Context;
use super::super::install_places::{gits as gits_on_path, global_state, hook_program_file};
use super::super::status::is_command_current;
use super::{broken, good, warning};
use crate::git::Repo;
use crate::report::{Finding, FindingSeverity, HookForm, HookStanding, SettingsScope, SettingsStanding, StatusReport};
use crate::store::Reader;

/// Files of a time to come count as such only beyond this, in milliseconds.
const CLOCK_SLACK: i64 = 5 * 60 * 1000;

/// Runs every check.
pub(super) fn all(context: &Context<'_>, repo: &Repo, status: &StatusReport) -> Vec<Finding> {
    let mut findings = vec![program(status)];
    findings.extend(gits(status));
    findings.extend(hooks(status));
    findings.extend(left_behind(status));
    findings.extend(twice(status));
    findings.push(settings(status));
    findings.extend(settings_twice(status));
    findings.extend(other_worktrees(repo, status));
    findings.extend(transcripts(context, repo));
    findings.push(clock(context, status));
    findings
}

/// The program that hooks start must be there and of this version.
fn program(status: &StatusReport) -> Finding {
    const CHECK: &str = "program";
    let own = env!("CARGO_PKG_VERSION");
    let mut thin = status.programs.iter().filter(|program| program.name != "agent-trace");
    let Some(first) = thin.next() else {
        let remedy = "cargo install --locked --path . --force, which installs both programs";
        return broken(CHECK, "agent-trace-hook is neither beside agent-trace nor on PATH", remedy);
    };
    let others = status.programs.iter().filter(|program| program.version.as_deref().is_some_and(|found| found != own));
    let others: Vec<String> =
        others.map(|other| format!("`{}` is {}", other.path, other.version.as_deref().unwrap_or("?"))).collect();
    match (others.is_empty(), hook_program_file()) {
        (false, _) => warning(
            CHECK,
            format!("this is agent-trace {own}, but {}", others.join(", ")),
            "install one version and remove the others; then agent-trace install-hooks",
        ),
        (true, None) => {
            warning(CHECK, format!("hooks start `{}` from PATH", first.path), "install both programs into one folder")
        }
        (true, Some(_)) => good(CHECK, format!("`{}`", first.path)),
    }
}

/// Hooks in the configuration are for new gits only; in files for all.
fn gits(status: &StatusReport) -> Vec<Finding> {
    const CHECK: &str = "git";
    if status.gits.is_empty() {
        return vec![broken(CHECK, "no git is on PATH", "install git 2.31 or later")];
    }
    let is_config = matches!(status.form, Some(HookForm::Config | HookForm::GlobalConfig));
    let found = status.gits.iter().map(|git| {
        let version = git.version.as_deref().unwrap_or("does not run");
        let what = format!("`{}` {version}", git.path);
        match is_config && !git.reads_config_hooks {
            true => warning(
                CHECK,
                format!("{what} does not read hooks from the configuration"),
                "upgrade it to 2.54, or remove it from PATH and run agent-trace install-hooks",
            ),
            false => good(CHECK, what),
        }
    });
    found.collect()
}

fn hooks(status: &StatusReport) -> Vec<Finding> {
    const CHECK: &str = "hooks";
    if status.form.is_none() {
        let lost = status.hooks.iter().any(|hook| hook.state == HookStanding::TakenOver);
        let message = if lost { "a manager of hooks took ours over" } else { "no hook of git is installed" };
        return vec![broken(CHECK, message, "agent-trace install-hooks")];
    }
    let found: Vec<Finding> = status
        .hooks
        .iter()
        .filter_map(|hook| {
            let name = &hook.hook;
            match hook.state {
                HookStanding::TakenOver => Some(broken(
                    CHECK,
                    format!("{name}: a manager put ours aside"),
                    "agent-trace install-hooks, also after every run of the manager's install",
                )),
                // Ours is there on request only.
                HookStanding::Foreign if name == "commit-msg" => None,
                HookStanding::Foreign => Some(broken(
                    CHECK,
                    format!("{name}: a hook of somebody else took its place"),
                    "agent-trace install-hooks",
                )),
                HookStanding::Outdated => {
                    Some(warning(CHECK, format!("{name}: of another version or place"), "agent-trace install-hooks"))
                }
                HookStanding::Changed => Some(warning(
                    CHECK,
                    format!("{name}: changed by hand"),
                    "remove it and run agent-trace install-hooks, if the change was not meant",
                )),
                HookStanding::Absent | HookStanding::Installed | HookStanding::Chained | HookStanding::ByHand => None,
            }
        })
        .collect();
    let missing: Vec<&str> =
        status.hooks.iter().filter(|hook| hook.state == HookStanding::Absent).map(|hook| hook.hook.as_str()).collect();
    match (found.is_empty(), missing.is_empty()) {
        (false, _) => found,
        (true, true) => vec![good(CHECK, "all are installed")],
        (true, false) => vec![good(CHECK, format!("installed, without {}", missing.join(", ")))],
    }
}

/// A hook that was kept for ours to run, when ours is not there to run it.
fn left_behind(status: &StatusReport) -> Vec<Finding> {
    let entries = std::fs::read_dir(&status.hooks_dir).into_iter().flatten().flatten();
    let kept = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.contains(".before-agent-trace"));
    let is_run = |name: &String| status.hooks.iter().any(|hook| hook.runs_first.as_ref() == Some(name));
    let lost = kept.filter(|name| !is_run(name));
    lost.map(|name| {
        let message = format!("`{name}` was here before agent-trace and nothing runs it any more");
        warning(
            "hooks",
            message,
            format!("look at it, then remove it: {}", Path::new(&status.hooks_dir).join(&name).display()),
        )
    })
    .collect()
}

/// Hooks of the user's configuration run beside those of the repository.
fn twice(status: &StatusReport) -> Option<Finding> {
    let is_local = matches!(status.form, Some(HookForm::Files | HookForm::Config));
    let global =
        global_state(&gits_on_path()).ok().filter(|global| is_local && global.has_new_git && global.is_included());
    global.map(|_| {
        let message = "installed here and for all repositories: every hook runs twice";
        warning("hooks", message, "agent-trace install-hooks, which leaves the hooks for all repositories")
    })
}

/// Claude Code runs the same command once, wherever it stands; that of a shared file is another.
fn settings_twice(status: &StatusReport) -> Option<Finding> {
    let has = |is_shared: bool| {
        let mut files = status.settings.iter().filter(|file| (file.scope == SettingsScope::Project) == is_shared);
        files.any(|file| file.state == SettingsStanding::Installed)
    };
    (has(true) && has(false)).then(|| {
        let message = "entries stand in the shared settings and in your own: every event is recorded twice";
        warning("claude code", message, "agent-trace uninstall-hooks, then install-hooks with one --scope")
    })
}

fn settings(status: &StatusReport) -> Finding {
    const CHECK: &str = "claude code";
    let has = |state: SettingsStanding| status.settings.iter().find(|settings| settings.state == state);
    if let Some(off) = has(SettingsStanding::SwitchedOff) {
        return broken(CHECK, format!("`{}` says disableAllHooks", off.path), "remove that line");
    }
    if let Some(unreadable) = has(SettingsStanding::Unreadable) {
        return warning(CHECK, format!("`{}` cannot be read", unreadable.path), "correct the file");
    }
    if let Some(partial) = has(SettingsStanding::Partial) {
        let remedy = format!("agent-trace install-hooks --scope {}", partial.scope.name());
        return warning(CHECK, format!("`{}` has only some of our entries", partial.path), remedy);
    }
    let installed: Vec<_> =
        status.settings.iter().filter(|settings| settings.state == SettingsStanding::Installed).collect();
    let stale = installed.iter().find(|settings| !is_command_current(settings.scope, Path::new(&settings.path)));
    match (installed.first(), stale) {
        (None, _) => warning(
            CHECK,
            "no settings file has our entries: sessions are known by their commits only",
            "agent-trace install-hooks",
        ),
        (Some(_), Some(stale)) => {
            let remedy = format!("agent-trace install-hooks --scope {}", stale.scope.name());
            warning(CHECK, format!("`{}` names another place of agent-trace-hook", stale.path), remedy)
        }
        (Some(first), None) => good(CHECK, format!("entries in `{}`", first.path)),
    }
}

/// `.claude/settings.local.json` belongs to one work tree.
fn other_worktrees(repo: &Repo, status: &StatusReport) -> Option<Finding> {
    let is_everywhere = status
        .settings
        .iter()
        .any(|settings| settings.scope != SettingsScope::Local && settings.state == SettingsStanding::Installed);
    let is_here = status.settings.iter().any(|settings| settings.state == SettingsStanding::Installed);
    let has_entries = |folder: &Path| {
        std::fs::read(folder.join(".claude").join("settings.local.json"))
            .is_ok_and(|content| crate::install::installed_events(&content).is_ok_and(|events| !events.is_empty()))
    };
    let mut without: Vec<String> = Vec::new();
    for folder in repo.worktrees().iter().filter(|folder| folder.is_dir() && !has_entries(folder)) {
        let name = folder.canonicalize().unwrap_or_else(|_| folder.clone()).display().to_string();
        if !without.contains(&name) {
            without.push(name);
        }
    }
    (is_here && !is_everywhere && !without.is_empty()).then(|| {
        let message = format!("sessions started in {} report by their commits only", without.join(", "));
        warning("claude code", message, "agent-trace install-hooks --scope user")
    })
}

/// What `ingest` could not open.
fn transcripts(context: &Context<'_>, repo: &Repo) -> Option<Finding> {
    const CHECK: &str = "transcripts";
    let problems = Reader::open(&context.database(repo)).ok()?.problems().ok()?;
    let unreadable: Vec<_> = problems.iter().filter(|problem| problem.kind == "unreadable").collect();
    let Some(first) = unreadable.first() else { return Some(good(CHECK, "all that were found can be opened")) };
    let message = format!("{} cannot be opened, such as `{}`", unreadable.len(), first.path);
    Some(warning(CHECK, message, "make them readable for this user; agent-trace problems lists all"))
}

fn clock(context: &Context<'_>, status: &StatusReport) -> Finding {
    let ahead = status.spool.last_at.filter(|at| at.0 > context.now.0 + CLOCK_SLACK);
    match ahead {
        Some(_) => warning(
            "clock",
            "the last event is of a time to come",
            "set the system's clock: times of events order commits and tools",
        ),
        None => Finding { severity: FindingSeverity::Good, ..good("clock", "no event is of a time to come") },
    }
}
