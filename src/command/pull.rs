//! `pr report`: what the agent sessions of a pull request cost, from notes alone.

use std::collections::BTreeSet;

use super::context::Context;
use super::pull_ends::event;
use super::pull_source::Source;
use crate::cli::PullArgs;
use crate::error::{Error, ExitCode};
use crate::git::{Landing, PullRange};
use crate::model::{CommitId, NanoUsd};
use crate::notes::Note;
use crate::pull::{self, Commit, Input};
use crate::report::{BudgetVerdict, PullReport, Report};
use crate::runner::Event;

/// Runs `agent-trace pr report`.
pub(super) fn report(context: &Context<'_>, args: &PullArgs) -> Result<ExitCode, Error> {
    let (report, _) = made(context, args, &event()?)?;
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

/// Returns the report, from the notes of this clone and, if that is asked for, those of a remote; and where it is from.
pub(super) fn made(context: &Context<'_>, args: &PullArgs, event: &Event) -> Result<(PullReport, Source), Error> {
    let source = Source::open(context, args, event)?;
    let (repo, ends) = (&source.repo, &source.ends);
    let since = source.since.clone().map(|since| {
        let then = repo.resolve(&since).and_then(|then| repo.between(&ends.base, &then).ok());
        (since, then)
    });
    let landings = repo.landings(&ends.base, LANDINGS)?;
    let wanted = wanted(&source.range, since.as_ref().and_then(|(_, then)| then.as_deref()), &landings);
    let some = source.notes(context, args, event, &wanted)?;
    let range = &source.range;
    let input = Input {
        base: ends.base,
        head: ends.head,
        merge_base: range.merge_base,
        is_complete: range.is_complete,
        unread: some.unread.iter().filter(|id| range.commits.iter().any(|one| one.id == **id)).copied().collect(),
        commits: range.commits.iter().map(of_range).collect(),
        since,
        landings: landings.into_iter().map(|landing| landing.parts).collect(),
        notes: some.texts.iter().map(|(id, text)| (*id, Note::parse(text))).collect(),
        budget: budget(args)?,
    };
    Ok((pull::report(&input), source))
}

/// So many steps of the base are looked at for the median.
const LANDINGS: usize = 200;

fn of_range(commit: &crate::git::PullCommit) -> Commit {
    Commit { id: commit.id, subject: commit.subject.clone(), is_merge: commit.is_merge, added: commit.added }
}

fn wanted(range: &PullRange, then: Option<&[CommitId]>, landings: &[Landing]) -> Vec<CommitId> {
    let own = range.commits.iter().map(|commit| commit.id);
    let before = landings.iter().flat_map(|landing| landing.parts.iter().copied());
    let all: BTreeSet<CommitId> = own.chain(then.unwrap_or_default().iter().copied()).chain(before).collect();
    all.into_iter().collect()
}

/// What it may cost.
pub(super) fn budget(args: &PullArgs) -> Result<Option<NanoUsd>, Error> {
    args.budget.as_deref().map(dollars).transpose()
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
