//! What is to be done to git's hooks. Pure: files are looked at in [`GitState`] only.

use std::collections::BTreeSet;

use super::action::{Action, Plan};
use super::config_hooks::{config_hooks, is_intact};
use super::git_config;
use super::git_state::GitState;
use super::hook::Hook;
use super::hook_file::{HookState, hook_state};
use super::hook_program::HookProgram;
use super::manual::{folder_to_edit, manual_lines};
use super::script::{recognise, script};

/// How hooks are installed; never in two ways at once, or each would run twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Scripts in the folder of hooks.
    Files,
    /// Entries in the configuration.
    Config,
    /// Lines that only the user can add.
    Manual,
}

/// What is to be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The hooks.
    pub hooks: Vec<Hook>,
    /// What they start.
    pub program: HookProgram,
}

/// Returns how hooks are to be installed.
///
/// In the configuration if no git would miss them there; in files if the folder is ours; in the configuration, for
/// the new ones among several gits, if it is not.
pub fn form(state: &GitState) -> Form {
    if state.has_new_git_only {
        return Form::Config;
    }
    match (state.is_own_dir, state.has_new_git) {
        (true, _) => Form::Files,
        (false, true) => Form::Config,
        (false, false) => Form::Manual,
    }
}

/// Returns how to install hooks; installing what is there is no step.
pub fn install_git(state: &GitState, wanted: &Wanted, form: Form) -> Plan {
    match form {
        Form::Files => remove_config(state).and(install_files(state, wanted)),
        Form::Config => uninstall_files(state).and(install_config(state, wanted)),
        Form::Manual => by_hand(state, wanted),
    }
}

/// Returns how to take every hook of ours out again.
pub fn uninstall_git(state: &GitState) -> Plan {
    uninstall_files(state).and(remove_config(state))
}

fn by_hand(state: &GitState, wanted: &Wanted) -> Plan {
    let is_missing = |hook: &Hook| hook_state(state, *hook) != HookState::ByHand;
    let missing: Vec<Hook> = wanted.hooks.iter().copied().filter(is_missing).collect();
    Plan { manual: manual_lines(&missing, &state.hooks_dir, &wanted.program), ..Plan::default() }
}

fn install_files(state: &GitState, wanted: &Wanted) -> Plan {
    let plan_of = |hook: Hook| match wanted.hooks.contains(&hook) {
        true => install_file(state, hook, &wanted.program),
        false => uninstall_file(state, hook),
    };
    Hook::ALL.into_iter().map(plan_of).fold(Plan::default(), Plan::and)
}

fn install_file(state: &GitState, hook: Hook, program: &HookProgram) -> Plan {
    match hook_state(state, hook) {
        HookState::Absent => write(state, hook.name(), &script(hook, program, None)),
        HookState::Ours { earlier } => write(state, hook.name(), &script(hook, program, earlier.as_deref())),
        HookState::Chained(name) => {
            let earlier = state.file(&name).and_then(recognise).and_then(|ours| ours.earlier);
            write(state, &name, &script(hook, program, earlier.as_deref()))
        }
        HookState::Changed => left_alone(state, hook),
        HookState::ByHand => Plan::default(),
        HookState::Foreign | HookState::TakenOver(_) => {
            let earlier = free_name(state, hook);
            let rename = rename(state, hook.name(), &earlier);
            let content = script(hook, program, Some(&earlier)).into_bytes();
            let write = Action::Write { path: state.hooks_dir.join(hook.name()), content, is_executable: true };
            Plan { actions: vec![rename, write], ..Plan::default() }
        }
    }
}

/// A step only if the file is not so already.
fn write(state: &GitState, name: &str, text: &str) -> Plan {
    let is_there = state.file(name) == Some(text.as_bytes());
    let path = state.hooks_dir.join(name);
    let write = || Action::Write { path, content: text.as_bytes().to_vec(), is_executable: true };
    Plan { actions: (!is_there).then(write).into_iter().collect(), ..Plan::default() }
}

fn rename(state: &GitState, from: &str, to: &str) -> Action {
    Action::Rename { from: state.hooks_dir.join(from), to: state.hooks_dir.join(to) }
}

fn left_alone(state: &GitState, hook: Hook) -> Plan {
    let path = state.hooks_dir.join(hook.name());
    let warning = format!(
        "`{}` was changed by hand since it was installed and is left alone; remove it to have it written anew",
        path.display()
    );
    Plan { warnings: vec![warning], ..Plan::default() }
}

fn added_by_hand(state: &GitState, hook: Hook) -> Plan {
    let path = folder_to_edit(&state.hooks_dir).join(hook.name());
    let warning = format!("`{}` has a line that starts agent-trace-hook: remove it by hand", path.display());
    Plan { warnings: vec![warning], ..Plan::default() }
}

/// The first name beside a hook that nothing has.
fn free_name(state: &GitState, hook: Hook) -> String {
    let name = |number: usize| match number {
        1 => format!("{}.before-agent-trace", hook.name()),
        _ => format!("{}.before-agent-trace.{number}", hook.name()),
    };
    let taken = state.names.len() + 1;
    (1..=taken).map(name).find(|name| !state.names.contains(name)).unwrap_or_else(|| name(taken + 1))
}

fn uninstall_files(state: &GitState) -> Plan {
    let plan = Hook::ALL.into_iter().map(|hook| uninstall_file(state, hook)).fold(Plan::default(), Plan::and);
    if plan.actions.is_empty() || !state.is_own_dir {
        return plan;
    }
    let mut left: BTreeSet<_> = state.names.iter().map(|name| state.hooks_dir.join(name)).collect();
    for action in &plan.actions {
        match action {
            Action::Remove { path } => _ = left.remove(path),
            Action::Rename { from, .. } => _ = left.remove(from),
            _ => {}
        }
    }
    let folder = left.is_empty().then(|| Action::RemoveFolder { path: state.hooks_dir.clone() });
    plan.and(Plan { actions: folder.into_iter().collect(), ..Plan::default() })
}

fn uninstall_file(state: &GitState, hook: Hook) -> Plan {
    let action = match hook_state(state, hook) {
        HookState::Absent | HookState::Foreign => None,
        HookState::Changed => return left_alone(state, hook),
        HookState::ByHand => return added_by_hand(state, hook),
        HookState::Ours { earlier } => Some(take_out(state, hook.name(), earlier)),
        HookState::Chained(name) | HookState::TakenOver(name) => {
            let same = earlier_beside(state, &name).filter(|earlier| is_of_same_manager(state, hook, earlier));
            match same {
                Some(earlier) => {
                    return Plan { actions: vec![remove(state, &earlier), remove(state, &name)], ..Plan::default() };
                }
                None => Some(take_out(state, &name, earlier_beside(state, &name))),
            }
        }
    };
    Plan { actions: action.into_iter().collect(), ..Plan::default() }
}

fn earlier_beside(state: &GitState, name: &str) -> Option<String> {
    state.file(name).and_then(recognise)?.earlier
}

/// What pre-commit writes into its hooks.
const PRE_COMMIT: &[u8] = b"generated by pre-commit";

/// Tells whether the hook that was here before is the one that stands here again: it would run itself.
fn is_of_same_manager(state: &GitState, hook: Hook, earlier: &str) -> bool {
    let (Some(before), Some(now)) = (state.file(earlier), state.file(hook.name())) else { return false };
    let is_pre_commit = |text| memchr::memmem::find(text, PRE_COMMIT).is_some();
    before == now || (is_pre_commit(before) && is_pre_commit(now))
}

fn remove(state: &GitState, name: &str) -> Action {
    Action::Remove { path: state.hooks_dir.join(name) }
}

/// The earlier hook takes its place again in one step.
fn take_out(state: &GitState, name: &str, earlier: Option<String>) -> Action {
    match earlier.filter(|earlier| state.names.contains(earlier)) {
        Some(earlier) => rename(state, &earlier, name),
        None => remove(state, name),
    }
}

fn install_config(state: &GitState, wanted: &Wanted) -> Plan {
    let text = config_hooks(&wanted.hooks, &wanted.program).into_bytes();
    let mut plan = Plan::default();
    match &state.config_hooks {
        Some(found) if !is_intact(found) => plan.warnings.push(changed(state)),
        Some(found) if *found == text => {}
        _ => plan.actions.push(Action::Write {
            path: state.config_hooks_path.clone(),
            content: text,
            is_executable: false,
        }),
    }
    if !state.is_included() {
        let config = state.config.as_deref().unwrap_or_default();
        let content = git_config::with_include(config, &state.include);
        plan.actions.push(Action::WriteConfig { path: state.config_path.clone(), content });
    }
    plan
}

fn changed(state: &GitState) -> String {
    let path = state.config_hooks_path.display();
    format!("`{path}` was changed by hand since it was installed and is left alone; remove it to have it written anew")
}

fn remove_config(state: &GitState) -> Plan {
    let mut plan = Plan::default();
    let without = state.config.as_deref().and_then(|config| git_config::without_include(config, &state.include));
    match without {
        Some(content) if content.is_empty() && !is_of_repository(state) => {
            plan.actions.push(Action::Remove { path: state.config_path.clone() });
        }
        Some(content) => plan.actions.push(Action::WriteConfig { path: state.config_path.clone(), content }),
        None => {}
    }
    match &state.config_hooks {
        Some(found) if is_intact(found) => {
            plan.actions.push(Action::Remove { path: state.config_hooks_path.clone() });
            let folder = state.config_hooks_path.parent().map(|path| Action::RemoveFolder { path: path.to_owned() });
            plan.actions.extend(folder);
        }
        Some(_) => plan.warnings.push(changed(state)),
        None => {}
    }
    plan
}

/// A user's configuration may have been made by us; a repository's never.
fn is_of_repository(state: &GitState) -> bool {
    !state.common_dir.as_os_str().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(is_own_dir: bool, has_new_git_only: bool, has_new_git: bool) -> GitState {
        GitState { is_own_dir, has_new_git_only, has_new_git, ..GitState::default() }
    }

    #[test]
    fn the_form_follows_from_the_gits_and_the_folder() {
        assert_eq!(form(&state(true, true, true)), Form::Config);
        assert_eq!(form(&state(true, false, true)), Form::Files, "an old git would not see the configuration");
        assert_eq!(form(&state(false, false, true)), Form::Config, "better for one of them than for none");
        assert_eq!(form(&state(false, false, false)), Form::Manual);
        assert_eq!(form(&state(true, false, false)), Form::Files);
    }
}
