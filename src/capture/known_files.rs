//! The files of a work tree that differ from the commit, each with its last known state and what proves it.
//!
//! Kept by the scan, added to by hooks, at most [`MAX_KNOWN`] of them. A line that no longer fits its file says nothing.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use super::file_stat::FileStat;
use super::live_folder::LiveFolder;
use super::place::Place;
use super::private_path::is_private;
use super::states::{MAX_STATE_BYTES, States, write_whole};
use crate::model::CommitId;

/// More changed files are followed no further: every command would look at them all.
pub const MAX_KNOWN: usize = 500;

/// A list that was never put in order may be this long.
const MAX_LIST_BYTES: u64 = 1 << 20;

/// A file's last known state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// What proves that it is still that.
    pub stat: FileStat,
    /// Name of the state.
    pub state: String,
}

/// Known files by path from the top.
pub type KnownFiles = BTreeMap<String, KnownFile>;

/// Returns what is known of a work tree.
pub fn known_files(folder: &LiveFolder) -> KnownFiles {
    let path = folder.known();
    let is_short = fs::metadata(&path).is_ok_and(|found| found.len() <= MAX_LIST_BYTES);
    let text = fs::read_to_string(path).ok().filter(|_| is_short).unwrap_or_default();
    text.lines().filter_map(entry).collect() // Of two lines of a path the later one counts.
}

/// Writes what is known anew.
pub fn write_known(folder: &LiveFolder, files: &KnownFiles) -> Option<()> {
    let lines: Vec<String> = files.iter().filter(|(path, _)| !path.contains(['\n', '\r'])).map(line).collect();
    write_whole(&folder.known(), lines.concat().as_bytes()).ok()
}

/// Adds what a hook knows of one file.
pub(super) fn add_known(folder: &LiveFolder, path: &str, file: &KnownFile) -> Option<()> {
    if path.contains(['\n', '\r']) {
        return None;
    }
    let list = folder.known();
    let open = || OpenOptions::new().append(true).create(true).open(&list);
    let opened = open().or_else(|_| list.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| open()));
    let line = line((&path.to_owned(), file));
    opened.ok()?.write_all(format!("\n{line}").as_bytes()).ok()
}

/// Returns the state of a file as it is now, after keeping it; `None` if it is no text, private, or changed meanwhile.
pub fn keep_file(place: &Place, states: &States, path: &str) -> Option<KnownFile> {
    let file = place.top.as_deref()?.join(path);
    let stat = FileStat::of(&file).filter(|stat| stat.size <= MAX_STATE_BYTES)?;
    if is_private(place, path) {
        return None;
    }
    let bytes = fs::read(&file).ok()?;
    let state = states.keep(place, &bytes)?;
    (FileStat::of(&file)? == stat).then_some(KnownFile { stat, state })
}

fn line((path, file): (&String, &KnownFile)) -> String {
    let FileStat { size, modified, changed, inode } = file.stat;
    format!("{size} {modified} {changed} {inode} {} {path}\n", file.state)
}

fn entry(line: &str) -> Option<(String, KnownFile)> {
    let mut words = line.splitn(6, ' ');
    let size = words.next()?.parse().ok()?;
    let (modified, changed) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let inode = words.next()?.parse().ok()?;
    let state = words.next().filter(|name| CommitId::parse(name).is_ok())?.to_owned();
    let path = words.next().filter(|path| is_below(path))?;
    Some((path.to_owned(), KnownFile { stat: FileStat { size, modified, changed, inode }, state }))
}

/// The list is only a file: what it names must lie in the work tree.
fn is_below(path: &str) -> bool {
    let is_plain = |part: std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
    !path.is_empty() && Path::new(path).components().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join(".git");
        let place = Place { git_dir: git.clone(), common_dir: git, top: Some(folder.path().into()) };
        (folder, place)
    }

    #[test]
    fn what_is_written_or_added_is_read_and_the_last_word_counts() {
        let (folder, place) = folder();
        let (live, states) = (LiveFolder::of(&place), States::of(&place.common_dir));
        assert!(known_files(&live).is_empty());
        fs::write(folder.path().join("a b.rs"), "one\n").unwrap();
        let first = keep_file(&place, &states, "a b.rs").unwrap();
        write_known(&live, &KnownFiles::from([("a b.rs".to_owned(), first.clone())])).unwrap();
        fs::write(folder.path().join("a b.rs"), "one\ntwo\n").unwrap();
        let second = keep_file(&place, &states, "a b.rs").unwrap();
        assert_ne!(first, second);
        add_known(&live, "a b.rs", &second).unwrap();
        assert_eq!(known_files(&live), KnownFiles::from([("a b.rs".to_owned(), second)]));
    }

    #[test]
    fn hostile_lines_name_nothing() {
        let (_folder, place) = folder();
        let live = LiveFolder::of(&place);
        let blob = "1".repeat(40);
        let text = format!("1 1 1 1 {blob} ../x\n1 1 1 1 {blob} /etc/passwd\n1 1 1 1 ../y a\nx\n1 1 1 1 {blob} \n");
        fs::create_dir_all(live.known().parent().unwrap()).unwrap();
        fs::write(live.known(), text).unwrap();
        assert!(known_files(&live).is_empty());
    }

    #[test]
    fn private_files_have_no_state() {
        let (folder, place) = folder();
        let states = States::of(&place.common_dir);
        fs::create_dir_all(folder.path().join("secrets")).unwrap();
        fs::write(folder.path().join(".gitignore"), "*.log\n").unwrap();
        for path in [".env", "secrets/a.txt", "a.log"] {
            fs::write(folder.path().join(path), "text\n").unwrap();
            assert_eq!(keep_file(&place, &states, path), None, "{path}");
        }
        assert!(!place.common_dir.join("agent-trace").exists());
    }
}
