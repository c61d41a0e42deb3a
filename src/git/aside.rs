//! A repository of its own beside a clone, for what a job needs of a remote and the clone does not have.
//!
//! The clone stays as it is: fetching with a filter would make it a partial one, with a depth a shallow one.

use std::path::Path;
use std::time::{Duration, Instant};

use super::error::GitError;
use super::notes_sync::{Answer, Asked};
use super::repo::{ObjectFormat, Repo};

/// Which remote is asked, how, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Its name in this clone, or its address.
    pub remote: &'a str,
    /// A header that requests carry, if this clone has none of its own for them. It is for this remote alone.
    pub header: Option<&'a str>,
    /// When to give up.
    pub limit: Duration,
}

/// The repository things are fetched into. Its remote is called `there`.
pub(super) struct Aside<'a> {
    repo: &'a Repo,
    folder: &'a Path,
    configuration: Vec<(String, String)>,
    end: Instant,
}

impl<'a> Aside<'a> {
    /// Makes it in a folder, which must be empty.
    pub(super) fn new(repo: &'a Repo, folder: &'a Path, visit: &Visit<'_>) -> Result<Aside<'a>, GitError> {
        let end = Instant::now() + visit.limit;
        let aside = Aside { repo, folder, configuration: repo.settings_to_reach(visit)?, end };
        let format = match repo.object_format() {
            ObjectFormat::Sha1 => "--object-format=sha1",
            ObjectFormat::Sha256 => "--object-format=sha256",
        };
        aside.run(&["init", "--quiet", "--bare", format], &[])?;
        Ok(aside)
    }

    /// Opens it as it is now.
    pub(super) fn open(&self) -> Result<Repo, GitError> {
        Repo::discover(self.folder)
    }

    pub(super) fn ask(&self, arguments: &[&str], input: &[u8]) -> Result<Answer, GitError> {
        let asked = Asked { arguments, input, configuration: &self.configuration };
        self.repo.run_git_on(self.folder, &asked, self.end.saturating_duration_since(Instant::now()))
    }

    pub(super) fn run(&self, arguments: &[&str], input: &[u8]) -> Result<(), GitError> {
        let answer = self.ask(arguments, input)?;
        if answer.is_success { Ok(()) } else { Err(answer.failure(arguments[0])) }
    }

    /// Fetches objects by their names, in one request.
    pub(super) fn fetch_objects(&self, names: &[String]) -> Result<(), GitError> {
        if names.is_empty() {
            return Ok(());
        }
        // Without the filter git looks for what it does not have.
        let arguments = [
            "-c",
            "fetch.negotiationAlgorithm=noop",
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--recurse-submodules=no",
            "--filter=blob:none",
            "--stdin",
            "there",
        ];
        let wanted: String = names.iter().map(|name| format!("{name}\n")).collect();
        self.run(&arguments, wanted.as_bytes())
    }
}

impl Repo {
    /// How this clone reaches a remote: its address, and what was configured here for passwords and proxies.
    fn settings_to_reach(&self, visit: &Visit<'_>) -> Result<Vec<(String, String)>, GitError> {
        let url = self.address_of(visit.remote, visit.limit)?;
        let listed = self.ask_here(&["config", "--local", "--includes", "--null", "--list"], visit.limit)?;
        let mut settings = settings(&listed.text);
        let has_header = settings.iter().any(|(key, _)| key.to_ascii_lowercase().ends_with(".extraheader"));
        if let Some(header) = visit.header.filter(|_| !has_header) {
            settings.push((format!("http.{url}.extraHeader"), header.to_owned()));
        }
        for (key, value) in [("url", url.as_str()), ("promisor", "true"), ("partialCloneFilter", "blob:none")] {
            settings.push((format!("remote.there.{key}"), value.to_owned()));
        }
        Ok(settings)
    }

    /// Returns the address of a remote; what is the name of none is taken for an address.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] for what git would take for an option, or if git does not run.
    pub fn address_of(&self, remote: &str, limit: Duration) -> Result<String, GitError> {
        if remote.is_empty() || remote.starts_with('-') {
            let message = format!("`{remote}` is not the name of a remote");
            return Err(GitError::GitProgram { arguments: "fetch".into(), message });
        }
        let url = self.ask_here(&["remote", "get-url", "--", remote], limit)?;
        Ok(if url.is_success { url.text.trim_end().to_owned() } else { remote.to_owned() })
    }

    fn ask_here(&self, arguments: &[&str], limit: Duration) -> Result<Answer, GitError> {
        self.run_git_on(self.common_dir(), &Asked { arguments, input: &[], configuration: &[] }, limit)
    }
}

/// Keeps what says how to talk, not what says what to fetch.
fn settings(listed: &str) -> Vec<(String, String)> {
    const KEPT: [&str; 7] = ["http.", "https.", "credential.", "url.", "ssh.", "core.sshcommand", "core.gitproxy"];
    let entries = listed.split('\0').filter_map(|entry| entry.split_once('\n'));
    let is_kept = |key: &str| KEPT.iter().any(|kept| key.to_ascii_lowercase().starts_with(kept));
    entries.filter(|(key, _)| is_kept(key)).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    #[test]
    fn how_a_clone_talks_is_handed_on() {
        let listed = "http.https://github.com/.extraheader\nAUTHORIZATION: basic x\0user.name\nAda\0remote.origin.url\nx\0core.sshCommand\nssh -i k\0";
        let kept: Vec<String> = settings(listed).into_iter().map(|(key, _)| key).collect();
        assert_eq!(kept, ["http.https://github.com/.extraheader", "core.sshCommand"]);
    }

    #[test]
    fn a_header_is_for_one_address_and_only_where_the_clone_has_none() {
        let test = TestRepo::new();
        test.git(&["remote", "add", "origin", "https://h.example/o/r"]);
        let headers = || {
            let visit = Visit { remote: "origin", header: Some("Authorization: ours"), limit: Duration::from_secs(60) };
            let all = test.repo().settings_to_reach(&visit).unwrap();
            all.into_iter().filter(|(key, _)| key.to_lowercase().ends_with("extraheader")).collect::<Vec<_>>()
        };
        assert_eq!(
            headers(),
            [("http.https://h.example/o/r.extraHeader".to_owned(), "Authorization: ours".to_owned())]
        );
        test.git(&["config", "http.https://h.example/.extraheader", "AUTHORIZATION: basic theirs"]);
        assert_eq!(headers().len(), 1);
        assert!(headers()[0].1.ends_with("theirs"));
    }
}
