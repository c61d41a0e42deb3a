//! The changed files of a work tree with their states, read only where it is not known that they are what they were.

use std::collections::BTreeMap;

use super::run::Scan;
use crate::capture::{FileStat, KnownFile, KnownFiles, MAX_KNOWN, States, keep_file, known_files, write_known};
use crate::git::{ChangedFile, changed_files};

/// More than this is no list of changes but a second project.
pub(super) const MAX_ANSWER: u64 = 8 << 20;

/// So much is read in one scan.
const MAX_READ: u64 = 64 << 20;

/// A changed file as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileNow {
    /// Name of its content in the commit; `None` if it is not there.
    pub(super) committed: Option<String>,
    /// Its size and times; `None` if it is gone.
    pub(super) stat: Option<FileStat>,
    /// Its state; `None` if it is gone, no text, private, too large, or not read.
    pub(super) state: Option<String>,
}

/// The changed files by path.
pub(super) struct WorkTree {
    pub(super) files: BTreeMap<String, FileNow>,
    /// More were changed since the command began than are read.
    pub(super) is_too_many: bool,
}

impl WorkTree {
    /// Looks at a work tree; what changed since `start` is read first. `None` if git has no answer.
    pub(super) fn look(scan: &Scan, start: i64) -> Option<WorkTree> {
        let top = scan.place.top.as_deref()?;
        let changed = changed_files(top, MAX_ANSWER)?;
        let with_stat = |file: ChangedFile| {
            let stat = FileStat::of(&top.join(&file.path)).filter(|_| file.is_there);
            (file.path, FileNow { committed: file.committed, stat, state: None })
        };
        let mut tree = WorkTree { files: changed.into_iter().map(with_stat).collect(), is_too_many: false };
        tree.read(scan, start);
        Some(tree)
    }

    fn read(&mut self, scan: &Scan, start: i64) {
        let known = known_files(&scan.live);
        let states = States::of(&scan.place.common_dir);
        let mut found = KnownFiles::new();
        let mut unread: Vec<(bool, String, u64)> = Vec::new();
        for (path, file) in &self.files {
            let Some(stat) = file.stat else { continue };
            match known.get(path).filter(|known| known.stat == stat) {
                Some(known) => drop(found.insert(path.clone(), known.clone())),
                None => unread.push((stat.last() < start, path.clone(), stat.size)),
            }
        }
        unread.sort();
        let (mut files, mut bytes) = (0, 0);
        for (is_older, path, size) in unread {
            (files, bytes) = (files + 1, bytes + size);
            if files > MAX_KNOWN || bytes > MAX_READ {
                self.is_too_many |= !is_older;
            } else if let Some(file) = keep_file(&scan.place, &states, &path) {
                found.insert(path, file);
            }
        }
        self.take(scan, &known, found);
    }

    fn take(&mut self, scan: &Scan, known: &KnownFiles, found: KnownFiles) {
        for (path, KnownFile { stat, state }) in &found {
            if let Some(file) = self.files.get_mut(path) {
                (file.stat, file.state) = (Some(*stat), Some(state.clone()));
            }
        }
        let newest = |(_, file): &(&String, &KnownFile)| std::cmp::Reverse(file.stat.last());
        let mut kept: Vec<(&String, &KnownFile)> = found.iter().collect();
        kept.sort_by_key(newest);
        let kept: KnownFiles =
            kept.into_iter().take(MAX_KNOWN).map(|(path, file)| (path.clone(), file.clone())).collect();
        if kept != *known {
            let _ = write_known(&scan.live, &kept); // Without it the next scan reads more.
        }
    }
}
