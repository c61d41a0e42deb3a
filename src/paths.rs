//! Where things live: the database, the user's price files.
//!
//! Must not know: what is in them.

use std::path::{Path, PathBuf};

/// Returns the path of the database below the git directory that all worktrees share.
pub fn database(common_dir: &Path) -> PathBuf {
    common_dir.join("agent-trace").join("trace.db")
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
