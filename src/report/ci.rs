//! `agent-trace ci install` and `ci uninstall`: which workflows were written, or would be.

use serde::Serialize;

use super::comment::ForgeKind;
use super::install::InstallStep;

/// What was done. `agent-trace/ci-install/1` and `agent-trace/ci-uninstall/1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CiReport {
    /// Whether nothing was done, only planned.
    pub dry_run: bool,
    /// Whose workflows they are; `null` after taking them away.
    pub forge: Option<ForgeKind>,
    /// What becomes of pull requests of forks; `null` after taking them away.
    pub forks: Option<ForkWay>,
    /// The tag or commit that the workflows build; `null` after taking them away.
    pub reference: Option<String>,
    /// The steps, in order; none if everything is so already.
    pub steps: Vec<InstallStep>,
    /// Files that stay as they are because somebody changed them.
    pub kept: Vec<String>,
    /// What only the user can do.
    pub next: Vec<String>,
}

/// What becomes of pull requests of forks, whose own jobs may not comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum ForkWay {
    /// Their job writes a report, another one of this repository comments it; only on GitHub
    WorkflowRun,
    /// A job of this repository reads their commits and notes (pull_request_target), and runs nothing of theirs
    Target,
    /// They get no comment
    None,
}

impl ForkWay {
    /// Returns what people read and type.
    pub fn name(self) -> &'static str {
        match self {
            ForkWay::WorkflowRun => "workflow-run",
            ForkWay::Target => "target",
            ForkWay::None => "none",
        }
    }
}
