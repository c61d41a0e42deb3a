//! Commits that landed as others: what their lines are worth is worth it where they landed.
//!
//! A squash has the last state of its lines alone. What the branch's commits had and lost again on the way was work on
//! what landed all the same, so the branch's commits claim, whether or not anything reaches them, and the squash has it.

use std::collections::{BTreeMap, HashMap};

use rustc_hash::{FxHashMap, FxHashSet};

use super::claims::LineClaim;
use crate::store::{CommitFact, Facts, LinkRow};

/// Which commit landed as which.
#[derive(Debug, Default)]
pub(super) struct Landed {
    to: FxHashMap<i64, i64>,
    made: FxHashSet<i64>,
    reachable: FxHashSet<i64>,
}

impl Landed {
    /// A commit lands once: as the first one in history that is there. One of whose sources nothing is known has only
    /// itself to claim with.
    pub(super) fn of(facts: &Facts) -> Landed {
        let known: HashMap<&[u8], &CommitFact> =
            facts.commits.iter().map(|commit| (commit.id.as_slice(), commit)).collect();
        let mut sources: BTreeMap<(i64, i64), Vec<Option<i64>>> = BTreeMap::new();
        for (old, new) in &facts.landings {
            let Some(new) = known.get(new.as_slice()).filter(|new| new.is_reachable) else { continue };
            let old = known.get(old.as_slice()).map(|old| old.key);
            sources.entry((new.position, new.key)).or_default().push(old);
        }
        let mut landed = Landed::default();
        for ((_, new), olds) in sources {
            let Some(olds) = olds.into_iter().collect::<Option<Vec<i64>>>() else { continue };
            for old in olds {
                landed.to.entry(old).or_insert(new);
            }
        }
        landed.made = landed.to.values().copied().collect();
        let reachable = facts.commits.iter().filter(|commit| commit.is_reachable);
        landed.reachable = reachable.map(|commit| commit.key).collect();
        landed
    }

    /// Tells whether a commit can claim lines: others may be gone, or have been made of those that claim.
    pub(super) fn claims(&self, commit: &CommitFact) -> bool {
        let is_there = commit.is_reachable || self.to.contains_key(&commit.key);
        commit.parents <= 1 && is_there && !self.made.contains(&commit.key)
    }

    /// Moves claims to where their commits landed.
    pub(super) fn move_claims(&self, claims: &mut [LineClaim]) {
        for claim in claims.iter_mut() {
            claim.git_commit = self.to.get(&claim.git_commit).copied().unwrap_or(claim.git_commit);
        }
        claims.sort_unstable_by_key(|claim| (claim.git_commit, claim.tool_call, claim.path));
    }

    /// Ties the sessions of commits to where these landed; commits that are still there keep theirs too.
    pub(super) fn move_links(&self, links: Vec<LinkRow>) -> Vec<LinkRow> {
        let mut moved: BTreeMap<(i64, i64), LinkRow> = BTreeMap::new();
        for link in links {
            let to = self.to.get(&link.git_commit).copied();
            if let Some(git_commit) = to {
                let row = moved.entry((git_commit, link.session)).or_insert(LinkRow { git_commit, lines: 0, ..link });
                row.grade = row.grade.min(link.grade);
                row.evidence |= link.evidence;
                row.lines += link.lines;
            }
            if to.is_none() || self.reachable.contains(&link.git_commit) {
                moved.insert((link.git_commit, link.session), link);
            }
        }
        moved.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(key: i64, is_reachable: bool) -> CommitFact {
        CommitFact {
            key,
            id: vec![key as u8; 20],
            position: key,
            author_time: 0,
            commit_time: 0,
            parents: 1,
            patch_key: None,
            is_reachable,
        }
    }

    fn landed(commits: Vec<CommitFact>, landings: &[(u8, u8)]) -> Landed {
        let landings = landings.iter().map(|(old, new)| (vec![*old; 20], vec![*new; 20])).collect();
        Landed::of(&Facts { commits, landings, ..Facts::default() })
    }

    #[test]
    fn a_commit_lands_as_the_first_that_is_there() {
        let commits = vec![commit(1, false), commit(2, true), commit(7, false), commit(8, true), commit(9, true)];
        let found = landed(commits.clone(), &[(1, 9), (1, 7), (1, 8), (2, 8)]);
        assert_eq!(found.to, FxHashMap::from_iter([(1, 8), (2, 8)]));
        let claiming: Vec<i64> =
            commits.iter().filter(|commit| found.claims(commit)).map(|commit| commit.key).collect();
        assert_eq!(claiming, [1, 2, 9], "what landed claims nothing of its own");
        let unknown = landed(commits, &[(1, 8), (5, 8)]);
        assert!(unknown.to.is_empty(), "a source of which nothing is known");
    }

    #[test]
    fn sessions_follow_their_commits() {
        let found = landed(vec![commit(1, false), commit(2, true), commit(8, true)], &[(1, 8), (2, 8)]);
        let link = |git_commit, grade, evidence, lines| LinkRow { git_commit, session: 3, grade, evidence, lines };
        let moved = found.move_links(vec![link(1, 1, 2, 5), link(2, 3, 8, 1)]);
        assert_eq!(moved, [link(2, 3, 8, 1), link(8, 1, 10, 6)]);
    }
}
