//! `agent-trace prs`: pull requests with what their agent work cost, and what became of it.

use serde::Serialize;

use super::books::Books;
use super::cost::LineShare;
use super::imbalance::{self, Imbalance, check_lines};
use super::missing::Missing;
use super::pull_outcome::PullOutcome;
use super::pull_state::{PullChecks, PullSource, PullState, method_or_null};
use super::scope::NotListed;
use super::wire;
use crate::model::{MergeMethod, NanoUsd, Timestamp};

/// What the rows of `prs` are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum PrsBy {
    /// A pull request
    #[default]
    Pull,
    /// Kind of work: the word before the colon of the title, else a label
    Task,
    /// The model that cost most in it
    Model,
    /// The agent whose sessions cost most in it
    Agent,
    /// What became of it
    State,
    /// Who opened it; only with --authors
    Author,
    /// The month it ended in, or began in if it is open
    Month,
}

impl PrsBy {
    /// Every dimension.
    pub const ALL: [PrsBy; 7] =
        [PrsBy::Pull, PrsBy::Task, PrsBy::Model, PrsBy::Agent, PrsBy::State, PrsBy::Author, PrsBy::Month];

    /// Returns the name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            PrsBy::Pull => "pull",
            PrsBy::Task => "task",
            PrsBy::Model => "model",
            PrsBy::Agent => "agent",
            PrsBy::State => "state",
            PrsBy::Author => "author",
            PrsBy::Month => "month",
        }
    }
}

/// Pull requests and what became of them. `agent-trace/prs/1`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrsReport {
    /// What a row is.
    pub by: PrsBy,
    /// The filters.
    pub scope: PrsScope,
    /// How much of the forge is known.
    pub source: PrsSource,
    /// The pull requests, the last ended first; empty if rows are groups.
    pub rows: Vec<PrRow>,
    /// The groups; empty if rows are pull requests.
    pub groups: Vec<PrGroup>,
    /// Pull requests beyond the limit.
    pub not_listed: NotListed,
    /// All pull requests in scope.
    pub outcome: PullOutcome,
    /// Agent cost of pull requests that the filters leave out.
    #[serde(rename = "out_of_scope_nano_usd", serialize_with = "wire::nano")]
    pub out_of_scope: NanoUsd,
    /// Agent cost of commits that no pull request brought.
    #[serde(rename = "no_pull_nano_usd", serialize_with = "wire::nano")]
    pub no_pull: NanoUsd,
    /// What the words mean.
    pub definitions: Vec<Definition>,
    /// The bottom of the list: all money of the repository.
    #[serde(flatten)]
    pub books: Books,
}

/// Which pull requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PrsScope {
    /// Ended at this instant or later; open ones: opened.
    #[serde(serialize_with = "wire::text_or_null")]
    pub since: Option<Timestamp>,
    /// Ended before this instant.
    #[serde(serialize_with = "wire::text_or_null")]
    pub until: Option<Timestamp>,
    /// Only these; empty for all.
    pub states: Vec<PullState>,
    /// IANA name of the zone in which times are shown.
    pub timezone: String,
}

/// Where the facts come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PrsSource {
    /// The repository on the forge; `null` if it was never asked.
    pub repository: Option<String>,
    /// When the last reading ended.
    #[serde(serialize_with = "wire::text_or_null")]
    pub synced_at: Option<Timestamp>,
    /// Pull requests that did not change since were not asked for; `null` if all were.
    #[serde(serialize_with = "wire::text_or_null")]
    pub since: Option<Timestamp>,
    /// The last reading was cut short.
    pub is_partial: bool,
    /// Pull requests the forge told of.
    pub of_forge: u64,
    /// Pull requests known from git and sessions only.
    pub of_git: u64,
}

/// One pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrRow {
    /// Its number.
    pub number: u64,
    /// Its title; of those known from git the subject of their landing; `null` if neither is here.
    pub title: Option<String>,
    /// Who tells of it.
    pub source: PullSource,
    /// What became of it.
    pub state: Option<PullState>,
    /// Why that is not known.
    pub state_missing: Option<Missing>,
    /// How it came in.
    #[serde(serialize_with = "method_or_null")]
    pub method: Option<MergeMethod>,
    /// Why that is not known.
    pub method_missing: Option<Missing>,
    /// Login of who opened it.
    pub author: Option<String>,
    /// Why there is none.
    pub author_missing: Option<Missing>,
    /// Kind of work: `feat`, `fix`, …
    pub task: Option<String>,
    /// When it was opened.
    #[serde(serialize_with = "wire::text_or_null")]
    pub created: Option<Timestamp>,
    /// When it was merged, landed or closed.
    #[serde(serialize_with = "wire::text_or_null")]
    pub ended: Option<Timestamp>,
    /// From ready for review to the first review.
    pub first_review_ms: Option<u64>,
    /// From ready for review to the merge.
    pub merge_ms: Option<u64>,
    /// How often people reviewed, reviews without a push between them counted once.
    pub rounds: Option<u64>,
    /// Commits made after the first review.
    pub commits_after_review: Option<u64>,
    /// How often its branch was pushed with force.
    pub force_pushes: Option<u64>,
    /// What its checks came to.
    pub checks: Option<PullChecks>,
    /// Why what only the forge knows is `null`: `created`, `first_review_ms`, `merge_ms`, `rounds`, `force_pushes`,
    /// `checks`. Without a reason, `null` means that it did not happen.
    pub forge_missing: Option<Missing>,
    /// The pull request that took it back.
    pub reverted_by: Option<u64>,
    /// Its commits that agents worked on.
    pub commits: u64,
    /// Sessions that worked on them.
    pub sessions: u64,
    /// The agent whose sessions cost most.
    pub agent: Option<String>,
    /// The model that cost most.
    pub model: Option<String>,
    /// Lines of agents among the lines it added; `null` if these are not known.
    pub lines: Option<LineShare>,
    /// Shares of requests in its commits, each in one pull request only.
    #[serde(rename = "cost_nano_usd", serialize_with = "wire::nano_or_null")]
    pub cost: Option<NanoUsd>,
    /// Why there is none.
    pub cost_missing: Option<Missing>,
}

/// Pull requests that have something in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrGroup {
    /// What they share; `null` for those of which it is not known.
    pub key: Option<String>,
    /// The same for people.
    pub label: String,
    /// What became of them.
    #[serde(flatten)]
    pub outcome: PullOutcome,
}

/// What a word of the report means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// The word.
    pub name: &'static str,
    /// Its meaning.
    pub text: &'static str,
}

/// The words of `prs`.
pub const DEFINITIONS: [Definition; 11] = [
    Definition { name: "cost", text: "shares of requests in the commits of a pull request, each commit in one only" },
    Definition {
        name: "which one",
        text: "its message's, else its merge's, else by the forge's lists: merged, open, closed",
    },
    Definition { name: "landed", text: "closed without a merge, but a commit of the default branch names it" },
    Definition {
        name: "acceptance",
        text: "merged and landed of all ended ones that the forge told of; 95 % by Wilson",
    },
    Definition { name: "as is", text: "accepted without a commit after the first review, or after it was ready" },
    Definition { name: "review", text: "from ready for review to the first words of a person other than the author" },
    Definition { name: "merge", text: "from ready for review to the merge" },
    Definition { name: "rounds", text: "reviews by people, those without a push between them counted once" },
    Definition { name: "$ / accepted", text: "agent cost of accepted ones by the number of those that have one" },
    Definition { name: "wasted", text: "agent cost of those that were closed or taken back" },
    Definition { name: "model, agent", text: "the one that cost most in a pull request, so that each counts once" },
];

impl PrsReport {
    /// Checks that pull requests, other commits and leftovers sum to the total, and groups to the outcome.
    ///
    /// # Errors
    /// [`Imbalance`] with the first sum that fails.
    pub fn balanced(&self) -> Result<(), Imbalance> {
        let listed = match self.by {
            PrsBy::Pull => self.rows.iter().map(|row| row.cost).collect::<Vec<_>>(),
            _ => self.groups.iter().map(|group| group.outcome.cost).collect(),
        };
        let in_scope = listed.into_iter().chain([Some(self.not_listed.cost)]);
        imbalance::check(|| "pull requests".into(), in_scope, self.outcome.cost.unwrap_or_default())?;
        let all = [self.outcome.cost, Some(self.out_of_scope), Some(self.no_pull)];
        imbalance::check(|| "prs".into(), all.into_iter().chain(self.books.leftovers()), self.books.total)?;
        self.outcome.balanced()?;
        self.groups_balanced()
    }

    fn groups_balanced(&self) -> Result<(), Imbalance> {
        if self.by == PrsBy::Pull {
            return Ok(());
        }
        let counts = |outcome: &PullOutcome| {
            let more = [outcome.pulls, outcome.reverted, outcome.acceptance.count, outcome.acceptance.of];
            outcome.by_state().into_iter().chain(more).collect::<Vec<_>>()
        };
        self.groups.iter().try_for_each(|group| group.outcome.balanced())?;
        for (index, whole) in counts(&self.outcome).into_iter().enumerate() {
            let parts = self.groups.iter().map(|group| counts(&group.outcome)[index]);
            check_lines(|| format!("groups of pull requests, count {index}"), parts, whole)?;
        }
        Ok(())
    }
}
