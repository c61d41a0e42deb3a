//! `agent-trace install-hooks` and `uninstall-hooks`: what was done, or would be.

use serde::Serialize;

/// What was done. `agent-trace/install/1` and `agent-trace/uninstall/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct InstallReport {
    /// Whether nothing was done, only planned.
    pub dry_run: bool,
    /// How hooks of git are installed; `null` if none are, or after taking them out.
    pub form: Option<HookForm>,
    /// Where git looks for hooks; `null` with `--global`.
    pub hooks_dir: Option<String>,
    /// The program that hooks start; `null` if they look on `PATH` only.
    pub program: Option<String>,
    /// The steps, in order; none if everything is so already.
    pub steps: Vec<InstallStep>,
    /// Lines that only the user can add.
    pub manual: Vec<ManualHook>,
    /// What was left alone, and what to know.
    pub warnings: Vec<String>,
}

/// How hooks of git are installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HookForm {
    /// Scripts in the folder of hooks.
    Files,
    /// Entries in the configuration of the repository.
    Config,
    /// Entries in the configuration of the user.
    GlobalConfig,
    /// Not: the user has to add lines.
    Manual,
}

impl HookForm {
    /// Returns what people read.
    pub fn words(self) -> &'static str {
        match self {
            HookForm::Files => "scripts in the folder of hooks",
            HookForm::Config => "entries in the repository's configuration",
            HookForm::GlobalConfig => "entries in the user's configuration",
            HookForm::Manual => "lines to add by hand",
        }
    }
}

/// One change of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstallStep {
    /// What is done.
    pub step: StepKind,
    /// To which file.
    pub path: String,
    /// Its new name, where it gets one.
    pub to: Option<String>,
}

/// What is done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// It did not exist.
    Create,
    /// It existed.
    Change,
    /// It gets another name.
    Rename,
    /// It goes.
    Remove,
    /// The folder goes if nothing is left in it.
    RemoveFolder,
}

impl StepKind {
    /// Returns what people read.
    pub fn words(self) -> &'static str {
        match self {
            StepKind::Create => "create",
            StepKind::Change => "change",
            StepKind::Rename => "rename",
            StepKind::Remove => "remove",
            StepKind::RemoveFolder => "remove if empty",
        }
    }
}

/// A line that the user has to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManualHook {
    /// git's name of the hook.
    pub hook: String,
    /// The file.
    pub path: String,
    /// The line.
    pub line: String,
}

/// Which settings of Claude Code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum SettingsScope {
    /// `.claude/settings.json`, shared with everybody who clones
    Project,
    /// `.claude/settings.local.json`, this work tree of this user
    Local,
    /// The user's own, for all repositories
    User,
    /// None
    None,
}

impl SettingsScope {
    /// Returns what people read and type.
    pub fn name(self) -> &'static str {
        match self {
            SettingsScope::Project => "project",
            SettingsScope::Local => "local",
            SettingsScope::User => "user",
            SettingsScope::None => "none",
        }
    }
}
