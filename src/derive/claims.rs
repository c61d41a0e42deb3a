//! Line claims (L0): each added line of a commit belongs to the latest edit that wrote it.
//!
//! A line of a commit has at most one owner, and a line of an edit lands at
//! most once; whatever is left over on either side stays unclaimed.

use std::collections::{HashMap, HashSet};

use super::paths::Paths;
use crate::model::LineHash;
use crate::store::{CommitFact, Facts};

/// Lines of one file of one commit that one tool call wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineClaim {
    pub(super) git_commit: i64,
    pub(super) session: i64,
    pub(super) call: Option<i64>,
    pub(super) tool_call: i64,
    pub(super) path: i64,
    pub(super) lines: i64,
}

/// What a session's claims on a commit are worth as evidence.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Worth {
    /// Lines claimed.
    pub(super) lines: i64,
    /// Lines claimed, each divided by the number of commits that add it: boilerplate counts little.
    pub(super) weight: f64,
}

/// An edit can land this long after it was made.
const MAX_AGE_MS: i64 = 14 * 86_400_000;

/// Clocks of the client and of git may differ, and a commit's time has whole seconds.
const CLOCK_SLACK_MS: i64 = 120_000;

/// Edited lines that can still be claimed, by path and hash.
pub(super) struct Claims<'f> {
    facts: &'f Facts,
    files: HashMap<i64, Vec<usize>>,
    /// Position of a line: index of the edit, index of the line in it; sorted by time.
    lines: HashMap<(i64, LineHash), Vec<(i64, usize)>>,
    /// In how many commits a line is added.
    spread: HashMap<LineHash, u32>,
}

impl<'f> Claims<'f> {
    pub(super) fn new(facts: &'f Facts, paths: &Paths) -> Claims<'f> {
        let mut lines: HashMap<(i64, LineHash), Vec<(i64, usize)>> = HashMap::new();
        for (index, edit) in facts.edits.iter().enumerate() {
            let (Some(path), Some(at)) = (paths.get(edit.path), edit.at) else { continue };
            for hash in &edit.added {
                lines.entry((path, *hash)).or_default().push((at, index));
            }
        }
        lines.values_mut().for_each(|places| places.sort_unstable());
        let mut files: HashMap<i64, Vec<usize>> = HashMap::new();
        let mut spread: HashMap<LineHash, u32> = HashMap::new();
        for (index, file) in facts.files.iter().enumerate() {
            files.entry(file.git_commit).or_default().push(index);
            for hash in file.added.iter().collect::<HashSet<_>>() {
                *spread.entry(*hash).or_default() += 1;
            }
        }
        Claims { facts, files, lines, spread }
    }

    /// Lets every commit claim, in order of history; only sessions that `may` claim a commit do.
    pub(super) fn claim(&self, commits: &[&CommitFact], may: &dyn Fn(i64, i64) -> bool) -> (Vec<LineClaim>, Worths) {
        let mut left = self.lines.clone();
        let (mut claims, mut worths) = (HashMap::new(), Worths::new());
        for commit in commits {
            for index in self.files.get(&commit.key).into_iter().flatten() {
                self.claim_file(commit, *index, may, &mut left, &mut |edit, path, hash| {
                    let edit = &self.facts.edits[edit];
                    let worth: &mut Worth = worths.entry((commit.key, edit.session)).or_default();
                    worth.lines += 1;
                    worth.weight += 1.0 / f64::from(self.spread.get(&hash).copied().unwrap_or(1));
                    *claims.entry((commit.key, edit.tool_call, path)).or_insert((edit.session, edit.call, 0)) = {
                        let (session, call, lines) =
                            claims.get(&(commit.key, edit.tool_call, path)).copied().unwrap_or((edit.session, edit.call, 0));
                        (session, call, lines + 1)
                    };
                });
            }
        }
        let claim = |((git_commit, tool_call, path), (session, call, lines))| LineClaim {
            git_commit,
            session,
            call,
            tool_call,
            path,
            lines,
        };
        let mut claims: Vec<LineClaim> = claims.into_iter().map(claim).collect();
        claims.sort_unstable_by_key(|claim| (claim.git_commit, claim.tool_call, claim.path));
        (claims, worths)
    }

    fn claim_file(
        &self,
        commit: &CommitFact,
        index: usize,
        may: &dyn Fn(i64, i64) -> bool,
        left: &mut HashMap<(i64, LineHash), Vec<(i64, usize)>>,
        found: &mut dyn FnMut(usize, i64, LineHash),
    ) {
        let file = &self.facts.files[index];
        let until = commit.commit_time.max(commit.author_time) + CLOCK_SLACK_MS;
        let since = commit.author_time.min(commit.commit_time) - MAX_AGE_MS;
        for hash in &file.added {
            for path in std::iter::once(file.path).chain(file.old_path) {
                let Some(places) = left.get_mut(&(path, *hash)) else { continue };
                let end = places.partition_point(|(at, _)| *at <= until);
                let latest = places[..end].iter().rposition(|(at, edit)| {
                    *at >= since && may(commit.key, self.facts.edits[*edit].session)
                });
                if let Some(latest) = latest {
                    let (_, edit) = places.remove(latest);
                    found(edit, file.path, *hash);
                    break;
                }
            }
        }
    }
}

/// Worth of claims by commit and session.
pub(super) type Worths = HashMap<(i64, i64), Worth>;
