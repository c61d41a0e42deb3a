//! `cost`: money by one dimension.

use super::books::{Stamp, books};
use super::commits::Texts;
use super::directory::Directory;
use super::error::AnalysisError;
use super::filter::Filter;
use super::frames::{Group, SUMS, grouped, spend, spending};
use super::pull_facts::PullGit;
use super::{cost_commit, cost_file, cost_pull, cost_tool, period};
use crate::model::{Agent, NanoUsd, Timestamp};
use crate::report::{CostBy, CostKey, CostReport, CostRow, Missing, NotListed, TokenCounts};
use crate::store::{CallKind, Reader};

/// What only git can tell.
pub struct CostGit<'g> {
    /// Subjects of commits.
    pub texts: &'g Texts<'g>,
    /// How commits came in.
    pub pulls: PullGit<'g>,
}

impl<'g> CostGit<'g> {
    /// Where no pull request is asked for.
    pub(super) fn texts(texts: &'g Texts<'g>) -> CostGit<'g> {
        CostGit { texts, pulls: PullGit::NOTHING }
    }
}

/// Returns money by one dimension; at most `limit` rows, the rest summed.
///
/// # Errors
/// What the store reports, or that the books do not balance: then nothing is returned.
pub fn cost(
    reader: &Reader,
    by: CostBy,
    filter: &Filter,
    limit: Option<usize>,
    stamp: &Stamp,
    git: &CostGit<'_>,
) -> Result<CostReport, AnalysisError> {
    let directory = Directory::new(reader)?;
    let mut rows = match by {
        CostBy::Commit => cost_commit::by_commit(reader, filter, &directory, git.texts)?,
        CostBy::Author => cost_commit::by_author(reader, filter, &directory)?,
        CostBy::Pull => cost_pull::by_pull(reader, filter, git.pulls)?,
        CostBy::File => cost_file::rows(reader, filter, &directory)?,
        CostBy::Tool => cost_tool::rows(reader, filter, &directory)?,
        CostBy::Turn => cost_tool::by_turn(reader, filter, &directory)?,
        _ => simple(reader, by, filter, &directory)?,
    };
    sort(&mut rows, by);
    let not_listed = cut(&mut rows, limit);
    let books = books(reader, filter, &directory, stamp)?;
    let report = CostReport { by, scope: filter.scope(), rows, not_listed, absent: by.absent(), books };
    report.balanced()?;
    Ok(report)
}

/// Periods stand in order of time, everything else by cost.
fn sort(rows: &mut [CostRow], by: CostBy) {
    match by {
        CostBy::Day | CostBy::Week | CostBy::Month => rows.sort_by(|one, other| one.key.id.cmp(&other.key.id)),
        _ => rows.sort_by(|one, other| {
            let rank = |row: &CostRow| std::cmp::Reverse((row.cost, row.calls));
            rank(one).cmp(&rank(other)).then_with(|| one.key.label.cmp(&other.key.label))
        }),
    }
}

fn cut(rows: &mut Vec<CostRow>, limit: Option<usize>) -> NotListed {
    let Some(limit) = limit.filter(|limit| *limit < rows.len()) else { return NotListed::default() };
    let rest = rows.split_off(limit);
    NotListed { rows: rest.len() as u64, cost: rest.iter().filter_map(|row| row.cost).sum() }
}

fn simple(reader: &Reader, by: CostBy, filter: &Filter, directory: &Directory) -> Result<Vec<CostRow>, AnalysisError> {
    let key = match by {
        CostBy::Session => spend::SESSION,
        CostBy::Model => spend::MODEL,
        CostBy::Branch => spend::BRANCH,
        CostBy::Agent => spend::AGENT,
        _ => spend::QUARTER,
    };
    let extra = (by == CostBy::Model).then_some(spend::KIND);
    let mut names: Vec<&'static str> = SUMS.to_vec();
    names.push(spend::SESSION);
    names.extend([Some(key), extra].into_iter().flatten().filter(|name| *name != spend::SESSION));
    let mut frame = spending(reader, filter, &names)?;
    if key == spend::QUARTER {
        use polars::prelude::{Column, NamedFrom, Series};
        let quarters: Vec<Option<i64>> = frame.column(spend::QUARTER)?.as_materialized_series().i64()?.iter().collect();
        let number = |quarter: Option<i64>| match by {
            CostBy::None => Some(0),
            _ => quarter.and_then(|quarter| period::number(quarter, by, filter.zone)),
        };
        let periods: Vec<Option<i64>> = quarters.into_iter().map(number).collect();
        frame.with_column(Column::from(Series::new(spend::QUARTER.into(), periods)))?;
    }
    let groups = grouped(frame, key, extra)?;
    Ok(groups.iter().map(|group| row(label(by, group, directory), group)).collect())
}

fn label(by: CostBy, group: &Group, directory: &Directory) -> CostKey {
    let text = |text: Option<String>, without: &str| match text {
        Some(text) => CostKey { id: Some(text.clone()), label: text, ..CostKey::default() },
        None => CostKey { label: without.to_owned(), ..CostKey::default() },
    };
    match by {
        CostBy::Session => match group.key.and_then(|key| directory.session(key)) {
            Some(name) => CostKey {
                id: Some(name.id.clone()),
                label: name.short.clone(),
                subject: Some(name.agent.name().to_owned()),
                at: None,
            },
            None => text(None, "(no session)"),
        },
        CostBy::Model => model_label(group, text(directory.text(group.key), "(no model recorded)")),
        CostBy::Branch => text(directory.text(group.key), "(no branch)"),
        CostBy::Agent => text(group.key.map(|code| Agent::from_code(code).name().to_owned()), "(no agent)"),
        CostBy::None => text(None, "everything"),
        _ => text(group.key.map(|number| period::text(number, by)), "(no time)"),
    }
}

/// Requests that stand in no row of their own are lines of their own.
fn model_label(group: &Group, mut key: CostKey) -> CostKey {
    let what = match group.extra.map(CallKind::from_code) {
        Some(CallKind::FinalReply) => "final replies of subagents",
        Some(CallKind::Auxiliary) => "auxiliary",
        Some(CallKind::Iteration) => "compaction and advisor",
        _ => return key,
    };
    key.label = format!("{} ({what})", key.label);
    key.subject = Some(what.to_owned());
    key
}

/// Returns a row with the sums of a group.
pub(super) fn row(key: CostKey, group: &Group) -> CostRow {
    let count = |name: &str| group.sum(name).max(0) as u64;
    let cost = (!group.has_no_price).then(|| NanoUsd(group.sum(spend::COST)));
    CostRow {
        key,
        cost,
        cost_missing: cost.is_none().then_some(Missing::Unpriced),
        unpriced_calls: Some(count(spend::UNPRICED)),
        calls: Some(count(spend::CALLS)),
        incomplete_calls: Some(count(spend::INCOMPLETE)),
        sessions: Some(group.sessions.max(0) as u64),
        tokens: Some(TokenCounts {
            input: count(spend::INPUT),
            output: count(spend::OUTPUT),
            cache_read: count(spend::CACHE_READ),
            cache_write_5m: count(spend::CACHE_WRITE_5M),
            cache_write_1h: count(spend::CACHE_WRITE_1H),
        }),
        web_searches: Some(count(spend::WEB_SEARCHES)),
        ..CostRow::default()
    }
}

/// Returns a key of something that began at a time.
pub(super) fn timed(id: String, label: String, subject: Option<String>, at: Option<i64>) -> CostKey {
    CostKey { id: Some(id), label, subject, at: at.map(Timestamp) }
}
