//! Which pull request a runner is about, and between which commits.

use std::path::Path;

use serde::Deserialize;

use super::error::RunnerError;
use super::kind::Env;
use super::login::{is_address, server};
use crate::report::ForgeKind;

/// What a runner says of the pull request. What a workflow of a fork can write (artifacts, inputs) is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub pull: Option<u64>,
    /// The commit it would be merged into, in full.
    pub base: Option<String>,
    /// Its last commit, in full.
    pub head: Option<String>,
    /// Its last commit before the push that this is about.
    pub before: Option<String>,
    /// Whether it comes from a fork.
    pub is_fork: bool,
    /// Where that is; `None` if it is not known or not on the same server.
    pub fork: Option<String>,
    /// The run that this one follows (GitHub's `workflow_run`).
    pub run: Option<Run>,
    /// The commit of the job, whatever the event is.
    pub commit: Option<String>,
}

/// A run of another workflow that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The last commit of the pull request it was about.
    pub commit: String,
    /// Who owns the repository that commit was pushed to, and the branch there.
    pub branch: Option<(String, String)>,
    /// That repository, `owner/name`.
    pub repository: Option<String>,
    /// Whether it is another than the one this runs in; so if nothing says.
    pub is_fork: bool,
}

impl Event {
    /// Reads the runner's event and variables; nothing is known where there is no runner.
    ///
    /// # Errors
    /// [`RunnerError::Event`] if there is an event that cannot be read.
    pub fn read(kind: ForgeKind, env: Env<'_>) -> Result<Event, RunnerError> {
        match kind {
            ForgeKind::GitLab => Ok(gitlab(env)),
            ForgeKind::GitHub | ForgeKind::Gitea => github(env),
        }
    }
}

/// `CI_MERGE_REQUEST_DIFF_BASE_SHA` is where the two parted, which leaves out the same commits as the target does.
fn gitlab(env: Env<'_>) -> Event {
    let commit = |name| env(name).and_then(id);
    let project = |name| env(name).map(|url| url.trim_end_matches('/').to_owned()).filter(|url| is_address(url));
    let (own, source) = (project("CI_MERGE_REQUEST_PROJECT_URL"), project("CI_MERGE_REQUEST_SOURCE_PROJECT_URL"));
    let is_fork = own.is_some() && source.is_some() && own != source;
    let pull = env("CI_MERGE_REQUEST_IID").and_then(|text| text.parse().ok());
    Event {
        pull,
        base: commit("CI_MERGE_REQUEST_DIFF_BASE_SHA"),
        // A pipeline of the merged result has a commit of its own.
        head: commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")
            .or_else(|| commit("CI_COMMIT_SHA").filter(|_| pull.is_some())),
        before: None,
        is_fork,
        fork: source.filter(|_| is_fork),
        run: None,
        commit: commit("CI_COMMIT_SHA"),
    }
}

fn github(env: Env<'_>) -> Result<Event, RunnerError> {
    let read = env("GITHUB_EVENT_PATH").map(|path| read(Path::new(&path))).transpose()?;
    let mut event = read.map(|file| file.event(server(env).as_deref())).unwrap_or_default();
    if event.run.is_none() {
        event.pull = event.pull.or_else(|| env("GITHUB_REF").and_then(|name| of_ref(&name)));
    }
    event.commit = env("GITHUB_SHA").and_then(id);
    Ok(event)
}

fn read(path: &Path) -> Result<File, RunnerError> {
    let fault = |source| RunnerError::Event { path: path.to_owned(), source };
    let text = std::fs::read(path).map_err(fault)?;
    serde_json::from_slice(&text).map_err(|error| fault(error.into()))
}

/// `refs/pull/12/merge` and `refs/pull/12/head`.
fn of_ref(name: &str) -> Option<u64> {
    let (number, _) = name.strip_prefix("refs/pull/")?.split_once('/')?;
    number.parse().ok()
}

/// Only a full id; forges write zeros for "none".
fn id(text: String) -> Option<String> {
    let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_id && text.bytes().any(|byte| byte != b'0')).then(|| text.to_ascii_lowercase())
}

#[derive(Debug, Deserialize)]
struct File {
    pull_request: Option<Pull>,
    number: Option<u64>,
    before: Option<String>,
    issue: Option<Issue>,
    workflow_run: Option<WorkflowRun>,
    repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
struct Pull {
    number: Option<u64>,
    base: Option<End>,
    head: Option<End>,
}

#[derive(Debug, Deserialize)]
struct End {
    sha: Option<String>,
    repo: Option<Repository>,
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

#[derive(Debug, Clone, Deserialize)]
struct Repository {
    full_name: Option<String>,
    clone_url: Option<String>,
    owner: Option<Owner>,
}

#[derive(Debug, Clone, Deserialize)]
struct Owner {
    login: String,
}

impl File {
    fn event(self, server: Option<&str>) -> Event {
        let own = self.repository.and_then(|repository| repository.full_name);
        let issue = self.issue.filter(|issue| issue.pull_request.is_some()).map(|issue| issue.number);
        let is_pull = self.pull_request.is_some();
        let (number, base, head) =
            self.pull_request.map_or((None, None, None), |pull| (pull.number, pull.base, pull.head));
        let name = |end: &Option<End>| end.as_ref().and_then(|end| end.repo.as_ref()?.full_name.clone());
        // A fork that was deleted has no name.
        let is_fork = name(&base).is_some() && name(&head) != name(&base);
        let fork = head.as_ref().filter(|_| is_fork).and_then(|head| fork(head, server));
        let sha = |end: Option<End>| end.and_then(|end| end.sha).and_then(id);
        Event {
            pull: number.or(self.number).or(issue),
            base: sha(base),
            head: sha(head),
            // A push to a branch has one too, and is about no pull request.
            before: self.before.filter(|_| is_pull).and_then(id),
            is_fork,
            fork,
            run: self.workflow_run.and_then(|run| run.run(own.as_deref())),
            commit: None,
        }
    }
}

/// Where a fork is, if it is on the same server.
fn fork(head: &End, server: Option<&str>) -> Option<String> {
    let url = head.repo.as_ref()?.clone_url.as_deref()?;
    let is_near = server.is_some_and(|server| url.starts_with(&format!("{server}/")));
    (is_near && is_address(url)).then(|| url.to_owned())
}

impl WorkflowRun {
    fn run(self, own: Option<&str>) -> Option<Run> {
        let head = self.head_repository.as_ref();
        let owner = head.and_then(|repository| repository.owner.as_ref()).map(|owner| owner.login.clone());
        let repository = head.and_then(|repository| repository.full_name.clone());
        Some(Run {
            commit: id(self.head_sha)?,
            branch: owner.zip(self.head_branch),
            is_fork: own.is_none() || repository.as_deref() != own,
            repository,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "3f2a91c04d1e77aa77aa77aa77aa77aa77aa77aa";
    const OTHER: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn event(text: &str, more: &[(&str, &str)]) -> Event {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("event.json");
        std::fs::write(&path, text).unwrap();
        let env = |name: &str| match name {
            "GITHUB_EVENT_PATH" => Some(path.to_str().unwrap().to_owned()),
            "GITHUB_SERVER_URL" => Some("https://github.example".to_owned()),
            _ => more.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()),
        };
        Event::read(ForgeKind::GitHub, &env).unwrap()
    }

    #[test]
    fn the_event_comes_before_the_variables() {
        let merge = &[("GITHUB_REF", "refs/pull/9/merge"), ("GITHUB_SHA", SHA)];
        assert_eq!(event(r#"{"pull_request":{"number":7},"number":8}"#, merge).pull, Some(7));
        assert_eq!(event(r#"{"number":8}"#, merge).pull, Some(8));
        assert_eq!(event("{}", merge).pull, Some(9));
        let push =
            event(&format!(r#"{{"before":"{OTHER}"}}"#), &[("GITHUB_REF", "refs/heads/main"), ("GITHUB_SHA", SHA)]);
        assert_eq!((push.pull, push.before, push.commit.as_deref()), (None, None, Some(SHA)));
        assert_eq!(event("{}", &[]), Event::default());
    }

    #[test]
    fn base_head_and_fork_are_the_pull_requests() {
        let text = |url: &str| {
            format!(
                r#"{{"before":"{OTHER}","pull_request":{{"number":7,
                "base":{{"sha":"{OTHER}","repo":{{"full_name":"o/r","clone_url":"https://github.example/o/r.git"}}}},
                "head":{{"sha":"{SHA}","repo":{{"full_name":"f/r","clone_url":"{url}"}}}}}}}}"#
            )
        };
        let found = event(&text("https://github.example/f/r.git"), &[]);
        assert_eq!((found.base.as_deref(), found.head.as_deref()), (Some(OTHER), Some(SHA)));
        assert_eq!(found.before.as_deref(), Some(OTHER));
        assert_eq!(found.fork.as_deref(), Some("https://github.example/f/r.git"));
        for elsewhere in
            ["https://evil.example/f/r.git", "https://github.example.evil/f", "ext::sh -c id", "--upload-pack=x"]
        {
            let found = event(&text(elsewhere), &[]);
            assert_eq!((found.fork, found.is_fork), (None, true), "{elsewhere}");
        }
    }

    #[test]
    fn what_is_no_commit_is_not_taken_for_one() {
        for bad in ["HEAD", "--all", "0000000000000000000000000000000000000000", "3f2a91c0"] {
            let text = format!(r#"{{"pull_request":{{"number":7,"base":{{"sha":"{bad}"}}}}}}"#);
            assert_eq!(event(&text, &[]).base, None, "{bad}");
        }
    }

    #[test]
    fn a_comment_on_a_pull_request_names_it_and_one_on_an_issue_does_not() {
        assert_eq!(event(r#"{"issue":{"number":4,"pull_request":{"url":"x"}}}"#, &[]).pull, Some(4));
        assert_eq!(event(r#"{"issue":{"number":4}}"#, &[]).pull, None);
    }

    #[test]
    fn a_run_after_a_run_is_about_the_first_ones_commit() {
        let text = |own: &str| {
            format!(
                r#"{{"repository":{{"full_name":"{own}"}},"workflow_run":{{"head_sha":"{SHA}","head_branch":"fix",
                "head_repository":{{"full_name":"f/r","owner":{{"login":"f"}}}}}}}}"#
            )
        };
        let found = event(&text("o/r"), &[("GITHUB_SHA", OTHER), ("GITHUB_REF", "refs/pull/9/merge")]);
        let branch = Some(("f".into(), "fix".into()));
        let run = Run { commit: SHA.into(), branch, repository: Some("f/r".into()), is_fork: true };
        assert_eq!((found.run, found.pull), (Some(run), None));
        assert!(!event(&text("f/r"), &[]).run.unwrap().is_fork);
        let hostile = r#"{"workflow_run":{"head_sha":"../../user","head_branch":"x"}}"#;
        assert_eq!(event(hostile, &[]).run, None);
    }

    #[test]
    fn gitlab_has_variables() {
        let env = |name: &str| {
            let value = match name {
                "CI_MERGE_REQUEST_IID" => "5",
                "CI_MERGE_REQUEST_DIFF_BASE_SHA" => OTHER,
                "CI_COMMIT_SHA" => SHA,
                "CI_MERGE_REQUEST_PROJECT_URL" => "https://gitlab.example/g/r",
                "CI_MERGE_REQUEST_SOURCE_PROJECT_URL" => "https://gitlab.example/f/r",
                _ => return None,
            };
            Some(value.to_owned())
        };
        let found = Event::read(ForgeKind::GitLab, &env).unwrap();
        assert_eq!((found.pull, found.base.as_deref(), found.head.as_deref()), (Some(5), Some(OTHER), Some(SHA)));
        assert_eq!(found.fork.as_deref(), Some("https://gitlab.example/f/r"));
    }

    #[test]
    fn an_event_that_is_none_is_an_error() {
        let env = |name: &str| (name == "GITHUB_EVENT_PATH").then(|| "/nowhere/event.json".to_owned());
        assert!(Event::read(ForgeKind::GitHub, &env).unwrap_err().to_string().contains("event.json"));
    }
}
