//! Money by commit and by author: shares of requests, never whole ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::commits::{self, Commit, Texts};
use super::cost::timed;
use super::directory::Directory;
use super::error::AnalysisError;
use super::filter::Filter;
use crate::model::{CommitId, NanoUsd};
use crate::report::{CostKey, CostRow, LineShare, Missing};
use crate::store::Reader;

/// What shares carry of their requests: calls, placeholders, tokens.
#[derive(Default)]
struct Carried {
    calls: u64,
    incomplete: u64,
    unpriced: u64,
    sessions: u64,
}

/// Returns one row for every commit with a share or a link.
pub(super) fn by_commit(
    reader: &Reader,
    filter: &Filter,
    directory: &Directory,
    texts: &Texts<'_>,
) -> Result<Vec<CostRow>, AnalysisError> {
    let scope = filter.on_ledger();
    let commits = commits::read(reader, &scope)?;
    let carried = carried(reader, &scope)?;
    let mut with_cost: Vec<(i64, &Commit)> =
        commits.iter().filter(|(_, commit)| commit.calls > 0).map(|(key, commit)| (*key, commit)).collect();
    with_cost.sort_by_key(|(key, _)| *key);
    let ids: Vec<CommitId> = with_cost.iter().map(|(_, commit)| commit.id).collect();
    let subjects = texts(&ids);
    let _ = directory;
    let rows = with_cost.into_iter().zip(subjects).map(|((key, commit), subject)| {
        let id = commit.id.to_string();
        let cost_key = timed(id, commit.id.short(), subject, Some(commit.at.0));
        row(cost_key, &[commit], carried.get(&key))
    });
    Ok(rows.collect())
}

/// Returns one row for every author of commits that agents worked on, and one for the rest of the money.
pub(super) fn by_author(
    reader: &Reader,
    filter: &Filter,
    directory: &Directory,
) -> Result<Vec<CostRow>, AnalysisError> {
    let scope = filter.on_ledger();
    let commits = commits::read(reader, &scope)?;
    let mut authors: BTreeMap<String, Vec<&Commit>> = BTreeMap::new();
    for commit in commits.values().filter(|commit| commit.calls > 0) {
        authors.entry(directory.text(commit.author).unwrap_or_else(|| "(no name)".into())).or_default().push(commit);
    }
    let mut rows: Vec<CostRow> = authors
        .into_iter()
        .map(|(name, commits)| {
            let key = CostKey { id: Some(name.clone()), label: name, ..CostKey::default() };
            let sessions: BTreeSet<i64> =
                commits.iter().flat_map(|commit| commit.links.iter().map(|link| link.session)).collect();
            let note = Some(format!("{} commits", commits.len()));
            CostRow { parts: None, sessions: Some(sessions.len() as u64), note, ..row(key, &commits, None) }
        })
        .collect();
    rows.extend(rest(reader, &scope)?);
    Ok(rows)
}

/// Returns the money that no commit got, as a row of its own.
pub(super) fn rest(reader: &Reader, scope: &str) -> Result<Option<CostRow>, AnalysisError> {
    let statement = format!(
        "SELECT sum(unattributed), count(*), count(DISTINCT session) FROM ledger WHERE {scope} AND unattributed <> 0"
    );
    let rows = reader.rows(&statement, &[])?;
    let number = |index: usize| rows.first().and_then(|row| row.number(index)).unwrap_or(0);
    let row = CostRow {
        key: CostKey { label: "(no commit)".into(), ..CostKey::default() },
        cost: Some(NanoUsd(number(0))),
        calls: Some(number(1) as u64),
        sessions: Some(number(2) as u64),
        ..CostRow::default()
    };
    Ok((number(1) > 0).then_some(row))
}

/// Returns a row of commits whose requests are not counted.
pub(super) fn row_of(key: CostKey, commits: &[&Commit]) -> CostRow {
    row(key, commits, None)
}

fn row(key: CostKey, commits: &[&Commit], carried: Option<&Carried>) -> CostRow {
    let mut parts = crate::report::Parts::default();
    let mut lines = LineShare::default();
    for commit in commits {
        parts.direct += commit.parts.direct;
        parts.same_turn += commit.parts.same_turn;
        parts.exploration += commit.parts.exploration;
        lines.landed += commit.agent_lines();
        lines.added += commit.added.unwrap_or(0);
    }
    let has_cost = commits.iter().any(|commit| commit.has_cost);
    let cost = has_cost.then(|| parts.direct + parts.same_turn + parts.exploration);
    CostRow {
        key,
        cost,
        cost_missing: cost.is_none().then_some(Missing::Unpriced),
        unpriced_calls: carried.map(|carried| carried.unpriced),
        calls: carried.map(|carried| carried.calls),
        incomplete_calls: carried.map(|carried| carried.incomplete),
        sessions: carried.map(|carried| carried.sessions),
        parts: cost.is_some().then_some(parts),
        lines: commits.iter().any(|commit| commit.added.is_some()).then_some(lines),
        ..CostRow::default()
    }
}

fn carried(reader: &Reader, scope: &str) -> Result<HashMap<i64, Carried>, AnalysisError> {
    let statement = format!(
        "SELECT share.git_commit, count(*), sum(NOT ledger.is_complete), sum(ledger.unpriced IS NOT NULL),
                count(DISTINCT ledger.session)
         FROM share JOIN (SELECT * FROM ledger WHERE {scope}) AS ledger USING (session, call) GROUP BY 1"
    );
    let rows = reader.rows(&statement, &[])?;
    let entry = |row: &crate::store::Values| {
        let count = |index: usize| row.number(index).unwrap_or(0) as u64;
        let carried = Carried { calls: count(1), incomplete: count(2), unpriced: count(3), sessions: count(4) };
        (row.number(0).unwrap_or(0), carried)
    };
    Ok(rows.iter().map(entry).collect())
}
