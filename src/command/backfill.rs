//! `backfill`: whose the lines are of commits that no hook saw, from transcripts alone.

use super::context::Context;
use super::ingest::read_for;
use crate::error::{Error, ExitCode};
use crate::git::{NOTES_REF, Repo};
use crate::model::{LineClass, LineGrade};
use crate::report::{BackfillLines, BackfillReport, Report};
use crate::store::Reader;

/// Runs `agent-trace backfill`.
pub(super) fn run(context: &Context<'_>, with_notes: bool, is_dry_run: bool) -> Result<ExitCode, Error> {
    let repo = context.repo()?;
    let written = if is_dry_run { None } else { Some(read_for(context, &repo, with_notes)?) };
    let reader = context.reader(&repo)?;
    let notes = match written {
        Some(written) => written,
        None => missing_notes(&repo, &reader)?,
    };
    let (commits, lines) = unseen(&reader)?;
    let notes = with_notes.then_some(notes);
    context.print(&Report::Backfill(BackfillReport { is_dry_run, commits, lines, notes }))
}

/// Returns how many commits of sessions have no note.
fn missing_notes(repo: &Repo, reader: &Reader) -> Result<u64, Error> {
    let notes = repo.notes(NOTES_REF)?;
    Ok(reader.commits_with_sessions()?.iter().filter(|commit| !notes.has(commit)).count() as u64)
}

/// Counts the lines of commits that no hook saw and in which agents wrote.
fn unseen(reader: &Reader) -> Result<(u64, BackfillLines), Error> {
    let mut lines = BackfillLines::default();
    for (class, grade, count) in reader.unseen_lines()? {
        let sum = match (class, grade) {
            (LineClass::Agent, LineGrade::Exact) => &mut lines.exact,
            (LineClass::Agent, LineGrade::Matched) => &mut lines.matched,
            (LineClass::Agent, _) => &mut lines.inferred,
            _ => &mut lines.unknown,
        };
        *sum += count;
    }
    Ok((reader.unseen_commits()?, lines))
}
