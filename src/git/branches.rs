//! Which branch a commit most likely belongs to.

use std::collections::{HashMap, HashSet, VecDeque};

use super::object_id::{to_commit_id, to_object_id};
use super::refs::Tips;
use super::repo::Repo;
use crate::model::CommitId;

impl Repo {
    /// Returns the branch of each commit that any branch reaches.
    ///
    /// The first-parent line of the default branch belongs to the default
    /// branch. Every other commit belongs to the branch whose tip reaches it in
    /// the fewest steps; ties go to the local branch, then by name. A local
    /// branch and its remote-tracking branches are one. Reads each commit once.
    pub fn branches_of(&self, commits: &[CommitId], tips: &Tips) -> HashMap<CommitId, String> {
        let branches = self.branch_tips(tips);
        let default = self.default_branch(tips);
        let mut search = Search { local: self.local(), owner: HashMap::new() };
        for &(tip, index) in &branches.starts {
            if Some(&branches.names[index]) == default.as_ref() {
                search.claim_first_parents(tip, index);
            }
        }
        search.claim_nearest(&branches.starts);
        let name = |id: &CommitId| Some((*id, branches.names[*search.owner.get(id)?].clone()));
        commits.iter().filter_map(name).collect()
    }

    fn branch_tips(&self, tips: &Tips) -> BranchTips {
        let named = tips.tips.iter().filter_map(|tip| Some((self.branch_name(&tip.name)?, tip.id)));
        let mut found: Vec<_> = named.map(|(branch, id)| (!branch.is_local, branch.name, id)).collect();
        found.sort();
        let mut names = Vec::new();
        let mut index_of = HashMap::new();
        let mut starts = Vec::new();
        for (_, name, id) in found {
            let index = *index_of.entry(name.clone()).or_insert_with(|| {
                names.push(name);
                names.len() - 1
            });
            starts.push((id, index));
        }
        BranchTips { names, starts }
    }
}

struct BranchTips {
    names: Vec<String>,
    /// Local tips before remote ones; indices into `names`.
    starts: Vec<(CommitId, usize)>,
}

struct Search {
    local: gix::Repository,
    owner: HashMap<CommitId, usize>,
}

impl Search {
    /// Returns the parents; none for a commit that is not here.
    fn parents(&self, id: &CommitId) -> Vec<CommitId> {
        let commit = self.local.find_commit(to_object_id(id));
        commit.map(|commit| commit.parent_ids().filter_map(|id| to_commit_id(&id)).collect()).unwrap_or_default()
    }

    fn claim_first_parents(&mut self, tip: CommitId, branch: usize) {
        let mut next = Some(tip);
        while let Some(id) = next.filter(|id| self.owner.insert(*id, branch).is_none()) {
            next = self.parents(&id).first().copied();
        }
    }

    /// Breadth first from all tips at once: the first to arrive owns the commit.
    fn claim_nearest(&mut self, starts: &[(CommitId, usize)]) {
        let mut expanded = HashSet::new();
        let mut waiting: VecDeque<_> = starts.iter().copied().collect();
        while let Some((id, branch)) = waiting.pop_front() {
            self.owner.entry(id).or_insert(branch);
            if expanded.insert(id) {
                let branch = self.owner[&id];
                waiting.extend(self.parents(&id).into_iter().map(|parent| (parent, branch)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    fn branch(test: &TestRepo, id: CommitId) -> Option<String> {
        let repo = test.repo();
        repo.branches_of(&[id], &repo.tips().unwrap()).remove(&id)
    }

    #[test]
    fn the_default_line_wins_then_the_nearest_tip() {
        let test = TestRepo::new();
        let base = test.commit("base");
        test.git(&["checkout", "-q", "-b", "feature"]);
        let feature = test.commit("feature");
        test.git(&["checkout", "-q", "-b", "on-top"]);
        let on_top = test.commit("on top");
        test.git(&["checkout", "-q", "main"]);
        for n in 0..5 {
            test.commit(&format!("main {n}"));
        }
        for (id, name) in [(base, "main"), (feature, "feature"), (on_top, "on-top"), (test.id("main"), "main")] {
            assert_eq!(branch(&test, id).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_merged_branch_keeps_its_commits_while_its_name_exists() {
        let test = TestRepo::new();
        test.commit("base");
        test.git(&["checkout", "-q", "-b", "feature"]);
        let early = test.commit("early");
        let late = test.commit("late");
        test.git(&["checkout", "-q", "main"]);
        test.git(&["merge", "-q", "--no-ff", "-m", "merge", "feature"]);
        assert_eq!(branch(&test, early).as_deref(), Some("feature"));
        assert_eq!(branch(&test, late).as_deref(), Some("feature"));
        assert_eq!(branch(&test, test.id("main")).as_deref(), Some("main"));
        test.git(&["branch", "-D", "feature"]);
        assert_eq!(branch(&test, late).as_deref(), Some("main"));
    }

    #[test]
    fn remote_branches_lose_the_name_of_their_remote() {
        let test = TestRepo::new();
        test.commit("base");
        test.git(&["checkout", "-q", "-b", "fix/a"]);
        let fix = test.commit("fix");
        test.git(&["checkout", "-q", "main"]);
        test.git(&["clone", "-q", ".", "../clone"]);
        let clone = Repo::discover(&test.sibling("clone")).unwrap();
        assert_eq!(clone.branches_of(&[fix], &clone.tips().unwrap())[&fix], "fix/a");
    }

    #[test]
    fn unreachable_commits_have_no_branch() {
        let test = TestRepo::new();
        test.commit("one");
        let gone = test.commit("gone");
        test.git(&["reset", "-q", "--hard", "HEAD~1"]);
        assert_eq!(branch(&test, gone), None);
    }
}
