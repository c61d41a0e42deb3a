//! What can go wrong with a repository, and with one commit of it.

use std::path::PathBuf;

use crate::model::CommitId;

/// The error underneath, of whatever library.
pub(super) type Cause = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a repository cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository at the folder or above it.
    #[error("`{path}` is not inside a git repository")]
    NotARepository {
        /// Where the search began.
        path: PathBuf,
    },
    /// Somebody else owns the repository and no `safe.directory` names it.
    #[error("the repository at `{path}` belongs to another user and `safe.directory` does not name it")]
    NotOwned {
        /// Where the search began.
        path: PathBuf,
        /// What gix said.
        #[source]
        source: Cause,
    },
    /// Something git itself would also stumble over: broken configuration, references or objects.
    #[error("the repository at `{path}` cannot be read")]
    Unreadable {
        /// The git directory, or where the search began.
        path: PathBuf,
        /// What exactly failed.
        #[source]
        source: Cause,
    },
    /// An object or a reference cannot be written.
    #[error("the repository at `{path}` cannot be written")]
    Unwritable {
        /// The git directory.
        path: PathBuf,
        /// What exactly failed.
        #[source]
        source: Cause,
    },
    /// Others wrote the same notes again and again.
    #[error("others are writing `{reference}` all the time")]
    NotesBusy {
        /// The notes reference.
        reference: String,
    },
    /// Git itself had to be asked (it alone reads reftables, knows where hooks are and talks to remotes), and it failed.
    #[error("`git {arguments}` failed: {message}")]
    GitProgram {
        /// What git was asked.
        arguments: String,
        /// What it printed, or why it did not start.
        message: String,
    },
}

/// Why the changes of one commit are not known. The other commits are unharmed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// No such commit here.
    #[error("commit `{commit}` is not in this repository")]
    NotFound {
        /// The commit asked for.
        commit: CommitId,
    },
    /// The first parent is beyond a shallow boundary or was never fetched.
    ///
    /// Without it the whole tree would look added, so nothing is reported.
    #[error("the parent `{parent}` of commit `{commit}` is not in this repository")]
    ParentMissing {
        /// The commit asked for.
        commit: CommitId,
        /// Its first parent.
        parent: CommitId,
    },
    /// A folder of the commit was never fetched (a clone with `--filter=tree:0`).
    #[error("a tree of commit `{commit}` is not in this repository")]
    TreeMissing {
        /// The commit asked for.
        commit: CommitId,
    },
    /// An object is damaged.
    #[error("commit `{commit}` cannot be read")]
    Unreadable {
        /// The commit asked for.
        commit: CommitId,
        /// What exactly failed.
        #[source]
        source: Cause,
    },
}
