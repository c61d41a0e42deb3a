//! Which pull request a runner is about.

use std::path::Path;

use serde::Deserialize;

use super::api::{Forge, Head, PullNumber};
use super::error::ForgeError;
use super::site::Env;
use crate::report::ForgeKind as Kind;

/// What a runner says of the pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Its number.
    Pull(PullNumber),
    /// Its last commit; the forge knows the number.
    Head(Head),
}

impl Target {
    /// Reads the runner's event and variables. What a workflow of a fork can write (artifacts, inputs) is not looked at.
    ///
    /// # Errors
    /// [`ForgeError::NoPull`] if nothing names one, [`ForgeError::File`] if the event cannot be read.
    pub fn read(kind: Kind, env: Env<'_>) -> Result<Target, ForgeError> {
        match kind {
            Kind::GitLab => gitlab(env),
            Kind::GitHub | Kind::Gitea => github(env),
        }
        .and_then(|target| target.ok_or(ForgeError::NoPull))
    }

    /// Returns the number, asking the forge if need be.
    ///
    /// # Errors
    /// [`ForgeError::NoPull`], [`ForgeError::ManyPulls`], and what every request can meet.
    pub fn number(&self, forge: &dyn Forge) -> Result<PullNumber, ForgeError> {
        let head = match self {
            Target::Pull(number) => return Ok(*number),
            Target::Head(head) => head,
        };
        match forge.pulls_of(head)?.as_slice() {
            [] => Err(ForgeError::NoPull),
            [number] => Ok(*number),
            many => Err(ForgeError::ManyPulls { numbers: many.iter().map(|number| format!("#{number}")).collect() }),
        }
    }
}

fn gitlab(env: Env<'_>) -> Result<Option<Target>, ForgeError> {
    let number = env("CI_MERGE_REQUEST_IID").and_then(|text| text.parse().ok());
    Ok(number.map(|number| Target::Pull(PullNumber(number))).or_else(|| head(&env("CI_COMMIT_SHA")?, None)))
}

fn github(env: Env<'_>) -> Result<Option<Target>, ForgeError> {
    let event = env("GITHUB_EVENT_PATH").map(|path| read(Path::new(&path))).transpose()?;
    let by_event = event.and_then(Event::target);
    let by_ref = || env("GITHUB_REF").and_then(|name| of_ref(&name));
    Ok(by_event.or_else(by_ref).or_else(|| head(&env("GITHUB_SHA")?, None)))
}

fn read(path: &Path) -> Result<Event, ForgeError> {
    let fault = |source| ForgeError::File { path: path.to_owned(), source };
    let text = std::fs::read(path).map_err(fault)?;
    serde_json::from_slice(&text).map_err(|error| fault(error.into()))
}

/// `refs/pull/12/merge` and `refs/pull/12/head`.
fn of_ref(name: &str) -> Option<Target> {
    let (number, _) = name.strip_prefix("refs/pull/")?.split_once('/')?;
    Some(Target::Pull(PullNumber(number.parse().ok()?)))
}

fn head(commit: &str, branch: Option<(String, String)>) -> Option<Target> {
    let is_id = (40..=64).contains(&commit.len()) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| Target::Head(Head { commit: commit.to_ascii_lowercase(), branch }))
}

#[derive(Debug, Deserialize)]
struct Event {
    pull_request: Option<Numbered>,
    number: Option<u64>,
    issue: Option<Issue>,
    workflow_run: Option<WorkflowRun>,
}

#[derive(Debug, Deserialize)]
struct Numbered {
    number: u64,
}

#[derive(Debug, Deserialize)]
struct Issue {
    number: u64,
    /// Only if the issue is a pull request.
    pull_request: Option<serde::de::IgnoredAny>,
}

/// A workflow that runs after another: the variables speak of the default branch, this of the pull request.
#[derive(Debug, Deserialize)]
struct WorkflowRun {
    head_sha: String,
    head_branch: Option<String>,
    head_repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
struct Repository {
    owner: Owner,
}

#[derive(Debug, Deserialize)]
struct Owner {
    login: String,
}

impl Event {
    fn target(self) -> Option<Target> {
        let issue = self.issue.filter(|issue| issue.pull_request.is_some()).map(|issue| issue.number);
        let number = self.pull_request.map(|pull| pull.number).or(self.number).or(issue);
        number.map(|number| Target::Pull(PullNumber(number))).or_else(|| self.workflow_run?.target())
    }
}

impl WorkflowRun {
    fn target(self) -> Option<Target> {
        let owner = self.head_repository.map(|repository| repository.owner.login);
        head(&self.head_sha, owner.zip(self.head_branch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "3f2a91c04d1e77aa77aa77aa77aa77aa77aa77aa";

    fn target(event: &str, more: &'static [(&'static str, &'static str)]) -> Option<Target> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("event.json");
        std::fs::write(&path, event).unwrap();
        let env = |name: &str| match name {
            "GITHUB_EVENT_PATH" => Some(path.to_str().unwrap().to_owned()),
            _ => more.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
        };
        Target::read(Kind::GitHub, &env).ok()
    }

    fn pull(number: u64) -> Option<Target> {
        Some(Target::Pull(PullNumber(number)))
    }

    #[test]
    fn the_event_comes_before_the_variables() {
        let merge = &[("GITHUB_REF", "refs/pull/9/merge"), ("GITHUB_SHA", SHA)];
        assert_eq!(target(r#"{"pull_request":{"number":7},"number":8}"#, merge), pull(7));
        assert_eq!(target(r#"{"number":8}"#, merge), pull(8));
        assert_eq!(target("{}", merge), pull(9));
        let push = &[("GITHUB_REF", "refs/heads/main"), ("GITHUB_SHA", SHA)];
        assert_eq!(target("{}", push), Some(Target::Head(Head { commit: SHA.into(), branch: None })));
        assert_eq!(target("{}", &[]), None);
    }

    #[test]
    fn a_comment_on_a_pull_request_names_it_and_one_on_an_issue_does_not() {
        assert_eq!(target(r#"{"issue":{"number":4,"pull_request":{"url":"x"}}}"#, &[]), pull(4));
        assert_eq!(target(r#"{"issue":{"number":4}}"#, &[]), None);
    }

    #[test]
    fn a_run_after_a_run_is_about_the_first_ones_commit() {
        let event = format!(
            r#"{{"workflow_run":{{"head_sha":"{SHA}","head_branch":"fix","head_repository":{{"owner":{{"login":"f"}}}}}}}}"#
        );
        let head = Head { commit: SHA.into(), branch: Some(("f".into(), "fix".into())) };
        let variables = &[("GITHUB_SHA", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")];
        assert_eq!(target(&event, variables), Some(Target::Head(head)));
        let hostile = r#"{"workflow_run":{"head_sha":"../../user","head_branch":"x"}}"#;
        assert_eq!(target(hostile, &[]), None);
    }

    #[test]
    fn gitlab_has_a_variable() {
        let env = |name: &str| (name == "CI_MERGE_REQUEST_IID").then(|| "5".to_owned());
        assert_eq!(Target::read(Kind::GitLab, &env).ok(), pull(5));
        assert!(Target::read(Kind::GitLab, &|_| None).is_err());
    }
}
