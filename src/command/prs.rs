//! `prs`: pull requests with cost and outcome; and what git tells of merged ones, for every report that asks.

use super::context::Context;
use super::filter::filter;
use super::reports::sources;
use crate::analysis::{self, ForgePull, Lineage, PrsForm, PrsGit};
use crate::cli::{FilterArgs, PrsArgs};
use crate::error::{Error, ExitCode};
use crate::git::{MergedPull, Repo};
use crate::model::CommitId;
use crate::report::{PrsBy, Report};

/// Runs `agent-trace prs`.
pub(super) fn run(context: &Context<'_>, args: &PrsArgs) -> Result<ExitCode, Error> {
    if args.by == PrsBy::Author && !args.authors {
        let error = Error::user("names of authors are shown only when asked for");
        return Err(error.with_hint("agent-trace prs --by author --authors"));
    }
    let sources = sources(context)?;
    let time = FilterArgs { since: args.since.clone(), until: args.until.clone(), ..FilterArgs::default() };
    let filter = filter(context, &sources.reader, &time)?;
    let form = PrsForm { by: args.by, states: args.state.clone(), with_authors: args.authors, limit: args.limit };
    let titles = |ids: &[CommitId]| sources.repo.pull_titles(ids);
    let lineages = |pull: &ForgePull| lineage(&sources.repo, pull);
    let git = PrsGit { lineages: &lineages, titles: &titles };
    let report = analysis::prs(&sources.reader, &filter, &form, &git, &sources.stamp)?;
    context.print(&Report::Prs(Box::new(report)))
}

/// Returns how a merged pull request came in, if its commits are here.
pub(super) fn lineage(repo: &Repo, pull: &ForgePull) -> Option<Lineage> {
    let commits: Vec<(CommitId, i64)> =
        pull.commits.iter().map(|commit| (commit.id, commit.author_time.div_euclid(1_000))).collect();
    let merged = MergedPull { merge: pull.merge?, head: pull.head, base: pull.base, commits: &commits };
    let (method, landed) = repo.merge_method(&merged)?;
    Some(Lineage { method, landed })
}
