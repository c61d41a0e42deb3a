//! Reads archives and compressed transcripts, entry by entry.

use std::ops::ControlFlow;

use super::archive::{Entry, EntryKind, unpack};
use super::file::{Target, read_stream};
use super::found::FoundFile;
use super::transcripts::{Pending, TranscriptOutcome};
use crate::model::Timestamp;
use crate::store::{FileResult, FileStamp, SourceRow, StoreError, Writer};

/// Reads one archive whole, unless it is the one that was read before; returns how many entries were not transcripts.
///
/// # Errors
/// What the store reports; what was committed before stays.
pub fn read_packed(
    writer: &mut Writer,
    archive: &FoundFile,
    now: Timestamp,
    outcome: &mut TranscriptOutcome,
) -> Result<u64, StoreError> {
    if writer.source(&archive.name())?.is_some_and(|known| known.stamp == archive.stamp) {
        outcome.files_unchanged += 1;
        return Ok(0);
    }
    let mut pending = Pending::default();
    let mut failed = None;
    let unpacked = unpack(archive, &mut |entry| {
        if let Err(error) = read_entry(writer, entry, now, &mut pending, outcome) {
            failed = Some(error);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let source = SourceRow {
        path: archive.name(),
        is_foreign: false,
        format: None,
        agent_run: None,
        stamp: archive.stamp,
        offset: 0,
        ordinal: 0,
        session: None,
        head_at: i64::MAX,
        prefix_hash: 0,
    };
    let problems = unpacked.problems;
    pending.done(FileResult { name: archive.name(), source: Some(source), problems, ..FileResult::default() }, outcome);
    outcome.files_read -= 1; // The archive is no transcript itself.
    pending.flush(writer, outcome)?;
    Ok(unpacked.skipped)
}

fn read_entry(
    writer: &mut Writer,
    entry: Entry<'_>,
    now: Timestamp,
    pending: &mut Pending,
    outcome: &mut TranscriptOutcome,
) -> Result<(), StoreError> {
    match entry.kind {
        EntryKind::AgentMeta => read_meta(entry, now, pending),
        EntryKind::Transcript => {
            let stamp = FileStamp { size: entry.size.map_or(0, |size| size as i64), ..FileStamp::default() };
            let target = Target { name: entry.name.to_string(), agent_run: entry.agent_run, stamp, sidecar: None };
            let mut failed = None;
            let result = read_stream(&target, entry.input, now, &mut |batch| {
                pending.batch.append(batch);
                if failed.is_none() {
                    failed = pending.flush_if_large(writer, outcome).err();
                }
            });
            pending.done(result, outcome);
            failed.map_or(Ok(()), Err)?;
        }
    }
    pending.flush_if_large(writer, outcome)
}

/// A sidecar's session is the folder above `subagents`.
fn read_meta(entry: Entry<'_>, now: Timestamp, pending: &mut Pending) {
    let name = entry.name.to_string();
    let folders: Vec<&str> = name.split('/').collect();
    let session =
        folders.iter().position(|folder| *folder == "subagents").and_then(|at| folders.get(at.checked_sub(1)?));
    let mut bytes = Vec::new();
    let is_read = std::io::Read::read_to_end(&mut std::io::Read::take(entry.input, 1 << 20), &mut bytes).is_ok();
    if let (Some(session), Some(run), true) = (session, entry.agent_run, is_read) {
        pending.batch.append(super::file::batch_of_sidecar(&name, session, &run, &bytes, now));
    }
}
