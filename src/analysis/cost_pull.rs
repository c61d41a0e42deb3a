//! Money by pull request: that of its commits, by the same rule as `prs`.

use std::collections::{BTreeMap, BTreeSet};

use super::commits::{self, Commit};
use super::cost_commit::row_of;
use super::error::AnalysisError;
use super::filter::Filter;
use super::pull_facts::{PullFacts, PullGit};
use super::pull_owners::Owners;
use crate::report::{CostKey, CostRow};
use crate::store::Reader;

/// Returns one row for every pull request with money, and one for the commits that none brought.
pub(super) fn by_pull(reader: &Reader, filter: &Filter, git: PullGit<'_>) -> Result<Vec<CostRow>, AnalysisError> {
    let commits = commits::read(reader, &filter.on_ledger())?;
    let facts = PullFacts::read(reader)?;
    let owners = Owners::new(&facts, &commits, git);
    let mut pulls: BTreeMap<Option<u64>, Vec<&Commit>> = BTreeMap::new();
    for (key, commit) in commits.iter().filter(|(_, commit)| commit.calls > 0) {
        pulls.entry(owners.of.get(key).copied()).or_default().push(commit);
    }
    Ok(pulls.into_iter().map(|(number, commits)| row(&facts, number, &commits)).collect())
}

fn row(facts: &PullFacts, number: Option<u64>, commits: &[&Commit]) -> CostRow {
    let pull = number.and_then(|number| facts.forge.get(&number));
    let key = CostKey {
        id: number.map(|number| number.to_string()),
        label: number.map_or_else(|| "(no pull request)".into(), |number| format!("#{number}")),
        subject: pull.map(|pull| pull.title.clone()),
        at: None,
    };
    let sessions: BTreeSet<i64> =
        commits.iter().flat_map(|commit| commit.links.iter().map(|link| link.session)).collect();
    let note = Some(format!("{} commit{}", commits.len(), if commits.len() == 1 { "" } else { "s" }));
    CostRow { parts: None, sessions: Some(sessions.len() as u64), note, ..row_of(key, commits) }
}
