//! The files a user names: `agent-trace ingest PATH…`.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::decompress::Packing;
use super::found::{FoundFile, is_sidecar, stamp_of};
use super::listing::push_file;
use super::problem::unreadable;
use super::tar_entries::is_gemini;
use super::walk::walk;
use super::wanted::{Wanted, is_tar, is_tar_name};
use crate::store::ProblemRow;

/// Enough to tell a document of Gemini CLI.
const HEAD: u64 = 64 << 10;

/// What the paths of a user lead to, each file once, sorted by path.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Named {
    /// Plain files, which can be read from where the last reading stopped.
    pub files: Vec<FoundFile>,
    /// Archives, compressed transcripts and pipes, for [`super::unpack`].
    pub packed: Vec<FoundFile>,
    /// Files and folders inside the named ones that cannot be read.
    pub problems: Vec<ProblemRow>,
    /// Files that are no transcripts.
    pub skipped: u64,
}

/// Why a path cannot be used. Nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum NamedError {
    /// Nothing is there.
    #[error("`{path}` does not exist")]
    Missing {
        /// As the user named it.
        path: PathBuf,
    },
    /// The system does not let us read it.
    #[error("`{path}` cannot be read")]
    Unreadable {
        /// As the user named it.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// Finds the transcripts that `paths` name.
///
/// A file named itself is taken whatever it is called. Of a folder, at any
/// depth: `*.jsonl`, `*.json` that begin like a document of Gemini CLI,
/// `*.jsonl` compressed, and tar archives. Sidecars of subagents come with
/// their transcripts ([`FoundFile::sidecar`]); everything else is counted.
///
/// # Errors
/// The first of `paths` that is missing or cannot be opened.
pub fn find_named(paths: &[PathBuf]) -> Result<Named, NamedError> {
    let mut named = Named::default();
    for path in paths {
        named.add(path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => NamedError::Missing { path: path.clone() },
            _ => NamedError::Unreadable { path: path.clone(), source },
        })?;
    }
    for files in [&mut named.files, &mut named.packed] {
        files.sort_unstable_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
        files.dedup_by(|a, b| a.path == b.path);
    }
    Ok(named)
}

impl Named {
    fn add(&mut self, path: &Path) -> io::Result<()> {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            fs::read_dir(path)?;
            self.add_folder(path);
            return Ok(());
        }
        let file = FoundFile { path: path.to_owned(), stamp: stamp_of(&metadata) };
        if is_sidecar(path) {
            self.skipped += 1;
        } else if !metadata.is_file() || is_packed(path)? {
            // A look into a pipe would take bytes out of it.
            self.packed.push(file);
        } else {
            self.files.push(file);
        }
        Ok(())
    }

    fn add_folder(&mut self, folder: &Path) {
        let enters = |name: &OsStr| name != ".git" && name != "tool-results";
        let Named { files, packed, problems, skipped } = self;
        walk(folder, &enters, problems, &mut |path, problems| match Wanted::of(
            &path.file_name().unwrap_or_default().to_string_lossy(),
        ) {
            Wanted::Lines => push_file(path, files, problems),
            Wanted::Packed => push_file(path, packed, problems),
            Wanted::MaybeDocument => match is_document(&path) {
                Ok(true) => push_file(path, files, problems),
                Ok(false) => *skipped += 1,
                Err(error) => problems.push(unreadable(&path, &error)),
            },
            Wanted::Sidecar => {}
            Wanted::Other => *skipped += 1,
        });
    }
}

fn is_packed(path: &Path) -> io::Result<bool> {
    let head = head(path, 512)?;
    let is_named_tar = path.file_name().is_some_and(|name| is_tar_name(&name.to_string_lossy()));
    Ok(is_named_tar || is_tar(&head) || Packing::detect(&head).is_some())
}

/// A pipe is no document; opening it could wait for ever.
fn is_document(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file() && is_gemini(&head(path, HEAD)?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn head(path: &Path, length: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(length).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::super::decompress::tests::packed;
    use super::*;

    const GEMINI: &str = "{\"sessionId\":\"s\",\"projectHash\":\"p\",\"messages\":[]}";

    fn names(root: &Path, files: &[FoundFile]) -> Vec<String> {
        let name = |file: &FoundFile| file.path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        files.iter().map(name).collect()
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_gives_its_transcripts_and_counts_the_rest() {
        let folder = folder(&[
            ("a/1/full.jsonl", ""),
            ("a/1/metadata.json", "{\"type\":\"user\"}"),
            ("a/1/subagents/agent-x.jsonl", ""),
            ("a/1/subagents/agent-x.meta.json", "{}"),
            ("chat.json", GEMINI),
            ("old.jsonl.zst", ""),
            ("backup.tar.gz", ""),
            ("read.me", ""),
            (".git/x.jsonl", ""),
            ("tool-results/x.jsonl", ""),
        ]);
        let named = find_named(&[folder.path().to_owned()]).unwrap();
        let files = ["a/1/full.jsonl", "a/1/subagents/agent-x.jsonl", "chat.json"];
        assert_eq!(names(folder.path(), &named.files), files);
        assert_eq!(names(folder.path(), &named.packed), ["backup.tar.gz", "old.jsonl.zst"]);
        assert_eq!((named.skipped, named.problems), (2, Vec::new()));
    }

    #[test]
    fn a_file_named_itself_is_taken_whatever_it_is_called() {
        let folder = folder(&[("transcript", "{}"), ("data.json", "{}"), ("x.tar", ""), ("agent-a.meta.json", "{}")]);
        let zipped = folder.path().join("zipped");
        fs::write(&zipped, packed(Packing::Gzip, b"{}")).unwrap();
        let path = |name: &str| folder.path().join(name);
        let paths = ["transcript", "data.json", "x.tar", "agent-a.meta.json", "zipped"].map(path);
        let named = find_named(&paths).unwrap();
        assert_eq!(names(folder.path(), &named.files), ["data.json", "transcript"]);
        assert_eq!(names(folder.path(), &named.packed), ["x.tar", "zipped"]);
        assert_eq!(named.skipped, 1);
    }

    #[test]
    fn a_path_named_twice_counts_once() {
        let folder = folder(&[("a.jsonl", "")]);
        let paths = [folder.path().to_owned(), folder.path().join("a.jsonl"), folder.path().to_owned()];
        assert_eq!(find_named(&paths).unwrap().files.len(), 1);
    }

    #[test]
    fn a_missing_path_is_an_error_that_names_it() {
        let folder = folder(&[("a.jsonl", "")]);
        let missing = folder.path().join("b.jsonl");
        let error = find_named(&[folder.path().to_owned(), missing.clone()]).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` does not exist", missing.display()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_circle_ends() {
        let folder = folder(&[("a/b.jsonl", "")]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/up")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/up.jsonl")).unwrap();
        let named = find_named(&[folder.path().to_owned()]).unwrap();
        assert_eq!(names(folder.path(), &named.files), ["a/b.jsonl"]);
    }
}
