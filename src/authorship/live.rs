//! What hooks saw of the files that tool calls changed: lines of commands, and files of which nobody knows who changed
//! them.

use std::collections::HashMap;

use crate::lines::Difference;
use crate::model::LineHash;
use crate::store::{ChangeSource, DoubtfulFile, FileChangeFact, Names};

/// As long before a commit as a change can land in it, milliseconds.
const MAX_AGE_MS: i64 = 14 * 86_400_000;

/// What hooks saw.
#[derive(Default)]
pub(super) struct Live {
    /// Times and lines of changes by path from the top of the work tree, in order of time.
    changes: HashMap<String, Vec<(i64, Vec<LineHash>)>>,
    /// Times of doubtful changes by path, ascending.
    doubts: HashMap<String, Vec<i64>>,
}

impl Live {
    /// `changes` stand in order of time.
    pub(super) fn new(changes: &[FileChangeFact], doubts: Vec<DoubtfulFile>, names: &Names) -> Live {
        let mut live = Live::default();
        for change in changes.iter().filter(|change| change.source == ChangeSource::Live) {
            let Some(path) = names.get(change.path) else { continue };
            live.changes.entry(path.to_owned()).or_default().push((change.at, added(change)));
        }
        for file in doubts {
            live.doubts.entry(file.path).or_default().push(file.at);
        }
        live
    }

    /// Returns the lines that tool calls wrote into a file before an instant.
    pub(super) fn written_to(&self, path: &str, until: i64) -> impl Iterator<Item = LineHash> + '_ {
        let changes = self.changes.get(path).into_iter().flatten();
        changes.take_while(move |(at, _)| *at <= until).flat_map(|(_, lines)| lines.iter().copied())
    }

    /// Tells whether a command may have changed a file that was committed before an instant.
    pub(super) fn is_doubtful(&self, path: &str, until: i64) -> bool {
        let times = self.doubts.get(path).into_iter().flatten();
        times.into_iter().any(|at| (until.saturating_sub(MAX_AGE_MS)..=until).contains(at))
    }
}

/// The lines of a change that were not there before; a hunk may have others between them.
fn added(change: &FileChangeFact) -> Vec<LineHash> {
    let new = change.hunks.iter().flat_map(|hunk| {
        let came = Difference::between(&hunk.old, &hunk.new).changes.into_iter().flat_map(|(_, new)| new);
        came.filter_map(|at| hunk.new.get(at))
    });
    new.filter_map(|mark| mark.hash()).collect()
}
