//! The lines a tool call wrote into a file, as hashes.

use rustc_hash::FxHashMap;
use std::borrow::Cow;

use crate::model::{Hunk, LineHash, LineMark};

/// How the lines of an edit are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EditSource {
    /// From what the model asked for; it may have been changed on the way.
    Request,
    /// From the client's watch over a shell command.
    Shell,
    /// From the client's record of what it wrote.
    Patch,
}

/// One file changed by one tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit<'a> {
    /// The path as written, absolute on some machine.
    pub path: Cow<'a, str>,
    /// Hashes of the lines that were added, in order; trivial lines are left out.
    pub added: Vec<LineHash>,
    /// How the lines are known.
    pub source: EditSource,
    /// What became of the file, where that is known.
    pub change: Option<Change>,
}

/// What became of a file, as marks of its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// [`LineMark::sum`] of the whole file before.
    pub before_sum: Option<i64>,
    /// [`LineMark::sum`] of the whole file after.
    pub after_sum: Option<i64>,
    /// What changed, ascending.
    pub hunks: Vec<Hunk>,
}

impl Change {
    /// Returns the writing of a whole file; `before` is what was in it, where that is known.
    pub(super) fn whole(before: Option<&str>, after: &str) -> Change {
        let lines = LineMark::of_text(after.as_bytes());
        Change {
            before_sum: before.map(|before| LineMark::sum(&LineMark::of_text(before.as_bytes()))),
            after_sum: Some(LineMark::sum(&lines)),
            hunks: vec![Hunk::whole(lines)],
        }
    }

    /// Returns the replacement of lines somewhere in a file; `None` if the texts are less than lines.
    pub(super) fn somewhere(old: &str, new: &str) -> Option<Change> {
        let lines = |text: &str| LineMark::of_text(text.as_bytes());
        let is_lines = old.ends_with('\n') == new.ends_with('\n');
        let hunk = Hunk { old_start: 0, old: lines(old), new_start: 0, new: lines(new) };
        (is_lines && !hunk.old.is_empty()).then(|| Change { hunks: vec![hunk], ..Change::default() })
    }
}

/// Returns the hashes of every line of a text.
pub(super) fn hashes_of_text(text: &str) -> Vec<LineHash> {
    text.lines().filter_map(|line| LineHash::of(line.as_bytes())).collect()
}

/// Returns the hashes of the added lines of patch hunks (`+…`).
pub(super) fn hashes_of_patch<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<LineHash> {
    lines.filter_map(|line| line.strip_prefix('+')).filter_map(|line| LineHash::of(line.as_bytes())).collect()
}

/// Returns the hashes of the lines of `new` that `old` does not have, each counted as often as it is new.
pub(super) fn hashes_of_replacement(old: &str, new: &str) -> Vec<LineHash> {
    let mut kept: FxHashMap<LineHash, usize> = FxHashMap::default();
    for hash in hashes_of_text(old) {
        *kept.entry(hash).or_default() += 1;
    }
    let is_new = |hash: &LineHash| match kept.get_mut(hash) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    hashes_of_text(new).into_iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(line: &str) -> LineHash {
        LineHash::of(line.as_bytes()).unwrap()
    }

    #[test]
    fn a_replacement_counts_repeated_lines() {
        let hashes = hashes_of_replacement("same line\nold line\n", "same line\nsame line\nnew line\n");
        assert_eq!(hashes, [hash("same line"), hash("new line")]);
    }

    #[test]
    fn a_patch_gives_its_added_lines_only() {
        let lines = [" context line", "-gone line", "+new line", "+}"];
        assert_eq!(hashes_of_patch(lines.into_iter()), [hash("new line")]);
    }
}
