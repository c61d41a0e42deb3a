//! What `settle` brings here from a remote: notes, as much of the past as is asked about, commits of pull requests.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{Duration, Instant};

use super::context::Context;
use super::pull_source::Folder;
use super::settle_range::Asked;
use crate::error::Error;
use crate::git::{NOTES_REF, NoteStamp, Repo, Visit};
use crate::model::CommitId;
use crate::notes::Note;
use crate::settle::{Candidates, Span, Unit};

/// All notes of this clone, by commit.
pub(super) type Notebook = BTreeMap<CommitId, Note>;

/// A clone, and the remote it talks with, if it does.
pub(super) struct Site<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) repo: Repo,
    pub(super) remote: Option<String>,
    pub(super) end: Instant,
}

impl Site<'_> {
    pub(super) fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    pub(super) fn stamp(&self) -> NoteStamp<'static> {
        NoteStamp { at: self.context.now, message: "notes of agent-trace, settled" }
    }

    /// Brings notes of the remote here; a dry run leaves ours as they are.
    pub(super) fn fetch_notes(&self, is_dry_run: bool) -> Result<(), Error> {
        let Some(remote) = &self.remote else { return Ok(()) };
        if self.repo.fetch_notes(remote, self.left())? && !is_dry_run {
            self.repo.merge_notes(NOTES_REF, &self.repo.notes_tracking_ref(remote), self.stamp())?;
        }
        Ok(())
    }

    /// Returns the notes of this clone and those last seen at the remote.
    pub(super) fn notebook(&self) -> Result<Notebook, Error> {
        let remote = self.remote.clone().or_else(|| self.repo.default_remote());
        let tracking = remote.map(|remote| self.repo.notes_tracking_ref(&remote));
        let mut notebook = Notebook::new();
        for reference in [NOTES_REF.to_owned()].into_iter().chain(tracking) {
            let notes = self.repo.notes(&reference)?;
            for commit in notes.commits() {
                let Some(text) = self.repo.note(&notes, commit) else { continue };
                add(&mut notebook, *commit, &text);
            }
        }
        Ok(notebook)
    }

    /// A clone of a runner has a commit or two; what is fetched is the past as far as it is asked about.
    pub(super) fn deepen(&mut self, asked: &Asked) -> Result<(), Error> {
        let Some(remote) = self.remote.clone() else { return Ok(()) };
        for depth in [Some(50), Some(1_000), None] {
            let is_enough = match asked.span {
                Some(Span::After(before)) => self.repo.is_ancestor(&before, &asked.tip),
                _ => depth != Some(50),
            };
            if !self.repo.is_shallow() || is_enough {
                break;
            }
            self.repo.deepen(&remote, &asked.tip, depth, self.left())?;
            self.repo = self.context.repo()?;
        }
        Ok(())
    }

    /// Returns the last commits of the pull requests that are named, and fetches the commits that are missing to compare.
    pub(super) fn pulls(
        &mut self,
        units: &[Unit],
        notes: &Notebook,
        known: &Candidates,
    ) -> Result<BTreeMap<u64, CommitId>, Error> {
        let numbers: BTreeSet<u64> = units.iter().filter_map(|unit| Some(unit.pull?.number)).collect();
        let here = numbers.iter().filter_map(|number| Some((*number, self.repo.pull_head(*number)?)));
        let mut pulls: BTreeMap<u64, CommitId> = here.collect();
        let Some(remote) = self.remote.clone() else { return Ok(pulls) };
        let unknown: Vec<u64> = numbers.into_iter().filter(|number| !pulls.contains_key(number)).collect();
        pulls.extend(self.repo.remote_pull_heads(&remote, &unknown, self.left())?);
        self.fetch_missing(&remote, pulls.values().copied().collect())?;
        // A branch that is gone, and no name left: the note still names the commit.
        let oldest = units.first();
        let may_be = |note: &Note| oldest.is_some_and(|oldest| oldest.may_be_of(note));
        let noted = known.open.iter().filter(|id| notes.get(id).is_some_and(may_be)).copied().collect();
        self.fetch_missing(&remote, noted)?;
        Ok(pulls)
    }

    fn fetch_missing(&mut self, remote: &str, ids: Vec<CommitId>) -> Result<(), Error> {
        let missing: Vec<CommitId> = ids.into_iter().filter(|id| !self.repo.has_commit(id)).collect();
        if !missing.is_empty() {
            self.repo.fetch_commits(remote, &missing, self.left())?;
            self.repo = self.context.repo()?;
        }
        Ok(())
    }

    /// Returns the notes of the pull requests' commits that are kept elsewhere; no others are believed from there.
    pub(super) fn notes_of(
        &self,
        remotes: &[String],
        units: &[Unit],
        pulls: &BTreeMap<u64, CommitId>,
        branch: &HashSet<CommitId>,
    ) -> Result<Notebook, Error> {
        let mut wanted: BTreeSet<CommitId> = BTreeSet::new();
        for unit in units.iter().filter(|_| !remotes.is_empty()) {
            let head = unit.pull.and_then(|pull| pulls.get(&pull.number));
            let (Some(head), Some(parent)) = (head, unit.sketch.parents.first()) else { continue };
            wanted.extend(self.repo.between(parent, head)?.into_iter().filter(|id| !branch.contains(id)));
        }
        let wanted: Vec<CommitId> = wanted.into_iter().collect();
        let mut found = Notebook::new();
        let folder = Folder::new()?;
        for remote in remotes.iter().filter(|_| !wanted.is_empty()) {
            let visit = Visit { remote, header: None, limit: self.left() };
            let some = self.repo.fetch_some_notes(&visit, &wanted, &folder.new_place()?)?.unwrap_or_default();
            some.texts.iter().for_each(|(commit, text)| add(&mut found, *commit, text));
        }
        Ok(found)
    }
}

fn add(notebook: &mut Notebook, commit: CommitId, text: &[u8]) {
    let known = notebook.remove(&commit).unwrap_or_default();
    notebook.insert(commit, known.union(Note::parse(text)));
}
