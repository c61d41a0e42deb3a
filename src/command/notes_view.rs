//! Notes as answers: one note told, all notes checked, those found that nobody needs.

use std::collections::{BTreeMap, HashSet};

use crate::error::Error;
use crate::git::{NOTES_REF, Notes, Repo, path_text};
use crate::model::{CommitId, NanoUsd, Timestamp};
use crate::notes::{ClaimGrade, Counter, MAX_NOTE_BYTES, Note, Record, SessionMark, Sum, SumKey, Usage};
use crate::pull::{nano, tokens};
use crate::report::{
    Grade, Missing, NoteClaim, NoteFile, NoteFinding, NoteFindingKind, NoteLineage, NoteUsage, NotesShowReport,
    NotesVerifyReport, TokenCounts,
};

/// Returns what one note says.
pub(super) fn note_report(commit: &CommitId, note: &Note) -> NotesShowReport {
    let sum = Sum::of([note]);
    let usage: Vec<NoteUsage> = sum.usage().map(usage).collect();
    let total = usage.iter().filter_map(|usage| usage.cost).reduce(|sum, cost| sum + cost);
    let mut report = NotesShowReport {
        commit: commit.to_string(),
        claims: Vec::new(),
        total,
        total_missing: missing(total, usage.iter().any(|usage| usage.unpriced_requests > 0)),
        usage,
        files: Vec::new(),
        lineage: Vec::new(),
        redacted: Vec::new(),
        unknown_lines: 0,
        bad_lines: note.bad.len() as u64,
    };
    note.clone().compacted().records.iter().for_each(|record| add(&mut report, record));
    report
}

fn missing(amount: Option<NanoUsd>, has_unpriced: bool) -> Option<Missing> {
    let reason = if has_unpriced { Missing::Unpriced } else { Missing::NotRecorded };
    amount.is_none().then_some(reason)
}

fn add(report: &mut NotesShowReport, record: &Record) {
    match record {
        Record::Usage(_) => {} // Summed already.
        Record::Claim(claim) => report.claims.push(NoteClaim {
            session: claim.session.to_string(),
            agent: claim.agent.clone(),
            grade: match claim.grade {
                ClaimGrade::Produced => Grade::Produced,
                ClaimGrade::Declared => Grade::Declared,
                ClaimGrade::Landed => Grade::Landed,
            },
            evidence: claim.evidence.clone(),
        }),
        Record::Lines(lines) => {
            report.files.push(file(&lines.session, &lines.path, lines.count(), Some(lines.blob.clone())));
        }
        Record::Count(count) => report.files.push(file(&count.session, &count.path, count.lines, None)),
        Record::Lineage(from) => {
            report.lineage.push(NoteLineage { kind: from.kind.clone(), commits: from.commits.clone() });
        }
        Record::Redaction(session) => report.redacted.push(session.to_string()),
        Record::Unknown(_) => report.unknown_lines += 1,
    }
}

fn file(session: &SessionMark, path: &[u8], lines: u64, blob: Option<String>) -> NoteFile {
    NoteFile { session: session.to_string(), path: path_text(path), lines, blob }
}

fn usage(usage: &Usage) -> NoteUsage {
    let cost = (!usage.counters.is_unpriced()).then(|| nano(&usage.counters));
    NoteUsage {
        slice: usage.slice.to_string(),
        session: usage.session.to_string(),
        agent: usage.agent.clone(),
        model: Some(usage.model.clone()).filter(|model| !model.is_empty()),
        generation: usage.generation,
        tokens: tokens(&usage.counters),
        requests: usage.counters.get(Counter::Requests),
        unpriced_requests: usage.counters.get(Counter::Unpriced),
        web_searches: usage.counters.get(Counter::WebSearches),
        cost,
        cost_missing: missing(cost, true),
        prices: usage.prices.clone(),
        billing: usage.billing.clone(),
        first: usage.span.map(|span| Timestamp::from_seconds(span.first)),
        last: usage.span.map(|span| Timestamp::from_seconds(span.last)),
    }
}

/// Looks at every note.
pub(super) fn verify_report(
    repo: &Repo,
    is_on: bool,
    reachable: &HashSet<CommitId>,
) -> Result<NotesVerifyReport, Error> {
    let notes = repo.notes(NOTES_REF)?;
    let (mut all, mut seen) = (Sum::default(), Sum::default());
    let mut report = NotesVerifyReport {
        is_on,
        tip: notes.tip().map(|tip| tip.to_string()),
        notes: notes.commits().len() as u64,
        records: 0,
        unknown_records: 0,
        notes_unreachable: 0,
        notes_of_unknown_commits: 0,
        sessions: 0,
        tokens: TokenCounts::default(),
        total: NanoUsd::ZERO,
        reachable: NanoUsd::ZERO,
        unpriced_requests: 0,
        findings: Vec::new(),
    };
    for commit in notes.commits() {
        let text = repo.note(&notes, commit);
        if let Some(note) = look_at(commit, text.as_deref(), &mut report) {
            all.add(&note);
            if reachable.contains(commit) {
                seen.add(&note);
            }
        }
        if !reachable.contains(commit) {
            place(repo, commit, &mut report);
        }
    }
    let total = all.total();
    report.sessions = all.usage().map(|usage| &usage.session).collect::<HashSet<_>>().len() as u64;
    (report.tokens, report.total, report.reachable) = (tokens(&total), nano(&total), nano(&seen.total()));
    report.unpriced_requests = total.get(Counter::Unpriced);
    Ok(report)
}

fn look_at(commit: &CommitId, text: Option<&[u8]>, report: &mut NotesVerifyReport) -> Option<Note> {
    let mut find = |kind, count: usize| {
        report.findings.push(NoteFinding { commit: commit.to_string(), kind, count: count as u64 });
    };
    let Some(text) = text else {
        find(NoteFindingKind::Unreadable, 1);
        return None;
    };
    let note = Note::parse(text);
    if !note.bad.is_empty() {
        find(NoteFindingKind::BadLines, note.bad.len());
    }
    if text.len() > MAX_NOTE_BYTES {
        find(NoteFindingKind::TooLarge, text.len());
    }
    report.records += note.records.len() as u64;
    report.unknown_records += note.records.iter().filter(|record| matches!(record, Record::Unknown(_))).count() as u64;
    Some(note)
}

/// A commit that nothing reaches: here, or not here at all.
fn place(repo: &Repo, commit: &CommitId, report: &mut NotesVerifyReport) {
    if repo.has_commit(commit) {
        report.notes_unreachable += 1;
        return;
    }
    report.notes_of_unknown_commits += 1;
    let commit = commit.to_string();
    report.findings.push(NoteFinding { commit, kind: NoteFindingKind::UnknownCommit, count: 1 });
}

/// Notes that nobody needs, and why the others stay.
#[derive(Debug, Default)]
pub(super) struct Pruning {
    pub(super) commits: Vec<CommitId>,
    pub(super) needed: u64,
    pub(super) unknown: u64,
}

/// Finds notes of commits that are here, that nothing reaches, and all of whose words other notes say too.
pub(super) fn prunable(repo: &Repo, notes: &Notes, reachable: &HashSet<CommitId>) -> Pruning {
    let read = |commit: &CommitId| repo.note(notes, commit).map(|text| Note::parse(&text));
    let mut pruning = Pruning::default();
    let mut gone: BTreeMap<CommitId, Note> = BTreeMap::new();
    let (mut kept, mut claimed) = (Sum::default(), HashSet::new());
    for commit in notes.commits() {
        let Some(note) = read(commit) else { continue };
        if !reachable.contains(commit) && repo.has_commit(commit) {
            gone.insert(*commit, note);
            continue;
        }
        pruning.unknown += u64::from(!reachable.contains(commit));
        kept.add(&note);
        claimed.extend(claims(&note));
    }
    for (commit, note) in gone {
        match is_said_elsewhere(&note, &kept, &claimed) {
            true => pruning.commits.push(commit),
            false => pruning.needed += 1,
        }
    }
    pruning
}

fn claims(note: &Note) -> impl Iterator<Item = SessionMark> {
    let session = |record: &Record| match record {
        Record::Claim(claim) => Some(claim.session.clone()),
        _ => None,
    };
    note.records.iter().filter_map(session)
}

/// Redactions, unknown records and damaged lines are always needed: nobody knows what for.
fn is_said_elsewhere(note: &Note, kept: &Sum, claimed: &HashSet<SessionMark>) -> bool {
    let is_said = |record: &Record| match record {
        Record::Usage(usage) => kept.get(&SumKey::of(usage)).is_some_and(|known| {
            let is_later = known.generation > usage.generation;
            is_later || known.generation == usage.generation && usage.counters.is_within(&known.counters)
        }),
        Record::Claim(claim) => claimed.contains(&claim.session),
        Record::Lines(_) | Record::Count(_) | Record::Lineage(_) => true,
        Record::Redaction(_) | Record::Unknown(_) => false,
    };
    note.bad.is_empty() && note.records.iter().all(is_said)
}
