//! `install-hooks` and `uninstall-hooks`.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::install_places::{
    claude_program, git_states, gits, global_state, hook_program, hook_program_file, settings_file,
};
use crate::cli::{InstallArgs, UninstallArgs};
use crate::error::{Error, ExitCode};
use crate::git;
use crate::install::{
    Action, Form, GitState, Hook, HookProgram, Plan, Settings, Wanted, apply, form, install_git, install_settings,
    uninstall_git, uninstall_settings,
};
use crate::noting::switch_file;
use crate::report::{HookForm, InstallReport, InstallStep, ManualHook, Report, SettingsScope, StepKind};

/// Runs `agent-trace install-hooks`.
pub(super) fn install(context: &Context<'_>, args: &InstallArgs) -> Result<ExitCode, Error> {
    let (mut plan, form, hooks_dir) = if args.global { git_of_user(args)? } else { git_of_repository(context, args)? };
    plan = plan.and(claude(context, args)?);
    let is_ours = matches!(form, HookForm::Files | HookForm::Config) || (args.global && form == HookForm::GlobalConfig);
    let marker = if is_ours { switch(context, args.global)? } else { None };
    plan.actions.extend(marker.filter(|file| !file.exists()).map(|path| Action::Write {
        path,
        content: Vec::new(),
        is_executable: false,
    }));
    if hook_program_file().is_none() {
        plan.warnings.push(no_program());
    }
    let program = hook_program();
    let report = InstallReport {
        form: Some(form),
        hooks_dir,
        program: Some(program.path().to_owned()).filter(|path| !path.is_empty()),
        ..report(&plan, args.dry_run)
    };
    if !args.dry_run {
        apply(&plan)?;
    }
    let is_done = form != HookForm::Manual || (!args.global && report.manual.is_empty());
    context.print(&Report::Install(Box::new(report)))?;
    Ok(if is_done { ExitCode::Ok } else { ExitCode::Negative })
}

/// Runs `agent-trace uninstall-hooks`.
pub(super) fn uninstall(context: &Context<'_>, args: &UninstallArgs) -> Result<ExitCode, Error> {
    let mut plan = Plan::default();
    let mut work_dir = None;
    if args.global {
        plan = plan.and(uninstall_git(&global_state(&gits())?));
    } else {
        let repo = context.repo()?;
        let (state, dormant) = git_states(context, &repo, &[])?;
        plan = plan.and(uninstall_git(&state));
        plan = plan.and(dormant.map(|state| uninstall_git(&without_config(state))).unwrap_or_default());
        work_dir = repo.work_dir().map(Path::to_owned);
    }
    let scopes = match args.scope {
        Some(scope) => vec![scope],
        None if args.global => vec![SettingsScope::User],
        None => vec![SettingsScope::Local, SettingsScope::Project],
    };
    for scope in scopes {
        let Some(path) = settings_file(scope, work_dir.as_deref())? else { continue };
        plan = plan.and(uninstall_settings(&Settings::read(&path)?));
    }
    if let Some(path) = switch(context, args.global)?.filter(|file| file.exists()) {
        plan.actions.extend(path.parent().map(|folder| Action::RemoveFolder { path: folder.to_owned() }));
        plan.actions.push(Action::Remove { path });
    }
    plan = once(plan);
    let report = report(&plan, args.dry_run);
    if !args.dry_run {
        apply(&plan)?;
    }
    context.print(&Report::Uninstall(Box::new(report)))
}

/// The file that lets `ingest` write notes: of this repository, or of all of the user's.
fn switch(context: &Context<'_>, is_global: bool) -> Result<Option<PathBuf>, Error> {
    let folder = if is_global { context.config_dir() } else { Some(context.repo()?.common_dir().to_owned()) };
    Ok(folder.map(|folder| switch_file(&folder)))
}

/// The configuration is looked at once, in the state of the folder that git uses.
fn without_config(state: GitState) -> GitState {
    GitState { config: None, config_hooks: None, ..state }
}

/// Several files may leave the same folder behind; it goes when all are gone.
fn once(mut plan: Plan) -> Plan {
    let is_folder = |action: &Action| matches!(action, Action::RemoveFolder { .. });
    let (folders, files): (Vec<_>, Vec<_>) = plan.actions.into_iter().partition(is_folder);
    plan.actions = files;
    for folder in folders {
        if !plan.actions.contains(&folder) {
            plan.actions.push(folder);
        }
    }
    plan
}

fn wanted(args: &InstallArgs, program: HookProgram) -> Wanted {
    let is_wanted = |hook: &Hook| {
        let is_unwanted = (args.no_trailers && hook.is_for_trailers()) || (args.no_push && *hook == Hook::PrePush);
        // Agents hand messages over with -m and -F; its start would be a sixth of what a commit takes longer.
        !is_unwanted && (args.editor || *hook != Hook::CommitMsg)
    };
    Wanted { hooks: Hook::ALL.into_iter().filter(is_wanted).collect(), program }
}

type GitPlan = (Plan, HookForm, Option<String>);

fn git_of_repository(context: &Context<'_>, args: &InstallArgs) -> Result<GitPlan, Error> {
    let (repo, gits) = (context.repo()?, gits());
    let (state, dormant) = git_states(context, &repo, &gits)?;
    let hooks_dir = Some(state.hooks_dir.display().to_string());
    let global = global_state(&gits)?;
    if global.is_included() && state.has_new_git_only {
        let mut plan = uninstall_git(&state);
        plan.warnings.push("the hooks for all repositories (install-hooks --global) record this one too".to_owned());
        return Ok((plan, HookForm::GlobalConfig, hooks_dir));
    }
    let form = form(&state);
    let mut plan = install_git(&state, &wanted(args, hook_program()), form);
    if let (Form::Config, Some(dormant)) = (form, dormant) {
        plan = uninstall_git(&without_config(dormant)).and(plan);
    }
    plan.warnings.extend(old_gits(form, &gits));
    if repo.work_dir().is_none() {
        plan.warnings.push("this repository is bare: commits are recorded in its linked work trees".to_owned());
    }
    Ok((plan, of_repository(form), hooks_dir))
}

/// In a folder git does not own, a `core.hooksPath` for everything would switch the repositories' own hooks off, and
/// `init.templateDir` copies files nobody updates: older gits get neither.
fn git_of_user(args: &InstallArgs) -> Result<GitPlan, Error> {
    let gits = gits();
    let state = global_state(&gits)?;
    if !state.has_new_git {
        let warning = "no git on PATH reads hooks from its configuration (2.54 and later do): run `agent-trace install-hooks` in each repository";
        return Ok((Plan { warnings: vec![warning.to_owned()], ..Plan::default() }, HookForm::Manual, None));
    }
    let mut plan = install_git(&state, &wanted(args, hook_program()), Form::Config);
    plan.warnings.extend(old_gits(Form::Config, &gits));
    Ok((plan, HookForm::GlobalConfig, None))
}

fn old_gits(form: Form, gits: &[git::GitProgram]) -> Option<String> {
    let old: Vec<String> = gits
        .iter()
        .filter(|git| !git.reads_config_hooks())
        .map(|git| format!("`{}` ({})", git.path.display(), git.version.as_deref().unwrap_or("does not run")))
        .collect();
    let is_missed = form == Form::Config && !old.is_empty();
    is_missed
        .then(|| format!("commits made with {} are not recorded: hooks in the configuration need 2.54", old.join(", ")))
}

fn of_repository(form: Form) -> HookForm {
    match form {
        Form::Files => HookForm::Files,
        Form::Config => HookForm::Config,
        Form::Manual => HookForm::Manual,
    }
}

fn claude(context: &Context<'_>, args: &InstallArgs) -> Result<Plan, Error> {
    let default = if args.global { SettingsScope::User } else { SettingsScope::Local };
    let scope = args.scope.unwrap_or(default);
    let is_of_tree = matches!(scope, SettingsScope::Local | SettingsScope::Project);
    let work_dir = if is_of_tree { context.repo()?.work_dir().map(Path::to_owned) } else { None };
    let Some(path) = settings_file(scope, work_dir.as_deref())? else {
        let bare = "a bare repository has no settings of Claude Code: use --scope user";
        let warnings = is_of_tree.then(|| bare.to_owned()).into_iter().collect();
        return Ok(Plan { warnings, ..Plan::default() });
    };
    let mut plan = install_settings(&Settings::read(&path)?, &claude_program(scope))?;
    if scope == SettingsScope::Local && !plan.actions.is_empty() && !git::is_ignored(context.start(), &path) {
        plan.warnings.push(format!(
            "git does not ignore `{}`: echo .claude/settings.local.json >> \"$(git rev-parse --git-path info/exclude)\"",
            path.display()
        ));
    }
    Ok(plan)
}

fn no_program() -> String {
    format!(
        "`{0}` is not beside agent-trace: hooks look for it on PATH and do nothing until it is there",
        HookProgram::NAME
    )
}

fn report(plan: &Plan, is_dry_run: bool) -> InstallReport {
    let manual = plan.manual.iter().map(|manual| ManualHook {
        hook: manual.hook.name().to_owned(),
        path: manual.path.display().to_string(),
        line: manual.line.clone(),
    });
    InstallReport {
        dry_run: is_dry_run,
        steps: steps(&plan.actions),
        manual: manual.collect(),
        warnings: plan.warnings.clone(),
        ..InstallReport::default()
    }
}

/// Returns steps as reports show them.
pub(super) fn steps(actions: &[Action]) -> Vec<InstallStep> {
    let is_moved =
        |path: &Path| actions.iter().any(|action| matches!(action, Action::Rename { from, .. } if from == path));
    let written = |path: &Path| if path.exists() && !is_moved(path) { StepKind::Change } else { StepKind::Create };
    let step = |action: &Action| {
        let (step, path, to) = match action {
            Action::Rename { from, to } => (StepKind::Rename, from, Some(to)),
            Action::Write { path, .. } | Action::WriteConfig { path, .. } => (written(path), path, None),
            Action::Remove { path } => (StepKind::Remove, path, None),
            Action::RemoveFolder { path } => (StepKind::RemoveFolder, path, None),
        };
        InstallStep { step, path: path.display().to_string(), to: to.map(|path| path.display().to_string()) }
    };
    actions.iter().map(step).collect()
}
