//! `problems`: what could not be read.

use std::collections::BTreeMap;

use super::context::Context;
use crate::error::{Error, ExitCode};
use crate::report::{KindCount, ProblemEntry, ProblemsReport, Report};
use crate::store::Reader;

/// Runs `agent-trace problems`.
pub(super) fn run(context: &Context<'_>, limit: usize) -> Result<ExitCode, Error> {
    let repo = context.repo()?;
    let reader = context.reader(&repo)?;
    let problems = reader.problems()?;
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for problem in &problems {
        *kinds.entry(problem.kind.clone()).or_default() += 1;
    }
    let not_listed = problems.len().saturating_sub(limit) as u64;
    let rows = problems.into_iter().take(limit).map(|problem| ProblemEntry {
        file: problem.path,
        offset: problem.offset.max(0) as u64,
        kind: problem.kind,
        detail: problem.detail,
    });
    let report = ProblemsReport {
        rows: rows.collect(),
        not_listed,
        kinds: kinds.into_iter().map(|(kind, count)| KindCount { kind, count }).collect(),
        unknown_rows: unknown_rows(&reader)?,
    };
    context.print(&Report::Problems(report))
}

/// Returns the row types nobody knows, with their counts.
pub(super) fn unknown_rows(reader: &Reader) -> Result<Vec<KindCount>, Error> {
    let rows = reader.unknown_rows()?.into_iter();
    Ok(rows.map(|row| KindCount { kind: row.kind, count: row.count.max(0) as u64 }).collect())
}
