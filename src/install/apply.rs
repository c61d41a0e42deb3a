//! Doing what was planned.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::action::{Action, Plan};
use super::error::InstallError;

/// Does every step of a plan, in order; stops at the first that fails.
///
/// # Errors
/// [`InstallError::Locked`], or [`InstallError::File`] with the file and what the system reports.
pub fn apply(plan: &Plan) -> Result<(), InstallError> {
    plan.actions.iter().try_for_each(|action| step(action).map_err(|source| failure(action, source)))
}

fn failure(action: &Action, source: io::Error) -> InstallError {
    let path = path_of(action).to_owned();
    match (action, source.kind()) {
        (Action::WriteConfig { .. }, io::ErrorKind::AlreadyExists) => InstallError::Locked { path },
        _ => InstallError::File { path, source },
    }
}

fn path_of(action: &Action) -> &Path {
    match action {
        Action::Rename { from: path, .. }
        | Action::Write { path, .. }
        | Action::WriteConfig { path, .. }
        | Action::Remove { path }
        | Action::RemoveFolder { path } => path,
    }
}

fn step(action: &Action) -> io::Result<()> {
    match action {
        Action::Rename { from, to } => fs::rename(from, to),
        Action::Write { path, content, is_executable } => {
            let path = &behind_link(path);
            let temporary = beside(path, &format!(".agent-trace.{}", std::process::id()));
            write_by(path, &temporary, content, *is_executable)
        }
        // The name is that of git's own lock, so that nobody else writes at the same time.
        Action::WriteConfig { path, content } => {
            let path = &behind_link(path);
            write_by(path, &beside(path, ".lock"), content, false)
        }
        Action::Remove { path } => fs::remove_file(behind_link(path)),
        Action::RemoveFolder { path } => remove_empty(path),
    }
}

/// A link of the user stays one, also if what it points to is not there yet.
fn behind_link(path: &Path) -> PathBuf {
    let target = || Some(path.parent()?.join(fs::read_link(path).ok()?));
    path.canonicalize().ok().or_else(target).unwrap_or_else(|| path.to_owned())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// Writes `temporary`, then gives it the name `path`.
fn write_by(path: &Path, temporary: &Path, content: &[u8], is_executable: bool) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = create(temporary, is_executable)?;
    let written = fill(file, content, path, temporary).and_then(|()| fs::rename(temporary, path));
    if written.is_err() {
        // Nothing of ours stays; the failure that is told is the first one.
        let _ = fs::remove_file(temporary);
    }
    written
}

fn fill(mut file: File, content: &[u8], path: &Path, temporary: &Path) -> io::Result<()> {
    file.write_all(content)?;
    file.sync_all()?;
    match fs::metadata(path) {
        Ok(before) => fs::set_permissions(temporary, before.permissions()),
        Err(_) => Ok(()),
    }
}

#[cfg(unix)]
fn create(path: &Path, is_executable: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mode = if is_executable { 0o777 } else { 0o666 };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path, _: bool) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

fn remove_empty(path: &Path) -> io::Result<()> {
    match fs::remove_dir(path) {
        Err(error) if is_to_be_kept(error.kind()) => Ok(()),
        other => other,
    }
}

/// Not empty, gone already, or a link.
fn is_to_be_kept(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
