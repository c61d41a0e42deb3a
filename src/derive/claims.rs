//! Line claims (L0): each added line of a commit belongs to the latest edit that wrote it.
//!
//! A line of a commit has at most one owner, and a line of an edit lands at
//! most once; whatever is left over on either side stays unclaimed.

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::paths::Paths;
use crate::model::LineHash;
use crate::store::{CommitFact, CommitFileFact, EditFact, Facts};

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

/// Edited lines that can be claimed: the lines that some commit adds, each with the edits that wrote it.
///
/// Lines are numbered, so that what is asked for every line of history is an index and no look-up.
pub(super) struct Claims<'f> {
    facts: &'f Facts,
    /// Indexes of a commit's files.
    files: FxHashMap<i64, Vec<usize>>,
    /// Numbers of each file's added lines.
    lines: Vec<Vec<u32>>,
    /// In how many files of commits each line is added.
    spread: Vec<u32>,
    /// Edits in order of time.
    edits: Vec<Edited<'f>>,
    /// Where the places of each line begin; one more at the end.
    starts: Vec<usize>,
    /// Places of edited lines: indexes of edits, by line, then by time.
    places: Vec<u32>,
    /// Indexes of places, by line, then by path, then by time.
    by_path: Vec<u32>,
}

/// An edit whose time is known.
struct Edited<'f> {
    edit: &'f EditFact,
    at: i64,
    /// Path in the repository, if it is in there.
    path: Option<i64>,
}

/// One round of claiming: what is taken is gone.
struct Round<'c> {
    claims: &'c Claims<'c>,
    is_taken: Vec<bool>,
    /// Sessions that may claim by commit; anybody, if there is no list.
    linked: Option<&'c Linked>,
}

/// Sessions by commit.
pub(super) type Linked = FxHashMap<i64, Vec<i64>>;

impl<'f> Claims<'f> {
    /// `commits` are those that can claim: what was amended away or rebased does not make a line common.
    pub(super) fn new(facts: &'f Facts, paths: &Paths, commits: &[&CommitFact]) -> Claims<'f> {
        let mut claims = Claims {
            facts,
            files: FxHashMap::default(),
            lines: Vec::with_capacity(facts.files.len()),
            spread: Vec::new(),
            edits: edits_by_time(facts, paths),
            starts: Vec::new(),
            places: Vec::new(),
            by_path: Vec::new(),
        };
        let numbers = claims.number_lines(&commits.iter().map(|commit| commit.key).collect());
        claims.place_lines(&numbers);
        claims.by_path = (0..claims.places.len() as u32).collect();
        let (edits, places) = (&claims.edits, &claims.places);
        for range in claims.starts.windows(2).filter(|range| range[1] > range[0] + 1) {
            let path = |place: &u32| edits[places[*place as usize] as usize].path;
            claims.by_path[range[0]..range[1]].sort_by_key(path); // Stable: by time within.
        }
        claims
    }

    /// Numbers the lines that commits add, and counts in how many files each is.
    fn number_lines(&mut self, claiming: &FxHashSet<i64>) -> FxHashMap<LineHash, u32> {
        let lines = self.facts.files.iter().map(|file| file.added.len()).sum::<usize>();
        let mut numbers: FxHashMap<LineHash, u32> = FxHashMap::with_capacity_and_hasher(lines / 2, FxBuildHasher);
        let mut last_file: Vec<usize> = Vec::new();
        for (index, file) in self.facts.files.iter().enumerate() {
            if !claiming.contains(&file.git_commit) {
                self.lines.push(Vec::new());
                continue;
            }
            self.files.entry(file.git_commit).or_default().push(index);
            let number = |hash: &LineHash| {
                let line = *numbers.entry(*hash).or_insert(last_file.len() as u32);
                if line as usize == last_file.len() {
                    last_file.push(usize::MAX);
                    self.spread.push(0);
                }
                if last_file[line as usize] != index {
                    last_file[line as usize] = index;
                    self.spread[line as usize] += 1;
                }
                line
            };
            self.lines.push(file.added.iter().map(number).collect());
        }
        numbers
    }

    /// Sorts the lines of edits by number and time; what no commit adds nobody can claim.
    fn place_lines(&mut self, numbers: &FxHashMap<LineHash, u32>) {
        let hashes = self.edits.iter().flat_map(|edited| &edited.edit.added);
        let found: Vec<u32> = hashes.map(|hash| numbers.get(hash).copied().unwrap_or(u32::MAX)).collect();
        let mut next = vec![0; self.spread.len() + 1];
        found.iter().filter(|line| **line != u32::MAX).for_each(|line| next[*line as usize + 1] += 1);
        (0..self.spread.len()).for_each(|line| next[line + 1] += next[line]);
        self.starts = next.clone();
        self.places = vec![0; self.starts.last().copied().unwrap_or(0)];
        let owners =
            self.edits.iter().enumerate().flat_map(|(index, edited)| edited.edit.added.iter().map(move |_| index));
        for (line, edit) in found.into_iter().zip(owners).filter(|(line, _)| *line != u32::MAX) {
            self.places[next[line as usize]] = edit as u32;
            next[line as usize] += 1;
        }
    }

    fn edited(&self, place: usize) -> &Edited<'f> {
        &self.edits[self.places[place] as usize]
    }

    /// Lets every commit claim, in order of history; only sessions that are `linked` with a commit do.
    pub(super) fn claim(&self, commits: &[&CommitFact], linked: Option<&Linked>) -> (Vec<LineClaim>, Worths) {
        let mut round = Round { claims: self, is_taken: vec![false; self.places.len()], linked };
        let (mut claims, mut worths) = (Vec::new(), Worths::default());
        let mut of_file: Vec<&EditFact> = Vec::new();
        for commit in commits {
            let mut of_commit: FxHashMap<i64, Worth> = FxHashMap::default();
            for index in self.files.get(&commit.key).into_iter().flatten() {
                for line in &self.lines[*index] {
                    let Some((edit, is_in_path)) = round.take(commit, &self.facts.files[*index], *line) else {
                        continue;
                    };
                    let worth = of_commit.entry(edit.session).or_default();
                    worth.lines += 1;
                    worth.lines_in_path += i64::from(is_in_path);
                    worth.weight += 1.0 / f64::from(self.spread[*line as usize]);
                    of_file.push(edit);
                }
                self.add_claims(commit, &self.facts.files[*index], &mut of_file, &mut claims);
            }
            worths.extend(of_commit.into_iter().map(|(session, worth)| ((commit.key, session), worth)));
        }
        claims.sort_unstable_by_key(|claim| (claim.git_commit, claim.tool_call, claim.path));
        (claims, worths)
    }

    /// Counts the claimed lines of one file by tool call; takes the edits away.
    fn add_claims(
        &self,
        commit: &CommitFact,
        file: &CommitFileFact,
        edits: &mut Vec<&EditFact>,
        claims: &mut Vec<LineClaim>,
    ) {
        edits.sort_unstable_by_key(|edit| edit.tool_call);
        claims.extend(edits.chunk_by(|one, other| one.tool_call == other.tool_call).map(|same| LineClaim {
            git_commit: commit.key,
            session: same[0].session,
            call: same[0].call,
            tool_call: same[0].tool_call,
            path: file.path,
            lines: same.len() as i64,
        }));
        edits.clear();
    }
}

fn edits_by_time<'f>(facts: &'f Facts, paths: &Paths) -> Vec<Edited<'f>> {
    let edited = |edit: &'f EditFact| Some(Edited { edit, at: edit.at?, path: paths.get(edit.path) });
    let mut edits: Vec<Edited<'f>> = facts.edits.iter().filter_map(edited).collect();
    edits.sort_by_key(|edited| (edited.at, edited.edit.tool_call));
    edits
}

impl<'c> Round<'c> {
    /// Takes the latest edit of a line that is still free: of the same path,
    /// of the path before a rename, else of any path if the line is rare.
    fn take(&mut self, commit: &CommitFact, file: &CommitFileFact, line: u32) -> Option<(&'c EditFact, bool)> {
        let may = match self.linked {
            None => None,
            Some(linked) => Some(linked.get(&commit.key)?.as_slice()),
        };
        let claims = self.claims;
        let all = claims.starts[line as usize]..claims.starts[line as usize + 1];
        let by_path = &claims.by_path[all.clone()];
        let path_of = |place: &u32| claims.edited(*place as usize).path;
        let in_path = |path: i64| {
            let start = by_path.partition_point(|place| path_of(place) < Some(path));
            let end = start + by_path[start..].partition_point(|place| path_of(place) == Some(path));
            self.latest(commit, end - start, |at| by_path[start + at] as usize, may)
        };
        let here = std::iter::once(file.path).chain(file.old_path).find_map(in_path);
        let is_rare = claims.spread[line as usize] <= RARE;
        let anywhere = || if is_rare { self.latest(commit, all.len(), |at| all.start + at, may) } else { None };
        let place = here.or_else(anywhere)?;
        self.is_taken[place] = true;
        Some((claims.edited(place).edit, here.is_some()))
    }

    /// Looks among `count` places in order of time.
    fn latest(
        &self,
        commit: &CommitFact,
        count: usize,
        place: impl Fn(usize) -> usize + Copy,
        may: Option<&[i64]>,
    ) -> Option<usize> {
        let until = commit.commit_time.max(commit.author_time) + CLOCK_SLACK_MS;
        let since = commit.author_time.min(commit.commit_time) - MAX_AGE_MS;
        let end = partition(count, |at| self.claims.edited(place(at)).at <= until);
        let places = (0..end).rev().map(|at| (place(at), self.claims.edited(place(at))));
        let in_time = places.take_while(|(_, edited)| edited.at >= since).take(MAX_TRIES);
        let is_mine = |edited: &Edited<'_>| may.is_none_or(|may| may.contains(&edited.edit.session));
        let mut free = in_time.filter(|(place, edited)| !self.is_taken[*place] && is_mine(edited));
        free.next().map(|(place, _)| place)
    }
}

/// Returns how many of the first `count` are before a point, as [`slice::partition_point`] does.
fn partition(count: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// A line that was typed thousands of times is no evidence worth a long search.
const MAX_TRIES: usize = 256;

/// Worth of claims by commit and session.
pub(super) type Worths = FxHashMap<(i64, i64), Worth>;
