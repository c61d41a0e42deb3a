//! Which commits a runner of workflows says were pushed, and where to.

use std::path::Path;

use serde::Deserialize;

use crate::error::Error;

/// A push that a workflow runs for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PushEvent {
    /// The branch was here before; `None` if it was made by this push.
    pub(super) before: Option<String>,
    /// It is here now.
    pub(super) after: String,
    /// It is the branch that everything ends up in.
    pub(super) is_default: bool,
}

type Env<'e> = &'e dyn Fn(&str) -> Option<String>;

impl PushEvent {
    /// Reads the variables of this process and the event they name; `None` if there is no push.
    pub(super) fn of_process() -> Result<Option<PushEvent>, Error> {
        PushEvent::read(&|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn read(env: Env<'_>) -> Result<Option<PushEvent>, Error> {
        match env("GITHUB_EVENT_PATH") {
            Some(path) => github(Path::new(&path)),
            None => Ok(gitlab(env)),
        }
    }
}

/// What GitHub, Gitea and Forgejo write. An update of a pull request has `before` and `after` too.
#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "ref")]
    name: Option<String>,
    before: Option<String>,
    after: Option<String>,
    deleted: Option<bool>,
    pull_request: Option<serde::de::IgnoredAny>,
    repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
struct Repository {
    default_branch: Option<String>,
}

fn github(path: &Path) -> Result<Option<PushEvent>, Error> {
    let fault = |error: std::io::Error| {
        Error::environment(format!("the event `{}` cannot be read", path.display()))
            .with_source(error)
            .with_hint("unset GITHUB_EVENT_PATH, or name the commits: --range BEFORE..AFTER")
    };
    let text = std::fs::read(path).map_err(fault)?;
    let event: Event = serde_json::from_slice(&text).map_err(|error| fault(error.into()))?;
    Ok(event.push())
}

impl Event {
    fn push(self) -> Option<PushEvent> {
        let is_gone = self.deleted == Some(true) || self.pull_request.is_some();
        let branch = self.name?.strip_prefix("refs/heads/")?.to_owned();
        let after = self.after.filter(|id| is_id(id) && !is_gone)?;
        let default = self.repository.and_then(|repository| repository.default_branch)?;
        Some(PushEvent { before: self.before.filter(|id| is_id(id)), after, is_default: branch == default })
    }
}

fn gitlab(env: Env<'_>) -> Option<PushEvent> {
    let is_push = env("CI_PIPELINE_SOURCE")? == "push";
    let after = env("CI_COMMIT_SHA").filter(|id| is_push && is_id(id))?;
    let before = env("CI_COMMIT_BEFORE_SHA").filter(|id| is_id(id));
    Some(PushEvent { before, after, is_default: env("CI_COMMIT_BRANCH")? == env("CI_DEFAULT_BRANCH")? })
}

/// A whole id that is not the one of zeros, by which forges mean nothing.
fn is_id(text: &str) -> bool {
    let is_hex = (40..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex && text.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "3f2a91c04d1e77aa77aa77aa77aa77aa77aa77aa";
    const AFTER: &str = "8f2a91c04d1e77aa77aa77aa77aa77aa77aa77aa";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn of_github(event: &str) -> Option<PushEvent> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("event.json");
        std::fs::write(&path, event).unwrap();
        let env = |name: &str| (name == "GITHUB_EVENT_PATH").then(|| path.to_str().unwrap().to_owned());
        PushEvent::read(&env).unwrap()
    }

    #[test]
    fn only_a_push_to_a_branch_is_one() {
        let event = |name: &str, before: &str, more: &str| {
            let repository = r#""repository":{"default_branch":"main"}"#;
            of_github(&format!(r#"{{"ref":"{name}","before":"{before}","after":"{AFTER}",{repository}{more}}}"#))
        };
        let push = |before: Option<&str>, is_default| {
            Some(PushEvent { before: before.map(str::to_owned), after: AFTER.into(), is_default })
        };
        assert_eq!(event("refs/heads/main", BEFORE, ""), push(Some(BEFORE), true));
        assert_eq!(event("refs/heads/main", ZERO, ""), push(None, true));
        assert_eq!(event("refs/heads/topic", BEFORE, ""), push(Some(BEFORE), false));
        assert_eq!(event("refs/tags/main", BEFORE, ""), None);
        assert_eq!(event("refs/heads/main", BEFORE, r#","deleted":true"#), None);
        assert_eq!(event("refs/heads/main", BEFORE, r#","pull_request":{"number":1}"#), None);
        assert_eq!(of_github("{}"), None);
        let missing = |name: &str| (name == "GITHUB_EVENT_PATH").then(|| "/no/such/event".to_owned());
        assert!(PushEvent::read(&missing).is_err());
    }

    #[test]
    fn gitlab_says_it_in_variables() {
        let variables = [
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_SHA", AFTER),
            ("CI_COMMIT_BEFORE_SHA", ZERO),
            ("CI_COMMIT_BRANCH", "main"),
            ("CI_DEFAULT_BRANCH", "main"),
        ];
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let expected = PushEvent { before: None, after: AFTER.into(), is_default: true };
        assert_eq!(PushEvent::read(&value).unwrap(), Some(expected));
        let web = |name: &str| if name == "CI_PIPELINE_SOURCE" { Some("web".into()) } else { value(name) };
        assert_eq!(PushEvent::read(&web).unwrap(), None);
    }
}
