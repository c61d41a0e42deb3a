//! `status`: what is recorded here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::context::Context;
use super::install_places::{
    claude_program, git_states, gits, global_state, hook_program, hook_program_file, settings_file,
};
use super::spool_end::spool_status;
use crate::error::{Error, ExitCode};
use crate::git::{self, GitProgram, Repo};
use crate::install::{
    EVENTS, GitState, Hook, HookProgram, HookState, Settings, config_hooks_state, earlier_of, hook_state,
    installed_events, is_config_current, is_current,
};
use crate::report::{
    GitStatus, HookForm, HookStanding, HookStatus, ProgramStatus, Report, SettingsScope, SettingsStanding,
    SettingsStatus, StatusReport,
};

/// Where the notes are.
const NOTES: &str = "refs/notes/agent-trace";

/// Runs `agent-trace status`.
pub(super) fn run(context: &Context<'_>) -> Result<ExitCode, Error> {
    let repo = context.repo()?;
    context.print(&Report::Status(Box::new(status(context, &repo)?)))
}

/// Returns what is recorded in a repository.
pub(super) fn status(context: &Context<'_>, repo: &Repo) -> Result<StatusReport, Error> {
    let gits = gits();
    let (state, _) = git_states(context, repo, &gits)?;
    let global = global_state(&gits)?;
    let form = installed_form(&state, &global);
    let of_config = if form == Some(HookForm::GlobalConfig) { &global } else { &state };
    let scopes = [SettingsScope::Local, SettingsScope::Project, SettingsScope::User];
    let settings = scopes.into_iter().filter_map(|scope| settings(scope, repo.work_dir()).transpose());
    Ok(StatusReport {
        switched_off: std::env::var_os("AGENT_TRACE").is_some_and(|value| value == "0"),
        form,
        hooks_dir: state.hooks_dir.display().to_string(),
        hooks_path: git::hooks_path_setting(context.start()),
        hooks: Hook::ALL.into_iter().map(|hook| hook_status(&state, of_config, form, hook)).collect(),
        settings: settings.collect::<Result<_, Error>>()?,
        programs: programs(),
        gits: gits.iter().map(git_status).collect(),
        spool: spool_status(repo.common_dir()),
        notes: git::reference(context.start(), NOTES),
    })
}

fn installed_form(state: &GitState, global: &GitState) -> Option<HookForm> {
    let has_file = |hook: &Hook| {
        let ours = hook_state(state, *hook);
        matches!(ours, HookState::Ours { .. } | HookState::Chained(_) | HookState::Changed)
    };
    match Hook::ALL.iter().any(has_file) {
        true => Some(HookForm::Files),
        false if state.is_included() => Some(HookForm::Config),
        false if global.is_included() => Some(HookForm::GlobalConfig),
        false if !state.by_hand.is_empty() => Some(HookForm::Manual),
        false => None,
    }
}

fn hook_status(state: &GitState, of_config: &GitState, form: Option<HookForm>, hook: Hook) -> HookStatus {
    let program = hook_program();
    let standing = match form {
        Some(HookForm::Config | HookForm::GlobalConfig) => match config_hooks_state(of_config, hook) {
            HookState::Ours { .. } if !is_config_current(of_config, &program) => HookStanding::Outdated,
            HookState::Ours { .. } => HookStanding::Installed,
            HookState::Changed => HookStanding::Changed,
            _ => HookStanding::Absent,
        },
        _ => match hook_state(state, hook) {
            HookState::Ours { .. } if !is_current(state, hook, &program) => HookStanding::Outdated,
            HookState::Ours { .. } => HookStanding::Installed,
            HookState::Changed => HookStanding::Changed,
            HookState::ByHand => HookStanding::ByHand,
            HookState::Chained(_) => HookStanding::Chained,
            HookState::TakenOver(_) => HookStanding::TakenOver,
            HookState::Foreign => HookStanding::Foreign,
            HookState::Absent => HookStanding::Absent,
        },
    };
    HookStatus { hook: hook.name().to_owned(), state: standing, runs_first: earlier_of(state, hook) }
}

fn settings(scope: SettingsScope, work_dir: Option<&Path>) -> Result<Option<SettingsStatus>, Error> {
    let Some(path) = settings_file(scope, work_dir)? else { return Ok(None) };
    let content = Settings::read(&path).map(|settings| settings.content);
    let events = match &content {
        Ok(Some(content)) => installed_events(content).ok().map(|events| events.len() as u64),
        Ok(None) => Some(0),
        Err(_) => None,
    };
    let is_off = matches!(&content, Ok(Some(content)) if is_switched_off(content));
    let all = EVENTS.len() as u64;
    let state = match events {
        None => SettingsStanding::Unreadable,
        Some(_) if is_off => SettingsStanding::SwitchedOff,
        Some(0) => SettingsStanding::Absent,
        Some(events) if events < all => SettingsStanding::Partial,
        Some(_) => SettingsStanding::Installed,
    };
    Ok(Some(SettingsStatus { scope, path: path.display().to_string(), state, events, of_events: all }))
}

/// Whatever comments the file has: the key with this value is what counts.
fn is_switched_off(content: &[u8]) -> bool {
    let text = String::from_utf8_lossy(content);
    let mut after = text.split("\"disableAllHooks\"").skip(1);
    after.any(|rest| rest.trim_start().strip_prefix(':').is_some_and(|value| value.trim_start().starts_with("true")))
}

/// This program, the one hooks start, and every other copy of it on `PATH`.
fn programs() -> Vec<ProgramStatus> {
    let name = HookProgram::NAME;
    let mut found: Vec<(&str, PathBuf)> =
        std::env::current_exe().ok().map(|path| ("agent-trace", path)).into_iter().collect();
    found.extend(hook_program_file().map(|path| (name, path)));
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    for folder in std::env::split_paths(&search_path) {
        for name in ["agent-trace", name] {
            found.push((name, folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))));
        }
    }
    let mut seen = BTreeSet::new();
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let each = found.into_iter().filter(|(_, path)| path.is_file() && seen.insert(real(path)));
    each.map(|(name, path)| ProgramStatus {
        name: name.to_owned(),
        version: version(&path),
        path: path.display().to_string(),
    })
    .collect()
}

fn version(program: &Path) -> Option<String> {
    if std::env::current_exe().is_ok_and(|own| own == program) {
        return Some(env!("CARGO_PKG_VERSION").to_owned());
    }
    let text = git::program_answer(program, &["--version"])?;
    text.split_whitespace().nth(1).map(str::to_owned)
}

fn git_status(git: &GitProgram) -> GitStatus {
    GitStatus {
        path: git.path.display().to_string(),
        version: git.version.clone(),
        reads_config_hooks: git.reads_config_hooks(),
    }
}

/// Returns whether commands in a scope's settings name the program that is there now.
pub(super) fn is_command_current(scope: SettingsScope, file: &Path) -> bool {
    let Ok(Settings { content: Some(content), .. }) = Settings::read(file) else { return true };
    let program = claude_program(scope);
    installed_events(&content).unwrap_or_default().iter().all(|(event, command)| *command == program.command(event))
}
