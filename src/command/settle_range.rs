//! Which commits of the branch `settle` is asked about.

use super::context::Context;
use super::push_event::PushEvent;
use super::time_argument;
use crate::cli::SettleArgs;
use crate::error::Error;
use crate::git::Repo;
use crate::model::CommitId;
use crate::settle::Span;

/// A branch, and which part of it.
pub(super) struct Asked {
    /// Its last commit.
    pub(super) tip: CommitId,
    /// `None`: as far back as there is work that is not on the branch.
    pub(super) span: Option<Span>,
    /// Nothing but this is looked at, not even for notes that came late.
    pub(super) is_all: bool,
}

impl Asked {
    /// Reads arguments, else the runner's event; `None` if that is a push to another branch.
    pub(super) fn read(
        context: &Context<'_>,
        repo: &Repo,
        remote: Option<&str>,
        args: &SettleArgs,
    ) -> Result<Option<Asked>, Error> {
        if let Some(range) = &args.range {
            return Asked::of_range(repo, range).map(Some);
        }
        if let Some(since) = &args.since {
            let since = time_argument::parse(since, context.zone, context.now)?;
            return Ok(Some(Asked { tip: tip(repo, remote)?, span: Some(Span::Since(since)), is_all: true }));
        }
        let Some(event) = PushEvent::of_process()? else {
            return Ok(Some(Asked { tip: tip(repo, remote)?, span: None, is_all: false }));
        };
        if !event.is_default {
            return Ok(None);
        }
        let before = event.before.and_then(|before| CommitId::parse(&before).ok());
        Ok(Some(Asked { tip: commit(repo, &event.after)?, span: before.map(Span::After), is_all: false }))
    }

    fn of_range(repo: &Repo, range: &str) -> Result<Asked, Error> {
        let Some((before, after)) = range.split_once("..") else {
            return Ok(Asked { tip: commit(repo, range)?, span: None, is_all: false });
        };
        let tip = commit(repo, if after.is_empty() { "HEAD" } else { after })?;
        // What is not here may still be fetched. By zeros forges mean that the branch is new.
        let whole = CommitId::parse(before).ok();
        let start = repo.resolve(before).or(whole).ok_or_else(|| unknown(before))?;
        let is_new = start.as_bytes().iter().all(|byte| *byte == 0);
        Ok(Asked { tip, span: (!is_new).then_some(Span::After(start)), is_all: false })
    }
}

fn commit(repo: &Repo, revision: &str) -> Result<CommitId, Error> {
    repo.resolve(revision).ok_or_else(|| unknown(revision))
}

/// The default branch: that of the remote as last seen, else our own, else what is checked out.
pub(super) fn tip(repo: &Repo, remote: Option<&str>) -> Result<CommitId, Error> {
    let remote = remote.map(str::to_owned).or_else(|| repo.default_remote());
    let branch = repo.default_branch(&repo.tips()?);
    let theirs = branch.iter().zip(remote).map(|(branch, remote)| format!("refs/remotes/{remote}/{branch}"));
    let ours = branch.iter().map(|branch| format!("refs/heads/{branch}"));
    let mut names = theirs.chain(ours).chain(["HEAD".to_owned()]);
    names.find_map(|name| repo.resolve(&name)).ok_or_else(|| unknown("HEAD"))
}

fn unknown(revision: &str) -> Error {
    let error = Error::user(format!("`{revision}` is no commit of this clone"));
    error.with_hint("let settle fetch what is missing: agent-trace settle --remote origin")
}
