//! Lines that agents wrote into commits, as recorded: what can be told to others.

use std::collections::BTreeMap;

use super::directory::Directory;
use super::error::AnalysisError;
use crate::interop::LineSet;
use crate::model::{Agent, CommitId, LineClass, LineGrade};
use crate::store::{LineRecord, Reader};

/// Lines that one session wrote into one file of a commit, with one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthoredFile {
    /// The path in the commit.
    pub path: String,
    /// The lines, as numbered in the commit.
    pub lines: LineSet,
    /// The session's id.
    pub session: String,
    /// Its agent.
    pub agent: Agent,
    /// The model, if known.
    pub model: Option<String>,
}

/// Name id of the path, key of the session, name id of the model.
type Key = (i64, i64, Option<i64>);

/// First and last lines.
type Ranges = Vec<(u32, u32)>;

/// Returns the lines of agents in each of these commits, by path, session and model.
///
/// Only what rests on evidence of this clone: what others declared is theirs to tell.
///
/// # Errors
/// What the store reports.
pub fn authored(reader: &Reader, commits: &[CommitId]) -> Result<Vec<Vec<AuthoredFile>>, AnalysisError> {
    let directory = Directory::new(reader)?;
    commits.iter().map(|commit| of_commit(reader, &directory, commit)).collect()
}

fn of_commit(reader: &Reader, directory: &Directory, commit: &CommitId) -> Result<Vec<AuthoredFile>, AnalysisError> {
    let key = Reader::key_of_commit(commit);
    let mut found: BTreeMap<Key, Ranges> = BTreeMap::new();
    for record in reader.line_records(key)?.iter().filter(|record| is_evidence(record)) {
        let Some(session) = record.session else { continue };
        let writer = record.tool_call.map(|tool_call| reader.writer_of(tool_call, key)).transpose()?.flatten();
        let range = (record.first, record.first.saturating_add(record.count).saturating_sub(1));
        found.entry((record.path, session, writer.and_then(|writer| writer.model))).or_default().push(range);
    }
    let file = |((path, session, model), ranges): (Key, Ranges)| {
        let name = directory.session(session)?;
        Some(AuthoredFile {
            path: directory.names.get(path)?.to_owned(),
            lines: LineSet::new(ranges),
            session: name.id.clone(),
            agent: name.agent,
            model: directory.text(model),
        })
    };
    Ok(found.into_iter().filter_map(file).collect())
}

fn is_evidence(record: &LineRecord) -> bool {
    record.class == LineClass::Agent && !matches!(record.grade, LineGrade::Declared | LineGrade::None)
}
