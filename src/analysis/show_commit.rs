//! `show <commit>`: every cent of a commit.

use super::added_lines::{CommitLines, with_lines};
use super::books::Stamp;
use super::commits::{self, CommitText, grade};
use super::coverage;
use super::directory::Directory;
use super::error::AnalysisError;
use super::filter::Filter;
use super::pull_of_commit::pulls_of;
use crate::derive::{Bucket as Code, Evidence as Kind};
use crate::model::{NanoUsd, Timestamp};
use crate::report::{
    Bucket, CallShare, CommitSession, Evidence, FileLines, Incomplete, Missing, Payment, ShowCommitReport,
};
use crate::store::{Reader, Values};

/// Returns a commit explained.
///
/// # Errors
/// What the store reports, or that the books do not balance.
pub fn show_commit(
    reader: &Reader,
    filter: &Filter,
    text: &CommitText,
    stamp: &Stamp,
) -> Result<ShowCommitReport, AnalysisError> {
    let directory = Directory::new(reader)?;
    let all = commits::read(reader, "1")?;
    let known = all.iter().find(|(_, commit)| commit.id == text.id);
    let name = |key: i64| directory.session(key).map_or_else(String::new, |name| name.id.clone());
    let commit = commits::entry(text, known.map(|(_, commit)| commit), &name);
    let mut commit = with_lines(reader, &directory, &text.id, commit)?;
    commit.pull = pulls_of(reader, &[text.id])?.remove(&text.id);
    let key = known.map_or(-1, |(key, _)| *key);
    let calls = reader.rows(CALLS, &[key])?;
    let links = known.map(|(_, commit)| commit.links.clone()).unwrap_or_default();
    let sessions: Vec<CommitSession> = links.iter().map(|link| session(link, &calls, &directory)).collect();
    let incomplete = calls.iter().filter(|row| row.number(9) == Some(0)).count() as u64;
    let report = ShowCommitReport {
        timezone: filter.zone.name().to_owned(),
        commit,
        files: files(reader, key, &CommitLines::read(reader, &directory, &text.id)?, &directory)?,
        sessions,
        declared: Vec::new(),
        incomplete: Incomplete { calls: incomplete, of_calls: calls.len() as u64 },
        prices: stamp.prices.clone(),
        coverage: coverage::coverage(reader)?,
        payment: Payment::ApiEquivalent,
    };
    report.balanced()?;
    Ok(report)
}

const CALLS: &str = "SELECT share.session, call.id, ledger.at, turn.number, ledger.model, agent_run.agent_type,
    ledger.bucket, share.nano, ledger.cost, ledger.is_complete,
    (SELECT sum(landed.lines) FROM tool_call JOIN landed ON landed.tool_call = tool_call.key
      WHERE tool_call.call = share.call AND landed.git_commit = share.git_commit)
  FROM share JOIN ledger USING (session, call) LEFT JOIN call ON call.key = share.call
  LEFT JOIN turn ON turn.session = ledger.session AND turn.key = ledger.turn
  LEFT JOIN agent_run ON agent_run.key = call.agent_run
  WHERE share.git_commit = ?1 ORDER BY ledger.at, call.id";

fn session(link: &commits::Link, calls: &[Values], directory: &Directory) -> CommitSession {
    let own: Vec<CallShare> =
        calls.iter().filter(|row| row.number(0) == Some(link.session)).map(|row| call(row, directory)).collect();
    let name = directory.session(link.session);
    CommitSession {
        session: name.map_or_else(String::new, |name| name.id.clone()),
        short: name.map_or_else(String::new, |name| name.short.clone()),
        agent: name.map_or("unknown", |name| name.agent.name()).to_owned(),
        started: own.first().and_then(|call| call.at),
        grade: grade(link.grade),
        evidence: evidence(link),
        landed_lines: link.lines.max(0) as u64,
        cost: own.iter().map(|call| call.share).sum(),
        calls: own,
    }
}

/// Returns what a link rests on.
pub(super) fn evidence(link: &commits::Link) -> Vec<Evidence> {
    let piece = |kind: Kind| {
        let detail = (kind == Kind::Lines).then(|| format!("{} lines", link.lines));
        let code = match kind {
            Kind::Hook | Kind::Operation | Kind::Printed => 1,
            Kind::Trailer | Kind::PullRequest => 2,
            Kind::Content | Kind::Lines => 3,
        };
        Evidence { kind: kind.name().to_owned(), grade: grade(code), detail, at: None }
    };
    Kind::ALL.into_iter().filter(|kind| link.evidence & *kind as i64 != 0).map(piece).collect()
}

fn call(row: &Values, directory: &Directory) -> CallShare {
    CallShare {
        call: row.text(1).unwrap_or_default().to_owned(),
        at: row.number(2).map(Timestamp),
        turn: row.number(3).map(|number| number.max(0) as u64),
        model: directory.text(row.number(4)),
        subagent: directory.text(row.number(5)),
        bucket: match row.number(6).and_then(Code::from_code) {
            Some(Code::Direct) => Bucket::Direct,
            Some(Code::SameTurn) => Bucket::SameTurn,
            _ => Bucket::Exploration,
        },
        landed_lines: row.number(10).unwrap_or(0).max(0) as u64,
        share: NanoUsd(row.number(7).unwrap_or(0)),
        cost: NanoUsd(row.number(8).unwrap_or(0)),
    }
}

fn files(
    reader: &Reader,
    key: i64,
    records: &CommitLines,
    directory: &Directory,
) -> Result<Vec<FileLines>, AnalysisError> {
    let statement = "SELECT path, added_lines, deleted_lines,
        (SELECT sum(lines) FROM landed WHERE landed.git_commit = commit_file.git_commit AND landed.path = commit_file.path)
      FROM commit_file WHERE git_commit = ?1";
    let count = |value: Option<i64>| value.map(|count| count.max(0) as u64);
    let file = |row: &Values| {
        let added = count(row.number(1));
        let path = directory.text(row.number(0)).unwrap_or_default();
        FileLines {
            added_by: added.map(|added| records.counts(&path, added)),
            path,
            added,
            deleted: count(row.number(2)),
            agent_lines: added.map(|_| count(row.number(3)).unwrap_or(0)),
            lines_missing: added.is_none().then_some(Missing::NotApplicable),
        }
    };
    let mut files: Vec<FileLines> = reader.rows(statement, &[key])?.iter().map(file).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}
