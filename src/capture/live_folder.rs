//! What hooks and scans of one work tree leave for each other: a small folder, gone when the work tree's calls are.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::place::Place;
use crate::clock;
use crate::model::ToolUseId;

/// What is left of calls that never ended goes after this time.
const MAX_AGE: Duration = Duration::from_secs(86_400);

/// The folder of a work tree.
#[derive(Debug, Clone)]
pub struct LiveFolder {
    path: PathBuf,
}

impl LiveFolder {
    /// Returns the folder of a work tree.
    pub fn of(place: &Place) -> LiveFolder {
        LiveFolder { path: LiveFolder::all(&place.common_dir).join(place.worktree()) }
    }

    /// Returns the folder at a path.
    pub fn at(path: PathBuf) -> LiveFolder {
        LiveFolder { path }
    }

    /// Returns the folder that holds those of all work trees.
    pub fn all(common_dir: &Path) -> PathBuf {
        common_dir.join("agent-trace").join("live")
    }

    /// Returns where a tool call's beginning is kept.
    pub(super) fn call(&self, tool_use: &ToolUseId) -> PathBuf {
        self.path.join(format!("{:016x}.call", tool_use.key()))
    }

    /// Returns where is kept what was changed when a tool call began.
    pub(super) fn seen(&self, tool_use: &ToolUseId) -> PathBuf {
        self.path.join(format!("{:016x}.seen", tool_use.key()))
    }

    /// Returns where is kept what git is in the middle of while it makes a commit.
    pub(super) fn commit_state(&self) -> PathBuf {
        self.path.join("commit")
    }

    /// Returns the list of changed files.
    pub fn known(&self) -> PathBuf {
        self.path.join("known")
    }

    /// Returns the file that is locked while a scan runs.
    pub fn lock(&self) -> PathBuf {
        self.path.join("lock")
    }

    /// Deletes what a tool call left.
    pub fn forget(&self, tool_use: &ToolUseId) {
        for path in [self.call(tool_use), self.seen(tool_use)] {
            let _ = std::fs::remove_file(path); // Else its age removes it.
        }
    }

    /// Deletes what calls left that began a day ago.
    pub fn forget_old(&self) {
        let Some(before) = clock::system_time().checked_sub(MAX_AGE) else { return };
        for entry in std::fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_of_call = path.extension().is_some_and(|end| end == "call" || end == "seen" || end == "tmp");
            let modified: Option<SystemTime> = entry.metadata().and_then(|found| found.modified()).ok();
            if is_of_call && modified.is_some_and(|modified| modified < before) {
                let _ = std::fs::remove_file(path); // Tried again the next time.
            }
        }
    }
}
