//! Finding the git that the tests run, and asking it what it can do.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Returns the git to test with: `$TEST_GIT`, else the first on `PATH`.
pub(crate) fn find_git() -> PathBuf {
    if let Some(git) = env::var_os("TEST_GIT") {
        return PathBuf::from(git);
    }
    let name = format!("git{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(&name)).find(|git| git.is_file());
    found.expect("git is on PATH, or TEST_GIT names it")
}

/// Returns major and minor number of `git version 2.47.3`.
pub(crate) fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().strip_prefix("git version ")?.split('.').map(str::parse::<u32>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Returns the branch checked out in `worktree` as Claude Code records it: `HEAD` when there is none.
pub(crate) fn branch_of(worktree: &Path) -> String {
    let head = fs::read_to_string(git_dir(worktree).join("HEAD")).unwrap_or_default();
    head.trim().strip_prefix("ref: refs/heads/").unwrap_or("HEAD").to_owned()
}

/// In a linked worktree `.git` is a file that names the folder.
fn git_dir(worktree: &Path) -> PathBuf {
    let dot_git = worktree.join(".git");
    match fs::read_to_string(&dot_git) {
        Ok(text) => worktree.join(text.trim().trim_start_matches("gitdir: ")),
        Err(_) => dot_git,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::World;

    #[test]
    fn versions_of_every_build_are_read() {
        assert_eq!(parse_version("git version 2.47.3\n"), Some((2, 47)));
        assert_eq!(parse_version("git version 2.39.5 (Apple Git-154)"), Some((2, 39)));
        assert_eq!(parse_version("git version 2.55.GIT"), Some((2, 55)));
        assert_eq!(parse_version("hub version 1"), None);
    }

    #[test]
    fn the_branch_is_that_of_the_worktree() {
        let world = World::new();
        world.write("a.txt", "a\n");
        world.commit("a");
        let linked = world.path("../linked");
        let _ = world.git(["worktree", "add", "-b", "side", linked.to_str().unwrap()]).success();
        assert_eq!(branch_of(&world.path("")), "main");
        assert_eq!(branch_of(&linked), "side");
        let _ = world.git(["checkout", "--detach"]).success();
        assert_eq!(branch_of(&world.path("")), "HEAD");
    }
}
