//! Reading a notes reference: which commit has which note.
//!
//! The tree is walked by hand: any fan-out, duplicates and parts that are not here are read as well as they can be.

use std::collections::BTreeMap;

use gix::ObjectId;

use super::error::GitError;
use super::object_id::{to_commit_id, to_object_id};
use super::reftable;
use super::repo::Repo;
use crate::model::CommitId;

/// The reference our notes are in.
pub const NOTES_REF: &str = "refs/notes/agent-trace";

/// Larger notes are nobody's; they are passed over like missing ones.
const MAX_NOTE_BYTES: u64 = 8 << 20;

/// A notes reference at one moment.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    pub(super) tip: Option<ObjectId>,
    pub(super) blobs: BTreeMap<CommitId, Vec<ObjectId>>,
    /// Trees that are not here.
    pub missing_trees: usize,
}

impl Notes {
    /// Returns the commit of the reference; `None` if there is none.
    pub fn tip(&self) -> Option<CommitId> {
        self.tip.and_then(|tip| to_commit_id(&tip))
    }

    /// Returns what has a note; also commits that are not here.
    pub fn commits(&self) -> impl ExactSizeIterator<Item = &CommitId> {
        self.blobs.keys()
    }

    /// Tells whether a commit has a note.
    pub fn has(&self, commit: &CommitId) -> bool {
        self.blobs.contains_key(commit)
    }
}

impl Repo {
    /// Returns the notes of a reference; none if it does not exist.
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if the reference points to something that is no commit, or cannot be read;
    /// [`GitError::GitProgram`] in a repository with reftables if git fails.
    pub fn notes(&self, reference: &str) -> Result<Notes, GitError> {
        let Some(tip) = self.reference_target(reference)? else { return Ok(Notes::default()) };
        self.notes_at(tip)
    }

    /// Returns the commit of a notes reference, or `None` if it does not exist or cannot be read.
    pub fn notes_tip(&self, reference: &str) -> Option<CommitId> {
        self.reference_target(reference).ok().flatten().and_then(|tip| to_commit_id(&tip))
    }

    /// Returns the text of a commit's note, or `None` if it has none or its blob is not here.
    ///
    /// Several notes of one commit, which only a damaged tree has, are read as one.
    pub fn note(&self, notes: &Notes, commit: &CommitId) -> Option<Vec<u8>> {
        self.blobs_text(notes.blobs.get(commit)?)
    }

    pub(super) fn notes_at(&self, tip: ObjectId) -> Result<Notes, GitError> {
        let local = self.newest();
        let commit = local.find_commit(tip).map_err(|error| self.unreadable(error))?;
        let tree = commit.tree_id().map_err(|error| self.unreadable(error))?.detach();
        let mut notes = Notes { tip: Some(tip), ..Notes::default() };
        collect(&local, tree, String::new(), &mut notes);
        Ok(notes)
    }

    pub(super) fn blobs_text(&self, blobs: &[ObjectId]) -> Option<Vec<u8>> {
        let local = self.newest();
        let is_small = |id: &ObjectId| local.try_find_header(*id).is_ok_and(|header| header.is_some_and(is_note));
        let read = |id: &ObjectId| Some(local.try_find_object(*id).ok()??.detach().data);
        let texts: Vec<Vec<u8>> = blobs.iter().filter(|id| is_small(id)).filter_map(read).collect();
        (!texts.is_empty()).then(|| texts.join(&b'\n'))
    }

    /// Returns what a reference points to now.
    pub(super) fn reference_target(&self, reference: &str) -> Result<Option<ObjectId>, GitError> {
        if self.is_reftable() {
            return Ok(reftable::target(self, reference)?.map(|id| to_object_id(&id)));
        }
        let local = self.newest();
        let found = local.try_find_reference(reference).map_err(|error| self.unreadable(error))?;
        Ok(found.and_then(|reference| reference.into_fully_peeled_id().ok()).map(gix::Id::detach))
    }

    /// Returns a handle that sees objects made a moment ago, also in a partial clone.
    pub(super) fn newest(&self) -> gix::Repository {
        self.shared.to_thread_local()
    }
}

fn is_note(header: gix::odb::find::Header) -> bool {
    header.kind() == gix::objs::Kind::Blob && header.size() <= MAX_NOTE_BYTES
}

/// Adds the notes of a tree; `prefix` is the digits of the folders above it.
fn collect(local: &gix::Repository, tree: ObjectId, prefix: String, notes: &mut Notes) {
    let digits = tree.kind().len_in_hex();
    let Ok(tree) = local.find_tree(tree) else {
        notes.missing_trees += 1;
        return;
    };
    for entry in tree.iter().filter_map(Result::ok) {
        let Ok(name) = std::str::from_utf8(entry.filename()) else { continue };
        let path = format!("{prefix}{name}");
        if entry.mode().is_blob() && path.len() == digits {
            let Ok(commit) = CommitId::parse(&path) else { continue };
            notes.blobs.entry(commit).or_default().push(entry.object_id());
        } else if entry.mode().is_tree() && name.len() == 2 && path.len() < digits {
            collect(local, entry.object_id(), path, notes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn notes_of_git_are_read_whatever_their_fan_out() {
        let test = TestRepo::new();
        assert_eq!(test.repo().notes(NOTES_REF).unwrap().commits().len(), 0);
        for number in 0..40 {
            let id = test.commit(&format!("commit {number}")).to_string();
            test.git(&["notes", "--ref=agent-trace", "add", "-m", &format!("note {number}"), &id]);
        }
        let notes = test.repo().notes(NOTES_REF).unwrap();
        assert_eq!((notes.commits().len(), notes.missing_trees), (40, 0));
        let text = test.repo().note(&notes, &test.id("HEAD~2")).unwrap();
        assert_eq!(text, b"note 37\n");
        assert_eq!(test.repo().note(&notes, &CommitId::Sha1([7; 20])), None);
    }

    #[test]
    fn two_notes_of_one_commit_and_missing_blobs_harm_nobody() {
        let test = TestRepo::new();
        let (one, two) = (test.commit("one").to_string(), test.commit("two").to_string());
        let blob = |text: &str| {
            test.write("note", text);
            test.git(&["hash-object", "-w", "note"]).trim().to_owned()
        };
        let (first, second, lost) = (blob("first\n"), blob("second\n"), "12".repeat(20));
        let make = |listing: &str| {
            test.write("tree", listing);
            let input = std::fs::File::open(test.path().join("tree")).unwrap();
            let output = test.command().args(["mktree", "--missing"]).stdin(input).output().unwrap();
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        let below = make(&format!("100644 blob {second}\t{}\n", &one[2..]));
        let root = make(&format!(
            "100644 blob {first}\t{one}\n040000 tree {below}\t{}\n100644 blob {lost}\t{two}\n100644 blob {first}\tREADME\n",
            &one[..2]
        ));
        let commit = test.git(&["commit-tree", "-m", "notes", &root]);
        test.git(&["update-ref", NOTES_REF, commit.trim()]);
        let repo = test.repo();
        let notes = repo.notes(NOTES_REF).unwrap();
        let text = repo.note(&notes, &CommitId::parse(&one).unwrap()).unwrap();
        let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        lines.sort();
        assert_eq!(lines, [&b"first"[..], b"second"]);
        assert_eq!(repo.note(&notes, &CommitId::parse(&two).unwrap()), None);
    }
}
