//! Which lines a commit added to one file, each with its number.

use gix::diff::blob::sources::byte_lines;
use gix::diff::blob::{Algorithm, Diff, InternedInput};

use super::blob::{Side, is_binary};
use super::changes::{parent_tree, path, tree_and_parents, tree_error};
use super::error::ChangeError;
use super::path_text::path_text;
use super::renames::join_renames;
use super::repo::Repo;
use super::tree_changes::{Pair, tree_changes};
use crate::model::{CommitId, LineHash};

/// Lines that were added together: neighbours in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedRun {
    /// The number of the first line, from 1.
    pub first: u32,
    /// Every line; `None` is too short to be evidence.
    pub lines: Vec<Option<LineHash>>,
}

impl Repo {
    /// Returns the lines a commit added to each of these files against its first parent.
    ///
    /// One answer a path, in that order; empty where nothing is known: merges, binaries, files that are too large or
    /// not in this clone. The rules are those of [`Repo::changes`].
    ///
    /// # Errors
    /// [`ChangeError`], as for [`Repo::changes`].
    pub fn added_lines(&self, id: &CommitId, paths: &[&str]) -> Result<Vec<Vec<AddedRun>>, ChangeError> {
        let local = self.local();
        let commit = tree_and_parents(&local, id)?.ok_or(ChangeError::NotFound { commit: *id })?;
        if commit.parents.len() > 1 {
            return Ok(vec![Vec::new(); paths.len()]);
        }
        let before = commit.parents.first().map(|parent| parent_tree(&local, id, parent)).transpose()?;
        let pairs = tree_changes(&local, before, commit.tree).map_err(|error| tree_error(*id, error))?;
        let is_wanted = |pair: &&Pair| paths.contains(&path_text(path(pair)).as_str());
        // Only a file that is new can be another one's successor.
        let pairs = match pairs.iter().filter(is_wanted).any(|pair| pair.old.is_none()) {
            true => join_renames(&local, pairs),
            false => pairs,
        };
        let of_path = |wanted: &&str| {
            let pair = pairs.iter().find(|pair| pair.new.is_some() && path_text(path(pair)) == **wanted);
            pair.map_or_else(Vec::new, |pair| runs(&local, pair))
        };
        Ok(paths.iter().map(of_path).collect())
    }
}

fn runs(local: &gix::Repository, pair: &Pair) -> Vec<AddedRun> {
    let read = |side: &Option<Side>| side.as_ref().map_or(Ok(Vec::new()), |side| side.read(local));
    match (read(&pair.old), read(&pair.new)) {
        (Ok(old), Ok(new)) if !is_binary(&old) && !is_binary(&new) => between(&old, &new),
        _ => Vec::new(),
    }
}

/// The comparison of `LineChanges::between`, with the places kept.
fn between(old: &[u8], new: &[u8]) -> Vec<AddedRun> {
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let hash = |at: u32| LineHash::of(input.interner[input.after[at as usize]]);
    let run = |after: std::ops::Range<u32>| AddedRun { first: after.start + 1, lines: after.map(hash).collect() };
    diff.hunks().filter(|hunk| !hunk.after.is_empty()).map(|hunk| run(hunk.after)).collect()
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
        let one = test.commit("one");
        test.git(&["mv", "old", "new"]);
        test.write("new", format!("{text}added line\n}}\n"));
        let two = test.commit("two");
        let repo = test.repo();
        let added = |line: &str| LineHash::of(line.as_bytes());
        let run = AddedRun { first: 21, lines: vec![added("added line"), None] };
        assert_eq!(repo.added_lines(&two, &["new", "old"]).unwrap(), [vec![run], vec![]]);
        assert_eq!(repo.added_lines(&one, &["old"]).unwrap()[0][0].lines.len(), 20);
    }

    proptest! {
        #[test]
        fn the_lines_are_those_that_are_stored(old in "([a-c]{4}\n|\n|x\n){0,12}", new in "([a-c]{4}\n|\n|x\n){0,12}") {
            let runs = between(old.as_bytes(), new.as_bytes());
            let changes = LineChanges::between(old.as_bytes(), new.as_bytes(), &mut PatchText::default());
            let hashes: Vec<LineHash> = runs.iter().flat_map(|run| run.lines.iter().flatten().copied()).collect();
            prop_assert_eq!(hashes, changes.added_hashes);
            prop_assert_eq!(runs.iter().map(|run| run.lines.len() as u32).sum::<u32>(), changes.added);
        }
    }
}
