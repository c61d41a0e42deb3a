//! Commits by key, with what only git knows of them.

use std::collections::HashMap;

use super::error::AnalysisError;
use crate::derive::Bucket;
use crate::model::{CommitId, NanoUsd, Timestamp};
use crate::report::{CommitEntry, Grade, Missing, Parts};
use crate::store::{Reader, Values};

/// Looks up subjects; the store keeps none.
pub type Texts<'t> = dyn Fn(&[CommitId]) -> Vec<Option<String>> + 't;

/// A commit of git's own list, newest first.
#[derive(Debug, Clone)]
pub struct CommitText {
    /// Its id.
    pub id: CommitId,
    /// Author's name.
    pub author: String,
    /// When it was committed.
    pub at: Timestamp,
    /// First line of its message.
    pub subject: String,
}

/// A commit as the books know it.
#[derive(Debug, Clone)]
pub(super) struct Commit {
    pub(super) id: CommitId,
    pub(super) author: Option<i64>,
    pub(super) at: Timestamp,
    /// Lines added; `None` if they were not counted.
    pub(super) added: Option<u64>,
    pub(super) scanned: i64,
    pub(super) links: Vec<Link>,
    pub(super) parts: Parts,
    pub(super) has_cost: bool,
    pub(super) calls: u64,
}

/// A session linked with a commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) session: i64,
    pub(super) grade: i64,
    pub(super) evidence: i64,
    pub(super) lines: i64,
    /// Something of the session's transcript was read here.
    pub(super) is_read: bool,
}

impl Commit {
    pub(super) fn cost(&self) -> Option<NanoUsd> {
        let sum = self.parts.direct + self.parts.same_turn + self.parts.exploration;
        self.has_cost.then_some(sum)
    }

    /// Lines that sessions wrote; a lower bound.
    pub(super) fn agent_lines(&self) -> u64 {
        self.links.iter().map(|link| link.lines.max(0) as u64).sum()
    }
}

/// All commits of the books by key.
pub(super) type Commits = HashMap<i64, Commit>;

/// Reads commits, their links and the shares in scope.
pub(super) fn read(reader: &Reader, scope: &str) -> Result<Commits, AnalysisError> {
    let mut commits = Commits::new();
    let statement = "SELECT key, id, author, commit_time, scanned,
        (SELECT sum(added_lines) FROM commit_file WHERE commit_file.git_commit = git_commit.key)
      FROM git_commit WHERE key IN (SELECT git_commit FROM link UNION SELECT git_commit FROM share)";
    for row in reader.rows(statement, &[])? {
        let (Some(key), Some(id)) = (row.number(0), CommitId::from_bytes(row.bytes(1))) else { continue };
        commits.insert(key, commit(&row, id));
    }
    let statement = "SELECT git_commit, session, grade, evidence, lines,
        EXISTS (SELECT 1 FROM spend WHERE spend.session = link.session) FROM link ORDER BY 1, 2";
    for row in reader.rows(statement, &[])? {
        let number = |index: usize| row.number(index).unwrap_or(0);
        if let Some(commit) = commits.get_mut(&number(0)) {
            let (session, grade, evidence, lines) = (number(1), number(2), number(3), number(4));
            commit.links.push(Link { session, grade, evidence, lines, is_read: number(5) != 0 });
        }
    }
    read_parts(reader, scope, &mut commits)?;
    Ok(commits)
}

fn commit(row: &Values, id: CommitId) -> Commit {
    Commit {
        id,
        author: row.number(2),
        at: Timestamp(row.number(3).unwrap_or(0)),
        added: row.number(5).map(|lines| lines.max(0) as u64),
        scanned: row.number(4).unwrap_or(0),
        links: Vec::new(),
        parts: Parts::default(),
        has_cost: false,
        calls: 0,
    }
}

fn read_parts(reader: &Reader, scope: &str, commits: &mut Commits) -> Result<(), AnalysisError> {
    let statement = format!(
        "SELECT share.git_commit, ledger.bucket, sum(share.nano), count(*), count(ledger.cost) FROM share
         JOIN (SELECT * FROM ledger WHERE {scope}) AS ledger USING (session, call) GROUP BY 1, 2"
    );
    for row in reader.rows(&statement, &[])? {
        let number = |index: usize| row.number(index).unwrap_or(0);
        let Some(commit) = commits.get_mut(&number(0)) else { continue };
        let amount = NanoUsd(number(2));
        match Bucket::from_code(number(1)) {
            Some(Bucket::Direct) => commit.parts.direct += amount,
            Some(Bucket::SameTurn) => commit.parts.same_turn += amount,
            _ => commit.parts.exploration += amount,
        }
        commit.calls += number(3) as u64;
        commit.has_cost |= number(4) > 0;
    }
    Ok(())
}

/// Returns the grade of a stored number.
pub(super) fn grade(code: i64) -> Grade {
    match code {
        1 => Grade::Produced,
        2 => Grade::Declared,
        _ => Grade::Landed,
    }
}

/// Returns a commit of a list; `known` is what the books have of it.
pub(super) fn entry(text: &CommitText, known: Option<&Commit>, session_name: &dyn Fn(i64) -> String) -> CommitEntry {
    let cost = known.and_then(Commit::cost);
    let links = known.map(|commit| commit.links.as_slice()).unwrap_or_default();
    let has_unread = links.iter().any(|link| !link.is_read);
    let cost_missing = match (cost, links.is_empty()) {
        (Some(_), _) => None,
        (None, true) => Some(Missing::NoSession),
        (None, false) if has_unread => Some(Missing::NotRead),
        (None, false) => Some(Missing::NotApplicable),
    };
    let added_lines = known.and_then(|commit| commit.added);
    let is_missing = known.is_some_and(|commit| commit.scanned == 2);
    let lines_missing = match (added_lines, known.is_some(), is_missing) {
        (Some(_), ..) => has_unread.then_some(Missing::NotRead),
        (None, _, true) => Some(Missing::NoContent),
        (None, true, _) => Some(Missing::NotApplicable),
        (None, false, _) => Some(Missing::NoSession),
    };
    CommitEntry {
        commit: text.id.to_string(),
        short: text.id.short(),
        author: text.author.clone(),
        at: text.at,
        subject: text.subject.clone(),
        cost,
        cost_missing,
        parts: known.filter(|_| cost.is_some()).map(|commit| commit.parts),
        sessions: links.iter().map(|link| session_name(link.session)).collect(),
        agent_lines: added_lines.and(known.map(Commit::agent_lines)).filter(|_| !has_unread),
        added_lines,
        lines_missing,
        added_by: None,
        added_by_missing: Some(Missing::NotScanned),
        pull: None,
        grade: links.iter().map(|link| link.grade).min().map(grade),
        evidence: evidence_words(links),
    }
}

fn evidence_words(links: &[Link]) -> Vec<String> {
    let all = links.iter().fold(0, |set, link| set | link.evidence);
    let lines: i64 = links.iter().map(|link| link.lines).sum();
    let word = |name: &'static str| if name == "lines" { format!("{lines} lines") } else { name.to_owned() };
    crate::derive::Evidence::names_of(all).into_iter().map(word).collect()
}
