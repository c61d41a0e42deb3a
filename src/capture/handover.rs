//! What the first hook of a commit leaves for the last one, so that the last needs no process but its shell.
//!
//! The first hook knows all but the commit's name. Its shell script (`git-hooks/capture-commit.sh`) reads that where
//! git writes it and appends the line; where anything is unlike what the first hook saw, this program runs as before.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use super::place::Place;
use super::record::Record;

/// Stands for the commit's name until it is known.
const OPEN: &str = "?";

/// The note of one work tree.
#[derive(Debug)]
pub(super) struct Handover<'a> {
    place: &'a Place,
}

impl Handover<'_> {
    /// Returns the note of a work tree.
    pub(super) fn of(place: &Place) -> Handover<'_> {
        Handover { place }
    }

    /// Leaves the record of a commit that process `git` is about to make. What is no five lines is left to the program.
    pub(super) fn leave(&self, git: u32, spool: &std::path::Path, record: Record) -> Option<()> {
        let text = serde_json::to_string(&Record { commit: Some(OPEN.into()), ..record }).ok()?;
        let (start, end) = text.split_once(&format!("\"{OPEN}\""))?;
        let head = self.place.head_file()?;
        let lines = [&git.to_string(), head.to_str()?, spool.to_str()?, &format!("{start}\""), &format!("\"{end}")];
        if lines.iter().any(|line| line.contains(['\n', '\0'])) {
            return None;
        }
        // One write: a reader that comes too early finds another process's number, or none.
        self.create()?.write_all((lines.join("\n") + "\n").as_bytes()).ok()
    }

    /// Takes back what an earlier commit left.
    pub(super) fn take_back(&self) {
        let _ = fs::remove_file(self.path()); // Else it names another process.
    }

    fn create(&self) -> Option<fs::File> {
        let path = self.path();
        fs::File::create(&path)
            .or_else(|_| fs::create_dir_all(path.parent().unwrap_or(&path)).and_then(|()| fs::File::create(&path)))
            .ok()
    }

    /// Below the work tree's own git directory: a script finds it without asking anybody.
    fn path(&self) -> PathBuf {
        self.place.git_dir.join("agent-trace").join("commit")
    }
}
