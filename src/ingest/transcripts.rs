//! Reads many transcripts at once: workers parse, one writer records.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::collect::BelievableTimes;
use super::file::{is_unchanged, read_file};
use super::found::FoundFile;
use crate::model::Timestamp;
use crate::store::{Batch, FileResult, SourceRow, StoreError, Writer};

/// What a reading of transcripts came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TranscriptOutcome {
    /// Files read from the start or from where they were left.
    pub files_read: usize,
    /// Files that did not change.
    pub files_unchanged: usize,
    /// Bytes of the files that were read.
    pub bytes_read: u64,
    /// Rows that were new or said something new.
    pub rows_changed: usize,
    /// Problems met in this reading, by kind.
    pub problems: BTreeMap<String, usize>,
}

/// Rows that are written at once; bounds memory.
const FLUSH: usize = 6_000;

/// Rows that are committed at once; a killed ingest goes on from the last commit.
const COMMIT: usize = 120_000;

/// Messages a worker may be ahead of the writer; bounds memory.
const AHEAD: usize = 2;

/// A file to be read and what is known of it.
#[derive(Debug)]
pub struct Input {
    /// The file.
    pub file: FoundFile,
    /// Its state after the last reading.
    pub known: Option<SourceRow>,
}

enum Message {
    Rows(Box<Batch>),
    Done(Box<FileResult>),
}

/// Reads every file that is new or changed and records what it says.
///
/// `progress` is told the number of bytes of every finished file.
///
/// # Errors
/// What the store reports; what was committed before stays, and the next run goes on from there.
pub fn read_transcripts(
    writer: &mut Writer,
    inputs: Vec<Input>,
    now: Timestamp,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<TranscriptOutcome, StoreError> {
    let mut outcome = TranscriptOutcome::default();
    let (unchanged, mut changed): (Vec<Input>, Vec<Input>) =
        inputs.into_iter().partition(|input| is_unchanged(&input.file, input.known.as_ref()));
    outcome.files_unchanged = unchanged.len();
    outcome.bytes_read = changed.iter().map(bytes_to_read).sum();
    if changed.is_empty() {
        return Ok(outcome);
    }
    // The largest first, so that no worker is left alone with one at the end.
    changed.sort_by_key(|input| std::cmp::Reverse(input.file.stamp.size));
    let times = BelievableTimes::until(now);
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(2, usize::from).min(changed.len().max(1)).min(8);
    thread::scope(|scope| {
        let (send, receive) = sync_channel(AHEAD * workers);
        for _ in 0..workers {
            let (send, changed, next) = (send.clone(), &changed, &next);
            scope.spawn(move || work(changed, next, times, progress, &send));
        }
        drop(send);
        record(writer, &receive, &mut outcome)
    })?;
    Ok(outcome)
}

/// What was read before is not read again, unless the file was rewritten.
fn bytes_to_read(input: &Input) -> u64 {
    let before = input.known.as_ref().map_or(0, |known| known.offset);
    (input.file.stamp.size - before).max(0) as u64
}

fn work(
    files: &[Input],
    next: &AtomicUsize,
    times: BelievableTimes,
    progress: &(dyn Fn(u64) + Sync),
    send: &SyncSender<Message>,
) {
    while let Some(input) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
        let result = read_file(&input.file, input.known.as_ref(), times, &mut |batch| {
            let _ = send.send(Message::Rows(Box::new(batch))); // The writer is gone only when it failed; it says why.
        });
        progress(input.file.stamp.size.max(0) as u64);
        if send.send(Message::Done(Box::new(result))).is_err() {
            return;
        }
    }
}

fn record(writer: &mut Writer, receive: &Receiver<Message>, outcome: &mut TranscriptOutcome) -> Result<(), StoreError> {
    let mut pending = Pending::default();
    writer.begin()?;
    let mut committed = 0;
    for message in receive {
        match message {
            Message::Rows(batch) => pending.add(*batch),
            Message::Done(result) => pending.done(*result, outcome),
        }
        pending.flush_if_large(writer, outcome)?;
        if outcome.rows_changed - committed >= COMMIT {
            writer.commit()?;
            writer.begin()?;
            committed = outcome.rows_changed;
        }
    }
    pending.flush(writer, outcome)?;
    writer.commit()
}

/// What waits for the next transaction: rows, and the files that are done with them.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) batch: Batch,
    files: Vec<FileResult>,
}

impl Pending {
    /// The larger of two batches takes the smaller.
    fn add(&mut self, mut batch: Batch) {
        if batch.len() > self.batch.len() {
            std::mem::swap(&mut batch, &mut self.batch);
        }
        self.batch.append(batch);
    }

    pub(super) fn done(&mut self, result: FileResult, outcome: &mut TranscriptOutcome) {
        outcome.files_read += 1;
        for problem in &result.problems {
            *outcome.problems.entry(problem.kind.clone()).or_default() += 1;
        }
        self.files.push(result);
    }

    pub(super) fn flush_if_large(
        &mut self,
        writer: &mut Writer,
        outcome: &mut TranscriptOutcome,
    ) -> Result<(), StoreError> {
        if self.batch.len() >= FLUSH { self.flush(writer, outcome) } else { Ok(()) }
    }

    pub(super) fn flush(&mut self, writer: &mut Writer, outcome: &mut TranscriptOutcome) -> Result<(), StoreError> {
        if self.batch.is_empty() && self.files.is_empty() {
            return Ok(());
        }
        outcome.rows_changed += writer.record(&mut self.batch, &self.files)?;
        self.files.clear();
        Ok(())
    }
}
