//! The files of the work tree that git knows.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

use super::error::GitError;
use super::path_text::path_text;
use super::program::command;

/// The mode of a submodule.
const SUBMODULE: &[u8] = b"160000";

/// Returns the files below these paths, both as seen from the working folder, submodules left out.
///
/// # Errors
/// [`GitError::GitProgram`] with git's message, for a path that is not there too.
pub fn tracked_files(start: &Path, paths: &[OsString]) -> Result<Vec<String>, GitError> {
    let failed = |message: String| GitError::GitProgram { arguments: "ls-files".into(), message };
    let mut git = command(Path::new("git"));
    git.arg("-C").arg(start).args(["--literal-pathspecs", "ls-files", "-z", "--stage", "--error-unmatch", "--"]);
    let output = git.args(paths).env("LC_ALL", "C").stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        let first = message.lines().next().unwrap_or_default();
        return Err(failed(first.trim_start_matches("error: ").trim_start_matches("fatal: ").to_owned()));
    }
    let rows = output.stdout.split(|byte| *byte == 0).filter(|row| !row.starts_with(SUBMODULE));
    let mut files: Vec<String> =
        rows.filter_map(|row| Some(path_text(row.splitn(2, |byte| *byte == b'\t').nth(1)?))).collect();
    files.dedup(); // A file in conflict has several stages.
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn files_are_those_below_a_path_as_seen_from_a_folder() {
        let test = TestRepo::new();
        ["a", "sub/b ü", "sub/deep/c", "*"].iter().for_each(|path| test.write(path, "x\n"));
        test.commit("one");
        test.write("sub/new", "x\n");
        let files = |start: &str, path: &str| tracked_files(&test.path().join(start), &[path.into()]);
        assert_eq!(files("", "sub").unwrap(), ["sub/b ü", "sub/deep/c"]);
        assert_eq!(files("sub", ".").unwrap(), ["b ü", "deep/c"]);
        assert_eq!(files("", "*").unwrap(), ["*"]);
        assert!(files("", "sub/new").unwrap_err().to_string().contains("sub/new"));
    }
}
