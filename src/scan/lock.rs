//! One scan at a time a work tree; the next one waits, but not for ever.

use std::fs::{File, OpenOptions, TryLockError, create_dir_all};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// A scan that does not get its turn in this time is not made.
const PATIENCE: Duration = Duration::from_secs(30);

/// Held while a scan runs; the system releases it when the process ends, however it ends.
pub(super) struct ScanLock {
    _file: File,
}

impl ScanLock {
    /// Takes the lock; `None` if others had it all the time or there cannot be one.
    pub(super) fn take(path: &Path) -> Option<ScanLock> {
        create_dir_all(path.parent()?).ok()?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).ok()?;
        let is_taken = wait(PATIENCE, || match file.try_lock() {
            Ok(()) => Some(true),
            Err(TryLockError::WouldBlock) => None,
            // A file system without locks: two scans at once cost time and nothing else.
            Err(TryLockError::Error(error)) => Some(error.kind() == std::io::ErrorKind::Unsupported),
        });
        is_taken.filter(|taken| *taken).map(|_| ScanLock { _file: file })
    }
}

/// Asks again and again, ever more seldom, until there is an answer or the time is over.
pub(super) fn wait<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let (mut pause, mut waited) = (Duration::from_millis(1), Duration::ZERO);
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if waited >= patience {
            return None;
        }
        sleep(pause);
        waited += pause;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_with_an_answer_or_with_the_time() {
        let mut asked = 0;
        let third = wait(Duration::from_secs(5), || {
            asked += 1;
            (asked == 3).then_some(asked)
        });
        assert_eq!(third, Some(3));
        assert_eq!(wait(Duration::from_millis(2), || None::<()>), None);
    }

    #[test]
    fn the_next_scan_gets_the_lock_when_the_first_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/lock");
        let first = ScanLock::take(&path).unwrap();
        let next = std::thread::spawn({
            let path = path.clone();
            move || ScanLock::take(&path).is_some()
        });
        drop(first);
        assert!(next.join().unwrap());
    }
}
