//! What is to be done to a settings file of Claude Code.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::action::{Action, Plan};
use super::claude_command::ClaudeProgram;
use super::error::InstallError;
use super::settings::{with_hooks, without_hooks};

/// A settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Its bytes; `None` if it does not exist.
    pub content: Option<Vec<u8>>,
}

impl Settings {
    /// Reads a settings file.
    ///
    /// # Errors
    /// [`InstallError::File`] if it is there and cannot be read.
    pub fn read(path: &Path) -> Result<Settings, InstallError> {
        let content = match fs::read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
            Err(source) => return Err(InstallError::File { path: path.to_owned(), source }),
        };
        Ok(Settings { path: path.to_owned(), content })
    }
}

/// Returns how to put our entries in.
///
/// # Errors
/// [`InstallError::Settings`] for a file that cannot be understood: it stays as it is.
pub fn install_settings(settings: &Settings, program: &ClaudeProgram) -> Result<Plan, InstallError> {
    let wrong = |problem| InstallError::Settings { path: settings.path.clone(), problem };
    let content = with_hooks(settings.content.as_deref(), program).map_err(wrong)?;
    if settings.content.as_ref() == Some(&content) {
        return Ok(Plan::default());
    }
    let write = Action::Write { path: settings.path.clone(), content, is_executable: false };
    Ok(Plan { actions: vec![write], ..Plan::default() })
}

/// Returns how to take our entries out. A file that cannot be understood is left alone with a warning.
pub fn uninstall_settings(settings: &Settings) -> Plan {
    let Some(before) = &settings.content else { return Plan::default() };
    let path = settings.path.clone();
    match without_hooks(before) {
        Ok(Some(after)) if after == *before => Plan::default(),
        Ok(Some(content)) => {
            Plan { actions: vec![Action::Write { path, content, is_executable: false }], ..Plan::default() }
        }
        Ok(None) => {
            let folder = path.parent().map(|folder| Action::RemoveFolder { path: folder.to_owned() });
            let actions = [Action::Remove { path: path.clone() }].into_iter().chain(folder).collect();
            Plan { actions, ..Plan::default() }
        }
        Err(problem) => {
            let error = InstallError::Settings { path, problem };
            Plan { warnings: vec![error.to_string()], ..Plan::default() }
        }
    }
}
