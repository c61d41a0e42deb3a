//! The scan after a command: one line of the spool that says what it changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock::{ScanLock, wait};
use super::names::Names;
use super::overlap::overlap;
use super::run::Scan;
use super::verdict::{Candidate, Known, verdicts};
use super::work_tree::{MAX_ANSWER, WorkTree};
use crate::capture::{
    CallStart, Doubt, Event, FileBlob, FileStat, Record, ScanEnd, SeenFiles, Spool, States, empty_state, is_secret,
    named_path,
};
use crate::git::{MovedFile, contents, moved_files};

/// More changed files of one command are followed no further.
const MAX_FILES: usize = 500;

/// The scan beside the beginning is waited for so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Git looks for a zero in so many bytes.
const BINARY_WITHIN: u64 = 8_000;

/// Contents of commits that are read in one scan.
const MAX_CONTENTS: u64 = 64 << 20;

/// Looks, tells, and clears up.
pub(super) fn look(scan: &Scan) -> Option<()> {
    let found = find(scan).unwrap_or_default();
    let record = Record {
        agent: Some(scan.job.agent.clone()),
        session: Some(scan.job.session.clone()),
        run: scan.job.run.clone(),
        tool_use: Some(scan.tool_use.to_string()),
        effect: Some(scan.job.effect),
        files: found.files,
        scan: Some(found.end),
        ..Record::new(scan.job.at, Event::Scan)
    };
    let told = Spool::of(&scan.place).append(&record).ok();
    scan.live.forget(&scan.tool_use);
    scan.live.forget_old();
    told
}

#[derive(Default)]
struct Found {
    files: Vec<FileBlob>,
    end: ScanEnd,
}

/// `None` if it cannot be told what was there before, or what is there now.
fn find(scan: &Scan) -> Option<Found> {
    let (call, start) = CallStart::read(&scan.live, &scan.tool_use)?;
    let seen = if call.is_scanned { wait(PATIENCE, || SeenFiles::read(&scan.live, &scan.tool_use)) } else { None };
    let _lock = ScanLock::take(&scan.live.lock())?;
    let tree = WorkTree::look(scan, start)?;
    let moves = Moves::since(scan, &call)?;
    let (candidates, gone) = candidates(scan, &call, &tree, &moves);
    let tail = Spool::of(&scan.place).tail(None);
    let known = Known {
        call: &call,
        window: (start, scan.job.end),
        ran_ms: scan.job.ran_ms.unwrap_or((scan.job.end - start) / 1_000_000),
        seen: seen.as_ref(),
        effect: scan.job.effect,
        brings: scan.job.brings || moves.brings,
        names: &Names::of(&scan.job, scan.place.top.as_deref()?),
        overlap: &overlap(&tail, scan.tool_use.as_str()),
        gone: &gone,
        empty: &empty_state(&scan.place)?,
    };
    let files = verdicts(&known, &candidates);
    let is_too_many = tree.is_too_many || files.len() > MAX_FILES;
    let is_complete = !is_too_many && !scan.job.goes_on && !moves.is_hidden && !reaches_out(scan);
    let files = if is_too_many { Vec::new() } else { with_states(scan, files) };
    Some(Found { files, end: ScanEnd { is_complete, is_too_many } })
}

/// What the commits made during the command changed.
struct Moves {
    files: BTreeMap<String, MovedFile>,
    /// `HEAD` moved otherwise than by commits.
    brings: bool,
    /// Where `HEAD` is cannot be read from files.
    is_hidden: bool,
}

impl Moves {
    fn since(scan: &Scan, call: &CallStart) -> Option<Moves> {
        let head = scan.place.head();
        let is_hidden = head.is_none() && scan.place.common_dir.join("reftable").exists();
        let none = |brings: bool| Some(Moves { files: BTreeMap::new(), brings, is_hidden });
        if head == call.head {
            return none(false);
        }
        if !scan.place.was_only_committed_since(call.head.as_deref()) {
            return none(true);
        }
        let moved = moved_files(scan.place.top.as_deref()?, call.head.as_deref(), &head?, MAX_ANSWER)?;
        let files = moved.into_iter().map(|file| (file.path.clone(), file)).collect();
        Some(Moves { files, brings: false, is_hidden })
    }
}

/// Returns every file that differs from the commit before, now or in the commits since, and the states of those gone.
fn candidates(scan: &Scan, call: &CallStart, tree: &WorkTree, moves: &Moves) -> (Vec<Candidate>, BTreeSet<String>) {
    let (mut found, mut gone) = (Vec::new(), BTreeSet::new());
    for (path, file) in &tree.files {
        let committed = moves.files.get(path).map_or(file.committed.clone(), |moved| moved.old.clone());
        if file.stat.is_none() {
            gone.extend(committed.into_iter().chain(call.states.get(path).cloned()));
            continue;
        }
        let (stat, state) = (file.stat, file.state.clone());
        found.push(Candidate { path: path.clone(), committed, stat, state });
    }
    for (path, file) in moves.files.iter().filter(|(path, _)| !tree.files.contains_key(*path)) {
        let (committed, state) = (file.old.clone(), file.new.clone());
        if state.is_none() {
            gone.extend(committed);
            continue;
        }
        let stat = scan.place.top.as_deref().and_then(|top| FileStat::of(&top.join(path)));
        found.push(Candidate { path: path.clone(), committed, stat, state });
    }
    found.retain(|file| !is_secret(&file.path) && !is_binary(scan, file));
    (found, gone)
}

/// A changed file that has no state because it is no text: it has no lines.
fn is_binary(scan: &Scan, file: &Candidate) -> bool {
    let mut start = Vec::new();
    let mut read = |path: PathBuf| File::open(path)?.take(BINARY_WITHIN).read_to_end(&mut start);
    let top = scan.place.top.as_deref().filter(|_| file.state.is_none());
    top.is_some_and(|top| read(top.join(&file.path)).is_ok()) && start.contains(&0)
}

/// Keeps the states that only commits have; a file without one cannot be compared.
fn with_states(scan: &Scan, mut files: Vec<FileBlob>) -> Vec<FileBlob> {
    let states = States::of(&scan.place.common_dir);
    let _ = states.keep(&scan.place, b""); // No repository need have it.
    let named = files.iter().flat_map(|file| file.before.iter().chain([&file.blob]));
    let missing: BTreeSet<&String> = named.filter(|name| !name.is_empty() && states.read(name).is_none()).collect();
    let missing: Vec<String> = missing.into_iter().cloned().collect();
    let texts = match (scan.place.top.as_deref(), missing.is_empty()) {
        (Some(top), false) => contents(top, &missing, MAX_CONTENTS).unwrap_or_default(),
        _ => Vec::new(),
    };
    let kept = |text: &Option<Vec<u8>>| text.as_deref().and_then(|text| states.keep(&scan.place, text)).is_some();
    let kept: BTreeSet<&String> =
        missing.iter().zip(&texts).filter(|(_, text)| kept(text)).map(|(name, _)| name).collect();
    let lost: BTreeSet<&String> = missing.iter().filter(|name| !kept.contains(name)).collect();
    for file in &mut files {
        let is_lost = lost.contains(&file.blob) || file.before.as_ref().is_some_and(|before| lost.contains(before));
        file.doubt = file.doubt.or(is_lost.then_some(Doubt::Unread));
    }
    files
}

/// Tells whether the command names something in another work tree of the repository, which is not looked at.
fn reaches_out(scan: &Scan) -> bool {
    let others = scan.place.other_tops();
    let Some(top) = scan.place.top.as_deref().filter(|_| !others.is_empty()) else { return false };
    let outside = |word: &&String| word.contains('/') && named_path(top, &scan.job.folder, word).is_none();
    let real = |path: PathBuf| path.canonicalize().ok();
    let is_in = |path: &Path| others.iter().any(|other| path.starts_with(other) && !path.starts_with(top));
    scan.job.words.iter().filter(outside).filter_map(|word| real(scan.job.folder.join(word))).any(|path| is_in(&path))
}
