//! Notes to and from other repositories. Git itself does the talking: gix cannot push.
//!
//! Never forced, never asking for a password, never longer than the caller wants to wait, and without any hook of
//! ours being run again.

use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::error::GitError;
use super::notes::NOTES_REF;
use super::notes_write::NoteStamp;
use super::object_id::to_object_id;
use super::repo::Repo;
use super::sha256::sha256_hex;
use crate::model::CommitId;

/// How a push ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotesPush {
    /// There are no notes here.
    Nothing,
    /// The other side has them already.
    UpToDate,
    /// They are there now.
    Pushed {
        /// How often it was tried; more than once if others pushed too.
        tries: u32,
    },
}

/// How often a rejected push is tried again.
const MAX_TRIES: u32 = 5;

impl Repo {
    /// Returns the remote that notes go to if nobody says which: `remote.pushDefault`, `origin` or the only one.
    pub fn default_remote(&self) -> Option<String> {
        let local = self.local();
        let names: Vec<String> = local.remote_names().iter().map(|name| name.to_string()).collect();
        let chosen = local.config_snapshot().string("remote.pushDefault").map(|name| name.to_string());
        let usual = chosen.into_iter().chain(["origin".to_owned()]).find(|name| names.contains(name));
        usual.or_else(|| names.first().filter(|_| names.len() == 1).cloned())
    }

    /// Returns the reference that holds what a remote's notes were when last seen.
    ///
    /// A remote without a name (a URL) goes by a hash, because a URL may hold a password.
    pub fn notes_tracking_ref(&self, remote: &str) -> String {
        let is_known = self.local().remote_names().iter().any(|name| *name == remote);
        let reference = |name: &str| format!("refs/notes/remotes/{name}/agent-trace");
        let named = reference(remote);
        match is_known && gix::refs::FullName::try_from(named.as_str()).is_ok() {
            true => named,
            false => reference(&format!("url-{}", &sha256_hex(remote.as_bytes())[..16])),
        }
    }

    /// Fetches a remote's notes into their tracking reference; `false` if it has none.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] if git fails or takes longer than `limit`.
    pub fn fetch_notes(&self, remote: &str, limit: Duration) -> Result<bool, GitError> {
        let refspec = format!("+{NOTES_REF}:{}", self.notes_tracking_ref(remote));
        let mut arguments = vec!["fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head"];
        arguments.push("--no-recurse-submodules");
        if self.is_partial() {
            arguments.push("--no-filter"); // Nobody would fetch the notes later.
        }
        arguments.extend(["--", remote, &refspec]);
        match self.talk(remote, &arguments, &[], limit)? {
            Answer { is_success: true, .. } => Ok(true),
            answer if answer.text.contains("couldn't find remote ref") => Ok(false),
            answer => Err(answer.failure("fetch")),
        }
    }

    /// Pushes the notes to a remote; where others pushed meanwhile, their notes are fetched and merged first.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] if git fails, or others are faster five times; what merging reports.
    pub fn push_notes(&self, remote: &str, stamp: NoteStamp<'_>, limit: Duration) -> Result<NotesPush, GitError> {
        let tracking = self.notes_tracking_ref(remote);
        let end = Instant::now() + limit;
        for tries in 1..=MAX_TRIES {
            let Some(tip) = self.notes_tip(NOTES_REF) else { return Ok(NotesPush::Nothing) };
            let left = end.saturating_duration_since(Instant::now());
            let answer = self.push_once(remote, &tip, left)?;
            if answer.is_success {
                let had_it = answer.text.contains("[up to date]") || answer.text.contains("Everything up-to-date");
                self.put_reference(&tracking, to_object_id(&tip), stamp)?;
                return Ok(if had_it { NotesPush::UpToDate } else { NotesPush::Pushed { tries } });
            }
            if !answer.is_lost_race() || tries == MAX_TRIES {
                return Err(answer.failure("push"));
            }
            std::thread::sleep(pause(tries));
            if self.fetch_notes(remote, end.saturating_duration_since(Instant::now()))? {
                self.merge_notes(NOTES_REF, &tracking, stamp)?;
            }
        }
        Ok(NotesPush::Nothing)
    }

    fn push_once(&self, remote: &str, tip: &CommitId, limit: Duration) -> Result<Answer, GitError> {
        let refspec = format!("{tip}:{NOTES_REF}");
        let arguments = ["push", "--no-verify", "--porcelain", "--no-follow-tags", "--", remote, &refspec];
        self.talk(remote, &arguments, &[], limit)
    }

    /// Tells `git fetch` to bring a remote's notes along, into their tracking reference; `false` if it does already.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] if git cannot write its configuration.
    pub fn add_notes_refspec(&self, remote: &str) -> Result<bool, GitError> {
        if self.has_notes_refspec(remote)? {
            return Ok(false);
        }
        let (key, value) = (format!("remote.{remote}.fetch"), self.notes_refspec(remote));
        self.configure(&["config", "--local", "--add", &key, &value])?;
        Ok(true)
    }

    /// Takes back what [`Repo::add_notes_refspec`] did; `false` if there is nothing to take back.
    ///
    /// # Errors
    /// [`GitError::GitProgram`] if git cannot write its configuration.
    pub fn remove_notes_refspec(&self, remote: &str) -> Result<bool, GitError> {
        if !self.has_notes_refspec(remote)? {
            return Ok(false);
        }
        let (key, value) = (format!("remote.{remote}.fetch"), self.notes_refspec(remote));
        let pattern = format!("^{}$", value.replace('+', "[+]").replace('.', "[.]"));
        self.configure(&["config", "--local", "--unset-all", &key, &pattern])?;
        Ok(true)
    }

    /// Returns the refspec under which `git fetch` brings a remote's notes.
    pub fn notes_refspec(&self, remote: &str) -> String {
        format!("+{NOTES_REF}:{}", self.notes_tracking_ref(remote))
    }

    fn has_notes_refspec(&self, remote: &str) -> Result<bool, GitError> {
        let key = format!("remote.{remote}.fetch");
        let listed = self.run_git(&["config", "--local", "--get-all", &key], CONFIG_LIMIT)?;
        Ok(listed.text.lines().any(|line| line == self.notes_refspec(remote)))
    }

    fn configure(&self, arguments: &[&str]) -> Result<(), GitError> {
        let answer = self.run_git(arguments, CONFIG_LIMIT)?;
        if answer.is_success { Ok(()) } else { Err(answer.failure("config")) }
    }

    /// Asks a remote something. Its name may come from a hook's arguments and must not be taken for an option.
    pub(super) fn talk(
        &self,
        remote: &str,
        arguments: &[&str],
        input: &[u8],
        limit: Duration,
    ) -> Result<Answer, GitError> {
        if remote.is_empty() || remote.starts_with('-') {
            let message = format!("`{remote}` is not the name of a remote");
            return Err(GitError::GitProgram { arguments: arguments[0].to_owned(), message });
        }
        self.run_git_on(self.common_dir(), &Asked { arguments, input, configuration: &[] }, limit)
    }

    fn run_git(&self, arguments: &[&str], limit: Duration) -> Result<Answer, GitError> {
        self.run_git_on(self.common_dir(), &Asked { arguments, input: &[], configuration: &[] }, limit)
    }

    /// Runs git on a repository that may be another one, as this one would talk.
    #[expect(clippy::disallowed_methods, reason = "gix cannot push, and does not write configuration")]
    pub(super) fn run_git_on(&self, git_dir: &Path, asked: &Asked<'_>, limit: Duration) -> Result<Answer, GitError> {
        let failed = |message: String| GitError::GitProgram { arguments: asked.arguments[0].to_owned(), message };
        let mut git = Command::new("git");
        let no_hooks = format!("core.hooksPath={}", self.common_dir().join("agent-trace/no-hooks").display());
        git.arg("--git-dir").arg(git_dir).args(["-c", &no_hooks, "-c", "gc.auto=0"]).args(asked.arguments);
        // What the environment configures already, such as a login, stays.
        let before = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
        if !asked.configuration.is_empty() {
            git.env("GIT_CONFIG_COUNT", (before + asked.configuration.len()).to_string());
        }
        for (number, (key, value)) in (before..).zip(asked.configuration) {
            git.env(format!("GIT_CONFIG_KEY_{number}"), key).env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        git.env("AGENT_TRACE", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .env("SSH_ASKPASS_REQUIRE", "never");
        let asks_by_ssh = ["GIT_SSH_COMMAND", "GIT_SSH"].iter().all(|name| std::env::var_os(name).is_none())
            && self.local().config_snapshot().string("core.sshCommand").is_none();
        if asks_by_ssh {
            git.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
        }
        let input = if asked.input.is_empty() { Stdio::null() } else { Stdio::piped() };
        let child = git.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| failed(error.to_string()))?;
        if let Some(mut pipe) = child.stdin.take() {
            let input = asked.input.to_vec();
            // In a thread of its own: git may write before it has read everything.
            std::thread::spawn(move || drop(pipe.write_all(&input)));
        }
        wait(child, limit).ok_or_else(|| failed(format!("no answer within {} seconds", limit.as_secs())))
    }
}

const CONFIG_LIMIT: Duration = Duration::from_secs(10);

/// What git is asked.
pub(super) struct Asked<'a> {
    pub(super) arguments: &'a [&'a str],
    /// Written to its standard input.
    pub(super) input: &'a [u8],
    /// Settings beside those of the repository; not visible in the list of processes.
    pub(super) configuration: &'a [(String, String)],
}

/// What git answered.
pub(super) struct Answer {
    pub(super) is_success: bool,
    /// Standard output and standard error.
    pub(super) text: String,
}

impl Answer {
    /// Tells whether somebody else pushed first, so that another try helps.
    fn is_lost_race(&self) -> bool {
        let signs =
            ["fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "incorrect old value"];
        self.text.contains("rejected]") && signs.iter().any(|sign| self.text.contains(sign))
    }

    pub(super) fn failure(&self, what: &str) -> GitError {
        let lines = self.text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("hint:"));
        let message = lines.collect::<Vec<_>>().join("; ");
        GitError::GitProgram { arguments: what.to_owned(), message }
    }
}

/// Waits for the end of a child; `None` if it did not come in time.
fn wait(mut child: Child, limit: Duration) -> Option<Answer> {
    let end = Instant::now() + limit;
    let out = read_aside(child.stdout.take());
    let err = read_aside(child.stderr.take());
    loop {
        match child.try_wait() {
            Ok(Some(status)) => {
                let read = |from: std::sync::mpsc::Receiver<String>| {
                    from.recv_timeout(Duration::from_secs(1)).unwrap_or_default()
                };
                return Some(Answer { is_success: status.success(), text: read(out) + &read(err) });
            }
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

/// Reads a pipe in a thread of its own: a grandchild that goes on holding it must not hold us.
fn read_aside(pipe: Option<impl Read + Send + 'static>) -> std::sync::mpsc::Receiver<String> {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        let _ = tell.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    told
}

/// Longer after each try, and never the same for two who met.
fn pause(tries: u32) -> Duration {
    let random = RandomState::new().hash_one(std::process::id()) % 100;
    Duration::from_millis(u64::from(tries) * (20 + random))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::test_repo::TestRepo;
    use crate::model::Timestamp;

    const STAMP: NoteStamp<'static> = NoteStamp { at: Timestamp(1_700_000_000_000), message: "notes of a test" };
    const LIMIT: Duration = Duration::from_secs(60);

    /// A repository, a bare one it came from, and another clone of that.
    fn clones() -> (TestRepo, Repo, Repo, CommitId) {
        let test = TestRepo::new();
        let id = test.commit("one");
        test.git(&["clone", "-q", "--bare", ".", "../hub.git"]);
        test.git(&["clone", "-q", "../hub.git", "../a"]);
        test.git(&["clone", "-q", "../hub.git", "../b"]);
        let open = |name: &str| Repo::discover(&test.sibling(name)).unwrap();
        let (a, b) = (open("a"), open("b"));
        (test, a, b, id)
    }

    fn write(repo: &Repo, commit: CommitId, text: &str) {
        repo.update_notes(NOTES_REF, STAMP, &mut |_| vec![(commit, text.into())]).unwrap();
    }

    #[test]
    fn who_pushes_second_merges_first_and_nothing_is_forced() {
        let (test, a, b, id) = clones();
        assert_eq!(a.default_remote().as_deref(), Some("origin"));
        assert_eq!(a.push_notes("origin", STAMP, LIMIT).unwrap(), NotesPush::Nothing);
        assert!(!a.fetch_notes("origin", LIMIT).unwrap(), "there are none yet");
        write(&a, id, "of a\n");
        write(&b, id, "of b\n");
        assert_eq!(a.push_notes("origin", STAMP, LIMIT).unwrap(), NotesPush::Pushed { tries: 1 });
        assert_eq!(a.push_notes("origin", STAMP, LIMIT).unwrap(), NotesPush::UpToDate);
        assert_eq!(b.push_notes("origin", STAMP, LIMIT).unwrap(), NotesPush::Pushed { tries: 2 });
        assert!(a.fetch_notes("origin", LIMIT).unwrap());
        a.merge_notes(NOTES_REF, "refs/notes/remotes/origin/agent-trace", STAMP).unwrap();
        for folder in ["../hub.git", "../a", "../b"] {
            assert_eq!(
                test.git(&["-C", folder, "notes", "--ref=agent-trace", "show", &id.to_string()]),
                "of a\nof b\n"
            );
        }
        assert_eq!(a.notes_tip(NOTES_REF), b.notes_tip("refs/notes/remotes/origin/agent-trace"));
    }

    #[test]
    fn what_cannot_be_reached_is_an_error_and_no_question() {
        let (_test, a, _, id) = clones();
        write(&a, id, "of a\n");
        for remote in ["nowhere", "--upload-pack=touch x", ""] {
            assert!(matches!(a.push_notes(remote, STAMP, LIMIT), Err(GitError::GitProgram { .. })), "{remote}");
            assert!(matches!(a.fetch_notes(remote, LIMIT), Err(GitError::GitProgram { .. })), "{remote}");
        }
        assert!(matches!(a.push_notes("origin", STAMP, Duration::ZERO), Err(GitError::GitProgram { .. })));
    }

    #[test]
    fn a_url_leaves_no_trace_in_names() {
        let (test, a, _, id) = clones();
        write(&a, id, "of a\n");
        let url = test.sibling("hub.git").display().to_string();
        assert_eq!(a.push_notes(&url, STAMP, LIMIT).unwrap(), NotesPush::Pushed { tries: 1 });
        let tracking = a.notes_tracking_ref(&url);
        assert!(tracking.starts_with("refs/notes/remotes/url-") && !tracking.contains("hub"), "{tracking}");
        assert_eq!(a.notes_tip(&tracking), a.notes_tip(NOTES_REF));
    }

    #[test]
    fn the_refspec_is_added_once_and_taken_back() {
        let (test, a, _, id) = clones();
        let before = test.git(&["-C", "../a", "config", "--local", "--list"]);
        assert!(a.add_notes_refspec("origin").unwrap() && !a.add_notes_refspec("origin").unwrap());
        test.git(&["-C", "../hub.git", "notes", "--ref=agent-trace", "add", "-m", "hub", &id.to_string()]);
        test.git(&["-C", "../a", "fetch", "-q"]);
        assert!(a.notes_tip("refs/notes/remotes/origin/agent-trace").is_some());
        assert!(a.remove_notes_refspec("origin").unwrap() && !a.remove_notes_refspec("origin").unwrap());
        assert_eq!(test.git(&["-C", "../a", "config", "--local", "--list"]), before);
    }
}
