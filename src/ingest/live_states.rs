//! From states of files, as hooks kept them, to what tool calls did: the difference of before and after.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::capture::{Doubt, Effect, Event, FileBlob, LiveFolder, Place, Record, States, known_files};
use crate::lines::hunks_between;
use crate::model::LineMark;
use crate::store::{CaptureBatch, ChangeSource, CommandScan, FileChangeRow};

/// The states of a repository and the work tree that a file of the spool is about.
pub(super) struct LiveStates {
    states: States,
    /// Top of the work tree; `None` if it is gone.
    tree: Option<String>,
}

impl LiveStates {
    pub(super) fn of(common_dir: &Path, spool_name: &str) -> LiveStates {
        let tree = top(common_dir, spool_name).and_then(|top| top.into_os_string().into_string().ok());
        LiveStates { states: States::of(common_dir), tree }
    }

    /// Adds what a record says of files that a tool call changed.
    pub(super) fn add(&self, batch: &mut CaptureBatch, record: &Record, tool_call: i64, session: i64) {
        let mut scan =
            CommandScan { tool_call, session, at: record.at, files: 0, is_complete: false, doubts: Vec::new() };
        for file in &record.files {
            match self.change(file) {
                Ok(Some(change)) => {
                    scan.files += 1;
                    batch.changes.push(FileChangeRow {
                        tool_call,
                        session: Some(session),
                        at: Some(record.at),
                        ..change
                    });
                }
                Ok(None) => {}
                Err(reason) => scan.doubts.push((file.path.clone(), reason)),
            }
        }
        scan.is_complete = record.scan.is_some_and(|end| end.is_complete) || only_read(record);
        if record.event == Event::Scan || only_read(record) {
            batch.scans.push(scan);
        }
    }

    /// Returns what a tool call did to a file, if anything is known of it; the reason if it is not certain.
    fn change(&self, file: &FileBlob) -> Result<Option<FileChangeRow>, i64> {
        if let Some(doubt) = file.doubt {
            return Err(reason(doubt));
        }
        let Some(before) = &file.before else { return Ok(None) };
        let (before, after) = self.states.read(before).zip(self.states.read(&file.blob)).ok_or(LOST)?;
        let hunks = hunks_between(&before, &after);
        Ok((!hunks.is_empty()).then(|| FileChangeRow {
            tool_call: 0,
            path: file.path.clone(),
            source: ChangeSource::Live,
            tree: self.tree.clone(),
            session: None,
            at: None,
            before_sum: Some(LineMark::sum(&before)),
            after_sum: Some(LineMark::sum(&after)),
            hunks,
        }))
    }
}

/// A command that only reads is not scanned: its text says enough.
fn only_read(record: &Record) -> bool {
    record.effect == Some(Effect::Reads) && matches!(record.event, Event::ToolEnd | Event::ToolFailure)
}

/// The state is not there any more: its disk was full, or somebody deleted it.
const LOST: i64 = 7;

fn reason(doubt: Doubt) -> i64 {
    match doubt {
        Doubt::Before => 1,
        Doubt::Late => 2,
        Doubt::Overlap => 3,
        Doubt::NotNamed => 4,
        Doubt::Brought => 5,
        Doubt::Unread => 6,
        Doubt::Unknown => 8,
    }
}

/// Deletes states that nobody needs any more: the spool was read to its end, so what is old was taken in or never named.
pub(super) fn prune(common_dir: &Path) {
    let mut wanted = BTreeSet::new();
    for folder in fs::read_dir(LiveFolder::all(common_dir)).into_iter().flatten().flatten() {
        let live = LiveFolder::at(folder.path());
        wanted.extend(known_files(&live).into_values().map(|file| file.state));
    }
    States::of(common_dir).prune(&wanted);
}

/// The top of the work tree whose hooks write this file of the spool.
fn top(common_dir: &Path, spool_name: &str) -> Option<PathBuf> {
    let name = spool_name.split_once(".jsonl")?.0;
    let dot_git = match name {
        "main" => common_dir.to_owned(),
        name => {
            PathBuf::from(fs::read_to_string(common_dir.join("worktrees").join(name).join("gitdir")).ok()?.trim_end())
        }
    };
    let top = Place::find(dot_git.parent()?, None)?.top?;
    (dot_git.file_name()? == ".git").then_some(top)
}
