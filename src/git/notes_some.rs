//! Some notes of a remote, without the rest: what a job on a fresh clone needs.
//!
//! The whole reference of a busy repository is tens of megabytes, nearly all of it blobs. A repository of its own takes
//! the trees, then the blobs that are wanted, and goes again; the clone around it stays as it is (a filter would make it
//! a partial one, a depth a shallow one).

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::error::GitError;
use super::notes::NOTES_REF;
use super::notes_sync::{Answer, Asked};
use super::repo::{ObjectFormat, Repo};
use crate::model::CommitId;

/// Notes of some commits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SomeNotes {
    /// Texts by commit.
    pub texts: BTreeMap<CommitId, Vec<u8>>,
    /// Commits that have a note whose text could not be had.
    pub unread: Vec<CommitId>,
}

impl Repo {
    /// Returns the notes of these commits that are in this clone.
    ///
    /// # Errors
    /// As [`Repo::notes`].
    pub fn some_notes(&self, reference: &str, commits: &[CommitId]) -> Result<SomeNotes, GitError> {
        let notes = self.notes(reference)?;
        let mut some = SomeNotes::default();
        for commit in commits.iter().filter(|commit| notes.has(commit)) {
            match self.note(&notes, commit) {
                Some(text) => drop(some.texts.insert(*commit, text)),
                None => some.unread.push(*commit),
            }
        }
        Ok(some)
    }

    /// Fetches the notes of these commits from a remote into `folder`, which must be empty; `None` if it has no notes.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] if git fails or takes longer than `limit`.
    pub fn fetch_some_notes(
        &self,
        remote: &str,
        commits: &[CommitId],
        folder: &Path,
        limit: Duration,
    ) -> Result<Option<SomeNotes>, GitError> {
        let end = Instant::now() + limit;
        let site = Site { repo: self, folder, configuration: self.settings_to_reach(remote, limit)?, end };
        site.run(&["init", "--quiet", "--bare", self.format_option()], &[])?;
        if !site.fetch_trees()? {
            return Ok(None);
        }
        site.fetch_blobs(commits)?;
        Repo::discover(folder)?.some_notes(NOTES_REF, commits).map(Some)
    }

    fn format_option(&self) -> &'static str {
        match self.object_format() {
            ObjectFormat::Sha1 => "--object-format=sha1",
            ObjectFormat::Sha256 => "--object-format=sha256",
        }
    }

    /// How this clone reaches a remote: its address, and what was configured here for passwords and proxies.
    fn settings_to_reach(&self, remote: &str, limit: Duration) -> Result<Vec<(String, String)>, GitError> {
        if remote.is_empty() || remote.starts_with('-') {
            let message = format!("`{remote}` is not the name of a remote");
            return Err(GitError::GitProgram { arguments: "fetch".into(), message });
        }
        let ask = |arguments: &[&str]| {
            self.run_git_on(self.common_dir(), &Asked { arguments, input: &[], configuration: &[] }, limit)
        };
        let url = ask(&["remote", "get-url", "--", remote])?;
        let url = if url.is_success { url.text.trim_end().to_owned() } else { remote.to_owned() };
        let mut settings = settings(&ask(&["config", "--local", "--includes", "--null", "--list"])?.text);
        for (key, value) in [("url", url.as_str()), ("promisor", "true"), ("partialCloneFilter", "blob:none")] {
            settings.push((format!("remote.notes.{key}"), value.to_owned()));
        }
        Ok(settings)
    }
}

/// Keeps what says how to talk, not what says what to fetch.
fn settings(listed: &str) -> Vec<(String, String)> {
    const KEPT: [&str; 7] = ["http.", "https.", "credential.", "url.", "ssh.", "core.sshcommand", "core.gitproxy"];
    let entries = listed.split('\0').filter_map(|entry| entry.split_once('\n'));
    let is_kept = |key: &str| KEPT.iter().any(|kept| key.to_ascii_lowercase().starts_with(kept));
    entries.filter(|(key, _)| is_kept(key)).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// The repository the notes are fetched into.
struct Site<'a> {
    repo: &'a Repo,
    folder: &'a Path,
    configuration: Vec<(String, String)>,
    end: Instant,
}

impl Site<'_> {
    fn ask(&self, arguments: &[&str], input: &[u8]) -> Result<Answer, GitError> {
        let asked = Asked { arguments, input, configuration: &self.configuration };
        self.repo.run_git_on(self.folder, &asked, self.end.saturating_duration_since(Instant::now()))
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Result<(), GitError> {
        let answer = self.ask(arguments, input)?;
        if answer.is_success { Ok(()) } else { Err(answer.failure(arguments[0])) }
    }

    /// Commit and trees: 0.6 MB for ten thousand notes, measured over file transport.
    fn fetch_trees(&self) -> Result<bool, GitError> {
        let refspec = format!("+{NOTES_REF}:{NOTES_REF}");
        let arguments = [
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--depth=1",
            "--filter=blob:none",
            "notes",
            &refspec,
        ];
        match self.ask(&arguments, &[])? {
            Answer { is_success: true, .. } => Ok(true),
            answer if answer.text.contains("couldn't find remote ref") => Ok(false),
            answer => Err(answer.failure("fetch")),
        }
    }

    /// The texts of the notes, in one request.
    fn fetch_blobs(&self, commits: &[CommitId]) -> Result<(), GitError> {
        let repo = Repo::discover(self.folder)?;
        let notes = repo.notes(NOTES_REF)?;
        let blobs = commits.iter().filter_map(|commit| notes.blobs.get(commit)).flatten();
        let wanted: String = blobs.map(|blob| format!("{blob}\n")).collect();
        if wanted.is_empty() {
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
            "notes",
        ];
        self.run(&arguments, wanted.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;

    const LIMIT: Duration = Duration::from_secs(60);

    /// A server with notes of three commits, and a fresh clone of it.
    fn story() -> (TestRepo, Repo, Vec<CommitId>) {
        let test = TestRepo::new();
        let ids: Vec<CommitId> = (0..3).map(|number| test.commit(&format!("change {number}"))).collect();
        for id in &ids {
            test.git(&["notes", "--ref=agent-trace", "add", "-m", &format!("of {id}"), &id.to_string()]);
        }
        test.git(&["config", "uploadpack.allowFilter", "true"]);
        test.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        let url = format!("file://{}", test.path().display());
        test.git(&["clone", "-q", &url, "../clone"]);
        let clone = Repo::discover(&test.sibling("clone")).unwrap();
        (test, clone, ids)
    }

    #[test]
    fn only_what_is_wanted_comes_and_the_clone_stays_as_it_is() {
        let (test, clone, ids) = story();
        let before = test.git(&["-C", "../clone", "config", "--list", "--local"]);
        let folder = tempfile::tempdir().unwrap();
        let some = clone.fetch_some_notes("origin", &ids[..2], folder.path(), LIMIT).unwrap().unwrap();
        assert_eq!(
            some.texts.keys().collect::<Vec<_>>(),
            ids[..2].iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        );
        assert_eq!(some.texts[&ids[0]], format!("of {}\n", ids[0]).into_bytes());
        let fetched = Repo::discover(folder.path()).unwrap().some_notes(NOTES_REF, &ids).unwrap();
        assert_eq!(fetched.unread, ids[2..], "the third note was fetched too");
        assert_eq!(test.git(&["-C", "../clone", "config", "--list", "--local"]), before);
        assert!(!test.sibling("clone").join(".git/shallow").exists() && clone.notes_tip(NOTES_REF).is_none());
    }

    #[test]
    fn a_remote_without_notes_has_none_and_one_that_is_not_there_is_an_error() {
        let (test, clone, ids) = story();
        test.git(&["update-ref", "-d", NOTES_REF]);
        let folder = || tempfile::tempdir().unwrap();
        assert_eq!(clone.fetch_some_notes("origin", &ids, folder().path(), LIMIT).unwrap(), None);
        for remote in ["nowhere", "--upload-pack=touch x", ""] {
            assert!(clone.fetch_some_notes(remote, &ids, folder().path(), LIMIT).is_err(), "{remote}");
        }
    }

    #[test]
    fn how_a_clone_talks_is_handed_on() {
        let listed = "http.https://github.com/.extraheader\nAUTHORIZATION: basic x\0user.name\nAda\0remote.origin.url\nx\0core.sshCommand\nssh -i k\0";
        let kept: Vec<String> = settings(listed).into_iter().map(|(key, _)| key).collect();
        assert_eq!(kept, ["http.https://github.com/.extraheader", "core.sshCommand"]);
    }
}
