//! How much of one change is another one, whatever stands around its lines.

use std::collections::BTreeMap;

use crate::git::{CommitChanges, FileContent, OpaqueReason};
use crate::model::LineHash;

/// What files lost and gained.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness {
    /// Paths with the number of lines added and deleted.
    files: BTreeMap<String, (u32, u32)>,
    /// How often a line came (`true`) or went that is worth anything as evidence.
    lines: BTreeMap<(bool, LineHash), u32>,
    has_unknown: bool,
}

impl Likeness {
    pub(super) fn of(changes: &CommitChanges) -> Likeness {
        let mut likeness = Likeness::default();
        for file in &changes.files {
            let counts = file.line_counts().unwrap_or_default();
            likeness.files.insert(file.path.clone(), counts);
            match &file.content {
                FileContent::Lines(lines) => {
                    let came = lines.added_hashes.iter().map(|hash| (true, *hash));
                    let went = lines.deleted_hashes.iter().map(|hash| (false, *hash));
                    came.chain(went).for_each(|line| *likeness.lines.entry(line).or_default() += 1);
                }
                // Nobody can say that two contents without lines are the same change.
                FileContent::Opaque(_) | FileContent::Submodule { .. } => likeness.has_unknown = true,
            }
        }
        likeness
    }

    /// Tells whether this is enough to call two changes the same if they are equal.
    pub(super) fn is_telling(&self) -> bool {
        !self.has_unknown && !self.lines.is_empty()
    }

    /// Tells whether more than half of either one's lines are the other one's too; where lines tell nothing, whether
    /// the files are the same.
    pub(super) fn is_mostly(&self, other: &Likeness) -> bool {
        let (mine, theirs) = (count(&self.lines), count(&other.lines));
        if mine == 0 || theirs == 0 {
            return mine == theirs && !self.files.is_empty() && self.files.keys().eq(other.files.keys());
        }
        let common =
            |(line, count): (&(bool, LineHash), &u32)| u64::from(*other.lines.get(line).unwrap_or(&0).min(count));
        let common: u64 = self.lines.iter().map(common).sum();
        2 * common > mine && 2 * common > theirs
    }

    /// Tells whether a file is in both.
    pub(super) fn meets(&self, other: &Likeness) -> bool {
        self.files.keys().any(|path| other.files.contains_key(path))
    }
}

fn count(lines: &BTreeMap<(bool, LineHash), u32>) -> u64 {
    lines.values().map(|count| u64::from(*count)).sum()
}

/// Tells whether content that would have to be compared is not here.
pub(super) fn is_incomplete(changes: &CommitChanges) -> bool {
    let is_missing = |content: &FileContent| matches!(content, FileContent::Opaque(OpaqueReason::Missing));
    changes.files.iter().any(|file| is_missing(&file.content))
}
