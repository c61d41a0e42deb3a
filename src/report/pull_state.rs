//! What a pull request is and how it came in, as words of the contract.

use serde::{Serialize, Serializer};

use crate::model::MergeMethod;

/// What became of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum PullState {
    /// Waits for review or merge
    Open,
    /// Open, and not yet ready
    Draft,
    /// Merged by the forge
    Merged,
    /// Closed without a merge, but its commit is on the default branch: somebody imported it
    Landed,
    /// Closed, and not on the default branch
    Closed,
}

impl PullState {
    /// Every state.
    pub const ALL: [PullState; 5] =
        [PullState::Open, PullState::Draft, PullState::Merged, PullState::Landed, PullState::Closed];

    /// Returns the name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            PullState::Open => "open",
            PullState::Draft => "draft",
            PullState::Merged => "merged",
            PullState::Landed => "landed",
            PullState::Closed => "closed",
        }
    }

    /// Tells whether its work is on the branch.
    pub fn is_accepted(self) -> bool {
        matches!(self, PullState::Merged | PullState::Landed)
    }

    /// Tells whether nothing more is waited for.
    pub fn is_ended(self) -> bool {
        self.is_accepted() || self == PullState::Closed
    }
}

/// Who tells of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PullSource {
    /// The forge: `agent-trace sync`.
    Forge,
    /// The message of a commit on the default branch.
    Git,
    /// A reference to its last commit; what became of it is not known.
    Head,
    /// A session that opened it; what became of it is not known.
    Session,
}

impl PullSource {
    /// Returns the name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            PullSource::Forge => "forge",
            PullSource::Git => "git",
            PullSource::Head => "head",
            PullSource::Session => "session",
        }
    }
}

/// What the checks of the last commit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PullChecks {
    /// There are none.
    None,
    /// All passed.
    Passed,
    /// One failed.
    Failed,
    /// Some have not ended.
    Running,
}

impl PullChecks {
    /// Returns the meaning of a stored number.
    pub fn from_code(code: i64) -> Option<PullChecks> {
        match code {
            0 => Some(PullChecks::None),
            1 => Some(PullChecks::Passed),
            2 => Some(PullChecks::Failed),
            3 => Some(PullChecks::Running),
            _ => None,
        }
    }

    /// Returns the name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            PullChecks::None => "none",
            PullChecks::Passed => "passed",
            PullChecks::Failed => "failed",
            PullChecks::Running => "running",
        }
    }
}

/// Writes a method by its name, or `null`.
pub(super) fn method_or_null<S: Serializer>(method: &Option<MergeMethod>, to: S) -> Result<S::Ok, S::Error> {
    match method {
        Some(method) => to.serialize_some(method.name()),
        None => to.serialize_none(),
    }
}
