//! One ingest at a time a repository; a second one waits for the first.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// Held while a process fills the store; the system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct IngestLock {
    _file: File,
}

impl IngestLock {
    /// Takes the lock beside the database; calls `waiting` once if somebody else has it.
    ///
    /// # Errors
    /// What the system reports, except on file systems without locks: there
    /// SQLite's own locking has to do.
    pub fn take(database: &Path, waiting: impl FnOnce()) -> io::Result<IngestLock> {
        let path = database.with_file_name("ingest.lock");
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock()?;
            }
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(IngestLock { _file: file })
    }

    /// Tells whether somebody has it now.
    pub fn is_taken(database: &Path) -> bool {
        let file = OpenOptions::new().write(true).open(database.with_file_name("ingest.lock"));
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_taker_is_told_to_wait_and_gets_it_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("deep/trace.db");
        let first = IngestLock::take(&database, || panic!("nobody has it")).unwrap();
        assert!(IngestLock::is_taken(&database));
        let (tell, told) = std::sync::mpsc::channel();
        let second = std::thread::spawn(move || IngestLock::take(&database, move || tell.send(()).unwrap()).map(drop));
        told.recv().unwrap();
        drop(first);
        second.join().unwrap().unwrap();
        assert!(!IngestLock::is_taken(&folder.path().join("deep/trace.db")));
    }
}
