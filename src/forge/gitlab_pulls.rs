//! Merge requests of GitLab in REST, one by one.

use http::HeaderName;
use serde::Deserialize;

use super::error::ForgeError;
use super::github::escaped;
use super::patience::Patience;
use super::pull_facts::{
    Actor, Asked, Budget, CheckState, Memory, PullCommitFact, PullEvent, PullEventKind, PullFacts, PullPage, PullPhase,
    PullSource, kept, millis, review_kind,
};
use super::remembered::Remembered;
use super::site::Site;
use super::token::Token;
use super::transport::Auth;

/// Merge requests of a project.
pub struct GitLabPulls<'m> {
    http: Remembered<'m>,
    root: String,
}

impl<'m> GitLabPulls<'m> {
    /// Returns a client of a project; nothing is sent yet.
    ///
    /// # Errors
    /// [`ForgeError::Client`] if there are no certificates to trust.
    pub fn new(
        site: &Site,
        token: &Token,
        patience: Patience,
        memory: &'m dyn Memory,
    ) -> Result<GitLabPulls<'m>, ForgeError> {
        let auth = if token.is_job() { Auth::Header(HeaderName::from_static("job-token")) } else { Auth::Bearer };
        let root = format!("{}/projects/{}/merge_requests", site.api.path, escaped(&site.repository));
        Ok(GitLabPulls { http: Remembered::new(site, token, auth, patience, memory)?, root })
    }

    fn events(&self, pull: &mut PullFacts) -> Result<Vec<PullEvent>, ForgeError> {
        let author = pull.author.clone();
        let notes = format!("{}/{}/notes?order_by=created_at&sort=asc&per_page=100", self.root, pull.number);
        let (mut events, is_cut) = self.http.list(&notes, |note: Note| note.event(author.as_deref()))?;
        pull.is_cut |= is_cut;
        events.sort();
        Ok(events)
    }
}

impl PullSource for GitLabPulls<'_> {
    fn page(&self, cursor: Option<&str>, size: usize) -> Result<PullPage, ForgeError> {
        let page: u64 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(1);
        let order = "scope=all&state=all&order_by=updated_at&sort=desc";
        let path = format!("{}?{order}&per_page={size}&page={page}", self.root);
        let numbers = |rows: Vec<Numbered>, has_more| (rows.iter().map(|row| row.iid).collect::<Vec<u64>>(), has_more);
        let (numbers, has_more) = self.http.get(path, numbers)?;
        Ok(PullPage { next: has_more.then(|| (page + 1).to_string()), ..self.some(&numbers)? })
    }

    fn one(&self, number: u64) -> Result<Option<PullFacts>, ForgeError> {
        let path = format!("{}/{number}", self.root);
        let found: Option<PullFacts> = match self.http.get(path, |merge: Merge, _| merge.facts()) {
            Err(error) if error.is_not_found() => None,
            other => other?,
        };
        let Some(mut pull) = found else { return Ok(None) };
        let commits = format!("{}/{number}/commits?per_page=100", self.root);
        let (mut commits, is_cut) = self.http.list(&commits, |commit: Commit| commit.fact())?;
        // GitLab lists the last one first.
        commits.reverse();
        pull.is_cut |= is_cut;
        pull.commit_count = Some(commits.len() as u64).filter(|_| !is_cut);
        pull.commits = commits;
        pull.events = self.events(&mut pull)?;
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
    iid: u64,
}

#[derive(Debug, Deserialize)]
struct Who {
    username: String,
    bot: Option<bool>,
}

impl Who {
    /// Deleted accounts become `ghost`; tokens of projects and groups have users of their own.
    fn actor(&self) -> Option<Actor> {
        let name = self.username.as_str();
        let is_token = (name.starts_with("project_") || name.starts_with("group_")) && name.contains("_bot");
        let is_bot = self.bot == Some(true) || is_token;
        (name != "ghost").then(|| Actor::new(name.to_owned(), is_bot.then_some("Bot")))
    }
}

#[derive(Debug, Deserialize)]
struct Merge {
    iid: u64,
    state: String,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    title: String,
    description: Option<String>,
    author: Option<Who>,
    created_at: String,
    updated_at: String,
    merged_at: Option<String>,
    closed_at: Option<String>,
    target_branch: Option<String>,
    sha: Option<String>,
    merge_commit_sha: Option<String>,
    squash_commit_sha: Option<String>,
    diff_refs: Option<DiffRefs>,
    head_pipeline: Option<Pipeline>,
    #[serde(default)]
    labels: Vec<String>,
}

/// `start_sha` is where the target branch was; `base_sha` where the two part.
#[derive(Debug, Deserialize)]
struct DiffRefs {
    start_sha: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Pipeline {
    status: String,
}

impl Merge {
    fn facts(self) -> Option<PullFacts> {
        let phase = match self.state.as_str() {
            "merged" => PullPhase::Merged,
            "closed" => PullPhase::Closed,
            _ => PullPhase::Open,
        };
        let author = self.author.as_ref().and_then(Who::actor);
        // A merge without a commit of its own is a fast-forward, to the branch's last commit.
        let merge = self.merge_commit_sha.or(self.squash_commit_sha).or_else(|| self.sha.clone());
        Some(PullFacts {
            number: self.iid,
            phase,
            is_draft: self.draft,
            title: kept(&self.title),
            author_is_bot: author.as_ref().map(|author| author.is_bot),
            author: author.map(|author| kept(&author.login)),
            created: millis(&self.created_at)?,
            updated: millis(&self.updated_at)?,
            ended: self.merged_at.as_deref().or(self.closed_at.as_deref()).and_then(millis),
            base_branch: self.target_branch.as_deref().map(kept),
            base: self.diff_refs.and_then(|refs| refs.start_sha),
            head: self.sha,
            merge: merge.filter(|_| phase == PullPhase::Merged),
            checks: Some(self.head_pipeline.map_or(CheckState::None, |pipeline| pipeline.state())),
            reverts: self.description.as_deref().and_then(|text| text.lines().find_map(reverted)),
            labels: self.labels.iter().map(|label| kept(label)).collect(),
            ..PullFacts::default()
        })
    }
}

/// The button says `This reverts merge request !12`.
fn reverted(line: &str) -> Option<u64> {
    let number = line.trim().strip_prefix("This reverts merge request ")?.rsplit_once('!')?.1;
    number.trim_end_matches('.').parse().ok()
}

impl Pipeline {
    fn state(&self) -> CheckState {
        match self.status.as_str() {
            "success" | "skipped" | "manual" => CheckState::Passed,
            "failed" | "canceled" => CheckState::Failed,
            _ => CheckState::Running,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Commit {
    id: String,
    authored_date: Option<String>,
    committed_date: Option<String>,
}

impl Commit {
    fn fact(self) -> Option<PullCommitFact> {
        let author_time = millis(self.authored_date.as_deref()?)?;
        let commit_time = self.committed_date.as_deref().and_then(millis).unwrap_or(author_time);
        Some(PullCommitFact { id: self.id, author_time, commit_time })
    }
}

#[derive(Debug, Deserialize)]
struct Note {
    #[serde(default)]
    system: bool,
    #[serde(default)]
    body: String,
    created_at: String,
    author: Option<Who>,
}

impl Note {
    /// What happens is told in notes that GitLab writes itself.
    fn event(self, author: Option<&str>) -> Option<PullEvent> {
        let by = self.author.as_ref().and_then(Who::actor);
        let review = |state: Option<&str>| review_kind(state, by.as_ref(), author);
        let kind = match (self.system, self.body.as_str()) {
            (false, _) => review(None)?,
            (true, "approved this merge request") => review(Some("APPROVED"))?,
            (true, "requested changes") => review(Some("CHANGES_REQUESTED"))?,
            (true, "marked this merge request as **ready**") => PullEventKind::Ready,
            (true, "marked this merge request as **draft**") => PullEventKind::Drafted,
            (true, "reopened") => PullEventKind::Reopened,
            _ => return None,
        };
        Some(PullEvent { at: millis(&self.created_at)?, kind })
    }
}
