//! What can go wrong with the store, with the values that matter.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// An error of the store. Nothing was lost in any of them: every write is one transaction.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file was written by a version that changed the format.
    #[error("`{}` was last written by agent-trace {by}, which changed its format (file has {found}, this is {known})", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Compatibility number in the file.
        found: i64,
        /// Compatibility number of this program.
        known: i64,
        /// Version that wrote it.
        by: String,
    },
    /// There is no database yet.
    #[error("`{}` does not exist yet", path.display())]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// Another process holds the lock for longer than five seconds.
    #[error("`{}` is locked by another process", path.display())]
    Locked {
        /// The database.
        path: PathBuf,
    },
    /// The file is not an agent-trace database, or is damaged.
    #[error("`{}` is not an agent-trace database, or is damaged: {detail}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
    },
    /// No space left, or a file-size limit.
    #[error("the disk is full while writing `{}`", path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// The folder or the file cannot be written.
    #[error("`{}` cannot be written: {detail}", path.display())]
    ReadOnly {
        /// The database.
        path: PathBuf,
        /// What the system says.
        detail: String,
    },
    /// A statement the user wrote.
    #[error("{0}")]
    Query(String),
    /// A law of the books does not hold; nothing is printed then.
    #[error("the books do not balance: {0}")]
    Unbalanced(String),
    /// Anything else SQLite reports.
    #[error("`{}`: {source}", path.display())]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// Gives an SQLite error its meaning.
    pub(super) fn from_sqlite(path: &Path, source: rusqlite::Error) -> StoreError {
        let path = path.to_path_buf();
        let detail = source.to_string();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { path },
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Damaged { path, detail },
            Some(ErrorCode::DiskFull) => StoreError::Full { path },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                StoreError::ReadOnly { path, detail }
            }
            _ => StoreError::Sqlite { path, source },
        }
    }
}
