//! `prs`: pull requests with cost and outcome; and what git tells of merged ones, for every report that asks.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::filter::filter;
use super::reports::sources;
use crate::analysis::{self, ForgePull, Lineage, PrsForm, PrsGit, PullGit};
use crate::cli::{FilterArgs, PrsArgs};
use crate::error::{Error, ExitCode};
use crate::git::{MergedPull, Repo};
use crate::model::{CommitId, Timestamp};
use crate::report::{PrsBy, Report};
use crate::settle::{Search, Span, units};
use crate::store::Reader;

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
    let remade = remade(&sources.repo, &sources.reader)?;
    let git = PrsGit { pulls: PullGit { lineages: &lineages, remade: &remade }, titles: &titles };
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

/// Clocks disagree; a commit may seem older than what it was made from.
const DAY_MS: i64 = 86_400_000;

/// Returns commits with money that are not on the default branch but were made anew there, such as those of a squash whose
/// branch is still here, with the pull request they were made anew in.
pub(super) fn remade(repo: &Repo, reader: &Reader) -> Result<Vec<(CommitId, u64)>, Error> {
    let loose = analysis::loose_commits(reader)?;
    let tip = if loose.is_empty() { None } else { repo.default_tips(&repo.tips()?).first().copied() };
    let Some(tip) = tip else { return Ok(Vec::new()) };
    let branch = repo.history_of(&tip)?;
    let sources: BTreeSet<CommitId> =
        loose.into_iter().filter(|id| !branch.contains(id) && repo.has_commit(id)).collect();
    let times = sources.iter().filter_map(|id| repo.sketch(id)).map(|sketch| sketch.commit_time.0);
    let Some(first) = times.min() else { return Ok(Vec::new()) };
    let pulls: BTreeMap<u64, CommitId> = repo.pull_heads()?.into_iter().map(|pull| (pull.number, pull.head)).collect();
    let ends = repo.ends_of_branches()?;
    let units = units(repo, &tip, Span::Since(Timestamp(first - DAY_MS)))?;
    let search = Search::new(repo, &tip, &branch, &sources, &ends, &pulls, BTreeMap::new());
    let landings = search.run(&units)?.landings.into_iter();
    let of = |landing: crate::settle::Landing| {
        landing.pull.map(|number| landing.from.into_iter().map(move |id| (id, number))).into_iter().flatten()
    };
    Ok(landings.flat_map(of).collect())
}
