//! What can go wrong with the store, with the values that matter.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};

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
    /// Another process holds the lock for longer than we wait (five seconds).
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
    /// No space left.
    #[error("the disk is full while writing `{}`", path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// A write failed for a reason only the system knows: a quota, a file-size limit, a broken disk.
    #[error("`{}` cannot be written: {detail}", path.display())]
    Unwritten {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
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
            Some(ErrorCode::SystemIoFailure) if is_write(&source) => StoreError::Unwritten { path, detail },
            _ => StoreError::Sqlite { path, source },
        }
    }

    /// Gives an error of the file system beside the database its meaning.
    pub fn from_io(path: &Path, source: &io::Error) -> StoreError {
        let (path, detail) = (path.to_path_buf(), source.to_string());
        match source.kind() {
            io::ErrorKind::StorageFull => StoreError::Full { path },
            io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => StoreError::Unwritten { path, detail },
            _ => StoreError::ReadOnly { path, detail },
        }
    }
}

/// Tells a failed write, truncation or flush from a failed read.
fn is_write(error: &rusqlite::Error) -> bool {
    const WRITES: [i32; 4] =
        [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_TRUNCATE, ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_SHMSIZE];
    error.sqlite_error().is_some_and(|error| WRITES.contains(&error.extended_code))
}
