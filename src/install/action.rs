//! What is to be done, as data.

use std::path::PathBuf;

use super::manual::ManualLine;

/// One step; each is atomic, and done in order they never leave a hook half written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Gives a file another name; what has the new name goes.
    Rename {
        /// The file.
        from: PathBuf,
        /// Its new name.
        to: PathBuf,
    },
    /// Writes a file whole; one that exists keeps its permissions and stays where a symbolic link points.
    Write {
        /// The file.
        path: PathBuf,
        /// All of its bytes.
        content: Vec<u8>,
        /// Whether a new file may be executed.
        is_executable: bool,
    },
    /// Writes a configuration file of git under git's own lock.
    WriteConfig {
        /// The file.
        path: PathBuf,
        /// All of its bytes.
        content: Vec<u8>,
    },
    /// Removes a file.
    Remove {
        /// The file.
        path: PathBuf,
    },
    /// Removes a folder, if nothing is in it.
    RemoveFolder {
        /// The folder.
        path: PathBuf,
    },
}

/// Everything that is to be done, and what cannot be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The steps, in order.
    pub actions: Vec<Action>,
    /// What is left alone, and why.
    pub warnings: Vec<String>,
    /// What only the user can add, because the files are not ours.
    pub manual: Vec<ManualLine>,
}

impl Plan {
    /// Adds another plan behind this one.
    #[must_use]
    pub fn and(mut self, other: Plan) -> Plan {
        self.actions.extend(other.actions);
        self.warnings.extend(other.warnings);
        self.manual.extend(other.manual);
        self
    }
}
