//! Brings the notes of a repository up to date with its store.

use std::path::Path;

use super::facts::Facts;
use super::plan::{Plan, plan};
use super::switch::is_on;
use crate::git::{GitError, NOTES_REF, NoteStamp, Notes, Repo};
use crate::model::{CommitId, Timestamp};
use crate::notes::Note;
use crate::store::{StoreError, Writer};

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Notes are written in this repository.
    pub is_on: bool,
    /// Notes that changed.
    pub notes: usize,
}

/// Why notes could not be written.
#[derive(Debug, thiserror::Error)]
pub enum NotingError {
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Rules of [`plan`]; another number plans everything again.
const VERSION: u32 = 1;

/// Writes what the store knows into the notes, if somebody switched that on, or wants them once.
///
/// `prices` is the day of the price table. Does nothing if neither store nor notes changed since the last time. What
/// a plain `git notes add` of somebody else overwrote meanwhile is written again.
///
/// # Errors
/// What the repository or the store report; the notes are whole in any case.
pub fn write_notes(
    repo: &Repo,
    writer: &mut Writer,
    prices: &str,
    at: Timestamp,
    user: Option<&Path>,
    is_wanted: bool,
) -> Result<Written, NotingError> {
    if !is_wanted && !is_on(repo.common_dir(), user) {
        return Ok(Written::default());
    }
    let rewrites = writer.note_rewrites()?.len();
    let basis =
        || format!("{VERSION} {rewrites} {}", repo.notes_tip(NOTES_REF).map(|tip| tip.to_string()).unwrap_or_default());
    let is_same = writer.notes_basis()?.is_some_and(|known| known == basis());
    if is_same {
        return Ok(Written { is_on: true, notes: 0 });
    }
    let facts = Facts::read(writer, prices)?;
    let mut last = Plan::default();
    let stamp = NoteStamp { at, message: "notes of agent-trace" };
    let notes = repo.update_notes(NOTES_REF, stamp, &mut |notes| {
        last = plan(&facts, &|commit| read(repo, notes, commit));
        last.notes.iter().map(|(commit, note)| (*commit, note.render())).collect()
    })?;
    let mine: Vec<(CommitId, Vec<u8>)> = last.mine.iter().map(|(commit, note)| (*commit, note.render())).collect();
    writer.record_notes(&mine, &basis())?;
    Ok(Written { is_on: true, notes })
}

fn read(repo: &Repo, notes: &Notes, commit: &CommitId) -> Option<Note> {
    repo.note(notes, commit).map(|text| Note::parse(&text))
}
