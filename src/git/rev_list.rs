//! Which commits a range names: git is asked, so that every form means what it means to `git log`.

use std::path::Path;
use std::process::Stdio;

use super::error::GitError;
use super::program::command;
use crate::model::{CommitId, Timestamp};

/// Returns the commits of these revisions and ranges, newest first, not older than `since` and not younger than `until`.
///
/// # Errors
/// [`GitError::GitProgram`] with git's message, for a revision that looks like an option too.
pub fn rev_list(
    start: &Path,
    revisions: &[String],
    (since, until): (Option<Timestamp>, Option<Timestamp>),
) -> Result<Vec<CommitId>, GitError> {
    let failed = |message: String| GitError::GitProgram { arguments: "rev-list".into(), message };
    if revisions.iter().any(|revision| revision.starts_with('-') || revision.contains('\0')) {
        return Err(failed("a revision cannot begin with `-`".into()));
    }
    let seconds = |at: Timestamp| at.0.div_euclid(1000);
    let mut git = command(Path::new("git"));
    git.arg("-C").arg(start).arg("rev-list");
    git.args(since.map(|at| format!("--max-age={}", seconds(at))));
    git.args(until.map(|at| format!("--min-age={}", seconds(at).saturating_sub(1))));
    git.args(revisions).arg("--");
    let output = git.env("LC_ALL", "C").stdin(Stdio::null()).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().trim_start_matches("fatal: ").to_owned();
        return Err(failed(message));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(|line| CommitId::parse(line.trim()).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn ranges_are_those_of_git_log() {
        let test = TestRepo::new();
        let ids: Vec<CommitId> = ["one", "two", "three"].map(|name| test.commit(name)).into();
        let list = |revisions: &[&str]| {
            let revisions: Vec<String> = revisions.iter().map(|&revision| revision.into()).collect();
            rev_list(test.path(), &revisions, (None, None))
        };
        assert_eq!(list(&["HEAD"]).unwrap(), [ids[2], ids[1], ids[0]]);
        assert_eq!(list(&["HEAD~2..HEAD"]).unwrap(), [ids[2], ids[1]]);
        assert_eq!(list(&["HEAD~1^!"]).unwrap(), [ids[1]]);
        assert_eq!(list(&["HEAD", "^HEAD~1"]).unwrap(), [ids[2]]);
        assert!(list(&["--all"]).unwrap_err().to_string().contains("cannot begin"));
        assert!(list(&["nothing"]).is_err());
    }
}
