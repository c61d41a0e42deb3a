//! What can be wrong with what a runner says.

use std::io;
use std::path::PathBuf;

/// Why a runner is not understood.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The file with the event cannot be read, or is no event.
    #[error("cannot use `{}`", .path.display())]
    Event {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}
