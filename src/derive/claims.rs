//! Line claims (L0): each added line of a commit belongs to the latest edit that wrote it.
//!
//! A line of a commit has at most one owner, and a line of an edit lands at
//! most once; whatever is left over on either side stays unclaimed.

use rustc_hash::{FxHashMap, FxHashSet};

use super::paths::Paths;
use crate::model::LineHash;
use crate::store::{CommitFact, CommitFileFact, Facts};

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
    /// Of these in the very file that was edited.
    pub(super) lines_in_path: i64,
    /// Lines claimed, each divided by the number of commits that add it: boilerplate counts little.
    pub(super) weight: f64,
}

/// An edit can land this long after it was made.
const MAX_AGE_MS: i64 = 14 * 86_400_000;

/// Clocks of the client and of git may differ, and a commit's time has whole seconds.
const CLOCK_SLACK_MS: i64 = 120_000;

/// A line that at most this many commits add may have moved to another path.
const RARE: u32 = 2;

/// Edited lines that can be claimed.
pub(super) struct Claims<'f> {
    facts: &'f Facts,
    /// Indexes of a commit's files.
    files: FxHashMap<i64, Vec<usize>>,
    /// Time and edit of every edited line.
    places: Vec<(i64, usize)>,
    /// Places of a line in a path, by time.
    in_path: FxHashMap<(i64, LineHash), Vec<usize>>,
    /// Places of a rare line in any path, by time.
    anywhere: FxHashMap<LineHash, Vec<usize>>,
    /// In how many commits a line is added.
    spread: FxHashMap<LineHash, u32>,
}

/// One round of claiming: what is taken is gone.
struct Round<'c> {
    claims: &'c Claims<'c>,
    is_taken: Vec<bool>,
    may: &'c dyn Fn(i64, i64) -> bool,
}

impl<'f> Claims<'f> {
    /// `commits` are those that can claim: what was amended away or rebased does not make a line common.
    pub(super) fn new(facts: &'f Facts, paths: &Paths, commits: &[&CommitFact]) -> Claims<'f> {
        let claiming: FxHashSet<i64> = commits.iter().map(|commit| commit.key).collect();
        let mut files: FxHashMap<i64, Vec<usize>> = FxHashMap::default();
        let mut spread: FxHashMap<LineHash, u32> = FxHashMap::default();
        let files_of_claiming = facts.files.iter().enumerate().filter(|(_, file)| claiming.contains(&file.git_commit));
        for (index, file) in files_of_claiming {
            files.entry(file.git_commit).or_default().push(index);
            for hash in file.added.iter().collect::<FxHashSet<_>>() {
                *spread.entry(*hash).or_default() += 1;
            }
        }
        let mut claims = Claims {
            facts,
            files,
            places: Vec::new(),
            in_path: FxHashMap::default(),
            anywhere: FxHashMap::default(),
            spread,
        };
        let mut order: Vec<usize> = (0..facts.edits.len()).collect();
        order.sort_by_key(|index| (facts.edits[*index].at, facts.edits[*index].tool_call));
        order.into_iter().for_each(|index| claims.add_edit(index, paths));
        claims
    }

    fn add_edit(&mut self, index: usize, paths: &Paths) {
        let edit = &self.facts.edits[index];
        let (path, Some(at)) = (paths.get(edit.path), edit.at) else { return };
        for hash in &edit.added {
            let Some(spread) = self.spread.get(hash) else { continue }; // No commit adds it: nobody can claim it.
            let place = self.places.len();
            self.places.push((at, index));
            if let Some(path) = path {
                self.in_path.entry((path, *hash)).or_default().push(place);
            }
            if *spread <= RARE {
                self.anywhere.entry(*hash).or_default().push(place);
            }
        }
    }

    /// Lets every commit claim, in order of history; only sessions that `may` claim a commit do.
    pub(super) fn claim(&self, commits: &[&CommitFact], may: &dyn Fn(i64, i64) -> bool) -> (Vec<LineClaim>, Worths) {
        let mut round = Round { claims: self, is_taken: vec![false; self.places.len()], may };
        let mut claims: FxHashMap<(i64, i64, i64), LineClaim> = FxHashMap::default();
        let mut worths = Worths::default();
        for commit in commits {
            for index in self.files.get(&commit.key).into_iter().flatten() {
                let file = &self.facts.files[*index];
                for hash in &file.added {
                    let Some((edit, is_in_path)) = round.take(commit, file, *hash) else { continue };
                    let edit = &self.facts.edits[edit];
                    let worth = worths.entry((commit.key, edit.session)).or_default();
                    worth.lines += 1;
                    worth.lines_in_path += i64::from(is_in_path);
                    worth.weight += 1.0 / f64::from(self.spread.get(hash).copied().unwrap_or(1));
                    let claim = LineClaim {
                        git_commit: commit.key,
                        session: edit.session,
                        call: edit.call,
                        tool_call: edit.tool_call,
                        path: file.path,
                        lines: 0,
                    };
                    claims.entry((commit.key, edit.tool_call, file.path)).or_insert(claim).lines += 1;
                }
            }
        }
        let mut claims: Vec<LineClaim> = claims.into_values().collect();
        claims.sort_unstable_by_key(|claim| (claim.git_commit, claim.tool_call, claim.path));
        (claims, worths)
    }
}

impl Round<'_> {
    /// Takes the latest edit of a line that is still free: of the same path,
    /// of the path before a rename, else of any path if the line is rare.
    fn take(&mut self, commit: &CommitFact, file: &CommitFileFact, hash: LineHash) -> Option<(usize, bool)> {
        let paths = std::iter::once(file.path).chain(file.old_path);
        let in_path = paths.filter_map(|path| self.claims.in_path.get(&(path, hash)));
        let here = in_path.filter_map(|places| self.latest(commit, places)).next();
        let anywhere = || self.latest(commit, self.claims.anywhere.get(&hash)?);
        let place = here.or_else(anywhere)?;
        self.is_taken[place] = true;
        Some((self.claims.places[place].1, here.is_some()))
    }

    fn latest(&self, commit: &CommitFact, places: &[usize]) -> Option<usize> {
        let until = commit.commit_time.max(commit.author_time) + CLOCK_SLACK_MS;
        let since = commit.author_time.min(commit.commit_time) - MAX_AGE_MS;
        let at = |place: usize| self.claims.places[place].0;
        let end = places.partition_point(|place| at(*place) <= until);
        let in_time = places[..end].iter().rev().copied().take_while(|place| at(*place) >= since);
        let is_free = |place: &usize| {
            let session = self.claims.facts.edits[self.claims.places[*place].1].session;
            !self.is_taken[*place] && (self.may)(commit.key, session)
        };
        in_time.take(MAX_TRIES).find(is_free)
    }
}

/// A line that was typed thousands of times is no evidence worth a long search.
const MAX_TRIES: usize = 256;

/// Worth of claims by commit and session.
pub(super) type Worths = FxHashMap<(i64, i64), Worth>;
