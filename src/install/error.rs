//! Why something cannot be installed.

use std::io;
use std::path::PathBuf;

/// Why something cannot be installed or taken out.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A settings file that we would have to guess about; it is as it was.
    #[error("the settings file `{path}` cannot be edited: {problem}")]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        problem: String,
    },
    /// Another program holds git's lock of a configuration file.
    #[error("`{path}` is locked by another program")]
    Locked {
        /// The configuration file.
        path: PathBuf,
    },
    /// A file that cannot be read or written.
    #[error("`{path}` cannot be changed")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system reports.
        #[source]
        source: io::Error,
    },
}
