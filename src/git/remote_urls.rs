//! Where the remotes of a clone are.

use gix::bstr::ByteSlice;

use super::repo::Repo;

impl Repo {
    /// Returns the URLs of the remotes: `upstream` first, where pull requests of a fork go, then `origin`, then the others.
    ///
    /// They may hold a user's name and a secret: never print one.
    pub fn remote_urls(&self) -> Vec<String> {
        let local = self.local();
        let config = local.config_snapshot();
        let names = local.remote_names();
        let mut names: Vec<&str> = names.iter().filter_map(|name| name.to_str().ok()).collect();
        names.sort_by_key(|name| (*name != "upstream", *name != "origin"));
        let url = |name: &&str| config.string(&format!("remote.{name}.url")).map(|url| url.to_string());
        names.iter().filter_map(url).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::git::test_repo::TestRepo;

    #[test]
    fn pull_requests_of_a_fork_go_upstream() {
        let test = TestRepo::new();
        for (name, url) in [("a.b", "https://h/a/b"), ("origin", "git@h:me/r.git"), ("upstream", "https://h/them/r")] {
            test.git(&["remote", "add", name, url]);
        }
        assert_eq!(test.repo().remote_urls(), ["https://h/them/r", "git@h:me/r.git", "https://h/a/b"]);
    }
}
