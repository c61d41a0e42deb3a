//! Writing a notes reference: many notes in one commit, and nobody's notes lost.
//!
//! A lock file keeps our own processes in order; a compare-and-swap of the reference notices everybody else
//! (`git notes add` itself takes neither, and overwrites).

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use gix::ObjectId;
use gix::actor::Signature;
use gix::date::Time;
use gix::note::plumbing::State;
use gix::refs::transaction::{PreviousValue, RefEdit};
use gix::refs::{FullName, Target};

use super::error::GitError;
use super::notes::Notes;
use super::notes_merge::cat_sort_uniq;
use super::object_id::to_object_id;
use super::reftable;
use super::repo::Repo;
use crate::model::{CommitId, Timestamp};

/// A commit and the new text of its note; an empty text removes the note.
pub type NoteEdit = (CommitId, Vec<u8>);

/// Who writes and when: our own name, because a note says nothing of a person.
#[derive(Debug, Clone, Copy)]
pub struct NoteStamp<'m> {
    /// When.
    pub at: Timestamp,
    /// Subject of the commit of notes.
    pub message: &'m str,
}

/// How often a lost race is run again.
pub(super) const MAX_TRIES: u32 = 60;
/// How long somebody who lost waits, times the number of the try up to ten.
const PAUSE: Duration = Duration::from_millis(7);
/// A lock that is held longer belongs to a process that hangs; the compare-and-swap has to do then.
const MAX_LOCK_TRIES: u32 = 1_000;

impl Repo {
    /// Replaces notes, all in one commit, and returns how many differ from before.
    ///
    /// `change` sees the notes as they are and says which ones become what; it is asked again whenever somebody else
    /// was faster, so nothing that was written meanwhile is lost.
    ///
    /// # Errors
    /// What the repository reports; [`GitError::NotesBusy`] if others were faster every time.
    pub fn update_notes(
        &self,
        reference: &str,
        stamp: NoteStamp<'_>,
        change: &mut dyn FnMut(&Notes) -> Vec<NoteEdit>,
    ) -> Result<usize, GitError> {
        let _lock = lock(self.common_dir());
        for attempt in 1..=MAX_TRIES {
            let notes = self.notes(reference)?;
            let edits = self.blob_edits(&notes, change(&notes))?;
            if edits.is_empty() {
                return Ok(0);
            }
            let parents: Vec<ObjectId> = notes.tip.into_iter().collect();
            let commit = self.commit_notes(&notes, &edits, parents, stamp)?;
            if self.swap_reference(reference, notes.tip, commit, stamp, attempt)? {
                return Ok(edits.len());
            }
        }
        Err(GitError::NotesBusy { reference: reference.to_owned() })
    }

    /// Writes the blobs of edits that change something.
    fn blob_edits(&self, notes: &Notes, edits: Vec<NoteEdit>) -> Result<Vec<(CommitId, Option<ObjectId>)>, GitError> {
        let local = self.newest();
        let mut changed = Vec::new();
        for (commit, text) in edits {
            let before = notes.blobs.get(&commit).map(Vec::as_slice).unwrap_or_default();
            let blob = match text.is_empty() {
                true => None,
                false => Some(local.write_blob(&text).map_err(|error| self.unwritable(error))?.detach()),
            };
            if before != blob.as_slice() {
                changed.push((commit, blob));
            }
        }
        Ok(changed)
    }

    /// Writes tree and commit; the reference stays.
    pub(super) fn commit_notes(
        &self,
        notes: &Notes,
        edits: &[(CommitId, Option<ObjectId>)],
        parents: Vec<ObjectId>,
        stamp: NoteStamp<'_>,
    ) -> Result<ObjectId, GitError> {
        let local = self.newest();
        let tree = self.tree_with(&local, notes, edits)?;
        let signature = signature(stamp.at);
        let mut buffer = gix::date::parse::TimeBuf::default();
        let author = signature.to_ref(&mut buffer);
        let commit = local.new_commit_as(author, author, stamp.message, tree, parents);
        Ok(commit.map_err(|error| self.unwritable(error))?.id)
    }

    fn tree_with(
        &self,
        local: &gix::Repository,
        notes: &Notes,
        edits: &[(CommitId, Option<ObjectId>)],
    ) -> Result<ObjectId, GitError> {
        let fail = |error| self.unwritable(error);
        let is_sound = notes.blobs.values().all(|blobs| blobs.len() == 1);
        let root = match notes.tip.filter(|_| is_sound) {
            Some(tip) => {
                local.find_commit(tip).and_then(|commit| commit.tree_id().map(gix::Id::detach)).map_err(fail)?
            }
            None => local.write_object(gix::objs::Tree::empty()).map_err(fail)?.detach(),
        };
        let mut state = State::new(root, local).map_err(fail)?;
        if !is_sound {
            self.copy_notes(local, notes, &mut state)?;
        }
        for (commit, blob) in edits {
            state.edit(to_object_id(commit), *blob, local).map_err(fail)?;
        }
        state.write(local).map_err(fail)
    }

    /// A tree that has two notes of one commit cannot be edited: it is made anew, the two as one.
    fn copy_notes(&self, local: &gix::Repository, notes: &Notes, state: &mut State) -> Result<(), GitError> {
        let fail = |error| self.unwritable(error);
        for (commit, blobs) in &notes.blobs {
            let blob = match (blobs.as_slice(), self.blobs_text(blobs)) {
                ([only], _) => *only,
                (_, Some(text)) => local.write_blob(cat_sort_uniq(&text, b"")).map_err(fail)?.detach(),
                (_, None) => continue,
            };
            state.edit(to_object_id(commit), Some(blob), local).map_err(fail)?;
        }
        Ok(())
    }

    /// Sets a reference if it still is what it was; `false` if somebody else was faster.
    pub(super) fn swap_reference(
        &self,
        reference: &str,
        before: Option<ObjectId>,
        after: ObjectId,
        stamp: NoteStamp<'_>,
        attempt: u32,
    ) -> Result<bool, GitError> {
        if self.is_reftable() {
            return Ok(reftable::swap(self, reference, before, after));
        }
        let expected =
            before.map_or(PreviousValue::MustNotExist, |id| PreviousValue::MustExistAndMatch(Target::Object(id)));
        match self.set_reference(reference, expected, after, stamp) {
            Ok(()) => Ok(true),
            Err(error) if error.is_permission_denied() => Err(self.unwritable(error)),
            Err(error) if attempt == MAX_TRIES => Err(self.unwritable(error)),
            Err(_) => {
                std::thread::sleep(PAUSE * attempt.min(10));
                Ok(false)
            }
        }
    }

    /// Sets a reference, whatever it was.
    pub(super) fn put_reference(&self, reference: &str, after: ObjectId, stamp: NoteStamp<'_>) -> Result<(), GitError> {
        if self.is_reftable() {
            let before = self.reference_target(reference)?;
            reftable::swap(self, reference, before, after);
            return Ok(());
        }
        let set = self.set_reference(reference, PreviousValue::Any, after, stamp);
        set.map_err(|error| self.unwritable(error))
    }

    fn set_reference(
        &self,
        reference: &str,
        expected: PreviousValue,
        after: ObjectId,
        stamp: NoteStamp<'_>,
    ) -> Result<(), gix::Error> {
        let local = self.newest();
        let name = FullName::try_from(reference).map_err(gix::Error::from_error)?;
        let edit = RefEdit::update(name, after, expected, format!("notes: {}", stamp.message));
        let signature = signature(stamp.at);
        let mut buffer = gix::date::parse::TimeBuf::default();
        local.edit_references_as([edit], Some(signature.to_ref(&mut buffer))).map(drop)
    }

    pub(super) fn unwritable(&self, source: gix::Error) -> GitError {
        GitError::Unwritable { path: self.common_dir().to_owned(), source: source.into() }
    }
}

fn signature(at: Timestamp) -> Signature {
    Signature {
        name: "agent-trace".into(),
        email: "notes@agent-trace.invalid".into(),
        time: Time::new(at.0.div_euclid(1000), 0),
    }
}

/// Takes the lock of our own writers. Where files cannot be locked, or not made, there is none.
pub(super) fn lock(common_dir: &Path) -> Option<File> {
    let folder = common_dir.join("agent-trace");
    std::fs::create_dir_all(&folder).ok()?;
    let path = folder.join("notes.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).ok()?;
    for _ in 0..MAX_LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::notes::NOTES_REF;
    use super::*;
    use crate::git::test_repo::TestRepo;

    const STAMP: NoteStamp<'static> = NoteStamp { at: Timestamp(1_700_000_000_000), message: "notes of a test" };

    fn write(repo: &Repo, commit: CommitId, text: &str) -> usize {
        repo.update_notes(NOTES_REF, STAMP, &mut |_| vec![(commit, text.into())]).unwrap()
    }

    #[test]
    fn git_reads_what_we_write_and_finds_nothing_wrong() {
        let test = TestRepo::new();
        let commits: Vec<CommitId> = (0..300).map(|n| test.commit(&format!("commit {n}"))).collect();
        let all = |_: &Notes| commits.iter().map(|id| (*id, format!("note of {id}\n").into_bytes())).collect();
        let repo = test.repo();
        assert_eq!(repo.update_notes(NOTES_REF, STAMP, &mut { all }).unwrap(), 300);
        assert_eq!(repo.update_notes(NOTES_REF, STAMP, &mut { all }).unwrap(), 0, "nothing differs: no commit");
        assert_eq!(test.git(&["rev-list", "--count", NOTES_REF]).trim(), "1");
        assert_eq!(test.git(&["notes", "--ref=agent-trace", "list"]).lines().count(), 300);
        let shown = test.git(&["notes", "--ref=agent-trace", "show", "HEAD~7"]);
        assert_eq!(shown, format!("note of {}\n", commits[292]));
        test.git(&["fsck", "--strict", "--no-dangling"]);
        // The same tree as git's own writer makes.
        let ours = test.git(&["rev-parse", &format!("{NOTES_REF}^{{tree}}")]);
        test.git(&["notes", "--ref=agent-trace", "add", "-f", "-m", "changed", "HEAD"]);
        test.git(&["notes", "--ref=agent-trace", "add", "-f", "-m", &format!("note of {}", commits[299]), "HEAD"]);
        assert_eq!(test.git(&["rev-parse", &format!("{NOTES_REF}^{{tree}}")]), ours);
    }

    #[test]
    fn the_writer_needs_no_name_and_tells_none() {
        let test = TestRepo::new();
        let id = test.commit("one");
        assert_eq!(write(&test.repo(), id, "text\n"), 1);
        let who = test.git(&["log", "-1", "--format=%an <%ae> %cn <%ce> %ct %s", NOTES_REF]);
        let name = "agent-trace <notes@agent-trace.invalid>";
        assert_eq!(who.trim(), format!("{name} {name} 1700000000 notes of a test"));
    }

    #[test]
    fn an_empty_text_removes_and_other_notes_stay() {
        let test = TestRepo::new();
        let (one, two) = (test.commit("one"), test.commit("two"));
        test.git(&["notes", "--ref=agent-trace", "add", "-m", "of a person", &one.to_string()]);
        let repo = test.repo();
        write(&repo, two, "ours\n");
        write(&repo, two, "");
        let notes = repo.notes(NOTES_REF).unwrap();
        assert_eq!((notes.has(&one), notes.has(&two)), (true, false));
        assert_eq!(repo.note(&notes, &one).unwrap(), b"of a person\n");
    }

    #[test]
    fn who_was_faster_is_never_overwritten() {
        let test = TestRepo::new();
        let (one, two) = (test.commit("one"), test.commit("two"));
        let repo = test.repo();
        let mut asked = 0;
        let written = repo.update_notes(NOTES_REF, STAMP, &mut |_| {
            asked += 1;
            if asked <= 2 {
                test.git(&["notes", "--ref=agent-trace", "append", "-m", &format!("person {asked}"), &one.to_string()]);
            }
            vec![(two, b"ours\n".to_vec())]
        });
        assert_eq!((written.unwrap(), asked), (1, 3));
        let shown = |id: &CommitId| test.git(&["notes", "--ref=agent-trace", "show", &id.to_string()]);
        assert_eq!((shown(&one).as_str(), shown(&two).as_str()), ("person 1\n\nperson 2\n", "ours\n"));
    }

    #[test]
    fn sha_256_and_reftables_work_too() {
        for init in ["--object-format=sha256", "--ref-format=reftable"] {
            let Some(test) = TestRepo::with(&[init]) else { continue };
            let id = test.commit("one");
            assert_eq!(write(&test.repo(), id, "text\n"), 1, "{init}");
            assert_eq!(write(&test.repo(), id, "more\ntext\n"), 1, "{init}");
            assert_eq!(test.git(&["notes", "--ref=agent-trace", "show", "HEAD"]), "more\ntext\n", "{init}");
            test.git(&["fsck", "--strict", "--no-dangling"]);
        }
    }
}
