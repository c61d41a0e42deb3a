//! The text that is blamed: `git blame --incremental` does not repeat it.

use std::path::{Component, Path, PathBuf};

use super::blame::BlameQuery;
use super::repo::Repo;

impl Repo {
    /// Returns the bytes of the file that a question to blame is about; `None` if they are not there.
    pub fn blamed_text(&self, start: &Path, query: &BlameQuery, contents: Option<&Path>) -> Option<Vec<u8>> {
        match (contents, &query.revision) {
            (Some(contents), _) => std::fs::read(start.join(contents)).ok(),
            (None, None) => std::fs::read(start.join(&query.file)).ok(),
            (None, Some(revision)) => {
                let tip = revision.rsplit_once("..").map_or(revision.as_str(), |(_, tip)| tip.trim_start_matches('.'));
                let tip = if tip.is_empty() { "HEAD" } else { tip };
                self.text_at(tip, &self.path_inside(start, Path::new(&query.file)))
            }
        }
    }

    /// Returns the bytes of a file in a commit.
    fn text_at(&self, revision: &str, path: &Path) -> Option<Vec<u8>> {
        let local = self.local();
        let commit = local.rev_parse_single(revision).ok()?.object().ok()?.peel_to_commit().ok()?;
        let entry = commit.tree().ok()?.lookup_entry_by_path(path).ok()??;
        Some(entry.object().ok()?.detach().data)
    }

    /// Returns a path, given as seen from a folder, as seen from the root of the work tree.
    pub fn path_inside(&self, start: &Path, file: &Path) -> PathBuf {
        let root = self.work_dir().unwrap_or(start);
        let real = gix::path::realpath(start).unwrap_or_else(|_| start.to_owned());
        let below = real.strip_prefix(root).map(Path::to_owned).unwrap_or_default();
        let mut inside = PathBuf::new();
        let whole =
            if file.is_absolute() { file.strip_prefix(root).unwrap_or(file).to_owned() } else { below.join(file) };
        for part in whole.components() {
            match part {
                Component::ParentDir => drop(inside.pop()),
                Component::Normal(name) => inside.push(name),
                _ => {}
            }
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn the_text_is_that_of_the_revision_or_of_the_work_tree() {
        let test = TestRepo::new();
        test.write("sub/a", "one\n");
        test.commit("one");
        test.write("sub/a", "two\n");
        test.commit("two");
        test.write("sub/a", "three\n");
        test.write("other", "four\n");
        let (repo, sub) = (test.repo(), test.path().join("sub"));
        let text = |start: &Path, file: &str, revision: Option<&str>| {
            let query = BlameQuery { file: file.into(), revision: revision.map(Into::into), ..BlameQuery::default() };
            repo.blamed_text(start, &query, None).map(|text| String::from_utf8(text).unwrap())
        };
        assert_eq!(text(test.path(), "sub/a", None).as_deref(), Some("three\n"));
        assert_eq!(text(&sub, "a", Some("HEAD")).as_deref(), Some("two\n"));
        assert_eq!(text(&sub, "../sub/./a", Some("HEAD~1")).as_deref(), Some("one\n"));
        assert_eq!(text(test.path(), "sub/a", Some("HEAD~1..")).as_deref(), Some("two\n"));
        assert_eq!(text(test.path(), "nothing", Some("HEAD")), None);
        let query = BlameQuery { file: "sub/a".into(), ..BlameQuery::default() };
        assert_eq!(repo.blamed_text(test.path(), &query, Some(Path::new("other"))).unwrap(), b"four\n");
    }
}
