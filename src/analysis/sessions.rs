//! `sessions`: the list of sessions.

use std::collections::HashMap;

use super::books::{Stamp, books};
use super::cost::row;
use super::directory::{Directory, SessionName};
use super::error::AnalysisError;
use super::filter::Filter;
use super::frames::{SUMS, grouped, spend, spending};
use crate::model::Timestamp;
use crate::report::{Missing, NotListed, SessionEntry, SessionsReport};
use crate::store::{Reader, Values};

/// Returns sessions with requests in scope, newest first; at most `limit`, the rest summed.
///
/// # Errors
/// What the store reports, or that the books do not balance.
pub fn sessions(
    reader: &Reader,
    filter: &Filter,
    limit: Option<usize>,
    stamp: &Stamp,
) -> Result<SessionsReport, AnalysisError> {
    let directory = Directory::new(reader)?;
    let mut rows = entries(reader, filter, &directory)?;
    rows.sort_by(|one, other| other.started.cmp(&one.started).then_with(|| one.session.cmp(&other.session)));
    let mut not_listed = NotListed::default();
    if let Some(limit) = limit.filter(|limit| *limit < rows.len()) {
        let rest = rows.split_off(limit);
        not_listed = NotListed { rows: rest.len() as u64, cost: rest.iter().filter_map(|row| row.cost).sum() };
    }
    let books = books(reader, filter, &directory, stamp)?;
    let report = SessionsReport { scope: filter.scope(), rows, not_listed, books };
    report.balanced()?;
    Ok(report)
}

/// Returns every session with requests in scope.
pub(super) fn entries(
    reader: &Reader,
    filter: &Filter,
    directory: &Directory,
) -> Result<Vec<SessionEntry>, AnalysisError> {
    let names: Vec<&'static str> = SUMS.into_iter().chain([spend::SESSION]).collect();
    let groups = grouped(spending(reader, filter, &names)?, spend::SESSION, None)?;
    let facts = Facts::new(reader)?;
    let entry = |group: &super::frames::Group| {
        let key = group.key?;
        Some(facts.entry(key, directory.session(key)?, directory, &row(Default::default(), group)))
    };
    Ok(groups.iter().filter_map(entry).collect())
}

/// What is known of sessions beside their money, by key.
struct Facts {
    turns: HashMap<i64, Values>,
    spans: HashMap<i64, Values>,
    branches: HashMap<i64, i64>,
    landed: HashMap<i64, Values>,
}

impl Facts {
    fn new(reader: &Reader) -> Result<Facts, AnalysisError> {
        let keyed = |statement: &str| -> Result<HashMap<i64, Values>, AnalysisError> {
            let rows = reader.rows(statement, &[])?;
            Ok(rows.into_iter().filter_map(|row| Some((row.number(0)?, row))).collect())
        };
        let branches = reader.rows(
            "SELECT session, branch, sum(calls) AS n FROM spend WHERE branch IS NOT NULL GROUP BY 1, 2 ORDER BY n, 2",
            &[],
        )?;
        Ok(Facts {
            turns: keyed(
                "SELECT session, count(*), sum(active_ms), sum(waiting_ms), sum(tool_ms) FROM turn GROUP BY 1",
            )?,
            spans: keyed("SELECT session, min(at), max(at) FROM ledger GROUP BY 1")?,
            branches: branches.iter().filter_map(|row| row.number(0).zip(row.number(1))).collect(),
            landed: keyed("SELECT session, count(*), sum(lines) FROM link GROUP BY 1")?,
        })
    }

    fn entry(
        &self,
        key: i64,
        name: &SessionName,
        directory: &Directory,
        sums: &crate::report::CostRow,
    ) -> SessionEntry {
        let number = |map: &HashMap<i64, Values>, index: usize| map.get(&key).and_then(|row| row.number(index));
        let count = |value: Option<i64>| value.unwrap_or(0).max(0) as u64;
        let active_ms = number(&self.turns, 2).map(|ms| ms.max(0) as u64);
        SessionEntry {
            session: name.id.clone(),
            short: name.short.clone(),
            agent: name.agent.name().to_owned(),
            started: number(&self.spans, 1).map(Timestamp),
            ended: number(&self.spans, 2).map(Timestamp),
            branch: self.branches.get(&key).and_then(|branch| directory.text(Some(*branch))),
            turns: count(number(&self.turns, 1)),
            calls: sums.calls.unwrap_or(0),
            incomplete_calls: sums.incomplete_calls.unwrap_or(0),
            unpriced_calls: sums.unpriced_calls.unwrap_or(0),
            active_ms,
            wait_ms: number(&self.turns, 3).map(|ms| ms.max(0) as u64),
            tool_ms: number(&self.turns, 4).map(|ms| ms.max(0) as u64),
            time_missing: active_ms.is_none().then_some(Missing::NotRecorded),
            tokens: sums.tokens.unwrap_or_default(),
            cost: sums.cost,
            cost_missing: sums.cost_missing,
            landed_commits: count(number(&self.landed, 1)),
            landed_lines: count(number(&self.landed, 2)),
        }
    }
}
