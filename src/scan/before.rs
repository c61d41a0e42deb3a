//! The scan beside the beginning of a command: what was changed before it began.
//!
//! It races with the command, and a file that the command was faster to write is missed, not guessed.

use super::lock::ScanLock;
use super::run::Scan;
use super::work_tree::WorkTree;
use crate::capture::{CallStart, SeenFiles};

/// Leaves what is seen for the scan after the command, be it nothing.
pub(super) fn look(scan: &Scan) -> Option<()> {
    let seen = see(scan).unwrap_or_default();
    seen.write(&scan.live, &scan.tool_use)
}

fn see(scan: &Scan) -> Option<SeenFiles> {
    let _lock = ScanLock::take(&scan.live.lock())?;
    let (call, start) = CallStart::read(&scan.live, &scan.tool_use)?;
    let tree = WorkTree::look(scan, start)?;
    // A command that has already committed makes everything look as if nothing had been changed.
    let mut seen = SeenFiles { is_complete: scan.place.head() == call.head, ..SeenFiles::default() };
    for (path, file) in tree.files {
        match (file.stat, file.state) {
            (None, _) => drop(seen.states.insert(path, String::new())),
            (Some(stat), Some(state)) if stat.last() < start => drop(seen.states.insert(path, state)),
            _ => drop(seen.missed.insert(path)),
        }
    }
    Some(seen)
}
