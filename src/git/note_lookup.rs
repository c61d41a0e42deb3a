//! Single notes of a reference, found without reading the others.

use std::collections::HashMap;

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
        let names: Vec<String> = ids.iter().map(|id| to_object_id(id).to_string()).collect();
        let wanted = names.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
        let mut blobs = vec![Vec::new(); ids.len()];
        collect(&local, tree, wanted, &mut blobs);
        Ok(blobs.iter().map(|blobs| self.blobs_text(blobs)).collect())
    }
}

/// Adds the notes of commits, given by the ends of their ids; no folder is read twice.
fn collect(local: &gix::Repository, tree: ObjectId, wanted: Vec<(&str, usize)>, blobs: &mut [Vec<ObjectId>]) {
    let Ok(tree) = local.find_tree(tree) else { return };
    let mut folders: HashMap<&[u8], Vec<(&str, usize)>> = HashMap::new();
    for (name, index) in &wanted {
        if let Some((folder, rest)) = name.split_at_checked(2) {
            folders.entry(folder.as_bytes()).or_default().push((rest, *index));
        }
    }
    let files: HashMap<&[u8], Vec<usize>> = wanted.iter().fold(HashMap::new(), |mut files, (name, index)| {
        files.entry(name.as_bytes()).or_default().push(*index);
        files
    });
    for entry in tree.iter().filter_map(Result::ok) {
        let name: &[u8] = entry.filename();
        if entry.mode().is_blob() {
            files.get(name).into_iter().flatten().for_each(|index| blobs[*index].push(entry.object_id()));
        } else if let (true, Some(below)) = (entry.mode().is_tree(), folders.remove(name)) {
            collect(local, entry.object_id(), below, blobs);
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
