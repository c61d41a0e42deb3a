//! From the spool of hooks to the store: every line once, whenever a process is killed.
//!
//! Files of the spool are read like transcripts, from where the last reading stopped, and the place where it stopped
//! is written in the transaction that holds what was read. A file that has grown long is put aside under another name
//! and deleted a day later: a hook that had it open meanwhile has long written by then.

use std::cell::OnceCell;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::collect::run_key;
use super::live_states::{self, LiveStates};
use super::problem::{name_of, problem, unreadable};
use crate::capture::{Author, By, Event, GitState, HeadMoves, Record, Spool, is_spool_file};
use crate::model::{Agent, CommitId, SessionId, Timestamp, ToolUseId};
use crate::store::{
    CaptureBatch, CaptureEvidence, CapturedBy, CapturedCommit, FileState, Moment, ProblemRow, Rewrite, SessionMoment,
    SessionRow, SpoolState, StoreError, ToolMoment, Writer,
};
use crate::transcript::ProblemKind;

/// What a reading of the spool came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpoolOutcome {
    /// Records that were new.
    pub records: u64,
    /// Lines that are no record (torn by a full disk, or somebody else's), and files that cannot be read.
    pub problems: Vec<ProblemRow>,
}

/// A file longer than this is put aside.
const LONG: u64 = 1 << 20;

/// A file that was put aside is deleted after this time.
const KEPT_MS: i64 = 86_400_000;

/// No hook of ours wrote before 2020; sums of times and lengths must stay whole numbers.
const EARLIEST_MS: i64 = 1_577_836_800_000;

/// A clock may have been ahead when the hook ran.
const CLOCK_SLACK_MS: i64 = 86_400_000;

/// No tool runs for longer than a year.
const LONGEST_RUN_MS: i64 = 366 * 86_400_000;

/// Bytes read at once; bounds memory.
const CHUNK: usize = 4 << 20;

/// Bytes at both ends of what was read that tell whether a file is another one.
const CHECKED: u64 = 256;

/// Reads what hooks wrote since the last reading.
///
/// # Errors
/// What the store reports; what cannot be read of the spool stays there for the next time.
pub fn read_spool(common_dir: &Path, writer: &mut Writer, now: Timestamp) -> Result<SpoolOutcome, StoreError> {
    let mut outcome = SpoolOutcome::default();
    for path in files(&Spool::folder(common_dir)) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let known = writer.spool_state(name)?;
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) => {
                outcome.problems.push(unreadable(&path, &error));
                continue;
            }
        };
        let (live, moves) = (LiveStates::of(common_dir, name), OnceCell::new());
        let around = Around { common_dir, spool: name, live, moves };
        let mut state = known.filter(|known| is_same(&mut file, known)).unwrap_or_else(|| start(name));
        loop {
            let (batch, next, counts) = match read_chunk(&mut file, &path, &state, &around, now) {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                Err(error) => {
                    outcome.problems.push(unreadable(&path, &error));
                    break;
                }
            };
            writer.record_capture(&batch, &next)?;
            outcome.records += counts.records;
            outcome.problems.extend(counts.problems);
            state = next;
        }
        put_aside(&path, &state, writer, now)?;
    }
    let unreadable = ProblemKind::Unreadable.name();
    if outcome.problems.iter().all(|problem| problem.kind != unreadable) {
        live_states::prune(common_dir); // No line that may name a state is unread.
    }
    writer.record_problems(outcome.problems.clone())?;
    Ok(outcome)
}

/// What else is known of the work tree that a file of the spool is about.
struct Around<'a> {
    common_dir: &'a Path,
    spool: &'a str,
    live: LiveStates,
    moves: OnceCell<HeadMoves>,
}

impl Around<'_> {
    /// Tells whether a commit was checked out by somebody else between the commit that was made and its last hook.
    fn is_of_another(&self, record: &Record) -> bool {
        let moves = || self.moves.get_or_init(|| HeadMoves::of_spool(self.common_dir, self.spool));
        record.from.as_deref().zip(record.commit.as_deref()).is_some_and(|(from, to)| moves().denies(from, to))
    }
}

/// What is wrong with a line, at its offset.
fn bad_line(path: &Path, offset: i64, kind: ProblemKind, detail: &str) -> ProblemRow {
    ProblemRow { offset, ..problem(name_of(path), kind, detail.to_owned()) }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_spool_file))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

fn start(name: &str) -> SpoolState {
    SpoolState { name: name.to_owned(), offset: 0, prefix_hash: 0 }
}

fn is_same(file: &mut File, known: &SpoolState) -> bool {
    let end = known.offset.max(0) as u64;
    let is_long_enough = file.metadata().is_ok_and(|metadata| metadata.len() >= end);
    is_long_enough && prefix_hash(file, end).is_ok_and(|hash| hash == known.prefix_hash)
}

fn prefix_hash(file: &mut File, end: u64) -> io::Result<i64> {
    let mut bytes = end.to_le_bytes().to_vec();
    for start in [0, end.saturating_sub(CHECKED)] {
        file.seek(SeekFrom::Start(start))?;
        file.by_ref().take(CHECKED.min(end - start)).read_to_end(&mut bytes)?;
    }
    Ok(crate::model::bytes_key(&bytes))
}

type Chunk = (CaptureBatch, SpoolState, SpoolOutcome);

/// Reads whole lines from where the last reading stopped; `None` when there are none.
fn read_chunk(
    file: &mut File,
    path: &Path,
    state: &SpoolState,
    around: &Around<'_>,
    now: Timestamp,
) -> io::Result<Option<Chunk>> {
    file.seek(SeekFrom::Start(state.offset as u64))?;
    let mut bytes = Vec::new();
    file.by_ref().take(CHUNK as u64).read_to_end(&mut bytes)?;
    let Some(last) = memchr::memrchr(b'\n', &bytes) else {
        if bytes.len() < CHUNK {
            return Ok(None); // A line that is still being written.
        }
        return skip(file, path, state, bytes.len()).map(Some);
    };
    let (mut batch, mut counts) = (CaptureBatch::default(), SpoolOutcome::default());
    let mut offset = state.offset;
    for line in bytes[..=last].split_inclusive(|byte| *byte == b'\n') {
        match add_line(&mut batch, line.trim_ascii(), around, now) {
            Ok(added) => counts.records += u64::from(added),
            Err((kind, detail)) => counts.problems.push(bad_line(path, offset, kind, detail)),
        }
        offset += line.len() as i64;
    }
    let prefix_hash = prefix_hash(file, offset as u64)?;
    Ok(Some((batch, SpoolState { name: state.name.clone(), offset, prefix_hash }, counts)))
}

/// A line longer than a chunk is nobody's record.
fn skip(file: &mut File, path: &Path, state: &SpoolState, length: usize) -> io::Result<Chunk> {
    let offset = state.offset + length as i64;
    let prefix_hash = prefix_hash(file, offset as u64)?;
    let too_long = bad_line(path, state.offset, ProblemKind::LineTooLong, "no record of a hook is that long");
    let counts = SpoolOutcome { records: 0, problems: vec![too_long] };
    Ok((CaptureBatch::default(), SpoolState { name: state.name.clone(), offset, prefix_hash }, counts))
}

/// Adds what a line says; tells whether it says anything.
fn add_line(
    batch: &mut CaptureBatch,
    line: &[u8],
    around: &Around<'_>,
    now: Timestamp,
) -> Result<bool, (ProblemKind, &'static str)> {
    if line.is_empty() {
        return Ok(false);
    }
    let record = Record::parse(line).ok_or((ProblemKind::BadJson, "no record of a hook, or a torn one"))?;
    if !(EARLIEST_MS..=now.0.saturating_add(CLOCK_SLACK_MS)).contains(&record.at) {
        return Err((ProblemKind::OddTime, "a time before 2020 or to come"));
    }
    add(batch, &record, around);
    Ok(true)
}

/// Renames a long file and deletes one that was renamed a day ago and is read to its end.
fn put_aside(path: &Path, state: &SpoolState, writer: &mut Writer, now: Timestamp) -> Result<(), StoreError> {
    let length = fs::metadata(path).map_or(0, |metadata| metadata.len());
    if let Some(since) = state.name.split_once(".jsonl.").and_then(|(_, since)| since.parse::<i64>().ok()) {
        if length == state.offset as u64 && now.0 - since > KEPT_MS {
            let _ = fs::remove_file(path); // Tried again the next time.
        }
        return Ok(());
    }
    if length > LONG && length == state.offset as u64 {
        let name = format!("{}.{}", state.name, now.0.max(0));
        // First what was read of it, then the name: killed in between, there is a row too many and nothing is lost.
        writer.record_capture(&CaptureBatch::default(), &SpoolState { name: name.clone(), ..state.clone() })?;
        let _ = fs::rename(path, path.with_file_name(name));
    }
    Ok(())
}

fn add(batch: &mut CaptureBatch, record: &Record, around: &Around<'_>) {
    match record.event {
        Event::Commit | Event::Merge if around.is_of_another(record) => {} // Its trailer names the session.
        Event::Commit | Event::Merge => add_commit(batch, record),
        Event::Rewrite => add_rewrite(batch, record),
        _ => add_session_event(batch, record, &around.live),
    }
}

fn add_commit(batch: &mut CaptureBatch, record: &Record) {
    let Some(id) = record.commit_id() else { return };
    let state = GitState::from_name(record.state.as_deref().unwrap_or_default()) as i64;
    batch.commits.push(CapturedCommit { id, state, at: record.at });
    for author in &record.by {
        batch.by.extend(captured_by(&mut batch.sessions, id, author));
    }
}

fn captured_by(
    sessions: &mut std::collections::HashMap<i64, SessionRow>,
    id: CommitId,
    author: &Author,
) -> Option<CapturedBy> {
    let session = session(sessions, &author.session, Some(&author.agent))?;
    let evidence = match author.by {
        By::Environment => CaptureEvidence::Environment,
        By::Ancestry => CaptureEvidence::Ancestry,
        By::OnlyOpen => CaptureEvidence::OnlyOpen,
        By::Unknown => return None,
    };
    let tool_call = author.tool_use.as_deref().and_then(|id| ToolUseId::parse(id).ok()).map(|id| id.key());
    let agent_run = author.run.as_deref().map(|run| run_key(session, run));
    Some(CapturedBy { id, session, evidence, tool_call, agent_run })
}

fn add_rewrite(batch: &mut CaptureBatch, record: &Record) {
    let is_rebase = record.detail.as_deref() == Some("rebase");
    let id = |text: &str| CommitId::parse(text).ok();
    let pairs = record.pairs.iter().filter_map(|(old, new)| id(old).zip(id(new)));
    batch.rewrites.extend(pairs.map(|(old, new)| Rewrite { old, new, is_rebase, at: record.at }));
}

fn add_session_event(batch: &mut CaptureBatch, record: &Record, live: &LiveStates) {
    let Some(id) = &record.session else { return };
    let Some(session) = session(&mut batch.sessions, id, record.agent.as_deref()) else { return };
    let agent_run = record.agent_id().map(|run| run_key(session, run.as_str()));
    if let Some(kind) = moment(record.event) {
        let detail = record.detail.clone().or_else(|| record.tool.clone()).unwrap_or_default();
        batch.moments.push(SessionMoment { session, at: record.at, kind, detail, agent_run });
    }
    let Some(tool_call) = record.tool_use_id().map(|id| id.key()) else { return };
    live.add(batch, record, tool_call, session);
    if record.event == Event::Scan {
        return; // Its files are the command's, not what an edit left.
    }
    let is_before = record.event == Event::ToolStart;
    let is_after = matches!(record.event, Event::ToolEnd | Event::ToolFailure | Event::PermissionDenied);
    batch.tools.push(ToolMoment {
        tool_call,
        session,
        tool: record.tool.clone(),
        agent_run,
        before_at: is_before.then_some(record.at),
        after_at: is_after.then_some(record.at),
        run_ms: record.run_ms.filter(|ms| is_after && (0..=LONGEST_RUN_MS).contains(ms)),
        is_denied: record.event == Event::PermissionDenied,
    });
    batch
        .operations
        .extend(record.commit.clone().filter(|_| is_after).map(|prefix| (tool_call, prefix.to_lowercase())));
    for file in &record.files {
        // A blob is named like a commit: 40 or 64 digits.
        let Ok(blob) = CommitId::parse(&file.blob) else { continue };
        batch.files.push(FileState { tool_call, path: file.path.clone(), session, blob, at: record.at });
    }
}

fn moment(event: Event) -> Option<Moment> {
    Some(match event {
        Event::SessionStart => Moment::Start,
        Event::SessionEnd => Moment::End,
        Event::Prompt => Moment::Prompt,
        Event::Stop => Moment::Stop,
        Event::StopFailure => Moment::Failure,
        Event::PermissionRequest => Moment::Permission,
        Event::SubagentStart => Moment::SubagentStart,
        Event::SubagentStop => Moment::SubagentStop,
        Event::CompactStart => Moment::CompactStart,
        Event::CompactEnd => Moment::CompactEnd,
        Event::Folder => Moment::Folder,
        _ => return None,
    })
}

fn session(sessions: &mut std::collections::HashMap<i64, SessionRow>, id: &str, agent: Option<&str>) -> Option<i64> {
    let id = SessionId::parse(id).ok()?;
    let agent = agent.map_or(Agent::Unknown, Agent::from_name);
    sessions.entry(id.key()).or_insert_with(|| SessionRow { key: id.key(), id: id.to_string(), agent });
    Some(id.key())
}
