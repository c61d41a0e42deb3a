//! Reads one transcript file from where the last reading stopped.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::collect::{BelievableTimes, Collector};
use super::found::FoundFile;
use crate::model::Timestamp;
use crate::store::{Batch, FileResult, FileStamp, ProblemRow, SourceRow};
use crate::transcript::{self, Format, ProblemKind, Resume};

/// Rows after which a batch is handed over, so that memory does not grow with the file.
const HAND_OVER: usize = 1_500;

/// Bytes at both ends of what was read that tell whether a file was rewritten.
const CHECKED: u64 = 1024;

/// What is read, whether it is a file of its own or an entry of an archive.
#[derive(Debug)]
pub(super) struct Target {
    /// Name of the source in the store.
    pub(super) name: String,
    /// The subagent whose own file it is.
    pub(super) agent_run: Option<String>,
    /// The file as it was found.
    pub(super) stamp: FileStamp,
    /// The subagent's sidecar.
    pub(super) sidecar: Option<PathBuf>,
}

impl Target {
    fn of_file(found: &FoundFile) -> Target {
        let (name, agent_run, sidecar) = (found.name(), found.agent_run(), found.sidecar());
        Target { name, agent_run, stamp: found.stamp, sidecar }
    }
}

/// Reads `found`, giving batches to `sink` on the way; returns the file's new state.
pub(super) fn read_file(
    found: &FoundFile,
    known: Option<&SourceRow>,
    times: BelievableTimes,
    sink: &mut dyn FnMut(Batch),
) -> FileResult {
    let target = Target::of_file(found);
    let attempt = File::open(&found.path).and_then(|mut file| {
        let known = known.filter(|known| is_continuation(&mut file, known));
        read_open(&target, &mut file, known, times, sink)
    });
    attempt.unwrap_or_else(|error| unreadable(&target.name, known, &error))
}

/// Reads an entry of an archive, or anything else that cannot be resumed.
pub(super) fn read_stream(
    target: &Target,
    input: &mut dyn Read,
    now: Timestamp,
    sink: &mut dyn FnMut(Batch),
) -> FileResult {
    match read_from(target, input, None, BelievableTimes::until(now), sink) {
        Ok((result, _)) => result,
        Err(error) => unreadable(&target.name, None, &error),
    }
}

/// Returns what a sidecar tells of a subagent's run.
pub(super) fn batch_of_sidecar(name: &str, session: &str, run: &str, bytes: &[u8], now: Timestamp) -> Batch {
    let mut collector = Collector::new(name, None, BelievableTimes::until(now));
    if let Some(meta) = transcript::read_agent_meta(run, bytes) {
        collector.sidecar(session, meta);
    }
    collector.batch
}

fn read_open(
    found: &Target,
    file: &mut File,
    known: Option<&SourceRow>,
    times: BelievableTimes,
    sink: &mut dyn FnMut(Batch),
) -> io::Result<FileResult> {
    let offset = known.map_or(0, |known| known.offset);
    file.seek(SeekFrom::Start(offset as u64))?;
    // What is appended while this runs waits for the next reading.
    let length = (found.stamp.size - offset).max(0) as u64;
    let (mut result, end) = read_from(found, file.by_ref().take(length), known, times, sink)?;
    if let Some(source) = &mut result.source {
        source.prefix_hash = prefix_hash(file, end)?;
    }
    Ok(result)
}

fn read_from(
    found: &Target,
    input: impl Read,
    known: Option<&SourceRow>,
    times: BelievableTimes,
    sink: &mut dyn FnMut(Batch),
) -> io::Result<(FileResult, u64)> {
    let format = known.and_then(|known| known.format.as_deref()).and_then(Format::from_name);
    let resume = known.map(resume_of).unwrap_or_default();
    let read_from = resume.offset as i64;
    let head_at = known.map(|known| known.head_at).filter(|head_at| *head_at != i64::MAX);
    let mut collector = Collector::new(&found.name, head_at, times);
    let outcome = transcript::read(input, format, resume, found.agent_run.clone(), &mut |item| {
        collector.item(item);
        if collector.batch.len() >= HAND_OVER {
            sink(std::mem::take(&mut collector.batch));
            collector.forget_sessions();
        }
    })?;
    read_sidecar(found, outcome.resume.session.as_deref(), &mut collector);
    let end = outcome.resume.offset;
    let unknown = collector.unknown();
    let head_at = collector.head_at.unwrap_or(i64::MAX);
    sink(collector.batch);
    let source = SourceRow {
        path: found.name.clone(),
        is_foreign: false,
        format: outcome.format.map(|format| format.name().to_owned()),
        agent_run: found.agent_run.clone(),
        stamp: found.stamp,
        offset: end as i64,
        ordinal: outcome.resume.ordinal as i64,
        session: outcome.resume.session,
        head_at,
        prefix_hash: 0,
    };
    let (name, problems) = (found.name.clone(), collector.problems);
    Ok((FileResult { name, source: Some(source), problems, unknown, read_from }, end))
}

fn resume_of(known: &SourceRow) -> Resume {
    let (offset, ordinal) = (known.offset.max(0) as u64, known.ordinal.max(0) as u64);
    Resume { offset, ordinal, session: known.session.clone() }
}

fn read_sidecar(found: &Target, session: Option<&str>, collector: &mut Collector) {
    let (Some(sidecar), Some(run), Some(session)) = (&found.sidecar, &found.agent_run, session) else { return };
    let Ok(bytes) = std::fs::read(sidecar) else { return };
    if let Some(meta) = transcript::read_agent_meta(run, &bytes) {
        collector.sidecar(session, meta);
    }
}

/// A file goes on where it was left if what was read of it is still there.
fn is_continuation(file: &mut File, known: &SourceRow) -> bool {
    let appendable = known.format.as_deref().and_then(Format::from_name).is_some_and(Format::is_appended);
    let end = known.offset.max(0) as u64;
    let is_long_enough = file.metadata().is_ok_and(|meta| meta.len() >= end);
    appendable && end > 0 && is_long_enough && prefix_hash(file, end).is_ok_and(|hash| hash == known.prefix_hash)
}

/// Hash over the first and the last bytes before `end`.
fn prefix_hash(file: &mut File, end: u64) -> io::Result<i64> {
    let mut bytes = Vec::with_capacity(2 * CHECKED as usize + 8);
    bytes.extend_from_slice(&end.to_le_bytes());
    for start in [0, end.saturating_sub(CHECKED)] {
        file.seek(SeekFrom::Start(start))?;
        file.by_ref().take(CHECKED.min(end - start)).read_to_end(&mut bytes)?;
    }
    Ok(crate::model::bytes_key(&bytes))
}

fn unreadable(name: &str, known: Option<&SourceRow>, error: &io::Error) -> FileResult {
    let kind = ProblemKind::Unreadable.name().to_owned();
    let problem = ProblemRow { path: name.to_owned(), offset: 0, kind, detail: error.to_string() };
    // A file that could not be read keeps its old state, or has none, and is tried again.
    let read_from = known.map_or(0, |known| known.offset);
    FileResult { name: name.to_owned(), source: None, problems: vec![problem], unknown: Vec::new(), read_from }
}

/// Tells whether a file need not be opened: it was read and nothing about it changed.
pub(super) fn is_unchanged(found: &FoundFile, known: Option<&SourceRow>) -> bool {
    // Another repository's file is read when the user names it.
    known.is_some_and(|known| known.stamp == found.stamp && !known.is_foreign)
}
