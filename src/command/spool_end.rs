//! How much hooks have written that nobody has read yet, and what came last.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::capture::{Spool, is_spool_file};
use crate::model::Timestamp;
use crate::report::SpoolStatus;

/// The last event is looked for in this many bytes.
const TAIL: u64 = 16 * 1024;

/// Looks at every file of the folder.
pub(super) fn spool_status(common_dir: &Path) -> SpoolStatus {
    let mut status = SpoolStatus::default();
    for file in files(common_dir) {
        status.files += 1;
        status.bytes += fs::metadata(&file).map_or(0, |metadata| metadata.len());
        let Some((at, event)) = last(&file) else { continue };
        if status.last_at.is_none_or(|last| last < at) {
            (status.last_at, status.last_event) = (Some(at), event);
        }
    }
    status
}

/// Returns the files hooks write to.
pub(super) fn files(common_dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(Spool::folder(common_dir)).into_iter().flatten().flatten();
    let is_spool = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_str().is_some_and(is_spool_file));
    entries.map(|entry| entry.path()).filter(is_spool).collect()
}

fn last(file: &Path) -> Option<(Timestamp, Option<String>)> {
    let mut file = File::open(file).ok()?;
    let start = file.metadata().ok()?.len().saturating_sub(TAIL);
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut bytes = Vec::new();
    file.take(2 * TAIL).read_to_end(&mut bytes).ok()?;
    bytes.rsplit(|byte| *byte == b'\n').find_map(|line| {
        let record: serde_json::Value = serde_json::from_slice(line).ok()?;
        Some((Timestamp(record["at"].as_i64()?), record["event"].as_str().map(str::to_owned)))
    })
}
