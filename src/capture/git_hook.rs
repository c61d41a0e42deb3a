//! What the hooks of git do.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::attribution::{Surroundings, author, in_tool_call, session};
use super::background;
use super::git_state::GitState;
use super::handover::Handover;
use super::live_folder::LiveFolder;
use super::message::{has_text, is_revert, is_written};
use super::place::Place;
use super::record::{Author, Event, Record};
use super::spool::Spool;
use super::trailer::{KEY, Trailered, add_trailer};
use crate::model::{CommitId, SessionId};

/// A hook of git that was called.
pub(super) struct GitHook<'a> {
    pub(super) place: &'a Place,
    pub(super) around: &'a Surroundings<'a>,
    pub(super) spool: &'a Spool,
    /// The time, UTC milliseconds.
    pub(super) now: i64,
}

/// Most pairs a rewrite is recorded with; a rebase of more is told by patch ids.
const MAX_PAIRS: usize = 20_000;

/// Longer no commit takes, not even in an editor; by then the number may be another process's.
const MAX_COMMIT_MS: i64 = 3_600_000;

/// What git calls its editor for hooks when it opens none.
const NO_EDITOR: &str = ":";

/// Most bytes of a message that are looked at.
const MAX_MESSAGE: u64 = 4 << 20;

impl GitHook<'_> {
    /// Does what the hook `name` is for; hooks without a purpose here do nothing.
    pub(super) fn run(&self, name: &str, arguments: &[String], input: &mut dyn Read) -> Option<()> {
        let argument = |index: usize| arguments.get(index).map(String::as_str);
        if name == "prepare-commit-msg" {
            self.keep_state();
            Handover::of(self.place).take_back();
        }
        match name {
            "prepare-commit-msg" => self.prepare(Path::new(argument(0)?), argument(1)?),
            "commit-msg" => self.finished(Path::new(argument(0)?)),
            "post-commit" => self.committed(Event::Commit, self.state()),
            "post-merge" if argument(0) == Some("0") => self.merged(),
            "post-rewrite" => self.rewritten(argument(0)?, input),
            "pre-push" => pushed(argument(0)?, argument(1), input),
            _ => None,
        }
    }

    /// Only messages that are there already; an editor is still to be opened on a template.
    fn prepare(&self, file: &Path, source: &str) -> Option<()> {
        if ["message", "commit", "merge", "squash"].contains(&source) { self.stamp(file, None, true) } else { None }
    }

    /// The message is as it will be, but for what git takes out of what an editor left.
    fn finished(&self, file: &Path) -> Option<()> {
        let is_edited = !self.is_without_editor();
        let has_asked = is_edited && background::may_have_template(self.place);
        let template = if has_asked { self.template() } else { Vec::new() };
        self.stamp(file, is_edited.then_some(template.as_slice()), !has_asked)
    }

    /// The text that git puts before whoever is to write a message.
    fn template(&self) -> Vec<u8> {
        let top = self.place.top.as_deref().unwrap_or(&self.place.git_dir);
        let read = |path: PathBuf| std::fs::read(top.join(path)).ok();
        background::template(self.place).and_then(read).unwrap_or_default()
    }

    /// A path that is no text came here changed; all messages of git lie in the git directory of the work tree.
    fn message_file(&self, file: &Path) -> Option<PathBuf> {
        let named = self.place.top.as_deref().map_or(file.to_owned(), |top| top.join(file));
        if named.exists() { Some(named) } else { Some(self.place.git_dir.join(file.file_name()?)) }
    }

    /// `template`: what an editor was opened on, if one was; `may_ask`: no child process was started yet.
    fn stamp(&self, file: &Path, template: Option<&[u8]>, may_ask: bool) -> Option<()> {
        let state = GitState::of(self.place);
        if state.is_replay() {
            return None;
        }
        let file = self.message_file(file)?;
        let mut message = Vec::new();
        std::fs::File::open(&file).ok()?.take(MAX_MESSAGE).read_to_end(&mut message).ok()?;
        if template.is_some_and(|template| !is_written(&message, template)) {
            return None;
        }
        if !has_text(&message) || is_revert(&message) || message.len() as u64 == MAX_MESSAGE {
            return None;
        }
        let (session, from) = (session(self.around)?, self.place.head());
        let _ = from.as_ref().and_then(|from| self.begin(&session, from));
        write_trailer(&file, &message, &format!("{KEY}: {}/{}", session.agent, session.session), may_ask)?;
        let is_now = self.is_without_editor() && template.is_none() && may_ask;
        if is_now && state == GitState::Plain { self.hand_over(session, from?) } else { Some(()) }
    }

    /// Tells whether git opens no editor on the message, so that the commit is made now.
    fn is_without_editor(&self) -> bool {
        (self.around.variable)("GIT_EDITOR").as_deref() == Some(NO_EDITOR)
    }

    /// Of a plain commit that is made at once, all but the name is known.
    fn hand_over(&self, session: Author, from: String) -> Option<()> {
        let by = vec![in_tool_call(self.around, session)];
        let state = Some(GitState::Plain.name().to_owned());
        let record = Record { from: Some(from), state, by, ..Record::new(self.now, Event::Commit) };
        Handover::of(self.place).leave(self.git_number()?, self.spool.path(), record)
    }

    /// A fast-forward goes to a commit that somebody made before.
    fn merged(&self) -> Option<()> {
        if self.place.last_move()?.contains(": Fast-forward") {
            return None;
        }
        self.committed(Event::Merge, GitState::Merge)
    }

    /// Git takes its signs away before the last hook runs, so the first one keeps them; what an earlier commit kept
    /// that was given up goes.
    fn keep_state(&self) {
        let (state, file) = (GitState::of(self.place), LiveFolder::of(self.place).commit_state());
        let _ = match (state, file.parent()) {
            (GitState::Plain, _) | (_, None) => std::fs::remove_file(&file),
            (_, Some(folder)) => std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, state.name())),
        };
    }

    /// A revert that needs no help leaves no sign but its word in the log of `HEAD`.
    fn state(&self) -> GitState {
        let file = LiveFolder::of(self.place).commit_state();
        let kept = std::fs::read_to_string(&file).ok();
        if kept.is_some() {
            let _ = std::fs::remove_file(&file); // The next commit does it too.
        }
        let is_revert = || self.place.last_move().is_some_and(|said| said.starts_with("revert: "));
        match (GitState::of(self.place), kept) {
            (GitState::Plain, Some(kept)) => GitState::from_name(&kept),
            (GitState::Plain, None) if is_revert() => GitState::Revert,
            (state, _) => state,
        }
    }

    fn committed(&self, event: Event, state: GitState) -> Option<()> {
        let by: Vec<Author> = author(self.around).into_iter().collect();
        let made = by.first().and_then(|author| self.made(author));
        let commit = made.or_else(|| self.place.head()).or_else(|| background::head_by_git(self.place))?;
        let record =
            Record { commit: Some(commit), state: Some(state.name().into()), by, ..Record::new(self.now, event) };
        self.spool.append(&record).ok()
    }

    /// Remembers from where git goes on: when its last hook runs, another session's commit may be checked out.
    fn begin(&self, author: &Author, from: &str) -> Option<()> {
        let (agent, session) = (Some(author.agent.clone()), Some(author.session.clone()));
        let (commit, detail) = (Some(from.to_owned()), Some(self.git_number()?.to_string()));
        let record = Record { agent, session, commit, detail, ..Record::new(self.now, Event::CommitStart) };
        self.spool.append(&record).ok()
    }

    /// Returns the commit that this process of git made, by the log of `HEAD`.
    fn made(&self, author: &Author) -> Option<String> {
        let session = SessionId::parse(&author.session).ok()?;
        let started = (self.around.tail)(Some(&session)).into_iter().filter(|one| one.event == Event::CommitStart);
        let git = self.git_number()?.to_string();
        let mut ours = started.filter(|one| one.detail.as_ref() == Some(&git) && self.now - one.at < MAX_COMMIT_MS);
        self.place.moved_from(ours.next_back()?.commit.as_deref()?)
    }

    /// The number of git's process, where it costs little.
    fn git_number(&self) -> Option<u32> {
        (self.around.git)()
    }

    fn rewritten(&self, kind: &str, input: &mut dyn Read) -> Option<()> {
        let mut text = String::new();
        input.take(MAX_PAIRS as u64 * 160).read_to_string(&mut text).ok()?;
        let pairs: Vec<(String, String)> = text.lines().filter_map(pair).take(MAX_PAIRS).collect();
        let detail = ["amend", "rebase"].contains(&kind).then(|| kind.to_owned());
        let record = Record { pairs, detail, ..Record::new(self.now, Event::Rewrite) };
        if record.pairs.is_empty() { None } else { self.spool.append(&record).ok() }
    }
}

/// `<old> <new>`, and perhaps more.
fn pair(line: &str) -> Option<(String, String)> {
    let mut words = line.split_ascii_whitespace();
    let mut id = || CommitId::parse(words.next()?).ok().map(|id| id.to_string());
    Some((id()?, id()?)).filter(|(old, new)| old != new)
}

/// The branch goes first whatever happens to the notes; a push of notes alone is our own.
fn pushed(remote: &str, url: Option<&str>, input: &mut dyn Read) -> Option<()> {
    let mut text = String::new();
    input.take(1 << 20).read_to_string(&mut text).ok()?;
    let brings_commits = |line: &str| {
        let mut words = line.split(' ');
        let (name, _, target) = (words.next(), words.next(), words.next());
        name != Some("(delete)") && target.is_some_and(|target| target.starts_with("refs/heads/"))
    };
    if text.lines().any(brings_commits) { background::push_notes(remote, url.unwrap_or(remote)) } else { None }
}

/// Appends, so that a full disk leaves the message as it was.
fn write_trailer(file: &Path, message: &[u8], line: &str, may_ask: bool) -> Option<()> {
    match add_trailer(message, line) {
        Trailered::Present => Some(()),
        Trailered::AskGit if !may_ask => None, // A second child; the record and the note tell of the session.
        Trailered::AskGit => background::interpret_trailers(file, line),
        Trailered::Append(bytes) => {
            let mut open = OpenOptions::new().append(true).open(file).ok()?;
            if open.write_all(&bytes).is_err() {
                open.set_len(message.len() as u64).ok()?;
            }
            Some(())
        }
    }
}
