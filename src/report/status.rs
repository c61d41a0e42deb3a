//! `agent-trace status`: what is recorded here.

use serde::Serialize;

use super::install::{HookForm, SettingsScope};
use super::wire;
use crate::model::Timestamp;

/// What is recorded here. `agent-trace/status/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StatusReport {
    /// Whether `AGENT_TRACE=0` switches every hook off.
    pub switched_off: bool,
    /// How hooks of git are installed; `null` if none are.
    pub form: Option<HookForm>,
    /// Where git looks for hooks.
    pub hooks_dir: String,
    /// What `core.hooksPath` says, and where; `null` if nothing.
    pub hooks_path: Option<String>,
    /// The hooks of git.
    pub hooks: Vec<HookStatus>,
    /// The settings files of Claude Code.
    pub settings: Vec<SettingsStatus>,
    /// Our programs.
    pub programs: Vec<ProgramStatus>,
    /// The gits on `PATH`.
    pub gits: Vec<GitStatus>,
    /// What hooks have written and nobody has read yet.
    pub spool: SpoolStatus,
    /// The commit that `refs/notes/agent-trace` points to; `null` if there are no notes.
    pub notes: Option<String>,
}

/// One hook of git.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HookStatus {
    /// git's name of it.
    pub hook: String,
    /// Whether it is ours.
    pub state: HookStanding,
    /// The hook that runs before ours, if there is one.
    pub runs_first: Option<String>,
}

/// Whether a hook is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HookStanding {
    /// Ours, as this version writes it.
    Installed,
    /// Ours, of another version or for another place of the program.
    Outdated,
    /// Ours, changed by hand.
    Changed,
    /// Of somebody else, with a line that starts our program.
    ByHand,
    /// Of a manager that runs ours.
    Chained,
    /// Of a manager that put ours aside.
    TakenOver,
    /// Of somebody else.
    Foreign,
    /// Nothing.
    Absent,
}

impl HookStanding {
    /// Returns what people read.
    pub fn words(self) -> &'static str {
        match self {
            HookStanding::Installed => "installed",
            HookStanding::Outdated => "outdated",
            HookStanding::Changed => "changed by hand",
            HookStanding::ByHand => "a line by hand",
            HookStanding::Chained => "run by a manager",
            HookStanding::TakenOver => "taken over by a manager",
            HookStanding::Foreign => "of others only",
            HookStanding::Absent => "not installed",
        }
    }
}

/// One settings file of Claude Code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingsStatus {
    /// Whose it is.
    pub scope: SettingsScope,
    /// The file.
    pub path: String,
    /// Whether our entries are in it.
    pub state: SettingsStanding,
    /// Events with an entry of ours; `null` if the file cannot be read.
    pub events: Option<u64>,
    /// Events there could be.
    pub of_events: u64,
}

/// Whether our entries are in a settings file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingsStanding {
    /// All of them.
    Installed,
    /// Some of them.
    Partial,
    /// None of them.
    Absent,
    /// The file says `disableAllHooks`.
    SwitchedOff,
    /// The file cannot be read.
    Unreadable,
}

impl SettingsStanding {
    /// Returns what people read.
    pub fn words(self) -> &'static str {
        match self {
            SettingsStanding::Installed => "installed",
            SettingsStanding::Partial => "partly installed",
            SettingsStanding::Absent => "not installed",
            SettingsStanding::SwitchedOff => "hooks switched off",
            SettingsStanding::Unreadable => "not readable",
        }
    }
}

/// One of our programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProgramStatus {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub path: String,
    /// Its version; `null` if it does not say.
    pub version: Option<String>,
}

/// A git on `PATH`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GitStatus {
    /// Where it is.
    pub path: String,
    /// Its version; `null` if it does not run.
    pub version: Option<String>,
    /// Whether it reads hooks from the configuration.
    pub reads_config_hooks: bool,
}

/// What hooks have written and nobody has read yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SpoolStatus {
    /// Files, one a work tree.
    pub files: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// The last event; `null` if there is none.
    pub last_event: Option<String>,
    /// When it was; `null` if there is none.
    #[serde(serialize_with = "wire::text_or_null")]
    pub last_at: Option<Timestamp>,
}
