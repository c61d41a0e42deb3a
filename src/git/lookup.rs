//! Questions about single commits.

use std::collections::HashSet;

use gix::objs::Kind;

use super::object_id::{to_commit_id, to_object_id};
use super::pull_mentions::pull_title;
use super::repo::Repo;
use crate::model::CommitId;

impl Repo {
    /// Returns the only commit whose id begins with `hex` (at least four digits).
    ///
    /// Trees and blobs with the same beginning do not count; two commits do, and give `None`.
    pub fn resolve_prefix(&self, hex: &str) -> Option<CommitId> {
        let local = self.local();
        let prefix = gix::hash::Prefix::from_hex(hex).ok()?;
        let mut candidates = HashSet::new();
        local.objects.lookup_prefix(prefix, Some(&mut candidates)).ok()?;
        let is_commit = |id: &gix::ObjectId| local.find_header(*id).is_ok_and(|header| header.kind() == Kind::Commit);
        let mut commits = candidates.into_iter().filter(is_commit);
        match (commits.next(), commits.next()) {
            (Some(only), None) => to_commit_id(&only),
            _ => None,
        }
    }

    /// Tells whether a commit is in this clone.
    pub fn has_commit(&self, id: &CommitId) -> bool {
        let header = self.local().try_find_header(to_object_id(id));
        header.is_ok_and(|header| header.is_some_and(|header| header.kind() == Kind::Commit))
    }

    /// Returns the subject of each commit, or `None` where the commit is not here.
    ///
    /// The first paragraph on one line, as `git log --format=%s`. The text is
    /// somebody else's: escape it before it reaches a terminal.
    pub fn subjects(&self, ids: &[CommitId]) -> Vec<Option<String>> {
        self.of_messages(ids, subject_of)
    }

    /// Returns what the pull request that each commit lands is called, or `None` where the commit is not here.
    pub fn pull_titles(&self, ids: &[CommitId]) -> Vec<Option<String>> {
        self.of_messages(ids, pull_title)
    }

    fn of_messages(&self, ids: &[CommitId], read: fn(&str) -> String) -> Vec<Option<String>> {
        let local = self.local();
        let read = |id: &CommitId| {
            let commit = local.find_commit(to_object_id(id)).ok()?;
            Some(read(&String::from_utf8_lossy(commit.message_raw().ok()?)))
        };
        ids.iter().map(read).collect()
    }
}

pub(super) fn subject_of(message: &str) -> String {
    let lines = message.lines().map(str::trim_end).skip_while(|line| line.is_empty());
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn an_abbreviated_id_finds_its_commit() {
        let test = TestRepo::new();
        test.write("a", "a\n");
        let id = test.commit("one");
        let hex = id.to_string();
        let tree = test.git(&["rev-parse", "HEAD^{tree}"]);
        let repo = test.repo();
        for hex in [&hex[..4], &hex[..7], &hex.to_uppercase()[..9], &hex] {
            assert_eq!(repo.resolve_prefix(hex), Some(id), "{hex}");
        }
        for hex in [&hex[..3], &tree[..8], "0000000", "", "zzzz", &format!("{hex}0")] {
            assert_eq!(repo.resolve_prefix(hex), None, "{hex}");
        }
    }

    #[test]
    fn two_commits_with_one_beginning_are_nobody() {
        let test = TestRepo::new();
        let mut seen = std::collections::HashMap::new();
        let repo = loop {
            let hex = test.commit("x").to_string();
            if seen.insert(hex[..4].to_owned(), hex.clone()).is_some() || seen.len() > 40 {
                break test.repo();
            }
        };
        for (prefix, hex) in &seen {
            let alone = test.git(&["rev-parse", &format!("--disambiguate={prefix}")]);
            let commits = alone.lines().filter(|id| test.git(&["cat-file", "-t", id]).trim() == "commit").count();
            assert_eq!(repo.resolve_prefix(prefix), (commits == 1).then(|| CommitId::parse(hex).unwrap()));
        }
    }

    #[test]
    fn subjects_are_those_of_git_log() {
        let test = TestRepo::new();
        let messages = ["plain", "\n\ntwo\nlines\n\nbody", "Größe\n\nx", "", "trailing  \nspace\n"];
        let ids: Vec<_> = messages
            .iter()
            .map(|message| {
                test.git(&[
                    "commit",
                    "-q",
                    "--allow-empty",
                    "--allow-empty-message",
                    "--cleanup=verbatim",
                    "-m",
                    message,
                ]);
                test.id("HEAD")
            })
            .collect();
        let ours: Vec<_> = test.repo().subjects(&ids).into_iter().map(Option::unwrap).collect();
        let listed = test.git(&["log", "--reverse", "--format=%s"]);
        assert_eq!(ours, listed.lines().collect::<Vec<_>>());
        assert_eq!(test.repo().subjects(&[CommitId::Sha1([1; 20])]), [None]);
    }
}
