//! Brings the line records of a repository up to date with its store.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::decide::Case;
use super::ground::Ground;
use super::signature::signature;
use super::witness::Rest;
use crate::git::Repo;
use crate::model::{LineClass, LineGrade, LineReason};
use crate::store::{LineCandidate, LineCommit, LineCommitRows, Reader, StoreError, Writer};

/// Why lines could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum AuthorshipError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The rules of this module; another number decides everything again.
const RULES: i64 = 4;

/// Commits that are decided and written together.
const AT_ONCE: usize = 256;

/// Records who wrote the lines of commits, where anything it rests on changed; returns how many commits that were.
///
/// # Errors
/// What the store reports; commits that were written are kept.
pub fn record_lines(repo: &Repo, writer: &mut Writer) -> Result<usize, AuthorshipError> {
    let rules = RULES.to_string();
    if writer.lines_basis()?.as_ref() == Some(&rules) {
        return Ok(0);
    }
    let stored: HashMap<i64, i64> =
        writer.line_commits()?.into_iter().map(|commit| (commit.git_commit, commit.signature)).collect();
    let reader = Reader::open(writer.path())?;
    let ground = Ground::read(&reader)?;
    drop(reader); // What follows is written, and some file systems let nobody read then.
    let changed = changed(&ground, &stored);
    let known: HashSet<i64> = ground.candidates.iter().map(|commit| commit.key).collect();
    let gone: Vec<i64> = stored.keys().copied().filter(|key| !known.contains(key)).collect();
    writer.record_lines(&[], &gone)?;
    for chunk in changed.chunks(AT_ONCE) {
        let rows: Vec<LineCommitRows> = chunk
            .par_iter()
            .map(|(commit, rest, signature)| decided(repo, &ground, commit, *rest, *signature))
            .collect();
        writer.record_lines(&rows, &[])?;
    }
    writer.set_lines_basis(&rules)?;
    Ok(changed.len())
}

type Changed<'g> = (&'g LineCandidate, Rest, i64);

/// Returns the commits whose records rest on something else now.
fn changed<'g>(ground: &'g Ground, stored: &HashMap<i64, i64>) -> Vec<Changed<'g>> {
    let mut changed = Vec::new();
    for (commit, rest) in ground.candidates.iter().zip(&ground.rests) {
        let signature = signature(ground, commit, *rest) ^ RULES;
        if stored.get(&commit.key) != Some(&signature) {
            changed.push((commit, *rest, signature));
        }
    }
    changed
}

/// A commit whose content is not here has no lines that anybody could be said to have written.
fn decided(repo: &Repo, ground: &Ground, commit: &LineCandidate, rest: Rest, signature: i64) -> LineCommitRows {
    let (rest, files) = match repo.commit_lines(&commit.id) {
        Ok(text) => {
            let case = Case { ground, commit, rest, removed: &text.removed };
            (rest, text.files.iter().map(|file| case.decide(file)).collect())
        }
        Err(_) => ((LineClass::Unknown, LineGrade::None, LineReason::NoContent), Vec::new()),
    };
    LineCommitRows { commit: LineCommit { git_commit: commit.key, signature, rest }, files }
}
