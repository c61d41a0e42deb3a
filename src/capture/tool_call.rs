//! What is known of a shell command's surroundings when it begins: for the scan that looks after it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file_stat::{FileStat, nanoseconds};
use super::known_files::{keep_file, known_files};
use super::live_folder::LiveFolder;
use super::place::Place;
use super::states::{States, write_whole};
use crate::git::blob_id;
use crate::model::ToolUseId;

/// Files that a command names and that are looked at before it runs.
const MAX_NAMED: usize = 32;

/// Bytes of them.
const MAX_NAMED_BYTES: u64 = 1 << 20;

/// Words of a command that are looked for as files.
const MAX_PATHS: usize = 256;

/// The beginning of a shell command.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallStart {
    /// The commit that was checked out.
    pub head: Option<String>,
    /// A scan was started beside it.
    pub is_scanned: bool,
    /// States of files, by path from the top.
    pub states: BTreeMap<String, String>,
    /// Hashes of paths the command names where nothing was.
    pub absent: BTreeSet<u64>,
}

/// What was changed in the work tree when a command began, as a scan beside it saw it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenFiles {
    /// All changed files stand here; whatever does not was as in the commit.
    pub is_complete: bool,
    /// States of changed files; empty: deleted.
    pub states: BTreeMap<String, String>,
    /// Changed files whose state is not known: the command was faster, or they are no text.
    pub missed: BTreeSet<String>,
}

impl CallStart {
    /// Looks at the files that are known to be changed, and at those that the command names.
    pub(super) fn look(place: &Place, folder: &LiveFolder, paths: &[String]) -> CallStart {
        let states = States::of(&place.common_dir);
        let mut start = CallStart { head: place.head(), ..CallStart::default() };
        for (path, known) in known_files(folder) {
            match place.top.as_deref().and_then(|top| FileStat::of(&top.join(&path))) {
                Some(stat) if stat == known.stat => drop(start.states.insert(path, known.state)),
                Some(_) => start.states.extend(keep_file(place, &states, &path).map(|file| (path, file.state))),
                None => {}
            }
        }
        start.look_at(place, &states, paths);
        start
    }

    fn look_at(&mut self, place: &Place, states: &States, paths: &[String]) {
        let Some(top) = place.top.as_deref() else { return };
        let (mut files, mut bytes) = (0, 0);
        for path in paths {
            match fs::symlink_metadata(top.join(path)) {
                Ok(found) if found.is_file() && !self.states.contains_key(path) => {
                    (files, bytes) = (files + 1, bytes + found.len());
                    if files <= MAX_NAMED && bytes <= MAX_NAMED_BYTES {
                        self.states.extend(keep_file(place, states, path).map(|file| (path.clone(), file.state)));
                    }
                }
                // Any other word may be anything, a password too.
                Err(_) if path.contains(['.', '/']) => drop(self.absent.insert(path_hash(path))),
                _ => {}
            }
        }
    }

    /// Tells whether nothing was at a path that the command names.
    pub fn was_absent(&self, path: &str) -> bool {
        self.absent.contains(&path_hash(path))
    }

    pub(super) fn write(&self, folder: &LiveFolder, tool_use: &ToolUseId) -> Option<()> {
        write_whole(&folder.call(tool_use), &serde_json::to_vec(self).ok()?).ok()
    }

    /// Returns the beginning of a call with its instant by the clock of the file system, nanoseconds since 1970.
    pub fn read(folder: &LiveFolder, tool_use: &ToolUseId) -> Option<(CallStart, i64)> {
        let path = folder.call(tool_use);
        let at = nanoseconds(fs::metadata(&path).ok()?.modified().ok()?);
        Some((serde_json::from_slice(&fs::read(path).ok()?).ok()?, at))
    }
}

impl SeenFiles {
    /// Leaves what was seen for the scan after the command.
    pub fn write(&self, folder: &LiveFolder, tool_use: &ToolUseId) -> Option<()> {
        write_whole(&folder.seen(tool_use), &serde_json::to_vec(self).ok()?).ok()
    }

    /// Returns what was seen; `None` while the scan runs.
    pub fn read(folder: &LiveFolder, tool_use: &ToolUseId) -> Option<SeenFiles> {
        serde_json::from_slice(&fs::read(folder.seen(tool_use)).ok()?).ok()
    }
}

fn path_hash(path: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(path.as_bytes())
}

/// Returns the name of the state of a file that is not there: that of a file without lines.
pub fn empty_state(place: &Place) -> Option<String> {
    blob_id(b"", place.is_sha256())
}

/// Returns the paths from the top that words of a command may mean, seen from `folder`.
pub(super) fn paths_of(place: &Place, folder: &Path, words: &[String]) -> Vec<String> {
    let Some(top) = place.top.as_deref() else { return Vec::new() };
    let below = |word: &String| named_path(top, folder, word);
    let paths = words.iter().filter(|word| !word.starts_with('-')).filter_map(below);
    paths.filter(|path| !path.is_empty()).take(MAX_PATHS).collect()
}

/// Returns the path from the top that a word means, by its text alone; empty for the top itself.
pub fn named_path(top: &Path, folder: &Path, word: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let joined = folder.join(word);
    for part in joined.strip_prefix(top).ok()?.components() {
        match part {
            std::path::Component::Normal(name) => parts.push(name.to_str()?.to_owned()),
            std::path::Component::ParentDir => drop(parts.pop()?),
            std::path::Component::CurDir => {}
            _ => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_paths_from_where_the_command_runs() {
        let named = |word: &str| named_path(Path::new("/r"), Path::new("/r/src"), word);
        assert_eq!(named("a.rs").as_deref(), Some("src/a.rs"));
        assert_eq!(named("../b/./c.rs").as_deref(), Some("b/c.rs"));
        assert_eq!(named("/r/x").as_deref(), Some("x"));
        assert_eq!(named("..").as_deref(), Some(""));
        assert_eq!((named("../../x"), named("/etc/passwd")), (None, None));
    }

    #[test]
    fn the_beginning_of_a_call_says_what_was_there_and_what_was_not() {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join(".git");
        let place = Place { git_dir: git.clone(), common_dir: git, top: Some(folder.path().into()) };
        fs::write(folder.path().join("a.rs"), "one\n").unwrap();
        let words = ["a.rs", "new.rs", "-x.rs", "plain"].map(str::to_owned);
        let live = LiveFolder::of(&place);
        let start = CallStart::look(&place, &live, &paths_of(&place, folder.path(), &words));
        assert_eq!(start.states.keys().collect::<Vec<_>>(), ["a.rs"]);
        assert!(start.was_absent("new.rs") && !start.was_absent("a.rs") && !start.was_absent("plain"));
        let id = ToolUseId::parse("toolu_1").unwrap();
        start.write(&live, &id).unwrap();
        assert_eq!(CallStart::read(&live, &id).unwrap().0, start);
        live.forget(&id);
        assert_eq!(CallStart::read(&live, &id), None);
    }
}
