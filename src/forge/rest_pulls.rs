//! Pull requests in REST, one by one: of GitHub, where one is asked for, and of Gitea and Forgejo.
//!
//! What did not change since it was last asked for is not sent again: the forge is shown the tag of its earlier answer, of
//! which only what matters was kept.

use serde::Deserialize;

use super::error::ForgeError;
use super::patience::Patience;
use super::pull_facts::{
    Actor, Asked, Budget, CheckState, Memory, PullCommitFact, PullEvent, PullEventKind, PullFacts, PullPage, PullPhase,
    PullSource, kept, millis, review_kind,
};
use super::remembered::{Remembered, if_allowed};
use super::site::Site;
use super::token::Token;
use super::transport::Auth;
use crate::model::reverted_pull;
use crate::report::ForgeKind as Kind;

/// Pull requests of a repository.
pub struct RestPulls<'m> {
    http: Remembered<'m>,
    root: String,
    kind: Kind,
}

impl<'m> RestPulls<'m> {
    /// Returns a client of a repository on GitHub, Gitea or Forgejo; nothing is sent yet.
    ///
    /// # Errors
    /// [`ForgeError::Client`] if there are no certificates to trust.
    pub fn new(
        site: &Site,
        token: &Token,
        patience: Patience,
        memory: &'m dyn Memory,
    ) -> Result<RestPulls<'m>, ForgeError> {
        let root = format!("{}/repos/{}", site.api.path, site.repository);
        Ok(RestPulls { http: Remembered::new(site, token, Auth::Bearer, patience, memory)?, root, kind: site.kind })
    }

    /// The name of the parameter.
    fn size(&self) -> &'static str {
        if self.kind == Kind::Gitea { "limit" } else { "per_page" }
    }

    /// A list with pages.
    fn list_of(&self, what: &str) -> String {
        format!("{}/{what}?{}=100", self.root, self.size())
    }

    fn events(&self, pull: &mut PullFacts) -> Result<Vec<PullEvent>, ForgeError> {
        let (number, author) = (pull.number, pull.author.clone());
        let reviews = self.list_of(&format!("pulls/{number}/reviews"));
        let (mut events, is_cut) = self.http.list(&reviews, |review: Review| review.event(author.as_deref()))?;
        pull.is_cut |= is_cut;
        let comments = self.list_of(&format!("issues/{number}/comments"));
        let (found, is_cut) = self.http.list(&comments, |comment: Comment| comment.event(author.as_deref()))?;
        pull.is_cut |= is_cut;
        events.extend(found);
        if self.kind == Kind::GitHub {
            let timeline = self.list_of(&format!("issues/{number}/timeline"));
            // A token for pull requests alone may not see what happened to them as issues.
            let found = if_allowed(self.http.list(&timeline, |item: Item| item.event()))?;
            pull.is_cut |= found.is_none();
            events.extend(found.into_iter().flat_map(|(events, _)| events));
        }
        events.sort();
        Ok(events)
    }

    /// What the token may not see is not known; it is no failure.
    fn checks(&self, head: Option<&str>) -> Result<Option<CheckState>, ForgeError> {
        let Some(head) = head else { return Ok(None) };
        let path = format!("{}/commits/{head}/status", self.root);
        let by_status = if_allowed(self.http.get(path, |status: Status, _| status.state()))?;
        let by_runs = match self.kind {
            Kind::GitHub => {
                let path = format!("{}/commits/{head}/check-runs?per_page=100", self.root);
                if_allowed(self.http.get(path, |runs: Runs, _| runs.state()))?
            }
            _ => None,
        };
        Ok(worse(by_status, by_runs))
    }
}

/// One that failed decides, then one that runs, then one that passed.
fn worse(one: Option<CheckState>, other: Option<CheckState>) -> Option<CheckState> {
    let rank = |state: &CheckState| match state {
        CheckState::None => 0,
        CheckState::Passed => 1,
        CheckState::Running => 2,
        CheckState::Failed => 3,
    };
    one.into_iter().chain(other).max_by_key(rank)
}

impl PullSource for RestPulls<'_> {
    /// The cursor is the number of the page: what changes meanwhile pushes others back, never out.
    fn page(&self, cursor: Option<&str>, size: usize) -> Result<PullPage, ForgeError> {
        let page: u64 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(1);
        let order = if self.kind == Kind::Gitea { "sort=recentupdate" } else { "sort=updated&direction=desc" };
        let path = format!("{}/pulls?state=all&{order}&{}={size}&page={page}", self.root, self.size());
        let numbers =
            |rows: Vec<Numbered>, has_more| (rows.iter().map(|row| row.number).collect::<Vec<u64>>(), has_more);
        let (numbers, has_more) = self.http.get(path, numbers)?;
        let next = has_more.then(|| (page + 1).to_string());
        Ok(PullPage { next, ..self.some(&numbers)? })
    }

    fn one(&self, number: u64) -> Result<Option<PullFacts>, ForgeError> {
        let path = format!("{}/pulls/{number}", self.root);
        let found: Option<PullFacts> = match self.http.get(path, |pull: Pull, _| pull.facts()) {
            Err(error) if error.is_not_found() => None,
            other => other?,
        };
        let Some(mut pull) = found else { return Ok(None) };
        let commits = self.list_of(&format!("pulls/{number}/commits"));
        let (commits, is_cut) = self.http.list(&commits, |commit: Commit| commit.fact())?;
        pull.is_cut |= is_cut;
        pull.commit_count = pull.commit_count.or(Some(commits.len() as u64).filter(|_| !is_cut));
        pull.commits = commits;
        pull.events = self.events(&mut pull)?;
        pull.checks = self.checks(pull.head.as_deref())?;
        Ok(Some(pull))
    }

    fn asked(&self) -> Asked {
        self.http.asked()
    }

    fn used_up(&self, _budget: &Budget) -> ForgeError {
        self.http.used_up()
    }
}

#[derive(Debug, Deserialize)]
struct Numbered {
    number: u64,
}

#[derive(Debug, Deserialize)]
struct User {
    login: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl User {
    fn actor(&self) -> Actor {
        Actor::new(self.login.clone(), self.kind.as_deref())
    }
}

#[derive(Debug, Deserialize)]
struct Branch {
    #[serde(rename = "ref")]
    name: Option<String>,
    sha: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Label {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Pull {
    number: u64,
    state: String,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    title: String,
    body: Option<String>,
    user: Option<User>,
    created_at: String,
    updated_at: String,
    merged_at: Option<String>,
    closed_at: Option<String>,
    base: Option<Branch>,
    head: Option<Branch>,
    merge_commit_sha: Option<String>,
    additions: Option<u64>,
    deletions: Option<u64>,
    commits: Option<u64>,
    #[serde(default)]
    labels: Vec<Label>,
}

impl Pull {
    fn facts(self) -> Option<PullFacts> {
        let phase = match (self.merged_at.is_some(), self.state.as_str()) {
            (true, _) => PullPhase::Merged,
            (false, "closed") => PullPhase::Closed,
            _ => PullPhase::Open,
        };
        let author = self.user.as_ref().map(User::actor);
        let base = self.base.as_ref();
        Some(PullFacts {
            number: self.number,
            phase,
            is_draft: self.draft,
            title: kept(&self.title),
            author_is_bot: author.as_ref().map(|author| author.is_bot),
            author: author.map(|author| kept(&author.login)),
            created: millis(&self.created_at)?,
            updated: millis(&self.updated_at)?,
            ended: self.merged_at.as_deref().or(self.closed_at.as_deref()).and_then(millis),
            base_branch: base.and_then(|base| base.name.as_deref().map(kept)),
            base: base.and_then(|base| base.sha.clone()),
            head: self.head.and_then(|head| head.sha),
            // Before the merge it is a trial's.
            merge: self.merge_commit_sha.filter(|_| phase == PullPhase::Merged),
            added: self.additions,
            deleted: self.deletions,
            commit_count: self.commits,
            reverts: self.body.as_deref().and_then(|body| body.lines().find_map(reverted_pull)),
            labels: self.labels.iter().map(|label| kept(&label.name)).collect(),
            ..PullFacts::default()
        })
    }
}

#[derive(Debug, Deserialize)]
struct Commit {
    sha: String,
    commit: CommitBody,
}

#[derive(Debug, Deserialize)]
struct CommitBody {
    author: Option<Signature>,
    committer: Option<Signature>,
}

#[derive(Debug, Deserialize)]
struct Signature {
    date: Option<String>,
}

impl Commit {
    fn fact(self) -> Option<PullCommitFact> {
        let time = |signature: &Option<Signature>| millis(signature.as_ref()?.date.as_deref()?);
        let author_time = time(&self.commit.author)?;
        let commit_time = time(&self.commit.committer).unwrap_or(author_time);
        Some(PullCommitFact { id: self.sha, author_time, commit_time })
    }
}

#[derive(Debug, Deserialize)]
struct Review {
    state: Option<String>,
    submitted_at: Option<String>,
    user: Option<User>,
}

impl Review {
    fn event(self, author: Option<&str>) -> Option<PullEvent> {
        if self.state.as_deref() == Some("PENDING") {
            return None;
        }
        let by = self.user.as_ref().map(User::actor);
        let kind = review_kind(self.state.as_deref(), by.as_ref(), author)?;
        Some(PullEvent { at: millis(&self.submitted_at?)?, kind })
    }
}

#[derive(Debug, Deserialize)]
struct Comment {
    created_at: String,
    user: Option<User>,
}

impl Comment {
    fn event(self, author: Option<&str>) -> Option<PullEvent> {
        let by = self.user.as_ref().map(User::actor);
        Some(PullEvent { at: millis(&self.created_at)?, kind: review_kind(None, by.as_ref(), author)? })
    }
}

#[derive(Debug, Deserialize)]
struct Item {
    event: Option<String>,
    created_at: Option<String>,
}

impl Item {
    fn event(self) -> Option<PullEvent> {
        let kind = match self.event.as_deref()? {
            "ready_for_review" => PullEventKind::Ready,
            "convert_to_draft" => PullEventKind::Drafted,
            "head_ref_force_pushed" => PullEventKind::ForcePushed,
            "reopened" => PullEventKind::Reopened,
            _ => return None,
        };
        Some(PullEvent { at: millis(&self.created_at?)?, kind })
    }
}

#[derive(Debug, Deserialize)]
struct Status {
    state: Option<String>,
    total_count: Option<u64>,
}

impl Status {
    /// GitHub says `pending` where there is none.
    fn state(self) -> CheckState {
        match self.state.as_deref() {
            _ if self.total_count == Some(0) => CheckState::None,
            Some("success") => CheckState::Passed,
            Some("failure" | "error") => CheckState::Failed,
            Some("pending") => CheckState::Running,
            _ => CheckState::None,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Runs {
    #[serde(default)]
    check_runs: Vec<CheckRun>,
}

#[derive(Debug, Deserialize)]
struct CheckRun {
    status: Option<String>,
    conclusion: Option<String>,
}

impl Runs {
    fn state(self) -> CheckState {
        let state = |run: &CheckRun| match (run.status.as_deref(), run.conclusion.as_deref()) {
            (Some("completed"), Some("success" | "neutral" | "skipped")) => CheckState::Passed,
            (Some("completed"), _) => CheckState::Failed,
            _ => CheckState::Running,
        };
        self.check_runs.iter().map(state).fold(None, |all, one| worse(all, Some(one))).unwrap_or(CheckState::None)
    }
}
