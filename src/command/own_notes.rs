//! What notes of this program, made elsewhere, say of the lines of commits.
//!
//! A list of lines counts for the one blob it was made for. Where the commit has another one, its lines are followed to
//! it; where that cannot be done, nothing is said.

use std::collections::HashMap;

use super::reports::Sources;
use crate::analysis::Directory;
use crate::error::Error;
use crate::git::{LineRanges, NOTES_REF};
use crate::interop::{AgentClaim, Contributor, FileClaims, LineClaim, LineSet};
use crate::model::{CommitId, SessionId};
use crate::notes::{Note, Record, SessionMark};
use crate::noting::session_mark;

/// Claims on files of one commit, by path.
pub(super) type OwnClaims = Vec<(String, FileClaims)>;

/// Returns what the notes of commits say, by commit, of the files that are wanted.
pub(super) fn own_notes(
    sources: &Sources,
    commits: &[CommitId],
    is_wanted: &dyn Fn(&CommitId, &str) -> bool,
) -> Result<HashMap<CommitId, OwnClaims>, Error> {
    let notes = sources.repo.note_texts(NOTES_REF, commits)?;
    let mut names = Names { sources, known: None };
    let mut all = HashMap::new();
    for (commit, note) in commits.iter().zip(notes) {
        let Some(note) = note.map(|text| Note::parse(&text)) else { continue };
        let claims = names.claims(commit, &note, is_wanted)?;
        if !claims.is_empty() {
            all.insert(*commit, claims);
        }
    }
    Ok(all)
}

/// Sessions by their names in notes.
struct Names<'s> {
    sources: &'s Sources,
    /// Sessions of this clone; made when the first is asked for.
    known: Option<HashMap<SessionMark, SessionId>>,
}

impl Names<'_> {
    fn claims(
        &mut self,
        commit: &CommitId,
        note: &Note,
        is_wanted: &dyn Fn(&CommitId, &str) -> bool,
    ) -> Result<OwnClaims, Error> {
        let mut files: HashMap<String, FileClaims> = HashMap::new();
        for record in &note.records {
            let Record::Lines(lines) = record else { continue };
            let Ok(path) = std::str::from_utf8(&lines.path) else { continue };
            if is_redacted(note, &lines.session) || !is_wanted(commit, path) {
                continue;
            }
            let followed = self.sources.repo.lines_in(commit, path, &lines.blob, &lines.ranges);
            let Some(ranges) = followed.filter(|ranges| !ranges.is_empty()) else { continue };
            let by = Contributor::Agent(self.agent(note, &lines.session)?);
            let claim = LineClaim { lines: line_set(&ranges), by };
            files.entry(path.to_owned()).or_default().0.push(claim);
        }
        Ok(files.into_iter().collect())
    }

    fn agent(&mut self, note: &Note, session: &SessionMark) -> Result<AgentClaim, Error> {
        let known = match &self.known {
            Some(known) => known,
            None => self.known.insert(sessions(self.sources)?),
        };
        let id = known.get(session).cloned().or_else(|| SessionId::parse(session.as_str()).ok());
        Ok(AgentClaim { agent: agent_of(note, session), session: id, model: model_of(note, session) })
    }
}

fn is_redacted(note: &Note, session: &SessionMark) -> bool {
    note.records.contains(&Record::Redaction(session.clone()))
}

fn sessions(sources: &Sources) -> Result<HashMap<SessionMark, SessionId>, Error> {
    let directory = Directory::of_sessions(&sources.reader)?;
    let named = directory.sessions_like("").into_iter().map(|(_, name)| name);
    Ok(named.filter_map(|name| Some((session_mark(name.agent, &name.id)?, SessionId::parse(&name.id).ok()?))).collect())
}

fn agent_of(note: &Note, session: &SessionMark) -> Option<String> {
    let claim = note.records.iter().find_map(|record| match record {
        Record::Claim(claim) if claim.session == *session => Some(&claim.agent),
        _ => None,
    });
    let usage = || note.records.iter().find_map(|record| usage_of(record, session).map(|usage| &usage.agent));
    claim.or_else(usage).cloned()
}

/// The model, if the session used only one for the commit.
fn model_of(note: &Note, session: &SessionMark) -> Option<String> {
    let mut models: Vec<&String> =
        note.records.iter().filter_map(|record| usage_of(record, session).map(|usage| &usage.model)).collect();
    models.dedup();
    if let [model] = models.as_slice() { Some((*model).clone()) } else { None }
}

fn usage_of<'n>(record: &'n Record, session: &SessionMark) -> Option<&'n crate::notes::Usage> {
    if let Record::Usage(usage) = record { Some(usage).filter(|usage| usage.session == *session) } else { None }
}

/// No file has more lines than fit.
fn line_set(ranges: &LineRanges) -> LineSet {
    let number = |line: u64| u32::try_from(line).unwrap_or(u32::MAX);
    LineSet::new(ranges.iter().map(|(first, last)| (number(*first), number(*last))).collect())
}
