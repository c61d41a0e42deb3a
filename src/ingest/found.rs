//! A file that may be a transcript.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::problem::name_of;
use crate::store::FileStamp;

/// Endings of a file that is compressed by itself.
const PACKED: [&str; 3] = [".gz", ".xz", ".zst"];

/// A file found on disk. Small on purpose: there may be a million of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it was when it was found.
    pub stamp: FileStamp,
}

impl FoundFile {
    /// Looks at `path`, following symbolic links; `None` if it is no regular file.
    ///
    /// # Errors
    /// What the system says, also that it does not exist.
    pub fn look(path: PathBuf) -> io::Result<Option<FoundFile>> {
        let metadata = fs::metadata(&path)?;
        Ok(metadata.is_file().then(|| FoundFile { path, stamp: stamp_of(&metadata) }))
    }

    /// Returns the name of the source in the store.
    pub fn name(&self) -> String {
        name_of(&self.path)
    }

    /// Returns the subagent whose own file this is: the `<id>` of `agent-<id>.jsonl`.
    pub fn agent_run(&self) -> Option<String> {
        agent_run_of(self.path.file_name()?.to_str()?).map(str::to_owned)
    }

    /// Returns where the subagent's sidecar is, if it has one: `agent-<id>.meta.json` beside the file.
    pub fn sidecar(&self) -> Option<PathBuf> {
        let sidecar = self.path.with_file_name(format!("agent-{}.meta.json", self.agent_run()?));
        sidecar.is_file().then_some(sidecar)
    }

    /// Returns the file of the session that a subagent's file belongs to by its place:
    /// `<session>.jsonl` for `<session>/subagents/**/*.jsonl`. It need not exist.
    pub fn parent_session(&self) -> Option<PathBuf> {
        let folder = self.path.ancestors().skip(1).find(|folder| folder.ends_with("subagents"))?;
        let session = folder.parent()?;
        let mut name = session.file_name()?.to_owned();
        name.push(".jsonl");
        Some(session.with_file_name(name))
    }
}

/// Returns the `<id>` of a file name `agent-<id>.jsonl`, compressed or not.
pub(super) fn agent_run_of(file_name: &str) -> Option<&str> {
    let plain = PACKED.iter().find_map(|ending| file_name.strip_suffix(ending)).unwrap_or(file_name);
    plain.strip_prefix("agent-")?.strip_suffix(".jsonl").filter(|id| !id.is_empty())
}

/// Returns what tells that a file is unchanged.
pub(super) fn stamp_of(metadata: &Metadata) -> FileStamp {
    let size = i64::try_from(metadata.len()).unwrap_or(i64::MAX);
    FileStamp { file_key: file_key(metadata), size, modified: metadata.modified().map_or(0, nanoseconds) }
}

/// Nanoseconds since 1970; negative before it.
fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanoseconds| -nanoseconds),
    }
}

#[cfg(unix)]
fn file_key(metadata: &Metadata) -> i64 {
    std::os::unix::fs::MetadataExt::ino(metadata).cast_signed()
}

/// Elsewhere the standard library does not tell; size, time and the check of the prefix remain.
#[cfg(not(unix))]
fn file_key(_: &Metadata) -> i64 {
    0
}

/// Tells whether a file is the sidecar of a subagent.
pub(super) fn is_sidecar(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with("agent-") && name.ends_with(".meta.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(path: &str) -> FoundFile {
        FoundFile { path: PathBuf::from(path), stamp: FileStamp::default() }
    }

    #[test]
    fn only_a_file_of_a_subagent_names_one() {
        assert_eq!(at("p/agent-a1.jsonl").agent_run().as_deref(), Some("a1"));
        assert_eq!(at("p/agent-a1.jsonl.zst").agent_run().as_deref(), Some("a1"));
        for other in ["p/a1.jsonl", "p/agent-.jsonl", "p/agent-a1.meta.json", "agent-a/x.jsonl", ".."] {
            assert_eq!(at(other).agent_run(), None, "{other}");
        }
    }

    #[test]
    fn a_nested_subagent_belongs_to_the_session_above() {
        let parent = Some(PathBuf::from("p/s.1.jsonl"));
        assert_eq!(at("p/s.1/subagents/agent-a.jsonl").parent_session(), parent);
        assert_eq!(at("p/s.1/subagents/workflows/w/agent-a.jsonl").parent_session(), parent);
        assert_eq!(at("p/agent-a.jsonl").parent_session(), None);
        assert_eq!(at("subagents").parent_session(), None);
    }

    #[test]
    fn a_stamp_tells_size_time_and_replacement() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        fs::write(&path, "one").unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::new(5, 7_000)).unwrap();
        let first = FoundFile::look(path.clone()).unwrap().unwrap();
        assert_eq!((first.stamp.size, first.stamp.modified), (3, 5_000_007_000));
        assert_eq!(FoundFile::look(path.clone()).unwrap().unwrap(), first);
        let other = folder.path().join("b.jsonl");
        fs::write(&other, "two").unwrap();
        fs::rename(&other, &path).unwrap();
        assert_ne!(FoundFile::look(path).unwrap().unwrap(), first);
    }

    #[test]
    fn a_time_before_1970_is_negative() {
        assert_eq!(nanoseconds(UNIX_EPOCH - Duration::from_nanos(3)), -3);
    }

    #[test]
    fn folders_and_missing_files_are_no_files() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(FoundFile::look(folder.path().to_owned()).unwrap(), None);
        let missing = FoundFile::look(folder.path().join("x")).map_err(|error| error.kind());
        assert_eq!(missing, Err(io::ErrorKind::NotFound));
    }

    #[test]
    fn a_sidecar_is_named_only_if_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = FoundFile { path: folder.path().join("agent-a.jsonl"), stamp: FileStamp::default() };
        assert_eq!(file.sidecar(), None);
        let sidecar = folder.path().join("agent-a.meta.json");
        fs::write(&sidecar, "{}").unwrap();
        assert!(is_sidecar(&sidecar));
        assert_eq!(file.sidecar(), Some(sidecar));
    }

    #[cfg(unix)]
    #[test]
    fn names_of_bytes_that_are_no_text_stay_different() {
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes: &[u8]| name_of(Path::new(std::ffi::OsStr::from_bytes(bytes)));
        assert_eq!(name(b"/a/b.jsonl"), "/a/b.jsonl");
        assert_ne!(name(b"/a/\xff.jsonl"), name(b"/a/\xfe.jsonl"));
    }
}
