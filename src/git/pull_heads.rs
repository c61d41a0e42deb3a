//! The last commits of pull requests, and commits that have to be fetched to be compared.
//!
//! Forges keep `refs/pull/N/head` (GitLab: `refs/merge-requests/N/head`) after a branch was deleted. What is fetched
//! here gets no name: it is there to be read, and git removes it when it tidies up.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::error::GitError;
use super::object_id::to_commit_id;
use super::repo::Repo;
use crate::model::CommitId;

/// Names under which forges keep the last commit of a pull request.
const KINDS: [&str; 2] = ["pull", "merge-requests"];
/// So many numbers are asked for at once, the latest ones: a command line has an end.
const MAX_NUMBERS: usize = 400;
/// A commit that the other side does not have fails the request; so often it is made again without such ones.
const MAX_TRIES: u32 = 5;

impl Repo {
    /// Returns the last commit of a pull request, under the names that people fetch it to.
    pub fn pull_head(&self, number: u64) -> Option<CommitId> {
        let mut names: Vec<String> = KINDS.iter().map(|kind| format!("refs/{kind}/{number}/head")).collect();
        for remote in self.local().remote_names() {
            let under = |rest: &str| format!("refs/remotes/{remote}/{rest}");
            names.extend(KINDS.iter().map(|kind| under(&format!("{kind}/{number}/head"))));
            names.extend(["pull", "pr", "mr", "merge-requests"].map(|kind| under(&format!("{kind}/{number}"))));
        }
        names.iter().find_map(|name| to_commit_id(&self.reference_target(name).ok()??))
    }

    /// Asks a remote for the last commits of pull requests, the latest 400 of them; those it does not know are left out.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] if git fails or takes longer than `limit`.
    pub fn remote_pull_heads(
        &self,
        remote: &str,
        numbers: &[u64],
        limit: Duration,
    ) -> Result<BTreeMap<u64, CommitId>, GitError> {
        let mut numbers = numbers.to_vec();
        numbers.sort_unstable_by(|one, other| other.cmp(one));
        numbers.dedup();
        numbers.truncate(MAX_NUMBERS);
        if numbers.is_empty() {
            return Ok(BTreeMap::new());
        }
        let names = numbers.iter().flat_map(|number| KINDS.map(|kind| format!("refs/{kind}/{number}/head")));
        let names: Vec<String> = names.collect();
        let mut arguments = vec!["ls-remote", "--quiet", "--", remote];
        arguments.extend(names.iter().map(String::as_str));
        let answer = self.talk(remote, &arguments, &[], limit)?;
        if !answer.is_success {
            return Err(answer.failure("ls-remote"));
        }
        Ok(answer.text.lines().filter_map(pull_head).collect())
    }

    /// Fetches commits by their ids, and what they are made of; those that the remote does not have are left out.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] if git fails for another reason or takes longer than `limit`.
    pub fn fetch_commits(&self, remote: &str, ids: &[CommitId], limit: Duration) -> Result<(), GitError> {
        let end = Instant::now() + limit;
        let mut wanted: Vec<String> = ids.iter().map(CommitId::to_string).collect();
        for _ in 0..MAX_TRIES {
            if wanted.is_empty() {
                break;
            }
            let mut arguments = fetch();
            if self.is_partial() {
                arguments.push("--no-filter"); // Content is compared, and nobody would fetch it later.
            }
            arguments.extend(["--stdin", "--", remote]);
            let input: String = wanted.iter().map(|id| format!("{id}\n")).collect();
            let left = end.saturating_duration_since(Instant::now());
            let answer = self.talk(remote, &arguments, input.as_bytes(), left)?;
            if answer.is_success {
                break;
            }
            let before = wanted.len();
            wanted.retain(|id| !answer.text.contains(&format!("not our ref {id}")));
            if wanted.len() == before {
                let is_refused = answer.text.contains("Server does not allow request for unadvertised object");
                return if is_refused { Ok(()) } else { Err(answer.failure("fetch")) };
            }
        }
        Ok(())
    }

    /// Fetches more of the past of a commit into a clone that has only a part: so many commits, or everything.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] if git fails or takes longer than `limit`.
    pub fn deepen(&self, remote: &str, tip: &CommitId, depth: Option<u32>, limit: Duration) -> Result<(), GitError> {
        let depth = depth.map_or_else(|| "--unshallow".to_owned(), |depth| format!("--depth={depth}"));
        let tip = tip.to_string();
        let mut arguments = fetch();
        arguments.extend([depth.as_str(), "--", remote, &tip]);
        let answer = self.talk(remote, &arguments, &[], limit)?;
        if answer.is_success { Ok(()) } else { Err(answer.failure("fetch")) }
    }
}

fn fetch() -> Vec<&'static str> {
    vec!["fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--no-recurse-submodules"]
}

/// `<id>\trefs/pull/7/head`
fn pull_head(line: &str) -> Option<(u64, CommitId)> {
    let (id, name) = line.split_once('\t')?;
    let number = KINDS.iter().find_map(|kind| name.strip_prefix("refs/")?.strip_prefix(kind)?.strip_prefix('/'))?;
    Some((number.strip_suffix("/head")?.parse().ok()?, CommitId::parse(id).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    const LIMIT: Duration = Duration::from_secs(60);

    /// A server with two pull requests whose branches are gone, and a shallow clone of its main branch.
    fn story() -> (TestRepo, Repo, [CommitId; 2]) {
        let test = TestRepo::new();
        for number in 0..4 {
            test.commit(&format!("main {number}"));
        }
        let heads = ["refs/pull/7/head", "refs/merge-requests/9/head"].map(|name| {
            test.git(&["checkout", "-q", "--detach", "main"]);
            let id = test.commit(name);
            test.git(&["update-ref", name, &id.to_string()]);
            id
        });
        test.git(&["checkout", "-q", "main"]);
        test.git(&["clone", "-q", "--depth=1", &test.url(), "../clone"]);
        let clone = Repo::discover(&test.sibling("clone")).unwrap();
        (test, clone, heads)
    }

    #[test]
    fn heads_of_pull_requests_are_found_and_fetched_without_a_name() {
        let (test, clone, [pull, merge]) = story();
        assert_eq!(clone.pull_head(7), None);
        let found = clone.remote_pull_heads("origin", &[7, 8, 9], LIMIT).unwrap();
        assert_eq!(found, BTreeMap::from([(7, pull), (9, merge)]));
        let nobodys = CommitId::Sha1([7; 20]);
        clone.fetch_commits("origin", &[pull, nobodys, merge], LIMIT).unwrap();
        let clone = Repo::discover(&test.sibling("clone")).unwrap();
        assert!(clone.has_commit(&pull) && clone.has_commit(&merge) && !clone.has_commit(&nobodys));
        assert_eq!(test.git(&["-C", "../clone", "for-each-ref", "refs/pull", "refs/merge-requests"]), "");
        assert_eq!(test.repo().pull_head(7), Some(pull));
        assert!(clone.fetch_commits("nowhere", &[nobodys], LIMIT).is_err());
        for remote in ["--upload-pack=touch x", ""] {
            assert!(clone.remote_pull_heads(remote, &[7], LIMIT).is_err(), "{remote}");
        }
    }

    #[test]
    fn the_past_is_fetched_as_far_as_it_is_wanted() {
        let (test, clone, _) = story();
        let (tip, first) = (test.id("main"), test.id("main~3"));
        clone.deepen("origin", &tip, Some(2), LIMIT).unwrap();
        let clone = Repo::discover(&test.sibling("clone")).unwrap();
        assert!(clone.is_shallow() && clone.history_of(&tip).unwrap().len() == 2);
        clone.deepen("origin", &tip, None, LIMIT).unwrap();
        let clone = Repo::discover(&test.sibling("clone")).unwrap();
        assert!(!clone.is_shallow() && clone.history_of(&tip).unwrap().contains(&first));
    }
}
