//! Where hooks and settings are, for the commands that install, show and prove them.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::context::Context;
use crate::error::Error;
use crate::git::{self, GitProgram, Repo};
use crate::install::{ClaudeProgram, GitState, HookProgram, InstallError, real};
use crate::paths;
use crate::report::SettingsScope;

/// The gits that the user may start.
pub(super) fn gits() -> Vec<GitProgram> {
    git::gits_on_path(&std::env::var_os("PATH").unwrap_or_default())
}

/// Returns the file of the program that hooks start, if it is where it belongs: beside this one.
pub(super) fn hook_program_file() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let file = own.with_file_name(format!("{}{}", HookProgram::NAME, std::env::consts::EXE_SUFFIX));
    file.is_file().then_some(file)
}

/// Returns the program as hooks name it.
pub(super) fn hook_program() -> HookProgram {
    hook_program_file().map(|file| HookProgram::at(&file)).unwrap_or_default()
}

/// Reads the state of the repository's hooks; the second is the clone's own folder where git looks elsewhere.
pub(super) fn git_states(
    context: &Context<'_>,
    repo: &Repo,
    gits: &[GitProgram],
) -> Result<(GitState, Option<GitState>), Error> {
    let hooks_dir = git::hooks_dir(context.start())?;
    let state = with_gits(observe(repo.common_dir(), &hooks_dir)?, gits);
    let own = repo.common_dir().join("hooks");
    let dormant = if real(&own) == real(&hooks_dir) { None } else { Some(observe(repo.common_dir(), &own)?) };
    Ok((state, dormant))
}

fn observe(common_dir: &Path, hooks_dir: &Path) -> Result<GitState, Error> {
    let failed = |source| InstallError::File { path: hooks_dir.to_owned(), source };
    Ok(GitState::observe(common_dir, hooks_dir).map_err(failed)?)
}

/// Reads the state of the user's own configuration of git.
pub(super) fn global_state(gits: &[GitProgram]) -> Result<GitState, Error> {
    let strategy = strategy()?;
    let named = std::env::var_os("GIT_CONFIG_GLOBAL").filter(|path| !path.is_empty()).map(PathBuf::from);
    let config = paths::git_config_of_user(strategy.home_dir(), &strategy.config_dir(), named.as_deref());
    let hooks = strategy.config_dir().join("agent-trace").join(crate::install::FILE_NAME);
    let failed = |source| InstallError::File { path: config.clone(), source };
    Ok(with_gits(GitState::observe_global(&config, &hooks).map_err(failed)?, gits))
}

fn with_gits(state: GitState, gits: &[GitProgram]) -> GitState {
    let has_new = gits.iter().any(GitProgram::reads_config_hooks);
    state.with_gits(has_new && gits.iter().all(GitProgram::reads_config_hooks), has_new)
}

fn strategy() -> Result<impl BaseStrategy, Error> {
    etcetera::choose_base_strategy()
        .map_err(|error| Error::environment("your home folder is not known").with_source(error).with_hint("set HOME"))
}

/// Returns the settings file of a scope; `None` for none, and in a bare repository for those of a work tree.
pub(super) fn settings_file(scope: SettingsScope, work_dir: Option<&Path>) -> Result<Option<PathBuf>, Error> {
    let in_tree = |name: &str| work_dir.map(|dir| dir.join(".claude").join(name));
    Ok(match scope {
        SettingsScope::Project => in_tree("settings.json"),
        SettingsScope::Local => in_tree("settings.local.json"),
        SettingsScope::User => {
            let named = std::env::var_os("CLAUDE_CONFIG_DIR").filter(|path| !path.is_empty()).map(PathBuf::from);
            Some(paths::claude_settings_of_user(strategy()?.home_dir(), named.as_deref()))
        }
        SettingsScope::None => None,
    })
}

/// Returns how commands in a settings file find the program: others have it at another place.
pub(super) fn claude_program(scope: SettingsScope) -> ClaudeProgram {
    match scope {
        SettingsScope::Project => ClaudeProgram::OnPath,
        _ => ClaudeProgram::At(hook_program()),
    }
}
