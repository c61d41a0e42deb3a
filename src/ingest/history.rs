//! Reads commits that are new, and looks into those that can matter to a session.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::pull_owners::{graph, owners};
use crate::git::{
    Claim, CommitChanges, CommitFacts, FileChange, FileContent, GitError, MentionForm, OpaqueReason, PullHead, Repo,
    Tips, Walk,
};
use crate::model::{CommitId, bytes_key};
use crate::store::{CaptureEvidence, CapturedBy, CommitRow, CommitScan, FileRow, StoreError, Writer};

/// What a reading of history came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HistoryOutcome {
    /// Commits met for the first time.
    pub commits_new: usize,
    /// Commits whose files were looked into now.
    pub commits_scanned: usize,
    /// Commits of which some content is not here (partial clone).
    pub commits_incomplete: usize,
    /// Parents that are not here (shallow clone).
    pub parents_missing: usize,
}

/// Why history could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Commits before the first request of any session cannot hold its work; a
/// day of margin covers clocks that disagree.
const MARGIN_MS: i64 = 86_400_000;

/// Scans that are written in one transaction.
const FLUSH: usize = 5_000;

/// Records commits reachable from any tip and looks into those made since the first session.
///
/// # Errors
/// What the repository or the store report.
pub fn read_history(
    repo: &Repo,
    writer: &mut Writer,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<HistoryOutcome, HistoryError> {
    let mut outcome = HistoryOutcome::default();
    let tips = repo.tips()?;
    let digest = repo.tips_digest(&tips).to_string();
    let heads = repo.pull_heads()?;
    let pulls = pulls_digest(&digest, &heads);
    let has_moved = writer.meta("tips")?.as_deref() != Some(&digest);
    if has_moved || writer.meta("pulls")?.as_deref() != Some(&pulls) {
        // All of history each time (8 µs a commit): what a force push or a rebase left behind must be told apart.
        let walk = repo.commits(&tips, &|_| false)?;
        record_pulls(repo, writer, &tips, &heads, &walk)?;
        writer.set_meta("pulls", &pulls)?;
        if has_moved {
            outcome.commits_new = record_commits(writer, walk, &mut outcome)?;
            writer.set_meta("tips", &digest)?;
        }
    }
    scan(repo, writer, progress, &mut outcome)?;
    Ok(outcome)
}

/// Another number reads the messages of all commits again.
const PULL_RULES: u32 = 1;

fn pulls_digest(tips: &str, heads: &[PullHead]) -> String {
    let heads =
        heads.iter().flat_map(|head| head.number.to_le_bytes().into_iter().chain(head.head.as_bytes().to_vec()));
    format!("{PULL_RULES} {tips} {:x}", bytes_key(&heads.collect::<Vec<u8>>()))
}

fn record_pulls(
    repo: &Repo,
    writer: &mut Writer,
    tips: &Tips,
    heads: &[PullHead],
    walk: &Walk,
) -> Result<(), HistoryError> {
    let rows = owners(&graph(&walk.commits), &repo.default_tips(tips), heads);
    writer.set_landed_pulls(&rows)?;
    Ok(writer.set_pull_heads(&heads.iter().map(|head| (head.number, head.head)).collect::<Vec<_>>())?)
}

fn record_commits(writer: &mut Writer, mut walk: Walk, outcome: &mut HistoryOutcome) -> Result<usize, HistoryError> {
    let mut positions: HashMap<CommitId, i64> = writer.commit_positions()?.into_iter().collect();
    outcome.parents_missing = walk.missing.len();
    let reachable: HashSet<CommitId> = walk.commits.iter().map(|facts| facts.id).collect();
    let had_commits = !positions.is_empty();
    walk.commits.retain(|facts| !positions.contains_key(&facts.id));
    let mut rows = Vec::with_capacity(walk.commits.len());
    for facts in &walk.commits {
        // After every parent, else by time: the same in every clone and in every order of fetching.
        let after_parents = facts.parents.iter().filter_map(|id| positions.get(id)).max().map_or(i64::MIN, |at| at + 1);
        let position = facts.commit_time.0.max(after_parents);
        positions.insert(facts.id, position);
        rows.push(commit_row(facts, position));
    }
    for chunk in rows.chunks(5_000) {
        writer.add_commits(chunk)?;
    }
    if had_commits {
        writer.set_reachable(&reachable)?;
    }
    Ok(rows.len())
}

fn commit_row(facts: &CommitFacts, position: i64) -> CommitRow {
    let squashed = facts.pull.filter(|pull| pull.form == MentionForm::Squash);
    let pull_request = squashed.map(|pull| (4, "pull-request".to_owned(), pull.number.to_string()));
    CommitRow {
        id: facts.id,
        position,
        author_time: facts.author_time.0,
        commit_time: facts.commit_time.0,
        author: facts.author_name.clone(),
        author_hash: facts.author_email_hash.unwrap_or(0),
        parents: facts.parents.len() as i64,
        claims: facts.claims.iter().map(claim_row).chain(pull_request).collect(),
    }
}

fn claim_row(claim: &Claim) -> (i64, String, String) {
    match claim {
        Claim::Session { agent_name, session } => (1, agent_name.to_string(), session.to_string()),
        Claim::Foreign { key, value } => (2, key.name().to_owned(), value.to_string()),
        Claim::AgentOnly { agent_name } => (3, (*agent_name).to_owned(), String::new()),
    }
}

fn scan(
    repo: &Repo,
    writer: &mut Writer,
    progress: &(dyn Fn(usize) + Sync),
    outcome: &mut HistoryOutcome,
) -> Result<(), HistoryError> {
    let first_left = writer.first_file_state()?;
    let Some(first) = writer.first_call()?.into_iter().chain(first_left).min() else { return Ok(()) };
    let waiting = writer.commits_to_scan(first.saturating_sub(MARGIN_MS))?;
    let mut pending = Vec::new();
    let mut left = LeftFiles { is_known: first_left.is_some(), found: Vec::new() };
    let mut failed = None;
    let _ = repo.changes_many(&waiting, progress, &mut |id, changes| {
        let scan = match &changes {
            Ok(changes) => scan_row(id, changes),
            Err(_) => (id, CommitScan::Incomplete, None, Vec::new()),
        };
        if let Ok(changes) = changes
            && let Err(error) = left.look(writer, id, &changes.files)
        {
            failed = Some(error);
            return ControlFlow::Break(());
        }
        outcome.commits_scanned += usize::from(scan.1 == CommitScan::Done);
        outcome.commits_incomplete += usize::from(scan.1 == CommitScan::Incomplete);
        pending.push(scan);
        if pending.len() >= FLUSH
            && let Err(error) = writer.add_scans(&std::mem::take(&mut pending))
        {
            failed = Some(error);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    writer.add_scans(&pending)?;
    Ok(writer.record_content(&left.found)?)
}

/// Files of commits that are, byte for byte, what a session left.
struct LeftFiles {
    /// Hooks have recorded any state of a file.
    is_known: bool,
    found: Vec<CapturedBy>,
}

impl LeftFiles {
    fn look(&mut self, writer: &Writer, id: CommitId, files: &[FileChange]) -> Result<(), StoreError> {
        for file in files.iter().filter(|_| self.is_known) {
            let Some(blob) = &file.blob else { continue };
            for session in writer.sessions_that_left(&file.path, blob.as_bytes(), &id)? {
                let evidence = CaptureEvidence::Content;
                self.found.push(CapturedBy { id, session, evidence, tool_call: None, agent_run: None });
            }
        }
        Ok(())
    }
}

type Scan = (CommitId, CommitScan, Option<i64>, Vec<FileRow>);

fn scan_row(id: CommitId, changes: &CommitChanges) -> Scan {
    let is_missing = changes.files.iter().any(is_missing_content);
    let state = if is_missing { CommitScan::Incomplete } else { CommitScan::Done };
    (id, state, changes.patch_key.map(|key| key.0), changes.files.iter().map(file_row).collect())
}

fn is_missing_content(file: &FileChange) -> bool {
    matches!(file.content, FileContent::Opaque(OpaqueReason::Missing))
}

fn file_row(file: &FileChange) -> FileRow {
    let counts = file.line_counts();
    FileRow {
        path: file.path.clone(),
        old_path: file.old_path.clone(),
        added_lines: counts.map(|(added, _)| i64::from(added)),
        deleted_lines: counts.map(|(_, deleted)| i64::from(deleted)),
        added: match &file.content {
            FileContent::Lines(lines) => lines.added_hashes.clone(),
            FileContent::Submodule { .. } | FileContent::Opaque(_) => Vec::new(),
        },
    }
}
