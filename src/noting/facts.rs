//! What the store knows, in the words of notes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::names::session_mark;
use crate::derive::Evidence;
use crate::model::{Agent, CommitId, NanoUsd, Timestamp};
use crate::notes::{Claim, ClaimGrade, Counter, Counters, Lineage, Lines, Note, SessionMark, Span};
use crate::store::{NoteCommitRow, NoteLinesRow, NoteLinkRow, NoteRewriteRow, NoteShareRow, StoreError, Writer};

/// Work of a session with one model, at one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) agent: String,
    pub(super) counters: Counters,
    /// Money to the last nano; the counter has whole micro-USD, rounded down, so that parts never exceed their whole.
    nano: i64,
    pub(super) span: Option<Span>,
}

/// Work by session and model.
pub(super) type WorkOf = BTreeMap<(SessionMark, String), Work>;

/// Something made from something else: its note takes over what the other's note says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) old: CommitId,
    pub(super) new: CommitId,
    /// Only what is said of these sessions; `None` is everything.
    pub(super) sessions: Option<BTreeSet<SessionMark>>,
}

/// Everything that decides what notes say.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) work: BTreeMap<CommitId, WorkOf>,
    pub(super) claims: BTreeMap<CommitId, Vec<Claim>>,
    /// Lines that sessions wrote.
    pub(super) lines: BTreeMap<CommitId, Vec<Lines>>,
    pub(super) edges: Vec<Edge>,
    /// Position in history of the commits that can be reached.
    pub(super) reachable: HashMap<CommitId, i64>,
    /// What this machine wrote before.
    pub(super) mine: BTreeMap<CommitId, Note>,
    /// From which commits a commit was made.
    pub(super) lineage: BTreeMap<CommitId, Lineage>,
    /// Day of the price table.
    pub(super) prices: String,
}

impl Facts {
    /// Reads the store.
    pub(super) fn read(writer: &Writer, prices: &str) -> Result<Facts, StoreError> {
        let commits = writer.note_commits()?;
        let mut facts = Facts { work: work(&writer.note_shares()?), prices: prices.to_owned(), ..Facts::default() };
        for link in writer.note_links()? {
            if let Some(claim) = claim(&link) {
                facts.claims.entry(link.commit).or_default().push(claim);
            }
        }
        facts.lines = lines(&writer.note_lines()?);
        let reachable = commits.iter().filter(|row| row.is_reachable);
        facts.reachable = reachable.map(|row| (row.commit, row.position)).collect();
        facts.edges = copies(&commits);
        for moved in writer.note_moves()? {
            let sessions = session_mark(moved.agent, &moved.session).into_iter().collect();
            facts.edges.push(Edge { old: moved.from, new: moved.to, sessions: Some(sessions) });
        }
        let rewrites = writer.note_rewrites()?;
        facts.edges.extend(rewrites.iter().map(|row| Edge { old: row.old, new: row.new, sessions: None }));
        facts.lineage = lineage(&rewrites);
        facts.mine = writer.note_states()?.into_iter().map(|(id, lines)| (id, Note::parse(&lines))).collect();
        Ok(facts)
    }
}

/// Commits with one change: each takes over from the one before it.
fn copies(commits: &[NoteCommitRow]) -> Vec<Edge> {
    let mut latest: HashMap<i64, CommitId> = HashMap::new();
    let mut edges = Vec::new();
    for row in commits {
        let Some(key) = row.patch_key else { continue };
        if let Some(old) = latest.insert(key, row.commit) {
            edges.push(Edge { old, new: row.commit, sessions: None });
        }
    }
    edges
}

fn lineage(rewrites: &[NoteRewriteRow]) -> BTreeMap<CommitId, Lineage> {
    let mut made: BTreeMap<CommitId, (bool, BTreeSet<String>)> = BTreeMap::new();
    for row in rewrites {
        let (is_rebase, old) = made.entry(row.new).or_default();
        *is_rebase |= row.is_rebase;
        old.extend(row.old.to_string().get(..12).map(str::to_owned));
    }
    let record = |(is_rebase, old): (bool, BTreeSet<String>)| {
        let kind = match (is_rebase, old.len()) {
            (_, 2..) => "squash",
            (true, _) => "rebase",
            (false, _) => "amend",
        };
        Lineage { kind: kind.to_owned(), commits: old.into_iter().collect() }
    };
    made.into_iter().map(|(new, from)| (new, record(from))).collect()
}

fn claim(link: &NoteLinkRow) -> Option<Claim> {
    let mut evidence: Vec<String> =
        Evidence::names_of(link.evidence).into_iter().map(|name| name.replace(' ', "-")).collect();
    evidence.sort();
    let grade = match link.grade {
        1 => ClaimGrade::Produced,
        2 => ClaimGrade::Declared,
        _ => ClaimGrade::Landed,
    };
    Some(Claim { session: session_mark(link.agent, &link.session)?, agent: link.agent.to_string(), grade, evidence })
}

/// Digits of a blob's id in a note.
const BLOB_DIGITS: usize = 12;

/// Joins rows to one list a commit, path and session; they stand in that order.
fn lines(rows: &[NoteLinesRow]) -> BTreeMap<CommitId, Vec<Lines>> {
    let mut found: BTreeMap<CommitId, Vec<Lines>> = BTreeMap::new();
    let same = |one: &NoteLinesRow, next: &NoteLinesRow| {
        (one.commit, &one.path, &one.session) == (next.commit, &next.path, &next.session)
    };
    for list in rows.chunk_by(same) {
        let Some(first) = list.first() else { continue };
        let Some(session) = session_mark(first.agent, &first.session) else { continue };
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for row in list.iter().filter(|row| row.count > 0) {
            match ranges.last_mut() {
                Some(last) if last.1 + 1 == row.first => last.1 += row.count,
                _ => ranges.push((row.first, row.first + row.count - 1)),
            }
        }
        let blob: String = first.blob.to_string().chars().take(BLOB_DIGITS).collect();
        let path = first.path.clone().into_bytes();
        found.entry(first.commit).or_default().push(Lines { session, blob, ranges, path });
    }
    found
}

/// Sums the parts of all requests by commit, session and model.
pub(super) fn work(shares: &[NoteShareRow]) -> BTreeMap<CommitId, WorkOf> {
    let mut marks: HashMap<(Agent, &str), Option<SessionMark>> = HashMap::new();
    let mut work: BTreeMap<CommitId, WorkOf> = BTreeMap::new();
    for parts in shares.chunk_by(|one, next| one.call == next.call) {
        for (share, counters) in parts.iter().zip(split(parts)) {
            let mark = marks.entry((share.agent, &share.session));
            let Some(mark) = mark.or_insert_with(|| session_mark(share.agent, &share.session)) else { continue };
            let key = (mark.clone(), share.model.clone().unwrap_or_default());
            work.entry(share.commit).or_default().entry(key).or_default().add(share, counters);
        }
    }
    work
}

impl Work {
    fn add(&mut self, share: &NoteShareRow, counters: Counters) {
        self.agent = share.agent.to_string();
        self.counters = self.counters.plus(counters);
        self.nano = self.nano.saturating_add(share.nano);
        self.counters.set(Counter::MicroUsd, u64::try_from(self.nano / 1_000).unwrap_or(0));
        let second = share.at.map(|at| Timestamp(at).0.div_euclid(1_000)).filter(|second| *second >= 0);
        self.span = Span::join(self.span, second.map(|at| Span { first: at, last: at }));
    }
}

/// Splits a request's tokens over its parts by lines, as its money was; the parts sum to the whole.
fn split(parts: &[NoteShareRow]) -> Vec<Counters> {
    let mut counters = vec![Counters::default(); parts.len()];
    let Some(first) = parts.first() else { return counters };
    let weights: Vec<u64> = parts.iter().map(|part| part.lines).collect();
    let usage = first.usage;
    let whole = [
        (Counter::Input, usage.input),
        (Counter::Output, usage.output),
        (Counter::CacheRead, usage.cache_read),
        (Counter::CacheWrite5m, usage.cache_write_5m),
        (Counter::CacheWrite1h, usage.cache_write_1h),
        (Counter::WebSearches, usage.web_searches),
        (Counter::Requests, 1),
        (Counter::Unpriced, u64::from(!first.is_priced)),
    ];
    for (counter, amount) in whole {
        for (part, amount) in counters.iter_mut().zip(split_number(amount, &weights)) {
            part.set(counter, amount);
        }
    }
    counters
}

/// Largest remainder, as money is split.
pub(super) fn split_number(amount: u64, weights: &[u64]) -> Vec<u64> {
    let amount = NanoUsd(i64::try_from(amount).unwrap_or(i64::MAX));
    amount.split(weights).into_iter().map(|part| u64::try_from(part.0).unwrap_or(0)).collect()
}

/// Returns the sessions that a work list speaks of.
pub(super) fn sessions(facts: &Facts) -> BTreeSet<SessionMark> {
    let working = facts.work.values().flat_map(|work| work.keys().map(|(session, _)| session.clone()));
    let written = facts.mine.values().flat_map(|note| note.records.iter().filter_map(|record| record.session()));
    working.chain(written.cloned()).collect::<HashSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Usage;
    use proptest::prelude::*;

    fn share(call: i64, commit: u8, lines: u64, usage: Usage) -> NoteShareRow {
        NoteShareRow {
            call,
            commit: CommitId::Sha1([commit; 20]),
            session: "s".into(),
            agent: Agent::ClaudeCode,
            model: None,
            at: Some(1_000 * call),
            lines,
            nano: 1_500,
            usage,
            is_priced: true,
        }
    }

    proptest! {
        #[test]
        fn the_parts_of_a_request_sum_to_it(
            lines in prop::collection::vec(0u64..9, 1..6), input in 0u64..1_000_000, output in 0u64..9,
        ) {
            let usage = Usage { input, output, ..Usage::default() };
            let parts: Vec<_> = lines.iter().zip(0u8..).map(|(lines, commit)| share(7, commit, *lines, usage)).collect();
            let work = work(&parts);
            let sum = work.values().flat_map(BTreeMap::values).fold(Counters::default(), |sum, work| sum.plus(work.counters));
            prop_assert_eq!(sum.get(Counter::Input), input);
            prop_assert_eq!(sum.get(Counter::Output), output);
            prop_assert_eq!(sum.get(Counter::Requests), 1);
        }
    }

    #[test]
    fn lines_of_a_session_in_a_file_are_one_list() {
        let row = |path: &str, first: u64, count: u64| NoteLinesRow {
            commit: CommitId::Sha1([1; 20]),
            session: "s".into(),
            agent: Agent::ClaudeCode,
            path: path.into(),
            blob: CommitId::Sha1([0xab; 20]),
            first,
            count,
        };
        let found = lines(&[row("a", 1, 2), row("a", 3, 1), row("a", 7, 1), row("b", 2, 2)]);
        let lists: Vec<_> = found.values().flatten().map(|lines| lines.ranges.clone()).collect();
        assert_eq!(lists, [vec![(1, 3), (7, 7)], vec![(2, 3)]]);
        assert_eq!(found.values().flatten().next().unwrap().blob, "abababababab");
    }

    #[test]
    fn money_is_rounded_down_once_for_all_requests_of_a_commit() {
        let parts: Vec<_> = (0..3).map(|call| share(call, 1, 1, Usage::default())).collect();
        let work = work(&parts);
        let only = work.values().next().unwrap().values().next().unwrap();
        assert_eq!(only.counters.get(Counter::MicroUsd), 4, "4,500 nano-USD");
        assert_eq!(only.span, Some(Span { first: 0, last: 2 }));
    }
}
