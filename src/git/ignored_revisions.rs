//! Commits that blame looks through: those of `.git-blame-ignore-revs` and of `blame.ignoreRevsFile`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::repo::Repo;
use crate::model::CommitId;

/// The name that forges know without being told.
const WELL_KNOWN: &str = ".git-blame-ignore-revs";

/// Commits that only reformat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgnoredRevisions {
    /// The files they stand in.
    pub files: Vec<PathBuf>,
    /// The commits.
    pub commits: HashSet<CommitId>,
}

impl Repo {
    /// Returns the commits that are to be looked through here.
    pub fn ignored_revisions(&self) -> IgnoredRevisions {
        let Some(root) = self.work_dir() else { return IgnoredRevisions::default() };
        let mut files = vec![root.join(WELL_KNOWN)];
        let local = self.local();
        let named = local.config_snapshot().plumbing().strings("blame.ignoreRevsFile").unwrap_or_default();
        for name in named {
            match name.is_empty() {
                true => files.truncate(1), // As in git: an empty value forgets those before it.
                false => files.extend(gix::path::from_bstring(name).ok().map(|name| root.join(name))),
            }
        }
        files.retain(|file| file.is_file());
        files.dedup();
        let commits = files.iter().flat_map(|file| commits(file)).collect();
        IgnoredRevisions { files, commits }
    }
}

fn commits(file: &Path) -> Vec<CommitId> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let id = |line: &str| CommitId::parse(line.split('#').next().unwrap_or_default().trim()).ok();
    text.lines().filter_map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn the_well_known_file_and_those_of_the_configuration_are_read() {
        let test = TestRepo::new();
        let (one, two) = (test.commit("one"), test.commit("two"));
        assert_eq!(test.repo().ignored_revisions(), IgnoredRevisions::default());
        test.write(WELL_KNOWN, format!("# formatted\n\n{one} # all of it\nnonsense\n"));
        test.write("more", format!("{two}\n"));
        test.git(&["config", "blame.ignoreRevsFile", "more"]);
        let found = test.repo().ignored_revisions();
        assert_eq!(found.commits, HashSet::from([one, two]));
        assert_eq!(found.files, [test.path().join(WELL_KNOWN), test.path().join("more")]);
    }
}
