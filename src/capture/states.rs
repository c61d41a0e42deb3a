//! States of files: for each content its lines as marks, under the name git gives the content.
//!
//! Never the lines themselves. A state is written once, whole or not at all, and kept until `ingest` has read every
//! line of the spool that may name it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::place::Place;
use crate::clock;
use crate::git::blob_id;
use crate::model::{CommitId, LineMark};

/// Larger files would be felt.
pub const MAX_STATE_BYTES: u64 = 4 << 20;

/// Whoever uses a state names it in the spool within this time.
const KEPT: Duration = Duration::from_secs(3_600);

/// The states of a repository.
#[derive(Debug, Clone)]
pub struct States {
    folder: PathBuf,
}

impl States {
    /// Returns the states of the repository with this git directory.
    pub fn of(common_dir: &Path) -> States {
        States { folder: common_dir.join("agent-trace").join("states") }
    }

    /// Keeps the state of a text and returns its name; `None` if it is no text, too large, or cannot be written.
    pub fn keep(&self, place: &Place, text: &[u8]) -> Option<String> {
        if !is_text(text) {
            return None;
        }
        let name = blob_id(text, place.is_sha256())?;
        self.write(&name, text).ok()?;
        Some(name)
    }

    /// Returns the lines of a state; `None` if it is not kept, or torn.
    pub fn read(&self, name: &str) -> Option<Vec<LineMark>> {
        let bytes = fs::read(self.path(name)?).ok()?;
        let (marks, sum) = bytes.split_last_chunk::<8>()?;
        let marks = LineMark::unpack(marks);
        (LineMark::sum(&marks) == i64::from_le_bytes(*sum)).then_some(marks)
    }

    fn write(&self, name: &str, text: &[u8]) -> io::Result<()> {
        let path = self.path(name).ok_or(io::ErrorKind::InvalidInput)?;
        if let Ok(known) = File::options().append(true).open(&path) {
            // Used again: it counts as new, so that it stays until this use was read.
            return known.set_times(fs::FileTimes::new().set_modified(clock::system_time()));
        }
        let marks = LineMark::of_text(text);
        let mut bytes = LineMark::pack(&marks);
        bytes.extend_from_slice(&LineMark::sum(&marks).to_le_bytes());
        write_whole(&path, &bytes)
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        CommitId::parse(name).ok()?; // A blob is named like a commit: 40 or 64 digits.
        let name = name.to_ascii_lowercase();
        Some(self.folder.join(&name[..2]).join(&name[2..]))
    }

    /// Deletes what was not used for an hour and is not among `kept`: for when the whole spool has been read.
    pub fn prune(&self, kept: &BTreeSet<String>) {
        let Some(before) = clock::system_time().checked_sub(KEPT) else { return };
        for folder in entries(&self.folder) {
            let start = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let is_kept = |file: &Path| {
                let rest = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                kept.contains(&format!("{start}{rest}"))
            };
            let is_old = |file: &Path| {
                let used = fs::metadata(file).and_then(|found| found.modified());
                used.is_ok_and(|used| used < before)
            };
            for file in entries(&folder).filter(|file| is_old(file) && !is_kept(file)) {
                let _ = fs::remove_file(file); // Tried again the next time.
            }
            let _ = fs::remove_dir(&folder); // Only if it is empty.
        }
    }
}

/// Git takes anything with a zero for binary.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    bytes.len() as u64 <= MAX_STATE_BYTES && memchr::memchr(0, bytes).is_none()
}

/// Writes a file whole or not at all, with the folder it is in.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    let create = || File::options().write(true).create(true).truncate(true).open(&unfinished);
    let opened = match create() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            create()
        }
        opened => opened,
    };
    let written = opened.and_then(|mut file| file.write_all(bytes)).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(folder: &Path) -> Place {
        Place { git_dir: folder.join(".git"), common_dir: folder.join(".git"), top: Some(folder.into()) }
    }

    #[test]
    fn a_state_is_its_lines_and_nothing_of_their_text() {
        let folder = tempfile::tempdir().unwrap();
        let (place, states) = (place(folder.path()), States::of(&folder.path().join(".git")));
        let text = b"let hippogriff = 1;\n}\n";
        let name = states.keep(&place, text).unwrap();
        assert_eq!(name, blob_id(text, false).unwrap());
        assert_eq!(states.read(&name), Some(LineMark::of_text(text)));
        assert!(!fs::read(states.path(&name).unwrap()).unwrap().windows(10).any(|part| part == b"hippogriff"));
        assert_eq!(states.read(&states.keep(&place, b"").unwrap()), Some(vec![]));
        assert_eq!(states.keep(&place, b"a\0b"), None);
    }

    #[test]
    fn hostile_names_and_torn_files_are_no_states() {
        let folder = tempfile::tempdir().unwrap();
        let states = States::of(folder.path());
        let name = states.keep(&place(folder.path()), b"one\ntwo\n").unwrap();
        assert_eq!(states.read("../../x"), None);
        for bytes in [&b""[..], b"1234567", b"12345678", b"1234567812345678"] {
            fs::write(states.path(&name).unwrap(), bytes).unwrap();
            assert_eq!(states.read(&name), None);
        }
    }

    #[test]
    fn only_what_was_not_used_for_an_hour_and_is_not_wanted_goes() {
        let folder = tempfile::tempdir().unwrap();
        let (place, states) = (place(folder.path()), States::of(folder.path()));
        let names: Vec<String> =
            ["old", "wanted", "used again", "new"].map(|text| states.keep(&place, text.as_bytes()).unwrap()).into();
        for name in &names[..3] {
            let file = File::options().append(true).open(states.path(name).unwrap()).unwrap();
            let long_ago = clock::system_time() - Duration::from_secs(7_200);
            file.set_times(fs::FileTimes::new().set_modified(long_ago)).unwrap();
        }
        states.keep(&place, b"used again").unwrap();
        states.prune(&BTreeSet::from([names[1].clone()]));
        let left: Vec<bool> = names.iter().map(|name| states.read(name).is_some()).collect();
        assert_eq!(left, [false, true, true, true]);
    }
}
