//! The lists: overview, `cost`, `log`, `sessions`.

use super::context::{Context, price_table};
use super::filter::filter;
use super::ingest::refresh;
use crate::analysis::{self, CommitText, CostGit, ForgePull, OverviewFacts, PullGit, Stamp};
use crate::cli::FilterArgs;
use crate::error::{Error, ExitCode};
use crate::git::{ListedCommit, Repo};
use crate::model::CommitId;
use crate::report::{CostBy, Report};
use crate::store::Reader;

/// What a report is made from, up to date.
pub(super) struct Sources {
    pub(super) repo: Repo,
    pub(super) reader: Reader,
    pub(super) stamp: Stamp,
}

/// Reads what is new and opens the database.
pub(super) fn sources(context: &Context<'_>) -> Result<Sources, Error> {
    let repo = context.repo()?;
    let book = context.prices(Some(&repo))?;
    refresh(context, &repo, &book)?;
    let reader = context.reader(&repo)?;
    Ok(Sources { repo, reader, stamp: Stamp { prices: price_table(&book) } })
}

/// Runs `agent-trace` alone.
pub(super) fn overview(context: &Context<'_>) -> Result<ExitCode, Error> {
    let sources = sources(context)?;
    let filter = filter(context, &sources.reader, &FilterArgs::default())?;
    let texts = |ids: &[CommitId]| sources.repo.subjects(ids);
    let folder = sources.repo.work_dir().unwrap_or(sources.repo.common_dir());
    let repository = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let facts = OverviewFacts { repository, texts: &texts };
    let report = analysis::overview(&sources.reader, &filter, &facts, &sources.stamp)?;
    context.print(&Report::Overview(Box::new(report)))
}

/// Runs `agent-trace cost`.
pub(super) fn cost(
    context: &Context<'_>,
    by: CostBy,
    limit: Option<usize>,
    arguments: &FilterArgs,
) -> Result<ExitCode, Error> {
    let sources = sources(context)?;
    let filter = filter(context, &sources.reader, arguments)?;
    let texts = |ids: &[CommitId]| sources.repo.subjects(ids);
    let lineages = |pull: &ForgePull| super::prs::lineage(&sources.repo, pull);
    let remade = match by {
        CostBy::Pull => super::prs::remade(&sources.repo, &sources.reader)?,
        _ => Vec::new(),
    };
    let git = CostGit { texts: &texts, pulls: PullGit { lineages: &lineages, remade: &remade } };
    let report = analysis::cost(&sources.reader, by, &filter, limit, &sources.stamp, &git)?;
    context.print(&Report::Cost(Box::new(report)))
}

/// Runs `agent-trace log`.
pub(super) fn log(
    context: &Context<'_>,
    revision: Option<&str>,
    limit: usize,
    arguments: &FilterArgs,
) -> Result<ExitCode, Error> {
    let sources = sources(context)?;
    let filter = filter(context, &sources.reader, arguments)?;
    let tip = sources.repo.resolve(revision.unwrap_or("HEAD"));
    let list = match (tip, revision) {
        (Some(tip), _) => sources.repo.list(&tip, Some(limit))?,
        (None, None) => Vec::new(), // A repository without a commit has an empty log.
        (None, Some(name)) => return Err(unknown_revision(&sources.repo, name)),
    };
    let list: Vec<CommitText> = list.into_iter().map(text_of).collect();
    let report = analysis::log(&sources.reader, &filter, &list, &sources.stamp)?;
    context.print(&Report::Log(Box::new(report)))
}

/// Runs `agent-trace sessions`.
pub(super) fn sessions(context: &Context<'_>, limit: Option<usize>, arguments: &FilterArgs) -> Result<ExitCode, Error> {
    let sources = sources(context)?;
    let filter = filter(context, &sources.reader, arguments)?;
    let report = analysis::sessions(&sources.reader, &filter, limit, &sources.stamp)?;
    context.print(&Report::Sessions(Box::new(report)))
}

/// Returns a commit of git's list as reports take it.
pub(super) fn text_of(commit: ListedCommit) -> CommitText {
    CommitText { id: commit.id, author: commit.author, at: commit.at, subject: commit.subject }
}

pub(super) fn unknown_revision(repo: &Repo, name: &str) -> Error {
    let error = Error::user(format!("`{name}` names no commit"));
    let tips = repo.tips().map(|tips| tips.tips).unwrap_or_default();
    let short = |full: &str| full.rsplit_once('/').map_or(full, |(_, name)| name).to_owned();
    let names: Vec<String> = tips.iter().map(|tip| short(&tip.name)).collect();
    match crate::error::did_you_mean(name, names.iter().map(String::as_str)) {
        Some(meant) => error.with_hint(meant),
        None => error.with_hint("name a branch, a tag or a commit id"),
    }
}
