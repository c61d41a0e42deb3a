//! Whether notes are written in a repository: only where somebody said so.

use std::io;
use std::path::{Path, PathBuf};

/// Returns the file that says so: below the git directory that all work trees share for one repository, below the
/// user's configuration folder for all of them.
pub fn switch_file(folder: &Path) -> PathBuf {
    folder.join("agent-trace").join("notes.on")
}

/// Tells whether notes are written here; `user` is the user's configuration folder.
pub fn is_on(common_dir: &Path, user: Option<&Path>) -> bool {
    [Some(common_dir), user].into_iter().flatten().any(|folder| switch_file(folder).exists())
}

/// Lets notes be written from now on; tells whether they were not before.
///
/// # Errors
/// What the system reports.
pub fn switch_on(common_dir: &Path) -> io::Result<bool> {
    let marker = switch_file(common_dir);
    let was_off = !marker.exists();
    marker.parent().map(std::fs::create_dir_all).transpose()?;
    std::fs::write(marker, "")?;
    Ok(was_off)
}

/// Lets notes alone from now on; tells whether they were written before. What was written stays.
///
/// # Errors
/// What the system reports.
pub fn switch_off(common_dir: &Path) -> io::Result<bool> {
    match std::fs::remove_file(switch_file(common_dir)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_unless_it_was_switched_on() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        assert!(!is_on(here, None));
        assert!(!switch_off(here).unwrap());
        assert!(switch_on(here).unwrap() && !switch_on(here).unwrap());
        assert!(is_on(here, None));
        assert!(switch_off(here).unwrap() && !is_on(here, None));
        let user = tempfile::tempdir().unwrap();
        switch_on(user.path()).unwrap();
        assert!(is_on(here, Some(user.path())), "switched on for all repositories");
    }
}
