//! Every pull request that anything is known of, as a row.

use std::collections::{BTreeSet, HashMap};

use super::pull_facts::{ForgePull, GitPull, PullFacts};
use super::pull_money::PullWork;
use super::pull_owners::Owners;
use super::pull_times::{Review, review};
use super::task_type::task_type;
use crate::model::{CommitId, MergeMethod, NanoUsd, Timestamp};
use crate::report::{LineShare, Missing, PrRow, PullChecks, PullSource, PullState};

/// Looks up what the message of a landing calls it; the store keeps no subject.
pub type Titles<'t> = dyn Fn(&[CommitId]) -> Vec<Option<String>> + 't;

/// A row, and what only sums need.
#[derive(Debug, Clone)]
pub(super) struct PullLine {
    pub(super) row: PrRow,
    /// Nothing was changed in review; `None` if the forge did not tell.
    pub(super) is_as_is: Option<bool>,
}

impl PullLine {
    /// When it ended, or began if it has not; `None` if neither is known.
    pub(super) fn at(&self) -> Option<Timestamp> {
        self.row.ended.or(self.row.created)
    }
}

/// Returns all rows, by number.
pub(super) fn lines(
    facts: &PullFacts,
    owners: &Owners,
    work: &HashMap<u64, PullWork>,
    titles: &Titles<'_>,
    with_authors: bool,
) -> Vec<PullLine> {
    let known = facts.forge.keys().chain(&facts.heads).chain(&facts.opened).chain(owners.landings.keys());
    let numbers: BTreeSet<u64> = known.copied().collect();
    let reverted = reverted(facts, owners);
    let nothing = PullWork::default();
    let mut lines: Vec<PullLine> = numbers
        .into_iter()
        .map(|number| {
            let sources = Sources { forge: facts.forge.get(&number), git: owners.landing(number), facts, owners };
            let mut line = sources.line(number, work.get(&number).unwrap_or(&nothing), with_authors);
            line.row.reverted_by = reverted.get(&number).copied();
            line
        })
        .collect();
    name(&mut lines, owners, titles);
    for line in &mut lines {
        let labels = facts.forge.get(&line.row.number).map_or("", |pull| pull.labels.as_str());
        line.row.task = task_type(line.row.title.as_deref(), labels).map(str::to_owned);
    }
    lines
}

/// What is known of one pull request.
struct Sources<'f> {
    forge: Option<&'f ForgePull>,
    git: Option<&'f GitPull>,
    facts: &'f PullFacts,
    owners: &'f Owners,
}

impl Sources<'_> {
    fn line(&self, number: u64, work: &PullWork, with_authors: bool) -> PullLine {
        let state = self.facts.state(number, self.git);
        let method = self.method(number, state.ok());
        let found = self.forge.map(review);
        let author = self.forge.and_then(|pull| pull.author.clone());
        let author_missing = match (self.forge.is_some(), with_authors, author.is_some()) {
            (false, ..) => Some(Missing::NotSynced),
            (true, false, _) => Some(Missing::NotAsked),
            (true, true, false) => Some(Missing::NotRecorded),
            (true, true, true) => None,
        };
        let of = |value: fn(&Review) -> u64| found.as_ref().map(value);
        let is_merged = state.is_ok_and(PullState::is_accepted);
        let row = PrRow {
            number,
            title: self.forge.map(|pull| pull.title.clone()),
            source: self.source(number),
            state: state.ok(),
            state_missing: state.err(),
            method: method.ok(),
            method_missing: method.err(),
            author: author.filter(|_| with_authors),
            author_missing,
            task: None,
            created: self.forge.map(|pull| Timestamp(pull.created)),
            ended: self.ended(state.ok()),
            first_review_ms: found.and_then(|found| found.first_review_ms),
            merge_ms: found.and_then(|found| found.end_ms).filter(|_| is_merged),
            rounds: of(|found| found.rounds),
            commits_after_review: found.and_then(|found| found.commits_after_review),
            force_pushes: of(|found| found.force_pushes),
            checks: self.forge.and_then(|pull| PullChecks::from_code(pull.checks?)),
            forge_missing: self.forge.is_none().then_some(Missing::NotSynced),
            reverted_by: None,
            commits: work.commits,
            sessions: work.sessions.len() as u64,
            agent: work.agent.clone(),
            model: work.model.clone(),
            lines: self.lines(work),
            cost: work.has_cost.then_some(work.cost),
            cost_missing: cost_missing(work),
        };
        PullLine { row, is_as_is: found.map(|found| found.is_as_is).filter(|_| is_merged) }
    }

    fn source(&self, number: u64) -> PullSource {
        match (self.forge, self.git) {
            (Some(_), _) => PullSource::Forge,
            (None, Some(_)) => PullSource::Git,
            (None, None) if self.facts.heads.contains(&number) => PullSource::Head,
            (None, None) => PullSource::Session,
        }
    }

    /// The forge does not tell: commits do, and the words of the landing.
    fn method(&self, number: u64, state: Option<PullState>) -> Result<MergeMethod, Missing> {
        if !state.is_some_and(PullState::is_accepted) {
            return Err(if state.is_some() { Missing::NotApplicable } else { Missing::NotSynced });
        }
        let by_commits = self.owners.lineages.get(&number).map(|lineage| lineage.method);
        let by_words = self.git.and_then(|pull| match pull.form {
            1 | 6 => Some(MergeMethod::Merge),
            2 => Some(MergeMethod::Squash),
            _ => None,
        });
        let has_forge = self.forge.is_some_and(|pull| pull.merge.is_some());
        by_commits.or(by_words).ok_or(if has_forge { Missing::NoContent } else { Missing::Ambiguous })
    }

    fn ended(&self, state: Option<PullState>) -> Option<Timestamp> {
        let by_forge = self.forge.and_then(|pull| pull.ended);
        let by_git = self.git.filter(|_| self.forge.is_none()).map(|pull| pull.at);
        by_forge.or(by_git).filter(|_| state.is_some_and(PullState::is_ended)).map(Timestamp)
    }

    fn lines(&self, work: &PullWork) -> Option<LineShare> {
        let added = self.forge.and_then(|pull| pull.added).or(work.added)?;
        Some(LineShare { landed: work.landed, added })
    }
}

fn cost_missing(work: &PullWork) -> Option<Missing> {
    match () {
        () if work.has_cost => None,
        () if work.commits == 0 => Some(Missing::NoSession),
        () if work.has_unread => Some(Missing::NotRead),
        () => Some(Missing::Unpriced),
    }
}

/// Gives those that the forge did not tell of the words of their landing.
fn name(lines: &mut [PullLine], owners: &Owners, titles: &Titles<'_>) {
    let landing = |line: &PullLine| owners.landing(line.row.number).filter(|_| line.row.title.is_none());
    let ids: Vec<CommitId> = lines.iter().filter_map(landing).map(|pull| pull.id).collect();
    let mut found = titles(&ids).into_iter();
    for line in lines.iter_mut().filter(|line| landing(line).is_some()) {
        line.row.title = found.next().flatten();
    }
}

/// Who took back whom, after reverts of reverts: a later number takes back an earlier one.
fn reverted(facts: &PullFacts, owners: &Owners) -> HashMap<u64, u64> {
    let by_forge = facts.forge.iter().filter_map(|(number, pull)| Some((*number, pull.reverts?)));
    let by_git = owners.landings.iter().filter_map(|(number, pull)| Some((*number, pull.reverts?)));
    let is_accepted = |number: u64| facts.state(number, owners.landing(number)).is_ok_and(PullState::is_accepted);
    let edges: BTreeSet<(u64, u64)> = by_forge.chain(by_git).filter(|(by, of)| by > of && is_accepted(*by)).collect();
    let mut reverted: HashMap<u64, u64> = HashMap::new();
    // The last word first: what was taken back itself takes nothing back.
    for (by, of) in edges.into_iter().rev() {
        if !reverted.contains_key(&by) {
            reverted.entry(of).or_insert(by);
        }
    }
    reverted
}

/// The sum of known amounts.
pub(super) fn sum<'l>(lines: impl IntoIterator<Item = &'l PullLine>) -> NanoUsd {
    lines.into_iter().filter_map(|line| line.row.cost).sum()
}
