//! Where things live: the database, the user's price files.
//!
//! Must not know: what is in them.

use std::path::{Path, PathBuf};

/// Returns the path of the database below the git directory that all worktrees share.
pub fn database(common_dir: &Path) -> PathBuf {
    common_dir.join("agent-trace").join("trace.db")
}

/// Returns the user's configuration file of git, the one that `git config --global` would write.
///
/// `named` is what `GIT_CONFIG_GLOBAL` holds; `config` the user's configuration folder.
pub fn git_config_of_user(home: &Path, config: &Path, named: Option<&Path>) -> PathBuf {
    let (in_home, in_config) = (home.join(".gitconfig"), config.join("git").join("config"));
    match named {
        Some(named) => named.to_path_buf(),
        None if !in_home.exists() && in_config.exists() => in_config,
        None => in_home,
    }
}

/// Returns Claude Code's settings file of the user; `named` is what `CLAUDE_CONFIG_DIR` holds.
pub fn claude_settings_of_user(home: &Path, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| home.join(".claude"), Path::to_path_buf).join("settings.json")
}

/// Returns the price files that are laid over the embedded table, lowest first.
///
/// `config` is the user's configuration folder, `named` what `AGENT_TRACE_PRICES` holds.
pub fn price_files(config: Option<&Path>, common_dir: Option<&Path>, named: Option<&Path>) -> Vec<PathBuf> {
    let of_user = config.map(|folder| folder.join("agent-trace").join("prices.csv"));
    let of_repository = common_dir.map(|folder| folder.join("agent-trace").join("prices.csv"));
    let standing = [of_user, of_repository].into_iter().flatten().filter(|path| path.is_file());
    standing.chain(named.map(Path::to_path_buf)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_price_file_counts_even_if_it_is_missing_so_that_its_absence_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let named = folder.path().join("mine.csv");
        assert_eq!(price_files(Some(folder.path()), None, Some(&named)), vec![named]);
    }
}
