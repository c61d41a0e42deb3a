//! What tells, without reading it, that a file is what it was.

use std::fs::Metadata;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Size and times of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStat {
    /// Bytes.
    pub size: u64,
    /// When its content was last written, nanoseconds since 1970; anybody can set it.
    pub modified: i64,
    /// When anything of it last changed, nanoseconds since 1970; nobody can set it. 0 where the system does not tell.
    pub changed: i64,
    /// Its number in the file system; 0 where the system does not tell.
    pub inode: u64,
}

impl FileStat {
    /// Returns the stat of a file; `None` for anything that is no ordinary file.
    pub fn of(path: &Path) -> Option<FileStat> {
        let metadata = std::fs::symlink_metadata(path).ok().filter(Metadata::is_file)?;
        let (changed, inode) = of_inode(&metadata);
        Some(FileStat { size: metadata.len(), modified: nanoseconds(metadata.modified().ok()?), changed, inode })
    }

    /// Returns when it was last written or put where it is, nanoseconds since 1970.
    pub fn last(&self) -> i64 {
        self.modified.max(self.changed)
    }
}

/// Returns an instant of a file system, nanoseconds since 1970.
pub fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |span| -span),
    }
}

#[cfg(unix)]
fn of_inode(metadata: &Metadata) -> (i64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.ctime().saturating_mul(1_000_000_000).saturating_add(metadata.ctime_nsec()), metadata.ino())
}

#[cfg(not(unix))]
fn of_inode(_: &Metadata) -> (i64, u64) {
    (0, 0)
}
