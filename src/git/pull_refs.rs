//! Heads of pull requests that were fetched, and where the default branch ends.

use super::error::GitError;
use super::object_id::to_commit_id;
use super::path_text::path_text;
use super::refs::Tips;
use super::reftable;
use super::repo::Repo;
use crate::model::CommitId;

/// The last commit of a pull request, as a reference names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PullHead {
    /// The pull request.
    pub number: u64,
    /// Its last commit.
    pub head: CommitId,
}

/// Where forges keep heads, and where people fetch them to.
const PREFIXES: [&str; 3] = ["refs/pull/", "refs/merge-requests/", "refs/remotes/"];

impl Repo {
    /// Returns the heads of pull requests that are references of this clone, sorted: `refs/pull/N/head`,
    /// `refs/merge-requests/N/head`, and what usual refspecs make of them (`refs/remotes/R/pr/N`, `…/pull/N/head`).
    ///
    /// # Errors
    /// [`GitError`] if references cannot be listed.
    pub fn pull_heads(&self) -> Result<Vec<PullHead>, GitError> {
        let named = match self.is_reftable() {
            true => reftable::listed(self, &PREFIXES)?,
            false => self.references_below(&PREFIXES).map_err(|error| self.unreadable(error))?,
        };
        let head = |(name, head): (String, CommitId)| Some(PullHead { number: number_of(&name)?, head });
        let mut heads: Vec<PullHead> = named.into_iter().filter_map(head).collect();
        heads.sort();
        heads.dedup();
        Ok(heads)
    }

    fn references_below(&self, prefixes: &[&str]) -> Result<Vec<(String, CommitId)>, gix::Error> {
        let local = self.local();
        let mut found = Vec::new();
        for prefix in prefixes {
            let platform = local.references()?;
            for reference in platform.prefixed(prefix.as_bytes())?.filter_map(Result::ok) {
                let id = reference.target().try_id().and_then(to_commit_id);
                found.extend(id.map(|id| (path_text(reference.name().as_bstr()), id)));
            }
        }
        Ok(found)
    }

    /// Returns where the default branch ends: at the remotes first, then here, where it may have gone on.
    pub fn default_tips(&self, tips: &Tips) -> Vec<CommitId> {
        let Some(default) = self.default_branch(tips) else { return Vec::new() };
        let of_branch =
            |is_local: bool| tips.tips.iter().filter(move |tip| tip.name.starts_with("refs/heads/") == is_local);
        let is_it = |name: &str| self.branch_name(name).is_some_and(|branch| branch.name == default);
        of_branch(false).chain(of_branch(true)).filter(|tip| is_it(&tip.name)).map(|tip| tip.id).collect()
    }
}

/// The number before a final `/head`, behind the word that says it is one.
fn number_of(name: &str) -> Option<u64> {
    let name = name.strip_suffix("/head").unwrap_or(name);
    let (place, number) = name.rsplit_once('/')?;
    let word = place.rsplit('/').next()?;
    let is_pull = ["pull", "pr", "pulls", "merge-requests", "mr"].contains(&word);
    (is_pull && (1..=10).contains(&number.len())).then(|| number.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn heads_are_found_where_forges_and_people_keep_them() {
        for (name, number) in [
            ("refs/pull/12/head", Some(12)),
            ("refs/merge-requests/3/head", Some(3)),
            ("refs/remotes/origin/pr/7", Some(7)),
            ("refs/remotes/origin/pull/7/head", Some(7)),
            ("refs/pull/12/merge", None),
            ("refs/remotes/origin/feature/7", None),
            ("refs/pull/x/head", None),
        ] {
            assert_eq!(number_of(name), number, "{name}");
        }
    }

    #[test]
    fn both_formats_of_references_give_the_same_heads() {
        for format in ["files", "reftable"] {
            let Some(test) = TestRepo::with(&[&format!("--ref-format={format}")]) else {
                continue; // git before 2.45.
            };
            let one = test.commit("one");
            test.git(&["update-ref", "refs/pull/5/head", "HEAD"]);
            test.git(&["update-ref", "refs/remotes/origin/pr/2", "HEAD"]);
            let heads = test.repo().pull_heads().unwrap();
            assert_eq!(heads, [PullHead { number: 2, head: one }, PullHead { number: 5, head: one }], "{format}");
        }
    }
}
