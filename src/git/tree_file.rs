//! One file of what a reference points to.

use std::path::Path;

use super::repo::Repo;

/// Larger files are not what is looked for.
const MAX_BYTES: u64 = 1 << 20;

impl Repo {
    /// Returns a file of the commit a reference points to; `None` if there is no such reference or file, it is not
    /// here, or it is larger than a mebibyte.
    pub fn file_of(&self, reference: &str, path: &str) -> Option<Vec<u8>> {
        let tip = self.reference_target(reference).ok()??;
        let local = self.local();
        let tree = local.find_commit(tip).ok()?.tree().ok()?;
        let entry = tree.lookup_entry_by_path(Path::new(path)).ok()??;
        if !entry.mode().is_blob() || local.try_find_header(entry.object_id()).ok()??.size() > MAX_BYTES {
            return None;
        }
        Some(local.try_find_object(entry.object_id()).ok()??.detach().data)
    }
}

#[cfg(test)]
mod tests {
    use crate::git::test_repo::TestRepo;

    #[test]
    fn files_of_other_branches_are_read_and_nothing_else() {
        let test = TestRepo::new();
        test.write("8c/fa/metadata.json", "{}\n");
        test.write("large", vec![b'x'; (1 << 20) + 1]);
        test.commit("one");
        test.git(&["branch", "entire/checkpoints/v1"]);
        let repo = test.repo();
        let read = |path: &str| repo.file_of("refs/heads/entire/checkpoints/v1", path);
        assert_eq!(read("8c/fa/metadata.json").as_deref(), Some(&b"{}\n"[..]));
        assert_eq!((read("8c/fa"), read("large"), read("no")), (None, None, None));
        assert_eq!(repo.file_of("refs/heads/none", "large"), None);
    }
}
