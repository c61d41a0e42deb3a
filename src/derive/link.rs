//! Which commit belongs to which session, by evidence; time alone never links.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxHashMap;

use super::claims::{Worth, Worths};
use crate::store::{CommitFact, Facts, LinkRow, SightingFact};

/// Kinds of evidence, as bits of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The client's own `gitOperation` names the commit.
    Operation = 1,
    /// A command that can commit printed `[branch sha]`.
    Printed = 2,
    /// A trailer names the session.
    Trailer = 4,
    /// Lines the session wrote are in it.
    Lines = 8,
    /// The session opened the pull request that the commit is.
    PullRequest = 16,
    /// A hook saw the session making it.
    Hook = 32,
    /// A file of it is, byte for byte, what the session left.
    Content = 64,
}

impl Evidence {
    /// Every kind, best first.
    pub const ALL: [Evidence; 7] = [
        Evidence::Hook,
        Evidence::Operation,
        Evidence::Printed,
        Evidence::Trailer,
        Evidence::PullRequest,
        Evidence::Content,
        Evidence::Lines,
    ];

    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::Operation => "git operation",
            Evidence::Printed => "printed id",
            Evidence::Trailer => "trailer",
            Evidence::PullRequest => "pull request",
            Evidence::Lines => "lines",
            Evidence::Hook => "hook",
            Evidence::Content => "content",
        }
    }

    /// Returns the names of a stored set.
    pub fn names_of(set: i64) -> Vec<&'static str> {
        Evidence::ALL.into_iter().filter(|kind| set & *kind as i64 != 0).map(Evidence::name).collect()
    }
}

/// Grade of a link: produced (1), declared (2), landed (3).
fn grade(evidence: i64) -> i64 {
    let has = |kinds: &[Evidence]| kinds.iter().any(|kind| evidence & *kind as i64 != 0);
    if has(&[Evidence::Hook, Evidence::Operation, Evidence::Printed]) {
        1
    } else if has(&[Evidence::Trailer, Evidence::PullRequest]) {
        2
    } else {
        3
    }
}

/// Lines alone link if they are worth this many lines that no other commit adds …
const ENOUGH_WEIGHT: f64 = 2.0;

/// … or if there are this many.
const ENOUGH_SHARE: f64 = 0.5;

/// A commit is printed when it is made: the command's time and the commit's must agree.
const PRINT_SLACK_MS: i64 = 120_000;

/// Evidence by commit and session, without lines.
pub(super) fn stated(facts: &Facts, commits: &[&CommitFact]) -> HashMap<(i64, i64), i64> {
    let mut evidence: HashMap<(i64, i64), i64> = HashMap::new();
    let prefixes = Prefixes::new(commits);
    for sighting in &facts.sightings {
        if let Some(commit) = prefixes.find(sighting) {
            let kind = if sighting.is_operation { Evidence::Operation } else { Evidence::Printed };
            *evidence.entry((commit, sighting.session)).or_default() |= kind as i64;
        }
    }
    for (commit, session, kind) in captured(facts, commits) {
        *evidence.entry((commit, session)).or_default() |= kind as i64;
    }
    let known: HashSet<i64> = commits.iter().map(|commit| commit.key).collect();
    for (commit, session, kind) in declared(facts) {
        if known.contains(&commit) {
            *evidence.entry((commit, session)).or_default() |= kind as i64;
        }
    }
    evidence
}

/// What hooks saw, carried on to the commits that took the place of those they saw.
fn captured(facts: &Facts, commits: &[&CommitFact]) -> Vec<(i64, i64, Evidence)> {
    let known: HashMap<&[u8], i64> = commits.iter().map(|commit| (commit.id.as_slice(), commit.key)).collect();
    let mut after: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
    for (old, new) in &facts.rewrites {
        after.entry(old).or_default().push(new);
    }
    let mut found = Vec::new();
    for fact in facts.captured.iter().filter(|fact| fact.is_content || !fact.is_replay) {
        let kind = if fact.is_content { Evidence::Content } else { Evidence::Hook };
        let commits = successors(&fact.id, &after).into_iter().filter_map(|id| known.get(id));
        found.extend(commits.map(|commit| (*commit, fact.session, kind)));
    }
    found
}

/// The commit and everything that took its place, directly or not.
fn successors<'f>(id: &'f [u8], after: &HashMap<&[u8], Vec<&'f [u8]>>) -> Vec<&'f [u8]> {
    let (mut all, mut next) = (vec![id], 0);
    while let Some(id) = all.get(next).copied() {
        let new = after.get(id).into_iter().flatten().filter(|id| !all.contains(id)).copied().collect::<Vec<_>>();
        all.extend(new);
        next += 1;
    }
    all
}

/// Trailers that name a known session, and pull requests that a session opened.
fn declared(facts: &Facts) -> Vec<(i64, i64, Evidence)> {
    let mut sessions_of: HashMap<&str, Vec<i64>> = HashMap::new();
    let numbers: Vec<(String, i64)> =
        facts.pull_requests.iter().map(|(session, number)| (number.to_string(), *session)).collect();
    for (number, session) in &numbers {
        sessions_of.entry(number).or_default().push(*session);
    }
    let mut declared = Vec::new();
    for (commit, kind, _, value) in &facts.claims {
        match kind {
            1 | 2 => {
                declared.extend(facts.session_ids.get(value).map(|session| (*commit, *session, Evidence::Trailer)))
            }
            4 => {
                let sessions = sessions_of.get(value.as_str()).into_iter().flatten();
                declared.extend(sessions.map(|session| (*commit, *session, Evidence::PullRequest)));
            }
            _ => {}
        }
    }
    declared
}

/// Commits by abbreviated id.
struct Prefixes<'c> {
    sorted: Vec<(String, &'c CommitFact)>,
}

impl<'c> Prefixes<'c> {
    fn new(commits: &[&'c CommitFact]) -> Prefixes<'c> {
        let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap_or('0');
        let hex = |id: &[u8]| id.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect::<String>();
        let mut sorted: Vec<_> = commits.iter().map(|commit| (hex(&commit.id), *commit)).collect();
        sorted.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        Prefixes { sorted }
    }

    /// Returns the only commit of that prefix, if it was made when the command ran.
    fn find(&self, sighting: &SightingFact) -> Option<i64> {
        let start = self.sorted.partition_point(|(hex, _)| hex.as_str() < sighting.prefix.as_str());
        let mut matches = self.sorted[start..].iter().take_while(|(hex, _)| hex.starts_with(&sighting.prefix));
        let (_, commit) = matches.next()?;
        let is_unique = matches.next().is_none();
        (is_unique && was_made_then(commit, sighting)).then_some(commit.key)
    }
}

fn was_made_then(commit: &CommitFact, sighting: &SightingFact) -> bool {
    let after = sighting.asked_at.is_none_or(|asked| commit.commit_time >= asked - PRINT_SLACK_MS);
    let before = sighting.answered_at.is_none_or(|answered| commit.commit_time <= answered + PRINT_SLACK_MS);
    after && before
}

/// Decides which pairs are linked.
///
/// What is stated links. Lines link where they are enough: many that are rare,
/// or most of a small commit.
pub(super) fn links(
    stated: &HashMap<(i64, i64), i64>,
    worths: &Worths,
    evidence_lines: &FxHashMap<i64, i64>,
) -> Vec<LinkRow> {
    let mut links: HashMap<(i64, i64), LinkRow> = HashMap::new();
    for ((git_commit, session), evidence) in stated {
        let (git_commit, session, evidence) = (*git_commit, *session, *evidence);
        let row = LinkRow { git_commit, session, grade: 0, evidence, lines: 0 };
        links.insert((git_commit, session), row);
    }
    for ((git_commit, session), worth) in worths {
        let pair = (*git_commit, *session);
        let total = evidence_lines.get(git_commit).copied().unwrap_or(0);
        if links.contains_key(&pair) || is_enough(worth, total) {
            let row = LinkRow { git_commit: pair.0, session: pair.1, grade: 0, evidence: 0, lines: 0 };
            let link = links.entry(pair).or_insert(row);
            link.evidence |= Evidence::Lines as i64;
            link.lines = worth.lines;
        }
    }
    let mut links: Vec<LinkRow> = links.into_values().collect();
    links.iter_mut().for_each(|link| link.grade = grade(link.evidence));
    links.sort_unstable_by_key(|link| (link.git_commit, link.session));
    links
}

fn is_enough(worth: &Worth, lines_of_commit: i64) -> bool {
    let share = worth.lines_in_path as f64 / lines_of_commit.max(1) as f64;
    worth.weight >= ENOUGH_WEIGHT || (share >= ENOUGH_SHARE && worth.weight >= 0.9)
}
