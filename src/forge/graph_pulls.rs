//! Pull requests of GitHub in GraphQL: fifty with all that is wanted of them in one request.

use std::cell::Cell;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::{ForgeError, plain};
use super::patience::{Patience, clock, pause_of};
use super::pull_facts::{
    Actor, Asked, Budget, CheckState, PullCommitFact, PullEvent, PullEventKind, PullFacts, PullPage, PullPhase,
    PullSource, kept, millis, review_kind,
};
use super::site::Site;
use super::token::Token;
use super::transport::{Ask, Auth, Condition, Method, Transport};
use crate::model::reverted_pull;

/// Pull requests of a repository on GitHub.
pub struct GraphPulls {
    transport: Transport,
    path: String,
    owner: String,
    name: String,
    asked: Cell<Asked>,
}

/// What is asked of every pull request. Lists are cut at what one request can hold.
const FIELDS: &str = "fragment F on PullRequest {
  number state isDraft title body createdAt updatedAt mergedAt closedAt
  baseRefName baseRefOid headRefOid mergeCommit { oid } additions deletions
  author { __typename login }
  labels(first: 20) { nodes { name } }
  commits(first: 100) { totalCount nodes { commit { oid authoredDate committedDate } } }
  last: commits(last: 1) { nodes { commit { statusCheckRollup { state } } } }
  reviews(first: 100) { totalCount nodes { state submittedAt author { __typename login } } }
  comments(first: 50) { totalCount nodes { createdAt author { __typename login } } }
  timelineItems(first: 100, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT, HEAD_REF_FORCE_PUSHED_EVENT, REOPENED_EVENT]) {
    nodes { __typename
      ... on ReadyForReviewEvent { createdAt } ... on ConvertToDraftEvent { createdAt }
      ... on HeadRefForcePushedEvent { createdAt } ... on ReopenedEvent { createdAt } }
  }
}";

const LIST: &str = "query($owner: String!, $name: String!, $size: Int!, $after: String) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    pullRequests(first: $size, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }) {
      totalCount pageInfo { hasNextPage endCursor } nodes { ...F }
    }
  }
}";

impl GraphPulls {
    /// Returns a client of a repository; nothing is sent yet. `None` where the forge has no GraphQL.
    ///
    /// # Errors
    /// [`ForgeError::Client`] if there are no certificates to trust.
    pub fn new(site: &Site, token: &Token, patience: Patience) -> Result<Option<GraphPulls>, ForgeError> {
        let Some((base, (owner, name))) = site.graphql.as_ref().zip(site.repository.split_once('/')) else {
            return Ok(None);
        };
        Ok(Some(GraphPulls {
            transport: Transport::new(base, &site.proxies, token, Auth::Bearer, patience)?,
            path: base.path.clone(),
            owner: owner.to_owned(),
            name: name.to_owned(),
            asked: Cell::new(Asked::default()),
        }))
    }

    /// Asks; parts that the token may not see are `null` in the answer, which is no failure while the rest is there.
    fn ask(&self, query: &str, variables: Value) -> Result<(Data, Budget), ForgeError> {
        let body = json!({ "query": format!("{query}\n{FIELDS}"), "variables": variables });
        let path = self.path.clone();
        let ask = Ask {
            method: Method::Post,
            path,
            body: Some(&body),
            is_repeatable: true,
            condition: Condition::OfTransport,
        };
        let reply = self.transport.answer(&ask)?;
        let answer: Answer = self.transport.parse(&ask, &reply)?;
        let data = answer.data.unwrap_or_default();
        let budget = data.budget(clock(&reply.headers));
        let cost = budget.cost.unwrap_or(1);
        let asked = self.asked.get();
        self.asked.set(Asked { requests: asked.requests + 1, points: asked.points + cost, ..asked });
        let is_limit = answer.errors.iter().any(|error| error.kind == "RATE_LIMITED");
        match answer.errors.first() {
            Some(_) if is_limit => Err(self.limited(pause_of(&reply.headers))),
            Some(error) if data.repository.is_none() => Err(ForgeError::Refused {
                host: self.transport.host().to_owned(),
                asked: "GraphQL".to_owned(),
                status: status_of(&error.kind),
                message: plain(&error.message),
            }),
            _ => Ok((data, budget)),
        }
    }

    fn limited(&self, pause: Duration) -> ForgeError {
        ForgeError::Limited { host: self.transport.host().to_owned(), pause }
    }
}

fn status_of(kind: &str) -> u16 {
    match kind {
        "NOT_FOUND" => 404,
        "FORBIDDEN" => 403,
        "INVALID_CURSOR_ARGUMENTS" => 422,
        _ => 200,
    }
}

impl PullSource for GraphPulls {
    fn page(&self, cursor: Option<&str>, size: usize) -> Result<PullPage, ForgeError> {
        let variables = json!({ "owner": self.owner, "name": self.name, "size": size, "after": cursor });
        let (data, budget) = self.ask(LIST, variables)?;
        let list = data.repository.and_then(|repository| repository.list).unwrap_or_default();
        let next = list.page.and_then(|page| page.cursor.filter(|_| page.has_next));
        Ok(PullPage { pulls: facts(list.nodes), next, total: list.total, budget })
    }

    fn one(&self, number: u64) -> Result<Option<PullFacts>, ForgeError> {
        Ok(self.some(&[number])?.pulls.pop())
    }

    fn some(&self, numbers: &[u64]) -> Result<PullPage, ForgeError> {
        let one = |number: &u64| format!("p{number}: pullRequest(number: {number}) {{ ...F }}");
        let all: Vec<String> = numbers.iter().map(one).collect();
        let query = format!(
            "query($owner: String!, $name: String!) {{ rateLimit {{ cost remaining resetAt }}
               repository(owner: $owner, name: $name) {{ {} }} }}",
            all.join("\n")
        );
        let (data, budget) = self.ask(&query, json!({ "owner": self.owner, "name": self.name }))?;
        let found = data.repository.map(|repository| repository.named).unwrap_or_default();
        let pulls = found.into_values().filter_map(|value| serde_json::from_value(value).ok());
        Ok(PullPage { pulls: facts(pulls.collect()), budget, ..PullPage::default() })
    }

    fn asked(&self) -> Asked {
        self.asked.get()
    }

    fn used_up(&self, budget: &Budget) -> ForgeError {
        let pause = budget.resets.zip(budget.now).map_or(3_600_000, |(resets, now)| resets - now);
        self.limited(Duration::from_millis(u64::try_from(pause).unwrap_or(0)))
    }
}

fn facts(nodes: Vec<Option<Node>>) -> Vec<PullFacts> {
    nodes.into_iter().flatten().filter_map(Node::facts).collect()
}

#[derive(Debug, Deserialize)]
struct Answer {
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<GraphError>,
}

#[derive(Debug, Deserialize)]
struct GraphError {
    message: String,
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Debug, Default, Deserialize)]
struct Data {
    #[serde(rename = "rateLimit")]
    limit: Option<Limit>,
    repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Limit {
    cost: u64,
    remaining: u64,
    reset_at: String,
}

#[derive(Debug, Deserialize)]
struct Repository {
    #[serde(rename = "pullRequests")]
    list: Option<List>,
    #[serde(flatten)]
    named: std::collections::BTreeMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
struct List {
    #[serde(rename = "totalCount")]
    total: Option<u64>,
    #[serde(rename = "pageInfo")]
    page: Option<PageInfo>,
    #[serde(default)]
    nodes: Vec<Option<Node>>,
}

#[derive(Debug, Deserialize)]
struct PageInfo {
    #[serde(rename = "hasNextPage")]
    has_next: bool,
    #[serde(rename = "endCursor")]
    cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    number: u64,
    state: String,
    #[serde(default)]
    is_draft: bool,
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: Option<String>,
    created_at: String,
    updated_at: String,
    merged_at: Option<String>,
    closed_at: Option<String>,
    base_ref_name: Option<String>,
    base_ref_oid: Option<String>,
    head_ref_oid: Option<String>,
    merge_commit: Option<Oid>,
    additions: Option<u64>,
    deletions: Option<u64>,
    author: Option<Who>,
    labels: Option<Nodes<Label>>,
    commits: Option<Nodes<CommitNode>>,
    last: Option<Nodes<LastNode>>,
    reviews: Option<Nodes<Review>>,
    comments: Option<Nodes<Comment>>,
    timeline_items: Option<Nodes<Item>>,
}

#[derive(Debug, Deserialize)]
struct Oid {
    oid: String,
}

#[derive(Debug, Deserialize)]
struct Who {
    #[serde(rename = "__typename")]
    kind: Option<String>,
    login: String,
}

#[derive(Debug, Deserialize)]
struct Label {
    name: String,
}

/// A list; an entry that the token may not see is `null`.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Nodes<T> {
    #[serde(rename = "totalCount")]
    total: Option<u64>,
    #[serde(default = "Vec::new")]
    nodes: Vec<Option<T>>,
}

#[derive(Debug, Deserialize)]
struct CommitNode {
    commit: CommitTimes,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommitTimes {
    oid: String,
    authored_date: String,
    committed_date: String,
}

#[derive(Debug, Deserialize)]
struct LastNode {
    commit: Rollups,
}

#[derive(Debug, Deserialize)]
struct Rollups {
    #[serde(rename = "statusCheckRollup")]
    rollup: Option<Rollup>,
}

#[derive(Debug, Deserialize)]
struct Rollup {
    state: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    state: String,
    submitted_at: Option<String>,
    author: Option<Who>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    created_at: String,
    author: Option<Who>,
}

#[derive(Debug, Deserialize)]
struct Item {
    #[serde(rename = "__typename")]
    kind: String,
    #[serde(rename = "createdAt")]
    at: Option<String>,
}

impl Data {
    fn budget(&self, now: Option<i64>) -> Budget {
        let limit = self.limit.as_ref();
        Budget {
            cost: limit.map(|limit| limit.cost),
            remaining: limit.map(|limit| limit.remaining),
            resets: limit.and_then(|limit| millis(&limit.reset_at)),
            now,
        }
    }
}

impl Who {
    fn actor(&self) -> Actor {
        Actor::new(self.login.clone(), self.kind.as_deref())
    }
}

impl<T> Nodes<T> {
    fn is_cut(&self) -> bool {
        self.total.is_some_and(|total| total > self.nodes.len() as u64)
    }
}

fn items<T>(list: Option<&Nodes<T>>) -> impl Iterator<Item = &T> {
    list.into_iter().flat_map(|list| list.nodes.iter().flatten())
}

impl Node {
    fn facts(self) -> Option<PullFacts> {
        let phase = match self.state.as_str() {
            "MERGED" => PullPhase::Merged,
            "CLOSED" => PullPhase::Closed,
            _ => PullPhase::Open,
        };
        let commits: Vec<PullCommitFact> = items(self.commits.as_ref()).filter_map(|node| fact(&node.commit)).collect();
        let cut = [
            self.commits.as_ref().is_some_and(Nodes::is_cut),
            self.reviews.as_ref().is_some_and(Nodes::is_cut),
            self.comments.as_ref().is_some_and(Nodes::is_cut),
        ];
        let author = self.author.as_ref().map(Who::actor);
        Some(PullFacts {
            number: self.number,
            phase,
            is_draft: self.is_draft,
            title: kept(&self.title),
            created: millis(&self.created_at)?,
            updated: millis(&self.updated_at)?,
            ended: self.merged_at.as_deref().or(self.closed_at.as_deref()).and_then(millis),
            base_branch: self.base_ref_name.as_deref().map(kept),
            commit_count: self.commits.as_ref().and_then(|list| list.total),
            checks: self.checks(),
            reverts: self.body.as_deref().and_then(|body| body.lines().find_map(reverted_pull)),
            labels: items(self.labels.as_ref()).map(|label| kept(&label.name)).collect(),
            events: self.events(author.as_ref().map(|author| author.login.as_str())),
            author_is_bot: author.as_ref().map(|author| author.is_bot),
            author: author.map(|author| kept(&author.login)),
            base: self.base_ref_oid,
            head: self.head_ref_oid,
            merge: self.merge_commit.map(|commit| commit.oid).filter(|_| phase == PullPhase::Merged),
            added: self.additions,
            deleted: self.deletions,
            commits,
            is_cut: cut.contains(&true),
        })
    }

    fn checks(&self) -> Option<CheckState> {
        let last = items(self.last.as_ref()).next()?;
        Some(match last.commit.rollup.as_ref().map(|rollup| rollup.state.as_str()) {
            None => CheckState::None,
            Some("SUCCESS") => CheckState::Passed,
            Some("FAILURE" | "ERROR") => CheckState::Failed,
            Some(_) => CheckState::Running,
        })
    }

    fn events(&self, author: Option<&str>) -> Vec<PullEvent> {
        let event = |at: &str, kind: Option<PullEventKind>| Some(PullEvent { at: millis(at)?, kind: kind? });
        let by = |who: &Option<Who>| who.as_ref().map(Who::actor);
        let reviews = items(self.reviews.as_ref()).filter(|review| review.state != "PENDING").filter_map(|review| {
            event(
                review.submitted_at.as_deref()?,
                review_kind(Some(&review.state), by(&review.author).as_ref(), author),
            )
        });
        let comments = items(self.comments.as_ref())
            .filter_map(|comment| event(&comment.created_at, review_kind(None, by(&comment.author).as_ref(), author)));
        let others = items(self.timeline_items.as_ref()).filter_map(|item| {
            let kind = match item.kind.as_str() {
                "ReadyForReviewEvent" => PullEventKind::Ready,
                "ConvertToDraftEvent" => PullEventKind::Drafted,
                "HeadRefForcePushedEvent" => PullEventKind::ForcePushed,
                "ReopenedEvent" => PullEventKind::Reopened,
                _ => return None,
            };
            event(item.at.as_deref()?, Some(kind))
        });
        let mut events: Vec<PullEvent> = reviews.chain(comments).chain(others).collect();
        events.sort();
        events
    }
}

fn fact(commit: &CommitTimes) -> Option<PullCommitFact> {
    let (author_time, commit_time) = (millis(&commit.authored_date)?, millis(&commit.committed_date)?);
    Some(PullCommitFact { id: commit.oid.clone(), author_time, commit_time })
}
