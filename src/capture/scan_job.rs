//! What a hook hands to the scan it starts: through a pipe, because a command's words are nobody else's business.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::background;
use super::live_folder::LiveFolder;
use super::place::Place;
use super::shell::{Effect, LOCKS, Shell};
use super::tool_call::{CallStart, paths_of};
use crate::clock;
use crate::model::ToolUseId;

/// When a scan runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Beside the beginning of a command: what is changed already?
    Before,
    /// After its end: what has it changed?
    After,
}

/// One scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanJob {
    /// When it runs.
    pub phase: Phase,
    /// The tool call.
    pub tool_use: String,
    /// Its session.
    pub session: String,
    /// Name of the agent.
    pub agent: String,
    /// Its subagent run.
    pub run: Option<String>,
    /// Where the session works.
    pub folder: PathBuf,
    /// What the command can do.
    pub effect: Effect,
    /// Git brings contents somewhere in it.
    pub brings: bool,
    /// It may still run.
    pub goes_on: bool,
    /// Its words are paths from elsewhere.
    pub moves: bool,
    /// Its words, as far as they may be paths.
    pub words: Vec<String>,
    /// When its hook ran, UTC milliseconds.
    pub at: i64,
    /// Its end by the clock of the file system, nanoseconds since 1970.
    pub end: i64,
    /// How long it ran, milliseconds.
    pub ran_ms: Option<i64>,
}

/// A shell command between its two hooks.
pub(super) struct ShellCall<'a> {
    pub(super) place: &'a Place,
    pub(super) folder: &'a Path,
    pub(super) tool_use: ToolUseId,
    pub(super) session: &'a str,
    pub(super) agent: &'a str,
    pub(super) run: Option<&'a str>,
    pub(super) shell: Shell,
}

impl ShellCall<'_> {
    /// Remembers what was there before; tells whether a scan is to look at the rest.
    pub(super) fn begin(&self) -> Option<bool> {
        if self.shell.effect == Effect::Reads {
            return Some(false);
        }
        let live = LiveFolder::of(self.place);
        let mut paths = paths_of(self.place, self.folder, &self.shell.words);
        if self.shell.effect == Effect::Checks {
            paths.extend(LOCKS.map(str::to_owned));
        }
        let mut start = CallStart::look(self.place, &live, &paths);
        start.is_scanned = match self.shell.effect {
            Effect::Anything => true,
            Effect::Named => self.names_many(&paths),
            _ => false,
        };
        start.write(&live, &self.tool_use)?;
        Some(start.is_scanned)
    }

    /// Looks at what is changed already, beside the command.
    pub(super) fn look(self) -> Option<()> {
        self.scan(Phase::Before, 0, None)
    }

    /// Lets be found what it has changed.
    pub(super) fn end(self, end: i64, ran_ms: Option<i64>) -> Option<()> {
        if self.shell.effect == Effect::Reads { None } else { self.scan(Phase::After, end, ran_ms) }
    }

    /// Tells whether a pattern or a folder stands for the files.
    fn names_many(&self, paths: &[String]) -> bool {
        let is_folder = |path: &String| self.place.top.as_deref().is_some_and(|top| top.join(path).is_dir());
        self.shell.words.iter().any(|word| word.contains(['*', '?'])) || paths.iter().any(is_folder)
    }

    /// Leaves nothing behind.
    pub(super) fn forget(self) {
        LiveFolder::of(self.place).forget(&self.tool_use);
    }

    fn scan(self, phase: Phase, end: i64, ran_ms: Option<i64>) -> Option<()> {
        let Shell { effect, brings, goes_on, moves, words } = self.shell;
        let job = ScanJob {
            phase,
            tool_use: self.tool_use.to_string(),
            session: self.session.to_owned(),
            agent: self.agent.to_owned(),
            run: self.run.map(str::to_owned),
            folder: self.folder.to_owned(),
            effect,
            brings,
            goes_on,
            moves,
            words: if phase == Phase::After { words } else { Vec::new() },
            at: clock::now().0,
            end,
            ran_ms,
        };
        background::scan(self.place.top.as_deref()?, &serde_json::to_vec(&job).ok()?)
    }
}
