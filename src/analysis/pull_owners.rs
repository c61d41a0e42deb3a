//! Which pull request each commit belongs to: one at most, so that no dollar counts twice.
//!
//! The rule, in this order: what git says of the default branch; what the forge's merge commits show; then the forge's
//! lists, merged ones before open before closed ones, the lower number first; then what a commit was remade as; then
//! fetched heads.

use std::collections::HashMap;

use super::commits::Commits;
use super::pull_facts::{ForgePull, GitPull, HEAD_FORM, Lineage, PullFacts, PullGit};
use crate::model::CommitId;
use crate::report::PullState;

/// Owners of commits, and how merged pull requests came in.
#[derive(Debug, Default)]
pub(super) struct Owners {
    /// Pull request by key of commit.
    pub(super) of: HashMap<i64, u64>,
    /// By number; only of those that the forge says were merged, and whose commits are here.
    pub(super) lineages: HashMap<u64, Lineage>,
    /// The last landing of each number on the default branch.
    pub(super) landings: HashMap<u64, GitPull>,
}

impl Owners {
    /// Decides for all commits that have money or a session.
    pub(super) fn new(facts: &PullFacts, commits: &Commits, git: PullGit<'_>) -> Owners {
        let mut owners = Owners { landings: landings(facts), ..Owners::default() };
        let keys: HashMap<CommitId, i64> = commits.iter().map(|(key, commit)| (commit.id, *key)).collect();
        for (key, pull) in facts.git.iter().filter(|(_, pull)| pull.form != HEAD_FORM) {
            owners.of.insert(*key, pull.number);
        }
        for pull in facts.forge.values().filter(|pull| pull.merge.is_some()) {
            if let Some(lineage) = (git.lineages)(pull) {
                owners.add(pull.number, &lineage.landed, &keys);
                owners.lineages.insert(pull.number, lineage);
            }
        }
        for (number, pull) in owners.in_order(facts) {
            let ids: Vec<CommitId> = pull.commits.iter().map(|commit| commit.id).collect();
            owners.add(number, &ids, &keys);
        }
        for (id, number) in git.remade.iter().filter(|(_, number)| facts.is_known(*number)) {
            owners.add(*number, &[*id], &keys);
        }
        for (key, pull) in facts.git.iter().filter(|(_, pull)| pull.form == HEAD_FORM) {
            owners.of.entry(*key).or_insert(pull.number);
        }
        owners
    }

    fn add(&mut self, number: u64, ids: &[CommitId], keys: &HashMap<CommitId, i64>) {
        for key in ids.iter().filter_map(|id| keys.get(id)) {
            self.of.entry(*key).or_insert(number);
        }
    }

    fn in_order<'f>(&self, facts: &'f PullFacts) -> Vec<(u64, &'f ForgePull)> {
        let rank = |number: u64| match facts.state(number, self.landing(number)) {
            Ok(PullState::Merged | PullState::Landed) => 0,
            Ok(PullState::Open | PullState::Draft) => 1,
            _ => 2,
        };
        let mut pulls: Vec<_> = facts.forge.iter().map(|(number, pull)| (*number, pull)).collect();
        pulls.sort_by_key(|(number, _)| (rank(*number), *number));
        pulls
    }

    /// Returns how the default branch names a pull request.
    pub(super) fn landing(&self, number: u64) -> Option<&GitPull> {
        self.landings.get(&number)
    }
}

/// Of several that name the same number, the last one.
fn landings(facts: &PullFacts) -> HashMap<u64, GitPull> {
    let mut landings: HashMap<u64, GitPull> = HashMap::new();
    for pull in facts.git.iter().filter(|(key, pull)| pull.landing == Some(**key)).map(|(_, pull)| *pull) {
        let kept = landings.entry(pull.number).or_insert(pull);
        if (pull.at, pull.id) > (kept.at, kept.id) {
            *kept = pull;
        }
    }
    landings
}
