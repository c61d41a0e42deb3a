//! The lines one file lost and gained.

use gix::diff::blob::sources::byte_lines;
use gix::diff::blob::{Algorithm, Diff, InternedInput};

use super::patch_key::PatchText;
use crate::model::LineHash;

/// Lines of context in git's patches.
const CONTEXT: u32 = 3;

/// Added and deleted lines of one text file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineChanges {
    /// Added lines, as `git diff --numstat` counts them.
    pub added: u32,
    /// Deleted lines, counted the same way.
    pub deleted: u32,
    /// The added lines that can be evidence (see [`LineHash::of`]), in file order.
    pub added_hashes: Vec<LineHash>,
    /// The deleted lines that can be evidence, in file order.
    pub deleted_hashes: Vec<LineHash>,
}

impl LineChanges {
    /// Compares two contents and appends the patch between them.
    ///
    /// Git's default algorithm with its indent heuristic, whatever `diff.algorithm`
    /// says, so that the answer is the same on every machine. Line ends belong to
    /// the lines: CR LF against LF is a change, and so is a missing last line end.
    pub(super) fn between(old: &[u8], new: &[u8], patch: &mut PatchText) -> LineChanges {
        let input = InternedInput::new(byte_lines(old), byte_lines(new));
        let mut diff = Diff::compute(Algorithm::Myers, &input);
        diff.postprocess_lines(&input);
        let mut changes = LineChanges::default();
        let old_line = |at: u32| input.interner[input.before[at as usize]];
        let new_line = |at: u32| input.interner[input.after[at as usize]];
        let length = input.before.len() as u32;
        let mut hunks = diff.hunks().peekable();
        let mut shown = 0;
        while let Some(hunk) = hunks.next() {
            let (start, end) = (hunk.before.start, hunk.before.end);
            (start.saturating_sub(CONTEXT).max(shown)..start).for_each(|at| patch.line(b' ', old_line(at)));
            hunk.before.for_each(|at| changes.delete(old_line(at), patch));
            hunk.after.for_each(|at| changes.add(new_line(at), patch));
            shown = (end + CONTEXT).min(hunks.peek().map_or(length, |next| next.before.start));
            (end..shown).for_each(|at| patch.line(b' ', old_line(at)));
        }
        changes
    }

    fn add(&mut self, line: &[u8], patch: &mut PatchText) {
        self.added += 1;
        self.added_hashes.extend(LineHash::of(line));
        patch.line(b'+', line);
    }

    fn delete(&mut self, line: &[u8], patch: &mut PatchText) {
        self.deleted += 1;
        self.deleted_hashes.extend(LineHash::of(line));
        patch.line(b'-', line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn between(old: &str, new: &str) -> LineChanges {
        LineChanges::between(old.as_bytes(), new.as_bytes(), &mut PatchText::default())
    }

    #[test]
    fn hashes_are_those_of_the_changed_lines_in_order() {
        let changes = between("first line\nsecond line\n}\n", "new line one\nfirst line\nnew line two\n}\n{\n");
        let hashes = |lines: &[&str]| lines.iter().filter_map(|line| LineHash::of(line.as_bytes())).collect::<Vec<_>>();
        assert_eq!((changes.added, changes.deleted), (3, 1));
        assert_eq!(changes.added_hashes, hashes(&["new line one", "new line two"]));
        assert_eq!(changes.deleted_hashes, hashes(&["second line"]));
    }

    proptest! {
        #[test]
        fn counts_add_up(old in "[ab\n]{0,60}", new in "[ab\n]{0,60}") {
            let lines = |text: &str| text.split_inclusive('\n').count() as i64;
            let changes = between(&old, &new);
            prop_assert_eq!(lines(&old) - i64::from(changes.deleted) + i64::from(changes.added), lines(&new));
            prop_assert_eq!(between(&old, &old), LineChanges::default());
        }
    }
}
