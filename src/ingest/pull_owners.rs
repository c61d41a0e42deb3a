//! Which pull request brought each commit of the default branch. Pure: a graph in, one owner a commit out.
//!
//! The branch is followed by first parents; what a merge brought is what its other parents reach and nothing before it
//! did, and that again is followed the same way. So every commit is met once, by the innermost merge that brought it
//! first, and has one owner: the pull request its own message names, else that of the merge.
//!
//! Must not know: where the graph comes from, the store.

use std::collections::{HashMap, HashSet};

use crate::git::{CommitFacts, PullHead, PullMention};
use crate::model::CommitId;
use crate::store::LandedPullRow;

/// What of a commit matters here.
#[derive(Debug, Clone)]
pub(super) struct Node {
    parents: Vec<CommitId>,
    pull: Option<PullMention>,
}

/// Commits by id.
pub(super) type Graph = HashMap<CommitId, Node>;

/// Under which form commits behind heads of pull requests are stored: no message names them.
const HEAD_FORM: i64 = 8;

/// Returns the graph of commits.
pub(super) fn graph(commits: &[CommitFacts]) -> Graph {
    let node = |facts: &CommitFacts| (facts.id, Node { parents: facts.parents.clone(), pull: facts.pull });
    commits.iter().map(node).collect()
}

/// Returns the commits that belong to a pull request: those the tips of the default branch reach, in this order, then
/// those behind heads of pull requests.
pub(super) fn owners(graph: &Graph, tips: &[CommitId], heads: &[PullHead]) -> Vec<LandedPullRow> {
    let mut walk = Owners { graph, seen: HashSet::new(), rows: Vec::new() };
    for tip in tips {
        walk.branch(*tip);
    }
    for head in heads {
        walk.head(head);
    }
    walk.rows
}

/// A pull request, and the commit whose message names it.
#[derive(Debug, Clone, Copy)]
struct Owner {
    number: u64,
    form: i64,
    landing: CommitId,
}

struct Owners<'g> {
    graph: &'g Graph,
    seen: HashSet<CommitId>,
    rows: Vec<LandedPullRow>,
}

impl Owners<'_> {
    /// Follows a branch and all that was merged into it, the oldest merge first.
    fn branch(&mut self, tip: CommitId) {
        let mut waiting = vec![(tip, None)];
        while let Some((tip, owner)) = waiting.pop() {
            // Newest first, so that the oldest is on top.
            for id in self.first_parents(tip) {
                let own = self.own(id, owner);
                let others = self.graph.get(&id).map_or(&[][..], |node| node.parents.get(1..).unwrap_or_default());
                waiting.extend(others.iter().rev().map(|parent| (*parent, own)));
            }
        }
    }

    /// The line of first parents down to what was met before.
    fn first_parents(&mut self, tip: CommitId) -> Vec<CommitId> {
        let (mut line, mut at) = (Vec::new(), Some(tip));
        while let Some(id) = at.filter(|id| self.graph.contains_key(id) && self.seen.insert(*id)) {
            line.push(id);
            at = self.graph.get(&id).and_then(|node| node.parents.first().copied());
        }
        line
    }

    /// Records who owns a commit, and returns who owns what it merges.
    fn own(&mut self, id: CommitId, merged_by: Option<Owner>) -> Option<Owner> {
        let mention = self.graph.get(&id).and_then(|node| node.pull);
        let named = mention.map(|pull| Owner { number: pull.number, form: pull.form.code(), landing: id });
        let owner = named.or(merged_by)?;
        self.rows.push(LandedPullRow {
            commit: id,
            number: owner.number,
            form: owner.form,
            landing: Some(owner.landing),
            reverts: mention.and_then(|pull| pull.reverts),
        });
        Some(owner)
    }

    /// What the head reaches and nobody owns or has on the default branch.
    fn head(&mut self, head: &PullHead) {
        let mut waiting = vec![head.head];
        while let Some(id) = waiting.pop() {
            let Some(node) = self.graph.get(&id).filter(|_| self.seen.insert(id)) else { continue };
            waiting.extend(&node.parents);
            self.rows.push(LandedPullRow {
                commit: id,
                number: head.number,
                form: HEAD_FORM,
                landing: None,
                reverts: None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::pull_mention;
    use proptest::prelude::*;

    fn id(number: usize) -> CommitId {
        CommitId::parse(&format!("{number:040x}")).unwrap()
    }

    /// Number, parents, message.
    fn made(commits: &[(usize, &[usize], &str)]) -> Graph {
        let node = |(number, parents, message): &(usize, &[usize], &str)| {
            let parents = parents.iter().map(|parent| id(*parent)).collect();
            (id(*number), Node { parents, pull: pull_mention(message) })
        };
        commits.iter().map(node).collect()
    }

    fn found(graph: &Graph, tip: usize, heads: &[(u64, usize)]) -> Vec<(usize, u64)> {
        let heads: Vec<_> = heads.iter().map(|(number, head)| PullHead { number: *number, head: id(*head) }).collect();
        let number = |commit: CommitId| usize::from_str_radix(&commit.to_string(), 16).unwrap();
        let mut rows: Vec<_> =
            owners(graph, &[id(tip)], &heads).iter().map(|row| (number(row.commit), row.number)).collect();
        rows.sort();
        rows
    }

    #[test]
    fn a_merge_owns_what_it_brought_and_a_squash_itself() {
        // 1 - 2 - 5(merge 3, 4; #7) - 6 (#8); 4 is on 3, which is on 1.
        let graph = made(&[
            (1, &[], "start"),
            (2, &[1], "main"),
            (3, &[1], "one"),
            (4, &[3], "two"),
            (5, &[2, 4], "Merge pull request #7 from a/b"),
            (6, &[5], "squashed (#8)"),
        ]);
        assert_eq!(found(&graph, 6, &[]), [(3, 7), (4, 7), (5, 7), (6, 8)]);
    }

    #[test]
    fn a_merge_within_a_merge_keeps_what_is_its_own() {
        // main 1 - 9(merge of dev); dev 1 - 2 (#3) - 5(merge of 4; #4) - 6(merge of main: "update").
        let graph = made(&[
            (1, &[], "start"),
            (2, &[1], "squashed (#3)"),
            (4, &[1], "work"),
            (5, &[2, 4], "Merge pull request #4 from a/b"),
            (7, &[1], "main goes on"),
            (6, &[5, 7], "Merge branch 'main' into dev"),
            (9, &[7, 6], "Merge branch 'dev'"),
        ]);
        assert_eq!(found(&graph, 9, &[]), [(2, 3), (4, 4), (5, 4)]);
    }

    #[test]
    fn heads_own_what_did_not_land() {
        let graph = made(&[(1, &[], "start"), (2, &[1], "open"), (3, &[2], "open too"), (4, &[1], "landed (#5)")]);
        assert_eq!(found(&graph, 4, &[(6, 2), (9, 3)]), [(2, 6), (3, 9), (4, 5)]);
        assert_eq!(found(&graph, 4, &[(6, 8)]), [(4, 5)], "a head that is not here");
    }

    proptest! {
        /// Whatever the history: at most one owner a commit, and nothing that the tip does not reach.
        #[test]
        fn every_commit_has_one_owner(
            shape in prop::collection::vec((prop::collection::vec(0usize..20, 0..3), 0u64..6), 1..20),
        ) {
            let node = |(number, (parents, pull)): (usize, &(Vec<usize>, u64))| {
                let parents: Vec<_> = parents.iter().filter(|parent| **parent < number).map(|at| id(*at)).collect();
                let message = format!("x (#{pull})");
                (id(number), Node { parents, pull: pull_mention(&message).filter(|_| *pull > 2) })
            };
            let graph: Graph = shape.iter().enumerate().map(node).collect();
            let rows = owners(&graph, &[id(shape.len() - 1)], &[]);
            let commits: HashSet<_> = rows.iter().map(|row| row.commit).collect();
            prop_assert_eq!(commits.len(), rows.len());
            for row in rows {
                prop_assert_eq!(graph[&row.landing.unwrap()].pull.unwrap().number, row.number);
                let named = graph[&row.commit].pull.map_or(row.number, |pull| pull.number);
                prop_assert_eq!(named, row.number, "a commit's own word comes first");
            }
        }
    }
}
