//! `ingest`: reads what is new; and the same, quietly, before a report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::context::Context;
use super::landings::{carry, find_landings};
use crate::authorship::record_lines;
use crate::derive::derive;
use crate::error::{Error, ExitCode};
use crate::git::Repo;
use crate::ingest::{
    HistoryOutcome, IngestLock, Input, Named, Roots, TranscriptOutcome, Worktrees, discover, find_named, list,
    read_history, read_packed, read_spool, read_transcripts,
};
use crate::noting::{Written, is_on, write_notes};
use crate::pricing::PriceBook;
use crate::report::{CommitCounts, FileCounts, IngestReport, KindCount, Report};
use crate::settle::Landing;
use crate::store::{Reader, StoreError, Writer};
use crate::transcript::ProblemKind;
use crate::ui::ProgressUnit;

/// Runs `agent-trace ingest`.
pub(super) fn run(context: &Context<'_>, paths: &[PathBuf], is_background: bool) -> Result<ExitCode, Error> {
    if is_background {
        return background(context);
    }
    let began = std::time::Instant::now();
    let repo = context.repo()?;
    let book = context.prices(Some(&repo))?;
    let read = read(context, &repo, &book, paths, false)?;
    let mut report = read.report(&context.reader(&repo)?)?;
    report.elapsed_ms = began.elapsed().as_millis() as u64;
    report.database = context.database(&repo).display().to_string();
    context.print(&Report::Ingest(Box::new(report)))
}

/// What a hook starts when an agent stops: whoever reads already will see it all, or the next run will.
fn background(context: &Context<'_>) -> Result<ExitCode, Error> {
    let repo = context.repo()?;
    if IngestLock::is_taken(&context.database(&repo)) {
        return Ok(ExitCode::Ok);
    }
    let book = context.prices(Some(&repo))?;
    read(context, &repo, &book, &[], false).map(|_| ExitCode::Ok)
}

/// Brings the database up to date before a report.
///
/// A repository that cannot be written still gets its report from what was
/// read before; the user is told.
#[cfg(feature = "analytics")]
pub(super) fn refresh(context: &Context<'_>, repo: &Repo, book: &PriceBook) -> Result<(), Error> {
    if context.global.no_refresh {
        return Ok(());
    }
    match read(context, repo, book, &[], false) {
        Ok(_) => Ok(()),
        Err(error) if error.exit_code() != ExitCode::Bug && context.reader(repo).is_ok() => {
            context.ui.warning(&format!("not up to date: {}", error.message()));
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// What one reading came to.
#[derive(Default)]
struct Read {
    transcripts: TranscriptOutcome,
    history: HistoryOutcome,
    foreign: usize,
    skipped: u64,
    notes: Written,
}

/// Reads what is new; writes notes too, whether or not they are switched on, if they are wanted. Returns how many.
pub(super) fn read_for(context: &Context<'_>, repo: &Repo, with_notes: bool) -> Result<u64, Error> {
    let book = context.prices(Some(repo))?;
    Ok(read(context, repo, &book, &[], with_notes)?.notes.notes as u64)
}

fn read(
    context: &Context<'_>,
    repo: &Repo,
    book: &PriceBook,
    paths: &[PathBuf],
    with_notes: bool,
) -> Result<Read, Error> {
    let named_files = if paths.is_empty() { None } else { Some(find_named(paths)?) }; // Before anything is made.
    let database = context.database(repo);
    let waiting = || context.ui.status("another agent-trace is reading; waiting for it");
    let _lock = IngestLock::take(&database, waiting).map_err(|error| StoreError::from_io(&database, &error))?;
    let mut writer = Writer::open(&database)?;
    let mut read = Read::default();
    match named_files {
        None => discovered(context, repo, &mut writer, &mut read)?,
        Some(found) => named(context, &mut writer, found, &mut read)?,
    }
    for problem in read_spool(repo.common_dir(), &mut writer, context.now)?.problems {
        *read.transcripts.problems.entry(problem.kind).or_default() += 1;
    }
    let bar = context.ui.progress("reading commits", None, ProgressUnit::Count);
    read.history = read_history(repo, &mut writer, &|count| bar.advance(count as u64))?;
    bar.finish();
    let tips = writer.meta("tips")?.unwrap_or_default();
    let known = history(&tips, &writer)?;
    derive(&mut writer, book, &known)?;
    let landings = find_landings(repo, &mut writer, context)?;
    if !landings.is_empty() {
        let known = history(&tips, &writer)?;
        derive(&mut writer, book, &known)?;
    }
    record_lines(repo, &mut writer)?;
    read.notes = notes(context, repo, &mut writer, (book, &landings), with_notes);
    Ok(read)
}

/// Notes are a copy of what the store has: without them the answer is the same, so the user is only told.
fn notes(
    context: &Context<'_>,
    repo: &Repo,
    writer: &mut Writer,
    (book, landings): (&PriceBook, &[Landing]),
    is_wanted: bool,
) -> Written {
    let config = context.config_dir();
    let mut write = || -> Result<Written, Error> {
        let is_on = is_wanted || is_on(repo.common_dir(), config.as_deref());
        let carried = if is_on { carry(repo, landings, context)? } else { 0 };
        let written = write_notes(repo, writer, book.date(), context.now, config.as_deref(), is_wanted)?;
        Ok(Written { notes: written.notes.max(carried), ..written })
    };
    write().unwrap_or_else(|error| {
        context.ui.warning(&format!("the notes are not up to date: {}", error.message()));
        Written { is_on: true, notes: 0 }
    })
}

/// What links rest on beside facts: what can be reached, and what landed.
fn history(tips: &str, writer: &Writer) -> Result<String, Error> {
    let landed = writer.landings()?.len();
    Ok(if landed == 0 { tips.to_owned() } else { format!("{tips} {landed}") })
}

fn discovered(context: &Context<'_>, repo: &Repo, writer: &mut Writer, read: &mut Read) -> Result<(), Error> {
    let home = etcetera::choose_base_strategy().ok().map(|strategy| strategy.home_dir().to_path_buf());
    let roots = Roots::find(&|name| std::env::var_os(name), home.as_deref());
    let remembered = remember_worktrees(repo, writer)?;
    let found = discover(writer, list(&roots), &Worktrees::new(&remembered))?;
    read.foreign = found.foreign;
    for problem in &found.problems {
        *read.transcripts.problems.entry(problem.kind.clone()).or_default() += 1;
    }
    writer.forget_places(ProblemKind::Unreadable.name(), &|path| is_open_again(Path::new(path)))?;
    writer.record_problems(found.problems)?;
    files(context, writer, found.inputs, read)
}

/// A place that is gone, or lets itself be read now, is no problem any more.
fn is_open_again(path: &Path) -> bool {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::read_dir(path).is_ok(),
        Ok(_) => false, // A transcript says so itself when it is read.
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// Worktrees of now and of before: a removed one's sessions still belong here.
fn remember_worktrees(repo: &Repo, writer: &mut Writer) -> Result<Vec<PathBuf>, Error> {
    const KEY: &str = "worktrees";
    let stored = writer.meta(KEY)?.unwrap_or_default();
    let mut all: Vec<PathBuf> = stored.lines().map(PathBuf::from).collect();
    for worktree in repo.worktrees() {
        if !all.contains(&worktree) && !worktree.to_string_lossy().contains('\n') {
            all.push(worktree);
        }
    }
    let text = all.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>().join("\n");
    if text != stored {
        writer.set_meta(KEY, &text)?;
    }
    Ok(all)
}

fn named(context: &Context<'_>, writer: &mut Writer, mut found: Named, read: &mut Read) -> Result<(), Error> {
    // A name that is stored must mean the same file from every folder.
    for file in found.files.iter_mut().chain(&mut found.packed) {
        file.path = std::path::absolute(&file.path)?;
    }
    read.skipped = found.skipped;
    writer.record_problems(found.problems)?;
    let input = |file: crate::ingest::FoundFile| Ok(Input { known: writer.source(&file.name())?, file });
    let inputs: Result<Vec<Input>, Error> = found.files.into_iter().map(input).collect();
    files(context, writer, inputs?, read)?;
    let bar = context.ui.progress("reading archives", Some(found.packed.len() as u64), ProgressUnit::Count);
    for archive in &found.packed {
        read.skipped += read_packed(writer, archive, context.now, &mut read.transcripts)?;
        bar.advance(1);
    }
    bar.finish();
    Ok(())
}

fn files(context: &Context<'_>, writer: &mut Writer, inputs: Vec<Input>, read: &mut Read) -> Result<(), Error> {
    let bytes: i64 = inputs.iter().map(|input| input.file.stamp.size).sum();
    let bar = context.ui.progress("reading transcripts", Some(bytes.max(0) as u64), ProgressUnit::Bytes);
    let outcome = read_transcripts(writer, inputs, context.now, &|bytes| bar.advance(bytes))?;
    bar.finish();
    for (kind, count) in &outcome.problems {
        *read.transcripts.problems.entry(kind.clone()).or_default() += count;
    }
    read.transcripts.files_read += outcome.files_read;
    read.transcripts.files_unchanged += outcome.files_unchanged;
    read.transcripts.rows_changed += outcome.rows_changed;
    read.transcripts.bytes_read += outcome.bytes_read;
    Ok(())
}

impl Read {
    fn report(&self, reader: &Reader) -> Result<IngestReport, Error> {
        let count = |statement: &str| -> Result<u64, Error> {
            let rows = reader.rows(statement, &[])?;
            Ok(rows.first().and_then(|row| row.number(0)).unwrap_or(0) as u64)
        };
        let kinds = |counts: &BTreeMap<String, usize>| {
            counts.iter().map(|(kind, count)| KindCount { kind: kind.clone(), count: *count as u64 }).collect()
        };
        Ok(IngestReport {
            files: FileCounts {
                read: self.transcripts.files_read as u64,
                unchanged: self.transcripts.files_unchanged as u64,
                foreign: self.foreign as u64,
                skipped: self.skipped,
            },
            bytes: self.transcripts.bytes_read,
            rows: self.transcripts.rows_changed as u64,
            problems: kinds(&self.transcripts.problems),
            unknown_rows: super::problems::unknown_rows(reader)?,
            commits: CommitCounts {
                new: self.history.commits_new as u64,
                scanned: self.history.commits_scanned as u64,
                without_content: self.history.commits_incomplete as u64,
                total: count("SELECT count(*) FROM git_commit")?,
            },
            sessions: count("SELECT count(*) FROM session")?,
            turns: count("SELECT count(*) FROM turn")?,
            calls: count("SELECT count(*) FROM ledger")?,
            notes: self.notes.is_on.then_some(self.notes.notes as u64),
            ..IngestReport::default()
        })
    }
}
