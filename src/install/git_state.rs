//! What is there before anything is planned: the folder of hooks and the configuration of a repository.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::config_hooks::{FILE_NAME, INCLUDED};
use super::git_config;
use super::hook::Hook;
use super::hook_program::HookProgram;
use super::manual::folder_to_edit;

/// What is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitState {
    /// Where git looks for hooks.
    pub hooks_dir: PathBuf,
    /// Whether that folder exists.
    pub has_hooks_dir: bool,
    /// Whether that folder belongs to this clone alone: it lies in its git directory.
    pub is_own_dir: bool,
    /// The git directory all work trees share.
    pub common_dir: PathBuf,
    /// Every name in the folder of hooks.
    pub names: BTreeSet<String>,
    /// Content of hooks and what lies beside them under a longer name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Content of the files in which people would add a line by hand, by hook.
    pub by_hand: BTreeMap<&'static str, Vec<u8>>,
    /// The file of hooks in the configuration, if there is one.
    pub config_hooks: Option<Vec<u8>>,
    /// The configuration of the repository (or of the user, for all repositories).
    pub config: Option<Vec<u8>>,
    /// Path of that configuration.
    pub config_path: PathBuf,
    /// How the configuration names [`GitState::config_hooks`].
    pub include: String,
    /// Path of [`GitState::config_hooks`].
    pub config_hooks_path: PathBuf,
    /// Whether every git on `PATH` reads hooks from the configuration (2.54 and later).
    pub has_new_git_only: bool,
    /// Whether one of them does.
    pub has_new_git: bool,
}

impl GitState {
    /// Reads the state of a repository.
    ///
    /// # Errors
    /// What the system reports about the files.
    pub fn observe(common_dir: &Path, hooks_dir: &Path) -> io::Result<GitState> {
        let config_path = common_dir.join("config");
        let config_hooks_path = common_dir.join("agent-trace").join(FILE_NAME);
        let (names, files) = hook_files(hooks_dir)?;
        Ok(GitState {
            hooks_dir: hooks_dir.to_owned(),
            has_hooks_dir: hooks_dir.is_dir(),
            is_own_dir: real(hooks_dir).starts_with(real(common_dir)),
            common_dir: common_dir.to_owned(),
            names,
            files,
            by_hand: edited_by_hand(hooks_dir),
            config_hooks: read(&config_hooks_path)?,
            config: read(&config_path)?,
            config_path,
            include: INCLUDED.to_owned(),
            config_hooks_path,
            has_new_git_only: false,
            has_new_git: false,
        })
    }

    /// Reads the state of the configuration that holds for all repositories of a user; there is no folder of hooks.
    ///
    /// # Errors
    /// What the system reports about the files.
    pub fn observe_global(config_path: &Path, config_hooks_path: &Path) -> io::Result<GitState> {
        Ok(GitState {
            config_hooks: read(config_hooks_path)?,
            config: read(config_path)?,
            config_path: config_path.to_owned(),
            include: config_hooks_path.display().to_string().replace('\\', "/"),
            config_hooks_path: config_hooks_path.to_owned(),
            ..GitState::default()
        })
    }

    /// Says what the gits on `PATH` can.
    #[must_use]
    pub fn with_gits(self, has_new_git_only: bool, has_new_git: bool) -> GitState {
        GitState { has_new_git_only, has_new_git, ..self }
    }

    /// Tells whether the configuration names our file of hooks.
    pub fn is_included(&self) -> bool {
        self.config.as_deref().is_some_and(|text| git_config::has_include(text, &self.include))
    }

    /// Returns the content of a hook or of what lies beside it.
    pub(super) fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }
}

/// Hooks are small; whatever is larger than this is not ours.
const MAX_READ: u64 = 1 << 20;

type NamesAndHooks = (BTreeSet<String>, BTreeMap<String, Vec<u8>>);

fn hook_files(dir: &Path) -> io::Result<NamesAndHooks> {
    let (mut names, mut files) = (BTreeSet::new(), BTreeMap::new());
    let entries = match fs::read_dir(dir) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok((names, files));
        }
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if Hook::ALL
            .iter()
            .any(|hook| name.strip_prefix(hook.name()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
        {
            files.insert(name.clone(), content(&entry.path()));
        }
        names.insert(name);
    }
    Ok((names, files))
}

/// Content of a file that may be ours; what cannot be read is not ours.
fn content(path: &Path) -> Vec<u8> {
    let is_small = fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_READ);
    if is_small { fs::read(path).unwrap_or_default() } else { Vec::new() }
}

/// Only hooks that name our program are kept.
fn edited_by_hand(hooks_dir: &Path) -> BTreeMap<&'static str, Vec<u8>> {
    let folder = folder_to_edit(hooks_dir);
    let each = Hook::ALL.into_iter().map(|hook| (hook.name(), content(&folder.join(hook.name()))));
    each.filter(|(_, text)| memchr::memmem::find(text, HookProgram::NAME.as_bytes()).is_some()).collect()
}

/// Returns a path without symbolic links, also of what does not exist yet.
pub fn real(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(real), _, _) => real,
        (Err(_), Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_owned(),
    }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}
