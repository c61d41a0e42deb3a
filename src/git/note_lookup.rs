//! Single notes of a reference, found without reading the others.

use gix::ObjectId;

use super::error::GitError;
use super::object_id::to_object_id;
use super::repo::Repo;
use crate::model::CommitId;

impl Repo {
    /// Returns the text of each commit's note, `None` where there is none or it is not here.
    ///
    /// Only the folders on the way are read, whatever their fan-out; a reference with ten thousand notes costs no more
    /// than one with ten. Several notes of one commit are read as one, as in [`Repo::note`].
    ///
    /// # Errors
    /// [`GitError::Unreadable`] if the reference points to something that is no commit, or cannot be read;
    /// [`GitError::GitProgram`] in a repository with reftables if git fails.
    pub fn note_texts(&self, reference: &str, ids: &[CommitId]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        let Some(tip) = self.reference_target(reference)? else { return Ok(vec![None; ids.len()]) };
        let local = self.newest();
        let commit = local.find_commit(tip).map_err(|error| self.unreadable(error))?;
        let tree = commit.tree_id().map_err(|error| self.unreadable(error))?.detach();
        let text = |id: &CommitId| {
            let mut blobs = Vec::new();
            collect(&local, tree, &to_object_id(id).to_string(), &mut blobs);
            self.blobs_text(&blobs)
        };
        Ok(ids.iter().map(text).collect())
    }
}

/// Adds the notes of the commit whose id ends with these digits.
fn collect(local: &gix::Repository, tree: ObjectId, digits: &str, blobs: &mut Vec<ObjectId>) {
    let Ok(tree) = local.find_tree(tree) else { return };
    let Some((folder, rest)) = digits.split_at_checked(2) else { return };
    for entry in tree.iter().filter_map(Result::ok) {
        let name = entry.filename();
        if entry.mode().is_blob() && name == digits {
            blobs.push(entry.object_id());
        } else if entry.mode().is_tree() && name == folder {
            collect(local, entry.object_id(), rest, blobs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::notes::NOTES_REF;
    use crate::git::test_repo::TestRepo;
    use crate::model::CommitId;

    #[test]
    fn notes_are_found_one_by_one_as_in_the_whole() {
        let test = TestRepo::new();
        let mut ids = vec![CommitId::Sha1([7; 20])];
        assert_eq!(test.repo().note_texts(NOTES_REF, &ids).unwrap(), [None]);
        for number in 0..40 {
            let id = test.commit(&format!("commit {number}"));
            if number % 3 != 0 {
                test.git(&["notes", "--ref=agent-trace", "add", "-m", &format!("note {number}"), &id.to_string()]);
            }
            ids.push(id);
        }
        let repo = test.repo();
        let notes = repo.notes(NOTES_REF).unwrap();
        let whole: Vec<_> = ids.iter().map(|id| repo.note(&notes, id)).collect();
        assert_eq!(repo.note_texts(NOTES_REF, &ids).unwrap(), whole);
        assert_eq!(whole.iter().flatten().count(), 26);
    }
}
