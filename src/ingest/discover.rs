//! Which of the files under the agents' folders are about this repository.

use std::collections::HashMap;

use rayon::prelude::*;

use super::found::FoundFile;
use super::listing::{Listing, Project};
use super::membership::{Membership, Verdict};
use super::transcripts::Input;
use super::worktrees::Worktrees;
use crate::store::{FileResult, ProblemRow, SourceRow, StoreError, Writer};

/// What was found.
#[derive(Debug, Default)]
pub struct Discovered {
    /// Files of this repository, changed or not.
    pub inputs: Vec<Input>,
    /// Files of other repositories.
    pub foreign: usize,
    /// Folders and files that could not be looked at.
    pub problems: Vec<ProblemRow>,
}

/// Decides for every listed file whether it is about this repository; remembers those that are not.
///
/// # Errors
/// What the store reports.
pub fn discover(writer: &mut Writer, listing: Listing, worktrees: &Worktrees) -> Result<Discovered, StoreError> {
    let known: HashMap<String, SourceRow> =
        writer.sources()?.into_iter().map(|source| (source.path.clone(), source)).collect();
    let membership = Membership::new(worktrees);
    let mut found = Discovered { problems: listing.problems, ..Discovered::default() };
    let mut newly_foreign = Vec::new();
    for project in &listing.projects {
        let judged: Vec<(&FoundFile, Judgement)> =
            project.files.par_iter().map(|file| (file, judge(project, file, &known, &membership))).collect();
        for (file, judgement) in judged {
            match judgement {
                Judgement::Ours(known) => found.inputs.push(Input { file: file.clone(), known: known.map(|row| *row) }),
                Judgement::KnownForeign => found.foreign += 1,
                Judgement::Foreign => {
                    found.foreign += 1;
                    newly_foreign.push(foreign(file));
                }
                Judgement::Unreadable(problem) => found.problems.push(problem),
            }
        }
    }
    if !newly_foreign.is_empty() {
        writer.record(&mut Default::default(), &newly_foreign)?;
    }
    Ok(found)
}

enum Judgement {
    Ours(Option<Box<SourceRow>>),
    Foreign,
    KnownForeign,
    Unreadable(ProblemRow),
}

fn judge(
    project: &Project,
    file: &FoundFile,
    known: &HashMap<String, SourceRow>,
    membership: &Membership<'_>,
) -> Judgement {
    match known.get(&file.name()) {
        Some(row) if !row.is_foreign => return Judgement::Ours(Some(Box::new(row.clone()))),
        Some(row) if row.stamp == file.stamp => return Judgement::KnownForeign,
        _ => {}
    }
    match membership.of_file(project, file) {
        Ok(Verdict::Ours) => Judgement::Ours(None),
        Ok(Verdict::Foreign | Verdict::NoFolder) => Judgement::Foreign,
        // A file that is gone by now is no problem: its owner cleaned up.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Judgement::KnownForeign,
        Err(error) => Judgement::Unreadable(super::problem::unreadable(&file.path, &error)),
    }
}

fn foreign(file: &FoundFile) -> FileResult {
    let source = SourceRow {
        path: file.name(),
        is_foreign: true,
        format: None,
        agent_run: None,
        stamp: file.stamp,
        offset: 0,
        ordinal: 0,
        session: None,
        head_at: i64::MAX,
        prefix_hash: 0,
    };
    FileResult { name: file.name(), source: Some(source), ..FileResult::default() }
}
