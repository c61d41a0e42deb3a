//! Two notes references become one: what `git notes merge --strategy=cat_sort_uniq` does, without a work tree.

use std::collections::BTreeSet;

use gix::ObjectId;

use super::error::GitError;
use super::notes::Notes;
use super::notes_write::{MAX_TRIES, NoteStamp, lock};
use super::repo::Repo;
use crate::model::CommitId;

/// How two notes references became one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotesMerge {
    /// There is nothing on the other side that is not here.
    UpToDate,
    /// Only the other side was ahead; ours is now the same.
    FastForward,
    /// Both were; a commit joins them.
    Merged {
        /// Notes of ours that changed.
        changed: usize,
    },
}

impl Repo {
    /// Brings what another notes reference has into ours.
    ///
    /// A note that only one side changed since they parted is that side's; of a note that both changed, the lines of
    /// both are kept, sorted, each once. Where there is no common past, everything is kept.
    ///
    /// # Errors
    /// What the repository reports; [`GitError::NotesBusy`] if others wrote ours again and again.
    pub fn merge_notes(&self, ours: &str, theirs: &str, stamp: NoteStamp<'_>) -> Result<NotesMerge, GitError> {
        let _lock = lock(self.common_dir());
        let Some(other) = self.reference_target(theirs)? else { return Ok(NotesMerge::UpToDate) };
        for attempt in 1..=MAX_TRIES {
            let own = self.reference_target(ours)?;
            let base = own.and_then(|own| self.merge_base(own, other));
            let (result, commit) = match own {
                Some(_) if base == Some(other) => return Ok(NotesMerge::UpToDate),
                Some(own) if base != Some(own) => self.join_notes(own, other, base, stamp)?,
                _ => (NotesMerge::FastForward, other),
            };
            if self.swap_reference(ours, own, commit, stamp, attempt)? {
                return Ok(result);
            }
        }
        Err(GitError::NotesBusy { reference: ours.to_owned() })
    }

    fn merge_base(&self, own: ObjectId, other: ObjectId) -> Option<ObjectId> {
        self.newest().merge_base(own, other).ok().flatten().map(gix::Id::detach)
    }

    fn join_notes(
        &self,
        own: ObjectId,
        other: ObjectId,
        base: Option<ObjectId>,
        stamp: NoteStamp<'_>,
    ) -> Result<(NotesMerge, ObjectId), GitError> {
        let (own, other) = (self.notes_at(own)?, self.notes_at(other)?);
        let base = base.map(|base| self.notes_at(base)).transpose()?.unwrap_or_default();
        let commits: BTreeSet<&CommitId> =
            base.blobs.keys().chain(own.blobs.keys()).chain(other.blobs.keys()).collect();
        let mut edits = Vec::new();
        for commit in commits {
            let of = |notes: &Notes| notes.blobs.get(commit).cloned().unwrap_or_default();
            let after = self.joined(&of(&base), &of(&own), &of(&other))?;
            if let Some(blob) = after {
                edits.push((*commit, blob));
            }
        }
        let parents = own.tip.into_iter().chain(other.tip).collect();
        let commit = self.commit_notes(&own, &edits, parents, stamp)?;
        Ok((NotesMerge::Merged { changed: edits.len() }, commit))
    }

    /// Returns what ours has to become; `None` if it stays, an inner `None` if it goes.
    fn joined(
        &self,
        base: &[ObjectId],
        own: &[ObjectId],
        other: &[ObjectId],
    ) -> Result<Option<Option<ObjectId>>, GitError> {
        if own == other || other == base {
            return Ok(None);
        }
        if let ([only], true) = (other, own == base) {
            return Ok(Some(Some(*only)));
        }
        if own == base && other.is_empty() {
            return Ok(Some(None));
        }
        let text = |blobs: &[ObjectId]| self.blobs_text(blobs).unwrap_or_default();
        let joined = cat_sort_uniq(&text(own), &text(other));
        let blob = self.newest().write_blob(joined).map_err(|error| self.unwritable(error))?.detach();
        Ok((own != [blob]).then_some(Some(blob)))
    }
}

/// Returns the lines of both, sorted, each once, none of them empty.
pub(super) fn cat_sort_uniq(one: &[u8], other: &[u8]) -> Vec<u8> {
    let lines = |text: &'_ [u8]| text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let all: BTreeSet<Vec<u8>> = lines(one).into_iter().chain(lines(other)).filter(|line| !line.is_empty()).collect();
    all.into_iter().flat_map(|line| [line, b"\n".to_vec()].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::notes::NOTES_REF;
    use super::*;
    use crate::git::test_repo::TestRepo;
    use crate::model::Timestamp;

    const STAMP: NoteStamp<'static> = NoteStamp { at: Timestamp(1_700_000_000_000), message: "merge of a test" };

    fn tree(test: &TestRepo, reference: &str) -> String {
        test.git(&["rev-parse", &format!("{reference}^{{tree}}")])
    }

    fn note(test: &TestRepo, reference: &str, text: &str, commit: &CommitId) {
        test.git(&["notes", "--ref", reference, "add", "-f", "-m", text, &commit.to_string()]);
    }

    /// Two references that parted from a common one, or never had one, with every kind of difference between them.
    fn parted(has_base: bool) -> (TestRepo, Vec<CommitId>) {
        let test = TestRepo::new();
        let commits: Vec<CommitId> = (0..60).map(|n| test.commit(&format!("commit {n}"))).collect();
        if has_base {
            commits.iter().take(30).for_each(|id| note(&test, "agent-trace", &format!("b\na\nof {id}"), id));
            test.git(&["update-ref", "refs/notes/other", NOTES_REF]);
        }
        for (number, id) in commits.iter().enumerate() {
            let (here, there) = ("agent-trace", "other");
            match number % 7 {
                0 => note(&test, here, "z\nhere\na", id),
                1 => note(&test, there, "there\n\nb", id),
                2 => [here, there].iter().for_each(|side| note(&test, side, &format!("same\n{side}"), id)),
                3 => [here, there].iter().for_each(|side| note(&test, side, "both the same", id)),
                4 if has_base && number < 30 => drop(test.git(&["notes", "--ref=other", "remove", &id.to_string()])),
                5 if has_base && number < 30 => {
                    test.git(&["notes", "--ref=agent-trace", "remove", &id.to_string()]);
                    note(&test, there, "changed where the other removed", id);
                }
                _ => {}
            }
        }
        (test, commits)
    }

    #[test]
    fn the_result_is_that_of_git_notes_merge() {
        for has_base in [true, false] {
            let (test, _) = parted(has_base);
            test.git(&["update-ref", "refs/notes/oracle", NOTES_REF]);
            test.git(&["notes", "--ref=oracle", "merge", "-q", "-s", "cat_sort_uniq", "refs/notes/other"]);
            let merged = test.repo().merge_notes(NOTES_REF, "refs/notes/other", STAMP).unwrap();
            assert!(matches!(merged, NotesMerge::Merged { changed } if changed > 10), "{merged:?}");
            assert_eq!(tree(&test, NOTES_REF), tree(&test, "refs/notes/oracle"), "a common past: {has_base}");
            assert_eq!(test.git(&["rev-list", "--parents", "-1", NOTES_REF]).split_whitespace().count(), 3);
            test.git(&["fsck", "--strict", "--no-dangling"]);
            let again = test.repo().merge_notes(NOTES_REF, "refs/notes/other", STAMP).unwrap();
            assert_eq!(again, NotesMerge::UpToDate);
        }
    }

    #[test]
    fn both_directions_give_the_same_notes() {
        let (test, _) = parted(true);
        test.git(&["update-ref", "refs/notes/copy", NOTES_REF]);
        let repo = test.repo();
        repo.merge_notes(NOTES_REF, "refs/notes/other", STAMP).unwrap();
        repo.merge_notes("refs/notes/other", "refs/notes/copy", STAMP).unwrap();
        assert_eq!(tree(&test, NOTES_REF), tree(&test, "refs/notes/other"));
        assert_eq!(repo.merge_notes("refs/notes/copy", NOTES_REF, STAMP).unwrap(), NotesMerge::FastForward);
        assert_eq!(repo.merge_notes("refs/notes/new", NOTES_REF, STAMP).unwrap(), NotesMerge::FastForward);
        assert_eq!(repo.merge_notes(NOTES_REF, "refs/notes/nothing", STAMP).unwrap(), NotesMerge::UpToDate);
    }
}
