//! `pr report`: what the agent sessions of a pull request cost, from notes alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::context::Context;
use crate::cli::PullArgs;
use crate::error::{Error, ExitCode};
use crate::git::{Landing, NOTES_REF, PullRange, Repo, SomeNotes};
use crate::model::{CommitId, NanoUsd};
use crate::notes::Note;
use crate::pull::{self, Commit, Input};
use crate::report::{BudgetVerdict, PullReport, Report};

/// Runs `agent-trace pr report`.
pub(super) fn report(context: &Context<'_>, args: &PullArgs) -> Result<ExitCode, Error> {
    let report = made(context, args)?;
    let code = verdict(args, &report);
    context.print(&Report::Pull(Box::new(report)))?;
    Ok(code)
}

/// How a pull request that is too dear or too little known ends the program.
pub(super) fn verdict(args: &PullArgs, report: &PullReport) -> ExitCode {
    let is_over = report.budget.is_some_and(|budget| budget.verdict == BudgetVerdict::Over);
    let is_low = args.min_coverage.is_some_and(|least| report.coverage.percent() < f64::from(least));
    match (is_over && args.fail_over, is_low) {
        (true, _) => ExitCode::OverBudget,
        (false, true) => ExitCode::LowCoverage,
        (false, false) => ExitCode::Ok,
    }
}

/// Returns the report, from the notes of this clone and, if that is asked for, those of a remote.
pub(super) fn made(context: &Context<'_>, args: &PullArgs) -> Result<PullReport, Error> {
    let repo = context.repo()?;
    let head = commit(&repo, args.head.as_deref().unwrap_or("HEAD"))?;
    let base = base(&repo, args.base.as_deref())?;
    let range = repo.pull_range(&base, &head)?;
    let since = args.since.clone().map(|since| {
        let then = repo.resolve(&since).and_then(|then| repo.between(&base, &then).ok());
        (since, then)
    });
    let landings = repo.landings(&base, LANDINGS)?;
    let wanted = wanted(&range, since.as_ref().and_then(|(_, then)| then.as_deref()), &landings);
    let some = some_notes(&repo, args, &wanted)?;
    let input = Input {
        base,
        head,
        merge_base: range.merge_base,
        unread: some.unread.iter().filter(|id| range.commits.iter().any(|one| one.id == **id)).copied().collect(),
        commits: range.commits.into_iter().map(of_range).collect(),
        since,
        landings: landings.into_iter().map(|landing| landing.parts).collect(),
        notes: some.texts.iter().map(|(id, text)| (*id, Note::parse(text))).collect(),
        budget: args.budget.as_deref().map(dollars).transpose()?,
    };
    Ok(pull::report(&input))
}

/// So many steps of the base are looked at for the median.
const LANDINGS: usize = 200;

fn of_range(commit: crate::git::PullCommit) -> Commit {
    Commit { id: commit.id, subject: commit.subject, is_merge: commit.is_merge, added: commit.added }
}

fn commit(repo: &Repo, revision: &str) -> Result<CommitId, Error> {
    repo.resolve(revision).ok_or_else(|| {
        let error = Error::user(format!("`{revision}` is no commit of this clone"));
        error.with_hint(format!("git fetch origin {}", if revision.starts_with('-') { "<revision>" } else { revision }))
    })
}

/// Where pull requests usually go if nobody says.
const USUAL: [&str; 3] = ["origin/HEAD", "origin/main", "origin/master"];

fn base(repo: &Repo, asked: Option<&str>) -> Result<CommitId, Error> {
    if let Some(asked) = asked {
        return commit(repo, asked);
    }
    USUAL.iter().find_map(|revision| repo.resolve(revision)).ok_or_else(|| {
        Error::user("it is not known what the pull request would be merged into")
            .with_hint("agent-trace pr report --base origin/main")
    })
}

fn wanted(range: &PullRange, then: Option<&[CommitId]>, landings: &[Landing]) -> Vec<CommitId> {
    let own = range.commits.iter().map(|commit| commit.id);
    let before = landings.iter().flat_map(|landing| landing.parts.iter().copied());
    let all: BTreeSet<CommitId> = own.chain(then.unwrap_or_default().iter().copied()).chain(before).collect();
    all.into_iter().collect()
}

/// Notes are sets of lines: those of several places meet by union.
fn some_notes(repo: &Repo, args: &PullArgs, wanted: &[CommitId]) -> Result<SomeNotes, Error> {
    let remote = repo.default_remote();
    let mut found = vec![repo.some_notes(NOTES_REF, wanted)?];
    if let Some(remote) = &remote {
        found.push(repo.some_notes(&repo.notes_tracking_ref(remote), wanted)?);
    }
    if let Some(asked) = &args.fetch {
        let remote = asked.clone().or(remote).ok_or_else(|| {
            Error::user("there is no remote to fetch notes from").with_hint("agent-trace pr report --fetch=<remote>")
        })?;
        found.extend(fetched(repo, &remote, wanted, Duration::from_secs(args.timeout.clamp(1, 3_600)))?);
    }
    Ok(joined(found))
}

pub(super) fn fetched(
    repo: &Repo,
    remote: &str,
    wanted: &[CommitId],
    limit: Duration,
) -> Result<Option<SomeNotes>, Error> {
    let folder = std::env::temp_dir().join(format!("agent-trace-notes-{}", std::process::id()));
    std::fs::create_dir(&folder).map_err(|error| {
        Error::environment("no temporary folder could be made").with_source(error).with_hint("set TMPDIR")
    })?;
    let found = repo.fetch_some_notes(remote, wanted, &folder, limit);
    // What the system cannot remove it cleans up itself: it is its folder for such things.
    let _ = std::fs::remove_dir_all(&folder);
    Ok(found?)
}

fn joined(found: Vec<SomeNotes>) -> SomeNotes {
    let mut texts: BTreeMap<CommitId, Vec<u8>> = BTreeMap::new();
    let mut unread: BTreeSet<CommitId> = BTreeSet::new();
    for some in found {
        for (id, text) in some.texts {
            let known = texts.entry(id).or_default();
            known.push(b'\n');
            known.extend(text);
        }
        unread.extend(some.unread);
    }
    unread.retain(|id| !texts.contains_key(id));
    SomeNotes { texts, unread: unread.into_iter().collect() }
}

/// Reads an amount as people write it: `10`, `2.50`, `$3`.
fn dollars(text: &str) -> Result<NanoUsd, Error> {
    let wrong =
        || Error::user(format!("`{text}` is not an amount in dollars")).with_hint("--budget 10 or --budget 2.50");
    let digits = text.trim().trim_start_matches('$');
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > 9 {
        return Err(wrong());
    }
    let nano: i64 = format!("{part:0<9}").parse().map_err(|_| wrong())?;
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    whole.checked_mul(1_000_000_000).and_then(|whole| whole.checked_add(nano)).map(NanoUsd).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_or_refused() {
        let of = |text: &str| dollars(text).ok().map(|amount| amount.0);
        assert_eq!((of("10"), of("$2.50"), of("0.000000001")), (Some(10_000_000_000), Some(2_500_000_000), Some(1)));
        for text in ["", "-1", "1e3", "ten", "1.0000000001", "99999999999", ".5"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
