//! The files of a commit as marks of lines, before and after, and which lines it added.

use std::collections::HashSet;
use std::ops::Range;

use gix::diff::blob::sources::byte_lines;
use gix::diff::blob::{Algorithm, Diff, InternedInput};

use super::blob::{Side, is_binary};
use super::changes::{parent_tree, path, tree_and_parents, tree_error};
use super::error::ChangeError;
use super::object_id::to_commit_id;
use super::path_text::path_text;
use super::renames::join_renames;
use super::repo::Repo;
use super::tree_changes::{Pair, tree_changes};
use crate::model::{CommitId, LineHash, LineMark};

/// One file that a commit changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitLines {
    /// The path in the commit.
    pub path: String,
    /// The path before, if it was another.
    pub old_path: Option<String>,
    /// Name of the content.
    pub blob: CommitId,
    /// The lines before.
    pub old: Vec<LineMark>,
    /// The lines after.
    pub new: Vec<LineMark>,
    /// Indexes of added lines in `new`, ascending.
    pub added: Vec<Range<usize>>,
    /// Indexes of removed lines in `old`, ascending.
    pub removed: Vec<Range<usize>>,
}

/// What a commit did to lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitText {
    /// The files with lines that it wrote, by path.
    pub files: Vec<CommitLines>,
    /// Lines that it took out of any file, deleted ones too.
    pub removed: HashSet<LineHash>,
}

impl Repo {
    /// Returns the files with lines that a commit wrote, against its first parent; those that it deleted are left out.
    ///
    /// Nothing is known of merges, binaries, files that are too large or not in this clone: they are left out. The
    /// rules are those of [`Repo::changes`].
    ///
    /// # Errors
    /// [`ChangeError`], as for [`Repo::changes`].
    pub fn commit_lines(&self, id: &CommitId) -> Result<CommitText, ChangeError> {
        let local = self.local();
        let commit = tree_and_parents(&local, id)?.ok_or(ChangeError::NotFound { commit: *id })?;
        if commit.parents.len() > 1 {
            return Ok(CommitText::default());
        }
        let before = commit.parents.first().map(|parent| parent_tree(&local, id, parent)).transpose()?;
        let pairs = tree_changes(&local, before, commit.tree).map_err(|error| tree_error(*id, error))?;
        let mut text = CommitText::default();
        for pair in join_renames(&local, pairs) {
            match lines(&local, &pair) {
                Some(file) => {
                    let gone = file.removed.iter().flat_map(|range| &file.old[range.clone()]);
                    text.removed.extend(gone.filter_map(|mark| mark.hash()));
                    text.files.push(file);
                }
                None => text.removed.extend(deleted(&local, &pair).iter().filter_map(|mark| mark.hash())),
            }
        }
        text.files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(text)
    }
}

/// Lines of a file that is gone.
fn deleted(local: &gix::Repository, pair: &Pair) -> Vec<LineMark> {
    let old = pair.old.as_ref().filter(|_| pair.new.is_none());
    let text = old.and_then(|old| old.read(local).ok()).filter(|content| !is_binary(content));
    text.map(|text| LineMark::of_text(&text)).unwrap_or_default()
}

fn lines(local: &gix::Repository, pair: &Pair) -> Option<CommitLines> {
    let new = pair.new.as_ref()?;
    let read = |side: &Side| side.read(local).ok().filter(|content| !is_binary(content));
    let old_path = pair.old.as_ref().filter(|old| old.path != new.path).map(|old| path_text(&old.path));
    let after = read(new)?;
    let before = match &pair.old {
        Some(old) if old.id == new.id => after.clone(),
        Some(old) => read(old)?,
        None => Vec::new(),
    };
    let (removed, added) = compared(&before, &after);
    Some(CommitLines {
        path: path_text(path(pair)),
        old_path,
        blob: to_commit_id(&new.id)?,
        old: LineMark::of_text(&before),
        new: LineMark::of_text(&after),
        added,
        removed,
    })
}

/// The comparison of `LineChanges::between`, with the places kept.
fn compared(old: &[u8], new: &[u8]) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let wide = |range: Range<u32>| range.start as usize..range.end as usize;
    let hunks = diff.hunks().map(|hunk| (wide(hunk.before), wide(hunk.after)));
    let (mut removed, mut added): (Vec<_>, Vec<_>) = hunks.unzip();
    removed.retain(|lines| !lines.is_empty());
    added.retain(|lines| !lines.is_empty());
    (removed, added)
}

#[cfg(test)]
mod tests {
    use super::super::line_changes::LineChanges;
    use super::super::patch_key::PatchText;
    use super::*;
    use crate::git::test_repo::TestRepo;
    use proptest::prelude::*;

    #[test]
    fn a_renamed_file_adds_only_what_is_new() {
        let test = TestRepo::new();
        let text: String = (0..20).map(|n| format!("line number {n}\n")).collect();
        test.write("old", &text);
        test.write("binary", b"\0");
        let one = test.commit("one");
        test.git(&["mv", "old", "new"]);
        test.write("new", format!("{text}added line\n}}\n"));
        let two = test.commit("two");
        let repo = test.repo();
        let files = repo.commit_lines(&two).unwrap().files;
        let [file] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!((file.path.as_str(), file.old_path.as_deref()), ("new", Some("old")));
        assert_eq!((file.old.len(), file.new.len()), (20, 22));
        assert_eq!(file.added.iter().cloned().flatten().collect::<Vec<_>>(), [20, 21]);
        assert_eq!(file.blob.to_string(), test.git(&["rev-parse", "HEAD:new"]).trim());
        let files = repo.commit_lines(&one).unwrap().files;
        assert_eq!(files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["old"]);
        assert_eq!(files[0].added.iter().map(ExactSizeIterator::len).collect::<Vec<_>>(), [20]);
        test.git(&["switch", "--quiet", "-c", "side", "HEAD~1"]);
        test.write("other", "x\n");
        test.commit("three");
        test.git(&["merge", "--quiet", "-m", "both", "main"]);
        assert_eq!(repo.commit_lines(&test.id("HEAD")).unwrap(), CommitText::default());
    }

    #[test]
    fn what_a_commit_takes_out_of_any_file_is_told() {
        let test = TestRepo::new();
        test.write("kept", "first line\nsecond line\n}\n");
        test.write("gone", "third line\n");
        test.commit("one");
        test.git(&["rm", "--quiet", "gone"]);
        test.write("kept", "second line\nfourth line\n}\n");
        let two = test.commit("two");
        let removed = test.repo().commit_lines(&two).unwrap().removed;
        let expected = ["first line", "third line"].map(|line| LineHash::of(line.as_bytes()).unwrap());
        assert_eq!(removed, HashSet::from(expected));
    }

    proptest! {
        #[test]
        fn the_lines_are_those_that_are_stored(old in "([a-c]{4}\n|\n|x\n){0,12}", new in "([a-c]{4}\n|\n|x\n){0,12}") {
            let marks = LineMark::of_text(new.as_bytes());
            let (_, runs) = compared(old.as_bytes(), new.as_bytes());
            let changes = LineChanges::between(old.as_bytes(), new.as_bytes(), &mut PatchText::default());
            let hashes: Vec<_> = runs.iter().flat_map(|run| &marks[run.clone()]).filter_map(|mark| mark.hash()).collect();
            prop_assert_eq!(hashes, changes.added_hashes);
            prop_assert_eq!(runs.iter().map(|run| run.len() as u32).sum::<u32>(), changes.added);
        }
    }
}
