//! What agents put into each pull request: money, sessions, lines.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::commits::{Commit, Commits};
use super::directory::Directory;
use super::error::AnalysisError;
use super::pull_owners::Owners;
use crate::model::{Agent, NanoUsd};
use crate::store::Reader;

/// The work of agents in one pull request.
#[derive(Debug, Clone, Default)]
pub(super) struct PullWork {
    pub(super) cost: NanoUsd,
    /// Some of it has a price.
    pub(super) has_cost: bool,
    pub(super) commits: u64,
    pub(super) sessions: BTreeSet<i64>,
    /// A session of it was never read here.
    pub(super) has_unread: bool,
    /// Lines of agents.
    pub(super) landed: u64,
    /// Lines its commits added; `None` if that is not known of all.
    pub(super) added: Option<u64>,
    pub(super) agent: Option<String>,
    pub(super) model: Option<String>,
}

/// Returns the work by number, and the money of commits that belong to none.
pub(super) fn work(
    reader: &Reader,
    directory: &Directory,
    commits: &Commits,
    owners: &Owners,
) -> Result<(HashMap<u64, PullWork>, NanoUsd), AnalysisError> {
    let mut work: HashMap<u64, PullWork> = HashMap::new();
    let mut rest = NanoUsd::ZERO;
    for (key, commit) in commits {
        match owners.of.get(key) {
            Some(number) => work.entry(*number).or_default().add(commit),
            None => rest += commit.cost().unwrap_or_default(),
        }
    }
    let mut weights = weights(reader, owners)?;
    for (number, work) in &mut work {
        let weights = weights.remove(number).unwrap_or_default();
        work.model = heaviest(&weights.models).and_then(|model| directory.text(Some(model)));
        work.agent = heaviest(&weights.agents).map(|code| Agent::from_code(code).name().to_owned());
        let linked = || work.sessions.iter().filter_map(|key| directory.session(*key)).map(|name| name.agent.name());
        work.agent = work.agent.take().or_else(|| linked().min().map(str::to_owned));
    }
    Ok((work, rest))
}

impl PullWork {
    fn add(&mut self, commit: &Commit) {
        let is_first = self.commits == 0;
        self.cost += commit.cost().unwrap_or_default();
        self.has_cost |= commit.has_cost;
        self.commits += 1;
        self.sessions.extend(commit.links.iter().map(|link| link.session));
        self.has_unread |= commit.links.iter().any(|link| !link.is_read);
        self.landed += commit.agent_lines();
        self.added = if is_first { commit.added } else { self.added.zip(commit.added).map(|(one, other)| one + other) };
    }
}

/// Money and requests by model and by agent.
#[derive(Debug, Default)]
struct Weights {
    models: BTreeMap<i64, (i64, i64)>,
    agents: BTreeMap<i64, (i64, i64)>,
}

fn weights(reader: &Reader, owners: &Owners) -> Result<HashMap<u64, Weights>, AnalysisError> {
    let statement = "SELECT share.git_commit, ledger.model, ledger.agent, sum(share.nano), count(*)
        FROM share JOIN ledger USING (session, call) GROUP BY 1, 2, 3";
    let mut all: HashMap<u64, Weights> = HashMap::new();
    for row in reader.rows(statement, &[])? {
        let Some(number) = row.number(0).and_then(|key| owners.of.get(&key)) else { continue };
        let weights = all.entry(*number).or_default();
        let add = |of: &mut BTreeMap<i64, (i64, i64)>, key: Option<i64>| {
            let Some(key) = key else { return };
            let sum = of.entry(key).or_default();
            *sum = (sum.0 + row.number(3).unwrap_or(0), sum.1 + row.number(4).unwrap_or(0));
        };
        add(&mut weights.models, row.number(1));
        add(&mut weights.agents, row.number(2));
    }
    Ok(all)
}

/// The one with most money, then with most requests, then the smaller key.
fn heaviest(of: &BTreeMap<i64, (i64, i64)>) -> Option<i64> {
    of.iter().rev().max_by_key(|(_, weight)| **weight).map(|(key, _)| *key)
}
