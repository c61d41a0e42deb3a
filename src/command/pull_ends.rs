//! Between which commits a pull request is: what the options say, else what the runner says, else what is usual.

use crate::cli::PullArgs;
use crate::error::Error;
use crate::git::{PullEnds, Repo};
use crate::model::CommitId;
use crate::runner::{self, Event};

/// Reads a variable of the environment; empty ones are `None`.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What the runner says of this job, if there is one.
pub(super) fn event() -> Result<Event, Error> {
    Ok(Event::read(runner::kind(&variable), &variable)?)
}

/// Revisions as they were named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ends {
    base: Option<String>,
    head: String,
    pub(super) since: Option<String>,
}

/// Where pull requests usually go if nobody says.
const USUAL: [&str; 3] = ["origin/HEAD", "origin/main", "origin/master"];

impl Ends {
    pub(super) fn of(args: &PullArgs, event: &Event) -> Ends {
        let is_of_event = args.head.is_none() && event.head.is_some();
        Ends {
            base: args.base.clone().or_else(|| event.base.clone()),
            head: args.head.clone().or_else(|| event.head.clone()).unwrap_or_else(|| "HEAD".to_owned()),
            since: args.since.clone().or_else(|| event.before.clone().filter(|_| is_of_event)),
        }
    }

    /// Returns the commits, where they are here.
    ///
    /// # Errors
    /// With the commit that is not, and how it is had.
    pub(super) fn here(&self, repo: &Repo) -> Result<PullEnds, Error> {
        Ok(PullEnds { base: self.base_in(repo)?, head: commit(repo, &self.head)?, before: None })
    }

    /// Returns the commits to fetch: those that are here, and full ids.
    ///
    /// # Errors
    /// With the revision that only another clone could resolve.
    pub(super) fn anywhere(&self, repo: &Repo) -> Result<PullEnds, Error> {
        let id = |revision: &str| CommitId::parse(revision).ok();
        let base = self.base.as_deref().and_then(id).map_or_else(|| self.base_in(repo), Ok)?;
        let head = id(&self.head).map_or_else(|| commit(repo, &self.head), Ok)?;
        let since = self.since.as_deref();
        let before = since.and_then(|since| id(since).or_else(|| repo.resolve(since)));
        Ok(PullEnds { base, head, before })
    }

    fn base_in(&self, repo: &Repo) -> Result<CommitId, Error> {
        if let Some(asked) = &self.base {
            return commit(repo, asked);
        }
        USUAL.iter().find_map(|revision| repo.resolve(revision)).ok_or_else(|| {
            Error::user("it is not known what the pull request would be merged into")
                .with_hint("agent-trace pr report --base origin/main")
        })
    }
}

fn commit(repo: &Repo, revision: &str) -> Result<CommitId, Error> {
    repo.resolve(revision).ok_or_else(|| {
        let error = Error::user(format!("`{revision}` is no commit of this clone"));
        let named = if revision.starts_with('-') { "<revision>" } else { revision };
        error
            .with_hint(format!("git fetch origin {named}"))
            .with_hint("or let agent-trace fetch what is missing: --fetch")
    })
}

/// What to say where a clone has too little history.
pub(super) fn too_shallow(ends: &PullEnds) -> Error {
    Error::user("the history of this clone is cut off before the pull request and its base meet")
        .with_hint(format!("git fetch --unshallow origin {} {}", ends.base, ends.head))
        .with_hint("or let agent-trace fetch what is missing: --fetch")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        let id = |digit: &str| Some(digit.repeat(40));
        Event { base: id("a"), head: id("b"), before: id("c"), ..Event::default() }
    }

    fn args(base: Option<&str>, head: Option<&str>) -> PullArgs {
        let (base, head) = (base.map(str::to_owned), head.map(str::to_owned));
        let (since, fetch, budget) = (None, None, None);
        PullArgs { base, head, since, fetch, timeout: 60, budget, fail_over: false, min_coverage: None }
    }

    #[test]
    fn options_come_first_then_the_event_then_what_is_usual() {
        let ends = Ends::of(&args(None, None), &event());
        assert_eq!(ends, Ends { base: event().base, head: "b".repeat(40), since: event().before });
        let ends = Ends::of(&args(Some("main"), Some("side")), &event());
        assert_eq!(ends, Ends { base: Some("main".into()), head: "side".into(), since: None });
        let ends = Ends::of(&args(None, None), &Event::default());
        assert_eq!(ends, Ends { base: None, head: "HEAD".into(), since: None });
    }
}
