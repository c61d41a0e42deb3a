//! What stands under the name of a hook.

use super::config_hooks;
use super::git_state::GitState;
use super::hook::Hook;
use super::hook_program::HookProgram;
use super::script;

/// The state of one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookState {
    /// Nothing.
    Absent,
    /// Our script as we wrote it.
    Ours {
        /// The hook that runs first.
        earlier: Option<String>,
    },
    /// Our script, changed by hand since.
    Changed,
    /// A hook of somebody else.
    Foreign,
    /// A hook of somebody else with a line that starts our program.
    ByHand,
    /// A hook of somebody else that runs ours, which it renamed to this.
    Chained(String),
    /// A hook of somebody else that took our place; ours lies beside it under this name and does not run.
    TakenOver(String),
}

/// pre-commit runs what it found here under this name.
pub const RUN_BY_MANAGERS: &str = ".legacy";
/// lefthook puts what it found here aside.
const PUT_ASIDE: &str = ".old";

/// Returns what stands under the name of a hook in the folder of hooks.
pub fn hook_state(state: &GitState, hook: Hook) -> HookState {
    let ours = |name: &str| state.file(name).and_then(script::recognise);
    match state.file(hook.name()).map(script::recognise) {
        Some(Some(ours)) if ours.is_intact => return HookState::Ours { earlier: ours.earlier },
        Some(Some(_)) => return HookState::Changed,
        _ if state.by_hand.contains_key(hook.name()) => return HookState::ByHand,
        Some(None) => {}
        None => return HookState::Absent,
    }
    let beside = |suffix: &str| Some(format!("{}{suffix}", hook.name())).filter(|name| ours(name).is_some());
    if let Some(name) = beside(RUN_BY_MANAGERS) {
        return HookState::Chained(name);
    }
    beside(PUT_ASIDE).map_or(HookState::Foreign, HookState::TakenOver)
}

/// Tells whether our script is what this version writes for this program.
pub fn is_current(state: &GitState, hook: Hook, program: &HookProgram) -> bool {
    let earlier = earlier_of(state, hook);
    state.file(hook.name()) == Some(script::script(hook, program, earlier.as_deref()).as_bytes())
}

/// Returns the hook that our script runs first.
pub fn earlier_of(state: &GitState, hook: Hook) -> Option<String> {
    state.file(hook.name()).and_then(script::recognise)?.earlier
}

/// Tells whether the file of hooks in the configuration is what this version writes for this program.
pub fn is_config_current(state: &GitState, program: &HookProgram) -> bool {
    let is_so = |text: &Vec<u8>| config_hooks::config_hooks(&config_hooks::hooks_in(text), program).as_bytes() == text;
    state.config_hooks.as_ref().is_none_or(is_so)
}

/// Returns what stands in the configuration for a hook.
pub fn config_hooks_state(state: &GitState, hook: Hook) -> HookState {
    match &state.config_hooks {
        Some(text) if !config_hooks::is_intact(text) => HookState::Changed,
        Some(text) if config_hooks::hooks_in(text).contains(&hook) => HookState::Ours { earlier: None },
        _ => HookState::Absent,
    }
}
