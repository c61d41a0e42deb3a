//! Some notes of a remote, without the rest: what a job on a fresh clone needs.
//!
//! The whole reference of a busy repository is tens of megabytes, nearly all of it blobs. A repository of its own takes
//! the trees, then the blobs that are wanted, and goes again.

use std::collections::BTreeMap;
use std::path::Path;

use super::aside::{Aside, Visit};
use super::error::GitError;
use super::notes::NOTES_REF;
use super::notes_sync::Answer;
use super::repo::Repo;
use crate::model::CommitId;

/// Notes of some commits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SomeNotes {
    /// Texts by commit.
    pub texts: BTreeMap<CommitId, Vec<u8>>,
    /// Commits that have a note whose text could not be had.
    pub unread: Vec<CommitId>,
}

impl Repo {
    /// Returns the notes of these commits that are in this clone.
    ///
    /// # Errors
    /// As [`Repo::notes`].
    pub fn some_notes(&self, reference: &str, commits: &[CommitId]) -> Result<SomeNotes, GitError> {
        let notes = self.notes(reference)?;
        let mut some = SomeNotes::default();
        for commit in commits.iter().filter(|commit| notes.has(commit)) {
            match self.note(&notes, commit) {
                Some(text) => drop(some.texts.insert(*commit, text)),
                None => some.unread.push(*commit),
            }
        }
        Ok(some)
    }

    /// Fetches the notes of these commits from a remote into `folder`, which must be empty; `None` if it has no notes.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] if git fails or takes longer than the limit.
    pub fn fetch_some_notes(
        &self,
        visit: &Visit<'_>,
        commits: &[CommitId],
        folder: &Path,
    ) -> Result<Option<SomeNotes>, GitError> {
        let aside = Aside::new(self, folder, visit)?;
        if !fetch_trees(&aside)? {
            return Ok(None);
        }
        let notes = aside.open()?.notes(NOTES_REF)?;
        let blobs = commits.iter().filter_map(|commit| notes.blobs.get(commit)).flatten();
        aside.fetch_objects(&blobs.map(ToString::to_string).collect::<Vec<_>>())?;
        aside.open()?.some_notes(NOTES_REF, commits).map(Some)
    }
}

/// Commit and trees: 0.6 MB for ten thousand notes, measured over file transport.
fn fetch_trees(aside: &Aside<'_>) -> Result<bool, GitError> {
    let refspec = format!("+{NOTES_REF}:{NOTES_REF}");
    let arguments = [
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--depth=1",
        "--filter=blob:none",
        "there",
        &refspec,
    ];
    match aside.ask(&arguments, &[])? {
        Answer { is_success: true, .. } => Ok(true),
        answer if answer.text.contains("couldn't find remote ref") => Ok(false),
        answer => Err(answer.failure("fetch")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    fn visit(remote: &str) -> Visit<'_> {
        Visit { remote, header: None, limit: std::time::Duration::from_secs(60) }
    }

    /// A server with notes of three commits, and a fresh clone of it.
    fn story() -> (TestRepo, Repo, Vec<CommitId>) {
        let test = TestRepo::new();
        let ids: Vec<CommitId> = (0..3).map(|number| test.commit(&format!("change {number}"))).collect();
        for id in &ids {
            test.git(&["notes", "--ref=agent-trace", "add", "-m", &format!("of {id}"), &id.to_string()]);
        }
        test.git(&["config", "uploadpack.allowFilter", "true"]);
        test.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        let url = format!("file://{}", test.path().display());
        test.git(&["clone", "-q", &url, "../clone"]);
        let clone = Repo::discover(&test.sibling("clone")).unwrap();
        (test, clone, ids)
    }

    #[test]
    fn only_what_is_wanted_comes_and_the_clone_stays_as_it_is() {
        let (test, clone, ids) = story();
        let before = test.git(&["-C", "../clone", "config", "--list", "--local"]);
        let folder = tempfile::tempdir().unwrap();
        let some = clone.fetch_some_notes(&visit("origin"), &ids[..2], folder.path()).unwrap().unwrap();
        assert_eq!(
            some.texts.keys().collect::<Vec<_>>(),
            ids[..2].iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        );
        assert_eq!(some.texts[&ids[0]], format!("of {}\n", ids[0]).into_bytes());
        let fetched = Repo::discover(folder.path()).unwrap().some_notes(NOTES_REF, &ids).unwrap();
        assert_eq!(fetched.unread, ids[2..], "the third note was fetched too");
        assert_eq!(test.git(&["-C", "../clone", "config", "--list", "--local"]), before);
        assert!(!test.sibling("clone").join(".git/shallow").exists() && clone.notes_tip(NOTES_REF).is_none());
    }

    #[test]
    fn a_remote_without_notes_has_none_and_one_that_is_not_there_is_an_error() {
        let (test, clone, ids) = story();
        test.git(&["update-ref", "-d", NOTES_REF]);
        let folder = || tempfile::tempdir().unwrap();
        assert_eq!(clone.fetch_some_notes(&visit("origin"), &ids, folder().path()).unwrap(), None);
        for remote in ["nowhere", "--upload-pack=touch x", ""] {
            assert!(clone.fetch_some_notes(&visit(remote), &ids, folder().path()).is_err(), "{remote}");
        }
    }
}
