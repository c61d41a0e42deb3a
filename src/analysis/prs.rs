//! `prs`: pull requests, what agents cost in them, and what became of them.

use std::collections::BTreeMap;

use super::books::{Stamp, books};
use super::commits;
use super::directory::Directory;
use super::error::AnalysisError;
use super::filter::Filter;
use super::pull_facts::{PullFacts, PullGit};
use super::pull_money::work;
use super::pull_outcomes::outcomes;
use super::pull_owners::Owners;
use super::pull_rows::{PullLine, Titles, lines, sum};
use crate::report::{
    CostBy, DEFINITIONS, NotListed, PrGroup, PrsBy, PrsReport, PrsScope, PrsSource, PullSource, PullState,
};
use crate::store::Reader;

use super::period;

/// Which pull requests, and how they are shown.
#[derive(Debug, Clone, Default)]
pub struct PrsForm {
    /// What a row is.
    pub by: PrsBy,
    /// Only these; empty for all.
    pub states: Vec<PullState>,
    /// Whether logins are shown.
    pub with_authors: bool,
    /// At most so many rows.
    pub limit: Option<usize>,
}

/// What only git can tell.
pub struct PrsGit<'g> {
    /// How commits came in.
    pub pulls: PullGit<'g>,
    /// Titles of those that the forge did not tell of.
    pub titles: &'g Titles<'g>,
}

/// Returns pull requests, the last ended first, or groups of them; at most a limit, the rest summed.
///
/// `filter` gives the time, that of the end of a pull request, and the zone; all money of the repository is in the books.
///
/// # Errors
/// What the store reports, or that the books do not balance.
pub fn prs(
    reader: &Reader,
    filter: &Filter,
    form: &PrsForm,
    git: &PrsGit<'_>,
    stamp: &Stamp,
) -> Result<PrsReport, AnalysisError> {
    let directory = Directory::new(reader)?;
    let everything = Filter::all(filter.zone, filter.now);
    let commits = commits::read(reader, &everything.on_ledger())?;
    let facts = PullFacts::read(reader)?;
    let owners = Owners::new(&facts, &commits, git.pulls);
    let (work, no_pull) = work(reader, &directory, &commits, &owners)?;
    let all = lines(&facts, &owners, &work, git.titles, form.with_authors);
    let source = PrsSource { of_git: count_of_git(&all), ..facts.source.clone() };
    let (mut wanted, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|line| is_wanted(line, filter, form));
    wanted.sort_by_key(|line| std::cmp::Reverse((line.at(), line.row.number)));
    let outcome = outcomes(&wanted, &vec![0; wanted.len()], 1)?.remove(0);
    let mut report = PrsReport {
        by: form.by,
        scope: scope(filter, form),
        source,
        rows: Vec::new(),
        groups: Vec::new(),
        not_listed: NotListed::default(),
        outcome,
        out_of_scope: sum(&others),
        no_pull,
        definitions: DEFINITIONS.to_vec(),
        books: books(reader, &everything, &directory, stamp)?,
    };
    match form.by {
        PrsBy::Pull => {
            let rest = wanted.split_off(form.limit.unwrap_or(usize::MAX).min(wanted.len()));
            report.not_listed = NotListed { rows: rest.len() as u64, cost: sum(&rest) };
            report.rows = wanted.into_iter().map(|line| line.row).collect();
        }
        by => report.groups = groups(&wanted, by, filter)?,
    }
    report.balanced()?;
    Ok(report)
}

fn count_of_git(lines: &[PullLine]) -> u64 {
    lines.iter().filter(|line| line.row.source != PullSource::Forge).count() as u64
}

fn scope(filter: &Filter, form: &PrsForm) -> PrsScope {
    PrsScope {
        since: filter.since,
        until: filter.until,
        states: form.states.clone(),
        timezone: filter.zone.name().to_owned(),
    }
}

/// What has no time is in no window.
fn is_wanted(line: &PullLine, filter: &Filter, form: &PrsForm) -> bool {
    let at = line.at();
    let is_in = filter.since.is_none_or(|since| at.is_some_and(|at| at >= since))
        && filter.until.is_none_or(|until| at.is_some_and(|at| at < until));
    is_in && (form.states.is_empty() || line.row.state.is_some_and(|state| form.states.contains(&state)))
}

/// Groups in the order of their size; what has no name comes last.
fn groups(lines: &[PullLine], by: PrsBy, filter: &Filter) -> Result<Vec<PrGroup>, AnalysisError> {
    let keys: Vec<Option<String>> = lines.iter().map(|line| key(line, by, filter)).collect();
    let mut places: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for key in &keys {
        let next = places.len();
        places.entry(key.clone()).or_insert(next);
    }
    let indexes: Vec<usize> = keys.iter().filter_map(|key| places.get(key).copied()).collect();
    let found = outcomes(lines, &indexes, places.len())?;
    let mut groups: Vec<PrGroup> = places
        .into_iter()
        .filter_map(|(key, place)| {
            let label = key.clone().unwrap_or_else(|| without(by).to_owned());
            Some(PrGroup { key, label, outcome: *found.get(place)? })
        })
        .collect();
    let size = |group: &PrGroup| (group.key.is_none(), std::cmp::Reverse(group.outcome.pulls));
    match by {
        PrsBy::Month => {
            groups.sort_by(|one, other| (one.key.is_none(), &one.key).cmp(&(other.key.is_none(), &other.key)))
        }
        _ => groups.sort_by(|one, other| size(one).cmp(&size(other)).then_with(|| one.key.cmp(&other.key))),
    }
    Ok(groups)
}

fn key(line: &PullLine, by: PrsBy, filter: &Filter) -> Option<String> {
    let row = &line.row;
    match by {
        PrsBy::Pull => Some(row.number.to_string()),
        PrsBy::Task => row.task.clone(),
        PrsBy::Model => row.model.clone(),
        PrsBy::Agent => row.agent.clone(),
        PrsBy::State => row.state.map(|state| state.name().to_owned()),
        PrsBy::Author => row.author.clone(),
        PrsBy::Month => {
            let quarter = line.at()?.0.div_euclid(super::filter::QUARTER_MS);
            Some(period::text(period::number(quarter, CostBy::Month, filter.zone)?, CostBy::Month))
        }
    }
}

fn without(by: PrsBy) -> &'static str {
    match by {
        PrsBy::Task => "(neither word nor label)",
        PrsBy::Model | PrsBy::Agent => "(no session known)",
        PrsBy::State | PrsBy::Month => "(not known)",
        PrsBy::Pull | PrsBy::Author => "(nobody)",
    }
}
