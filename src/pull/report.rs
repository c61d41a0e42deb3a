//! From commits and notes to the report.

use std::collections::{BTreeMap, BTreeSet};

use super::counted::{nano, usage};
use super::input::{Commit, Input};
use super::median::median;
use crate::model::{CommitId, NanoUsd, Timestamp};
use crate::notes::{Counters, Note, Record, SessionMark, Sum, SumKey, Usage};
use crate::report::{
    BudgetVerdict, Missing, PullBudget, PullCommitRow, PullCoverage, PullLines, PullModel, PullReport, PullSession,
    PullSince, PullUsage,
};

/// Adds a pull request up.
///
/// Everything counts once: usage by slice and model, whatever number of notes tells of it.
pub fn report(input: &Input) -> PullReport {
    let of_commit = |commit: &Commit| input.notes.get(&commit.id);
    let sum = Sum::of(input.commits.iter().filter_map(of_commit));
    let all: Vec<&Usage> = sum.usage().collect();
    let total = usage((!all.is_empty()).then(|| sum.total()), nothing(input));
    let commits = commit_rows(input, &sum);
    let coverage = coverage(input, &commits, &sum);
    PullReport {
        base: input.base.to_string(),
        head: input.head.to_string(),
        merge_base: input.merge_base.map(|id| id.to_string()),
        lines: all_lines(&commits),
        since: input.since.as_ref().map(|(head, then)| since(input, &sum, head, then.as_deref())),
        median: median(input),
        budget: input.budget.map(|limit| budget(limit, &total, &coverage)),
        models: models(&all),
        sessions: sessions(input, &sum),
        prices: words(&all, |usage| usage.prices.as_deref()),
        billing: words(&all, |usage| usage.billing.as_deref()),
        total,
        commits,
        coverage,
    }
}

/// Why a pull request without usage has none.
fn nothing(input: &Input) -> Missing {
    let has_session = |commit: &Commit| input.notes.get(&commit.id).is_some_and(is_trace);
    if input.commits.iter().any(has_session) { Missing::NotRecorded } else { Missing::NoSession }
}

/// A note that names a session; one that only says where a commit came from is no trace.
fn is_trace(note: &Note) -> bool {
    note.records.iter().any(|record| !matches!(record, Record::Redaction(_)) && record.session().is_some())
}

/// Usage counts at the first commit whose note tells of it, so that the rows sum to the whole.
fn commit_rows(input: &Input, sum: &Sum) -> Vec<PullCommitRow> {
    let mut counted: BTreeSet<SumKey> = BTreeSet::new();
    let mut rows = Vec::with_capacity(input.commits.len());
    for commit in &input.commits {
        let note = input.notes.get(&commit.id);
        let usages = note.into_iter().flat_map(|note| &note.records).filter_map(|record| match record {
            Record::Usage(usage) => Some(SumKey::of(usage)),
            _ => None,
        });
        let keys: Vec<SumKey> = usages.filter(|key| !sum.is_redacted(&key.session)).collect();
        let mut counters = (!keys.is_empty()).then(Counters::default);
        for key in keys {
            if let (Some(usage), true) = (sum.get(&key), counted.insert(key)) {
                counters = counters.map(|counters| counters.plus(usage.counters));
            }
        }
        let is_traced = note.is_some_and(is_trace);
        rows.push(PullCommitRow {
            commit: commit.id.to_string(),
            subject: commit.subject.clone(),
            is_merge: commit.is_merge,
            is_traced,
            sessions: note.map_or(0, |note| marks(note, sum).len() as u64),
            lines: lines(commit, note, sum),
            usage: usage(counters, if is_traced { Missing::NotRecorded } else { Missing::NoSession }),
        });
    }
    rows
}

fn marks<'n>(note: &'n Note, sum: &Sum) -> BTreeSet<&'n SessionMark> {
    note.records.iter().filter_map(Record::session).filter(|session| !sum.is_redacted(session)).collect()
}

/// First and last line of each range, from 1.
type Ranges = Vec<(u64, u64)>;

/// Counts lines of several lists of one file, each once: two machines may have followed different parts.
fn count_once(mut ranges: Ranges) -> u64 {
    ranges.sort_unstable();
    let mut end = 0;
    ranges.into_iter().fold(0u64, |count, (first, last)| {
        let new = (last + 1).saturating_sub(first.max(end + 1));
        end = end.max(last);
        count.saturating_add(new)
    })
}

/// Lines by session and file: listed ones, else counted ones; never both.
fn lines_by_session<'n>(note: &'n Note, sum: &Sum) -> BTreeMap<&'n SessionMark, u64> {
    let mut files: BTreeMap<(&SessionMark, &[u8]), (Ranges, u64)> = BTreeMap::new();
    for record in &note.records {
        match record {
            Record::Lines(lines) => {
                files.entry((&lines.session, &lines.path)).or_default().0.extend(&lines.ranges);
            }
            Record::Count(count) => files.entry((&count.session, &count.path)).or_default().1 = count.lines,
            _ => {}
        }
    }
    let mut sessions = BTreeMap::new();
    for ((session, _), (listed, counted)) in files.into_iter().filter(|((session, _), _)| !sum.is_redacted(session)) {
        let listed = count_once(listed);
        *sessions.entry(session).or_insert(0u64) += if listed > 0 { listed } else { counted };
    }
    sessions
}

fn lines(commit: &Commit, note: Option<&Note>, sum: &Sum) -> PullLines {
    if commit.is_merge {
        return PullLines { added: Some(0), agent: Some(0), missing: None };
    }
    let by_session = note.map(|note| lines_by_session(note, sum)).unwrap_or_default();
    let agent: u64 = by_session.values().fold(0, |sum, lines| sum.saturating_add(*lines));
    // A note is anybody's word: it cannot say more than the commit shows.
    let agent = (!by_session.is_empty()).then(|| commit.added.map_or(agent, |added| agent.min(added)));
    let is_traced = note.is_some_and(is_trace);
    let missing = match (commit.added, agent) {
        (None, _) => Some(Missing::NoContent),
        (Some(_), None) if is_traced => Some(Missing::NotRecorded),
        (Some(_), None) => Some(Missing::NoSession),
        _ => None,
    };
    PullLines { added: commit.added, agent, missing }
}

/// Commits without a trace have no lines of agents that anybody knows of, but a trace without lines makes them unknown.
fn all_lines(commits: &[PullCommitRow]) -> PullLines {
    let added = commits.iter().map(|row| row.lines.added).try_fold(0u64, |sum, lines| Some(sum + lines?));
    let is_unknown = |row: &&PullCommitRow| row.is_traced && row.lines.agent.is_none();
    let agent = commits.iter().filter_map(|row| row.lines.agent).reduce(|sum, lines| sum + lines);
    let has_trace = commits.iter().any(|row| row.is_traced);
    let agent = agent.filter(|_| has_trace && !commits.iter().any(|row| is_unknown(&row)));
    let missing = match (added, agent) {
        (None, _) => Some(Missing::NoContent),
        (Some(_), None) if has_trace => Some(Missing::NotRecorded),
        (Some(_), None) => Some(Missing::NoSession),
        _ => None,
    };
    PullLines { added, agent, missing }
}

fn coverage(input: &Input, rows: &[PullCommitRow], sum: &Sum) -> PullCoverage {
    let counted = || rows.iter().filter(|row| row.is_traced || !row.is_merge);
    let notes = || input.commits.iter().filter_map(|commit| input.notes.get(&commit.id));
    let sessions: BTreeSet<&SessionMark> =
        notes().flat_map(|note| note.records.iter().filter_map(Record::session)).collect();
    PullCoverage {
        commits: counted().count() as u64,
        traced: counted().filter(|row| row.is_traced).count() as u64,
        untraced: counted().filter(|row| !row.is_traced).map(|row| row.commit.clone()).collect(),
        is_complete: input.is_complete,
        missing_notes: input.unread.iter().map(CommitId::to_string).collect(),
        bad_lines: notes().map(|note| note.bad.len() as u64).sum(),
        redacted: sessions.into_iter().filter(|session| sum.is_redacted(session)).map(SessionMark::to_string).collect(),
    }
}

/// Judges a report by a budget, whatever budget it was made with.
pub fn judge(report: &mut PullReport, limit: Option<NanoUsd>) {
    report.budget = limit.map(|limit| budget(limit, &report.total, &report.coverage));
}

fn budget(limit: NanoUsd, total: &PullUsage, coverage: &PullCoverage) -> PullBudget {
    let is_over = total.cost.is_some_and(|cost| cost > limit);
    let is_known = coverage.traced == coverage.commits
        && coverage.is_complete
        && coverage.missing_notes.is_empty()
        && total.unpriced_requests == 0
        && (total.cost.is_some() || coverage.commits == 0);
    let verdict = match (is_over, is_known) {
        (true, _) => BudgetVerdict::Over,
        (false, true) => BudgetVerdict::Ok,
        (false, false) => BudgetVerdict::Unknown,
    };
    PullBudget { limit, verdict }
}

fn since(input: &Input, now: &Sum, head: &str, then: Option<&[CommitId]>) -> PullSince {
    let head = head.to_owned();
    let Some(then) = then else {
        return PullSince { head, cost: None, missing: Some(Missing::NoContent), tokens: None };
    };
    let (now, then) = (now.total(), Sum::of(then.iter().filter_map(|id| input.notes.get(id))).total());
    let all = |counters: &Counters| i64::try_from(super::tokens(counters).total()).unwrap_or(i64::MAX);
    let cost = NanoUsd(nano(&now).0.saturating_sub(nano(&then).0));
    PullSince { head, cost: Some(cost), missing: None, tokens: Some(all(&now).saturating_sub(all(&then))) }
}

fn models(all: &[&Usage]) -> Vec<PullModel> {
    let mut models: BTreeMap<&str, Counters> = BTreeMap::new();
    for usage in all {
        let sum = models.entry(usage.model.as_str()).or_default();
        *sum = sum.plus(usage.counters);
    }
    let row = |(model, counters): (&str, Counters)| PullModel {
        model: Some(model.to_owned()).filter(|model| !model.is_empty()),
        usage: usage(Some(counters), Missing::NotRecorded),
    };
    let mut rows: Vec<PullModel> = models.into_iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.usage.cost));
    rows
}

/// What is said of one session.
#[derive(Default)]
struct OfSession {
    agent: String,
    commits: u64,
    lines: Option<u64>,
    span: Option<(i64, i64)>,
    counters: Option<Counters>,
}

fn sessions(input: &Input, sum: &Sum) -> Vec<PullSession> {
    let mut found: BTreeMap<&SessionMark, OfSession> = BTreeMap::new();
    for note in input.commits.iter().filter_map(|commit| input.notes.get(&commit.id)) {
        marks(note, sum).into_iter().for_each(|session| found.entry(session).or_default().commits += 1);
        for (session, lines) in lines_by_session(note, sum) {
            let of = found.entry(session).or_default();
            of.lines = Some(of.lines.unwrap_or(0).saturating_add(lines));
        }
        for record in &note.records {
            if let Record::Claim(claim) = record
                && let Some(of) = found.get_mut(&claim.session)
            {
                of.agent.clone_from(&claim.agent);
            }
        }
    }
    for usage in sum.usage() {
        let Some(of) = found.get_mut(&usage.session) else { continue };
        of.agent.clone_from(&usage.agent);
        of.counters = Some(of.counters.unwrap_or_default().plus(usage.counters));
        if let Some(span) = usage.span {
            let (first, last) = of.span.unwrap_or((span.first, span.last));
            of.span = Some((first.min(span.first), last.max(span.last)));
        }
    }
    let mut rows: Vec<PullSession> = found.into_iter().map(|(session, of)| session_row(session, of)).collect();
    rows.sort_by(|one, other| other.usage.cost.cmp(&one.usage.cost).then_with(|| one.session.cmp(&other.session)));
    rows
}

fn session_row(session: &SessionMark, of: OfSession) -> PullSession {
    PullSession {
        session: session.to_string(),
        agent: of.agent,
        commits: of.commits,
        lines: of.lines,
        first: of.span.map(|(first, _)| Timestamp::from_seconds(first)),
        last: of.span.map(|(_, last)| Timestamp::from_seconds(last)),
        usage: usage(of.counters, Missing::NotRecorded),
    }
}

fn words(all: &[&Usage], word: impl Fn(&Usage) -> Option<&str>) -> Vec<String> {
    let words: BTreeSet<&str> = all.iter().filter_map(|usage| word(usage)).collect();
    words.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(number: u8) -> CommitId {
        CommitId::Sha1([number; 20])
    }

    fn usage_line(slice: u8, session: u8, micro_usd: u64) -> String {
        format!(
            "u1 00000000000000{slice:02x} s_0123456789ab{session:02x} claude-code opus i=5 o=7 cr=0 cw5=0 cw1h=0 req=1 us={micro_usd} pv=2026-11-21 t=100+60\n"
        )
    }

    fn input(notes: &[(u8, String)], commits: u8) -> Input {
        let commit = |number: u8| Commit {
            id: id(number),
            subject: format!("change {number}"),
            is_merge: false,
            added: Some(10),
        };
        Input {
            base: id(0),
            head: id(commits),
            merge_base: Some(id(0)),
            is_complete: true,
            commits: (1..=commits).map(commit).collect(),
            since: None,
            landings: Vec::new(),
            notes: notes.iter().map(|(number, text)| (id(*number), Note::parse(text.as_bytes()))).collect(),
            unread: Vec::new(),
            budget: None,
        }
    }

    /// Two sessions on three commits, one without a trace.
    pub(in crate::pull) fn sample() -> PullReport {
        let line = format!("l1 s_0123456789ab01 {} 1-3 src/a.rs\n", "b".repeat(12));
        let mut input = input(&[(1, usage_line(1, 1, 100) + &line), (2, usage_line(2, 2, 50))], 3);
        input.since = Some(("before".into(), Some(vec![id(1)])));
        input.budget = Some(NanoUsd(1));
        report(&input)
    }

    #[test]
    fn usage_in_two_notes_counts_once_at_the_first() {
        let copy = usage_line(1, 1, 100);
        let found = report(&input(&[(1, copy.clone()), (2, copy + &usage_line(2, 1, 50))], 3));
        assert_eq!(found.total.cost, Some(NanoUsd(150_000)));
        let costs: Vec<_> = found.commits.iter().map(|row| row.usage.cost).collect();
        assert_eq!(costs, [Some(NanoUsd(100_000)), Some(NanoUsd(50_000)), None]);
        assert_eq!(found.commits[2].usage.cost_missing, Some(Missing::NoSession));
        assert_eq!((found.coverage.commits, found.coverage.traced, found.coverage.untraced.len()), (3, 2, 1));
        assert_eq!((found.sessions.len(), found.sessions[0].commits), (1, 2));
        found.balanced().unwrap();
    }

    #[test]
    fn no_trace_is_no_zero() {
        let found = report(&input(&[], 2));
        assert_eq!((found.total.cost, found.total.cost_missing), (None, Some(Missing::NoSession)));
        assert_eq!((found.lines.agent, found.lines.missing), (None, Some(Missing::NoSession)));
    }

    #[test]
    fn lines_are_listed_or_counted_and_never_more_than_were_added() {
        let listed = "l1 s_0123456789ab01 abcdef123456 1-3,7 src/a.rs\nn1 s_0123456789ab01 9 src/a.rs\n";
        let counted = "n1 s_0123456789ab02 400 src/b.rs\n";
        let found = report(&input(&[(1, listed.into()), (2, counted.into())], 2));
        let agent: Vec<_> = found.commits.iter().map(|row| row.lines.agent).collect();
        assert_eq!(agent, [Some(4), Some(10)]);
        assert_eq!((found.lines.added, found.lines.agent), (Some(20), Some(14)));
        assert_eq!(found.total.cost_missing, Some(Missing::NotRecorded), "a trace without usage");
    }

    #[test]
    fn a_trace_without_lines_makes_the_share_unknown() {
        let lines = usage_line(1, 1, 5) + "n1 s_0123456789ab01 4 a\n";
        let found = report(&input(&[(1, lines), (2, usage_line(2, 1, 5))], 2));
        assert_eq!((found.lines.agent, found.lines.missing), (None, Some(Missing::NotRecorded)));
    }

    #[test]
    fn a_budget_is_kept_only_where_everything_is_known() {
        let verdict = |notes: &[(u8, String)], limit: i64| {
            let input = Input { budget: Some(NanoUsd(limit)), ..input(notes, 1) };
            report(&input).budget.unwrap().verdict
        };
        let known = [(1, usage_line(1, 1, 100))];
        assert_eq!(verdict(&known, 100_000), BudgetVerdict::Ok);
        assert_eq!(verdict(&known, 99_999), BudgetVerdict::Over);
        assert_eq!(verdict(&[], 99_999), BudgetVerdict::Unknown);
    }

    #[test]
    fn the_difference_to_an_earlier_head_may_be_negative() {
        let mut input = input(&[(1, usage_line(1, 1, 100)), (7, usage_line(2, 1, 300))], 1);
        input.since = Some(("abc".into(), Some(vec![id(1), id(7)])));
        assert_eq!(report(&input).since.unwrap().cost, Some(NanoUsd(-300_000)));
        input.since = Some(("abc".into(), None));
        assert_eq!(report(&input).since.unwrap().missing, Some(Missing::NoContent));
    }

    #[test]
    fn lines_that_two_lists_of_a_file_share_count_once() {
        for (ranges, lines) in [
            (vec![], 0),
            (vec![(1, 3), (2, 4)], 4),
            (vec![(5, 5), (1, 9)], 9),
            (vec![(1, 1), (2, 2), (4, 4)], 3),
            (vec![(3, 4), (3, 4)], 2),
        ] {
            assert_eq!(count_once(ranges.clone()), lines, "{ranges:?}");
        }
    }

    #[test]
    fn a_redacted_session_counts_nowhere() {
        let found = report(&input(&[(1, usage_line(1, 1, 100)), (2, "x1 s_0123456789ab01\n".into())], 2));
        assert_eq!((found.total.cost, found.coverage.redacted.len(), found.sessions.len()), (None, 1, 0));
        found.balanced().unwrap();
    }

    proptest! {
        /// Whatever notes say, and wherever copies of it stand: parts sum to the whole, and the whole is the sum of all notes.
        #[test]
        fn the_parts_sum_to_the_whole(notes in prop::collection::vec((1u8..6, 0u8..8, 0u8..3, 0u64..1_000_000), 0..24)) {
            let mut by_commit: BTreeMap<u8, String> = BTreeMap::new();
            for (commit, slice, session, micro_usd) in &notes {
                by_commit.entry(*commit).or_default().push_str(&usage_line(*slice, *session, *micro_usd));
            }
            let notes: Vec<(u8, String)> = by_commit.into_iter().collect();
            let input = input(&notes, 5);
            let found = report(&input);
            prop_assert_eq!(found.balanced(), Ok(()));
            prop_assert_eq!(found.total.cost.unwrap_or_default(), nano(&Sum::of(input.notes.values()).total()));
        }
    }
}
