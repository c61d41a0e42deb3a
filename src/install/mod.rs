//! Installing capture in a repository and taking it out again, without a trace.
//!
//! ```text
//! repository, settings ─ observe ─▶ GitState, settings ─ plan ─▶ Plan ─ apply ─▶ files
//! ```
//!
//! Planning is pure: it sees what was observed and says what would be done. A hook that was there before keeps its
//! bytes under another name and runs first; a line of a configuration or settings file that is not ours keeps every
//! byte. Hence `uninstall(install(x)) == x`.
//!
//! Must not know: what a hook does when it runs, the store, reports, the terminal.

mod action;
mod apply;
mod claude_command;
mod claude_event;
mod config_hooks;
mod error;
mod git_config;
mod git_plan;
mod git_state;
mod hook;
mod hook_file;
mod hook_program;
mod json_edit;
mod json_style;
mod json_text;
mod manual;
mod script;
mod settings;
mod settings_plan;
mod workflow;
mod workflow_plan;

pub use action::{Action, Plan};
pub use apply::apply;
pub use claude_command::{ClaudeProgram, is_command_of};
pub use claude_event::{ClaudeEvent, EVENTS};
pub use config_hooks::{FILE_NAME, INCLUDED, config_hooks};
pub use error::InstallError;
pub use git_plan::{Form, Wanted, form, install_git, uninstall_git};
pub use git_state::{GitState, real};
pub use hook::Hook;
pub use hook_file::{
    HookState, RUN_BY_MANAGERS, config_hooks_state, earlier_of, hook_state, is_config_current, is_current,
};
pub use hook_program::HookProgram;
pub use manual::ManualLine;
pub use settings::{installed_events, with_hooks, without_hooks};
pub use settings_plan::{Settings, install_settings, uninstall_settings};
pub use workflow::{Blanks, Runner, Workflow};
pub use workflow_plan::{WorkflowFiles, WorkflowPlan, install_workflows, uninstall_workflows};
